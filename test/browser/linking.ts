// What people do to have one account on several browsers.

import type { Locator, Page } from "playwright-core";
import { heading, type Person, shownCode, type World } from "./people.ts";

/** The account that a browser has made for itself ends when it goes over: what is still asked in its name fails. */
export function expectDevicesGoingOver({ expectFaults }: World): void {
  expectFaults(/status of 401/);
  expectFaults(/status of 40[34] .*\/v1\/(accounts|contacts)\//);
}

export async function openDevices({ page }: Person): Promise<void> {
  await page.getByRole("link", { name: "You", exact: true }).click();
  await page.getByRole("link", { name: "Link a device" }).waitFor();
}

/** Shows a code for a new device; returns it. */
export async function showCode(someone: Person): Promise<string> {
  await openDevices(someone);
  await someone.page.getByRole("link", { name: "Link a device" }).click();
  return shownCode(someone.page);
}

/** From the welcome to the ways into an account. */
export async function toJoin({ page }: Person): Promise<void> {
  await page.getByRole("link", { name: "I have an account" }).click();
  await heading(page, "Use your account here").waitFor();
}

export async function enterCode({ page }: Person, code: string, name: string): Promise<void> {
  await page.getByRole("combobox").fill(code);
  await page.getByLabel("Call this device").fill(name);
  await page.getByRole("button", { name: "Link this browser" }).click();
}

export function isAsking({ page }: Person): Promise<void> {
  return heading(page, "Confirm on your other device").waitFor();
}

/** The sheet in which a new device asks to be let in. */
export function applicant(page: Page): Locator {
  return page.getByRole("dialog", { name: /wants to join your account/ });
}

export async function admit({ page }: Person): Promise<void> {
  await applicant(page).getByRole("button", { name: "Add this device" }).click();
  await applicant(page).waitFor({ state: "detached" });
}

/** The new browser opens with the account. */
export async function link(
  owner: Person,
  newcomer: Person,
  name: string,
  { isAtWelcome = false } = {},
): Promise<void> {
  if (isAtWelcome) await toJoin(newcomer);
  await enterCode(newcomer, await showCode(owner), name);
  await isAsking(newcomer);
  await admit(owner);
  await heading(newcomer.page, "Meet someone").waitFor();
}
