// PAS-2, PAS-8: a request as it arrives: calm, by keyboard too, put off and taken up, on several pages of
// one person; and the form that makes one.

import { expect, test } from "vitest";
import { problem } from "../../shared/wire/problem.ts";
import {
  answer,
  ask,
  askButton,
  bothConnected,
  fillRequest,
  heading,
  idOf,
  keyField,
  passphraseField,
  sheet,
  showKey,
  shownCode,
  world,
} from "./people.ts";

const { pair, person, url, expectFaults } = world();

const PROBLEM_TYPE = "application/problem+json";

test("PAS-2: of several pages the first that answers serves, and the others are dismissed", async () => {
  const { ada, ben, benId } = await pair();
  const other = await ben.context.newPage();
  await other.goto(url());
  await heading(other, "Meet someone").waitFor();
  await ask(ada, { to: benId, passphrase: "blue moon" });
  await Promise.all([sheet(ben.page).waitFor(), sheet(other).waitFor()]);
  await answer(ben, "blue moon");
  await bothConnected(ada, ben);
  await other.getByText("was answered in another window or on another device.").waitFor();
  await expect.poll(() => sheet(other).count()).toBe(0);
});

test("PAS-2: two pages that answer at the same moment make one answer", async () => {
  const { ada, ben, benId } = await pair();
  const other = await ben.context.newPage();
  await other.goto(url());
  await heading(other, "Meet someone").waitFor();
  await ask(ada, { to: benId, passphrase: "blue moon" });
  const pages = [ben.page, other];
  await Promise.all(pages.map((page) => passphraseField(page).fill("blue moon")));
  await Promise.all(
    pages.map((page) =>
      page.evaluate(() => document.querySelector<HTMLFormElement>("dialog form")?.requestSubmit()),
    ),
  );
  await heading(ada.page, "You and Ben are now contacts").waitFor();
  const ends = pages.map(async (page) => {
    const connected = heading(page, "You and Ada are now contacts");
    const elsewhere = heading(page, "Answered on another device");
    const dismissed = page.getByText("was answered in another window");
    await connected.or(elsewhere).or(dismissed).first().waitFor();
    return connected.isVisible();
  });
  expect((await Promise.all(ends)).filter(Boolean)).toHaveLength(1);
});

test("an answer that could not be sent can be sent again as it was typed", async () => {
  expectFaults(/ERR_INTERNET_DISCONNECTED/);
  const { ada, ben, benId } = await pair();
  await ask(ada, { to: benId, passphrase: "blue moon" });
  await passphraseField(ben.page).fill("blue moon");
  await ben.context.setOffline(true);
  await sheet(ben.page).getByRole("button", { name: "Answer", exact: true }).click();
  await heading(ben.page, "You are offline").waitFor();
  await ben.context.setOffline(false);
  await ben.page.getByRole("button", { name: "Try again" }).click();
  await expect.poll(() => passphraseField(ben.page).inputValue()).toBe("blue moon");
  await sheet(ben.page).getByRole("button", { name: "Answer", exact: true }).click();
  await bothConnected(ada, ben);
});

test("a request waits for no stray key, Escape puts it off, and the focus goes back", async () => {
  const { ada, ben, benId } = await pair();
  await ben.page.getByRole("link", { name: /Enter a key/ }).click();
  await keyField(ben.page).pressSequentially("417");
  await ask(ada, { to: benId, passphrase: "blue moon" });
  await sheet(ben.page).waitFor();
  await expect.poll(() => ben.page.title()).toMatch(/asks to meet you/);
  const focused = () => ben.page.evaluate(() => document.activeElement?.textContent ?? "");
  await expect.poll(focused).toMatch(/asks to meet you/);
  await expect
    .poll(() => ben.page.locator(".unseen[aria-live=polite]").first().textContent())
    .toMatch(/asks to meet you/);
  await ben.page.keyboard.press("Enter");
  for (let tabs = 0; tabs < 12; tabs++) {
    await ben.page.keyboard.press("Tab");
    // The browser's own controls may come between the last and the first.
    const isBelow = () =>
      ben.page.evaluate(() => document.activeElement?.closest("#app > :not(dialog)") !== null);
    await expect.poll(isBelow).toBe(false);
  }
  await ben.page.keyboard.press("Escape");
  await sheet(ben.page).waitFor({ state: "detached" });
  await expect
    .poll(() => keyField(ben.page).evaluate((field) => field === document.activeElement))
    .toBe(true);
  await expect.poll(() => keyField(ben.page).inputValue()).toBe("417");
  await expect.poll(() => ben.page.title()).toMatch(/^Enter a key/);

  await ben.page.getByRole("link", { name: "Contacts", exact: true }).click();
  await ben.page.getByText("waits for your answer").waitFor();
  await ben.page.getByRole("button", { name: /^Answer/ }).click();
  await answer(ben, "blue moon");
  await bothConnected(ada, ben);
});

test("requests come one after another, and none disturbs a key on show", async () => {
  const [ada, ben, cy] = await Promise.all([person("Ada"), person("Ben"), person("Cy")]);
  const benId = await idOf(ben);
  const code = await showKey(ben);
  await ask(ada, { to: benId, passphrase: "blue moon" });
  await sheet(ben.page).waitFor();
  await ask(cy, { to: benId, passphrase: "red sun" });
  await ben.page.getByText("One more request waits.").waitFor();
  await answer(ben, "blue moon");
  await heading(ben.page, "You and Ada are now contacts").waitFor();
  await sheet(ben.page).getByRole("button", { name: "Done" }).click();
  await answer(ben, "red sun");
  await heading(ben.page, "You and Cy are now contacts").waitFor();
  await sheet(ben.page).getByRole("button", { name: "Done" }).click();
  await expect.poll(() => shownCode(ben.page)).toBe(code);
});

test("PAS-2: what was missed while the page was closed is told when it opens", async () => {
  const { ada, ben, benId } = await pair();
  await ben.page.close();
  await ask(ada, { to: benId, passphrase: "blue moon" });
  await ada.page.getByRole("button", { name: "Cancel" }).click();
  await heading(ada.page, "Meet someone").waitFor();
  const page = await ben.context.newPage();
  await page.goto(url());
  await page.getByText(/asked to meet at \d+:\d+/).waitFor();
  await page.getByRole("button", { name: /^Dismiss: .* asked to meet/ }).click();
  await page.getByText(/asked to meet at/).waitFor({ state: "detached" });
});

test("a request stays while its asker looks elsewhere, and after a reload", async () => {
  const { ada, ben, benId } = await pair();
  await ask(ada, { to: benId, passphrase: "blue moon" });
  await ada.page.getByRole("link", { name: "You", exact: true }).click();
  await ada.page.reload();
  await ada.page.getByRole("link", { name: "Your request still waits" }).click();
  await heading(ada.page, /^Asking/).waitFor();
  await answer(ben, "blue moon");
  await heading(ada.page, "You and Ben are now contacts").waitFor();
});

test("PAS-8: a blocked stranger is listed under You, and is let in again from there", async () => {
  const { ada, ben, benId } = await pair();
  await ask(ada, { to: benId, passphrase: "blue moon" });
  await sheet(ben.page)
    .getByRole("button", { name: /^Block/ })
    .click();
  await sheet(ben.page).waitFor({ state: "detached" });
  await ben.page.getByRole("link", { name: "You", exact: true }).click();
  await ben.page.getByRole("button", { name: /^Unblock/ }).click();
  await ben.page.getByText("You have blocked nobody.").waitFor();
  await ada.page.getByRole("button", { name: "Cancel" }).click();
  await ask(ada, { to: benId, passphrase: "red sun" });
  await sheet(ben.page).waitFor();
});

test("PAS-8: who may ask is chosen, and stays", async () => {
  const { page } = await person("Ada");
  await page.getByRole("link", { name: "You", exact: true }).click();
  const nobody = page
    .getByRole("group", { name: "Which strangers may ask to meet you" })
    .getByRole("radio", { name: "Nobody" });
  const saved = page.waitForResponse((response) => response.request().method() === "PATCH");
  // It shows what is chosen once that is saved, so it is pressed rather than checked.
  await Promise.all([saved, nobody.click()]);
  await page.reload();
  await expect.poll(() => nobody.isChecked()).toBe(true);
});

test("PAS-8: a choice that was made elsewhere is shown, and one that is refused is not", async () => {
  expectFaults(/status of 429/);
  const { page } = await person("Ada");
  await page.getByRole("link", { name: "You", exact: true }).click();
  const choice = (name: string) =>
    page
      .getByRole("group", { name: "Which strangers may ask to meet you" })
      .getByRole("radio", { name, exact: true });
  await expect.poll(() => choice("Anyone").isChecked()).toBe(true);
  const account = "**/v1/account";
  await page.route(account, async (route) => {
    if (route.request().method() === "PATCH") {
      const refusal = problem("too-many-requests");
      await route.fulfill({ status: refusal.status, contentType: PROBLEM_TYPE, json: refusal });
    } else {
      const response = await route.fetch();
      await route.fulfill({ json: { ...(await response.json()), requestsFrom: "nobody" } });
    }
  });
  await page.reload();
  await expect.poll(() => choice("Nobody").isChecked()).toBe(true);
  await choice("Contacts of contacts").click();
  await page.getByRole("button", { name: "Dismiss" }).waitFor();
  await expect.poll(() => choice("Nobody").isChecked()).toBe(true);
});

test("PAS-1: a passphrase is hidden until asked for, and is suggested in a language of one's own", async () => {
  const { page } = await person("Ada", { locale: "es-ES" });
  await page.getByRole("link", { name: /Say a passphrase/ }).click();
  const field = passphraseField(page);
  const masking = () =>
    field.evaluate((input) => getComputedStyle(input).getPropertyValue("-webkit-text-security"));
  await expect.poll(() => masking()).toBe("disc");
  for (const [name, value] of [
    ["autocomplete", "off"],
    ["spellcheck", "false"],
    ["autocapitalize", "none"],
  ]) {
    await expect.poll(() => field.getAttribute(name ?? "")).toBe(value);
  }
  const language = page.getByLabel("Language of suggestions");
  await expect.poll(() => language.inputValue()).toBe("es");
  await language.selectOption({ label: "日本語" });
  await expect
    .poll(async () => {
      await page.getByRole("button", { name: "Suggest three words" }).click();
      return field.inputValue();
    })
    .toMatch(/^[\u3040-\u309f]+( [\u3040-\u309f]+){2}$/);
  await expect.poll(() => masking()).toBe("none");
  await page.getByText(/^Good:/).waitFor();
  await field.fill("love");
  await page.getByText(/^Weak:/).waitFor();
  await page.getByRole("button", { name: "Hide the passphrase" }).click();
  await expect.poll(() => masking()).toBe("disc");
});

test("PAS-4: times out of bounds are refused before anything is sent, and the field has the focus", async () => {
  const ada = await person("Ada");
  const { page } = ada;
  await fillRequest(ada, { passphrase: "blue moon", seconds: 9 });
  await askButton(page).click();
  await page.getByText("Both are whole seconds from 10 to 300.").waitFor();
  await page.getByLabel("Seconds to answer").fill("20");
  await page.getByLabel("Seconds in all").fill("20");
  await askButton(page).click();
  await page.getByText("The seconds in all must be more than those to answer.").waitFor();
  const seconds = page.getByLabel("Seconds to answer");
  await expect.poll(() => seconds.evaluate((field) => field === document.activeElement)).toBe(true);
  await passphraseField(page).fill("");
  await page.getByLabel("Seconds in all").fill("30");
  await askButton(page).click();
  await page.getByText("Type the passphrase that you agreed on.").waitFor();
});

test("PAS-6: asking oneself, and entering one's own number, are told in words", async () => {
  expectFaults(/status of 4\d\d/);
  const ada = await person("Ada");
  const { page } = ada;
  await fillRequest(ada, { to: await idOf(ada), passphrase: "blue moon" });
  await askButton(page).click();
  await heading(page, "That is you").waitFor();
  await ask(ada, { passphrase: "red sun" });
  const number = (await page.locator(".key-number").textContent()) ?? "";
  await page.getByRole("link", { name: "Meet", exact: true }).click();
  await page.getByRole("link", { name: /Enter a number/ }).click();
  await page.getByLabel("The number").fill(number);
  await passphraseField(page).fill("red sun");
  await page.getByRole("button", { name: "Answer" }).click();
  await page.getByText("This passphrase is in use").waitFor();
  await page.getByRole("link", { name: "Your request still waits" }).waitFor();
  await passphraseField(page).fill("blue sky");
  await page.getByRole("button", { name: "Answer" }).click();
  await heading(page, "This is your own number").waitFor();
});
