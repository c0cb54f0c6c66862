// An account on several browsers: linked by a code, its link or a passphrase, refused, renamed, removed, restored
// by the twelve words, and what contacts see of it.

import { expect, test } from "vitest";
import { hears, line, openChat, talking, write } from "./chatting.ts";
import {
  admit,
  applicant,
  enterCode,
  expectDevicesGoingOver,
  isAsking,
  link,
  openDevices,
  showCode,
  toJoin,
} from "./linking.ts";
import {
  heading,
  idOf,
  keyField,
  passphraseField,
  type Person,
  shownCode,
  textOf,
  world,
} from "./people.ts";

const people = world();
const { person, visitor, url, expectFaults } = people;

/** A browser that has never been here stands before the ways into an account. */
async function newcomer(): Promise<Person> {
  const someone = await visitor();
  await someone.page.goto(url());
  await toJoin(someone);
  return someone;
}

function deviceRow({ page }: Person, name: string | RegExp) {
  return page.getByRole("button", { name });
}

test("ID-3: a browser joins by the code of another; both write as one, and the contact sees a calm line", async () => {
  expectDevicesGoingOver(people);
  const { ada, ben } = await talking(people);
  await write(ada, "Before");
  await hears(ben, "Before");
  const laptop = await newcomer();
  await link(ada, laptop, "Ada’s laptop");
  expect(await idOf(laptop)).toBe(await idOf(ada));

  await line(ben, "Ada added a device").waitFor();
  await expect.poll(() => ben.page.getByText("Someone may be posing").count()).toBe(0);
  await openChat(laptop, "Ben");
  await hears(laptop, "Before");
  await write(laptop, "From the laptop");
  await hears(ben, "From the laptop");
  await openChat(ada, "Ben");
  await hears(ada, "From the laptop");
  await write(ben, "To both");
  await Promise.all([hears(ada, "To both"), hears(laptop, "To both")]);
  // Nobody but Ben was met.
  await ada.page.getByRole("link", { name: "Contacts", exact: true }).click();
  await heading(ada.page, "Contacts").waitFor();
  await expect.poll(() => ada.page.locator(".person").count()).toBe(1);

  await openDevices(laptop);
  await deviceRow(laptop, /Ada’s laptop.*This device/).waitFor();
  await deviceRow(laptop, /Chrome on Linux/).waitFor();
});

test("ID-3: the link of a code opens the page with the code in place, and only a person sends it", async () => {
  expectDevicesGoingOver(people);
  const ada = await person("Ada");
  const code = await showCode(ada);
  const phone = await visitor();
  await phone.page.goto(`${url()}/#/link/${code}`);
  await heading(phone.page, "Use your account here").waitFor();
  expect(phone.page.url()).not.toContain(code);
  await expect.poll(() => phone.page.getByRole("combobox").inputValue()).toBe(code);
  await heading(ada.page, "Link a device").waitFor();
  await phone.page.getByRole("button", { name: "Link this browser" }).click();
  await admit(ada);
  await heading(phone.page, "Meet someone").waitFor();
});

test("ID-3: a number and a passphrase link as well; the sheet comes up wherever the other is", async () => {
  expectDevicesGoingOver(people);
  const [ada, laptop] = await Promise.all([person("Ada"), newcomer()]);
  const second = { page: await ada.context.newPage(), context: ada.context };
  await second.page.goto(`${url()}/#/you`);
  await heading(second.page, "You").waitFor();

  await showCode(ada);
  await ada.page.getByRole("button", { name: "Use a passphrase" }).click();
  await passphraseField(ada.page).fill("moon over water");
  await ada.page.getByRole("button", { name: "Show the number" }).click();
  await heading(ada.page, "Your number").waitFor();
  const said = await ada.page.locator(".said-number .unseen").first().textContent();

  await laptop.page.getByRole("radio", { name: "Passphrase" }).check();
  await laptop.page.getByRole("button", { name: "Link this browser" }).click();
  await laptop.page.getByText("Type the passphrase, too.").waitFor();
  await laptop.page.getByLabel("The number").fill(said ?? "");
  await passphraseField(laptop.page).fill("Moon over  WATER");
  await laptop.page.getByRole("button", { name: "Link this browser" }).click();
  await isAsking(laptop);
  await applicant(second.page).waitFor();
  await admit(ada);
  await applicant(second.page).waitFor({ state: "detached" });
  await heading(laptop.page, "Meet someone").waitFor();
});

test("ID-3: who is put off waits in a line, also after a reload; who is refused is told", async () => {
  const [ada, stranger] = await Promise.all([person("Ada"), newcomer()]);
  await enterCode(stranger, await showCode(ada), "Stranger");
  await isAsking(stranger);
  await stranger.page.reload();
  await isAsking(stranger);
  await applicant(ada.page).getByRole("button", { name: "Later" }).click();
  await heading(ada.page, "Devices").waitFor();
  await ada.page.getByText("“Stranger” waits to join your account").waitFor();
  await ada.page
    .getByRole("status")
    .getByRole("button", { name: /^Answer/ })
    .click();
  await applicant(ada.page).getByRole("button", { name: "Refuse" }).click();
  await heading(stranger.page, "Your other device declined").waitFor();
  await expect.poll(() => deviceRow(ada, /Chrome on Linux/).count()).toBe(1);
  await stranger.page.getByRole("button", { name: "Enter another code" }).click();
  await heading(stranger.page, "Use your account here").waitFor();
});

test("ID-3: another code than the one shown links nothing, and both are told what to do", async () => {
  const [ada, guesser] = await Promise.all([person("Ada"), newcomer()]);
  const [number] = (await showCode(ada)).split("-");
  await enterCode(guesser, `${number}-zoo-zoo`, "Guesser");
  await heading(guesser.page, "That code did not match").waitFor();
  await heading(ada.page, "The code did not match").waitFor();
  await ada.page.getByRole("button", { name: "Show a fresh code" }).click();
  await shownCode(ada.page);
  await guesser.page.getByRole("button", { name: "Enter another code" }).click();
  await expect.poll(() => guesser.page.getByRole("combobox").inputValue()).toBe("");
  await guesser.page.getByRole("link", { name: "Back" }).click();
  // Whoever goes back begins an account of their own, by the name that they give.
  await guesser.page.getByLabel("Your name").fill("Gus");
  await guesser.page.getByRole("button", { name: "Go on" }).click();
  await guesser.page.getByRole("button", { name: "Later" }).click();
  await guesser.page.getByRole("link", { name: "You", exact: true }).click();
  await expect
    .poll(() => guesser.page.getByLabel("Name", { exact: true }).inputValue())
    .toBe("Gus");
});

test("ID-3: a device that is removed shows it within a second, in every window, and can take a copy along", async () => {
  expectDevicesGoingOver(people);
  expectFaults(/40[13]/); // what it asks from then on
  const { ada, ben } = await talking(people);
  await write(ben, "Keep this");
  await hears(ada, "Keep this");
  const laptop = await newcomer();
  await link(ada, laptop, "Laptop");
  await openChat(laptop, "Ben");
  await hears(laptop, "Keep this");
  const second = { page: await laptop.context.newPage(), context: laptop.context };
  await second.page.goto(url());
  await heading(second.page, "Meet someone").waitFor();

  await openDevices(ada);
  await deviceRow(ada, /Laptop/).click();
  await ada.page.getByRole("button", { name: "Remove this device" }).click();
  const removal = ada.page.getByRole("dialog", { name: "Remove Laptop" });
  await removal.getByText("gets no more messages").waitFor();
  await removal.getByRole("button", { name: "Keep it" }).click();
  await deviceRow(ada, /Laptop/).click();
  await ada.page.getByRole("button", { name: "Remove this device" }).click();
  await removal.getByRole("button", { name: "Remove it" }).click();
  const before = performance.now();
  await heading(laptop.page, "This device was removed from your account").waitFor();
  expect(performance.now() - before).toBeLessThan(1_500); // the click's own way included
  await heading(second.page, "This device was removed from your account").waitFor();
  await expect.poll(() => deviceRow(ada, /Laptop/).count()).toBe(0);
  await openChat(ben, "Ada");
  await line(ben, "Ada removed a device").waitFor();

  const [download] = await Promise.all([
    laptop.page.waitForEvent("download"),
    laptop.page.getByRole("button", { name: "Download everything" }).click(),
  ]);
  expect(await textOf(download)).toContain("Keep this");
  await laptop.page.reload();
  await heading(laptop.page, "This device was removed from your account").waitFor();
  await laptop.page.getByRole("button", { name: "Begin anew" }).click();
  await laptop.page.getByRole("button", { name: "Delete and begin anew" }).click();
  await heading(laptop.page, "Meet people, keep them").waitFor();
  await link(ada, laptop, "Laptop again", { isAtWelcome: true });
});

test("ID-3: a device is renamed, and removes itself after asking", async () => {
  expectDevicesGoingOver(people);
  expectFaults(/40[13]/);
  const [ada, laptop] = await Promise.all([person("Ada"), newcomer()]);
  await openDevices(ada);
  await deviceRow(ada, /Chrome on Linux/).click();
  await ada.page.getByText("It is the account’s only device.").waitFor();
  await ada.page.getByRole("button", { name: "Close" }).click();
  await link(ada, laptop, "Laptop");
  await openDevices(laptop);
  await deviceRow(laptop, /Laptop.*This device/).click();
  await laptop.page.getByRole("dialog").getByLabel("Name").fill("Kitchen");
  await laptop.page.getByRole("button", { name: "Save" }).last().click();
  await deviceRow(laptop, /Kitchen/).click();
  await laptop.page.getByRole("button", { name: "Remove this device" }).click();
  await laptop.page.getByRole("button", { name: "Remove it" }).click();
  await heading(laptop.page, "This device was removed from your account").waitFor();
  await openDevices(ada);
  await expect.poll(() => deviceRow(ada, /Kitchen|Laptop/).count()).toBe(0);
});

test("ID-3: other windows of a browser that joins begin anew with the account, by themselves", async () => {
  expectDevicesGoingOver(people);
  const [ada, eve] = await Promise.all([person("Ada"), person("Eve")]);
  const second = { page: await eve.context.newPage(), context: eve.context };
  await second.page.goto(`${url()}/#/you`);
  await heading(second.page, "You").waitFor();
  const code = await showCode(ada);
  await eve.page.goto(`${url()}/#/link/${code}`);
  await eve.page.getByText("The other one takes its place.").waitFor();
  await eve.page.getByRole("button", { name: "Link this browser" }).click();
  await admit(ada);
  await heading(eve.page, "Meet someone").waitFor();
  await heading(second.page, "Meet someone").waitFor();
  const id = await idOf(ada);
  await expect.poll(() => idOf(eve)).toBe(id);
  await expect.poll(() => idOf(second)).toBe(id);
});

test("ID-3: who has contacts of their own does not lose them to a link", async () => {
  const { ada } = await talking(people);
  await ada.page.goto(`${url()}/#/link/417-guitar-ocean`);
  await heading(ada.page, "This browser has an account of its own").waitFor();
  await ada.page.getByRole("button", { name: "Link another device" }).click();
  await shownCode(ada.page);
});

test("ID-3: a code that ran out says so and offers a fresh one", async () => {
  const ada = await visitor();
  await ada.page.clock.install();
  await ada.page.goto(url());
  await ada.page.getByRole("button", { name: "Skip" }).click();
  await ada.page.getByRole("button", { name: "Later" }).click();
  const code = await showCode(ada);
  await ada.page.clock.fastForward("02:01");
  await heading(ada.page, "This code has expired").waitFor();
  await ada.page.getByRole("button", { name: "Show a fresh code" }).click();
  await heading(ada.page, "Link a device").waitFor();
  await expect.poll(() => shownCode(ada.page)).not.toBe(code);
});

test("ID-3: keys for people and codes of devices are not taken for each other", async () => {
  const [ada, laptop] = await Promise.all([person("Ada"), newcomer()]);
  await laptop.page.getByRole("combobox").fill("https://example.org/#/key/417-guitar-ocean");
  await laptop.page.getByText("This is a key for meeting someone.").waitFor();
  await expect
    .poll(() => laptop.page.getByRole("button", { name: "Link this browser" }).isDisabled())
    .toBe(true);
  await ada.page.getByRole("link", { name: /Enter a key/ }).click();
  await keyField(ada.page).fill("https://example.org/#/link/417-guitar-ocean");
  await ada.page.getByRole("button", { name: "Meet", exact: true }).click();
  await heading(ada.page, "Use your account here").waitFor();
  await expect.poll(() => ada.page.getByRole("combobox").inputValue()).toBe("417-guitar-ocean");
});
