// KEY-3, PAS-5 and KEY-6: what is over in time is over for both. Time passes by making what a stopped
// server has stored older.

import { afterAll, beforeAll, expect, test } from "vitest";
import { type Frame, startChaosProxy } from "../support/chaosProxy.ts";
import {
  codeOf,
  IMPATIENT,
  openClient,
  openPair,
  outcomeOf,
  watchedStore,
} from "../support/clients.ts";
import { MortalServer } from "../support/mortalServer.ts";
import { letTimePass, storedAttempts, storedReleases } from "../support/storedState.ts";

let server: MortalServer;
beforeAll(async () => {
  server = await MortalServer.start();
});
afterAll(() => server.stop());

const passTime = (milliseconds: number) =>
  server.kill(() => letTimePass(server.stateDir, milliseconds));

const PATIENT = { timeout: 20_000 };
const DAY_MS = 24 * 60 * 60_000;

test("KEY-3: a key past its 120 seconds ends as timedOut, and looks like a wrong one to whoever enters it", async () => {
  const [ada, ben] = await openPair(server.url);
  const shown = await ada.showKey();
  await passTime(120_000);
  expect(await outcomeOf(shown)).toBe("timedOut");
  expect(await outcomeOf(await ben.enterKey(codeOf(shown)))).toBe("mismatch");
});

test("KEY-3: a key short of its 120 seconds still serves", async () => {
  const [ada, ben] = await openPair(server.url);
  const shown = await ada.showKey();
  await passTime(100_000);
  const entered = await ben.enterKey(codeOf(shown));
  expect(await Promise.all([outcomeOf(shown), outcomeOf(entered)])).toEqual([
    "connected",
    "connected",
  ]);
});

test("PAS-5: an answer that is late by its 150 seconds leaves both with timedOut, and revives nothing", async () => {
  let isHolding = true;
  const proxy = await startChaosProxy(server.url, {
    onFrame: ({ types }: Frame) => (isHolding && types.includes("answer") ? "drop" : "pass"),
  });
  const ada = await openClient(proxy.url, { ports: IMPATIENT });
  const ben = await openClient(server.url, { ports: IMPATIENT });
  const shown = await ada.showKey();
  const entered = await ben.enterKey(codeOf(shown));
  await proxy.frameOf("answer");
  await passTime(150_000);
  isHolding = false;
  expect(await Promise.all([outcomeOf(shown), outcomeOf(entered)])).toEqual([
    "timedOut",
    "timedOut",
  ]);
  expect([...(await ada.contacts.list()), ...(await ben.contacts.list())]).toEqual([]);
});

test("KEY-6: a release that nobody fetched for 7 days is forgotten, and no row is left", async () => {
  const proxy = await startChaosProxy(server.url, {
    onFrame: ({ types }) => (types.includes("matched") ? "stall" : "pass"),
  });
  const { store, settled } = watchedStore();
  const ada = await openClient(server.url, { store, ports: IMPATIENT });
  const ben = await openClient(proxy.url);
  const shown = await ada.showKey();
  const { locator } = shown.key!;
  await ben.enterKey(codeOf(shown));
  expect(await outcomeOf(shown)).toBe("connected");
  await proxy.frameOf("matched");
  await ben.close();
  const attempts = () =>
    storedAttempts(server.stateDir).filter((state) => state["locator"] === locator);
  expect(attempts()).toMatchObject([{ at: "matched" }]);
  await passTime(6 * DAY_MS);
  await settled();
  await expect.poll(attempts, PATIENT).toEqual([]); // the locator is free again
  expect(storedReleases(server.stateDir)).toHaveLength(1);
  await passTime(DAY_MS);
  await expect.poll(() => storedReleases(server.stateDir), PATIENT).toEqual([]);
});
