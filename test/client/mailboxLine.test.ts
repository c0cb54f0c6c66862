// The line to the mailbox: what it tells of contacts, in the order of what happened rather than of what comes.

import { expect, test } from "vitest";
import { memoryStore } from "../../shared/client/node.ts";
import type { UserId } from "../../shared/wire/ids.ts";
import type { ContactRecord } from "../../shared/wire/mailbox.ts";
import { aWhile, CEM, eventually, HIGHEST_SID, LOWEST_SID, PairingWorld } from "./pairingWorld.ts";
import { turn } from "./world.ts";

const BEN = "b".repeat(32) as UserId;
const HASH = "A".repeat(43);

/** What the device itself keeps of a meeting, as far as removals look at it. */
const metAt = (time: number) => ({ userId: BEN, metAt: time, receiptHash: HASH, peerName: "Ben" });

const recordAt = (sequence: number): ContactRecord => ({
  userId: BEN,
  method: "key",
  metAt: sequence,
  receiptHash: HASH,
  sequence,
  blocked: false,
});

async function openLine() {
  const world = new PairingWorld();
  const store = memoryStore();
  const acquaint = await world.open(store);
  acquaint.connect();
  const socket = await world.line();
  const cursor = async (): Promise<number | undefined> =>
    (await store.get<{ sequence: number }>("settings", "mailboxCursor"))?.sequence;
  /** Says it, and waits until the line has taken it in. */
  const hear = async (notice: { type: string }, sequence: number): Promise<void> => {
    socket.say([notice]);
    while ((await cursor()) !== sequence) await turn();
  };
  return { world, acquaint, store, book: acquaint.contacts, hear, socket };
}

test("KEY-5: a removal that is heard late does not take the contact that was met again since", async () => {
  const { store, book, hear } = await openLine();
  await store.put("contacts", BEN, metAt(1_000));
  await hear({ type: "contacts", contacts: [recordAt(1_010)] } as never, 1_010);
  // Met again by this device, of which the mailbox has not told yet.
  await store.put("contacts", BEN, metAt(3_000));
  await hear({ type: "removed", userId: BEN, sequence: 2_000 } as never, 2_000);
  expect(await book.get(BEN)).toMatchObject({ verified: true, metAt: 3_000 });
});

test("a removal of what is known here is followed", async () => {
  const { store, book, hear } = await openLine();
  await store.put("contacts", BEN, metAt(1_000));
  await hear({ type: "contacts", contacts: [recordAt(1_010)] } as never, 1_010);
  await hear({ type: "removed", userId: BEN, sequence: 2_000 } as never, 2_000);
  expect(await book.get(BEN)).toBeNull();
});

test("PAS-5: what was told of requests is told once: after a loss it asks for what came since", async () => {
  const { world, socket, hear } = await openLine();
  const over = world.over(world.request(LOWEST_SID), "timedOut", 700);
  await hear(over, 700);
  expect(world.told.filter(({ event }) => event === "requestOver")).toHaveLength(1);
  socket.drop();
  world.clock.advance(50);
  await eventually(() => world.sockets.length === 2);
  const again = await world.line();
  expect(again.sent[0]).toBe('[{"type":"hello","after":700,"reads":true}]');
});

test("PAS-5: news that is not new does not take it back to where it would hear things again", async () => {
  const { world, socket, hear, store } = await openLine();
  await hear({ type: "contacts", contacts: [recordAt(900)] } as never, 900);
  // To a request that was answered elsewhere the mailbox gives no number of its own.
  socket.say([world.over(world.request(LOWEST_SID), "answered", 0)]);
  await eventually(() => world.told.some(({ event }) => event === "requestOver"));
  await aWhile();
  expect(await store.get("settings", "mailboxCursor")).toEqual({ sequence: 900 });
});

test("PAS-2: a request that was answered on another device while this one was away waits no more", async () => {
  const { world, acquaint, socket } = await openLine();
  const [gone, kept] = [world.request(LOWEST_SID), world.request(HIGHEST_SID, { from: CEM })];
  await world.ring(socket, acquaint, gone);
  await world.ring(socket, acquaint, kept);
  socket.drop();
  world.clock.advance(50);
  await eventually(() => world.sockets.length === 2);
  const again = world.sockets[1]!;
  again.accept();
  await eventually(() => again.sent.length > 0);
  again.say([{ type: "request", request: kept, now: world.serverNow() }]);
  await aWhile();
  expect(acquaint.requests.waiting.map(({ sid }) => sid)).toEqual([LOWEST_SID, HIGHEST_SID]);
  again.say([{ type: "ready", sequence: 0, logLength: 1 }]);
  await eventually(() => acquaint.requests.waiting.length === 1);
  expect(acquaint.requests.waiting.map(({ sid }) => sid)).toEqual([HIGHEST_SID]);
});
