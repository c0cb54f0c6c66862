// PAS-5, PAS-8, KEY-5: what an attempt owes to mailboxes reaches them though they fail at first, the object is
// evicted or the server restarts; what reaches them twice changes nothing and is told once.

import { env } from "cloudflare:workers";
import {
  abortAllDurableObjects,
  evictDurableObject,
  runDurableObjectAlarm,
  runInDurableObject,
} from "cloudflare:test";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Errand } from "../../shared/core/pairing/errands.ts";
import { registerAccount, request, type TestAccount } from "./support/accounts.ts";
import {
  answered,
  type Asking,
  askTo,
  confirmed,
  ErrandWatch,
  listen,
  type Listening,
  nextRequest,
  until,
} from "./support/asking.ts";
import { advanceClock, useStoppedClock } from "./support/clock.ts";
import { answerMessage, meet, TERMS, wrongAnswer } from "./support/pairing.ts";
import { connectToAttempt } from "./support/sockets.ts";

useStoppedClock();

let ann: TestAccount;
let ben: TestAccount;
let errands: ErrandWatch;

beforeEach(async () => {
  [ann, ben] = [await registerAccount(), await registerAccount()];
  errands = new ErrandWatch();
});

afterEach(() => vi.restoreAllMocks());

const attemptAt = ({ locator }: Asking) => env.ATTEMPTS.getByName(locator);

function alarmOf(asking: Asking): Promise<number | null> {
  return runInDurableObject(attemptAt(asking), (_, { storage }) => storage.getAlarm());
}

function failuresOf({ userId }: TestAccount): Promise<number> {
  return runInDurableObject(
    env.MAILBOXES.getByName(userId),
    (_, { storage }) => storage.kv.get<{ level: number }>("failures")?.level ?? 0,
  );
}

async function contactsOf(account: TestAccount): Promise<unknown[]> {
  return (await request("GET", "/v1/contacts", { actor: account })).body.contacts;
}

/** What a mailbox's socket heard of requests, in order. */
async function heardOf({ socket }: Listening): Promise<string[]> {
  await socket.ask();
  return socket.told
    .filter(({ type }) => type.startsWith("request"))
    .map(({ type, request: one }) => (type === "request" ? type : (one.outcome as string)));
}

/** Runs the alarm at the time that it is set for. */
async function runAlarm(asking: Asking): Promise<void> {
  const at = await alarmOf(asking);
  if (at === null) throw new Error("no alarm is set");
  advanceClock(Math.max(0, at - Date.now()));
  expect(await runDurableObjectAlarm(attemptAt(asking))).toBe(true);
}

/** Resolves once an errand has failed and set the alarm to a time soon after. */
async function untilToBeTriedAgain(asking: Asking): Promise<void> {
  await until(async () => {
    const at = await alarmOf(asking);
    return at !== null && at > Date.now() && at <= Date.now() + 16_000;
  });
}

const CONDITIONS = ["awake", "hibernating", "evicted", "restarted"] as const;
type Condition = (typeof CONDITIONS)[number];

async function bring(asking: Asking, condition: Condition): Promise<void> {
  if (condition === "hibernating") await evictDurableObject(attemptAt(asking));
  if (condition === "evicted") await evictDurableObject(attemptAt(asking), { webSockets: "close" });
  if (condition === "restarted") await abortAllDurableObjects();
}

interface Way {
  readonly kind: Errand["kind"];
  readonly owner: () => TestAccount;
  /** Brings the attempt to where it owes the errand; nothing else is awaited. */
  readonly begin: () => Promise<Asking>;
}

async function mismatched(asking: Asking): Promise<Asking> {
  await answered(asking, ben);
  asking.initiator.send(wrongAnswer());
  await asking.initiator.next("ended");
  return asking;
}

const WAYS: Record<string, Way> = {
  "a request": { kind: "request", owner: () => ben, begin: () => askTo(ann, ben.userId) },
  "the word that a request is answered": {
    kind: "requestOver",
    owner: () => ben,
    begin: async () => {
      const asking = await askTo(ann, ben.userId);
      await errands.untilTaken("request", ben.userId);
      await answered(asking, ben);
      return asking;
    },
  },
  "the end of a request": {
    kind: "requestOver",
    owner: () => ben,
    begin: async () => {
      const asking = await askTo(ann, ben.userId);
      await errands.untilTaken("request", ben.userId);
      await asking.initiator.ask({ type: "cancel" });
      return asking;
    },
  },
  "a failure": {
    kind: "settlement",
    owner: () => ann,
    begin: async () => mismatched(await askTo(ann, ben.userId)),
  },
  "a contact": {
    kind: "contact",
    owner: () => ben,
    begin: async () => {
      const asking = await askTo(ann, ben.userId);
      const { responder, claim } = await answered(asking, ben);
      await confirmed(asking, responder, claim);
      return asking;
    },
  },
};

test.for(
  Object.keys(WAYS).flatMap((way) => CONDITIONS.map((condition) => [way, condition] as const)),
)("PAS-5: %s reaches a mailbox that fails three times (object %s)", async ([name, condition]) => {
  const { kind, owner, begin } = WAYS[name] as Way;
  const failing = errands.failNext(kind, owner().userId, 3);
  const asking = await begin();
  for (let left = 2; left >= 0; left--) {
    await until(() => failing.left === left);
    await untilToBeTriedAgain(asking);
    await bring(asking, condition);
    await runAlarm(asking);
  }
  await errands.untilTaken(kind, owner().userId);
  if (name === "a request") {
    const { told } = await listen(ben);
    expect(told[0]).toMatchObject({ type: "request", request: { sid: asking.sid } });
  }
  if (name === "the end of a request") {
    const { told } = await listen(ben);
    expect(told[0]).toMatchObject({ type: "requestOver", request: { outcome: "cancelled" } });
  }
  if (name === "a failure") expect(await failuresOf(ann)).toBeGreaterThan(0.9);
  if (name === "a contact") expect(await contactsOf(ben)).toMatchObject([{ userId: ann.userId }]);
});

test.for(["before", "after"] as const)(
  "PAS-8: a failure is counted once, though the mailbox broke off %s it had counted",
  async (at) => {
    const failing = errands.failNext("settlement", null, 2, at);
    const asking = await mismatched(await askTo(ann, ben.userId));
    for (const left of [1, 0]) {
      await until(() => failing.left === left);
      await untilToBeTriedAgain(asking);
      await runAlarm(asking);
    }
    await errands.untilTaken("settlement", ann.userId);
    expect(await failuresOf(ann)).toBe(1);
  },
);

test("PAS-8: a failure is counted once, however often its side comes back after it", async () => {
  const asking = await mismatched(await askTo(ann, ben.userId));
  await errands.untilTaken("settlement", ann.userId);
  for (let times = 0; times < 3; times++) {
    await evictDurableObject(attemptAt(asking));
    const { locator, sid } = asking;
    const back = await connectToAttempt(ann, "resume", locator, { sid });
    expect((await back.next())["outcome"]).toBe("mismatch");
    await back.ask();
  }
  await errands.untilTaken("settlement", ann.userId, 4);
  expect(await failuresOf(ann)).toBe(1);
});

test("PAS-2: an answer or an end that a mailbox is told twice is told its devices once", async () => {
  const listening = await listen(ben);
  errands.failNext("requestOver", null, 1, "after");
  const asking = await askTo(ann, ben.userId);
  await nextRequest(listening);
  const { claim } = await answered(asking, ben);
  await until(async () => (await alarmOf(asking)) === Date.now() + 2_000);
  await runAlarm(asking);
  await errands.untilTaken("requestOver", ben.userId);
  expect(await heardOf(listening)).toEqual(["request", "answered"]);

  errands.failNext("requestOver", null, 1, "after");
  asking.initiator.send({ ...wrongAnswer(), tag: claim.tag });
  await asking.initiator.next("ended");
  await until(async () => (await alarmOf(asking)) !== null);
  await until(() => errands.taken(() => true).length >= 3);
  await evictDurableObject(attemptAt(asking));
  const back = await connectToAttempt(ann, "resume", asking.locator, { sid: asking.sid });
  await back.next("ended");
  await errands.untilTaken("requestOver", ben.userId, 2);
  expect(await heardOf(listening)).toEqual(["request", "answered", "mismatch"]);
});

test("PAS-2: word of an answer that comes after the contact is told only where the request was shown", async () => {
  errands.failNext("requestOver", null, 2);
  const asking = await askTo(ann, ben.userId);
  await errands.untilTaken("request", ben.userId);
  const before = await listen(ben);
  const { responder, claim } = await answered(asking, ben);
  await confirmed(asking, responder, claim);
  await errands.untilTaken("contact", ben.userId);
  const after = await listen(ben);
  await untilToBeTriedAgain(asking);
  await runAlarm(asking);
  await errands.untilTaken("requestOver", ben.userId);
  expect(await heardOf(before)).toEqual(["request", "answered"]);
  expect(await heardOf(after)).toEqual([]);
});

test("PAS-2: a request that a mailbox is told twice is shown once", async () => {
  const listening = await listen(ben);
  const failing = errands.failNext("request", null, 1, "after");
  const asking = await askTo(ann, ben.userId);
  await until(() => failing.left === 0);
  await untilToBeTriedAgain(asking);
  await runAlarm(asking);
  await errands.untilTaken("request", ben.userId);
  expect(await heardOf(listening)).toEqual(["request"]);
});

test("PAS-5: a mailbox that comes back after T1 is not shown the request any more", async () => {
  const listening = await listen(ben);
  errands.failNext("request", null, 100);
  const asking = await askTo(ann, ben.userId);
  while (asking.initiator.told.at(-1)?.type !== "ended") {
    const at = await alarmOf(asking);
    expect(at, "an alarm is always set").not.toBe(null);
    await runAlarm(asking);
    await asking.initiator.ask();
  }
  expect(Date.now()).toBe(asking.initiator.told[0]?.["openedAt"] + TERMS.t1Seconds * 1_000);
  errands.failNext("request", null, 0);
  await errands.untilTaken("requestOver", ben.userId);
  expect(await heardOf(listening)).toEqual([]);
});

test.for(["awake", "hibernating", "restarted"] as const)(
  "KEY-5: a contact reaches a mailbox that was away past T2, though nobody comes back (object %s)",
  async (condition) => {
    errands.failNext("contact", null, 1_000);
    const asking = await askTo(ann, ben.userId);
    const { responder, claim } = await answered(asking, ben);
    asking.initiator.send(answerMessage(claim.tag));
    await Promise.all([asking.initiator.next("matched"), responder.next("matched")]);
    for (const socket of [asking.initiator, responder]) socket.close();
    const past = asking.initiator.told[0]?.["answerBy"] as number;
    while (Date.now() <= past + 10_000) {
      await bring(asking, condition);
      await runAlarm(asking);
      await until(async () => (await alarmOf(asking)) !== null);
    }
    errands.failNext("contact", null, 0);
    await bring(asking, condition);
    // One that was still under way may reach its mailbox by itself now; once both have, no alarm is set.
    const at = await alarmOf(asking);
    advanceClock(Math.max(0, (at ?? 0) - Date.now()));
    await runDurableObjectAlarm(attemptAt(asking));
    await errands.untilTaken("contact", ann.userId);
    await errands.untilTaken("contact", ben.userId);
    expect(await contactsOf(ann)).toMatchObject([{ userId: ben.userId }]);
    expect(await contactsOf(ben)).toMatchObject([{ userId: ann.userId }]);
  },
);

test("KEY-5: an object that is evicted while it hands over at T2 is woken again", async () => {
  const asking = await askTo(ann, ben.userId);
  const { responder, claim } = await answered(asking, ben);
  await confirmed(asking, responder, claim);
  await errands.untilTaken("contact", ben.userId);
  for (const socket of [asking.initiator, responder]) socket.close();
  advanceClock(asking.initiator.told[0]?.["answerBy"] - Date.now());
  const begun = errands.stallNext("contact");
  expect(await runDurableObjectAlarm(attemptAt(asking))).toBe(true);
  await until(() => begun.count > 0);
  await abortAllDurableObjects();
  errands.failNext("contact", null, 0);
  await runAlarm(asking);
  await errands.untilTaken("contact", ann.userId, 2);
  await until(async () => (await alarmOf(asking)) === null);
});

test("PAS-2: meeting twice is one contact, with the latest receipt", async () => {
  await meet(ann, ben);
  const [before] = (await contactsOf(ann)) as { receiptHash: string }[];
  advanceClock(1_000);
  const asking = await askTo(ann, ben.userId);
  const { responder, claim } = await answered(asking, ben);
  await confirmed(asking, responder, claim);
  await errands.untilTaken("contact", ann.userId, 2);
  const contacts = (await contactsOf(ann)) as { receiptHash: string; method: string }[];
  expect(contacts).toMatchObject([{ method: "passphrase" }]);
  expect(contacts[0]?.receiptHash).not.toBe(before?.receiptHash);
});
