// ROOM-4 as a client has it: what is said, taken, refused, said again after a loss or left unsure after a gap; and what
// the room is told of how far this client has heard.

import { expect, test } from "vitest";
import { type JoinedRoom, type RoomMessage, RoomOver } from "../../../shared/client/node.ts";
import {
  HEARD_EVERY_BYTES,
  ROOM_TEXT_MAX_BYTES,
  SIGNAL_MAX_BYTES,
} from "../../../shared/wire/limits.ts";
import { problem } from "../../../shared/wire/problem.ts";
import { aWhile } from "../pairingWorld.ts";
import {
  faultOf,
  heardOn,
  lastOf,
  numberOf,
  OWN_SEAT,
  RECORD,
  RoomWorld,
  said,
} from "./roomWorld.ts";
import { BEN, CEM } from "./roomWorld.ts";

const inShort = ({ messages }: JoinedRoom) =>
  messages.map(({ text, status, number }) => `${text} ${status} ${number ?? "-"}`);
/** The numbers up to which the room was told that all was heard. */
const heardsOn = (socket: Parameters<typeof heardOn>[0]) => () =>
  heardOn(socket).flatMap((one) => (one.type === "heard" ? [one.through] : []));
const saidOn = (socket: Parameters<typeof heardOn>[0]) =>
  heardOn(socket).flatMap((one) => (one.type === "say" ? [one.text] : []));

test("ROOM-4: what one says is shown at once, and is said when the room has numbered it; its key stays", async () => {
  const world = await RoomWorld.open();
  const { room, socket, told } = await world.join();
  const saying = room.say("hello");
  const at = world.clock.now();
  const from = { userId: world.own, name: "Ann", handle: null };
  const sending = { key: "m1", number: null, from, isOwn: true, text: "hello", at };
  expect(room.messages).toEqual([{ ...sending, status: "sending" }]);
  const number = numberOf(socket, "hello");
  socket.say([
    {
      type: "events",
      through: 12,
      events: [said(2, number, "ho"), said(OWN_SEAT, number, "hello")],
    },
  ]);
  const message = await saying;
  expect(message).toEqual({ ...sending, number: 12, at: 5_000, status: "said" });
  expect(inShort(room)).toEqual(["ho said 11", "hello said 12"]);
  expect(told.map((change) => "message" in change && change.message.key)).toEqual([
    "m1",
    "m2",
    "m1",
  ]);
});

test("ROOM-4: a text that the room would not take is refused before it is said, and shown nowhere", async () => {
  const world = await RoomWorld.open();
  const { room, socket } = await world.join();
  for (const text of ["", "x".repeat(ROOM_TEXT_MAX_BYTES + 1), "\ud800"]) {
    await expect(room.say(text)).rejects.toMatchObject({ code: "malformed-request" });
  }
  expect(() => room.signal(BEN, "")).toThrow();
  expect(() => room.signal("nobody", "offer")).toThrow();
  expect([room.messages, heardOn(socket)]).toMatchObject([[], [{ type: "enter" }]]);
  room.signal(BEN, "offer");
  expect(lastOf(socket, "signal")).toEqual({ type: "signal", to: BEN, data: "offer" });
});

test("ROOM-4: what the room refuses stays on the page with its reason, and no other message with it", async () => {
  const world = await RoomWorld.open();
  const { room, socket } = await world.join();
  const [one, two] = [room.say("one"), room.say("two")];
  const refused = { type: "refused", problem: problem("too-many-requests") };
  socket.say([
    { ...refused, number: numberOf(socket, "one") },
    { ...refused, number: 4 },
  ]);
  await expect(one).rejects.toMatchObject({ code: "too-many-requests" });
  expect(inShort(room)).toEqual(["one refused -", "two sending -"]);
  expect(room.messages[0]!.problem).toBe("too-many-requests");
  socket.say([
    { type: "events", through: 11, events: [said(OWN_SEAT, numberOf(socket, "two"), "two")] },
  ]);
  expect((await two).number).toBe(11);
});

test("ROOM-4: what another client of this account says is one's own too, whatever its numbers", async () => {
  const world = await RoomWorld.open();
  const { room, socket } = await world.join();
  const saying = room.say("mine");
  const number = numberOf(socket, "mine");
  socket.say([{ type: "events", through: 11, events: [said(OWN_SEAT, number, "elsewhere")] }]);
  expect(inShort(room)).toEqual(["elsewhere said 11", "mine sending -"]);
  expect(room.messages[0]).toMatchObject({ isOwn: true, from: { userId: world.own } });
  socket.say([{ type: "events", through: 12, events: [said(OWN_SEAT, number, "mine")] }]);
  expect((await saying).number).toBe(12);
});

test("ROOM-4: after a loss without a gap only what the room has not taken is said again, under the same number", async () => {
  const world = await RoomWorld.open();
  const { room, socket } = await world.join();
  const both = [room.say("taken"), room.say("lost")];
  const [taken, lost] = [numberOf(socket, "taken"), numberOf(socket, "lost")];
  const next = await world.lose(socket);
  const late = room.say("late");
  expect(saidOn(next)).toEqual([]);
  next.say([world.entered({ through: 11, missed: [said(OWN_SEAT, taken, "taken")] })]);
  expect(saidOn(next)).toEqual(["lost", "late"]);
  expect(numberOf(next, "lost")).toBe(lost);
  expect(inShort(room)).toEqual(["taken said 11", "lost sending -", "late sending -"]);
  const events = [said(OWN_SEAT, lost, "lost"), said(OWN_SEAT, numberOf(next, "late"), "late")];
  next.say([{ type: "events", through: 13, events }]);
  expect((await Promise.all([...both, late])).map(({ number }) => number)).toEqual([11, 12, 13]);
});

test("ROOM-4: after a gap what was on its way is unsure and not said again; what was not yet said is", async () => {
  const world = await RoomWorld.open();
  const { room, socket } = await world.join();
  const unsure = faultOf(room.say("on its way"));
  const next = await world.lose(socket);
  void room.say("new").catch(() => {});
  next.say([world.entered({ isGap: true, seat: 7, members: [world.member(7, world.own)] })]);
  expect(await unsure).toMatchObject({ name: "ConnectionError" });
  expect(saidOn(next)).toEqual(["new"]);
  expect(inShort(room)).toEqual(["on its way unsure -", "new sending -"]);
  next.say([{ type: "events", through: 11, events: [said(7, numberOf(next, "new"), "new")] }]);
  expect(inShort(room)).toEqual(["on its way unsure -", "new said 11"]);
});

test("ROOM-4: when the stay is over, what waits settles, and what may have been said is unsure", async () => {
  const world = await RoomWorld.open();
  const { room, socket } = await world.join();
  const saying = faultOf(room.say("sent"));
  socket.drop();
  const queued = faultOf(room.say("queued"));
  world.clock.advance(0);
  (await world.knock(1)).say([{ type: "ended", leaving: "closed" }]);
  expect(await saying).toBeInstanceOf(RoomOver);
  expect(await queued).toBeInstanceOf(RoomOver);
  expect(inShort(room)).toEqual(["sent unsure -", "queued refused -"]);
  expect(() => room.setTracks({ audio: "live", video: "off" })).toThrow(RoomOver);
});

test("ROOM-4: the last 1,000 messages are kept, as objects that change no more, by authors who may have left", async () => {
  const world = await RoomWorld.open();
  const { room, socket } = await world.join({ members: world.roster(world.member(2, CEM)) });
  const batch = (from: number) => Array.from({ length: 400 }, (_, i) => said(2, i, `${from + i}`));
  for (const from of [1, 401, 801]) {
    socket.say([{ type: "events", through: 10 + from + 399, events: batch(from) }]);
  }
  const { messages } = room;
  expect([messages.length, messages[0]!.text, messages.at(-1)!.text]).toEqual([
    1_000,
    "201",
    "1200",
  ]);
  const left = { kind: "left", seat: 2 };
  const others = [left, said(2, 1, "of nobody")];
  socket.say([{ type: "events", through: 1_212, events: others }]);
  expect(room.messages).toHaveLength(1_000);
  expect(room.messages.at(-1)).toBe(messages.at(-1));
  expect(messages.at(-1)!.from.name).toBe("Cem");
  void room.say("more").catch(() => {});
  expect([messages.length, room.messages.at(-1)!.status]).toEqual([1_000, "sending"]);
});

test("ROOM-4: the room is told how far this client has heard once for so many bytes, and never for less", async () => {
  const world = await RoomWorld.open();
  const { socket } = await world.join();
  const text = "x".repeat(ROOM_TEXT_MAX_BYTES);
  const perFrame = Math.ceil(HEARD_EVERY_BYTES / ROOM_TEXT_MAX_BYTES / 2);
  const events = Array.from({ length: perFrame }, (_, number) => said(2, number, text));
  const heard = heardsOn(socket);
  socket.say([{ type: "events", through: 20, events: [said(2, 1, "small")] }]);
  socket.say([{ type: "events", through: 30, events }]);
  await aWhile();
  expect(heard()).toEqual([]);
  socket.say([{ type: "events", through: 40, events }]);
  expect(heard()).toEqual([40]);
  socket.say([{ type: "events", through: 50, events }]);
  expect(heard()).toEqual([40]);
  const next = await world.lose(socket);
  next.say([
    world.entered({ through: 60, missed: events }),
    { type: "events", through: 70, events },
  ]);
  expect(heardsOn(next)()).toEqual([]);
});

test("ROOM-4: what it has heard counts as in the room, however short its frames are, and each 1,000 events at the latest", async () => {
  const world = await RoomWorld.open();
  const { socket } = await world.join();
  const heard = heardsOn(socket);
  const many = <Item>(length: number, item: Item) => Array.from({ length }, () => item);
  // By the room's count 96 bytes and the text in UTF-8.
  const wide = "\u20ac".repeat(100);
  const perFrame = Math.ceil(HEARD_EVERY_BYTES / 396);
  socket.say([{ type: "events", through: 2_000, events: many(perFrame - 1, said(2, 1, wide)) }]);
  expect(heard()).toEqual([]);
  socket.say([{ type: "events", through: 2_001, events: [said(2, 1, wide)] }]);
  expect(heard()).toEqual([2_001]);
  // What one is not to hear stands there as the shortest event there is.
  const hidden = { kind: "left", seat: 2_147_483_647 };
  socket.say([{ type: "events", through: 3_000, events: many(999, hidden) }]);
  expect(heard()).toEqual([2_001]);
  socket.say([{ type: "events", through: 3_001, events: [hidden] }]);
  expect(heard()).toEqual([2_001, 3_001]);
});

test("ROOM-4: what it is told beside the events counts, too, and is said under the number of the last one", async () => {
  const world = await RoomWorld.open();
  const { socket } = await world.join();
  const heard = heardsOn(socket);
  const signal = { type: "signal", from: "b".repeat(32), data: "x".repeat(SIGNAL_MAX_BYTES) };
  socket.say([{ type: "events", through: 20, events: [said(2, 1, "small")] }]);
  const enough = Math.ceil(HEARD_EVERY_BYTES / (SIGNAL_MAX_BYTES + 200));
  for (let count = 1; count < enough; count++) socket.say([signal]);
  expect(heard()).toEqual([]);
  socket.say([signal]);
  expect(heard()).toEqual([20]);
  for (let count = 0; count < enough; count++) socket.say([signal]);
  expect(heard()).toEqual([20, 20]);
});

test("ROOM-8: tracks that the room allows are told, and told again after a loss; others are refused here", async () => {
  const world = await RoomWorld.open();
  const { room, socket } = await world.join();
  expect(() => room.setTracks({ audio: "live", video: "live" })).toThrow(/does not allow/);
  const tracks = { audio: "muted", video: "off" } as const;
  room.setTracks(tracks);
  expect(lastOf(socket, "tracks")).toEqual({ type: "tracks", ...tracks });
  const next = await world.lose(socket);
  next.say([world.entered()]);
  expect(lastOf(next, "tracks")).toEqual({ type: "tracks", ...tracks });
  const third = await world.lose(next);
  third.say([world.entered({ room: { ...RECORD, media: { audio: false, video: false } } })]);
  expect(lastOf(third, "tracks")).toBeUndefined();
});

test("whoever has stopped listening is told no more", async () => {
  const world = await RoomWorld.open();
  const { room, socket, told } = await world.join();
  const heard: RoomMessage[] = [];
  const stop = room.on((change) => change.event === "message" && heard.push(change.message));
  socket.say([{ type: "events", through: 11, events: [said(2, 1, "one")] }]);
  stop();
  socket.say([{ type: "events", through: 12, events: [said(2, 2, "two")] }]);
  expect([heard.length, told.length]).toEqual([1, 2]);
});
