// BOX-2, BOX-6: what comes is opened, kept, and only then confirmed. What cannot be opened is asked for again,
// and said again by whoever sent it.

import { expect, test } from "vitest";
import { memoryStore, type Store } from "../../../shared/client/node.ts";
import { toBase64Url } from "../../../shared/core/crypto/bytes.ts";
import { calm, eventually, LineServer, openTwo, Person } from "./lineWorld.ts";

/** Two who have written to each other, both connected. */
async function openTalking(stores?: readonly [Store, Store]): Promise<[Person, Person]> {
  const [a, b] = await openTwo(new LineServer(), stores);
  await a.connect();
  await b.connect();
  await a.messages.send(b.userId, "hello b");
  await eventually(() => b.heard.length === 1);
  await b.messages.send(a.userId, "hello a");
  await eventually(() => a.heard.length === 1);
  await calm();
  return [a, b];
}

/** As a device does that has lost what it knew of its sessions. */
async function loseSessions(person: Person, peer: Person): Promise<void> {
  await person.store.delete("sessions", `${peer.userId}.0`);
}

const HOUR_MS = 60 * 60_000;

test("BOX-6: an envelope that comes again is confirmed, and opens no second time", async () => {
  const [a, b] = await openTalking();
  const before = b.server.said.length;
  const { boxes } = b.server.said.find(({ from }) => from === a.userId)!;
  b.server.deliver(b.userId, { from: a.userId, device: 0, box: boxes[0]!.box });
  await calm();
  expect(b.server.mailbox(b.userId).waiting).toEqual([]);
  expect(b.heard).toEqual(["hello b"]);
  expect(await b.shown(a)).toEqual(["peer: hello b", "me: hello a"]);
  expect(b.server.said).toHaveLength(before);
});

test("BOX-6: nothing is confirmed before it is kept: after a full disk it comes again", async () => {
  const base = memoryStore();
  let isFull = false;
  const store: Store = {
    ...base,
    apply: async (changes) => {
      if (isFull) throw new Error("ENOSPC: no space left on device");
      await base.apply(changes);
    },
  };
  const [a, b] = await openTalking([memoryStore(), store]);
  isFull = true;
  await a.messages.send(b.userId, "two");
  await eventually(() => b.faults.length === 1);
  expect(b.server.mailbox(b.userId).waiting).toHaveLength(1);
  b.disconnect();
  isFull = false;
  await b.connect();
  await eventually(() => b.heard.includes("two"));
  expect(b.server.mailbox(b.userId).waiting).toEqual([]);
});

test("a message of someone who is no contact is dropped, and asked about once however many come", async () => {
  const [a, b] = await openTalking();
  const stranger = await Person.open(a.server);
  const { boxes } = a.server.said[0]!;
  b.disconnect();
  const from = stranger.userId;
  for (let i = 0; i < 30; i++) {
    b.server.deliver(b.userId, { from, device: 0, box: boxes[0]!.box });
  }
  const asked = b.server.contactReads;
  await b.connect();
  await calm();
  expect(b.server.contactReads - asked).toBe(1);
  expect(b.server.mailbox(b.userId).waiting).toEqual([]);
  expect(b.heard).toEqual(["hello b"]);
});

test.each(["removed", "blocked"] as const)(
  "a message of a contact who was %s is dropped and confirmed",
  async (how) => {
    const [a, b] = await openTalking();
    b.disconnect();
    await a.messages.send(b.userId, "too late");
    await eventually(() => b.server.mailbox(b.userId).waiting.length === 1);
    b.server.mailbox(b.userId).contacts.delete(a.userId);
    if (how === "removed") await b.store.delete("contacts", a.userId);
    else await b.store.put("listings", a.userId, { userId: a.userId, blocked: true, sequence: 1 });
    await b.connect();
    await calm();
    expect(b.server.mailbox(b.userId).waiting).toEqual([]);
    expect(b.heard).toEqual(["hello b"]);
  },
);

test("BOX-6: a box that cannot be opened is asked for again, and everything it may have carried comes", async () => {
  const [a, b] = await openTalking();
  const [first] = await a.messages.page(b.userId);
  const [, second] = await b.messages.page(a.userId);
  await loseSessions(b, a);
  await a.messages.send(b.userId, "lost at first");
  await eventually(() => b.heard.includes("lost at first"));
  await calm();
  expect(await b.shown(a)).toEqual(["peer: hello b", "me: hello a", "peer: lost at first"]);
  expect(await a.shown(b)).toEqual(["me: hello b", "peer: hello a", "me: lost at first"]);
  const states = (await a.messages.page(b.userId)).map(({ state }) => state);
  expect(states).toEqual(["delivered", undefined, "delivered"]);
  expect([first?.text, second?.text]).toEqual(["hello b", "hello a"]);
});

test("what was written during a block does not come by a repetition; what was written around it does", async () => {
  const [a, b] = await openTalking();
  const { clock } = a.server.world;
  const sayUnheard = async (text: string) => {
    await a.messages.send(b.userId, text);
    await calm();
    clock.advance(10_000);
  };
  const list = (blocked: boolean, sequence = clock.now()) =>
    b.contacts.learn([
      {
        userId: a.userId,
        method: "key",
        metAt: 1_000,
        receiptHash: "A".repeat(43),
        sequence,
        blocked,
      },
    ]);
  b.disconnect();
  await sayUnheard("before");
  await list(true);
  clock.advance(10_000);
  await sayUnheard("during");
  await list(false);
  clock.advance(10_000);
  await sayUnheard("after");
  b.server.mailbox(b.userId).waiting.splice(0);
  await loseSessions(b, a);
  await b.connect();
  await sayUnheard("now");
  await eventually(() => b.heard.includes("now"));
  await calm();
  expect(b.heard.toSorted()).toEqual(["after", "before", "hello b", "now"]);
  const during = (await a.messages.page(b.userId)).find(({ text }) => text === "during");
  expect(during?.state).toBe("sent");

  // What is new comes, whatever its author's clock says.
  await list(true);
  await list(false, clock.now() + HOUR_MS);
  await sayUnheard("by a slow clock");
  expect(b.heard.at(-1)).toBe("by a slow clock");
});

test("BOX-6: edits, reactions, deletions and receipts that were lost with a session come again as well", async () => {
  const [a, b] = await openTalking();
  const doomed = await a.messages.send(b.userId, "to be deleted");
  await eventually(() => b.heard.includes("to be deleted"));
  await calm();
  // In b's absence, so that all of it waits, in a session that b is going to lose.
  b.disconnect();
  const [hello, theirs] = await a.messages.page(b.userId);
  await a.messages.edit(hello!, "hello, b");
  await a.messages.react(theirs!, "👍");
  await a.messages.delete(doomed);
  await a.messages.read(b.userId);
  await a.messages.setTimer(b.userId, 3_600);
  const last = await a.messages.send(b.userId, "last");
  await a.messages.edit(last, "the last");
  await eventually(async () => (await a.store.all("outbox")).length === 0);
  await loseSessions(b, a);
  await b.connect();
  await eventually(() => b.heard.includes("the last"));
  await calm();
  const plain = async (person: Person, peer: Person) =>
    (await person.messages.page(peer.userId)).map(
      ({ kind, text, isDeleted, edit, reactions, timerSeconds }) => ({
        kind,
        text,
        isDeleted,
        edit: edit?.id,
        emojis: Object.values(reactions).map(({ emoji }) => emoji),
        timerSeconds,
      }),
    );
  const order = (rows: { text: string }[]) =>
    rows.toSorted((one, other) => JSON.stringify(one).localeCompare(JSON.stringify(other)));
  expect(order(await plain(b, a))).toEqual(order(await plain(a, b)));
  const theirsAtB = (await b.messages.page(a.userId)).find(({ author }) => author === "me");
  expect(theirsAtB?.state).toBe("read");
  expect((await b.messages.conversation(a.userId))?.timer.seconds).toBe(3_600);
});

test("one device is asked at once, then more rarely; what comes too soon is asked for when its time has come", async () => {
  const [a, b] = await openTalking();
  const box = () => toBase64Url(crypto.getRandomValues(new Uint8Array(100)));
  const asked = () =>
    b.server.said.filter(({ from, to }) => from === b.userId && to === a.userId).length;
  const before = asked();
  const forge = () => b.server.deliver(b.userId, { from: a.userId, device: 0, box: box() });
  for (let i = 0; i < 5; i++) forge();
  await eventually(() => asked() > before);
  await calm();
  b.server.world.clock.advance(9_999);
  await calm();
  expect(asked()).toBe(before + 1);
  b.server.world.clock.advance(1);
  await eventually(() => asked() === before + 2);
  forge();
  await calm();
  b.server.world.clock.advance(19_999);
  await calm();
  expect(asked()).toBe(before + 2);
  b.server.world.clock.advance(1);
  await eventually(() => asked() === before + 3);
  b.server.world.clock.advance(HOUR_MS);
  await calm();
  expect(asked()).toBe(before + 3);
});

test("BOX-6: a question that could not be kept is asked again with the next connection", async () => {
  const base = memoryStore();
  let isFull = false;
  const store: Store = {
    ...base,
    apply: async (changes) => {
      if (isFull) throw new Error("ENOSPC: no space left on device");
      await base.apply(changes);
    },
  };
  const [a, b] = await openTalking([memoryStore(), store]);
  await loseSessions(b, a);
  isFull = true;
  await a.messages.send(b.userId, "lost at first");
  await eventually(() => b.faults.length === 1);
  b.disconnect();
  isFull = false;
  await b.connect();
  await eventually(() => b.heard.includes("lost at first"));
});

test("BOX-6: what was sealed and not yet said when the other lost the session is not lost", async () => {
  const [a, b] = await openTalking();
  // Two texts are sealed; one gets through, the other is held up at its sender.
  b.disconnect();
  let count = 0;
  a.server.verdict = ({ to }) => (to === b.userId && ++count > 1 ? "try-again" : null);
  await a.messages.send(b.userId, "one");
  await a.messages.send(b.userId, "two");
  await calm();
  await loseSessions(b, a);
  await b.connect();
  await calm();
  a.server.verdict = () => null;
  a.server.world.clock.advance(60_000);
  await eventually(() => b.heard.includes("one") && b.heard.includes("two"));
  await calm();
  expect(await b.shown(a)).toEqual(
    expect.arrayContaining(["peer: hello b", "peer: one", "peer: two"]),
  );
  expect(await b.shown(a)).toHaveLength(4);
});

test("a device that its account's log does not list is not heard", async () => {
  const [a, b] = await openTalking();
  const { boxes } = a.server.said[0]!;
  b.server.deliver(b.userId, { from: a.userId, device: 3, box: boxes[0]!.box });
  await calm();
  expect(b.server.mailbox(b.userId).waiting).toEqual([]);
  expect(b.heard).toEqual(["hello b"]);
  expect(b.faults).toEqual([]);
});

test("typing is told and never kept", async () => {
  const [a, b] = await openTalking();
  await a.messages.setTyping(b.userId, true);
  await calm();
  expect(b.toldOf("typing")).toEqual([{ event: "typing", userId: a.userId, isTyping: true }]);
  expect(b.server.mailbox(b.userId).waiting).toEqual([]);
});

test("typing of a contact who is blocked is not told", async () => {
  const [a, b] = await openTalking();
  await b.store.put("listings", a.userId, { userId: a.userId, blocked: true, sequence: 1 });
  await a.messages.setTyping(b.userId, true);
  await calm();
  expect(b.toldOf("typing")).toEqual([]);
});
