// BOX-1: a reader is sent as much as it confirms, goes on where it was, and is never cut short by what it
// did not get. The clock stands still.

import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { beforeEach, expect, test, vi } from "vitest";
import {
  BOX_MAX_BYTES,
  STALLED_SECONDS,
  WINDOW_MAX_BYTES,
  WINDOW_MAX_ENVELOPES,
} from "../../shared/wire/limits.ts";
import { registerAccount, type TestAccount } from "./support/accounts.ts";
import { addDevice } from "./support/asking.ts";
import { advanceClock, useStoppedClock } from "./support/clock.ts";
import {
  befriend,
  boxesFor,
  envelopesAt,
  envelopesIn,
  heldBy,
  mailboxOf,
  read,
  received,
  takeEnvelopes,
} from "./support/line.ts";
import type { TestSocket } from "./support/sockets.ts";

let ann: TestAccount;
let ben: TestAccount;

useStoppedClock();

beforeEach(async () => {
  [ann, ben] = [await registerAccount(), await registerAccount()];
  await befriend(ann, ben);
});

/** Has messages of Ann's stored for Ben, as her mailbox hands them over; their boxes. */
async function deliver(count: number, bytes = 60, devices = [0]): Promise<string[]> {
  const messages = Array.from({ length: count }, () => ({
    device: 0,
    boxes: boxesFor(devices, bytes),
  }));
  for (let from = 0; from < count; from += 64) {
    const outcomes = await mailboxOf(ben).deliver(ann.userId, messages.slice(from, from + 64));
    expect(new Set(outcomes)).toEqual(new Set(["stored"]));
  }
  return messages.map(({ boxes }) => boxes[0]?.box ?? "");
}

async function boxesAt(socket: TestSocket, count: number): Promise<string[]> {
  return (await envelopesAt(socket, count)).map(({ box }) => box);
}

const last = (socket: TestSocket) => envelopesIn(socket.told).at(-1)?.sequence ?? 0;

test.for(["that waited", "that come"] as const)(
  "a reader that confirms nothing gets a window of the envelopes %s, and no more",
  async (which) => {
    if (which === "that waited") await deliver(WINDOW_MAX_ENVELOPES + 70);
    const atBen = await read(ben);
    if (which === "that come") await deliver(WINDOW_MAX_ENVELOPES + 70);
    const waiting = which === "that waited" ? WINDOW_MAX_ENVELOPES + 70 : 0;
    expect((await atBen.next("ready"))["waiting"]).toBe(waiting);
    expect((await envelopesAt(atBen, WINDOW_MAX_ENVELOPES)).length).toBe(WINDOW_MAX_ENVELOPES);
    await deliver(5);
    expect(envelopesIn(await atBen.ask())).toEqual([]);
    for (const notice of atBen.told) {
      if (notice.type === "envelopes") expect(notice["envelopes"].length).toBeLessThanOrEqual(200);
    }
  },
);

test("large boxes fill the window by their bytes, and a notice stays of moderate size", async () => {
  const count = 50;
  const boxes = await deliver(count, BOX_MAX_BYTES);
  const atBen = await read(ben);
  const fitting = Math.floor(WINDOW_MAX_BYTES / (boxes[0]?.length ?? 1));
  expect(await boxesAt(atBen, fitting)).toEqual(boxes.slice(0, fitting));
  expect(envelopesIn(await atBen.ask())).toEqual([]);
  for (const frame of atBen.frames) expect((frame as string).length).toBeLessThan(110 * 1024);
  expect((await takeEnvelopes(atBen, count)).map(({ box }) => box)).toEqual(boxes);
});

test("a confirmation of some lets as many out, in order and whole", async () => {
  const boxes = await deliver(WINDOW_MAX_ENVELOPES + 30);
  const atBen = await read(ben);
  const envelopes = await envelopesAt(atBen, WINDOW_MAX_ENVELOPES);
  await atBen.ask(received(envelopes[9]?.sequence ?? 0));
  expect(await boxesAt(atBen, WINDOW_MAX_ENVELOPES + 10)).toEqual(
    boxes.slice(0, WINDOW_MAX_ENVELOPES + 10),
  );
  expect(envelopesIn(await atBen.ask(received(envelopes[9]?.sequence ?? 0)))).toEqual([]);
  const all = await takeEnvelopes(atBen, boxes.length);
  expect(all.map(({ box }) => box)).toEqual(boxes);
  await atBen.ask();
  expect(await heldBy(ben)).toEqual([]);
});

test("a reader that stalls is closed after a minute, others are not, and it goes on with nothing lost", async () => {
  const tablet = await addDevice(ben);
  const [atBen, atTablet] = [await read(ben), await read(tablet)];
  const boxes = await deliver(WINDOW_MAX_ENVELOPES + 3, 60, [0, 1]);
  await takeEnvelopes(atTablet, boxes.length);
  await envelopesAt(atBen, WINDOW_MAX_ENVELOPES);
  advanceClock(STALLED_SECONDS * 1_000 - 1);
  expect(await runDurableObjectAlarm(mailboxOf(ben))).toBe(true);
  expect(atBen.isClosed).toBe(false);
  advanceClock(1);
  expect(await runDurableObjectAlarm(mailboxOf(ben))).toBe(true);
  expect(await atBen.closed).toBe(1013);
  expect(envelopesIn(await atTablet.ask())).toEqual([]);
  expect(atTablet.isClosed).toBe(false);
  const again = await read(ben);
  expect((await takeEnvelopes(again, boxes.length)).map(({ box }) => box)).toEqual(boxes);
});

test("a reader that confirms now and then is not closed, however full its window", async () => {
  await deliver(WINDOW_MAX_ENVELOPES + 30);
  const atBen = await read(ben);
  await envelopesAt(atBen, WINDOW_MAX_ENVELOPES);
  for (let minute = 0; minute < 5; minute++) {
    advanceClock((STALLED_SECONDS - 1) * 1_000);
    await atBen.ask(received(envelopesIn(atBen.told)[minute]?.sequence ?? 0));
    await runDurableObjectAlarm(mailboxOf(ben));
    expect(atBen.isClosed).toBe(false);
  }
  await takeEnvelopes(atBen, WINDOW_MAX_ENVELOPES + 30);
  await atBen.ask();
  advanceClock(2 * STALLED_SECONDS * 1_000);
  await runDurableObjectAlarm(mailboxOf(ben));
  await atBen.ask();
  expect(atBen.isClosed, "once there is room it may be silent").toBe(false);
});

test("sockets that hibernate go on where they were, window and all", async () => {
  const hibernate = () => evictDurableObject(mailboxOf(ben), { webSockets: "hibernate" });
  const atBen = await read(ben);
  await hibernate();
  const first = await deliver(WINDOW_MAX_ENVELOPES - 1);
  await envelopesAt(atBen, first.length);
  await hibernate();
  const boxes = [...first, ...(await deliver(10))];
  expect((await envelopesAt(atBen, WINDOW_MAX_ENVELOPES)).length).toBe(WINDOW_MAX_ENVELOPES);
  await hibernate();
  expect(envelopesIn(await atBen.ask()), "the window is full as before").toEqual([]);
  await hibernate();
  const fourth = envelopesIn(atBen.told)[3]?.sequence ?? 0;
  await atBen.ask(received(fourth));
  expect(envelopesIn(atBen.told).length).toBe(WINDOW_MAX_ENVELOPES + 4);
  await hibernate();
  advanceClock(STALLED_SECONDS * 1_000);
  await runDurableObjectAlarm(mailboxOf(ben));
  expect(await atBen.closed, "stalled, though it slept").toBe(1013);
  const again = await read(ben);
  const all = await takeEnvelopes(again, boxes.length - 4);
  expect(all.map(({ box }) => box)).toEqual(boxes.slice(4));
});

test("a confirmation covers only what its own socket was sent", async () => {
  const tablet = await addDevice(ben);
  const [atBen, atTablet] = [await read(ben), await read(tablet)];
  const [first] = await deliver(1, 60, [0, 1]);
  await envelopesAt(atBen, 1);
  const silent = await read(ben, { reads: false });
  await silent.ask(received(Number.MAX_SAFE_INTEGER));
  expect((await heldBy(ben)).length).toBe(2);
  await atTablet.ask(received(last(atTablet)));
  expect(await heldBy(ben)).toEqual([{ device: 0, box: first }]);
});

test("a confirmation of more than was sent deletes nothing that waits behind the window", async () => {
  const boxes = await deliver(WINDOW_MAX_ENVELOPES + 5);
  const atBen = await read(ben);
  await envelopesAt(atBen, WINDOW_MAX_ENVELOPES);
  await atBen.ask(received(Number.MAX_SAFE_INTEGER));
  expect((await heldBy(ben)).length).toBe(5);
  expect((await boxesAt(atBen, boxes.length)).slice(-5)).toEqual(boxes.slice(-5));
});

test("of two sockets of a device the later reads, and the earlier can delete nothing more", async () => {
  const before = await read(ben);
  const [first] = await deliver(1);
  await envelopesAt(before, 1);
  const after = await read(ben);
  expect(await boxesAt(after, 1)).toEqual([first]);
  await before.ask(received(last(before)));
  expect((await heldBy(ben)).length).toBe(1);
  const [second] = await deliver(1);
  expect(await boxesAt(after, 2)).toEqual([first, second]);
  expect(envelopesIn(await before.ask()).length).toBe(0);
  expect(envelopesIn(await before.ask({ type: "hello", after: 0, reads: true })).length).toBe(2);
  const again = await before.ask({ type: "hello", after: 0, reads: true });
  expect(again.at(-1)).toMatchObject({ type: "ready", waiting: 0 });
  expect(envelopesIn(again).length).toBe(0);
});

test.for(["awake", "hibernating"] as const)(
  "after the clock has stepped back, nothing new comes under what was confirmed before (mailbox %s)",
  async (condition) => {
    const atBen = await read(ben);
    await deliver(2);
    const [first, second] = await envelopesAt(atBen, 2);
    await atBen.ask(received(first?.sequence ?? 0));
    await atBen.ask(received(second?.sequence ?? 0));
    expect(await heldBy(ben)).toEqual([]);
    const stopped = Date.now();
    vi.setSystemTime(stopped - 30_000);
    if (condition === "hibernating") {
      await evictDurableObject(mailboxOf(ben), { webSockets: "hibernate" });
    }
    const [third] = await deliver(1);
    // Said again before the third has arrived.
    await atBen.ask(received(second?.sequence ?? 0));
    vi.setSystemTime(stopped);
    expect(last(atBen)).toBeGreaterThan(second?.sequence ?? Infinity);
    expect(await heldBy(ben)).toEqual([{ device: 0, box: third }]);
  },
);

test("what a sleeping reader was not told yet is sent as soon as the mailbox wakes", async () => {
  const atBen = await read(ben);
  await deliver(1);
  await envelopesAt(atBen, 1);
  await runInDurableObject(mailboxOf(ben), (_, { storage }) => {
    storage.sql.exec(
      "INSERT INTO envelope SELECT device, sequence + 5, sender, sender_device, 'AAAA' FROM envelope",
    );
  });
  await evictDurableObject(mailboxOf(ben), { webSockets: "hibernate" });
  const [third] = await deliver(1);
  expect((await boxesAt(atBen, 3)).slice(1)).toEqual(["AAAA", third]);
});
