// The contacts of a device: what it verified itself stays, whatever the mailbox says at the same time.

import { expect, test } from "vitest";
import { ContactBook } from "../../shared/client/contactBook.ts";
import { Device } from "../../shared/client/device.ts";
import { emptyCard, memoryStore, type Store } from "../../shared/client/node.ts";
import { cardToBytes } from "../../shared/core/cards/card.ts";
import { toBase64Url } from "../../shared/core/crypto/bytes.ts";
import type { Agreement, Met } from "../../shared/core/pairing/exchange.ts";
import { hashOfReceipt } from "../../shared/core/pairing/transcript.ts";
import type { IdentityOpening } from "../../shared/wire/identity.ts";
import { witnessedId } from "../../shared/client/taps/witnessed.ts";
import type { UserId } from "../../shared/wire/ids.ts";
import type { ContactRecord } from "../../shared/wire/mailbox.ts";
import { refusal, turn, World } from "./world.ts";

const BEN = "b".repeat(32) as UserId;
const CLEO = "c".repeat(32) as UserId;
const bytes = (length: number, fill: number) => toBase64Url(new Uint8Array(length).fill(fill));

function meetingWith(userId: UserId, name: string, openedAt = 1_700_000_000_000) {
  const part = (fill: number) => ({ share: bytes(32, fill), commitment: bytes(32, fill + 1) });
  const agreement: Agreement = {
    role: "initiator",
    transcript: {
      method: "key",
      sid: bytes(16, 1),
      openedAt,
      initiator: part(2),
      responder: part(4),
    },
    isk: new Uint8Array(64),
  };
  const opening = { name } as IdentityOpening;
  const card = cardToBytes(emptyCard(userId, `${name}'s card`));
  const met = {
    peer: { userId, name },
    opening,
    sessionKeys: { own: new Uint8Array(32), peer: new Uint8Array(32).fill(1) },
    card,
  } as unknown as Met;
  const record: ContactRecord = {
    userId,
    method: "key",
    metAt: openedAt,
    receiptHash: toBase64Url(hashOfReceipt(agreement.transcript)),
    sequence: openedAt,
    blocked: false,
  };
  return { agreement, met, opening, record };
}

/** A store that takes its time for contacts, as files and databases do. */
function slowStore(): Store {
  const store = memoryStore();
  const late = async <Value>(value: Promise<Value>): Promise<Value> => {
    const settled = await value;
    await turn();
    return settled;
  };
  return {
    ...store,
    get: (collection, id) => late(store.get(collection, id)),
    put: (collection, id, value) => late(store.put(collection, id, value)),
    all: (collection) => late(store.all(collection)),
  };
}

async function openBook(store = slowStore()) {
  const world = new World();
  const device = await Device.open("https://acquaint.example", store, world.ports);
  let changes = 0;
  const book = new ContactBook(device, store, () => (changes += 1));
  book.sharing = { ...book.sharing, now: world.clock.now };
  let listed: ContactRecord[] = [];
  world.answer = (path, method) =>
    path === "/v1/contacts" && method === "GET"
      ? Response.json({ contacts: listed, next: null })
      : undefined;
  return {
    world,
    book,
    list: (...records: ContactRecord[]) => (listed = records),
    changes: () => changes,
  };
}

test("KEY-5: a contact that is verified while the mailbox tells of it keeps its proof and card", async () => {
  const { book } = await openBook();
  const { agreement, met, opening, record } = meetingWith(BEN, "Ben");
  await Promise.all([
    book.learn([record]),
    book.keepMet(agreement, met, opening),
    book.learn([record]),
  ]);
  expect(await book.get(BEN)).toMatchObject({ verified: true, card: { uid: BEN }, name: "Ben" });
});

test("PAS-11: the session keys of a meeting are kept with its proof, and those of the next take their place", async () => {
  const store = slowStore();
  const { book } = await openBook(store);
  const { agreement, met, opening } = meetingWith(BEN, "Ben");
  await book.keepMet(agreement, met, opening);
  const kept = () => store.get("contacts", BEN);
  expect(await kept()).toMatchObject({ sessionKeys: { own: bytes(32, 0), peer: bytes(32, 1) } });
  const sessionKeys = { own: new Uint8Array(32).fill(2), peer: new Uint8Array(32).fill(3) };
  await book.keepMet(agreement, { ...met, sessionKeys }, opening);
  expect(await kept()).toMatchObject({ sessionKeys: { own: bytes(32, 2), peer: bytes(32, 3) } });
});

test("KEY-5: a contact made while the list is being read is not taken for a removed one", async () => {
  const { book, world } = await openBook();
  const { agreement, met, opening, record } = meetingWith(BEN, "Ben");
  const answer = Promise.withResolvers<Response>();
  world.answer = (path) => (path === "/v1/contacts" ? answer.promise : undefined);
  const refreshed = book.refresh();
  await world.until(() => world.countOf("/v1/contacts") === 1);
  await book.keepMet(agreement, met, opening);
  await book.learn([record]);
  answer.resolve(Response.json({ contacts: [], next: null }));
  await refreshed;
  expect(await book.get(BEN)).toMatchObject({ verified: true });
});

test("KEY-5: one who is met again while the list is being read stays, though the list had lost him", async () => {
  const { book, world, list } = await openBook();
  const first = meetingWith(BEN, "Ben");
  await book.keepMet(first.agreement, first.met, first.opening);
  list(first.record);
  await book.refresh();
  const answer = Promise.withResolvers<Response>();
  world.answer = (path) => (path === "/v1/contacts" ? answer.promise : undefined);
  const refreshed = book.refresh();
  await world.until(() => world.countOf("/v1/contacts") === 2);
  const again = meetingWith(BEN, "Ben", 1_700_000_500_000);
  await book.keepMet(again.agreement, again.met, again.opening);
  await book.learn([again.record]);
  answer.resolve(Response.json({ contacts: [], next: null }));
  await refreshed;
  expect((await book.get(BEN))?.metAt).toBe(1_700_000_500_000);
});

test("KEY-5: one who is met again while the list is being read keeps the proof, before the mailbox tells of it", async () => {
  const { book, world, list } = await openBook();
  const first = meetingWith(BEN, "Ben");
  await book.keepMet(first.agreement, first.met, first.opening);
  list(first.record);
  await book.refresh();
  const answer = Promise.withResolvers<Response>();
  world.answer = (path) => (path === "/v1/contacts" ? answer.promise : undefined);
  const refreshed = book.refresh();
  await world.until(() => world.countOf("/v1/contacts") === 2);
  const again = meetingWith(BEN, "Ben", 1_700_000_500_000);
  await book.keepMet(again.agreement, again.met, again.opening);
  answer.resolve(Response.json({ contacts: [], next: null }));
  await refreshed;
  expect(await book.get(BEN)).toMatchObject({ verified: true, metAt: 1_700_000_500_000 });
});

test("changes of one contact that are made at once are all kept", async () => {
  const { book } = await openBook();
  const { agreement, met, opening, record } = meetingWith(BEN, "Ben");
  await book.keepMet(agreement, met, opening);
  await Promise.all([
    book.update(BEN, { alias: "Benny" }),
    book.update(BEN, { note: "At the harbour" }),
    book.learn([{ ...record, blocked: true }]),
  ]);
  expect(await book.get(BEN)).toMatchObject({
    name: "Benny",
    note: "At the harbour",
    blocked: true,
    verified: true,
  });
});

test("ID-3: a contact that another device met is listed without a proof, by its short id", async () => {
  const { book, list } = await openBook();
  list(meetingWith(CLEO, "Cleo").record);
  expect(await book.list()).toMatchObject([
    { userId: CLEO, verified: false, name: "cccc…cccc", card: null },
  ]);
});

test("a contact removed elsewhere goes; one that the mailbox has not listed yet stays", async () => {
  const { book, list } = await openBook();
  const [ben, cleo] = [meetingWith(BEN, "Ben"), meetingWith(CLEO, "Cleo")];
  await book.keepMet(ben.agreement, ben.met, ben.opening);
  await book.keepMet(cleo.agreement, cleo.met, cleo.opening);
  list(ben.record);
  expect((await book.list()).map(({ name }) => name)).toEqual(["Ben", "Cleo"]);
  list();
  expect((await book.list()).map(({ name }) => name)).toEqual(["Cleo"]);
});

test("a removal that is told late takes nothing that was met or listed since", async () => {
  const { book } = await openBook();
  const [again, listed] = [meetingWith(BEN, "Ben", 2_000), meetingWith(CLEO, "Cleo", 2_000)];
  await book.keepMet(again.agreement, again.met, again.opening);
  await book.learn([listed.record]);
  for (const userId of [BEN, CLEO]) await book.forgetBefore(userId, 1_500);
  expect((await book.get(BEN))?.verified).toBe(true);
  expect(await book.get(CLEO)).not.toBeNull();
  await book.learn([again.record]);
  for (const userId of [BEN, CLEO]) await book.forgetBefore(userId, 2_001);
  expect([await book.get(BEN), await book.get(CLEO)]).toEqual([null, null]);
});

test("a long list is read page by page", async () => {
  const { book, world } = await openBook();
  const page = (userId: UserId, next: number | null) =>
    Response.json({ contacts: [meetingWith(userId, "x").record], next });
  const pages = [page(BEN, 7), page(CLEO, null)];
  world.answer = (path) => (path === "/v1/contacts" ? pages.shift() : undefined);
  expect((await book.list()).map(({ userId }) => userId)).toEqual([BEN, CLEO]);
});

test("without a connection the list is what the device knows", async () => {
  const { book, world } = await openBook();
  const { agreement, met, opening } = meetingWith(BEN, "Ben");
  await book.keepMet(agreement, met, opening);
  world.answer = () => Promise.reject(new TypeError("offline"));
  expect((await book.list()).map(({ name }) => name)).toEqual(["Ben"]);
});

test("removing goes through when the mailbox had lost the contact, and fails when it cannot be asked", async () => {
  const { book, world } = await openBook();
  const { agreement, met, opening } = meetingWith(BEN, "Ben");
  await book.keepMet(agreement, met, opening);
  world.answer = () => Promise.reject(new TypeError("offline"));
  await expect(book.remove(BEN)).rejects.toThrow(/cannot be reached/);
  expect(await book.get(BEN)).not.toBeNull();
  world.answer = (_, method) => (method === "DELETE" ? refusal("contact-unknown") : undefined);
  await book.remove(BEN);
  expect(await book.get(BEN)).toBeNull();
  await expect(book.remove(BEN)).rejects.toMatchObject({ code: "contact-unknown" });
});

test("blocking and its lifting are kept, and tell that the list has changed", async () => {
  const { book, changes, list } = await openBook();
  const { agreement, met, opening, record } = meetingWith(BEN, "Ben");
  await book.keepMet(agreement, met, opening);
  const before = changes();
  list({ ...record, blocked: true, sequence: record.sequence + 1 });
  await book.block(BEN);
  expect((await book.get(BEN))?.blocked).toBe(true);
  list({ ...record, blocked: false, sequence: record.sequence + 2 });
  await book.unblock(BEN);
  expect((await book.get(BEN))?.blocked).toBe(false);
  expect(changes()).toBe(before + 2);
});

test("who is blocked and no contact keeps the name on this device alone, for as long as the block lasts", async () => {
  const store = slowStore();
  const { book, world } = await openBook(store);
  const blocked = new Set<string>();
  world.answer = (path, method) => {
    if (path === "/v1/contacts") return Response.json({ contacts: [], next: null });
    if (path === "/v1/blocks") return Response.json({ blocked: [...blocked] });
    const [, userId] = /^\/v1\/blocks\/(.+)$/.exec(path) ?? [];
    if (userId === undefined) return undefined;
    if (method === "PUT") blocked.add(userId);
    else blocked.delete(userId);
    return new Response(null, { status: 204 });
  };
  await book.block(BEN, "Mallory");
  await book.block(CLEO, "cccc…cccc");
  expect(await book.blocked()).toEqual([
    { userId: BEN, name: "Mallory" },
    { userId: CLEO, name: null },
  ]);
  expect(JSON.stringify(world.requests)).not.toContain("Mallory");
  await book.block(BEN);
  expect((await book.blocked())[0]).toEqual({ userId: BEN, name: "Mallory" });
  await book.unblock(BEN);
  await book.block(BEN);
  expect((await book.blocked()).at(-1)).toEqual({ userId: BEN, name: null });
  await book.block(BEN, "Mallory");
  blocked.delete(BEN); // by another device of the account
  await book.blocked();
  expect(JSON.stringify(await store.all("settings"))).not.toContain("Mallory");
});

test("who is blocked keeps the name that this device had for the contact, also once removed", async () => {
  const { book, world, list } = await openBook();
  const { agreement, met, opening, record } = meetingWith(BEN, "Ben");
  await book.keepMet(agreement, met, opening);
  list({ ...record, blocked: true, sequence: record.sequence + 1 });
  await book.block(BEN, "Benny in the room");
  await book.forget(BEN);
  world.answer = () => Response.json({ blocked: [BEN] });
  expect(await book.blocked()).toEqual([{ userId: BEN, name: "Ben" }]);
});

test("KEY-7: an alias and a note are bounded, and survive the next meeting", async () => {
  const { book } = await openBook();
  const first = meetingWith(BEN, "Ben");
  await book.keepMet(first.agreement, first.met, first.opening);
  await book.update(BEN, { alias: `  ${"a".repeat(150)}`, note: "n".repeat(3_000) });
  const again = meetingWith(BEN, "Benjamin", 1_700_000_500_000);
  await book.keepMet(again.agreement, again.met, again.opening);
  const known = await book.get(BEN);
  expect(known?.name).toBe("a".repeat(100));
  expect(known?.note).toHaveLength(2_000);
});

test("KEY-5: what a meeting has left is found again by its receipt, and nothing else is", async () => {
  const { book } = await openBook();
  const { agreement, met, opening, record } = meetingWith(BEN, "Ben");
  await book.learn([record]);
  expect(await book.metBy(record.receiptHash)).toBeNull(); // listed, but not verified here
  await book.keepMet(agreement, met, opening);
  expect((await book.metBy(record.receiptHash))?.userId).toBe(BEN);
  expect(await book.metBy(meetingWith(BEN, "Ben", 5).record.receiptHash)).toBeNull();
});

/** What this device has verified of a touch with Ben at that time, and what the mailbox lists. */
function touched(metAt: number) {
  const { record } = meetingWith(BEN, "Ben", metAt);
  const listed: ContactRecord = { ...record, method: "tap" };
  const proofs = [{ kind: "tap", by: BEN, at: metAt }] as unknown as ContactRecord["proofs"];
  const { receiptHash } = listed;
  const verified = { userId: BEN, method: "tap", metAt, receiptHash, proofs };
  return { listed, verified: { ...verified, isCompared: false, isIntroduced: false } };
}

test("TAP-4: what was verified of a touch counts as long as the mailbox lists it, and goes with the contact", async () => {
  const store = slowStore();
  const { book, list } = await openBook(store);
  const { listed, verified } = touched(1_800_000_000_000);
  await store.put("settings", witnessedId(BEN), verified);
  expect(await book.get(BEN)).toBe(null);
  list(listed);
  expect(await book.list()).toMatchObject([{ method: "tap", verified: true, vouched: true }]);
  book.isCompared = async (userId) => userId === BEN;
  expect(await book.list()).toMatchObject([{ verified: true, vouched: false }]);
  await book.forget(BEN);
  list();
  expect(await store.get("settings", witnessedId(BEN))).toBe(null);
});

test("TAP-6: a meeting takes the place of a touch, with the card that came after it", async () => {
  const store = slowStore();
  const { book } = await openBook(store);
  const { listed, verified } = touched(1_800_000_000_000);
  await store.put("settings", witnessedId(BEN), verified);
  const card = emptyCard("urn:later", "Ben's later card");
  const introduced = { userId: BEN, at: 1, name: "Benny", card, cardProblem: null };
  await store.put("settings", `introduced.${BEN}`, introduced);
  await book.learn([listed]);
  expect(await book.get(BEN)).toMatchObject({ name: "Benny", card, vouched: true });
  const { agreement, met, opening } = meetingWith(BEN, "Ben", 1_700_000_000_000);
  await book.keepMet(agreement, { ...met, card: new Uint8Array() }, opening);
  const now = { name: "Ben", method: "key", metAt: 1_700_000_000_000, card, vouched: false };
  expect(await book.get(BEN)).toMatchObject(now);
});

test("TAP-6: whoever was met for a link alone is a person once a touch is listed, and is let go by no link", async () => {
  const store = slowStore();
  const { book } = await openBook(store);
  const { agreement, met, opening, record } = meetingWith(BEN, "Ben", 1_000);
  const linked: Agreement = {
    ...agreement,
    transcript: { ...agreement.transcript, method: "link" },
  };
  await book.keepMet(linked, met, opening);
  await book.learn([{ ...record, method: "link" }]);
  expect(await book.linkedIds()).toEqual([BEN]);
  expect((await book.get(BEN))?.method).toBe("link");
  const { listed, verified } = touched(1_800_000_000_000);
  await book.learn([listed]);
  await store.put("settings", witnessedId(BEN), verified);
  expect(await book.linkedIds()).toEqual([]);
  expect((await book.get(BEN))?.method).toBe("tap");
});

test("TAP-7: a touch can be undone for ten minutes of the server's clock, told by the device's own", async () => {
  const store = slowStore();
  const { book, world } = await openBook(store);
  await store.put("settings", "serverClock", { aheadMs: 3_600_000, withinMs: 1 });
  const metAt = world.clock.now() + 3_600_000 - 60_000;
  await book.learn([touched(metAt).listed]);
  const undoUntil = world.clock.now() + 9 * 60_000;
  expect(await book.get(BEN)).toMatchObject({ undoUntil });
  world.clock.advance(9 * 60_000);
  expect(await book.get(BEN)).toMatchObject({ undoUntil: null });
});
