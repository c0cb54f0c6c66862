// TAP-5: several who compare one phrase become contacts of who gathered them, and a group, or nothing at all. Shares show
// once all are there; a bad ticket, a no, and silence end it for everyone.

import { env } from "cloudflare:workers";
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  TABLE_COMPARE_SECONDS,
  TABLE_REVEAL_SECONDS,
  TICKET_BYTES,
} from "../../shared/wire/limits.ts";
import { groupSchema, type Tap, tapSchema } from "../../shared/wire/tap.ts";
import { TapAttempt } from "../../workers/tap/TapAttempt.ts";
import {
  codeOf,
  randomText,
  registerAccount,
  request,
  type TestAccount,
} from "./support/accounts.ts";
import { addDevice } from "./support/asking.ts";
import { advanceClock, useStoppedClock } from "./support/clock.ts";
import { read } from "./support/line.ts";
import type { TestSocket } from "./support/sockets.ts";
import {
  confirmTable,
  contactsOf,
  groupsOf,
  outcomesOf,
  pathOf,
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

let ann: TestAccount;
let ben: TestAccount;
let cat: TestAccount;

beforeEach(async () => {
  [ann, ben, cat] = await Promise.all([registerAccount(), registerAccount(), registerAccount()]);
});

afterEach(() => vi.restoreAllMocks());

interface Laid {
  readonly tap: Tap;
  /** The initiator's first. */
  readonly tickets: readonly [Ticket, Ticket, Ticket];
}

/** Ann gathers Ben and Cat. */
async function lay(): Promise<Laid> {
  const tickets = [await ticketOf(ann), await ticketOf(ben), await ticketOf(cat)] as const;
  const [own, ...others] = tickets;
  const tap = tapSchema.parse(await tapped(ann, others, { together: own }));
  return { tap, tickets };
}

/** All have shown their shares. */
async function shown({ tap, tickets }: Laid): Promise<Tap> {
  for (const ticket of tickets) {
    const { status, body } = await showShare(ticket, tap);
    if (status !== 200) throw new Error(JSON.stringify(body));
  }
  return tapState(ann, tap);
}

/** The tables that a socket was told of, one word each. */
async function toldAt(socket: TestSocket): Promise<string[]> {
  await socket.ask();
  return socket.told.flatMap((notice) =>
    notice.type === "table" ? [tapSchema.parse(notice["tap"]).at] : [],
  );
}

/** Those tables. */
async function toldOf(socket: TestSocket): Promise<string[]> {
  await socket.ask();
  return socket.told.flatMap((notice) =>
    notice.type === "table" ? [tapSchema.parse(notice["tap"]).tapId] : [],
  );
}

async function expectNothingMade(): Promise<void> {
  for (const account of [ann, ben, cat]) {
    expect(await contactsOf(account)).toEqual([]);
    expect(await groupsOf(account)).toEqual([]);
  }
}

function attemptOf({ by, tapId }: Tap) {
  return env.TAPS.getByName(`${by}.${tapId}`);
}

test("TAP-5: all who have shown and compared become contacts and a group, with proof of it", async () => {
  const sockets = [await read(ann), await read(ben), await read(cat)];
  const laid = await lay();
  expect(laid.tap).toMatchObject({
    at: "revealing",
    until: Date.now() + TABLE_REVEAL_SECONDS * 1_000,
    groupId: null,
  });
  expect(outcomesOf(laid.tap)).toEqual(["established", "established"]);
  await expectNothingMade();
  const [first, second, third] = laid.tickets;
  await showShare(second, laid.tap);
  const half = await tapState(ben, laid.tap);
  expect(half.table?.members).toMatchObject([
    { userId: ann.userId, share: null, hasArrived: false },
    { userId: ben.userId, share: null, hasArrived: true },
    { userId: cat.userId, share: null, hasArrived: false },
  ]);
  await showShare(first, laid.tap);
  await showShare(third, laid.tap);
  const compared = await tapState(cat, laid.tap);
  expect(compared).toMatchObject({
    at: "comparing",
    until: Date.now() + TABLE_COMPARE_SECONDS * 1_000,
  });
  expect(compared.table?.members.map(({ share }) => share)).toEqual(
    laid.tickets.map(({ share }) => share),
  );
  for (const phone of [cat, ann]) expect((await confirmTable(phone, compared)).status).toBe(200);
  await expectNothingMade();
  const last = await confirmTable(ben, compared);
  expect(last.body.at).toBe("settled");
  const settled = await tapState(ann, laid.tap);
  const group = groupSchema.parse(
    (await request("GET", `/v1/groups/${settled.groupId}`, { actor: cat })).body,
  );
  expect(group.members.map(({ share }) => share)).toEqual(laid.tickets.map(({ share }) => share));
  for (const { confirmation } of group.members) expect(confirmation).not.toBe(null);
  expect((await contactsOf(ann)).map(({ userId }) => userId).toSorted()).toEqual(
    [ben.userId, cat.userId].toSorted(),
  );
  for (const phone of [ben, cat]) {
    const [contact, ...others] = await contactsOf(phone);
    expect(others).toEqual([]);
    expect(contact).toMatchObject({ userId: ann.userId, method: "tap" });
    expect(contact?.proofs).toMatchObject([{ isCompared: true, by: ann.userId }]);
    expect(await groupsOf(phone)).toEqual([settled.groupId]);
  }
  for (const socket of sockets) {
    await expect.poll(async () => (await toldAt(socket)).at(-1)).toBe("settled");
    const told = await toldAt(socket);
    expect(told[0]).toBe("revealing");
    expect(told.filter((at) => at === "settled")).toHaveLength(1);
    expect(told).toContain("comparing");
  }
});

test("TAP-5: one forged ticket ends the table before anyone is asked", async () => {
  const sockets = [await read(ben), await read(cat)];
  const good = [await ticketOf(ben), await ticketOf(cat)];
  const tap = await tapped(ann, [...good, { ticket: randomText(TICKET_BYTES) }], {
    together: await ticketOf(ann),
  });
  expect(tap).toMatchObject({ at: "aborted", table: { end: "refused", endedBy: null } });
  expect(outcomesOf(tap)[2]).toBe("forged");
  await expectNothingMade();
  for (const socket of sockets) expect(await toldAt(socket)).toEqual([]);
});

test("TAP-5: one whose mailbox refuses the ticket ends the table for all", async () => {
  await request("PUT", `/v1/blocks/${ann.userId}`, { actor: cat });
  const { tap, tickets } = await lay();
  expect(tap).toMatchObject({ at: "aborted", table: { end: "refused", endedBy: cat.userId } });
  await expectNothingMade();
  expect(codeOf(await showShare(tickets[1], tap))).toBe("out-of-turn");
  expect(codeOf(await request("GET", pathOf(tap), { actor: cat }))).toBe("tap-unknown");
});

test.for(["revealing", "comparing"] as const)(
  "TAP-5: a no while %s ends it for all",
  async (at) => {
    const sockets = [await read(ann), await read(ben), await read(cat)];
    const laid = await lay();
    if (at === "comparing") await confirmTable(ann, await shown(laid));
    const { status, body } = await request("POST", pathOf(laid.tap, "/decline"), { actor: ben });
    expect(status).toBe(200);
    expect(body).toMatchObject({ at: "aborted", table: { end: "declined", endedBy: ben.userId } });
    expect((await request("POST", pathOf(laid.tap, "/decline"), { actor: cat })).status).toBe(200);
    expect((await tapState(ann, laid.tap)).table?.endedBy).toBe(ben.userId);
    for (const socket of sockets) {
      expect((await toldAt(socket)).filter((told) => told === "aborted")).toHaveLength(1);
    }
    await expectNothingMade();
  },
);

test.for([
  ["revealing", TABLE_REVEAL_SECONDS],
  ["comparing", TABLE_COMPARE_SECONDS],
] as const)("TAP-5: silence while %s ends it for all after %i s", async ([at, seconds]) => {
  const sockets = [await read(ann), await read(cat)];
  const laid = await lay();
  if (at === "revealing") {
    await showShare(laid.tickets[0], laid.tap);
    await showShare(laid.tickets[1], laid.tap);
  } else {
    const table = await shown(laid);
    await confirmTable(ann, table);
    await confirmTable(ben, table);
  }
  advanceClock(seconds * 1_000);
  await evictDurableObject(attemptOf(laid.tap));
  expect(await runDurableObjectAlarm(attemptOf(laid.tap))).toBe(true);
  const over = await tapState(ann, laid.tap);
  expect(over).toMatchObject({ at: "aborted", table: { end: "timedOut", endedBy: cat.userId } });
  for (const socket of sockets) {
    await expect.poll(async () => (await toldAt(socket)).at(-1)).toBe("aborted");
  }
  await expectNothingMade();
});

test("TAP-5: a late confirmation makes nothing of a table that is over", async () => {
  const laid = await lay();
  const table = await shown(laid);
  await confirmTable(ann, table);
  await confirmTable(ben, table);
  advanceClock(TABLE_COMPARE_SECONDS * 1_000);
  expect(codeOf(await confirmTable(cat, table))).toBe("out-of-turn");
  expect((await tapState(cat, laid.tap)).at).toBe("aborted");
  await expectNothingMade();
});

test("TAP-5: nobody shows or confirms for another", async () => {
  const laid = await lay();
  const tablet = await addDevice(ben);
  const [, ofBen, ofCat] = laid.tickets;
  expect(codeOf(await showShare({ ...ofBen, phone: tablet }, laid.tap))).toBe("out-of-turn");
  const wrong = await showShare({ ...ofBen, share: ofCat.share }, laid.tap);
  expect(codeOf(wrong)).toBe("malformed-request");
  expect(Object.keys(wrong.body.fields)).toEqual(["share"]);
  const table = await shown(laid);
  const forged = await confirmTable({ ...ben, signKey: cat.signKey }, table);
  expect(Object.keys(forged.body.fields)).toEqual(["signature"]);
  const stranger = await registerAccount();
  expect(codeOf(await confirmTable(stranger, table))).toBe("tap-unknown");
  expect((await tapState(ben, laid.tap)).table?.members[1]?.hasConfirmed).toBe(false);
});

test("TAP-5: only a ticket of the acting device, in time, lies on its own table", async () => {
  const tickets = [await ticketOf(ben), await ticketOf(cat)];
  for (const together of [
    await ticketOf(ben),
    await ticketOf(await addDevice(ann)),
    await ticketOf(ann, { at: Date.now() - 61_000 }),
    { ...(await ticketOf(ann)), ticket: randomText(TICKET_BYTES) },
  ]) {
    const answer = await submit(ann, await submission(ann, tickets, { together }));
    expect(codeOf(answer)).toBe("malformed-request");
    expect(Object.keys(answer.body.fields)).toEqual(["together"]);
  }
});

test("TAP-5: a table that is away keeps no other from being told of after a hello", async () => {
  const [first, second] = [await lay(), await lay()];
  const { look } = TapAttempt.prototype;
  vi.spyOn(TapAttempt.prototype, "look").mockImplementation(async function (this: TapAttempt, who) {
    const found = await look.call(this, who);
    if (found.ok && found.value.tapId === first.tap.tapId) throw new Error("the table is away");
    return found;
  });
  const socket = await read(ben);
  await expect.poll(() => toldOf(socket)).toEqual([second.tap.tapId]);
  vi.restoreAllMocks();
  const later = await read(ben);
  const both = new Set([first.tap.tapId, second.tap.tapId]);
  await expect.poll(async () => new Set(await toldOf(later))).toEqual(both);
});

test.for(["awake", "evicted"] as const)(
  "TAP-5: a device that connects while a table is open is told of it (objects %s)",
  async (condition) => {
    const laid = await lay();
    if (condition === "evicted") {
      await evictDurableObject(attemptOf(laid.tap));
      await evictDurableObject(env.MAILBOXES.getByName(ben.userId));
    }
    const late = await read(ben);
    await expect.poll(() => toldAt(late)).toEqual(["revealing"]);
    await request("POST", pathOf(laid.tap, "/decline"), { actor: cat });
    await expect.poll(() => toldAt(late)).toEqual(["revealing", "aborted"]);
    const later = await read(ben);
    const kept = await runInDurableObject(env.MAILBOXES.getByName(ben.userId), (_, { storage }) =>
      storage.kv.get<{ tables: unknown[] }>("taps"),
    );
    expect(kept?.tables).toEqual([]);
    expect(await toldAt(later)).toEqual([]);
  },
);

test("TAP-5: a retry finds the table, though the own ticket is out of time", async () => {
  const [own, ...others] = [await ticketOf(ann), await ticketOf(ben), await ticketOf(cat)];
  const body = await submission(ann, others, { together: own! });
  const first = (await submit(ann, body)).body as Tap;
  advanceClock(61_000);
  const again = await submit(ann, body);
  expect(again.body).toMatchObject({
    tapId: first.tapId,
    at: "aborted",
    table: { end: "timedOut" },
  });
});

test("TAP-5: a ticket that a table has held is spent for any other submission", async () => {
  const { tap, tickets } = await lay();
  await request("POST", pathOf(tap, "/decline"), { actor: ben });
  expect(outcomesOf(await tapped(ann, [tickets[1]]))).toEqual(["replayed"]);
  expect(outcomesOf(await tapped(cat, [tickets[1]]))).toEqual(["replayed"]);
});

test.for(["removed", "undone"] as const)(
  "TAP-6: those who are contacts and have %s it while a table was open are contacts of both sides when all confirm",
  async (what) => {
    const earlier = await touch(ann, ben);
    advanceClock(1_000);
    const laid = await lay();
    advanceClock(1_000);
    if (what === "undone") await undo(ben, earlier, ann.userId);
    else await request("DELETE", `/v1/contacts/${ann.userId}`, { actor: ben });
    expect(await contactsOf(ben)).toEqual([]);
    advanceClock(1_000);
    const table = await shown(laid);
    for (const phone of [ann, ben, cat]) await confirmTable(phone, table);
    expect((await tapState(ann, laid.tap)).at).toBe("settled");
    const [atBen] = await contactsOf(ben);
    const atAnn = (await contactsOf(ann)).find(({ userId }) => userId === ben.userId);
    expect(atBen?.proofs).toMatchObject([{ tapId: laid.tap.tapId, isCompared: true }]);
    expect(atAnn?.proofs).toEqual(atBen?.proofs);
  },
);

test("TAP-5: the initiator's own ticket is spent by its table, and serves nobody who saw it there", async () => {
  const laid = await lay();
  const seen = (await tapState(cat, laid.tap)).table?.members[0]?.ticket ?? "";
  await request("POST", pathOf(laid.tap, "/decline"), { actor: cat });
  const dan = await registerAccount();
  for (const thief of [cat, dan]) {
    expect(outcomesOf(await tapped(thief, [{ ticket: seen }]))).toEqual(["replayed"]);
  }
  await expectNothingMade();
});

test("TAP-5: an own ticket that somebody has read before opens no table", async () => {
  const tickets = [await ticketOf(ann), await ticketOf(ben)] as const;
  expect(outcomesOf(await tapped(cat, tickets.slice(0, 1)))).toEqual(["established"]);
  const tap = await tapped(ann, tickets.slice(1), { together: tickets[0] });
  expect(tap).toMatchObject({ at: "aborted", table: { end: "refused", endedBy: ann.userId } });
  expect(await contactsOf(ben)).toEqual([]);
});
