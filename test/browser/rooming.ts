// What people do in rooms: open one, come in, speak, and open what can be done with somebody.

import type { Locator, Page } from "playwright-core";
import { heading, type Person } from "./people.ts";

/** Opens a room and stands in it; returns its address, which holds nothing that lets anybody in. */
export async function openRoom(
  { page }: Person,
  title: string,
  { topic, admission }: { topic?: string; admission?: RegExp } = {},
): Promise<string> {
  await page.getByRole("navigation").getByRole("link", { name: "Rooms" }).click();
  await page.getByRole("link", { name: "Open a room" }).first().click();
  await page.getByRole("textbox", { name: "Title" }).fill(title);
  if (topic !== undefined) await page.getByRole("textbox", { name: "Topic" }).fill(topic);
  if (admission !== undefined) await page.getByRole("radio", { name: admission }).check();
  await page.getByRole("button", { name: "Open the room" }).click();
  await isIn({ page }, title);
  return page.url();
}

/** Resolves once this page shows the room from inside. */
export async function isIn({ page }: { readonly page: Page }, title: string): Promise<void> {
  await heading(page, title).waitFor();
  await field(page).waitFor();
}

export async function join(
  { page }: Person,
  address: string,
  title: string,
  press: string | RegExp = "Join",
): Promise<void> {
  await page.goto(address);
  await heading(page, title).waitFor();
  await page.getByRole("button", { name: press, exact: true }).click();
}

function field(page: Page): Locator {
  return page.getByRole("textbox", { name: /^Message to/ });
}

export async function say({ page }: Person, text: string): Promise<void> {
  await field(page).fill(text);
  await field(page).press("Enter");
}

export function said({ page }: Person, text: string): Locator {
  return page.locator(".said", { hasText: text });
}

export async function hear(people: readonly Person[], text: string): Promise<void> {
  await Promise.all(people.map((one) => said(one, text).waitFor()));
}

/** Opens what can be done with somebody, from the list beside the talk. */
export async function openPerson({ page }: Person, name: string): Promise<Locator> {
  await page
    .getByRole("complementary", { name: "People in the room" })
    .getByRole("button", { name: new RegExp(name) })
    .click();
  return page.getByRole("dialog", { name });
}

/** Somebody in the list beside the talk, with what it says of them. */
export function inList({ page }: Person, name: string): Locator {
  return page
    .getByRole("complementary", { name: "People in the room" })
    .getByRole("listitem")
    .filter({ hasText: name });
}
