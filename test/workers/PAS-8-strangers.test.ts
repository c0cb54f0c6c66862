// PAS-8: prompts by strangers are limited by receiver, over however many accounts; contacts are always shown.

import { env } from "cloudflare:workers";
import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { registerAccount, request, strangerActor, type TestAccount } from "./support/accounts.ts";
import { answered, type Asking, askTo, ErrandWatch, listen, until } from "./support/asking.ts";
import { advanceClock, useStoppedClock } from "./support/clock.ts";
import { contactErrand, freshLocator, passphraseMessage, TERMS } from "./support/pairing.ts";
import { connectToAttempt, type TestSocket } from "./support/sockets.ts";

useStoppedClock();

let ann: TestAccount;
let ben: TestAccount;
let errands: ErrandWatch;

beforeEach(async () => {
  [ann, ben] = [await registerAccount(), await registerAccount()];
  errands = new ErrandWatch();
});

afterEach(() => vi.restoreAllMocks());

const attemptAt = ({ locator }: Pick<Asking, "locator">) => env.ATTEMPTS.getByName(locator);

/** Asks as somebody new; true when the asked account is shown it. */
async function isShown(
  listening: { socket: TestSocket },
  asker = strangerActor(),
): Promise<boolean> {
  const from = listening.socket.told.length;
  const before = errands.taken(({ kind }) => kind === "request").length;
  const initiator = await connectToAttempt(asker, "open", freshLocator(), { to: ben.userId });
  await initiator.ask(passphraseMessage());
  await until(() => errands.taken(({ kind }) => kind === "request").length > before);
  await listening.socket.ask();
  expect(
    initiator.told.map(({ type }) => type),
    "the asker cannot tell",
  ).toEqual(["opened"]);
  return listening.socket.told.slice(from).some(({ type }) => type === "request");
}

test("PAS-8: of strangers five are shown at once, then one a minute, however many accounts ask", async () => {
  const listening = await listen(ben);
  const shown: boolean[] = [];
  for (let asked = 0; asked < 8; asked++) shown.push(await isShown(listening));
  expect(shown).toEqual([true, true, true, true, true, false, false, false]);
  advanceClock(59_999);
  expect(await isShown(listening)).toBe(false);
  advanceClock(1);
  expect(await isShown(listening)).toBe(true);
  expect(await isShown(listening)).toBe(false);
  advanceClock(5 * 60_000);
  const later: boolean[] = [];
  for (let asked = 0; asked < 7; asked++) later.push(await isShown(listening));
  expect(later).toEqual([true, true, true, true, true, false, false]);
});

test("PAS-8: the limit of strangers outlives eviction", async () => {
  for (let asked = 0; asked < 5; asked++) expect(await isShown(await listen(ben))).toBe(true);
  await evictDurableObject(env.MAILBOXES.getByName(ben.userId), { webSockets: "close" });
  expect(await isShown(await listen(ben))).toBe(false);
});

test("PAS-8: contacts are shown beside strangers, ten times in ten minutes, and use up nobody's", async () => {
  const friend = strangerActor();
  const mailbox = env.MAILBOXES.getByName(ben.userId);
  await mailbox.take(contactErrand(ben.userId, friend.userId, { metAt: Date.now() - 1 }));
  const listening = await listen(ben);
  const shown: boolean[] = [];
  for (let asked = 0; asked < 5; asked++) shown.push(await isShown(listening, friend));
  for (let asked = 0; asked < 5; asked++) expect(await isShown(listening)).toBe(true);
  expect(await isShown(listening)).toBe(false);
  for (let asked = 0; asked < 6; asked++) shown.push(await isShown(listening, friend));
  expect(shown).toEqual([...Array<boolean>(10).fill(true), false]);
  advanceClock(10 * 60_000);
  expect(await isShown(listening, friend)).toBe(true);
});

test("PAS-8: one stranger who asks over and over is shown three times in ten minutes, and leaves room for others", async () => {
  const listening = await listen(ben);
  const pest = strangerActor();
  const shown: boolean[] = [];
  for (let asked = 0; asked < 6; asked++) shown.push(await isShown(listening, pest));
  expect(shown).toEqual([true, true, true, false, false, false]);
  const { told } = await listen(ben);
  expect(told.filter(({ type }) => type === "request").length).toBe(1);
  for (let asked = 0; asked < 2; asked++) expect(await isShown(listening)).toBe(true);
  advanceClock(10 * 60_000 - 1);
  expect(await isShown(listening, pest)).toBe(false);
  advanceClock(1);
  expect(await isShown(listening, pest)).toBe(true);
});

test("PAS-8: requests that were answered and whose asker never confirms count as well", async () => {
  const friend = await registerAccount();
  const mailbox = env.MAILBOXES.getByName(ben.userId);
  await mailbox.take(contactErrand(ben.userId, friend.userId, { metAt: Date.now() - 1 }));
  const listening = await listen(ben);
  const terms = { t1Seconds: 299, t2Seconds: 300 };
  for (let asked = 1; asked <= 14; asked++) {
    const asking = await askTo(friend, ben.userId, { terms });
    await errands.untilTaken("request", ben.userId, asked);
    await answered(asking, ben);
    await errands.untilTaken("requestOver", ben.userId, asked);
    advanceClock(10_000);
  }
  await listening.socket.ask();
  expect(listening.socket.told.filter(({ type }) => type === "request").length).toBe(10);
});

test("PAS-8: strangers whom nobody may ask use up no limit", async () => {
  await request("PUT", `/v1/blocks/${ann.userId}`, { actor: ben });
  const listening = await listen(ben);
  for (let asked = 0; asked < 6; asked++) expect(await isShown(listening, ann)).toBe(false);
  for (let asked = 0; asked < 5; asked++) expect(await isShown(listening)).toBe(true);
});

test("PAS-8: a request that came late to a mailbox is not shown and uses up nothing", async () => {
  const failing = errands.failNext("request", ben.userId, 1_000);
  const asking = await askTo(ann, ben.userId);
  await until(() => failing.left < 1_000);
  advanceClock(TERMS.t1Seconds * 1_000);
  errands.failNext("request", null, 0);
  await runDurableObjectAlarm(attemptAt(asking));
  await asking.initiator.next("ended");
  const listening = await listen(ben);
  for (let asked = 0; asked < 5; asked++) expect(await isShown(listening)).toBe(true);
});
