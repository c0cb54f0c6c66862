// ROOM-4: how far readers are behind, of what goes to all and of what they are told apart; who is closed for it, and who is not.

import { expect, test } from "vitest";
import { Feed } from "../../../shared/core/room/feed.ts";
import { Lag, lackingBytesOf, type Reader } from "../../../shared/core/room/lag.ts";
import { UnreadSockets } from "../../../shared/core/room/unread.ts";
import type { UserId } from "../../../shared/wire/ids.ts";
import {
  HEARD_EVERY_BYTES,
  MEMBER_MAX_SOCKETS,
  ROOM_BEHIND_MAX_BYTES,
  ROOM_TEXT_MAX_BYTES,
  ROOM_WINDOW_BYTES,
  SIGNAL_MAX_BYTES,
} from "../../../shared/wire/limits.ts";
import { user } from "./names.ts";

const BEGUN = 1_000_000;
const LATER = 10_000;

class Talk {
  readonly feed = new Feed(BEGUN);
  readonly lag = new Lag(this.feed);
  readonly readers: Reader[] = [];
  now = BEGUN;

  join(count: number): Reader[] {
    const mark = this.feed.sentBytes;
    const readers = Array.from({ length: count }, () => {
      return { mark, apartBytes: 0, apartAt: 0, welcomeBytes: 0, overdueSince: null };
    });
    this.readers.push(...readers);
    return readers;
  }

  /** So much goes to all. */
  say(bytes: number): void {
    const text = "x".repeat(ROOM_TEXT_MAX_BYTES);
    const until = this.feed.sentBytes + bytes;
    while (this.feed.sentBytes < until) {
      this.feed.append({ kind: "said", seat: 1, number: 1, text, at: this.now }, null, null);
    }
  }

  signal(reader: Reader, bytes: number): boolean {
    let isOverdue = false;
    for (let told = 0; told < bytes; told += SIGNAL_MAX_BYTES) {
      isOverdue = this.lag.toldApart(reader, SIGNAL_MAX_BYTES);
    }
    return isOverdue;
  }

  hear(...readers: readonly Reader[]): void {
    for (const reader of readers) this.lag.heard(reader, this.feed.through);
  }

  /** Which are too far behind, by their places. */
  tooFar(passedMs = 0, closedBytes = 0): number[] {
    this.now += passedMs;
    const tooFar = this.lag.tooFar(this.readers, this.now, closedBytes);
    return tooFar.map((one) => this.readers.indexOf(one));
  }
}

test("ROOM-4: who is told much apart and says nothing stands still like one that hears no event", () => {
  const talk = new Talk();
  const [silent, reading] = talk.join(2) as [Reader, Reader];
  for (let told = 0; told < 2 * ROOM_WINDOW_BYTES; told += HEARD_EVERY_BYTES) {
    for (const reader of [silent, reading]) talk.signal(reader, HEARD_EVERY_BYTES);
    talk.hear(reading);
    expect(talk.tooFar()).toEqual([]);
  }
  expect(talk.tooFar(LATER)).toEqual([0]);
  expect(talk.signal(silent, 1)).toBe(true);
  expect(talk.signal(reading, 1)).toBe(false);
});

test("ROOM-4: a word for the same event is of what was told apart, and of no more than is told for one word", () => {
  const talk = new Talk();
  const [slow, reading] = talk.join(2) as [Reader, Reader];
  talk.signal(slow, 1024 * 1024);
  talk.hear(slow);
  expect(slow.apartBytes).toBeGreaterThan(512 * 1024);
  for (let round = 0; round < 4; round++) talk.hear(slow);
  expect(slow.apartBytes).toBe(0);
  // One that hears half of what it is told falls behind, though it says something all the time.
  for (let round = 0; round < 200; round++) {
    talk.signal(slow, 2 * HEARD_EVERY_BYTES);
    talk.signal(reading, HEARD_EVERY_BYTES);
    talk.hear(slow, reading);
  }
  expect(talk.tooFar()).toEqual([0]);
});

test("ROOM-4: whoever has heard an event has heard all that it was told before", () => {
  const talk = new Talk();
  const [reader] = talk.join(1) as [Reader];
  talk.signal(reader, 4 * HEARD_EVERY_BYTES);
  talk.lag.heard(reader, talk.feed.through + 1);
  expect(reader.apartBytes, "of what has not happened yet").toBeGreaterThan(0);
  talk.say(1);
  talk.hear(reader);
  expect([reader.apartBytes, reader.mark]).toEqual([0, talk.feed.sentBytes]);
});

test("ROOM-4: of many who say nothing those furthest behind are closed, once all together are behind too much", () => {
  const talk = new Talk();
  const [first, ...others] = [...talk.join(50), ...talk.join(50)] as [Reader, ...Reader[]];
  others.slice(0, 20).forEach((reader) => talk.signal(reader, HEARD_EVERY_BYTES));
  let closed: number[] = [];
  while (closed.length === 0) {
    talk.say(64 * 1024);
    closed = talk.tooFar();
  }
  const behind = (reader: Reader) => talk.feed.sentBytes - reader.mark + reader.apartBytes;
  const total = talk.readers.reduce((sum, reader) => sum + behind(reader), 0);
  expect(total).toBeLessThan(ROOM_BEHIND_MAX_BYTES + 160 * ROOM_WINDOW_BYTES);
  expect(closed.slice(0, 20).toSorted((one, other) => one - other)).toEqual(
    Array.from({ length: 20 }, (_, index) => index + 1),
  );
  expect(closed.length).toBeLessThan(70);
  expect(behind(first)).toBeLessThan(2 * ROOM_WINDOW_BYTES);
});

test("ROOM-4: where somebody reads, those who do not are closed that much sooner", () => {
  const talk = new Talk();
  const readers = talk.join(100);
  let closed: number[] = [];
  while (closed.length === 0) {
    talk.say(HEARD_EVERY_BYTES / 4);
    talk.hear(readers[0]!);
    closed = talk.tooFar();
  }
  expect(closed).not.toContain(0);
  expect(talk.feed.sentBytes).toBeLessThan(1.5 * ROOM_WINDOW_BYTES);
});

test("ROOM-4: a thousand who read are all kept, though each says so for its own 256 KiB, and some 512 KiB late", () => {
  const talk = new Talk();
  const readers = talk.join(1_000);
  const sent: number[] = [];
  for (let round = 0; round < 64; round++) {
    talk.say(HEARD_EVERY_BYTES / 8);
    sent.push(talk.feed.through);
    expect(talk.tooFar(20)).toEqual([]);
    for (const [index, reader] of readers.entries()) {
      const isLate = index >= 500;
      if (index % 8 === round % 8) talk.lag.heard(reader, sent[round - (isLate ? 16 : 0)] ?? 0);
    }
    expect(talk.tooFar(20)).toEqual([]);
  }
});

test("ROOM-4: a word is of all that was told apart since the last, however long JSON makes a signal", () => {
  const talk = new Talk();
  const [reader] = talk.join(1) as [Reader];
  // Three are less than what is worth a word, and four so much more.
  const data = "\u0001".repeat(Math.floor(HEARD_EVERY_BYTES / 3 / 6) - 20);
  const signal = JSON.stringify([{ type: "signal", data }]);
  let unsaid = 0;
  for (let round = 0; round < 1_000; round++) {
    talk.lag.toldApart(reader, signal.length);
    unsaid += signal.length;
    if (unsaid < HEARD_EVERY_BYTES) continue;
    unsaid = 0;
    talk.hear(reader);
  }
  expect(reader.apartBytes).toBeLessThan(HEARD_EVERY_BYTES + signal.length);
});

test("ROOM-4: what lies there for those who were closed, those who are there may lack less; a quarter is left to them", () => {
  const lackOfAll = (closedBytes: number) => {
    const talk = new Talk();
    talk.join(200);
    while (talk.tooFar(0, closedBytes).length === 0) talk.say(16 * 1024);
    return talk.feed.sentBytes;
  };
  const [none, few, half, all, more] = [0, 1, 1.5, 2, 100].map((share) =>
    lackOfAll(share * ROOM_BEHIND_MAX_BYTES),
  ) as [number, number, number, number, number];
  expect(few, "as of many who are closed at once, and read").toBe(none);
  expect(half).toBeLessThan(none);
  expect(all).toBeLessThan(half);
  expect(more).toBe(all);
  expect(all).toBeGreaterThan(1.5 * ROOM_WINDOW_BYTES + 32 * 1024);
});

test("ROOM-4: a socket lacks what it was told when it came in until it has heard something later", () => {
  const talk = new Talk();
  talk.say(1);
  const [reader] = talk.join(1) as [Reader];
  reader.welcomeBytes = ROOM_WINDOW_BYTES;
  talk.hear(reader);
  expect(lackingBytesOf(reader, talk.feed.sentBytes)).toBe(ROOM_WINDOW_BYTES);
  talk.say(HEARD_EVERY_BYTES);
  expect(lackingBytesOf(reader, talk.feed.sentBytes)).toBeGreaterThan(ROOM_WINDOW_BYTES);
  talk.hear(reader);
  expect(lackingBytesOf(reader, talk.feed.sentBytes)).toBe(0);
});

const [ANN, BEN] = [user(0), user(1)];

class Closing {
  readonly unread = new UnreadSockets<object>();
  now = BEGUN;

  /** The server closes that many that lack so much. */
  close(userId: UserId, bytes: number, count = 1): object[] {
    const sockets = Array.from({ length: count }, () => ({}));
    for (const socket of sockets) this.unread.closed(socket, { userId, bytes });
    return sockets;
  }

  end(...sockets: readonly object[]): void {
    for (const socket of sockets) this.unread.ended(socket, null, this.now);
  }

  waits(userId: UserId): boolean {
    return this.unread.isTooMuch(userId, this.now);
  }
}

test("ROOM-4: whoever leaves too much unread on closed sockets waits, until they have ended and some time has passed", () => {
  const room = new Closing();
  const sockets = room.close(ANN, 3 * ROOM_WINDOW_BYTES, 3);
  expect([room.waits(ANN), room.waits(BEN)]).toEqual([true, false]);
  room.now += 60 * 60 * 1_000;
  expect(room.waits(ANN), "as long as they have not ended").toBe(true);
  room.end(...sockets);
  expect(room.waits(ANN), "its client may only have said so").toBe(true);
  room.now += 60 * 1_000;
  expect([room.waits(ANN), room.unread.bytes]).toEqual([false, 0]);
});

test("ROOM-4: whoever closes sockets itself that it has not read waits like others, and not for long", () => {
  const room = new Closing();
  for (let round = 0; round < 8; round++) {
    room.unread.ended({}, { userId: ANN, bytes: 2 * ROOM_WINDOW_BYTES }, room.now);
  }
  expect(room.waits(ANN)).toBe(true);
  room.now += 3 * 60 * 1_000;
  expect(room.waits(ANN)).toBe(false);
});

test("ROOM-4: whose connections have died comes back at once: twice whatever was lost, and all clients in a busy room", () => {
  const [room, busy] = [new Closing(), new Closing()];
  room.close(ANN, 20 * ROOM_WINDOW_BYTES, 2);
  busy.close(ANN, 1.5 * ROOM_WINDOW_BYTES, MEMBER_MAX_SOCKETS);
  expect([room.waits(ANN), busy.waits(ANN)]).toEqual([false, false]);
});

test("ROOM-4: where very much lies there unread, an account may leave less of it", () => {
  const room = new Closing();
  room.close(ANN, ROOM_WINDOW_BYTES, 3);
  expect(room.waits(ANN)).toBe(false);
  const others = room.close(BEN, ROOM_BEHIND_MAX_BYTES, 1);
  expect([room.waits(ANN), room.waits(BEN)]).toEqual([true, false]);
  room.end(...others);
  expect(room.waits(ANN)).toBe(false);
});
