// What people do in conversations: two who have met open the one they share, write, and open menus.

import type { Locator, Page } from "playwright-core";
import { heading, meet, type Person, type World } from "./people.ts";

/** Two who have met, each with the conversation open. */
export async function talking({ person }: World): Promise<{ ada: Person; ben: Person }> {
  const [ada, ben] = await Promise.all([person("Ada"), person("Ben")]);
  await meet(ada, ben);
  await Promise.all([openChat(ada, "Ben"), openChat(ben, "Ada")]);
  return { ada, ben };
}

export async function openChat({ page }: Person, name: string): Promise<void> {
  await openChats(page);
  await page.getByRole("link", { name: new RegExp(`^${name}`) }).click();
  await page.getByRole("heading", { name, exact: true, level: 2 }).waitFor();
}

export async function openChats(page: Page): Promise<void> {
  await page
    .getByRole("navigation")
    .getByRole("link", { name: /^Chats/ })
    .click();
  await heading(page, "Chats").waitFor();
}

export function field(page: Page): Locator {
  return page.locator(".composer textarea");
}

export async function write({ page }: Person, text: string): Promise<void> {
  await field(page).fill(text);
  await field(page).press("Enter");
}

/** The message that says so, in the open conversation. */
export function message(page: Page, text: string): Locator {
  return page.locator(".message", { hasText: text });
}

/** A line between messages that says so. */
export function line({ page }: Person, text: string): Locator {
  return page.locator(".log-line", { hasText: text });
}

export async function hears({ page }: Person, text: string): Promise<void> {
  await message(page, text).waitFor();
}

/** Resolves once the sign of an own message says so. */
export async function isState({ page }: Person, text: string, state: string): Promise<void> {
  await message(page, text).getByTitle(state, { exact: true }).waitFor();
}

/** Opens what can be done with a message, by its button. */
export async function openMenu(page: Page, text: string): Promise<Locator> {
  await message(page, text).hover();
  await message(page, text)
    .getByRole("button", { name: /^More about the message/ })
    .click();
  return page.getByRole("dialog");
}

/** As if another window had come before this one, or it comes back. */
export async function lookAway(page: Page, isAway: boolean): Promise<void> {
  await page.evaluate((away) => {
    document.hasFocus = () => !away;
    dispatchEvent(new Event(away ? "blur" : "focus"));
  }, isAway);
}
