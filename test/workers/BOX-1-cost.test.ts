// BOX-1: what a message costs in rows and commits; what arrives together is stored together.

import { runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { registerAccount, type TestAccount } from "./support/accounts.ts";
import { addDevice } from "./support/asking.ts";
import { Ledger } from "./support/ledger.ts";
import {
  answersTo,
  befriend,
  boxesFor,
  envelopesAt,
  heldBy,
  mailboxOf,
  read,
  received,
  sendTo,
  takeEnvelopes,
} from "./support/line.ts";

let ann: TestAccount;
let ben: TestAccount;
let ledger: Ledger;

beforeEach(async () => {
  [ann, ben] = [await registerAccount(), await registerAccount()];
  await befriend(ann, ben);
  ledger = await Ledger.open();
});

afterEach(() => vi.restoreAllMocks());

test("a message to a receiver who listens writes two rows, its confirmation included", async () => {
  const [atAnn, atBen] = [await read(ann), await read(ben)];
  atAnn.send(sendTo(ben, 0));
  await takeEnvelopes(atBen, 1);
  await atBen.ask();
  // The first one sets the alarm that serves all of the next thirty days.
  expect(ledger.rows).toEqual(["setAlarm"]);
  ledger.reset();
  for (let number = 1; number <= 10; number++) {
    atAnn.send(sendTo(ben, number));
    await answersTo(atAnn, [number]);
    await takeEnvelopes(atBen, number + 1);
  }
  await atBen.ask();
  console.log(`10 messages, one by one, to a receiver online: ${ledger.rowsWritten} rows`);
  expect(ledger.rowsWritten, String(ledger)).toBe(20);
  expect(ledger.rows).toEqual([]);
});

test("a message to a receiver who is away writes three rows at most, and two devices have one each", async () => {
  const tablet = await addDevice(ben);
  const atAnn = await read(ann);
  ledger.reset();
  atAnn.send(sendTo(ben, 0, boxesFor([0, 1])));
  await answersTo(atAnn, [0]);
  expect(ledger.rowsWritten, String(ledger)).toBe(3);
  for (const device of [ben, tablet]) {
    const socket = await read(device);
    await takeEnvelopes(socket, 1);
    await socket.ask();
  }
  console.log(
    `a message to two devices that were away: ${ledger.rowsWritten} rows, alarm included`,
  );
  expect(ledger.rowsWritten, String(ledger)).toBe(5);
});

test("what is refused, dropped or confirmed again writes nothing", async () => {
  const [atAnn, atBen] = [await read(ann), await read(ben)];
  ledger.reset();
  atAnn.send(sendTo(ben, 0, boxesFor([7])));
  await answersTo(atAnn, [0]);
  await atBen.ask(received(0), received(Date.now() * 2));
  expect(ledger.rows.filter((row) => row !== "setAlarm")).toEqual([]);
  expect(ledger.rowsWritten - ledger.rows.length).toBe(0);
});

test("what many send in one turn is one commit, and reaches a reader in one frame", async () => {
  const senders = await Promise.all(Array.from({ length: 8 }, () => registerAccount()));
  for (const sender of senders) await befriend(sender, ben);
  const atBen = await read(ben);
  const frames = atBen.frames.length;
  let commits = 0;
  let turns = 0;
  await runInDurableObject(mailboxOf(ben), async (mailbox, { storage }) => {
    const prototype = Object.getPrototypeOf(storage) as DurableObjectStorage;
    const original = prototype.transactionSync;
    vi.spyOn(prototype, "transactionSync").mockImplementation(function (
      this: DurableObjectStorage,
      closure,
    ) {
      commits += 1;
      return original.call(this, closure);
    } as typeof original);
    await Promise.all(
      senders.map(async ({ userId }) => {
        const messages = [boxesFor(), boxesFor()].map((boxes) => ({ device: 0, boxes }));
        expect(await mailbox.deliver(userId, messages)).toEqual(["stored", "stored"]);
        turns += 1;
      }),
    );
  });
  expect([commits, turns]).toEqual([1, 8]);
  const envelopes = await envelopesAt(atBen, 16);
  expect(atBen.frames.length - frames).toBe(1);
  expect(new Set(envelopes.map(({ sequence }) => sequence)).size).toBe(16);
  expect((await heldBy(ben)).length).toBe(16);
});

test("BOX-2: what is of no lasting worth reaches those who read now, and is never stored", async () => {
  const tablet = await addDevice(ben);
  const [atAnn, atBen, alsoAtBen] = [
    await read(ann),
    await read(ben),
    await read(ben, { reads: false }),
  ];
  ledger.reset();
  const boxes = boxesFor([0, 1]);
  atAnn.send({ type: "transient", to: ben.userId, boxes });
  expect(await atBen.next("transient")).toEqual({
    type: "transient",
    from: ann.userId,
    device: 0,
    box: boxes[0]?.box,
  });
  expect(await alsoAtBen.ask()).toEqual([]);
  const atTablet = await read(tablet);
  expect(atTablet.told.map(({ type }) => type)).toEqual(["contacts", "ready"]);
  expect(ledger.rowsWritten, String(ledger)).toBe(0);
  expect(await atAnn.ask()).toEqual([]);
});

test("BOX-2: nothing transient comes of strangers, of the blocked, or above its size", async () => {
  const stranger = await registerAccount();
  const [atAnn, atStranger, atBen] = [await read(ann), await read(stranger), await read(ben)];
  const transient = (bytes: number) =>
    ({ type: "transient", to: ben.userId, boxes: boxesFor([0], bytes) }) as const;
  atStranger.send(transient(40));
  const large = boxesFor([0, 1, 2, 3, 4, 5, 6], 8_000);
  atAnn.send({ type: "transient", to: ben.userId, boxes: large });
  await mailboxOf(ben).setBlocked(ben, ann.userId, true);
  atAnn.send(transient(40));
  await Promise.all([atAnn.ask(), atStranger.ask()]);
  await mailboxOf(ben).setBlocked(ben, ann.userId, false);
  atAnn.send(transient(48));
  const told = await atBen.next("transient");
  expect(told["box"].length, "the last of them, and the first that is heard").toBe(64);
});
