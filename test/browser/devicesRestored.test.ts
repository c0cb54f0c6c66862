// The twelve words on a new browser: typed with help, pasted, wrong in every way, and replaced by new ones.

import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { expectDevicesGoingOver, openDevices, toJoin } from "./linking.ts";
import { heading, idOf, meet, type Person, world } from "./people.ts";

const people = world();
const { person, visitor, url, expectFaults } = people;

/** The words, as the page shows them until they are written down. */
async function wordsOf({ page }: Person): Promise<string[]> {
  await page.goto(`${url()}/#/you/phrase`);
  const words = page.getByRole("list", { name: "Recovery phrase" }).getByRole("listitem");
  await words.first().waitFor();
  return words.allTextContents();
}

/** A browser that has never been here, before the field for the words. */
async function toRestore(): Promise<Person> {
  const someone = await visitor();
  await someone.page.goto(url());
  await toJoin(someone);
  await someone.page.getByRole("radio", { name: "Twelve words" }).check();
  await word(someone.page, 1).waitFor();
  return someone;
}

function word(page: Page, number: number): Locator {
  return page.getByRole("combobox", { name: `Word ${number}`, exact: true });
}

function restore(page: Page): Locator {
  return page.getByRole("button", { name: "Restore the account" });
}

test("ID-5: the twelve words, pasted as they were written, bring the account and its contacts back", async () => {
  expectDevicesGoingOver(people);
  expectFaults(/40[134]/);
  const [ada, ben] = await Promise.all([person("Ada"), person("Ben")]);
  await meet(ada, ben);
  const id = await idOf(ada);
  const words = await wordsOf(ada);
  await ada.page.goto(url());
  const tablet = await toRestore();
  await tablet.page.getByLabel("Call this device").fill("Tablet");
  await word(tablet.page, 3).fill(words.map((one, at) => `${at + 1}. ${one}`).join("\n"));
  await expect.poll(() => word(tablet.page, 1).inputValue()).toBe(words[0]);
  await tablet.page.getByText("The twelve words fit together.").waitFor();
  await restore(tablet.page).click();
  await heading(tablet.page, "Meet someone").waitFor();
  await tablet.page.getByText("Your account is back").waitFor();
  expect(await idOf(tablet)).toBe(id);
  await tablet.page.getByRole("link", { name: "Contacts", exact: true }).click();
  await expect.poll(() => tablet.page.locator(".person").count()).toBe(1);
  await openDevices(tablet);
  await tablet.page.getByRole("button", { name: /Tablet.*This device/ }).waitFor();
  // The words are on paper, not here.
  await tablet.page.getByText("It is not on this device").waitFor();
});

test("ID-5: words are completed as they are typed, and a wrong one is named", async () => {
  const { page } = await toRestore();
  await word(page, 1).pressSequentially("aban ");
  await expect.poll(() => word(page, 1).inputValue()).toBe("abandon");
  await expect.poll(() => isFocused(word(page, 2))).toBe(true);
  await page.keyboard.type("acc");
  await page.getByRole("option", { name: "accident" }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect.poll(() => word(page, 2).inputValue()).toBe("accident");
  await expect.poll(() => isFocused(word(page, 3))).toBe(true);
  await page.keyboard.type("absrob ");
  await page.getByText("Word 3, “absrob”, is not a word of phrases.").waitFor();
  await expect.poll(() => word(page, 3).getAttribute("aria-invalid")).toBe("true");
  await page.getByRole("button", { name: "Did you mean absorb?" }).click();
  await expect.poll(() => word(page, 3).inputValue()).toBe("absorb");
  await page.getByText("3 of 12 words.").waitFor();
  await word(page, 4).focus();
  await page.keyboard.press("Backspace");
  await expect.poll(() => isFocused(word(page, 3))).toBe(true);
  await expect.poll(() => restore(page).isDisabled()).toBe(true);
});

test("ID-5: twelve words that are no phrase, and a phrase of nobody, are told apart", async () => {
  expectFaults(/404/);
  const { page } = await toRestore();
  await word(page, 1).fill("abandon ".repeat(12));
  await page.getByText("Each is a word of phrases, but together they are none.").waitFor();
  await expect.poll(() => restore(page).isDisabled()).toBe(true);
  await word(page, 12).fill("about");
  await page.getByText("The twelve words fit together.").waitFor();
  await restore(page).click();
  await page.getByRole("alert").getByText("knows no account of that phrase").waitFor();
  await expect.poll(() => word(page, 12).inputValue()).toBe("about");
});

test("ID-5: new words take the place of the old ones, which bring nothing back any more", async () => {
  expectDevicesGoingOver(people);
  expectFaults(/40[134]/);
  const ada = await person("Ada");
  const id = await idOf(ada);
  const before = await wordsOf(ada);
  await openDevices(ada);
  await ada.page.getByRole("button", { name: "New recovery phrase" }).click();
  await ada.page.getByRole("button", { name: "Keep the old ones" }).click();
  await ada.page.getByRole("button", { name: "New recovery phrase" }).click();
  await ada.page.getByRole("button", { name: "Make new words" }).click();
  await heading(ada.page, /twelve words/).waitFor();
  const after = await wordsOf(ada);
  expect(after).not.toEqual(before);
  const { page } = await toRestore();
  await word(page, 1).fill(before.join(" "));
  await restore(page).click();
  await page
    .getByRole("alert")
    .getByText(/phrase/)
    .waitFor();
  await word(page, 1).fill(after.join(" "));
  await restore(page).click();
  await heading(page, "Meet someone").waitFor();
  await page.getByRole("link", { name: "You", exact: true }).click();
  await expect.poll(() => page.locator(".user-id code").textContent()).toBe(id);
});

function isFocused(field: Locator): Promise<boolean> {
  return field.evaluate((element) => element === document.activeElement);
}
