// BOX-1: an account sends at a bounded pace, and to its contacts alone; what is refused for that costs nobody
// else anything, and keeps its order.

import { evictDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  FRAME_MAX_MESSAGES,
  SEND_BURST,
  SENDS_PER_SECOND,
  TRANSIENTS_BURST,
  TRANSIENTS_PER_SECOND,
} from "../../shared/wire/limits.ts";
import { Mailbox } from "../../workers/mailbox/Mailbox.ts";
import { registerAccount, request, strangerActor, type TestAccount } from "./support/accounts.ts";
import { addDevice } from "./support/asking.ts";
import { advanceClock, useStoppedClock } from "./support/clock.ts";
import { answersTo, befriend, boxesFor, heldBy, mailboxOf, read, sendTo } from "./support/line.ts";
import type { TestSocket } from "./support/sockets.ts";

let ann: TestAccount;
let ben: TestAccount;

useStoppedClock();

beforeEach(async () => {
  [ann, ben] = [await registerAccount(), await registerAccount()];
  await befriend(ann, ben);
});

afterEach(() => vi.restoreAllMocks());

const range = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => from + index);

/** Sends so many light messages from that number on; their answers, in order. */
async function answersOf(
  socket: TestSocket,
  to: Pick<TestAccount, "userId">,
  from: number,
  count: number,
): Promise<(string | undefined)[]> {
  for (let sent = 0; sent < count; sent += FRAME_MAX_MESSAGES) {
    const size = Math.min(FRAME_MAX_MESSAGES, count - sent);
    const numbers = range(from + sent, size);
    socket.send(...numbers.map((number) => sendTo(to, number, boxesFor([0], 30))));
  }
  const answers = await answersTo(socket, range(from, count));
  return range(from, count).map((number) => answers.get(number));
}

const stored = (count: number) => Array.from({ length: count }, () => "stored");

test("BOX-1: who sends too fast is told when to go on, and nothing overtakes what was refused", async () => {
  const cem = await registerAccount();
  await befriend(ann, cem);
  const atAnn = await read(ann);
  expect(await answersOf(atAnn, ben, 0, SEND_BURST)).toEqual(stored(SEND_BURST));
  const [refused, ...behind] = await answersOf(atAnn, ben, SEND_BURST, 3);
  expect(refused).toBe("too-many-requests");
  const notice = atAnn.told.find(({ type }) => type === "refused");
  expect(notice?.["problem"].retryAfterSeconds).toBe(2);
  expect(behind).toEqual(["try-again", "try-again"]);
  const [other] = await answersOf(atAnn, cem, SEND_BURST + 3, 1);
  expect(other, "to whomever").toBe("too-many-requests");
  // Some would be let through, but not before the one that was refused.
  advanceClock(1_000);
  expect(await answersOf(atAnn, ben, SEND_BURST + 4, 1)).toEqual(["try-again"]);
  const numbers = range(SEND_BURST, 2);
  const again = numbers.map((number) => sendTo(ben, number));
  const told = atAnn.told.length;
  atAnn.send(...again);
  await atAnn.toldFrom(told, 1);
  expect(atAnn.told.slice(told)).toEqual([{ type: "stored", numbers }]);
  const boxes = (await heldBy(ben)).map(({ box }) => box);
  expect(boxes.slice(SEND_BURST)).toEqual(again.map((message) => message.boxes[0]?.box));
});

test("BOX-1: all devices of an account have one pace, which goes on at its rate", async () => {
  const tablet = await addDevice(ann, 1);
  const [atAnn, atTablet] = [await read(ann), await read(tablet)];
  await answersOf(atAnn, ben, 0, SEND_BURST);
  expect(await answersOf(atTablet, ben, 0, 1)).toEqual(["too-many-requests"]);
  advanceClock(2_000);
  const after = await answersOf(atTablet, ben, 1, 2 * SENDS_PER_SECOND + 1);
  expect(after).toEqual([...stored(2 * SENDS_PER_SECOND), "too-many-requests"]);
});

test("BOX-2: typing counts as well, and is passed over beyond the pace", async () => {
  const cem = await registerAccount();
  await befriend(ann, cem);
  const [atAnn, atBen] = [await read(ann), await read(ben)];
  const transient = { type: "transient", to: ben.userId, boxes: boxesFor() } as const;
  await answersOf(atAnn, cem, 0, SEND_BURST - 1);
  atAnn.send(transient);
  await atBen.next("transient");
  const relay = vi.spyOn(Mailbox.prototype, "relay");
  atAnn.send(transient);
  expect(await answersOf(atAnn, ben, SEND_BURST, 1)).toEqual(["too-many-requests"]);
  expect(relay).not.toHaveBeenCalled();
});

test("BOX-2: a device is passed so much typing at once, whoever sends it, and so much a second from then on", async () => {
  const [atAnn, atBen] = [await read(ann), await read(ben)];
  const transient = { type: "transient", to: ben.userId, boxes: boxesFor() } as const;
  const heard = async () => {
    const before = atBen.told.length;
    for (let i = 0; i < 4 * TRANSIENTS_BURST; i += 1) {
      atAnn.send(transient);
      await atAnn.ask(); // one after another, so that none is passed over for being too many at a time
    }
    await atBen.ask();
    return atBen.told.slice(before).filter(({ type }) => type === "transient").length;
  };
  expect(await heard()).toBe(TRANSIENTS_BURST);
  advanceClock(1_000);
  expect(await heard()).toBe(TRANSIENTS_PER_SECOND);
});

test("BOX-1: to whoever is no contact nothing leaves the sender's own mailbox", async () => {
  const stranger = await registerAccount();
  const removed = await registerAccount();
  await befriend(ann, removed);
  await request("DELETE", `/v1/contacts/${removed.userId}`, { actor: ann });
  const atAnn = await read(ann);
  const calls = (["deliver", "relay"] as const).map((name) => vi.spyOn(Mailbox.prototype, name));
  const nobodies = [stranger, removed, strangerActor()];
  for (const [number, to] of nobodies.entries()) {
    atAnn.send({ type: "transient", to: to.userId, boxes: boxesFor() }, sendTo(to, number));
  }
  const answers = await answersTo(atAnn, [0, 1, 2]);
  expect(new Set(answers.values())).toEqual(new Set(["not-a-contact"]));
  for (const call of calls) expect(call).not.toHaveBeenCalled();
});

test("BOX-1: whoever becomes a contact, or is none any more, is so from the next message on", async () => {
  const cem = await registerAccount();
  const atAnn = await read(ann);
  expect(await answersOf(atAnn, cem, 0, 1)).toEqual(["not-a-contact"]);
  await befriend(ann, cem);
  expect(await answersOf(atAnn, cem, 1, 1)).toEqual(["stored"]);
  await request("DELETE", `/v1/contacts/${cem.userId}`, { actor: ann });
  expect(await answersOf(atAnn, cem, 2, 1)).toEqual(["not-a-contact"]);
});

test("someone whom the account has blocked may still be written to", async () => {
  await request("PUT", `/v1/blocks/${ben.userId}`, { actor: ann });
  expect(await answersOf(await read(ann), ben, 0, 1)).toEqual(["stored"]);
});

test("a mailbox that slept begins its pace anew", async () => {
  const atAnn = await read(ann);
  await answersOf(atAnn, ben, 0, SEND_BURST);
  await evictDurableObject(mailboxOf(ann), { webSockets: "hibernate" });
  expect(await answersOf(atAnn, ben, SEND_BURST, 1)).toEqual(["stored"]);
});
