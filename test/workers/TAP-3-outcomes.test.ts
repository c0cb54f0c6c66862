// TAP-2, TAP-3, TAP-4, TAP-7: what becomes of tickets that were read. Each has its own outcome, counts once, and makes a
// contact on both sides; two or more make a group; either side may undo it for ten minutes.

import { env } from "cloudflare:workers";
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { ed25519 } from "@noble/curves/ed25519.js";
import { beforeEach, expect, test } from "vitest";
import { fromBase64Url, toBase64Url } from "../../shared/core/crypto/bytes.ts";
import { eraseTranscript } from "../../shared/core/identity/deviceLog.ts";
import {
  TAP_UNDO_SECONDS,
  TICKET_BYTES,
  TICKET_EARLY_SECONDS,
  TICKET_TTL_SECONDS,
} from "../../shared/wire/limits.ts";
import { type Group, groupSchema, type Tap, tapSchema } from "../../shared/wire/tap.ts";
import {
  type Answer,
  codeOf,
  ORIGIN,
  randomText,
  registerAccount,
  request,
  strangerActor,
  type TestAccount,
} from "./support/accounts.ts";
import { advanceClock, useStoppedClock } from "./support/clock.ts";
import { Household, removeSecond } from "./support/devices.ts";
import { befriend, mailboxOf, read } from "./support/line.ts";
import { meet } from "./support/pairing.ts";
import type { TestSocket } from "./support/sockets.ts";
import {
  contactsOf,
  groupsOf,
  outcomesOf,
  pathOf,
  type Phone,
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

function block(by: TestAccount, whom: TestAccount): Promise<Answer> {
  return request("PUT", `/v1/blocks/${whom.userId}`, { actor: by });
}

async function outcomeOf(by: Phone, ticket: Ticket, tapId?: string): Promise<string | null> {
  const tap = await tapped(by, [ticket], tapId === undefined ? {} : { tapId });
  return outcomesOf(tap)[0] ?? null;
}

/** What a socket was told of contacts after its hello: who is there, and who is not any more. */
async function newsOf(socket: TestSocket): Promise<string[]> {
  await socket.ask();
  const from = socket.told.findIndex(({ type }) => type === "ready") + 1;
  return socket.told.slice(from).flatMap((notice) => {
    if (notice.type === "contacts") {
      return (notice["contacts"] as { userId: string }[]).map(({ userId }) => `+${userId}`);
    }
    return notice.type === "removed" ? [`-${notice["userId"]}`] : [];
  });
}

async function eraseAccount(account: TestAccount): Promise<void> {
  const { userId, deviceId, signKey } = account;
  const { body } = await request("POST", "/v1/challenges", { body: { userId, deviceId } });
  const { challenge } = body as { challenge: string };
  const signature = toBase64Url(ed25519.sign(eraseTranscript(ORIGIN, challenge), signKey));
  const signed = { challenge, signature };
  const answer = await request("DELETE", "/v1/account", { actor: account, body: signed });
  expect(answer.status).toBe(204);
}

async function groupOf(actor: Phone, groupId: string | null): Promise<Group> {
  return groupSchema.parse((await request("GET", `/v1/groups/${groupId}`, { actor })).body);
}

test("TAP-2, TAP-6: a ticket makes one contact on both sides, which both are told at once", async () => {
  const [atAnn, atBen] = [await read(ann), await read(ben)];
  const tap = tapSchema.parse(await touch(ann, ben));
  expect(tap).toMatchObject({
    by: ann.userId,
    at: "settled",
    submittedAt: Date.now(),
    until: Date.now() + TAP_UNDO_SECONDS * 1_000,
    outcomes: [{ outcome: "established", userId: ben.userId }],
    undone: [],
    groupId: null,
    table: null,
  });
  expect(await newsOf(atAnn)).toEqual([`+${ben.userId}`]);
  expect(await newsOf(atBen)).toEqual([`+${ann.userId}`]);
  const [[ofAnn], [ofBen]] = [await contactsOf(ann), await contactsOf(ben)];
  expect(ofAnn).toMatchObject({ userId: ben.userId, method: "tap", metAt: tap.submittedAt });
  expect(ofBen).toMatchObject({ userId: ann.userId, method: "tap", metAt: tap.submittedAt });
  expect(ofAnn?.receiptHash).toBe(ofBen?.receiptHash);
  expect(ofAnn?.proofs).toEqual(ofBen?.proofs);
  expect(ofAnn?.proofs).toMatchObject([{ kind: "tap", by: ann.userId, tapId: tap.tapId }]);
});

test("TAP-3: nine outcomes in one submission, and no bad ticket spoils a good one", async () => {
  const house = await Household.of(2);
  const [dan, eve, fay, gus, hal, ida] = await Promise.all(
    Array.from({ length: 6 }, () => registerAccount()),
  );
  if (!dan || !eve || !fay || !gus || !hal || !ida) throw new Error("nobody");
  await block(dan, ann);
  await block(ann, eve);
  await touch(ann, hal);
  await befriend(ann, ida);
  const removed = await ticketOf(house.member(1) as Phone);
  await removeSecond(house);
  const old = await ticketOf(gus, { at: Date.now() - (TAP_UNDO_SECONDS + 1) * 1_000 });
  const replayed = await ticketOf(fay);
  expect(await outcomeOf(gus, replayed)).toBe("established");
  const good = await ticketOf(ben);
  const changed = fromBase64Url((await ticketOf(cat)).ticket);
  changed[200] = (changed[200] ?? 0) ^ 1;
  const tickets: [string, Pick<Ticket, "ticket">][] = [
    ["forged", { ticket: randomText(TICKET_BYTES) }],
    ["established", good],
    ["self", await ticketOf(ann)],
    ["duplicate", await ticketOf(ben)],
    ["expired", old],
    ["expired", await ticketOf(fay, { at: Date.now() - TICKET_TTL_SECONDS * 1_000 })],
    ["revoked", removed],
    ["blocked", await ticketOf(dan)],
    ["blocked", await ticketOf(eve)],
    ["replayed", replayed],
    ["already", await ticketOf(hal)],
    ["already", await ticketOf(ida)],
    ["established", await ticketOf(cat)],
    ["forged", { ticket: toBase64Url(changed) }],
    ["forged", { ticket: randomText(20) }],
    ["duplicate", good],
  ];
  // The second of fay's is a duplicate only if it stands after another of the same account.
  const order = tickets.toSorted(([a], [b]) => Number(a === "expired") - Number(b === "expired"));
  const expected = order.map(([outcome], index) => {
    const isAgain = outcome === "expired" && index === order.length - 1;
    return isAgain ? "duplicate" : outcome;
  });
  const tap = await tapped(
    ann,
    order.map(([, ticket]) => ticket),
  );
  expect(outcomesOf(tap)).toEqual(expected);
  const contacts = await contactsOf(ann);
  expect(new Set(contacts.map(({ userId }) => userId))).toEqual(
    new Set([ben, cat, hal, ida].map(({ userId }) => userId)),
  );
  for (const other of [dan, eve, fay]) {
    expect((await contactsOf(other)).map(({ userId }) => userId)).not.toContain(ann.userId);
  }
  const group = await groupOf(ann, tap.groupId);
  expect(group.members.map(({ userId }) => userId).toSorted()).toEqual(
    [ann, ben, cat, hal, ida].map(({ userId }) => userId).toSorted(),
  );
});

test.for([
  [-TICKET_EARLY_SECONDS * 1_000, "established"],
  [-TICKET_EARLY_SECONDS * 1_000 - 1_000, "expired"],
  [TICKET_TTL_SECONDS * 1_000 - 1, "established"],
  [TICKET_TTL_SECONDS * 1_000, "expired"],
] as const)("TAP-2: a ticket that is %i ms old is %s", async ([age, outcome]) => {
  const at = Math.ceil(Date.now() / 1_000) * 1_000;
  advanceClock(at - Date.now());
  const ticket = await ticketOf(ben, age < 0 ? { at: Date.now() - age } : {});
  if (age > 0) advanceClock(age);
  expect(await outcomeOf(ann, ticket)).toBe(outcome);
});

test("TAP-3: a retry of a submission says what it said first, whatever has happened since", async () => {
  const tickets = [await ticketOf(ben), await ticketOf(ann), await ticketOf(cat)];
  const body = await submission(ann, tickets);
  const first = (await submit(ann, body)).body as Tap;
  await block(cat, ann);
  advanceClock(TICKET_TTL_SECONDS * 1_000);
  const again = (await submit(ann, body)).body as Tap;
  expect({ ...again, now: 0 }).toEqual({ ...first, now: 0 });
  expect(await tapState(ann, first)).toEqual(again);
  const other = await submission(ann, [await ticketOf(ben)], { tapId: first.tapId });
  expect(codeOf(await submit(ann, other))).toBe("malformed-request");
});

test("TAP-3: the same initiator hears the same of a ticket in another submission, a late one included", async () => {
  const [atAnn, atBen] = [await read(ann), await read(ben)];
  const ticket = await ticketOf(ben);
  expect(await outcomeOf(ann, ticket)).toBe("established");
  expect(await outcomeOf(ann, ticket)).toBe("established");
  expect(await outcomeOf(cat, ticket)).toBe("replayed");
  advanceClock(TICKET_TTL_SECONDS * 1_000);
  expect(await outcomeOf(ann, ticket)).toBe("established");
  expect(await outcomeOf(cat, ticket)).toBe("expired");
  advanceClock((TAP_UNDO_SECONDS - TICKET_TTL_SECONDS) * 1_000);
  expect(await outcomeOf(ann, ticket)).toBe("expired");
  expect(await newsOf(atAnn)).toEqual([`+${ben.userId}`]);
  expect(await newsOf(atBen)).toEqual([`+${ann.userId}`]);
  expect(await contactsOf(cat)).toEqual([]);
});

test("TAP-3: of many who submit one ticket at once, one has it", async () => {
  const ticket = await ticketOf(ben);
  const readers = await Promise.all(Array.from({ length: 8 }, () => registerAccount()));
  const outcomes = await Promise.all(readers.map((reader) => outcomeOf(reader, ticket)));
  expect(outcomes.filter((outcome) => outcome === "established")).toHaveLength(1);
  expect(outcomes.filter((outcome) => outcome === "replayed")).toHaveLength(7);
  expect(await contactsOf(ben)).toHaveLength(1);
});

test("TAP-3: a refused ticket is not spent", async () => {
  const ticket = await ticketOf(ben);
  await block(ben, ann);
  expect(await outcomeOf(ann, ticket)).toBe("blocked");
  await request("DELETE", `/v1/blocks/${ann.userId}`, { actor: ben });
  expect(await outcomeOf(ann, ticket)).toBe("established");
});

test("TAP-3: a submission that its device has not signed is told which signature is wrong", async () => {
  const body = await submission(ann, [await ticketOf(ben), await ticketOf(cat)]);
  const other = await submission({ ...ann, signKey: ben.signKey }, [await ticketOf(cat)]);
  const wrong = {
    ...body,
    taps: [body.taps[0]!, { ...body.taps[1]!, signature: other.taps[0]!.signature }],
  };
  const answer = await submit(ann, wrong);
  expect(codeOf(answer)).toBe("malformed-request");
  expect(Object.keys(answer.body.fields)).toEqual(["taps.1.signature"]);
  // Of another submission, or said by another account.
  expect(codeOf(await submit(ann, { ...body, tapId: randomText(16) }))).toBe("malformed-request");
  expect(codeOf(await submit(cat, body))).toBe("malformed-request");
  expect(await contactsOf(ann)).toEqual([]);
  expect(codeOf(await submit(strangerActor(), body))).toBe("unauthenticated");
});

test("TAP-3: who has no part in a tap learns nothing of it", async () => {
  const tap = await touch(ann, ben);
  expect(await tapState(ben, tap)).toMatchObject({ at: "settled", undone: [] });
  expect(await tapState(ben, tap)).not.toHaveProperty("outcomes");
  expect(codeOf(await request("GET", pathOf(tap), { actor: cat }))).toBe("tap-unknown");
  const unknown = { by: ann.userId, tapId: randomText(16) };
  expect(codeOf(await request("GET", pathOf(unknown), { actor: ann }))).toBe("tap-unknown");
  expect(codeOf(await undo(cat, tap, ben.userId))).toBe("tap-unknown");
});

test("TAP-4: a contact by key stays one by key, whoever taps whom", async () => {
  await meet(ann, ben);
  const before = [await contactsOf(ann), await contactsOf(ben)];
  expect(outcomesOf(await touch(ann, ben))).toEqual(["already"]);
  expect(outcomesOf(await touch(ben, ann))).toEqual(["already"]);
  expect([await contactsOf(ann), await contactsOf(ben)]).toEqual(before);
});

test("TAP-6: crossed taps make one relationship, told once when it comes and once when it is proven both ways", async () => {
  const [atAnn, atBen] = [await read(ann), await read(ben)];
  const [ofAnn, ofBen] = [await ticketOf(ann), await ticketOf(ben)];
  await Promise.all([tapped(ann, [ofBen]), tapped(ben, [ofAnn])]);
  const [[known], [back]] = [await contactsOf(ann), await contactsOf(ben)];
  expect(known?.receiptHash).toBe(back?.receiptHash);
  expect(known?.proofs).toEqual(back?.proofs);
  expect(new Set(known?.proofs?.map(({ by }) => by))).toEqual(new Set([ann.userId, ben.userId]));
  expect((await newsOf(atAnn)).length).toBeLessThanOrEqual(2);
  expect((await newsOf(atBen)).length).toBeLessThanOrEqual(2);
  expect(await contactsOf(ann)).toHaveLength(1);
});

test("TAP-6: tapping back adds the proof of the other direction", async () => {
  expect(outcomesOf(await touch(ann, ben))).toEqual(["established"]);
  const [first] = await contactsOf(ann);
  advanceClock(5_000);
  expect(outcomesOf(await touch(ben, ann))).toEqual(["already"]);
  for (const account of [ann, ben]) {
    const [contact] = await contactsOf(account);
    expect(contact?.proofs?.map(({ by }) => by)).toEqual([ann.userId, ben.userId]);
    expect(contact).toMatchObject({ metAt: first?.metAt, receiptHash: first?.receiptHash });
  }
});

test("TAP-4: two good tickets make a group of everyone, for its members alone", async () => {
  const [atAnn, atCat] = [await read(ann), await read(cat)];
  const tap = await tapped(ann, [await ticketOf(ben), await ticketOf(cat)]);
  const { groupId } = tap;
  for (const member of [ann, ben, cat]) {
    expect(await groupsOf(member)).toEqual([groupId]);
    const group = await groupOf(member, groupId);
    expect(group).toMatchObject({ groupId, by: ann.userId, tapId: tap.tapId });
    expect(group.members.map(({ userId }) => userId)).toEqual(
      [ann, ben, cat].map(({ userId }) => userId),
    );
  }
  for (const socket of [atAnn, atCat]) {
    await socket.ask();
    expect(socket.told.filter(({ type }) => type === "groups")).toHaveLength(1);
  }
  const stranger = await registerAccount();
  const path = `/v1/groups/${groupId}`;
  expect(codeOf(await request("GET", path, { actor: stranger }))).toBe("group-unknown");
  expect(codeOf(await request("DELETE", path, { actor: stranger }))).toBe("group-unknown");
});

test("TAP-4: a device that was away hears after its hello that its groups have changed", async () => {
  const before = (await read(cat)).told.at(-1)?.["sequence"] as number;
  await tapped(ann, [await ticketOf(ben), await ticketOf(cat)]);
  const back = await read(cat, { after: before });
  expect(back.told.map(({ type }) => type)).toEqual(["contacts", "groups", "ready"]);
  const latest = back.told.at(-1)?.["sequence"] as number;
  expect((await read(cat, { after: latest })).told.map(({ type }) => type)).toEqual(["ready"]);
});

test("TAP-4: whoever leaves a group is out of it; with one left it is no more", async () => {
  const { groupId } = await tapped(ann, [await ticketOf(ben), await ticketOf(cat)]);
  const path = `/v1/groups/${groupId}`;
  expect((await request("DELETE", path, { actor: ann })).status).toBe(204);
  expect(await groupsOf(ann)).toEqual([]);
  expect(codeOf(await request("GET", path, { actor: ann }))).toBe("group-unknown");
  expect((await groupOf(ben, groupId)).members).toHaveLength(2);
  expect((await request("DELETE", path, { actor: ben })).status).toBe(204);
  await expect.poll(() => groupsOf(cat)).toEqual([]);
  expect(codeOf(await request("GET", path, { actor: cat }))).toBe("group-unknown");
  await expect.poll(() => storedIn(groupId)).toEqual([]);
});

test("TAP-4: a group that is listed by mistake is not, once its mailbox's owner has looked", async () => {
  const tap = await tapped(ann, [await ticketOf(ben), await ticketOf(cat)]);
  const groupId = tap.groupId ?? "";
  const path = `/v1/groups/${groupId}`;
  await request("DELETE", path, { actor: ben });
  // As the word of a submission that was repeated late.
  const late = { kind: "listing", owner: ben.userId, groupId, isListed: true } as const;
  await mailboxOf(ben).take(late);
  expect(await groupsOf(ben)).toEqual([groupId]);
  expect(codeOf(await request("GET", path, { actor: ben }))).toBe("group-unknown");
  expect(await groupsOf(ben)).toEqual([]);
});

function storedIn(groupId: string | null): Promise<unknown[]> {
  return runInDurableObject(env.GROUPS.getByName(groupId ?? ""), (_, { storage }) => [
    ...storage.kv.list(),
  ]);
}

test.for(["initiator", "peer"] as const)(
  "TAP-7: the %s takes a touch back, on both sides",
  async (who) => {
    const [atAnn, atBen] = [await read(ann), await read(ben)];
    const tap = await touch(ann, ben);
    advanceClock(TAP_UNDO_SECONDS * 1_000 - 1);
    const answer = await (who === "initiator"
      ? undo(ann, tap, ben.userId)
      : undo(ben, tap, ann.userId));
    expect(answer.status).toBe(200);
    expect(answer.body.undone).toEqual([ben.userId]);
    expect([await contactsOf(ann), await contactsOf(ben)]).toEqual([[], []]);
    expect(await newsOf(atAnn)).toEqual([`+${ben.userId}`, `-${ben.userId}`]);
    expect(await newsOf(atBen)).toEqual([`+${ann.userId}`, `-${ann.userId}`]);
    expect((await undo(ann, tap, ben.userId)).status).toBe(200);
    expect(await newsOf(atBen)).toHaveLength(2);
  },
);

test("TAP-7: after ten minutes nobody can undo it, and the submission is forgotten", async () => {
  const tap = await touch(ann, ben);
  advanceClock(TAP_UNDO_SECONDS * 1_000);
  expect(["undo-over", "tap-unknown"]).toContain(codeOf(await undo(ben, tap, ann.userId)));
  const stub = env.TAPS.getByName(`${ann.userId}.${tap.tapId}`);
  await runDurableObjectAlarm(stub);
  expect(await runInDurableObject(stub, (_, { storage }) => [...storage.kv.list()])).toEqual([]);
  expect(codeOf(await undo(ben, tap, ann.userId))).not.toBe(undefined);
  expect(await contactsOf(ann)).toHaveLength(1);
});

test("TAP-7: crossed taps are undone together", async () => {
  const tap = await touch(ann, ben);
  await touch(ben, ann);
  expect((await undo(ben, tap, ann.userId)).status).toBe(200);
  expect([await contactsOf(ann), await contactsOf(ben)]).toEqual([[], []]);
  advanceClock(1);
  expect(outcomesOf(await touch(ann, ben))).toEqual(["established"]);
});

test("TAP-7: a meeting by key takes the place of a touch, and undoing the touch leaves it", async () => {
  const tap = await touch(ann, ben);
  advanceClock(1_000);
  await meet(ann, ben);
  const byKey = [{ method: "key", metAt: Date.now() }];
  expect([await contactsOf(ann), await contactsOf(ben)]).toMatchObject([byKey, byKey]);
  await undo(ben, tap, ann.userId);
  expect([await contactsOf(ann), await contactsOf(ben)]).toMatchObject([byKey, byKey]);
});

test("TAP-7: spent tickets put nobody who has undone and blocked into another group", async () => {
  const tickets = [await ticketOf(ben), await ticketOf(cat)];
  const tap = await tapped(ann, tickets);
  for (const peer of [ben, cat]) await undo(peer, tap, ann.userId);
  await request("PUT", `/v1/blocks/${ann.userId}`, { actor: ben });
  advanceClock(120_000);
  for (let times = 0; times < 2; times++) {
    const again = await tapped(ann, tickets);
    expect(outcomesOf(again)).toEqual(["established", "established"]);
    expect(again.groupId).toBe(null);
  }
  for (const one of [ann, ben, cat]) {
    expect(await groupsOf(one)).toEqual([]);
    expect(await contactsOf(one)).toEqual([]);
  }
});

test("TAP-7: said again when it is forgotten, a submission brings back nobody who was undone", async () => {
  const body = await submission(ann, [await ticketOf(ben, { at: Date.now() + 4_000 })]);
  const tap = (await submit(ann, body)).body as Tap;
  await undo(ben, tap, ann.userId);
  advanceClock(601_000);
  await runDurableObjectAlarm(env.TAPS.getByName(`${tap.by}.${tap.tapId}`));
  expect(outcomesOf((await submit(ann, body)).body as Tap)).toEqual(["expired"]);
  for (const one of [ann, ben]) expect(await contactsOf(one)).toEqual([]);
});

test("TAP-7: who was removed and is touched again is a contact again, of one side", async () => {
  await touch(ann, ben);
  await request("DELETE", `/v1/contacts/${ben.userId}`, { actor: ann });
  expect(await contactsOf(ann)).toEqual([]);
  advanceClock(1_000);
  expect(outcomesOf(await touch(ann, ben))).toEqual(["already"]);
  expect(await contactsOf(ann)).toMatchObject([{ userId: ben.userId, metAt: Date.now() }]);
  expect(await contactsOf(ben)).toHaveLength(1);
});

test("TAP-7: a touch after an undoing is a new one", async () => {
  const tap = await touch(ann, ben);
  await undo(ann, tap, ben.userId);
  advanceClock(1_000);
  expect(outcomesOf(await touch(ben, ann))).toEqual(["established"]);
  expect(await contactsOf(ann)).toHaveLength(1);
});

test("TAP-7: undoing one of two takes the group away, of three that one alone", async () => {
  const dan = await registerAccount();
  const three = await tapped(ann, [await ticketOf(ben), await ticketOf(cat), await ticketOf(dan)]);
  await undo(dan, three, ann.userId);
  expect(await groupsOf(dan)).toEqual([]);
  expect((await groupOf(ben, three.groupId)).members.map(({ userId }) => userId)).toEqual(
    [ann, ben, cat].map(({ userId }) => userId),
  );
  await undo(ann, three, cat.userId);
  for (const member of [ann, ben, cat]) expect(await groupsOf(member)).toEqual([]);
  expect(codeOf(await request("GET", `/v1/groups/${three.groupId}`, { actor: ben }))).toBe(
    "group-unknown",
  );
  expect(await contactsOf(ben)).toMatchObject([{ userId: ann.userId }]);
});

test("ID-5: an account that is erased leaves its groups, and its tickets are revoked", async () => {
  const { groupId } = await tapped(ann, [await ticketOf(ben), await ticketOf(cat)]);
  const ticket = await ticketOf(ben);
  const left = await read(cat);
  await eraseAccount(ben);
  await expect.poll(async () => (await groupOf(ann, groupId)).members.length).toBe(2);
  // Once after its hello, and once more.
  await expect.poll(() => left.told.filter(({ type }) => type === "groups").length).toBe(2);
  expect(await outcomeOf(ann, ticket)).toBe("revoked");
  const kept = await runInDurableObject(mailboxOf(ben), (_, { storage }) => [...storage.kv.list()]);
  expect(kept).toEqual([]);
});
