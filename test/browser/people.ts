// People with a browser each, at the page of one real server. Whatever a page complains of (console
// errors, exceptions, CSP violations) is collected, and no test passes over it.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Download,
  type Locator,
  type Page,
} from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { findChromium } from "../../scripts/chromium.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";

/**
 * What would cost every page processes of its own and is never looked at: the list below the address bar, which is a
 * page itself, and a renderer in reserve. Chromium heeds the last such flag alone, so what Playwright does without
 * follows.
 */
const WITHOUT = [
  "WebUIOmniboxPopup",
  "WebUIOmniboxAimPopup",
  "SpareRendererForSitePerProcess",

  "AimEnabled",
  "AvoidCorsURLLoaderRestartOnRedirect",
  "AvoidUnnecessaryBeforeUnloadCheckSync",
  "DestroyProfileOnBrowserClose",
  "HttpsFirstBalancedModeAutoEnable",
  "HttpsUpgrades",
  "LensOverlay",
  "MediaRouter",
  "NetworkTimeServiceQuerying",
  "OptimizationHints",
  "PaintHolding",
  "PreconnectToSearch",
  "TcpPortRandomizationWin",
  "ThirdPartyStoragePartitioning",
];

const FLAGS = [
  `--disable-features=${WITHOUT.join(",")}`,
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export interface Person {
  readonly page: Page;
  readonly context: BrowserContext;
}

export interface VisitorOptions extends BrowserContextOptions {
  /** The film that their camera shows (a Y4M file), in a browser of all who see it; without `permissions` it is allowed. */
  readonly camera?: string;
}

export interface World {
  readonly url: () => string;
  /** A new person in front of a blank page. */
  readonly visitor: (options?: VisitorOptions) => Promise<Person>;
  /** A person who has given a name, put the phrase off and stands before the ways to meet. */
  readonly person: (name: string, options?: VisitorOptions) => Promise<Person>;
  /** Two people, and the second one's id. */
  readonly pair: () => Promise<{ ada: Person; ben: Person; benId: string }>;
  /** Complaints that the running test provokes. */
  readonly expectFaults: (pattern: RegExp) => void;
}

function launch(flags: readonly string[] = []): Promise<Browser> {
  const executablePath = findChromium();
  return chromium.launch({ args: [...FLAGS, ...flags], ...(executablePath && { executablePath }) });
}

/** A browser's only camera shows the film over and over. */
function cameraFlags(file: string): readonly string[] {
  return ["--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${file}`];
}

/** Sets a server and a browser up around the tests of a file. */
export function world(): World {
  let server: ServerProcess;
  let browser: Browser;
  let contexts: BrowserContext[] = [];
  /** By the film that their cameras show. */
  const filming = new Map<string, Promise<Browser>>();
  let faults: string[] = [];
  let expected: RegExp[] = [];

  beforeAll(async () => {
    [server, browser] = await Promise.all([startServer(), launch()]);
  });
  afterEach(async () => {
    await Promise.all(contexts.map((context) => context.close()));
    const unexpected = faults.filter((fault) => !expected.some((known) => known.test(fault)));
    [contexts, faults, expected] = [[], [], []];
    expect(unexpected).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    for (const own of filming.values()) await (await own).close();
    await server?.stop();
  });

  const browserFilming = (film: string): Promise<Browser> => {
    const own = filming.get(film) ?? launch(cameraFlags(film));
    filming.set(film, own);
    return own;
  };

  const visitor = async ({ camera, ...options }: VisitorOptions = {}): Promise<Person> => {
    const context = await (
      camera === undefined ? browser : await browserFilming(camera)
    ).newContext({
      locale: "en-GB",
      ...(camera !== undefined && { permissions: ["camera"] }),
      ...options,
    });
    contexts.push(context);
    await context.addInitScript(() => {
      addEventListener("securitypolicyviolation", (violation) => {
        console.error(`CSP: ${violation.effectiveDirective} ${violation.blockedURI}`);
      });
    });
    const page = await context.newPage();
    page.setDefaultTimeout(40_000);
    page.on("console", (message) => {
      if (message.type() !== "error" && message.type() !== "warning") return;
      faults.push(`${message.text()} ${message.location().url}`);
    });
    page.on("pageerror", (error) => faults.push(String(error.stack ?? error)));
    return { page, context };
  };

  const person = async (name: string, options?: VisitorOptions): Promise<Person> => {
    const someone = await visitor(options);
    const { page } = someone;
    await page.goto(server.url);
    await page.getByLabel("Your name").fill(name);
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByRole("button", { name: "Later" }).click();
    await heading(page, "Meet someone").waitFor();
    return someone;
  };

  return {
    url: () => server.url,
    visitor,
    person,
    pair: async () => {
      const [ada, ben] = await Promise.all([person("Ada"), person("Ben")]);
      return { ada, ben, benId: await idOf(ben) };
    },
    expectFaults: (pattern) => expected.push(pattern),
  };
}

export function heading(page: Page, name: string | RegExp): Locator {
  return page.getByRole("heading", { name, exact: typeof name === "string" });
}

/** Opens the view that shows a key; returns its code. */
export async function showKey({ page }: Person): Promise<string> {
  await page.getByRole("link", { name: "Meet", exact: true }).click();
  await page.getByRole("link", { name: /Show a key/ }).click();
  return shownCode(page);
}

/** The code in the large words of the page, once all of it is there. */
export async function shownCode(page: Page): Promise<string> {
  const words = page.locator(".key-words", { hasText: /^\s*\d+\s+\S+/ });
  return ((await words.textContent()) ?? "").trim().split(/\s+/).join("-");
}

export function keyField(page: Page): Locator {
  return page.getByRole("combobox", { name: "The key you were told" });
}

export async function enterKey({ page }: Person, code: string): Promise<void> {
  await page.getByRole("link", { name: "Meet", exact: true }).click();
  await page.getByRole("link", { name: /Enter a key/ }).click();
  await keyField(page).fill(code);
  await page.getByRole("button", { name: "Meet", exact: true }).click();
}

/** Both pages show the other as a contact. */
export async function meet(shows: Person, enters: Person): Promise<void> {
  await enterKey(enters, await showKey(shows));
  await bothConnected(shows, enters);
}

/** Resolves once each page shows the other as a contact. */
export async function bothConnected(...both: readonly [Person, Person]): Promise<void> {
  await Promise.all(both.map(({ page }) => heading(page, /are now contacts/).waitFor()));
}

/** The account's id, as its own page shows it. */
export async function idOf({ page }: Person): Promise<string> {
  await page.getByRole("link", { name: "You", exact: true }).click();
  const id = (await page.locator(".user-id code").textContent()) ?? "";
  await page.getByRole("link", { name: "Meet", exact: true }).click();
  return id;
}

export function passphraseField(page: Page): Locator {
  return page.getByRole("textbox", { name: /^The passphrase/ });
}

/** Fills a request in; `to` is an account's id or handle, without it whoever enters the number. */
export async function fillRequest(
  { page }: Person,
  { to, passphrase, seconds }: { to?: string; passphrase: string; seconds?: number },
): Promise<void> {
  await page.getByRole("link", { name: "Meet", exact: true }).click();
  await page.getByRole("link", { name: /Say a passphrase/ }).click();
  await page.getByRole("radio", { name: to === undefined ? "Anyone" : "Handle" }).check();
  if (to !== undefined) await page.getByLabel("Their handle").fill(to);
  await passphraseField(page).fill(passphrase);
  if (seconds !== undefined) {
    await page.getByText("More", { exact: true }).click();
    await page.getByLabel("Seconds to answer").fill(`${seconds}`);
    await page.getByLabel("Seconds in all").fill(`${seconds + 1}`);
  }
}

export function askButton(page: Page): Locator {
  return page.getByRole("button", { name: /^Ask\b/ });
}

/** Asks; whoever is asked can see it once this resolves. */
export async function ask(
  someone: Person,
  request: { to?: string; passphrase: string; seconds?: number },
): Promise<void> {
  await fillRequest(someone, request);
  await askButton(someone.page).click();
  await heading(someone.page, /^(Asking|Tell them this number)/).waitFor();
}

/** The sheet of a request that has arrived. */
export function sheet(page: Page): Locator {
  return page.getByRole("dialog", { name: /asks to meet you/ });
}

/** Answers the request in the sheet. */
export async function answer({ page }: Person, passphrase: string): Promise<void> {
  await passphraseField(page).fill(passphrase);
  await sheet(page).getByRole("button", { name: "Answer", exact: true }).click();
}

/** Makes the person's first card and returns to the cards. */
export async function makeCard({ page }: Person, fields: Record<string, string>): Promise<void> {
  await page.getByRole("link", { name: "You", exact: true }).click();
  await page.getByRole("link", { name: /Make a card|Another card/ }).click();
  for (const [label, value] of Object.entries(fields)) {
    await page.getByRole("textbox", { name: label, exact: true }).fill(value);
  }
  await page.getByRole("button", { name: "Save the card" }).click();
  await heading(page, "Your cards").waitFor();
}

export async function textOf(download: Download): Promise<string> {
  return readFileSync(await download.path(), "utf8");
}

export const PHOTO = join(import.meta.dirname, "photo.png");
