// TAP-2 to TAP-8 on the page: by a link, by the camera, several at a table, and by a badge.

import { afterEach, expect, test } from "vitest";
import { type FakeCamera, fakeCamera } from "../support/fakeCamera.ts";
import { heading, type Person, world } from "./people.ts";
import {
  gather,
  giveNfc,
  openTap,
  shownLink,
  textOfCode,
  WORDS_ARE_THE_SAME,
  writtenTo,
} from "./tapping.ts";

const { person, visitor, url, pair, expectFaults } = world();

let camera: FakeCamera | null = null;
afterEach(() => {
  camera?.remove();
  camera = null;
});

const table = ({ page }: Person) => page.getByRole("dialog");
const tell = (people: readonly Person[], text: RegExp) =>
  Promise.all(people.map(({ page }) => heading(page, text).waitFor()));

test("TAP-3, TAP-7: by a link both become contacts once it is confirmed, and either undoes it", async () => {
  const ada = await person("Ada");
  const ben = await visitor();
  await openTap(ada);
  const link = await shownLink(ada);
  await ben.page.goto(link);
  await heading(ben.page, "Someone wants to meet you").waitFor();
  expect(ben.page.url()).toBe(`${url()}/#/tap`);
  await ben.page.getByLabel("Your name").fill("Ben");
  await ben.page.getByRole("button", { name: "Go on" }).click();
  await heading(ben.page, "Connect with whoever gave you this link?").waitFor();
  expect(await ada.page.getByText("in contact").count()).toBe(0);
  await ben.page.getByRole("button", { name: "Connect", exact: true }).click();
  await heading(ben.page, "You and Ada are in contact").waitFor();
  await ada.page.getByText("You and Ben are in contact").first().waitFor();
  await ada.page.getByText("Scan theirs, too, to be sure who it was.").waitFor();

  await ada.page.getByRole("link", { name: "Show", exact: true }).click();
  await ada.page.getByText("The server says who this was.").waitFor();
  await ada.page.getByText(/, by a tap$/).waitFor();
  await ada.page.getByRole("button", { name: "Undo the tap with Ben" }).click();
  await heading(ada.page, "This contact is no longer here").waitFor();
  await ben.page.getByText("The tap with Ada is undone.").waitFor();
  await ben.page.goto(`${url()}/#/contacts`);
  await heading(ben.page, /twelve words/).waitFor();
  await ben.page.getByRole("button", { name: "Later" }).click();
  await heading(ben.page, "No contacts yet").waitFor();

  await ben.page.goto(link);
  await ben.page.getByRole("button", { name: "Connect", exact: true }).click();
  await heading(ben.page, "That code was used already").waitFor();
});

test("TAP-2: one page scans the code of the other with its camera, and both stay ready for the next", async () => {
  const ada = await person("Ada");
  await openTap(ada);
  camera = fakeCamera(await textOfCode(ada));
  const ben = await person("Ben", { camera: camera.file });
  await openTap(ben);
  await ben.page.getByText("You and Ada are in contact").first().waitFor();
  await ada.page.getByText("You and Ben are in contact").first().waitFor();
  await ben.page.getByText("This device has checked who it is.").waitFor();
  for (const { page } of [ada, ben]) {
    await page.locator(".tap-plate .qr").first().waitFor();
    await page.locator(".tap-reader").waitFor();
  }
});

test("TAP-5, TAP-6: three compare one phrase at a table and become a group; one who declines ends it for all", async () => {
  const people = await Promise.all([person("Ada"), person("Ben"), person("Cleo")]);
  const [ada, ben, cleo] = people as [Person, Person, Person];
  await gather(ada, [ben, cleo]);
  await ada.page.getByRole("button", { name: "Compare a phrase together" }).click();
  await tell(people, /Do all of you see these words/);
  const words = await Promise.all(
    people.map((one) => table(one).locator(".table-words").textContent()),
  );
  expect(new Set(words).size).toBe(1);
  await ada.page.getByRole("button", WORDS_ARE_THE_SAME).click();
  await cleo.page.getByRole("button", { name: "They differ" }).click();
  await ada.page.getByText(/said that the words differ/).waitFor();
  await tell([ben], /said that the words differ/);
  for (const { page } of people) await page.getByRole("button", { name: "Close" }).click();
  await ada.page.goto(`${url()}/#/contacts`);
  await heading(ada.page, "No contacts yet").waitFor();

  await gather(ada, [ben, cleo]);
  await ada.page.getByRole("button", { name: "Compare a phrase together" }).click();
  for (const { page } of people) await page.getByRole("button", WORDS_ARE_THE_SAME).click();
  await heading(ada.page, "You and Ben and Cleo are in contact")
    .or(heading(ada.page, "You and Cleo and Ben are in contact"))
    .waitFor();
  await tell([ben, cleo], /You and Ada are in contact/);
  await ben.page.getByRole("button", { name: "Show the group" }).click();
  await ben.page.getByText("All have compared the same words.").waitFor();
  await ben.page.getByRole("link", { name: /Ada a contact/ }).waitFor();
  await ben.page.getByText("no contact of yours; tap with them").waitFor();
});

test("TAP-3, TAP-5: several are connected with one tap, and one who is scanned twice is one", async () => {
  const people = await Promise.all([person("Ada"), person("Ben"), person("Cleo")]);
  const [ada, ben, cleo] = people as [Person, Person, Person];
  await gather(ada, [ben, cleo, ben]);
  await ada.page.getByRole("button", { name: "Connect all 2" }).click();
  await expect
    .poll(() => ada.page.getByText("You are in contact", { exact: true }).count())
    .toBe(2);
  await ada.page.getByRole("link", { name: "Show the group" }).click();
  await heading(ada.page, /^You, (Ben and Cleo|Cleo and Ben)$/).waitFor();
  await ada.page.getByRole("button", { name: "Leave the group" }).click();
  await ada.page.getByRole("button", { name: "Leave", exact: true }).click();
  await heading(ada.page, "Contacts").waitFor();
});

test("TAP-8: a badge leads to a request, which its owner approves", async () => {
  expectFaults(/404.*\/v1\/(badges|contact-requests)$/);
  const { ada, ben } = await pair();
  await giveNfc(ada);
  await ada.page.goto(`${url()}/#/you/badge`);
  await ada.page.reload();
  await ada.page.getByRole("button", { name: "Make a badge" }).click();
  await ada.page.getByText("Nobody has asked by it yet.").waitFor();
  const badge = await shownLink(ada);
  await ada.page.getByRole("button", { name: "Write to an NFC tag" }).click();
  await expect.poll(() => writtenTo(ada)).toEqual([{ recordType: "url", data: badge }]);
  await ben.page.goto(badge);
  await ben.page.getByRole("button", { name: "Ask to become contacts" }).click();
  await heading(ben.page, /is asked$/).waitFor();
  await ben.page.getByRole("button", { name: "Withdraw the request" }).click();
  await ben.page.getByRole("button", { name: "Ask to become contacts" }).click();
  await ada.page.getByRole("button", { name: /^Approve/ }).click();
  await ada.page.getByText("are in contact.").waitFor();
  await heading(ben.page, "You and Ada are contacts").waitFor();
  await ben.page.getByRole("link", { name: "Show the contact" }).click();
  await ben.page.getByText(/, by a badge$/).waitFor();

  await ada.page.goto(`${url()}/#/you`);
  await ada.page.goto(`${url()}/#/you/badge`);
  await ada.page.getByRole("button", { name: "Revoke it" }).click();
  await ada.page.getByRole("dialog").getByRole("button", { name: "Revoke it" }).click();
  await ada.page.getByRole("button", { name: "Make a badge" }).waitFor();
  const cleo = await person("Cleo");
  await cleo.page.goto(badge);
  await heading(cleo.page, "This badge is no longer good").waitFor();
});
