// The line to the mailbox: what it tells of contacts, in the order of what happened rather than of what comes.

import { expect, test } from "vitest";
import { ContactBook } from "../../shared/client/contactBook.ts";
import { Device } from "../../shared/client/device.ts";
import { MailboxLine } from "../../shared/client/mailboxLine.ts";
import { memoryStore } from "../../shared/client/node.ts";
import type { UserId } from "../../shared/wire/ids.ts";
import type { ContactRecord } from "../../shared/wire/mailbox.ts";
import { turn, World } from "./world.ts";

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
  const world = new World();
  const store = memoryStore();
  const device = await Device.open("https://acquaint.example", store, world.ports);
  const book = new ContactBook(device, store, () => {});
  const line = new MailboxLine(device, world.ports, store, book, () => {});
  line.open();
  const socket = await world.socket(0);
  socket.accept();
  const cursor = async (): Promise<number | undefined> =>
    (await store.get<{ sequence: number }>("settings", "mailboxCursor"))?.sequence;
  /** Says it, and waits until the line has taken it in. */
  const hear = async (notice: { type: string }, sequence: number): Promise<void> => {
    socket.say([notice]);
    while ((await cursor()) !== sequence) await turn();
  };
  return { store, book, hear, socket };
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
