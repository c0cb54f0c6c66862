// PAS-1, PAS-9: two people meet by a spoken passphrase, each with a page of their own; and what the page
// says when the passphrases differ.

import { expect, test } from "vitest";
import {
  answer,
  ask,
  askButton,
  bothConnected,
  fillRequest,
  heading,
  idOf,
  passphraseField,
  type Person,
  sheet,
  world,
} from "./people.ts";

const { pair, person } = world();

test("PAS-1, PAS-2: a known account is asked, answers in a sheet, and both have a contact", async () => {
  const { ada, ben, benId } = await pair();
  await ben.page.getByRole("link", { name: "Make one" }).click();
  await ben.page.getByLabel("Note").fill("half a thought");
  await ask(ada, { to: benId, passphrase: "Blue  Moon rising" });
  await sheet(ben.page).getByText("to answer").waitFor();
  await sheet(ben.page).getByText("in all").waitFor();
  await answer(ben, "blue moon rising");
  await bothConnected(ada, ben);
  await sheet(ben.page).getByRole("button", { name: "Done" }).click();
  // What lay below the sheet is as it was.
  await expect.poll(() => ben.page.getByLabel("Note").inputValue()).toBe("half a thought");
  await ada.page.getByRole("button", { name: "Done" }).click();
  await ada.page.getByText(/, by a passphrase/).waitFor();

  // The contact can be asked again from the contact's own page.
  await ada.page.getByRole("link", { name: "Meet again by passphrase" }).click();
  await passphraseField(ada.page).fill("once more");
  await ada.page.getByRole("button", { name: "Ask Ben" }).click();
  await heading(ada.page, "Asking Ben").waitFor();
  await ben.page.getByRole("dialog", { name: "Ada asks to meet you" }).waitFor();
  await ben.page.getByText("From your contacts.").waitFor();
  await answer(ben, "once more");
  await bothConnected(ada, ben);
});

test("PAS-1: whoever enters the number meets the one who said it", async () => {
  const [ada, ben] = await Promise.all([person("Ada"), person("Ben")]);
  await ask(ada, { passphrase: "zebra nine coats" });
  const number = (await ada.page.locator(".key-number").textContent()) ?? "";
  await ben.page.getByRole("link", { name: /Enter a number/ }).click();
  await ben.page.getByRole("button", { name: "Answer" }).click();
  await ben.page.getByText("The number has three to nine digits.").waitFor();
  await ben.page.getByLabel("The number").fill(number);
  await passphraseField(ben.page).fill("zebra nine coats");
  await ben.page.getByRole("button", { name: "Answer" }).click();
  await bothConnected(ada, ben);
});

test("PAS-6: differing passphrases end on both pages, and neither serves again", async () => {
  const { ada, ben, benId } = await pair();
  await ask(ada, { to: benId, passphrase: "one two three" });
  await answer(ben, "one two four");
  await Promise.all(
    [ada, ben].map(({ page }) => heading(page, "The passphrases differ").waitFor()),
  );
  await ada.page.getByRole("button", { name: "Ask again" }).click();
  await expect.poll(() => passphraseField(ada.page).inputValue()).toBe("");
  await passphraseField(ada.page).fill("One two three");
  await askButton(ada.page).click();
  await ada.page.getByText("This passphrase is used up").waitFor();
  await expect.poll(() => passphraseField(ada.page).inputValue()).toBe("One two three");
  await sheet(ben.page).getByRole("button", { name: "Close" }).click();

  await passphraseField(ada.page).fill("five six seven");
  await askButton(ada.page).click();
  await answer(ben, "one two four");
  await sheet(ben.page).getByText("This passphrase is used up").waitFor();
  await expect.poll(() => passphraseField(ben.page).getAttribute("aria-invalid")).toBe("true");
  await answer(ben, "five six seven");
  await bothConnected(ada, ben);
});

test("PAS-6: a wrong number, or another's passphrase at it, ends as a mismatch", async () => {
  const [ada, ben] = await Promise.all([person("Ada"), person("Ben")]);
  await ask(ada, { passphrase: "zebra nine coats" });
  const number = (await ada.page.locator(".key-number").textContent()) ?? "";
  await ben.page.getByRole("link", { name: /Enter a number/ }).click();
  await ben.page.getByLabel("The number").fill(number);
  await passphraseField(ben.page).fill("zebra nine goats");
  await ben.page.getByRole("button", { name: "Answer" }).click();
  await heading(ada.page, "The passphrases differ").waitFor();
  await heading(ben.page, "That did not match").waitFor();
  await ben.page.getByRole("button", { name: "Enter another number" }).click();
  await expect.poll(() => ben.page.getByLabel("The number").inputValue()).toBe("");
});

test("PAS-9: two who ask each other at once meet once", async () => {
  const { ada, ben, benId } = await pair();
  const adaId = await idOf(ada);
  await Promise.all([
    fillRequest(ada, { to: benId, passphrase: "cross our ways" }),
    fillRequest(ben, { to: adaId, passphrase: "cross our ways" }),
  ]);
  const submit = ({ page }: Person) => page.evaluate(() => document.forms[0]?.requestSubmit());
  await Promise.all([submit(ada), submit(ben)]);
  await bothConnected(ada, ben);
  await expect.poll(() => sheet(ada.page).count()).toBe(0);
  await expect.poll(() => sheet(ben.page).count()).toBe(0);
});

test("PAS-9: asking someone whose request was put off answers it", async () => {
  const { ada, ben, benId } = await pair();
  const adaId = await idOf(ada);
  await ask(ada, { to: benId, passphrase: "cross our ways" });
  await sheet(ben.page).getByRole("button", { name: "Later" }).click();
  await fillRequest(ben, { to: adaId, passphrase: "cross our ways" });
  await askButton(ben.page).click();
  await bothConnected(ada, ben);
});
