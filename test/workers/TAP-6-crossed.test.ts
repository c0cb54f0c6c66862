// TAP-6: whatever fails, is repeated, or crosses, there is one relationship for each two, on both sides, told once. And
// what a touch costs.

import { env } from "cloudflare:workers";
import {
  abortAllDurableObjects,
  evictDurableObject,
  runDurableObjectAlarm,
  runInDurableObject,
} from "cloudflare:test";
import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import type { TapState } from "../../shared/core/tap/state.ts";
import { TAP_MAX_PEERS, TICKET_BYTES } from "../../shared/wire/limits.ts";
import type { Tap } from "../../shared/wire/tap.ts";
import { Group } from "../../workers/group/Group.ts";
import { Mailbox } from "../../workers/mailbox/Mailbox.ts";
import { randomText, registerAccount, request, type TestAccount } from "./support/accounts.ts";
import { advanceClock, useStoppedClock } from "./support/clock.ts";
import { Ledger } from "./support/ledger.ts";
import { mailboxOf, read } from "./support/line.ts";
import type { TestSocket } from "./support/sockets.ts";
import {
  certificateOf,
  confirmTable,
  contactsOf,
  groupsOf,
  outcomesOf,
  showShare,
  submission,
  submit,
  tapped,
  tapState,
  type Ticket,
  ticketOf,
  touch,
  undo,
} from "./support/tapping.ts";

useStoppedClock();

afterEach(() => vi.restoreAllMocks());

function people(count: number): Promise<TestAccount[]> {
  return Promise.all(Array.from({ length: count }, registerAccount));
}

async function three(): Promise<[TestAccount, TestAccount, TestAccount]> {
  return (await people(3)) as [TestAccount, TestAccount, TestAccount];
}

function attemptOf({ by, tapId }: Pick<Tap, "by" | "tapId">) {
  return env.TAPS.getByName(`${by}.${tapId}`);
}

function stateOf(tap: Pick<Tap, "by" | "tapId">): Promise<TapState | undefined> {
  return runInDurableObject(attemptOf(tap), (_, { storage }) => storage.kv.get<TapState>("tap"));
}

/** Those that a socket was told of, as often as it was. */
async function newsAt(socket: TestSocket): Promise<string[]> {
  await socket.ask();
  return socket.told.flatMap((notice) =>
    notice.type === "contacts"
      ? (notice["contacts"] as { userId: string }[]).map(({ userId }) => userId)
      : [],
  );
}

// -- What fails on its way --

type Step = "spend" | "contacts" | "group" | "listing" | "undo" | "letGo" | "table";
const METHODS: Readonly<Record<string, readonly [object, string]>> = {
  spend: [Mailbox.prototype, "spend"],
  group: [Group.prototype, "create"],
  letGo: [Group.prototype, "letGo"],
};

/** The next calls of that step break off before or after the other object did its part. */
function failNext(step: Step, times: number, at: "before" | "after"): { left: number } {
  const failing = { left: times };
  const [target, method] = METHODS[step] ?? [Mailbox.prototype, "take"];
  type Methods = Record<string, (...given: unknown[]) => unknown>;
  const original = (target as Methods)[method];
  vi.spyOn(target as Methods, method).mockImplementation(async function (this: object, ...given) {
    const isMeant = method !== "take" || (given[0] as { kind: string }).kind === step;
    const isFailing = isMeant && failing.left > 0;
    if (isFailing) failing.left -= 1;
    if (isFailing && at === "before") throw new Error("it is away");
    const answer = await Reflect.apply(original as () => unknown, this, given);
    if (isFailing) throw new Error("it is away");
    return answer;
  });
  return failing;
}

/** Calls of that step come to an object that never answers. */
function stall(step: "spend" | "contacts"): { count: number } {
  const stalled = { count: 0 };
  const take = Mailbox.prototype.take;
  const never = () => {
    stalled.count += 1;
    return new Promise<never>(() => {});
  };
  vi.spyOn(Mailbox.prototype, "take").mockImplementation(function (this: Mailbox, errand) {
    return step === "contacts" && errand.kind === step ? never() : take.call(this, errand);
  });
  if (step === "spend") vi.spyOn(Mailbox.prototype, "spend").mockImplementation(never as never);
  return stalled;
}

const CONDITIONS = ["awake", "evicted", "restarted"] as const;
type Condition = (typeof CONDITIONS)[number];

/** How soon the alarm fires, in milliseconds; Infinity for never. */
async function alarmIn(tap: Pick<Tap, "by" | "tapId">): Promise<number> {
  const at = await runInDurableObject(attemptOf(tap), (_, { storage }) => storage.getAlarm());
  return (at ?? Infinity) - Date.now();
}

/** Lets the alarm go on until nothing is owed, with the object brought into that condition before each time. */
async function untilServed(tap: Pick<Tap, "by" | "tapId">, condition: Condition): Promise<void> {
  for (let times = 0; times < 12; times++) {
    const stub = attemptOf(tap);
    const delay = await alarmIn(tap);
    if (delay > 60_000) return;
    if (condition === "evicted") await evictDurableObject(stub);
    if (condition === "restarted") await abortAllDurableObjects();
    advanceClock(Math.max(0, delay));
    await runDurableObjectAlarm(attemptOf(tap));
    // What the alarm has begun ends before it is looked at again.
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("something is owed for ever");
}

const UNDOING_FAILURES = [
  ["before", "restarted"],
  ["after", "evicted"],
] as const;
const FAILURES = (["before", "after"] as const).flatMap((at) =>
  CONDITIONS.map((condition) => [at, condition] as const),
);

test.for(
  (["spend", "contacts", "group", "listing"] as const).flatMap((step) =>
    FAILURES.map(([at, condition]) => [step, at, condition] as const),
  ),
)(
  "TAP-6: a submission of two outlives that each %s fails twice, %s it was done (object %s)",
  async ([step, at, condition]) => {
    const [ann, ben, cat] = await three();
    const [atBen, body] = [
      await read(ben),
      await submission(ann, [await ticketOf(ben), await ticketOf(cat)]),
    ];
    const failing = failNext(step, 4, at);
    const answer = (await submit(ann, body)).body as Tap;
    expect(answer.at).toBe(step === "listing" ? "settled" : "settling");
    await untilServed(answer, condition);
    expect(failing.left).toBe(0);
    const settled = (await submit(ann, body)).body as Tap;
    expect(settled.at).toBe("settled");
    expect(outcomesOf(settled)).toEqual(["established", "established"]);
    expect(new Set((await contactsOf(ann)).map(({ userId }) => userId))).toEqual(
      new Set([ben.userId, cat.userId]),
    );
    for (const peer of [ben, cat]) {
      expect((await contactsOf(peer)).map(({ userId }) => userId)).toEqual([ann.userId]);
    }
    for (const member of [ann, ben, cat]) expect(await groupsOf(member)).toEqual([settled.groupId]);
    if (condition !== "restarted") expect(await newsAt(atBen)).toEqual([ann.userId]);
  },
);

test.for(
  (["undo", "letGo", "listing"] as const).flatMap((step) =>
    UNDOING_FAILURES.map(([at, condition]) => [step, at, condition] as const),
  ),
)(
  "TAP-7: an undoing outlives that each %s fails twice, %s it was done (object %s)",
  async ([step, at, condition]) => {
    const [ann, ben, cat] = await three();
    const tap = await tapped(ann, [await ticketOf(ben), await ticketOf(cat)]);
    const failing = failNext(step, 4, at);
    expect((await undo(ben, tap, ann.userId)).body.undone).toEqual([ben.userId]);
    await untilServed(tap, condition);
    expect(failing.left).toBe(step === "letGo" ? failing.left : 0);
    failing.left = 0;
    await untilServed(tap, condition);
    expect(await contactsOf(ben)).toEqual([]);
    expect((await contactsOf(ann)).map(({ userId }) => userId)).toEqual([cat.userId]);
    for (const member of [ann, ben, cat]) expect(await groupsOf(member)).toEqual([]);
  },
);

test("TAP-5: a mailbox that is away while a table opens is told of it as soon as it is back", async () => {
  const [ann, ben, cat] = await three();
  const atBen = await read(ben);
  failNext("table", 3, "before");
  const tap = await tapped(ann, [await ticketOf(ben), await ticketOf(cat)], {
    together: await ticketOf(ann),
  });
  await expect.poll(() => alarmIn(tap)).toBe(1_000);
  advanceClock(1_000);
  await runDurableObjectAlarm(attemptOf(tap));
  await expect.poll(() => atBen.told.filter(({ type }) => type === "table").length).toBe(1);
});

test.for(CONDITIONS)(
  "TAP-5: a table that all have confirmed is settled, though every errand fails at first (object %s)",
  async (condition) => {
    const [ann, ben, cat] = await three();
    const tickets = [await ticketOf(ann), await ticketOf(ben), await ticketOf(cat)] as const;
    failNext("table", 3, "before");
    const tap = await tapped(ann, tickets.slice(1), { together: tickets[0] });
    const bring = async () => {
      if (condition === "evicted") await evictDurableObject(attemptOf(tap));
      if (condition === "restarted") await abortAllDurableObjects();
    };
    for (const ticket of tickets) {
      await bring();
      expect((await showShare(ticket, tap)).status).toBe(200);
    }
    const table = await tapState(ann, tap);
    vi.restoreAllMocks();
    const failing = failNext("contacts", 3, "after");
    for (const phone of [ann, ben, cat]) {
      await bring();
      expect((await confirmTable(phone, table)).status).toBe(200);
    }
    await untilServed(tap, condition);
    expect(failing.left).toBe(0);
    expect((await tapState(ann, tap)).at).toBe("settled");
    expect(await contactsOf(ann)).toHaveLength(2);
    for (const peer of [ben, cat]) expect(await contactsOf(peer)).toHaveLength(1);
  },
);

test.for(CONDITIONS)(
  "TAP-4: a group that is over is so in every list, though mailboxes were away (object %s)",
  async (condition) => {
    const [ann, ben, cat] = await three();
    const tap = await tapped(ann, [await ticketOf(ben), await ticketOf(cat)]);
    const path = `/v1/groups/${tap.groupId}`;
    await request("DELETE", path, { actor: ann });
    const group = () => env.GROUPS.getByName(tap.groupId ?? "");
    const alarm = () => runInDurableObject(group(), (_, { storage }) => storage.getAlarm());
    await expect.poll(alarm).toBe(null);
    const failing = failNext("listing", 3, "before");
    expect((await request("DELETE", path, { actor: ben })).status).toBe(204);
    await expect.poll(() => failing.left).toBe(0);
    await expect.poll(alarm).not.toBe(null);
    expect(await groupsOf(cat)).toEqual([tap.groupId]);
    if (condition === "evicted") await evictDurableObject(group());
    if (condition === "restarted") await abortAllDurableObjects();
    await runDurableObjectAlarm(group());
    for (const member of [ann, ben, cat]) expect(await groupsOf(member)).toEqual([]);
    const kept = await runInDurableObject(group(), (_, { storage }) => [...storage.kv.list()]);
    expect(kept).toEqual([]);
  },
);

test.for(["spend", "contacts"] as const)(
  "TAP-6: a submission whose object dies while a %s is under way goes on by itself",
  async (step) => {
    const [ann, ben] = await three();
    const body = await submission(ann, [await ticketOf(ben)]);
    const stalled = stall(step);
    const answer = submit(ann, body);
    await expect.poll(() => stalled.count).toBe(1);
    await abortAllDurableObjects();
    expect((await answer).status).toBe(500);
    vi.restoreAllMocks();
    const tap = { by: ann.userId, tapId: body.tapId };
    await untilServed(tap, "awake");
    expect((await tapState(ann, tap)).at).toBe("settled");
    expect(await contactsOf(ann)).toMatchObject([{ userId: ben.userId }]);
    expect(await contactsOf(ben)).toMatchObject([{ userId: ann.userId }]);
  },
);

test("TAP-6: a contact that is removed before its commit is repeated stays removed", async () => {
  const [ann, ben] = await three();
  failNext("contacts", 1, "after");
  const tap = await touch(ann, ben);
  await request("DELETE", `/v1/contacts/${ben.userId}`, { actor: ann });
  await untilServed(tap, "evicted");
  expect((await tapState(ann, tap)).at).toBe("settled");
  expect(await contactsOf(ann)).toEqual([]);
});

test("TAP-6: what was said to the initiator is said again after its device was away", async () => {
  const [ann, ben] = await three();
  failNext("contacts", 1, "before");
  const tap = await touch(ann, ben);
  expect(tap.at).toBe("settling");
  expect(outcomesOf(tap)).toEqual(["established"]);
  expect(await alarmIn(tap)).toBe(1_000);
  await untilServed(tap, "evicted");
  expect((await tapState(ann, tap)).at).toBe("settled");
});

// -- What crosses --

/** Everyone reads fresh tickets of all others, some at a time, in that order; nobody waits for anybody. */
async function crosswise(crowd: readonly TestAccount[], order: () => number): Promise<void> {
  await Promise.all(crowd.map(certificateOf));
  const submissions: (() => Promise<Tap>)[] = [];
  for (const by of crowd) {
    const others = shuffled(
      crowd.filter((one) => one !== by),
      order,
    );
    while (others.length > 0) {
      const some = others.splice(0, 1 + Math.floor(order() * (others.length + 2)));
      submissions.push(async () => tapped(by, await Promise.all(some.map((one) => ticketOf(one)))));
    }
  }
  const taps = await Promise.all(shuffled(submissions, order).map((submitNow) => submitNow()));
  for (const { by, tapId, ...first } of taps) {
    const initiator = crowd.find(({ userId }) => userId === by);
    if (initiator === undefined) throw new Error("submitted by nobody");
    let tap: Tap = { by, tapId, ...first };
    // On a busy machine an answer may come before all is done, as to any client.
    while (tap.at === "settling") tap = await tapState(initiator, tap);
    for (const outcome of outcomesOf(tap)) expect(["established", "already"]).toContain(outcome);
  }
}

function shuffled<Item>(items: readonly Item[], order: () => number): Item[] {
  return items
    .map((item) => ({ item, at: order() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/** One row for each ordered pair, with the same receipt and the same two proofs at both ends. */
async function expectOneRelationshipEach(crowd: readonly TestAccount[]): Promise<void> {
  const lists = new Map(
    await Promise.all(
      crowd.map(async (one) => {
        const contacts = await contactsOf(one);
        return [one.userId, new Map(contacts.map((contact) => [contact.userId, contact]))] as const;
      }),
    ),
  );
  const rows = await Promise.all(
    crowd.map((one) =>
      runInDurableObject(mailboxOf(one), (_, { storage }) =>
        Number(storage.sql.exec("SELECT count(*) AS rows FROM contact").one()["rows"]),
      ),
    ),
  );
  expect(new Set(rows)).toEqual(new Set([crowd.length - 1]));
  for (const { userId: a } of crowd) {
    for (const { userId: b } of crowd) {
      if (a === b) continue;
      const [there, back] = [lists.get(a)?.get(b), lists.get(b)?.get(a)];
      expect(there?.receiptHash).toBe(back?.receiptHash);
      expect(there?.metAt).toBe(back?.metAt);
      expect(there?.proofs).toEqual(back?.proofs);
      expect(new Set(there?.proofs?.map(({ by }) => by))).toEqual(new Set([a, b]));
    }
  }
}

/** Each end is told of each other: when it is new, and once more at most, when it is proven both ways. */
async function expectToldOnce(sockets: readonly TestSocket[]): Promise<void> {
  for (const socket of sockets) {
    const news = await newsAt(socket);
    const times = Map.groupBy(news, (userId) => userId);
    expect(times.size).toBe(sockets.length - 1);
    for (const told of times.values()) expect(told.length).toBeLessThanOrEqual(2);
  }
}

test("TAP-6: any few who tap one another crosswise, in any order, have one relationship each", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 2, max: 6 }),
      fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
      async (count, orders) => {
        const crowd = await people(count);
        const sockets = await Promise.all(crowd.map((one) => read(one)));
        await crosswise(crowd, () => orders.next().value as number);
        await expectOneRelationshipEach(crowd);
        await expectToldOnce(sockets);
      },
    ),
    { numRuns: 6 },
  );
});

/** All 31 do so in test/core/tap/TAP-3-TAP-4-submissions.test.ts, in no time. */
const CROWD = 12;

test(`TAP-6: ${CROWD} people who tap one another crosswise have one relationship each`, async () => {
  const crowd = await people(CROWD);
  const sockets = await Promise.all(crowd.map((one) => read(one)));
  await crosswise(crowd, Math.random);
  await expectOneRelationshipEach(crowd);
  await expectToldOnce(sockets);
});

// -- What it costs --

test("TAP-3: 31 peers in one submission", async () => {
  const [ann, ...peers] = (await people(TAP_MAX_PEERS + 1)) as [TestAccount, ...TestAccount[]];
  const tickets: Ticket[] = await Promise.all(peers.map((peer) => ticketOf(peer)));
  const body = await submission(ann, tickets);
  const begunAt = performance.now();
  const tap = (await submit(ann, body)).body as Tap;
  console.log(`31 tickets in one submission: ${Math.round(performance.now() - begunAt)} ms`);
  expect(outcomesOf(tap)).toEqual(peers.map(() => "established"));
  expect(await contactsOf(ann)).toHaveLength(TAP_MAX_PEERS);
  for (const peer of peers) expect(await groupsOf(peer)).toEqual([tap.groupId]);
});

const MOST_ROWS = 8;
const MOST_REQUESTS = 5;
/** The mailbox of who shows tickets forgets, once an hour, which have served: an alarm that is set, and what it deletes. */
const FORGETTING = { rows: 2, requests: 1 };

test("TAP-2: a touch, from its submission until it is forgotten, writes 8 rows and takes 5 requests; the first in an hour 2 and 1 more", async () => {
  const [ann, ben, cat] = await three();
  const [first, second] = [await ticketOf(ben), await ticketOf(ben)];
  const ledger = await Ledger.open();
  const forgotten = async (tap: Tap) => {
    advanceClock(600_000);
    await runDurableObjectAlarm(attemptOf(tap));
    expect(await stateOf(tap)).toBe(undefined);
  };
  const taps = [await tapped(ann, [first]), await tapped(cat, [second])];
  for (const tap of taps) await forgotten(tap);
  const kept = () => runInDurableObject(mailboxOf(ben), (_, { storage }) => storage.kv.get("taps"));
  expect(await kept()).not.toBe(undefined);
  advanceClock(3_600_000 - taps.length * 600_000);
  await runDurableObjectAlarm(mailboxOf(ben));
  expect(await kept()).toBe(undefined);
  const alarm = await runInDurableObject(mailboxOf(ben), (_, { storage }) => storage.getAlarm());
  expect(alarm).toBe(null);
  const { rowsWritten, requests } = ledger;
  console.log(`two touches: ${rowsWritten} rows, ${requests} requests (${String(ledger)})`);
  expect(rowsWritten, String(ledger)).toBeLessThanOrEqual(2 * MOST_ROWS + FORGETTING.rows);
  expect(requests, String(ledger)).toBeLessThanOrEqual(2 * MOST_REQUESTS + FORGETTING.requests);
});

test("TAP-3: a submission that asks no mailbox writes nothing, and is judged again when it is said again", async () => {
  const [ann] = await three();
  const body = await submission(ann, [{ ticket: randomText(TICKET_BYTES) }, await ticketOf(ann)]);
  const ledger = await Ledger.open();
  const first = (await submit(ann, body)).body as Tap;
  expect(outcomesOf(first)).toEqual(["forged", "self"]);
  await evictDurableObject(attemptOf(first));
  const again = (await submit(ann, body)).body as Tap;
  expect(again).toMatchObject({ at: "settled", outcomes: first.outcomes });
  expect(ledger.rowsWritten, String(ledger)).toBe(0);
});

test("TAP-1, TAP-3: certificates, and looking at what there is not, write nothing", async () => {
  const [ann, ben] = await three();
  const ledger = await Ledger.open();
  await certificateOf(ann);
  await tapState(ann, { by: ben.userId, tapId: "A".repeat(22) });
  await groupsOf(ann);
  await undo(ann, { by: ann.userId, tapId: "A".repeat(22) }, ben.userId);
  expect(ledger.rowsWritten, String(ledger)).toBe(0);
});
