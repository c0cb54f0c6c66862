// TAP-4, TAP-6: contacts by touch and by badge as devices verify them: each by itself, from the logs of both accounts.
// Nothing of it rests on the server's word, but for who came back with a ticket, which the person is told.

import { ed25519 } from "@noble/curves/ed25519.js";
import { expect, test } from "vitest";
import "../../../shared/client/taps/witness.ts"; // loaded when there is something to verify, in no time here
import { forgetCompared, keepCompared } from "../../../shared/client/taps/comparedTables.ts";
import { fromBase64Url, toBase64Url } from "../../../shared/core/crypto/bytes.ts";
import { verifyLog } from "../../../shared/core/identity/deviceLog.ts";
import { appendRemove } from "../../../shared/core/identity/logDrafts.ts";
import { tableStatement } from "../../../shared/core/tap/statements.ts";
import type { ContactProof } from "../../../shared/wire/mailbox.ts";
import type { GroupMember, Tap, TapProof } from "../../../shared/wire/tap.ts";
import { haveMet, type OwnDevice } from "../handover/ownDevices.ts";
import { refusal } from "../world.ts";
import { another, hear, listed, openTwo, request, shareOf, ticketOf, touch } from "./touching.ts";

const YEAR_MS = 365 * 24 * 60 * 60_000;
const METHODS = { method: "tap", verified: true } as const;

test("TAP-4: both sides of a touch have verified each other, and only the one that was read has the server's word", async () => {
  const { server, ann, ben } = await openTwo();
  listed([ann, ben], [await touch(ann, ben)]);
  await hear(ann, ben);
  const undoUntil = server.clock.now() + 600_000;
  expect(await ann.contacts.get(ben.userId)).toMatchObject({
    ...METHODS,
    vouched: false,
    undoUntil,
  });
  expect(await ben.contacts.get(ann.userId)).toMatchObject({
    ...METHODS,
    vouched: true,
    undoUntil,
  });
  expect(await ben.contacts.list()).toEqual([await ben.contacts.get(ann.userId)]);
  server.clock.advance(600_000);
  expect(await ben.contacts.get(ann.userId)).toMatchObject({ undoUntil: null });
});

test("TAP-4: a device that was not there verifies it by itself, one that came later as well", async () => {
  const { ann, ben } = await openTwo();
  const tablet = await another(ben);
  listed([ann, ben], [await touch(ann, ben)]);
  await hear(ann, ben, tablet);
  expect(await tablet.contacts.get(ann.userId)).toMatchObject({ ...METHODS, vouched: true });
  const laptop = await another(ann);
  await hear(laptop);
  expect(await laptop.contacts.get(ben.userId)).toMatchObject({ ...METHODS, vouched: false });
});

test("TAP-4: an app that has just tapped asks for the contact, and gets it verified", async () => {
  const { ann, ben } = await openTwo();
  listed([ann, ben], [await touch(ann, ben)]);
  expect(await ann.contacts.verify(ben.userId)).toMatchObject(METHODS);
});

test("TAP-4: a touch of a device that was removed since counts", async () => {
  const { ann, ben } = await openTwo();
  const tablet = await another(ann);
  listed([ann, ben], [await touch(tablet, ben)]);
  const draft = appendRemove(verifyLog(ann.owner.log)!, { device: 1, by: 0, createdAt: 1 });
  if (!draft.ok) throw new Error(draft.reason);
  ann.owner.log = [...ann.owner.log, draft.finish(await ann.device.sign(draft.bytes))];
  await hear(ben);
  expect(await ben.contacts.get(ann.userId)).toMatchObject(METHODS);
});

test("TAP-4: nothing that a server makes up is verified", async () => {
  const { server, ann, ben } = await openTwo();
  const { ann: cem } = await openTwo(["Cem", "Dora"]);
  const at = server.clock.now();
  const good = await touch(ann, ben);
  const key = ed25519.utils.randomSecretKey();
  const lies: readonly (readonly [string, ContactProof])[] = [
    ["signed by nobody", { ...good, signature: toBase64Url(new Uint8Array(64)) }],
    ["by another device", { ...good, device: ben.device.self.deviceId }],
    ["another submission", { ...good, tapId: toBase64Url(new Uint8Array(16)) }],
    ["long after the ticket", { ...good, at: at + 66_000 }],
    ["long before the ticket", { ...good, at: at - 66_000 }],
    ["a ticket of another account", await touch(ann, cem)],
    [
      "a ticket in another's name",
      await touch(ann, cem, { ticket: await ticketOf(cem, at, { as: ben.userId }) }),
    ],
    ["by a third account", await touch(cem, ben)],
    ["by both at once", await touch(ann, ann)],
    ["no ticket", await touch(ann, ben, { ticket: toBase64Url(new Uint8Array(259)) })],
    [
      "a ticket by another key",
      await touch(ann, ben, { ticket: spoilt(good.ticket, (bytes) => ed25519.sign(bytes, key)) }),
    ],
    [
      "a ticket that names another account",
      await touch(ann, ben, { ticket: await ticketOf(ben, at, { as: cem.userId }) }),
    ],
  ];
  for (const [name, lie] of lies) {
    listed([ann, ben], [lie]);
    await hear(ann, ben);
    expect.soft(await ann.contacts.get(ben.userId), name).toMatchObject({ verified: false });
    expect.soft(await ben.contacts.get(ann.userId), name).toMatchObject({ verified: false });
  }
  listed([ann, ben], [good], { receiptHash: toBase64Url(new Uint8Array(32)) });
  await hear(ann);
  expect((await ann.contacts.get(ben.userId))?.verified).toBe(false);
  listed([ann, ben], [good]);
  await hear(ann);
  expect((await ann.contacts.get(ben.userId))?.verified).toBe(true);
});

test("TAP-8: a request that was approved is verified on both sides, and the owner of the badge has the server's word", async () => {
  const { ann, ben } = await openTwo();
  const proof = await request(ann, ben);
  listed([ann, ben], [proof]);
  await hear(ann, ben);
  const badge = { method: "badge", verified: true, undoUntil: null };
  expect(await ann.contacts.get(ben.userId)).toMatchObject({ ...badge, vouched: false });
  expect(await ben.contacts.get(ann.userId)).toMatchObject({ ...badge, vouched: true });
});

test("ROOM-6: a request out of a room is verified on both sides, and who was there is the server's word for both", async () => {
  const { server, ann, ben } = await openTwo();
  const proof = await request(ann, ben, "room");
  listed([ann, ben], [proof]);
  await hear(ann, ben);
  const met = { method: "room", verified: true, vouched: true, undoUntil: null };
  expect(await ann.contacts.get(ben.userId)).toMatchObject(met);
  expect(await ben.contacts.get(ann.userId)).toMatchObject(met);
  server.clock.advance(1);
  listed([ann, ben], [await touch(ann, ben)]);
  await hear(ann, ben);
  expect(await ann.contacts.get(ben.userId)).toMatchObject({ method: "tap", vouched: false });
});

test("ROOM-6: a request is what it was signed for, whatever the server lists it as", async () => {
  const { ann, ben } = await openTwo();
  for (const [via, method] of [
    ["badge", "room"],
    ["room", "badge"],
  ] as const) {
    const proof = await request(ann, ben, via);
    listed([ann, ben], [proof], { method });
    await hear(ann, ben);
    expect(await ann.contacts.get(ben.userId)).toMatchObject({ verified: false });
    listed([ann, ben], [{ ...proof, via: method }], { method });
    await hear(ann, ben);
    expect(await ann.contacts.get(ben.userId)).toMatchObject({ verified: false });
  }
});

test("TAP-8: a request that nobody has approved, or nobody asked, is none", async () => {
  const { ann, ben } = await openTwo();
  const proof = await request(ann, ben);
  const nobody = toBase64Url(new Uint8Array(64));
  for (const lie of [
    { ...proof, approval: nobody },
    { ...proof, signature: nobody },
    { ...proof, by: ben.userId },
  ]) {
    listed([ann, ben], [lie]);
    await hear(ann, ben);
    expect(await ann.contacts.get(ben.userId)).toMatchObject({ verified: false });
    expect(await ben.contacts.get(ann.userId)).toMatchObject({ verified: false });
  }
});

test("TAP-4: who has tapped back needs the server's word no more", async () => {
  const { ann, ben } = await openTwo();
  const first = await touch(ann, ben);
  listed([ann, ben], [first]);
  await hear(ann, ben);
  listed([ann, ben], [first, await touch(ben, ann, { id: 2 })]);
  await hear(ann, ben);
  for (const [own, peer] of [
    [ann, ben],
    [ben, ann],
  ] as const) {
    expect(await own.contacts.get(peer.userId)).toMatchObject({ ...METHODS, vouched: false });
  }
});

test("TAP-4: nor who has compared a safety phrase, whatever devices come later", async () => {
  const { ann, ben } = await openTwo();
  listed([ann, ben], [await touch(ann, ben)]);
  await hear(ann, ben);
  await ben.verification.phrase(ann.userId);
  expect((await ben.contacts.get(ann.userId))?.vouched).toBe(true);
  const before = told(ben, "contacts");
  await ben.verification.confirm(ann.userId);
  expect((await ben.contacts.get(ann.userId))?.vouched).toBe(false);
  expect(told(ben, "contacts")).toBe(before + 1);
  await another(ann);
  await ben.line.logs.refresh(ann.userId);
  expect((await ben.contacts.get(ann.userId))?.vouched).toBe(false);
});

test("TAP-5: that all have compared at a table counts once a device of this account has signed for it", async () => {
  const { server, ann, ben } = await openTwo();
  const at = server.clock.now();
  const proof: TapProof = { ...(await touch(ann, ben)), isCompared: true };
  const { ann: cem } = await openTwo(["Cem", "Dora"]);
  const membersWith = async (ticket: string) => {
    const seats = [
      { own: ann, ticket, share: 2 },
      { own: ben, ticket: proof.ticket, share: 1 },
    ];
    const statement = tableStatement(
      proof.tapId,
      seats.map((seat) => ({ ticket: fromBase64Url(seat.ticket), share: shareOf(seat.share) })),
    );
    const members: GroupMember[] = [];
    for (const { own, ticket: shownTicket, share } of seats) {
      members.push({
        userId: own.userId,
        deviceId: own.device.self.deviceId,
        ticket: shownTicket,
        signature: null,
        share: toBase64Url(shareOf(share)),
        confirmation: toBase64Url(await own.device.sign(statement)),
      });
    }
    return members;
  };
  const members = await membersWith(await ticketOf(ann, at, { share: 2 }));
  const withAnother = await membersWith(await ticketOf(cem, at, { share: 2, as: ann.userId }));
  let shown: GroupMember[] | null = null;
  server.answer = (_, pathname) => {
    if (!pathname.startsWith("/v1/groups/")) return undefined;
    const { tapId, by } = proof;
    const groupId = pathname.slice("/v1/groups/".length);
    if (shown === null) return refusal("group-unknown");
    return Response.json({ groupId, createdAt: at, tapId, by, members: shown });
  };
  const [first, second] = members as [GroupMember, GroupMember];
  const nobodysWord = { ...second, confirmation: first.confirmation };
  listed([ann, ben], [proof]);
  for (const lie of [
    null,
    [first, nobodysWord],
    [second, first],
    [nobodysWord, second],
    withAnother,
  ]) {
    shown = lie;
    await hear(ben);
    ben.listeners.tell({ event: "groups" });
    await ben.atRest();
    expect(await ben.contacts.get(ann.userId)).toMatchObject({ ...METHODS, vouched: true });
  }
  // At a device that has confirmed it no group is needed, as there is none of two; but it was these at the table.
  shown = null;
  const confirmedWith = (seats: GroupMember[]): Promise<void> => {
    const shownSeats = seats.map((one) => ({ ...one, hasArrived: true, hasConfirmed: true }));
    const table = {
      members: shownSeats as NonNullable<Tap["table"]>["members"],
      end: null,
      endedBy: null,
    };
    const { tapId, by } = proof;
    const times = { submittedAt: at, until: at, now: at };
    const tap: Tap = { tapId, by, at: "comparing", ...times, undone: [], groupId: null, table };
    return keepCompared(ben.store, ben.userId, tap, second.confirmation!);
  };
  const lookAgain = (): Promise<void> => {
    ben.listeners.tell({ event: "groups" });
    return hear(ben);
  };
  for (const seats of [withAnother, [second, first], [first]]) {
    await confirmedWith(seats);
    await lookAgain();
    expect(await ben.contacts.get(ann.userId)).toMatchObject({ ...METHODS, vouched: true });
  }
  await confirmedWith(members);
  await lookAgain();
  expect(await ben.contacts.get(ann.userId)).toMatchObject({ ...METHODS, vouched: false });
  await forgetCompared(ben.store, proof);
  await ben.store.delete("settings", `witnessed.${ann.userId}`);
  await lookAgain();
  expect(await ben.contacts.get(ann.userId)).toMatchObject({ ...METHODS, vouched: true });
  shown = members;
  ben.listeners.tell({ event: "groups" }); // it was made a moment later
  await ben.atRest();
  expect(await ben.contacts.get(ann.userId)).toMatchObject({ ...METHODS, vouched: false });
});

test("TAP-6: a meeting that this device has verified stays, whatever weaker is listed; and it takes the place of a touch", async () => {
  const { ann, ben } = await openTwo();
  await haveMet(ann, ben);
  const met = await ann.contacts.get(ben.userId);
  listed([ann, ben], [await touch(ann, ben)]);
  await hear(ann, ben);
  const { method, metAt, receiptHash, name } = met!;
  expect(await ann.contacts.get(ben.userId)).toMatchObject({ method, metAt, receiptHash, name });
  expect(await ben.contacts.get(ann.userId)).toMatchObject({ method: "key", vouched: false });

  const others = await openTwo();
  listed([others.ann, others.ben], [await touch(others.ann, others.ben)]);
  await hear(others.ann, others.ben);
  await haveMet(others.ann, others.ben);
  expect(await others.ben.contacts.get(others.ann.userId)).toMatchObject({
    method: "key",
    verified: true,
    vouched: false,
  });
});

test("TAP-6: a touch takes the place of a badge; undone in time the badge is back, later nobody is believed", async () => {
  const { server, ann, ben } = await openTwo();
  const [badge, tap] = [await request(ann, ben), await touch(ann, ben)];
  for (const isLate of [false, true]) {
    for (const proof of [badge, tap]) {
      listed([ann, ben], [proof]);
      await hear(ben);
      const method = proof === tap ? "tap" : "badge";
      expect(await ben.contacts.get(ann.userId)).toMatchObject({ method, verified: true });
    }
    if (isLate) server.clock.advance(12 * 60_000);
    listed([ann, ben], [badge]);
    await hear(ben);
    const method = isLate ? "tap" : "badge";
    expect(await ben.contacts.get(ann.userId)).toMatchObject({ method, verified: true });
  }
});

test("TAP-7: who was removed is gone, with what was verified", async () => {
  const { server, ann, ben } = await openTwo();
  listed([ann, ben], [await touch(ann, ben)]);
  await hear(ben);
  server.contacts.get(ben.userId)!.delete(ann.userId);
  await hear(ben);
  expect(await ben.contacts.get(ann.userId)).toBe(null);
  const left = () => ben.store.range("settings", { prefix: "witnessed." });
  expect(await left()).toEqual([]);
  // It was being verified when it went.
  await ben.store.put("settings", `witnessed.${ann.userId}`, { userId: ann.userId });
  await ben.contacts.verify(ann.userId);
  expect(await left()).toEqual([]);
});

test("TAP-4: what the server could not be asked for is asked for again", async () => {
  const { server, ann, ben } = await openTwo();
  const proof = await touch(ann, ben);
  for (const fault of ["internal-error", "not-a-contact"] as const) {
    listed([ann, ben], [proof]);
    await ben.store.delete("settings", `witnessed.${ann.userId}`);
    server.answer = (_, pathname) =>
      pathname.endsWith(`${ann.userId}/log`) ? refusal(fault) : undefined;
    await hear(ben);
    expect(await ben.contacts.get(ann.userId), fault).toMatchObject({ verified: false });
    server.answer = () => undefined;
    server.clock.advance(60_000);
    await ben.atRest();
    expect(await ben.contacts.get(ann.userId), fault).toMatchObject({ verified: true });
  }
});

test("ID-5: once the account is closed nothing is stored, whatever the server answers then", async () => {
  const { server, ann, ben } = await openTwo();
  listed([ann, ben], [await touch(ann, ben)]);
  server.answer = (from, pathname) => {
    if (from === ben && pathname.endsWith(`${ann.userId}/log`)) ben.witness.close();
    return undefined;
  };
  await hear(ben);
  expect(await ben.store.range("settings", { prefix: "witnessed." })).toEqual([]);
  expect(await ben.store.all("handovers")).toEqual([]);
});

test("ID-3: a log that is another than the one known raises the alarm, and verifies nobody", async () => {
  const { server, ann, ben } = await openTwo();
  listed([ann, ben], []);
  await ben.line.logs.refresh(ann.userId);
  const { ann: imposter } = await openTwo(["Cem", "Dora"]);
  server.answer = (_, pathname) =>
    pathname.endsWith(`${ann.userId}/log`) ? Response.json({ log: imposter.owner.log }) : undefined;
  listed([ann, ben], [await touch(ann, ben)]);
  await hear(ben);
  expect(await ben.contacts.get(ann.userId)).toMatchObject({ verified: false });
  expect(told(ben, "forked")).toBe(1);
});

function told({ told: events }: OwnDevice, name: string): number {
  return events.filter(({ event }) => event === name).length;
}

/** With another signature of the device. */
function spoilt(ticket: string, sign: (bytes: Uint8Array) => Uint8Array): string {
  const bytes = fromBase64Url(ticket);
  return toBase64Url(Uint8Array.from([...bytes.subarray(0, -64), ...sign(bytes.subarray(0, -64))]));
}

test("TAP-4: the time of a touch is that of its proof, whatever the mailbox lists", async () => {
  const { server, ann, ben } = await openTwo();
  const proof = await touch(ann, ben);
  for (const metAt of [proof.at - 5 * YEAR_MS, proof.at + YEAR_MS]) {
    listed([ann, ben], [proof], { metAt });
    await hear(ben);
    const undoUntil = server.clock.now() + 600_000;
    const shown = { ...METHODS, metAt: proof.at, undoUntil };
    expect(await ben.contacts.get(ann.userId)).toMatchObject(shown);
  }
});

test("TAP-4: until a device has verified it, a touch or a badge is the server's word alone", async () => {
  const { ann, ben } = await openTwo();
  const good = await touch(ann, ben);
  const nobody = toBase64Url(new Uint8Array(64));
  for (const [method, proofs] of [
    ["tap", [{ ...good, by: ben.userId, signature: nobody }]],
    ["tap", []],
    ["badge", []],
    ["room", []],
  ] as const) {
    listed([ann, ben], proofs, { method });
    await hear(ben);
    const shown = { method, verified: false, vouched: true };
    expect(await ben.contacts.get(ann.userId)).toMatchObject(shown);
  }
});
