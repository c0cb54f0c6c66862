// Contacts and profile on the page: found, named, blocked, removed with undo; handle and phrase.

import { expect, test } from "vitest";
import { heading, meet, world } from "./people.ts";

const { person, url, expectFaults } = world();

test("ID-4: a contact is found, renamed, blocked and unblocked", async () => {
  const [ada, ben] = await Promise.all([person("Ada"), person("Ben")]);
  await meet(ada, ben);
  const { page } = ada;
  await page.getByRole("button", { name: "Done" }).click();
  const alias = page.getByLabel("What you call them");
  await alias.fill("Ben from Basel");
  await alias.blur();
  await heading(page, "Ben from Basel").waitFor();
  await page.getByRole("button", { name: "Block" }).click();
  await page.getByText("You have blocked Ben from Basel.").waitFor();
  await page.getByRole("button", { name: "Unblock" }).click();
  await page.getByText("You have blocked Ben from Basel.").waitFor({ state: "detached" });
  await page.getByRole("searchbox").fill("basel");
  await page.getByRole("link", { name: /Ben from Basel/ }).waitFor();
  await page.getByRole("searchbox").fill("nobody");
  await page.getByText("Nobody here matches").waitFor();
});

test("a removed contact comes back on undo, and is gone for good without it", async () => {
  const [ada, ben] = await Promise.all([person("Ada"), person("Ben")]);
  await meet(ada, ben);
  const { page } = ada;
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("button", { name: "Remove" }).click();
  await heading(page, "No contacts yet").waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByRole("link", { name: /Ben/ }).click();
  await page.getByRole("button", { name: "Remove" }).click();
  const gone = page.waitForResponse((response) => response.request().method() === "DELETE");
  await page.getByRole("button", { name: "Dismiss" }).click();
  await gone;
  await page.reload();
  await heading(page, "No contacts yet").waitFor();
});

test("ID-4: a handle is claimed, and one that is taken or malformed is refused in words", async () => {
  expectFaults(/status of 409/);
  const [ada, ben] = await Promise.all([person("Ada"), person("Ben")]);
  const handle = `ada_${Date.now().toString(36)}`;
  for (const { page } of [ada, ben]) {
    await page.getByRole("link", { name: "You", exact: true }).click();
    await page.getByLabel("Handle", { exact: true }).fill(handle);
    await page.getByRole("button", { name: "Save", exact: true }).click();
    const answer = page === ada.page ? "Your profile is saved." : "Someone else has this handle.";
    await page.getByText(answer).waitFor();
  }
  await ben.page.getByLabel("Handle", { exact: true }).fill("1ben");
  await ben.page.getByRole("button", { name: "Save", exact: true }).click();
  await ben.page.getByText("A handle has 3 to 30 letters").waitFor();
  await ada.page.reload();
  await expect.poll(() => ada.page.getByLabel("Handle", { exact: true }).inputValue()).toBe(handle);
});

test("ID-5: the phrase has twelve words, returns on demand, and is forgotten once written down", async () => {
  const { page } = await person("Ada");
  await page.getByRole("link", { name: "Take a minute for it" }).click();
  const words = page.getByRole("list", { name: "Recovery phrase" }).getByRole("listitem");
  await words.last().waitFor();
  await expect.poll(() => words.count()).toBe(12);
  await page.getByRole("button", { name: "I’ve written it down" }).click();
  await heading(page, "You").waitFor();
  await page.goto(`${url()}/#/you/phrase`);
  await page.getByText("It is not on this device").waitFor();
});

test("a theme is chosen against the system's, and stays", async () => {
  const { page } = await person("Ada", { colorScheme: "light" });
  const background = () =>
    page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await background();
  await page.getByRole("link", { name: "You", exact: true }).click();
  await page.getByRole("radio", { name: "Dark" }).check();
  await page.reload();
  await heading(page, "Profile").waitFor();
  await expect.poll(() => background()).not.toBe(light);
  await expect.poll(() => page.getByRole("radio", { name: "Dark" }).isChecked()).toBe(true);
});
