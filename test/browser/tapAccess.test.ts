// The views of taps and badges by keyboard alone, what screen readers and weak eyes need of them, and how they fit a
// small phone and paper.

import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { focused, press } from "./keys.ts";
import { faultsOfView } from "./viewFaults.ts";
import { heading, type Person, world } from "./people.ts";
import { gather, openTap, ownCode, shownLink, WORDS_ARE_THE_SAME } from "./tapping.ts";

const { person, url } = world();

const fits = (page: Page, what: string) =>
  expect.poll(() => faultsOfView(page), { message: what }).toEqual([]);

/** Two phones and a small one; what is on the screen of each is the same in either theme. */
test("the views of taps and badges have names, roles, targets and contrast, light and dark", async () => {
  const phone = { viewport: { width: 390, height: 844 } };
  const people = await Promise.all([
    person("Ada", { ...phone, colorScheme: "light" }),
    person("Ben", { ...phone, colorScheme: "dark" }),
    person("Cleo", { viewport: { width: 320, height: 568 }, colorScheme: "dark" }),
  ]);
  const [ada, ben, cleo] = people as [Person, Person, Person];
  const fit = async (what: string, who: readonly Person[] = [ada, ben]) => {
    for (const { page } of who) await fits(page, what);
  };
  await gather(ada, [ben, cleo]);
  await ada.page.getByRole("button", { name: "Compare a phrase together" }).click();
  for (const { page } of people) await heading(page, /Do all of you see/).waitFor();
  await fit("table", people);
  for (const { page } of people) await page.getByRole("button", WORDS_ARE_THE_SAME).click();
  for (const { page } of people) await heading(page, /are in contact/).waitFor();
  await fit("table that is over");
  for (const { page } of people) await page.getByRole("button", { name: "Show the group" }).click();
  for (const { page } of people) await page.getByText("All have compared").waitFor();
  await fit("group");
  await ben.page.getByRole("link", { name: /Ada a contact/ }).click();
  await ben.page.getByText(/, by a tap$/).waitFor();
  await fit("contact", [ben]);

  await gather(ada, [ben, cleo]);
  await fit("tap and several", people);
  for (const { page } of [ada, ben]) {
    await page.goto(`${url()}/#/you/badge`);
    await page.getByRole("button", { name: "Make a badge" }).click();
    await page.locator(".name-badge .qr path[d^=M]").waitFor({ state: "attached" });
  }
  await fit("badge");
  const badges = [await shownLink(ada), await shownLink(ben)];
  const dan = await person("Dan", { ...phone, colorScheme: "dark" });
  for (const badge of badges) {
    await dan.page.goto(badge);
    await dan.page.getByRole("button", { name: "Ask to become contacts" }).waitFor();
    await fit("someone's badge", [dan]);
    await dan.page.getByRole("button", { name: "Ask to become contacts" }).click();
    await heading(dan.page, /is asked$/).waitFor();
  }
  await fit("asked", [dan]);
  for (const { page } of [ada, ben]) await page.getByRole("button", { name: /^Approve/ }).waitFor();
  await fit("request");
});

test("a tap by link goes without a mouse, and the focus follows", async () => {
  const [ada, ben] = await Promise.all([
    person("Ada", { viewport: { width: 320, height: 568 } }),
    person("Ben", { viewport: { width: 390, height: 844 } }),
  ]);
  await openTap(ben);
  // Code and viewfinder are in sight together.
  const code = await ownCode(ben.page).boundingBox();
  const reader = await ben.page.locator(".tap-reader .scanner").boundingBox();
  const bar = await ben.page.getByRole("navigation").boundingBox();
  expect(code!.y).toBeGreaterThanOrEqual(0);
  expect(reader!.y + 100).toBeLessThan(bar!.y);
  await ada.page.goto(await shownLink(ben));
  await heading(ada.page, /Connect with whoever/).waitFor();
  await fits(ada.page, "link");
  await press(ada.page, /^Connect$/);
  await heading(ada.page, "You and Ben are in contact").waitFor();
  await fits(ada.page, "by link");
  await ben.page.getByText("You and Ada are in contact").first().waitFor();
  await fits(ben.page, "tapped");
  await expect.poll(() => focused(ada.page)).toBe("You and Ben are in contact");
  await press(ada.page, /^Undo the tap with Ben/);
  await ada.page.getByText("The tap with Ben is undone.").first().waitFor();
  await heading(ada.page, "Tap").waitFor();
});

test("on paper a badge is the name, the handle and the code alone, as large as holders are", async () => {
  const ada = await person("Ada");
  await ada.page.goto(`${url()}/#/you/badge`);
  await ada.page.getByRole("button", { name: "Make a badge" }).click();
  await ada.page.locator(".name-badge .qr path[d^=M]").waitFor({ state: "attached" });
  await ada.page.emulateMedia({ media: "print" });
  expect((await ada.page.locator("body").innerText()).trim()).toBe("Ada");
  const badge = (await ada.page.locator(".name-badge").boundingBox())!;
  const MM = 96 / 25.4;
  expect(badge.width / MM).toBeCloseTo(90, 0);
  expect(badge.height / MM).toBeCloseTo(55, 0);
  const code = (await ada.page.locator(".name-badge .qr").boundingBox())!;
  expect(code.width / MM).toBeGreaterThan(30);
});
