// Conversations as a device stores them: messages that disappear, what is left of them, and the pages that an app
// reads.

import { expect, test } from "vitest";
import { ConversationWork } from "../../../shared/client/line/conversationWork.ts";
import { memoryStore, type Store } from "../../../shared/client/node.ts";
import type { MessageKey } from "../../../shared/core/line/messageRecord.ts";
import type { UserId } from "../../../shared/wire/ids.ts";
import { calm, eventually, openTwo } from "./lineWorld.ts";

const BEN = "b".repeat(32) as UserId;
const NOW = 1_800_000_000_000;
const DAY_MS = 24 * 60 * 60_000;

const idOf = (index: number) => Buffer.alloc(8, index).toString("base64url");
const keyOf = (index: number): MessageKey => `peer/${idOf(index)}`;

async function work(store: Store, now: number, task: (unit: ConversationWork) => Promise<void>) {
  const unit = new ConversationWork(store, now);
  await task(unit);
  await store.apply(unit.changes());
  return unit;
}

const text = (index: number, more: { lifetimeSeconds?: number } = {}) =>
  ({ kind: "text", id: idOf(index), at: NOW, text: `text ${index}`, ...more }) as const;

const readReceipt = (...indexes: number[]) =>
  ({ kind: "receipt", state: "read", of: indexes.map(idOf) }) as const;

test("BOX-2: what disappears is gone on time, and not before it was read", async () => {
  const store = memoryStore();
  await work(store, NOW, async (unit) => {
    await unit.apply(BEN, "peer", text(1, { lifetimeSeconds: 60 }));
    await unit.apply(BEN, "peer", text(2));
  });
  await work(store, NOW + DAY_MS, (unit) => unit.sweep());
  await work(store, NOW + DAY_MS, (unit) => unit.apply(BEN, "me", readReceipt(1, 2)));
  await work(store, NOW + DAY_MS + 59_999, (unit) => unit.sweep());
  const stored = async (index: number) =>
    (await new ConversationWork(store, NOW).record(BEN, keyOf(index)))!;
  expect(await stored(1)).toMatchObject({ text: "text 1", isExpired: false });
  const swept = await work(store, NOW + DAY_MS + 60_000, (unit) => unit.sweep());
  expect(await stored(1)).toMatchObject({ text: "", isExpired: true });
  expect(await stored(2)).toMatchObject({ text: "text 2" });
  expect(swept.changedPeers).toEqual([BEN]);
  expect(
    JSON.stringify(await Promise.all([store.all("messages"), store.all("conversations")])),
  ).not.toContain("text 1");
});

test("BOX-2: a repetition does not bring back what has disappeared; after 60 days nothing is left", async () => {
  const store = memoryStore();
  const message = text(1, { lifetimeSeconds: 60 });
  await work(store, NOW, (unit) => unit.apply(BEN, "peer", message));
  await work(store, NOW, (unit) => unit.apply(BEN, "me", readReceipt(1)));
  await work(store, NOW + 60_000, (unit) => unit.sweep());
  const again = await work(store, NOW + 61_000, (unit) => unit.apply(BEN, "peer", message));
  expect(again.changes()).toEqual([]);
  await work(store, NOW + 62 * DAY_MS, (unit) => unit.sweep());
  for (const collection of ["messages", "timeline", "expiries"] as const) {
    expect(await store.all(collection), collection).toEqual([]);
  }
});

test("when the last message disappears, the one before it stands in the list of conversations", async () => {
  const store = memoryStore();
  await work(store, NOW, async (unit) => {
    await unit.apply(BEN, "peer", text(1));
    await unit.apply(BEN, "peer", text(2, { lifetimeSeconds: 60 }));
  });
  await work(store, NOW, (unit) => unit.apply(BEN, "me", readReceipt(1, 2)));
  const unit = await work(store, NOW + 60_000, (one) => one.sweep());
  expect((await unit.conversation(BEN)).preview?.text).toBe("text 1");
});

test("places are in the order of what came, whatever the clock does", async () => {
  const store = memoryStore();
  for (let index = 1; index <= 5; index++) {
    await work(store, NOW - index * 60_000, (unit) => unit.apply(BEN, "peer", text(index)));
  }
  const timeline = await store.range<{ key: MessageKey }>("timeline", { prefix: `${BEN}.` });
  expect(timeline.map(({ key }) => key)).toEqual([1, 2, 3, 4, 5].map(keyOf));
});

test("a conversation is read by pages, the latest first, without gaps and past what has disappeared", async () => {
  const [a, b] = await openTwo();
  await a.connect();
  await b.connect();
  const texts = Array.from({ length: 25 }, (_, index) => `text ${index}`);
  for (const one of texts) await a.messages.send(b.userId, one);
  await eventually(() => b.heard.length === 25);
  const records = await b.messages.page(a.userId);
  // As if half of them had disappeared, some without anything left of them.
  for (const [index, record] of records.entries()) {
    const id = `${a.userId}.peer.${(await import("../../../shared/core/crypto/bytes.ts")).toBase32(new TextEncoder().encode(record.id))}`;
    if (index % 4 === 0) await b.store.delete("messages", id);
    if (index % 4 === 1) await b.store.put("messages", id, { ...record, isExpired: true });
  }
  const expected = texts.filter((_, index) => index % 4 > 1);
  for (const limit of [1, 2, 7, 50]) {
    const read: string[] = [];
    for (let before: string | undefined; ;) {
      const page = await b.messages.page(a.userId, { limit, ...(before && { before }) });
      if (page.length === 0) break;
      read.unshift(...page.map((record) => record.text));
      before = page[0]!.order;
    }
    expect(read, `pages of ${limit}`).toEqual(expected);
  }
  await calm();
});
