// BOX-6: several tabs of one person have one connection between them. Whichever closes, crashes or is frozen, the
// chat goes on in the others.

import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { field, hears, isState, message, talking, write } from "./chatting.ts";
import { heading, meet, type Person, world } from "./people.ts";

const people = world();
const { expectFaults } = people;

/** Connections to the mailbox that a page has. */
function mailboxSocketsOf(page: Page): () => number {
  let open = 0;
  page.on("websocket", (socket) => {
    if (!socket.url().endsWith("/v1/mailbox")) return;
    open += 1;
    socket.on("close", () => (open -= 1));
  });
  page.on("close", () => (open = 0));
  page.on("crash", () => (open = 0));
  return () => open;
}

interface Tab extends Person {
  readonly sockets: () => number;
}

/** Ada's tabs in the conversation with Ben; the first has the connection. */
async function adaInTabs(count: number) {
  const { ada, ben } = await talking(people);
  const url = ada.page.url();
  const tabs: Tab[] = [];
  for (let index = 0; index < count; index++) {
    const page = await ada.context.newPage();
    const sockets = mailboxSocketsOf(page);
    tabs.push({ page, context: ada.context, sockets });
  }
  // The one that was there before goes, so that all connections are counted.
  await ada.page.close();
  for (const { page } of tabs) {
    await page.goto(url);
    await heading(page, "Ben").waitFor();
  }
  const total = () => tabs.reduce((sum, { sockets }) => sum + sockets(), 0);
  await expect.poll(total).toBe(1);
  return { ben, tabs, total };
}

const STANDSTILL_MS = 40_000;

/** What becomes of a page, and the time within which another must have taken over. */
const ENDS = {
  closes: { ms: 20_000, end: ({ page }: Person) => page.close() },
  crashes: { ms: 20_000, end: ({ page }: Person) => page.goto("chrome://crash").catch(() => {}) },
  // As browsers tell it; they freeze no page that is on show, as all are here.
  "is frozen": {
    ms: 20_000,
    end: ({ page }: Person) => page.evaluate(() => document.dispatchEvent(new Event("freeze"))),
  },
  "stands still": {
    ms: 35_000,
    end: async (person: Person) => {
      const { page } = person;
      // In the middle of a write to IndexedDB it would hold up every other tab's, which no browser lets one prevent.
      await isState(person, "Before", "Read");
      await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)));
      const blocking = (ms: number) => {
        for (const until = performance.now() + ms; performance.now() < until;);
      };
      void page.evaluate(blocking, STANDSTILL_MS);
    },
  },
} as const;

test("BOX-6: three tabs have one connection, show the same, and any of them writes", async () => {
  const { ben, tabs, total } = await adaInTabs(3);
  for (const [index, tab] of tabs.entries()) {
    await write(tab, `From tab ${index}`);
    await hears(ben, `From tab ${index}`);
  }
  await write(ben, "To all of you");
  for (const tab of tabs) {
    await hears(tab, "To all of you");
    for (const index of tabs.keys()) await isState(tab, `From tab ${index}`, "Read");
  }
  await field(ben.page).pressSequentially("Well");
  for (const { page } of tabs) await page.getByText("typing…").first().waitFor();
  await field(tabs[2]!.page).pressSequentially("Hm");
  await ben.page.getByText("typing…").first().waitFor();
  expect(total()).toBe(1);
});

test.for(["closes", "crashes", "is frozen", "stands still"] as const)(
  "BOX-6: when the tab with the connection %s, another takes over, and nothing is lost or shown twice",
  async (how) => {
    expectFaults(/crash/i);
    const { ben, tabs, total } = await adaInTabs(3);
    const holder = tabs.findIndex(({ sockets }) => sockets() === 1);
    const [gone] = tabs.splice(holder, 1) as [Tab];
    const [one, other] = tabs as [Tab, Tab];
    await write(one, "Before");
    await hears(ben, "Before");
    await ENDS[how].end(gone);
    const goneAt = performance.now();
    await write(ben, "In between");
    await write(one, "After");
    await hears(ben, "After");
    await Promise.all([hears(one, "In between"), hears(other, "In between")]);
    expect(performance.now() - goneAt).toBeLessThan(ENDS[how].ms);
    await isState(other, "After", "Read");
    for (const { page } of tabs) {
      for (const text of ["Before", "In between", "After"]) {
        expect(await message(page, text).count()).toBe(1);
      }
    }
    expect(total()).toBe(1);
    if (how === "closes" || how === "crashes") return;
    await gone.page.evaluate(() => document.dispatchEvent(new Event("resume")));
    await hears(gone, "After");
    await write(gone, "Awake again");
    await hears(ben, "Awake again");
    await expect.poll(gone.sockets).toBe(0);
  },
);

test("a tab whose page is of an older version lets a newer one have the store, and says what to do", async () => {
  const ada = await people.person("Ada");
  const ben = await people.person("Ben");
  await meet(ada, ben);
  const opened = await ada.page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        const opening = indexedDB.open("acquaint", 1_000);
        opening.onblocked = () => resolve("blocked");
        opening.onerror = () => resolve("failed");
        opening.onsuccess = () => {
          opening.result.close();
          resolve("opened");
        };
      }),
  );
  expect(opened).toBe("opened");
  await heading(ada.page, "There is a newer version").waitFor();
  await ada.page.getByRole("button", { name: "Load again" }).waitFor();
});
