// Rooms by keyboard alone, what screen readers hear of them, and how their views fit a small phone and a desktop.

import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { focused, press } from "./keys.ts";
import { heading, world } from "./people.ts";
import { hear, isIn, openPerson, openRoom, say } from "./rooming.ts";
import { faultsInBothThemes, faultsOfView } from "./viewFaults.ts";

const { person, url } = world();

const SMALL = { width: 320, height: 568 };
const WIDE = { width: 1280, height: 800 };
const fits = (page: Page, what: string) =>
  expect.poll(() => faultsOfView(page), { message: what }).toEqual([]);
const fitsInBothThemes = (page: Page, what: string) =>
  expect.poll(() => faultsInBothThemes(page), { message: what }).toEqual([]);

test("the views of rooms have names, roles, targets and contrast on a small phone and a desktop", async () => {
  const [ada, ben] = await Promise.all([
    person("Ada", { viewport: SMALL, hasTouch: true, isMobile: true, colorScheme: "dark" }),
    person("Ben", { viewport: WIDE }),
  ]);
  await ada.page.getByRole("link", { name: "Rooms", exact: true }).click();
  await ada.page.getByText("No room is listed").waitFor();
  await fits(ada.page, "an empty lobby");
  await ada.page.getByRole("link", { name: "Open a room" }).first().click();
  await ada.page.getByRole("button", { name: "Open the room" }).click();
  await ada.page.getByText("Say what the room is called.").waitFor();
  await fits(ada.page, "opening, with what is missing");
  const title = "A room with a rather long title, as titles go";
  const address = await openRoom(ada, title, { topic: "Tea", admission: /^Whom you let in/ });
  await fitsInBothThemes(ada.page, "alone in a room");
  await ben.page.goto(`${url()}/#/rooms`);
  await ben.page.getByRole("link", { name: /^A room with/ }).waitFor();
  await fitsInBothThemes(ben.page, "a lobby");
  await ben.page.goto(address);
  await ben.page.getByRole("button", { name: "Ask to come in" }).waitFor();
  await fits(ben.page, "the entrance");
  await ben.page.getByRole("button", { name: "Ask to come in" }).click();
  await heading(ben.page, "Waiting to be let in").waitFor();
  await ada.page.getByRole("button", { name: "Let in: Ben" }).waitFor();
  await Promise.all([fits(ben.page, "waiting"), fits(ada.page, "somebody waits")]);
  await ada.page.getByRole("button", { name: "Look after the room" }).click();
  await fits(ada.page, "looking after the room");
  const steward = ada.page.getByRole("dialog");
  await steward.evaluate((sheet) => sheet.scrollTo(0, sheet.scrollHeight));
  await ada.page.getByRole("button", { name: "Title, topic, who may join" }).click();
  // The next step of a sheet begins at its head.
  await expect.poll(() => focused(ada.page)).toBe("Change the room");
  expect(await steward.evaluate((sheet) => sheet.scrollTop)).toBe(0);
  // In colours of one's own, edges are drawn, and each choice once.
  await ada.page.emulateMedia({ forcedColors: "active" });
  expect(await steward.evaluate((sheet) => getComputedStyle(sheet).borderTopWidth)).toBe("1px");
  const choice = steward.getByRole("radio").first();
  expect(await choice.evaluate((one) => getComputedStyle(one, "::before").content)).toBe("none");
  await ada.page.emulateMedia({ forcedColors: "none" });
  await fits(ada.page, "changing the room");
  await ada.page.getByRole("button", { name: "Back" }).click();
  await steward.getByRole("button", { name: "Let in: Ben" }).click();
  await ada.page.getByRole("button", { name: "Done", exact: true }).click();
  await isIn(ben, title);
  await say(ben, "Hello, and https://example.org/");
  await hear([ada, ben], "Hello, and");
  await Promise.all([
    fitsInBothThemes(ben.page, "the room, wide"),
    fitsInBothThemes(ada.page, "the room, small"),
  ]);
  await ada.page.getByRole("button", { name: "2 people in the room" }).click();
  await fits(ada.page, "people");
  await ada.page.getByRole("dialog").getByRole("button", { name: "Ben" }).click();
  await heading(ada.page, "Ben").waitFor();
  await fitsInBothThemes(ada.page, "somebody");
  await ada.page.getByRole("button", { name: "Report" }).click();
  await fits(ada.page, "reporting");
  await ada.page.getByRole("button", { name: "Back" }).click();
  await (await openPerson(ben, "Ada")).getByRole("button", { name: "Step aside" }).click();
  await ada.page.getByRole("button", { name: "Accept: step aside with Ben" }).waitFor();
  const isAsked = fits(ben.page, "somebody is asked");
  await Promise.all([isAsked, fitsInBothThemes(ada.page, "an offer above a sheet")]);
  await ada.page.getByRole("button", { name: "Close" }).click();
  await fits(ada.page, "an offer");
  await ada.page.getByRole("button", { name: "Accept: step aside with Ben" }).click();
  await Promise.all([isIn(ada, "Ben"), isIn(ben, "Ada")]);
  await fits(ada.page, "a room for two");
});

test("one comes in, speaks and finds people without a mouse, and hears what the others say", async () => {
  const [ada, ben] = await Promise.all([person("Ada"), person("Ben")]);
  const title = "Keys alone";
  const address = await openRoom(ada, title);
  await ben.page.goto(address);
  await heading(ben.page, title).waitFor();
  await press(ben.page, /^Join$/);
  await isIn(ben, title);
  await expect.poll(() => focused(ben.page)).toBe(`Message to ${title}`);
  await ben.page.keyboard.type("Good morning");
  await ben.page.keyboard.press("Shift+Enter");
  await ben.page.keyboard.type("all");
  await ben.page.keyboard.press("Enter");
  await hear([ada, ben], "Good morning");
  const news = (page: Page) => page.getByRole("log", { name: "New in the room" });
  await news(ada.page).getByText("Ben came in.").waitFor();
  await news(ada.page).getByText("Ben: Good morning all").waitFor();
  // However much is said at once, it is told in a few words.
  for (let count = 1; count <= 12; count++) await say(ada, `Number ${count}`);
  await hear([ben], "Number 12");
  await news(ben.page).getByText("new messages from Ada.").first().waitFor();
  expect(await news(ben.page).locator("p").count()).toBeLessThan(7);
  await press(ben.page, /^A\s?Ada/);
  await expect.poll(() => focused(ben.page)).toBe("Ada");
  await ben.page.keyboard.press("Escape");
  await expect.poll(() => focused(ben.page)).toMatch(/^A\s?Ada/);
});
