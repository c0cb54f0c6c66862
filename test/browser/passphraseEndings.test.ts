// PAS-6: requests that lead to no meeting: silence, a block, calling off, declining, nobody there. Each
// ending is told in words, with the next step.

import { expect, test } from "vitest";
import {
  answer,
  ask,
  askButton,
  bothConnected,
  fillRequest,
  heading,
  passphraseField,
  sheet,
  world,
} from "./people.ts";

const { pair, person, expectFaults } = world();

test("PAS-5, PAS-6: silence and a block end alike for the asker; the one asked is told what was missed", async () => {
  const { ada, ben, benId } = await pair();
  const eve = await person("Eve");
  await ask(eve, { to: benId, passphrase: "let me in please" });
  await sheet(ben.page)
    .getByRole("button", { name: /^Block/ })
    .click();
  await ben.page.getByText("They are not told.").waitFor();
  await eve.page.getByRole("button", { name: "Cancel" }).click();

  await Promise.all([
    ask(ada, { to: benId, passphrase: "blue moon", seconds: 10 }),
    ask(eve, { to: benId, passphrase: "let me in now", seconds: 10 }),
    sheet(ben.page).waitFor(),
  ]);
  await Promise.all([ada, eve].map(({ page }) => heading(page, "No answer in time").waitFor()));
  await sheet(ben.page).waitFor({ state: "detached" });
  const missed = ben.page.getByText(/asked to meet at \d+:\d+/);
  await missed.waitFor();
  await expect.poll(() => missed.count()).toBe(1);

  // The passphrase was shown to nobody, so it serves when both are ready.
  await ada.page.getByRole("button", { name: "Ask again" }).click();
  await expect.poll(() => passphraseField(ada.page).inputValue()).toBe("blue moon");
  await ada.page.getByLabel("Seconds to answer").fill("60");
  await ada.page.getByLabel("Seconds in all").fill("90");
  await askButton(ada.page).click();
  await answer(ben, "blue moon");
  await bothConnected(ada, ben);
});

test("PAS-6: the one who asked calls it off, and the one asked can ask back", async () => {
  const { ada, ben, benId } = await pair();
  await ask(ada, { to: benId, passphrase: "blue moon" });
  await sheet(ben.page).waitFor();
  await ada.page.getByRole("button", { name: "Cancel" }).click();
  await heading(ada.page, "Meet someone").waitFor();
  await sheet(ben.page).waitFor({ state: "detached" });
  await ben.page.getByText(/asked to meet at/).waitFor();
  await askButton(ben.page).click();
  await passphraseField(ben.page).fill("blue moon");
  await askButton(ben.page).click();
  await answer(ada, "blue moon");
  await bothConnected(ada, ben);
});

test("PAS-6: a request that was called off while it was answered says so in the sheet", async () => {
  const { ada, ben, benId } = await pair();
  await ask(ada, { to: benId, passphrase: "blue moon" });
  await sheet(ben.page).waitFor();
  await ada.context.setOffline(true);
  await answer(ben, "blue moon");
  await heading(ben.page, "Just a moment").waitFor();
  await ben.page.keyboard.press("Escape");
  await ben.page.getByRole("button", { name: "Your answer is under way" }).click();
  await sheet(ben.page).getByRole("button", { name: "Cancel" }).click();
  await sheet(ben.page).waitFor({ state: "detached" });
  await ada.context.setOffline(false);
  await heading(ada.page, "The request was called off").waitFor();
  await ada.page.getByRole("button", { name: "Ask someone else" }).click();
  await expect.poll(() => ada.page.getByLabel("Their handle").inputValue()).toBe("");
});

test("PAS-6: who declines is believed, and asking someone else comes first", async () => {
  const { ada, ben, benId } = await pair();
  await ask(ada, { to: benId, passphrase: "blue moon" });
  await sheet(ben.page).getByRole("button", { name: "Decline" }).click();
  await heading(ada.page, /declined$/).waitFor();
  await ben.page.getByText("You declined.").waitFor();
  await ada.page.getByRole("button", { name: "Ask someone else" }).click();
  await heading(ada.page, "Say a passphrase").waitFor();
});

test("PAS-6: an account that does not exist is told at once, and the name can be changed", async () => {
  expectFaults(/status of 404/);
  const { ada, ben, benId } = await pair();
  for (const to of ["nobody_here", "a".repeat(32)]) {
    await fillRequest(ada, { to, passphrase: "blue moon" });
    await askButton(ada.page).click();
    await heading(ada.page, "Nobody was found").waitFor();
    await ada.page.getByRole("button", { name: "Change the name" }).click();
    await expect.poll(() => ada.page.getByLabel("Their handle").inputValue()).toBe(to);
  }
  await ada.page.getByLabel("Their handle").fill(benId);
  await askButton(ada.page).click();
  await answer(ben, "blue moon");
  await bothConnected(ada, ben);
});

test("PAS-8: whoever does not answer can be told a number, with the same words", async () => {
  const { ada, ben, benId } = await pair();
  const undone = async () => {
    await sheet(ben.page)
      .getByRole("button", { name: /^Block/ })
      .click();
    await ben.page.getByRole("button", { name: "Undo" }).click();
  };
  // Both within the ten seconds, however long the asker's page takes to say so.
  await Promise.all([ask(ada, { to: benId, passphrase: "blue moon", seconds: 10 }), undone()]);
  await ben.page.getByText(/is no longer blocked\. Their request is over/).waitFor();
  await heading(ada.page, "No answer in time").waitFor();
  await ada.page.getByRole("button", { name: "Tell a number" }).click();
  await expect.poll(() => ada.page.getByRole("radio", { name: "Anyone" }).isChecked()).toBe(true);
  await askButton(ada.page).click();
  const number = (await ada.page.locator(".key-number").textContent()) ?? "";
  await ben.page.getByRole("link", { name: /Enter a number/ }).click();
  await ben.page.getByRole("button", { name: "Answer", exact: true }).click();
  const field = ben.page.getByLabel("The number");
  await expect.poll(() => field.evaluate((one) => one === document.activeElement)).toBe(true);
  await field.fill(number);
  await passphraseField(ben.page).fill("blue moon");
  await ben.page.getByRole("button", { name: "Answer", exact: true }).click();
  await bothConnected(ada, ben);
});
