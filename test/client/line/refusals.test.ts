// BOX-2: what the server refuses: a text comes back to whoever sent it; everything else waits until it is taken.

import { expect, test } from "vitest";
import type { MessageRecord } from "../../../shared/core/line/messageRecord.ts";
import { calm, eventually, openTwo, type Person } from "./lineWorld.ts";

const MINUTE_MS = 60_000;

/** Two who are connected, and a text of a that b has. */
async function openTalking(): Promise<[Person, Person, MessageRecord]> {
  const [a, b] = await openTwo();
  await a.connect();
  await b.connect();
  const text = await a.messages.send(b.userId, "one");
  await eventually(() => b.heard.length === 1);
  await calm();
  return [a, b, text];
}

const saidTo = (a: Person, b: Person) => a.server.said.filter(({ to }) => to === b.userId).length;

const shownAtAs = async (a: Person, b: Person, { id }: { id: string }) =>
  a.messages.message(b.userId, `me/${id}`);

test("BOX-2: while a mailbox is full, a deletion for everyone waits, and goes once there is room", async () => {
  const [a, b, text] = await openTalking();
  a.server.verdict = ({ to }) => (to === b.userId ? "mailbox-full" : null);
  const before = saidTo(a, b);
  await a.messages.delete(text);
  await eventually(() => saidTo(a, b) === before + 1);
  await calm();
  const said = saidTo(a, b);
  a.server.world.clock.advance(MINUTE_MS - 1);
  await calm();
  expect(saidTo(a, b), "no sooner than in a minute").toBe(said);
  a.server.world.clock.advance(1);
  await eventually(() => saidTo(a, b) === said + 1);
  await calm();
  a.server.verdict = () => null;
  a.server.world.clock.advance(MINUTE_MS);
  await eventually(async () => (await a.store.all("outbox")).length === 0);
  await calm();
  expect((await b.messages.message(a.userId, `peer/${text.id}`))?.isDeleted).toBe(true);
  expect(a.toldOf("refused")).toEqual([]);
});

test("BOX-2: beside a deletion that waits for room a text is refused, and told of once", async () => {
  const [a, b, text] = await openTalking();
  a.server.verdict = ({ to }) => (to === b.userId ? "mailbox-full" : null);
  a.disconnect();
  await a.messages.delete(text);
  const two = await a.messages.send(b.userId, "two");
  await a.connect();
  await expect(a.messages.stored(two)).rejects.toMatchObject({ code: "mailbox-full" });
  await calm();
  expect(a.toldOf("refused")).toHaveLength(1);
  expect(await a.store.all("outbox")).toHaveLength(1);
  a.server.verdict = () => null;
  a.server.world.clock.advance(MINUTE_MS);
  await eventually(async () => (await a.store.all("outbox")).length === 0);
  expect((await shownAtAs(a, b, two))?.state).toBe("refused");
});

test("BOX-2: a text that is stored behind a deletion that waits for room counts as sent", async () => {
  const [a, b, text] = await openTalking();
  a.disconnect();
  await a.messages.delete(text);
  const two = await a.messages.send(b.userId, "two");
  let count = 0;
  a.server.verdict = ({ to }) => (to === b.userId && ++count === 1 ? "mailbox-full" : null);
  await a.connect();
  await eventually(() => b.heard.includes("two"));
  await calm();
  expect((await shownAtAs(a, b, two))?.state).toBe("delivered");
  expect(a.toldOf("refused")).toEqual([]);
  a.server.world.clock.advance(MINUTE_MS);
  await eventually(async () => (await a.store.all("outbox")).length === 0);
  await calm();
  expect((await b.messages.message(a.userId, `peer/${text.id}`))?.isDeleted).toBe(true);
});

test("BOX-2: who has sent too fast goes on by itself when the server says, and in order", async () => {
  const [a, b] = await openTalking();
  a.server.verdict = ({ to }) => (to === b.userId ? "too-many-requests" : null);
  a.server.refusal = { retryAfterSeconds: 30 };
  const texts = ["two", "three", "four"];
  a.disconnect();
  for (const text of texts) await a.messages.send(b.userId, text);
  const before = saidTo(a, b);
  await a.connect();
  await eventually(() => saidTo(a, b) === before + texts.length);
  await calm();
  a.server.verdict = () => null;
  a.server.world.clock.advance(29_999);
  await calm();
  expect(b.heard).toEqual(["one"]);
  a.server.world.clock.advance(1);
  await eventually(() => b.heard.length === 4);
  expect(b.heard).toEqual(["one", ...texts]);
  expect(a.toldOf("refused")).toEqual([]);
});

test("however often something is sent meanwhile, one timer waits for each receiver", async () => {
  const [a, b] = await openTalking();
  a.server.verdict = ({ to }) => (to === b.userId ? "try-again" : null);
  a.server.refusal = { retryAfterSeconds: 30 };
  for (let i = 0; i < 5; i++) {
    const before = saidTo(a, b);
    await a.messages.send(b.userId, `more ${i}`);
    await eventually(() => saidTo(a, b) > before);
    await calm();
  }
  const answered = saidTo(a, b);
  a.server.world.clock.advance(30_000);
  await calm();
  expect(saidTo(a, b) - answered).toBe(5);
});
