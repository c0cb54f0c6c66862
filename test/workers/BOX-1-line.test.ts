// BOX-1: messages go from device to device, in order, and are stored before they are acknowledged.

import { abortAllDurableObjects, evictDurableObject, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FRAME_MAX_MESSAGES } from "../../shared/wire/limits.ts";
import { registerAccount, request, strangerActor, type TestAccount } from "./support/accounts.ts";
import { addDevice, until } from "./support/asking.ts";
import {
  answersTo,
  befriend,
  boxesFor,
  envelopesAt,
  envelopesIn,
  failDeliveries,
  heldBy,
  holdDeliveries,
  mailboxOf,
  read,
  received,
  removeDevice,
  sendTo,
  storedBy,
  takeEnvelopes,
} from "./support/line.ts";
import { connectToMailbox } from "./support/sockets.ts";

let ann: TestAccount;
let ben: TestAccount;

beforeEach(async () => {
  [ann, ben] = [await registerAccount(), await registerAccount()];
  await befriend(ann, ben);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const range = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => from + index);

const boxesOf = (messages: readonly ReturnType<typeof sendTo>[]) =>
  messages.map(({ boxes }) => boxes[0]?.box);

test("a message reaches a contact's device, named by its sender, and waits until it is confirmed", async () => {
  const [atAnn, atBen] = [await read(ann), await read(ben)];
  const message = sendTo(ben, 7);
  atAnn.send(message);
  expect(await answersTo(atAnn, [7])).toEqual(new Map([[7, "stored"]]));
  const [envelope] = await envelopesAt(atBen, 1);
  expect(envelope).toEqual({
    sequence: expect.any(Number),
    from: ann.userId,
    device: 0,
    box: message.boxes[0]?.box,
  });
  expect(await heldBy(ben)).toEqual([message.boxes[0]]);
  await atBen.ask(received(envelope?.sequence ?? 0));
  expect(await heldBy(ben)).toEqual([]);
});

test("BOX-1: every device gets a box of its own, and each is kept until that device has it", async () => {
  const tablet = await addDevice(ben, 3);
  const [atAnn, atBen] = [await read(ann), await read(ben)];
  const message = sendTo(ben, 0, boxesFor([3, 0]));
  atAnn.send(message);
  await answersTo(atAnn, [0]);
  const [envelope] = await envelopesAt(atBen, 1);
  expect(envelope?.box).toBe(message.boxes[1]?.box);
  await atBen.ask(received(envelope?.sequence ?? 0));
  expect(await heldBy(ben)).toEqual([message.boxes[0]]);
  const atTablet = await read(tablet);
  expect(await envelopesAt(atTablet, 1)).toMatchObject([{ box: message.boxes[0]?.box }]);
});

test("copies for one's own other devices go to these, and to the sending one none", async () => {
  const tablet = await addDevice(ann, 2);
  const [atAnn, atTablet] = [await read(ann), await read(tablet)];
  const copy = sendTo(ann, 0, boxesFor([2]));
  atAnn.send(copy, sendTo(ann, 1, boxesFor([0, 2])), sendTo(ann, 2, boxesFor([0])));
  expect(await answersTo(atAnn, [0, 1, 2])).toEqual(
    new Map([
      [0, "stored"],
      [1, "devices-changed"],
      [2, "devices-changed"],
    ]),
  );
  expect(await envelopesAt(atTablet, 1)).toMatchObject([
    { from: ann.userId, device: 0, box: copy.boxes[0]?.box },
  ]);
  expect(envelopesIn(atAnn.told)).toEqual([]);
});

test.for(["evicted", "aborted"] as const)(
  "BOX-6: what was acknowledged is there, though the mailbox is %s right after",
  async (end) => {
    const atAnn = await read(ann);
    const message = sendTo(ben, 0);
    atAnn.send(message);
    await answersTo(atAnn, [0]);
    if (end === "evicted") await evictDurableObject(mailboxOf(ben));
    else await abortAllDurableObjects();
    const atBen = await read(ben);
    expect((await envelopesAt(atBen, 1)).map(({ box }) => box)).toEqual(boxesOf([message]));
  },
);

test("BOX-6: nothing is acknowledged that could not be stored, and what waits behind it stays behind", async () => {
  const atAnn = await read(ann);
  await runInDurableObject(mailboxOf(ben), (_, { storage }) => {
    storage.sql.exec(
      "CREATE TRIGGER full BEFORE INSERT ON envelope BEGIN SELECT raise(ABORT, 'x'); END",
    );
  });
  atAnn.send(...range(0, 3).map((number) => sendTo(ben, number)));
  const answers = await answersTo(atAnn, [0, 1, 2]);
  expect([...answers.values()]).toEqual(["try-again", "try-again", "try-again"]);
  await runInDurableObject(mailboxOf(ben), (_, { storage }) => {
    storage.sql.exec("DROP TRIGGER full");
  });
  const again = sendTo(ben, 0);
  atAnn.send(again);
  await storedBy(atAnn, 0);
  expect(await heldBy(ben)).toEqual(again.boxes);
});

test("order holds for each sender while many send at once", { timeout: 120_000 }, async () => {
  const senders = [ann, await registerAccount(), await registerAccount(), await registerAccount()];
  for (const sender of senders.slice(1)) await befriend(sender, ben);
  const atBen = await read(ben);
  const sent = await Promise.all(
    senders.map(async (sender) => {
      const socket = await read(sender);
      const messages = range(0, 150).map((number) => sendTo(ben, number));
      for (let from = 0; from < messages.length; from += 5) {
        socket.send(...messages.slice(from, from + 5));
        if (from % 25 === 0) await socket.ask();
      }
      const answers = await answersTo(socket, range(0, 150));
      expect(new Set(answers.values())).toEqual(new Set(["stored"]));
      return { sender, messages };
    }),
  );
  const envelopes = await takeEnvelopes(atBen, 600);
  const sequences = envelopes.map(({ sequence }) => sequence);
  expect(sequences).toEqual([...new Set(sequences)].toSorted((a, b) => a - b));
  for (const { sender, messages } of sent) {
    const boxes = envelopes.filter(({ from }) => from === sender.userId).map(({ box }) => box);
    expect(boxes).toEqual(boxesOf(messages));
  }
});

test("what is refused of one receiver holds up no other, and no later message overtakes it", async () => {
  const cem = await registerAccount();
  await befriend(ann, cem);
  const atAnn = await read(ann);
  failDeliveries(ben, 1);
  const nobody = strangerActor();
  atAnn.send(
    sendTo(ben, 0),
    sendTo(cem, 1),
    sendTo(nobody, 2),
    sendTo(ben, 3),
    sendTo(cem, 4),
    sendTo(ben, 5),
  );
  const answers = await answersTo(atAnn, range(0, 6));
  expect(range(0, 6).map((number) => answers.get(number))).toEqual([
    "try-again",
    "stored",
    "not-a-contact",
    "try-again",
    "stored",
    "try-again",
  ]);
  // Sent before the sender could know of the refusal.
  atAnn.send(sendTo(ben, 6), sendTo(cem, 7));
  const late = await answersTo(atAnn, [6, 7]);
  expect([late.get(6), late.get(7)]).toEqual(["try-again", "stored"]);
  expect((await heldBy(ben)).length).toBe(0);
  const again = [sendTo(ben, 0), sendTo(ben, 3)];
  atAnn.send(...again);
  await storedBy(atAnn, 3);
  expect((await heldBy(ben)).map(({ box }) => box)).toEqual(boxesOf(again));
});

test("a call that failed after all was stored is repeated: twice in the mailbox, never missing", async () => {
  const atAnn = await read(ann);
  failDeliveries(ben, 1, "after");
  const message = sendTo(ben, 0);
  atAnn.send(message);
  expect((await answersTo(atAnn, [0])).get(0)).toBe("try-again");
  atAnn.send(message);
  await storedBy(atAnn, 0);
  expect((await heldBy(ben)).map(({ box }) => box)).toEqual(boxesOf([message, message]));
});

test("what was refused may also come under another number, or stay away, after two seconds", async () => {
  const atAnn = await read(ann);
  failDeliveries(ben, 1);
  atAnn.send(sendTo(ben, 4));
  await answersTo(atAnn, [4]);
  await evictDurableObject(mailboxOf(ann), { webSockets: "hibernate" });
  atAnn.send(sendTo(ben, 5));
  expect((await answersTo(atAnn, [5])).get(5), "though the mailbox slept").toBe("try-again");
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 2_000 });
  atAnn.send(sendTo(ben, 6));
  expect((await answersTo(atAnn, [6])).get(6)).toBe("stored");
});

test("boxes must be for exactly the receiver's devices", async () => {
  await addDevice(ben, 2);
  const atAnn = await read(ann);
  const bad = [[0], [2], [0, 1], [0, 1, 2], [0, 0], [0, 2, 2]];
  atAnn.send(...bad.map((devices, number) => sendTo(ben, number, boxesFor(devices))));
  atAnn.send(sendTo(ben, 6, boxesFor([2, 0])));
  const answers = await answersTo(atAnn, range(0, 7));
  expect(range(0, 7).map((number) => answers.get(number))).toEqual([
    ...bad.map(() => "devices-changed"),
    "stored",
  ]);
});

test("answers to many messages come in frames that clients take", async () => {
  const atAnn = await read(ann);
  const held = holdDeliveries();
  const wrong = boxesFor([7]);
  for (let from = 0; from < 96; from += FRAME_MAX_MESSAGES) {
    atAnn.send(...range(from, FRAME_MAX_MESSAGES).map((number) => sendTo(ben, number, wrong)));
  }
  await atAnn.ask();
  held.isHeld = false;
  const answers = await answersTo(atAnn, range(0, 96));
  expect(new Set(answers.values())).toEqual(new Set(["devices-changed"]));
  for (const frame of atAnn.frames) {
    expect((JSON.parse(frame as string) as unknown[]).length).toBeLessThanOrEqual(
      FRAME_MAX_MESSAGES,
    );
  }
});

test("only contacts are let in: no stranger, no unknown account, nobody who was removed", async () => {
  const stranger = await registerAccount();
  const [atAnn, atStranger] = [await read(ann), await read(stranger)];
  atStranger.send(sendTo(ben, 0), sendTo(strangerActor(), 1));
  const refused = await answersTo(atStranger, [0, 1]);
  expect([refused.get(0), refused.get(1)]).toEqual(["not-a-contact", "not-a-contact"]);
  await request("DELETE", `/v1/contacts/${ann.userId}`, { actor: ben });
  atAnn.send(sendTo(ben, 0));
  expect((await answersTo(atAnn, [0])).get(0)).toBe("not-a-contact");
  expect(await heldBy(ben)).toEqual([]);
  expect(
    await runInDurableObject(mailboxOf(stranger), (_, { storage }) => storage.getAlarm()),
  ).toBe(null);
});

test("someone who is blocked is answered as ever, refusals among it, and is not heard", async () => {
  await request("PUT", `/v1/blocks/${ann.userId}`, { actor: ben });
  const [atAnn, atBen] = [await read(ann), await read(ben)];
  atAnn.send(sendTo(ben, 0), sendTo(ben, 1, boxesFor([4])));
  const answers = await answersTo(atAnn, [0, 1]);
  expect([answers.get(0), answers.get(1)]).toEqual(["stored", "devices-changed"]);
  expect(await heldBy(ben)).toEqual([]);
  expect(envelopesIn(await atBen.ask())).toEqual([]);
  await request("DELETE", `/v1/blocks/${ann.userId}`, { actor: ben });
  const message = sendTo(ben, 2);
  atAnn.send(message);
  expect((await envelopesAt(atBen, 1)).map(({ box }) => box)).toEqual(boxesOf([message]));
});

test("ID-2: a device that was removed sends and reads nothing more, and its socket is closed", async () => {
  const tablet = await addDevice(ann, 1);
  const [atTablet, silent] = [await read(tablet), await connectToMailbox(tablet)];
  await removeDevice(tablet);
  atTablet.send(sendTo(ben, 0));
  expect((await atTablet.next("problem"))["problem"].code).toBe("unauthenticated");
  await atTablet.closed;
  expect(await heldBy(ben)).toEqual([]);
  silent.send({ type: "hello", after: 0, reads: true });
  expect((await silent.next())["problem"].code).toBe("unauthenticated");
  await silent.closed;
});

test("a sender that leaves at once loses nothing of what it sent", async () => {
  const leaving = await read(ann);
  const message = sendTo(ben, 0);
  leaving.send(message);
  leaving.close();
  const atBen = await read(ben);
  expect((await envelopesAt(atBen, 1)).map(({ box }) => box)).toEqual(boxesOf([message]));
  const atAnn = await read(ann);
  atAnn.send(sendTo(ben, 0));
  expect((await answersTo(atAnn, [0])).get(0), "the way is free").toBe("stored");
});

test("BOX-6: a crash that takes answers with it closes the sockets that wait for them", async () => {
  const atAnn = await read(ann);
  const held = holdDeliveries();
  atAnn.send(sendTo(ben, 0));
  await until(() => held.begun > 0);
  await abortAllDurableObjects();
  await atAnn.closed;
  expect(atAnn.told.map(({ type }) => type)).not.toContain("stored");
});
