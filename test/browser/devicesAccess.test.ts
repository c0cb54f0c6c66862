// What screen readers, keyboards and weak eyes need of the views about devices, in each of their states.

import { expect, test } from "vitest";
import {
  admit,
  applicant,
  enterCode,
  expectDevicesGoingOver,
  isAsking,
  openDevices,
  showCode,
  toJoin,
} from "./linking.ts";
import { heading, passphraseField, type Person, shownCode, world } from "./people.ts";
import { faultsInBothThemes } from "./viewFaults.ts";

const people = world();
const { person, visitor, url, expectFaults } = people;

async function expectNoFaults({ page }: Person, state: string): Promise<void> {
  await expect.poll(() => faultsInBothThemes(page), { message: state }).toEqual([]);
}

function focused({ page }: Person): Promise<string> {
  return page.evaluate(() => document.activeElement?.textContent?.trim() ?? "");
}

test("ID-3: every state of linking and removing has names, roles, targets and contrast, light and dark", async () => {
  expectDevicesGoingOver(people);
  expectFaults(/40[13]/);
  const phone = { viewport: { width: 390, height: 844 } };
  const [ada, tablet] = await Promise.all([person("Ada", phone), visitor(phone)]);
  await openDevices(ada);
  await expectNoFaults(ada, "devices");
  await tablet.page.goto(url());
  await heading(tablet.page, "Meet people, keep them").waitFor();
  await expectNoFaults(tablet, "welcome");
  await toJoin(tablet);
  await expect.poll(() => tablet.page.locator("[role=combobox]:focus").count()).toBe(1);
  await tablet.page.getByRole("combobox").fill("417-guitor-ocean");
  await expectNoFaults(tablet, "a mistyped code");
  await tablet.page.getByRole("radio", { name: "Passphrase" }).check();
  await tablet.page.getByRole("button", { name: "Link this browser" }).click();
  await tablet.page.getByText("Type the passphrase, too.").waitFor();
  await expectNoFaults(tablet, "a number that is missing");
  await tablet.page.getByRole("radio", { name: "Twelve words" }).check();
  await tablet.page.getByLabel("Word 1", { exact: true }).pressSequentially("absrob ac");
  await tablet.page.getByRole("option", { name: "accident" }).waitFor();
  await expectNoFaults(tablet, "words that are typed");
  await tablet.page.getByRole("radio", { name: "Code" }).check();

  await showCode(ada);
  await expect.poll(() => focused(ada)).toBe("Link a device");
  await ada.page.locator(".qr path[d^=M]").waitFor({ state: "attached" });
  await expectNoFaults(ada, "a code");
  await ada.page.getByRole("button", { name: "Use a passphrase" }).click();
  await passphraseField(ada.page).fill("moon over water");
  await expectNoFaults(ada, "a passphrase");
  await ada.page.getByRole("button", { name: "Show the number" }).click();
  await heading(ada.page, "Your number").waitFor();
  await expectNoFaults(ada, "a number");
  await ada.page.getByRole("link", { name: "Cancel" }).click();
  await enterCode(tablet, await showCode(ada), "Tablet");
  await isAsking(tablet);
  await expect.poll(() => focused(tablet)).toBe("Confirm on your other device");
  await expectNoFaults(tablet, "waiting");
  await expect.poll(() => focused(ada)).toBe("“Tablet” wants to join your account");
  await expectNoFaults(ada, "an applicant");
  await ada.page.keyboard.press("Escape");
  await applicant(ada.page).waitFor({ state: "detached" });
  await ada.page.getByText("“Tablet” waits to join your account").waitFor();
  await expectNoFaults(ada, "an applicant put off");
  await ada.page
    .getByRole("button", { name: /^Answer/ })
    .first()
    .click();
  await admit(ada);
  await heading(tablet.page, "Meet someone").waitFor();

  await ada.page.getByRole("button", { name: /^Tablet/ }).click();
  await ada.page.getByRole("dialog", { name: "Tablet" }).waitFor();
  await expectNoFaults(ada, "a device");
  await ada.page.getByRole("button", { name: "Remove this device" }).click();
  await ada.page.getByRole("dialog", { name: "Remove Tablet" }).waitFor();
  await expect.poll(() => focused(ada)).toBe("Remove Tablet?");
  await expectNoFaults(ada, "removing");
  await ada.page.getByRole("button", { name: "Remove it" }).click();
  await heading(tablet.page, "This device was removed from your account").waitFor();
  await expectNoFaults(tablet, "removed");
  await tablet.page.getByRole("button", { name: "Begin anew" }).click();
  await expectNoFaults(tablet, "beginning anew");
  await ada.page.getByRole("button", { name: "New recovery phrase" }).click();
  await expectNoFaults(ada, "another phrase");
});

test("ID-3: how linking can end has names, roles, targets and contrast, light and dark", async () => {
  const phone = { viewport: { width: 390, height: 844 } };
  const [ada, guesser] = await Promise.all([person("Ada", phone), visitor(phone)]);
  await guesser.page.goto(url());
  await toJoin(guesser);
  const [number] = (await showCode(ada)).split("-");
  await enterCode(guesser, `${number}-zoo-zoo`, "Guesser");
  await heading(guesser.page, "That code did not match").waitFor();
  await heading(ada.page, "The code did not match").waitFor();
  await expectNoFaults(ada, "another code");
  await expectNoFaults(guesser, "another code, entered");
  await ada.page.getByRole("button", { name: "Show a fresh code" }).click();
  await guesser.page.getByRole("button", { name: "Enter another code" }).click();
  await enterCode(guesser, await shownCode(ada.page), "Guesser");
  await applicant(ada.page).getByRole("button", { name: "Refuse" }).click();
  await heading(guesser.page, "Your other device declined").waitFor();
  await expect.poll(() => focused(guesser)).toBe("Your other device declined");
  await expectNoFaults(guesser, "refused");
  await ada.page.goto(`${url()}/#/link/417-guitar-ocean`);
  await ada.page.getByText("The other one takes its place.").waitFor();
  await expectNoFaults(ada, "a browser with an account");
});

test("ID-3: a device is linked without a mouse", async () => {
  expectDevicesGoingOver(people);
  const [ada, laptop] = await Promise.all([person("Ada"), visitor()]);
  const code = await showCode(ada);
  await laptop.page.goto(`${url()}/#/link/${code}`);
  await laptop.page.locator("[role=combobox]:focus").waitFor();
  await expect.poll(() => laptop.page.getByRole("combobox").inputValue()).toBe(code);
  await laptop.page.keyboard.press("Enter");
  await applicant(ada.page).waitFor();
  await expect.poll(() => focused(ada)).toMatch(/wants to join/);
  await ada.page.keyboard.press("Tab");
  await expect.poll(() => focused(ada)).toBe("Add this device");
  await ada.page.keyboard.press("Enter");
  await heading(laptop.page, "Meet someone").waitFor();
});
