// The page by keyboard alone, and what screen readers and weak eyes need of each view.

import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { faultsInBothThemes } from "./viewFaults.ts";
import { heading, keyField, makeCard, meet, type Person, shownCode, world } from "./people.ts";

const { person, visitor, url } = world();

const MOST_TABS = 40;

/** Presses Tab until the element of this name has the focus. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let presses = 0; presses < MOST_TABS; presses++) {
    await page.keyboard.press("Tab");
    if (name.test(await focusedText(page))) return;
  }
  throw new Error(`no element ${name} can be reached by Tab`);
}

function focusedText(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement;
    const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])] : [];
    return [element, ...labels]
      .map((part) => part?.textContent ?? "")
      .join(" ")
      .trim();
  });
}

async function arrive(page: Page, name: string): Promise<void> {
  await page.goto(url());
  await heading(page, "Meet people, keep them").waitFor();
  await tabTo(page, /Your name/);
  await page.keyboard.type(name);
  await page.keyboard.press("Enter");
  await heading(page, /twelve words/).waitFor();
  await expect.poll(() => focusedText(page)).toMatch(/twelve words/);
  await tabTo(page, /Later/);
  await page.keyboard.press("Enter");
  await heading(page, "Meet someone").waitFor();
}

test("two people meet without a mouse, and the focus follows", async () => {
  const [ada, ben] = await Promise.all([visitor(), visitor()]);
  await Promise.all([arrive(ada.page, "Ada"), arrive(ben.page, "Ben")]);
  await tabTo(ada.page, /Show a key/);
  await ada.page.keyboard.press("Enter");
  const [number, first = "", second = ""] = (await shownCode(ada.page)).split("-");
  await expect.poll(() => focusedText(ada.page)).toBe("Your key");

  await tabTo(ben.page, /Enter a key/);
  await ben.page.keyboard.press("Enter");
  await ben.page.locator("[role=combobox]:focus").waitFor();
  await ben.page.keyboard.type(`${number} ${first}`);
  await ben.page.keyboard.type(` ${second.slice(0, 4)}`);
  await ben.page.keyboard.press("Enter");
  await Promise.all([ada, ben].map(({ page }) => heading(page, /are now contacts/).waitFor()));
  await expect.poll(() => focusedText(ada.page)).toBe("You and Ben are now contacts");
  await expect.poll(() => focusedText(ben.page)).toBe("You and Ada are now contacts");
  await tabTo(ben.page, /Done/);
  await ben.page.keyboard.press("Enter");
  await heading(ben.page, "Ada").waitFor();
});

test("the page is served with a policy that lets nothing foreign or inline run", async () => {
  const response = await fetch(url());
  const policy = response.headers.get("content-security-policy");
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("require-trusted-types-for 'script'");
  expect(policy).not.toMatch(/unsafe|\*/);
});

/** Each view that an account with one contact and one card has. */
const VIEWS: readonly (readonly [string, (person: Person) => Promise<unknown>])[] = [
  ["#/", ({ page }) => heading(page, "Meet someone").waitFor()],
  ["#/key", ({ page }) => page.locator(".qr path[d^=M]").waitFor({ state: "attached" })],
  ["#/key/enter", ({ page }) => keyField(page).fill("417-guitor-ocean")],
  ["#/contacts", ({ page }) => page.getByRole("searchbox").waitFor()],
  ["#/card/new", ({ page }) => heading(page, "Make a card").waitFor()],
  ["#/you", ({ page }) => heading(page, "Profile").waitFor()],
  ["#/you/phrase", ({ page }) => heading(page, /twelve words/).waitFor()],
  ["#/nothing", ({ page }) => heading(page, "There is nothing here").waitFor()],
];

test("every view has names, roles, targets and contrast, light and dark", async () => {
  const phone = { viewport: { width: 390, height: 844 } };
  const [ada, ben] = await Promise.all([person("Ada", phone), person("Ben")]);
  await makeCard(ada, { Phone: "+1 555 0100" });
  await makeCard(ben, { Phone: "+1 555 0101" });
  await meet(ada, ben);
  await expect.poll(() => faultsInBothThemes(ada.page)).toEqual([]);
  await ada.page.getByRole("button", { name: "Done" }).click();
  await heading(ada.page, "Ben").waitFor();
  await expect.poll(() => faultsInBothThemes(ada.page)).toEqual([]);
  for (const [path, isThere] of VIEWS) {
    await ada.page.goto(`${url()}/${path}`);
    await isThere(ada);
    await expect.poll(() => faultsInBothThemes(ada.page), { message: path }).toEqual([]);
  }
});
