// What screen readers and weak eyes need of each state of a meeting by passphrase: on a phone in light
// colours and on a desktop in dark ones, since sizes follow the one and contrast the other.

import { expect, test } from "vitest";
import {
  answer,
  ask,
  bothConnected,
  fillRequest,
  heading,
  idOf,
  makeCard,
  passphraseField,
  type Person,
  sheet,
  world,
} from "./people.ts";
import { faultsOfView } from "./viewFaults.ts";

const { pair, person, url } = world();

const LOOKS = [
  { colorScheme: "light", width: 390, height: 844 },
  { colorScheme: "dark", width: 1280, height: 800 },
] as const;

async function faultless({ page }: Person, state: string): Promise<void> {
  for (const { colorScheme, width, height } of LOOKS) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize({ width, height });
    await page.evaluate(async () => {
      // A transition to the other theme begins with the next frame.
      await new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)));
      await Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
    });
    const found = { state, colorScheme, faults: await faultsOfView(page) };
    expect(found).toEqual({ state, colorScheme, faults: [] });
  }
}

const button = ({ page }: Person, name: string | RegExp) => page.getByRole("button", { name });

test("the one who asks finds every state accessible", async () => {
  const { ada, ben, benId } = await pair();
  await fillRequest(ada, { to: benId, passphrase: "", seconds: 9 });
  await button(ada, "Suggest three words").click();
  await ada.page.getByText(/^Good:/).waitFor();
  await button(ada, /^Ask/).click();
  await ada.page.getByText("Both are whole seconds").waitFor();
  await faultless(ada, "a request with faults");
  await ask(ada, { to: benId, passphrase: "one two three" });
  await faultless(ada, "asking");
  await answer(ben, "one two four");
  await heading(ada.page, "The passphrases differ").waitFor();
  await faultless(ada, "mismatch");
  await ask(ada, { passphrase: "blue moon" });
  await faultless(ada, "a number");
  await ada.page.goto(`${url()}/#/ask/answer`);
  await button(ada, "Answer").click();
  await ada.page.getByText("The number has three").waitFor();
  await faultless(ada, "entering a number");
});

test("the one who is asked finds every state accessible", async () => {
  const [ada, ben] = await Promise.all([person("Ada"), person("Ben")]);
  await makeCard(ben, { Phone: "+1 555 0101" });
  const benId = await idOf(ben);
  await ask(ada, { to: benId, passphrase: "one two three" });
  await sheet(ben.page).waitFor();
  await faultless(ben, "a stranger's request");
  await button(ben, "Later").click();
  await faultless(ben, "a request put off");
  await button(ben, /^Answer/).click();
  await answer(ben, "one two four");
  await heading(ben.page, "The passphrases differ").waitFor();
  await faultless(ben, "mismatch in the sheet");
  await button(ben, "Close").click();
  await ask(ada, { to: benId, passphrase: "blue moon" });
  await answer(ben, "one two four");
  await ben.page.getByText("This passphrase is used up").waitFor();
  await faultless(ben, "a passphrase that is used up");
  await button(ada, "Cancel").click();
  await ben.page.getByText(/asked to meet at/).waitFor();
  await faultless(ben, "a missed request");
  await ask(ada, { to: benId, passphrase: "red sun" });
  await answer(ben, "red sun");
  await heading(ben.page, "You and Ada are now contacts").waitFor();
  await faultless(ben, "connected in the sheet");
  await button(ben, "Done").click();
  await ben.page.goto(`${url()}/#/contacts`);
  await ben.page.getByRole("link", { name: /Ada/ }).click();
  await button(ben, "Block").click();
  await ben.page.goto(`${url()}/#/you`);
  await button(ben, /^Unblock/).waitFor();
  await faultless(ben, "someone blocked");
});

test("a request is answered without a mouse", async () => {
  const { ada, ben, benId } = await pair();
  await ask(ada, { to: benId, passphrase: "blue moon" });
  await sheet(ben.page).waitFor();
  await expect
    .poll(() => ben.page.evaluate(() => document.activeElement?.textContent))
    .toMatch(/asks to meet you/);
  await ben.page.keyboard.press("Tab");
  await expect
    .poll(() => passphraseField(ben.page).evaluate((field) => field === document.activeElement))
    .toBe(true);
  await ben.page.keyboard.type("blue moon");
  await ben.page.keyboard.press("Enter");
  await bothConnected(ada, ben);
  await expect
    .poll(() => ben.page.evaluate(() => document.activeElement?.textContent))
    .toBe("You and Ada are now contacts");
});
