// BOX-2, BOX-6: what is sent is kept first, goes in order, and is let go of once the server has stored it.

import { expect, test } from "vitest";
import { openTwo, calm, eventually, LineServer, Person } from "./lineWorld.ts";

test("BOX-2: texts go in the order in which they were sent, and arrive so", async () => {
  const [a, b] = await openTwo();
  await a.connect();
  await b.connect();
  const texts = Array.from({ length: 40 }, (_, index) => `text ${index}`);
  await Promise.all(texts.map((text) => a.messages.send(b.userId, text)));
  await eventually(() => b.heard.length >= 40);
  expect(b.heard).toEqual(texts);
  expect(await a.shown(b)).toEqual(texts.map((text) => `me: ${text}`));
  expect(await a.store.all("outbox")).toEqual([]);
});

test("BOX-2: what was sent without a connection goes with the next one, also after a restart", async () => {
  const server = new LineServer();
  const [a, b] = await openTwo(server);
  await b.connect();
  await a.messages.send(b.userId, "one");
  await a.messages.send(b.userId, "two");
  await a.line.stop();
  const again = await Person.open(server, a.store);
  await again.connect();
  await eventually(() => b.heard.length >= 2);
  expect(b.heard).toEqual(["one", "two"]);
});

test("BOX-6: what the server stored without the sender's hearing of it is said again in the same bytes, and shown once", async () => {
  const [a, b] = await openTwo();
  await a.connect();
  await b.connect();
  a.server.verdict = () => "silence";
  await a.messages.send(b.userId, "one");
  await eventually(() => b.heard.length >= 1);
  a.disconnect();
  a.server.verdict = () => null;
  await a.connect();
  await eventually(async () => (await a.store.all("outbox")).length === 0);
  const said = a.server.said.filter(({ from }) => from === a.userId);
  expect(said).toHaveLength(2);
  expect(said[1]!.boxes).toEqual(said[0]!.boxes);
  await calm();
  expect(b.heard).toEqual(["one"]);
  expect(await b.shown(a)).toEqual(["peer: one"]);
});

test("BOX-2: a full mailbox refuses the sender, who is told, and who may try again", async () => {
  const [a, b] = await openTwo();
  await a.connect();
  await b.connect();
  a.server.verdict = ({ to }) => (to === b.userId ? "mailbox-full" : null);
  const message = await a.messages.send(b.userId, "one");
  await expect(a.messages.stored(message)).rejects.toMatchObject({ code: "mailbox-full" });
  expect(a.toldOf("refused")).toHaveLength(1);
  a.server.verdict = () => null;
  await a.messages.sendAgain(message);
  await eventually(() => b.heard.length === 1);
  expect(await b.shown(a)).toEqual(["peer: one"]);
});

test("BOX-2: a text for someone who has removed this contact is refused, also before any session stands", async () => {
  const [a, b] = await openTwo();
  await a.connect();
  await b.connect();
  a.server.mailbox(b.userId).contacts.delete(a.userId);
  const message = await a.messages.send(b.userId, "one");
  await expect(a.messages.stored(message)).rejects.toMatchObject({ code: "not-a-contact" });
  expect(await a.store.all("outbox")).toEqual([]);
});

test("BOX-2: to an account whose devices do not change, boxes that do not fit are not said without end", async () => {
  const [a, b] = await openTwo();
  await a.connect();
  await b.connect();
  let refused = 0;
  a.server.verdict = ({ to }) =>
    to === b.userId && refused < 50 ? (refused++, "devices-changed") : null;
  await a.messages.send(b.userId, "one");
  await calm();
  expect(refused).toBeLessThan(4);
  a.server.verdict = () => null;
  a.server.world.clock.advance(60_000);
  await eventually(() => b.heard.length === 1);
});

test("BOX-2: a text for a contact who has left no prekeys yet waits, and goes by itself", async () => {
  const [a, b] = await openTwo();
  await a.connect();
  const message = await a.messages.send(b.userId, "one");
  await calm();
  expect(await a.messages.message(b.userId, `me/${message.id}`)).toMatchObject({
    state: "waiting",
  });
  await b.connect();
  a.server.world.clock.advance(60_000);
  await eventually(() => b.heard.length === 1);
});

test("a text that nobody could encode is refused where it is made, and leaves nothing in the outbox", async () => {
  const [a, b] = await openTwo();
  await a.connect();
  await b.connect();
  for (const seconds of [-1, 0.5, Number.NaN, 10 ** 9]) {
    await expect(a.messages.setTimer(b.userId, seconds)).rejects.toThrow();
  }
  expect(await a.store.all("outbox")).toEqual([]);
  await a.messages.send(b.userId, "one");
  await eventually(() => b.heard.length === 1);
});

test("a deleted message that is to be sent again does not hold up what comes after it", async () => {
  const [a, b] = await openTwo();
  await a.connect();
  await b.connect();
  a.server.verdict = ({ to }) => (to === b.userId ? "mailbox-full" : null);
  const message = await a.messages.send(b.userId, "one");
  await a.messages.stored(message).catch(() => {});
  await a.messages.delete(message);
  await calm();
  a.server.verdict = () => null;
  const deleted = (await a.messages.message(b.userId, `me/${message.id}`))!;
  await a.messages.sendAgain(deleted).catch(() => {});
  await a.messages.send(b.userId, "two");
  await eventually(() => b.heard.includes("two"));
});

test("what a process leaves for the line's holder is seen even if the signal for it is lost", async () => {
  const [a, b] = await openTwo();
  await a.connect();
  await b.connect();
  const other = await Person.open(a.server, {
    ...a.store,
    signal: () => {},
    onSignal: () => () => {},
  });
  const message = await other.messages.send(b.userId, "from another process");
  expect(message).toMatchObject({ state: "waiting", text: "from another process" });
  let isStored = false;
  void other.messages.stored(message).then(() => (isStored = true));
  await calm();
  a.server.world.clock.advance(31_000);
  await eventually(() => b.heard.length === 1);
  // Nor is the other one told of it: it looks.
  a.server.world.clock.advance(1_000);
  await eventually(() => isStored);
});
