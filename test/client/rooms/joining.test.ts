// ROOM-1 and ROOM-4 as a client has them: into a room, back after losses, out again; who is there, told as it changes.

import { expect, test } from "vitest";
import { ConnectionError, RoomOver } from "../../../shared/client/node.ts";
import { aWhile, eventually } from "../pairingWorld.ts";
import { refusal } from "../world.ts";
import {
  BEN,
  CEM,
  changesOf,
  faultOf,
  heardOn,
  lastOf,
  ORIGIN,
  RECORD,
  ROOM,
  RoomWorld,
  said,
} from "./roomWorld.ts";
import { problem, type ProblemCode } from "../../../shared/wire/problem.ts";

const UPGRADES = "/v1/upgrade-tokens";
const told = (code: ProblemCode) => ({ type: "problem", problem: problem(code) });

test("ROOM-1: joining asks for a socket of that room, enters by name, and resolves with all who are there", async () => {
  const world = await RoomWorld.open();
  const joining = world.acquaint.rooms.join(ROOM);
  const socket = await world.knock();
  expect(world.acquaint.rooms.joined()).toMatchObject([{ roomId: ROOM, state: "connecting" }]);
  expect(world.wanted).toEqual([{ purpose: "room", roomId: ROOM }]);
  expect(socket.url).toBe(`wss://acquaint.example/v1/rooms/${ROOM}/line`);
  const line = expect.stringMatching(/^[\w-]{11}$/) as string;
  expect(heardOn(socket)).toEqual([{ type: "enter", line, name: "Ann" }]);
  const others = [world.member(3, CEM), world.member(2, BEN, { role: "owner" })];
  socket.say([world.entered({ members: world.roster(...others) })]);
  const room = await joining;
  expect(room).toMatchObject({ roomId: ROOM, state: "in", room: RECORD, end: null, pair: null });
  expect(room.members.map(({ name }) => name)).toEqual(["Ann", "Ben", "Cem"]);
  expect(room.me).toMatchObject({ userId: world.own, seat: 1 });
  expect(room.url).toBe(`${ORIGIN}/#/rooms/${ROOM}`);
  expect(world.acquaint.rooms.joined()).toEqual([room]);
  expect(await world.acquaint.rooms.join(room.url)).toBe(room);
  expect(world.sockets).toHaveLength(1);
});

test("ROOM-1: one goes by the given name, else by one's own, else by the handle, else as a guest", async () => {
  const named = async (own: string, given?: string) => {
    const world = await RoomWorld.open(own);
    const options = given === undefined ? {} : { name: given };
    const joining = world.acquaint.rooms.join(ROOM, options);
    const socket = await world.knock();
    socket.say([world.entered()]);
    await joining;
    return lastOf(socket, "enter")!.name;
  };
  expect(await named("Ann", " Annie ")).toBe("Annie");
  expect(await named("  Ann\nB. ")).toBe("Ann B.");
  expect(await named("")).toBe("Guest");
  const world = await RoomWorld.open();
  for (const name of ["", "two\nlines", "x".repeat(200)]) {
    await expect(world.acquaint.rooms.join(ROOM, { name })).rejects.toMatchObject({
      code: "malformed-request",
    });
  }
  expect(world.wanted).toEqual([]);
});

test("ROOM-1: a link lets in with what it holds, each time; what names no room here is refused before anything is sent", async () => {
  const world = await RoomWorld.open();
  const linkToken = "L".repeat(21) + "A";
  const url = `${ORIGIN}/#/rooms/${ROOM}/${linkToken}`;
  const joining = world.acquaint.rooms.join(url);
  const socket = await world.knock();
  socket.say([world.entered()]);
  const room = await joining;
  expect(room.url).toBe(url);
  await world.lose(socket);
  const wanted = { purpose: "room", roomId: ROOM, linkToken };
  expect(world.wanted).toEqual([wanted, wanted]);
  for (const text of ["", "tea", `${ORIGIN}/#/badge/${linkToken}`]) {
    await expect(world.acquaint.rooms.join(text)).rejects.toMatchObject({ code: "not-a-room" });
  }
  const other = `https://other.example/#/rooms/${ROOM}`;
  await expect(world.acquaint.rooms.look(other)).rejects.toMatchObject({ code: "other-server" });
  expect(world.wanted).toHaveLength(2);
});

test("ROOM-1: whoever has to be let in waits, says nothing yet, and is in once it is", async () => {
  const world = await RoomWorld.open();
  const joining = world.acquaint.rooms.join(ROOM);
  const socket = await world.knock();
  socket.say([{ type: "waiting", room: { ...RECORD, admission: "approval" } }]);
  const room = await joining;
  const changes = changesOf(room);
  expect(room).toMatchObject({ state: "waiting", room: { title: "Tea" }, members: [], me: null });
  await expect(room.say("hello?")).rejects.toMatchObject({ code: "not-in-room" });
  socket.say([world.entered()]);
  expect(room.state).toBe("in");
  expect(changes.map(({ event }) => event)).toEqual(["entered", "state"]);
  socket.say([{ type: "ended", leaving: "removed" }]);
  expect(room).toMatchObject({ state: "over", end: { kind: "left", leaving: "removed" } });
  expect(socket.closedWith).toBe(1000);
  expect(world.acquaint.rooms.joined()).toEqual([]);
});

test.each<ProblemCode>([
  "room-unknown",
  "room-full",
  "room-locked",
  "room-barred",
  "link-needed",
  "list-full",
])("ROOM-1: %s is final, whether the server says so before or on the socket", async (code) => {
  const world = await RoomWorld.open();
  world.respond = (path) => (path === UPGRADES ? refusal(code) : undefined);
  await expect(world.acquaint.rooms.join(ROOM)).rejects.toMatchObject({ code });
  world.respond = () => undefined;
  const joining = world.acquaint.rooms.join(ROOM);
  const socket = await world.knock();
  socket.say([told(code)]);
  await expect(joining).rejects.toMatchObject({ code });
  expect([socket.closedWith, world.clock.waits]).toEqual([1000, []]);
  expect(world.acquaint.rooms.joined()).toEqual([]);

  const { room, socket: second } = await world.join();
  const changes = changesOf(room);
  world.respond = (path) => (path === UPGRADES ? refusal(code) : undefined);
  second.drop();
  world.clock.advance(0);
  await eventually(() => room.state === "over");
  const end = { kind: "refused", problem: code };
  expect(changes.at(-1)).toEqual({ event: "over", end });
  expect(room.end).toEqual(end);
});

test("ROOM-4: what passes by itself is tried again: a busy room, a token that came too late", async () => {
  const world = await RoomWorld.open();
  const joining = world.acquaint.rooms.join(ROOM);
  let socket = await world.knock();
  for (const code of ["try-again", "too-many-requests", "upgrade-refused"] as const) {
    socket.say([told(code)]);
    const { length } = world.sockets;
    socket.drop();
    world.clock.advance(15_100);
    socket = await world.knock(length);
  }
  socket.say([world.entered()]);
  const room = await joining;
  let isBusy = true;
  world.respond = (path) =>
    path === UPGRADES && isBusy
      ? refusal("too-many-requests", { retryAfterSeconds: 7 })
      : undefined;
  socket.drop();
  world.clock.advance(15_100);
  await aWhile();
  expect(room.state).toBe("reconnecting");
  isBusy = false;
  world.clock.advance(7_000);
  (await world.knock(world.sockets.length)).say([world.entered()]);
  expect(room.state).toBe("in");
});

test("ROOM-1: a server that cannot be reached is told at once to whoever joins", async () => {
  const world = await RoomWorld.open();
  world.respond = (path) => (path === UPGRADES ? Promise.reject(new TypeError("down")) : undefined);
  await expect(world.acquaint.rooms.join(ROOM)).rejects.toMatchObject({ name: "ConnectionError" });
  world.respond = () => undefined;
  await world.join();
});

test("ROOM-4: after a loss it comes back at once, to the event that it heard last, under the same line", async () => {
  const world = await RoomWorld.open();
  world.jitter = 0xffff;
  const { room, socket, told: changes } = await world.join({ through: 10 });
  socket.say([{ type: "events", through: 12, events: [said(2, 1, "one"), said(2, 2, "two")] }]);
  const next = await world.lose(socket);
  expect(room.state).toBe("reconnecting");
  const [first, second] = [lastOf(socket, "enter")!, lastOf(next, "enter")!];
  expect(second).toEqual({ ...first, after: 12 });
  next.say([
    world.entered({
      through: 16,
      missed: [
        said(2, 3, "three"),
        { kind: "joined", member: world.member(3, CEM) },
        said(3, 1, "hi"),
        { kind: "left", seat: 3 },
      ],
    }),
  ]);
  expect(room.state).toBe("in");
  expect(room.messages.map(({ text, number }) => [text, number])).toEqual([
    ["one", 11],
    ["two", 12],
    ["three", 13],
    ["hi", 15],
  ]);
  expect(room.messages.at(-1)!.from).toEqual({ userId: CEM, name: "Cem", handle: null });
  expect(changes.map(({ event }) => event).slice(2)).toEqual([
    "state",
    "message",
    "joined",
    "message",
    "left",
    "entered",
    "state",
  ]);
  next.drop();
  expect(world.clock.waits.map(Math.round)).toEqual([450]); // it has not lasted: with jitter now
});

test("ROOM-4: after a gap it says so, and shows who is there now", async () => {
  const world = await RoomWorld.open();
  const { room, socket, told: changes } = await world.join();
  const next = await world.lose(socket);
  const members = world.roster(world.member(3, CEM));
  next.say([world.entered({ isGap: true, members, room: { ...RECORD, title: "Coffee" } })]);
  expect(changes.map(({ event }) => event)).toEqual(["state", "gap", "entered", "state"]);
  expect(room.members.map(({ name }) => name)).toEqual(["Ann", "Cem"]);
  expect(room.room!.title).toBe("Coffee");
});

test("ROOM-4: who comes, goes and changes is told with what was; what was shown before stays as it was", async () => {
  const world = await RoomWorld.open();
  const { room, socket, told: changes } = await world.join();
  const before = room.members;
  const cem = world.member(3, CEM);
  const away = { ...cem, isAway: true as const };
  const room2 = { ...RECORD, isLocked: true };
  socket.say([
    { type: "events", through: 11, events: [{ kind: "joined", member: cem }] },
    {
      type: "events",
      through: 15,
      events: [
        { kind: "changed", member: away },
        { kind: "arranged", room: room2 },
        { kind: "left", seat: 2_147_483_647 },
        { kind: "left", seat: 3 },
      ],
    },
    { type: "signal", from: BEN, data: "offer" },
  ]);
  expect(changes).toEqual([
    { event: "joined", member: cem },
    { event: "changed", member: away, before: cem },
    { event: "arranged", room: room2, before: RECORD },
    { event: "left", member: away },
    { event: "signal", from: BEN, data: "offer" },
  ]);
  expect(before.map(({ name }) => name)).toEqual(["Ann", "Ben"]);
  expect(room.room!.isLocked).toBe(true);
});

test("ROOM-7: moderators are told who waits, by this device's clock", async () => {
  const world = await RoomWorld.open();
  const knocker = { userId: CEM, name: "Cem", handle: null, at: world.serverNow() };
  const { room, socket, told: changes } = await world.join({ knocking: [knocker] });
  expect(room.knocking).toEqual([{ ...knocker, at: world.clock.now() }]);
  socket.say([{ type: "knocking", knocking: [] }]);
  expect(room.knocking).toEqual([]);
  expect(changes).toEqual([{ event: "knocking", knocking: [] }]);
});

test("ROOM-7: moderators are told how many reports there are, once each time that it changes", async () => {
  const world = await RoomWorld.open();
  const { room, socket, told: changes } = await world.join();
  for (const count of [0, 2, 2, 1]) socket.say([{ type: "reports", count }]);
  expect(room.reports).toBe(1);
  expect(changes).toEqual([
    { event: "reports", count: 2, before: 0 },
    { event: "reports", count: 1, before: 2 },
  ]);
});

test("ROOM-1: leaving is said, and done when the room has confirmed it", async () => {
  const world = await RoomWorld.open();
  const { room, socket, told: changes } = await world.join();
  const leaving = room.leave();
  expect(heardOn(socket).at(-1)).toEqual({ type: "leave" });
  expect(room.state).toBe("in");
  socket.say([{ type: "ended", leaving: "left" }]);
  await leaving;
  await room.leave();
  const end = { kind: "left", leaving: "left" };
  expect(changes).toEqual([
    { event: "state", state: "over" },
    { event: "over", end },
  ]);
  await expect(room.say("too late")).rejects.toMatchObject({ name: "RoomOver", end });
  expect(world.clock.waits).toEqual([]);
  expect((await world.join()).room).not.toBe(room);
});

test("ROOM-1: one who leaves and is lost right then has left; without an answer it takes 5 s", async () => {
  const world = await RoomWorld.open();
  const first = await world.join();
  const leaving = first.room.leave();
  first.socket.drop();
  await leaving;
  expect(world.clock.waits).toEqual([]);
  const second = await world.join();
  const slowly = second.room.leave();
  world.clock.advance(5_000);
  await slowly;
  expect(second.room.end).toEqual({ kind: "left", leaving: "left" });
});

test("ROOM-4: one who leaves while the connection is lost comes back to say so, for 30 s", async () => {
  const world = await RoomWorld.open();
  const { room, socket } = await world.join();
  socket.drop();
  const leaving = room.leave();
  world.clock.advance(0);
  const next = await world.knock(1);
  expect(heardOn(next).map(({ type }) => type)).toEqual(["enter", "leave"]);
  next.say([{ type: "ended", leaving: "left" }]);
  await leaving;

  const another = await world.join();
  world.respond = (path) => (path === UPGRADES ? Promise.reject(new TypeError("down")) : undefined);
  another.socket.drop();
  const inVain = another.room.leave();
  world.clock.advance(30_000);
  await inVain;
  expect(another.room.end).toEqual({ kind: "left", leaving: "left" });
});

test("ROOM-1: whoever joins a room that it is leaving has left it first, and is in anew", async () => {
  const world = await RoomWorld.open();
  const { room, socket } = await world.join();
  const leaving = room.leave();
  const again = world.acquaint.rooms.join(ROOM);
  await aWhile();
  expect(world.sockets).toHaveLength(1);
  socket.say([{ type: "ended", leaving: "left" }]);
  await leaving;
  (await world.knock(1)).say([world.entered()]);
  expect((await again).state).toBe("in");
  expect(await again).not.toBe(room);
});

test("ROOM-1: a room that is left while it connects is left, and who joined hears so", async () => {
  const world = await RoomWorld.open();
  const joining = world.acquaint.rooms.join(ROOM);
  await eventually(() => world.sockets.length === 1);
  const [room] = world.acquaint.rooms.joined();
  await room!.leave();
  await expect(joining).rejects.toBeInstanceOf(RoomOver);
  expect([world.sockets[0]!.closedWith, world.clock.waits]).toEqual([1000, []]);

  const again = world.acquaint.rooms.join(ROOM);
  const socket = await world.knock(1);
  void world.acquaint.rooms.joined()[0]!.leave();
  expect(heardOn(socket).map(({ type }) => type)).toEqual(["enter", "leave"]);
  socket.say([world.entered(), { type: "ended", leaving: "left" }]);
  await again.catch(() => {});
  expect(world.acquaint.rooms.joined()).toEqual([]);
});

test("ROOM-1: a client that is done closes on purpose, and waits until it is closed", async () => {
  const world = await RoomWorld.open();
  const { room, socket } = await world.join();
  const done = room.done();
  expect([socket.closedWith, socket.closedBecause]).toEqual([1000, "done"]);
  socket.drop();
  await done;
  expect([room.state, room.end]).toEqual(["over", null]);
  expect(world.clock.waits).toEqual([]);

  const { room: other } = await world.join();
  const unanswered = other.done();
  world.clock.advance(2_000);
  await unanswered;
});

test("ROOM-4: closing the account lets go of rooms without leaving them, and of those that are being joined", async () => {
  const world = await RoomWorld.open();
  const { room, socket, told: changes } = await world.join();
  const waiting = faultOf(room.say("never taken"));
  let answer: (response: Response) => void = () => {};
  world.respond = (path) =>
    path === UPGRADES ? new Promise((resolve) => (answer = resolve)) : undefined;
  const joining = world.acquaint.rooms.join("q".repeat(16));
  await eventually(() => world.wanted.length === 2);
  const closing = world.acquaint.close();
  await eventually(() => socket.closedWith !== null);
  expect([socket.closedWith, socket.closedBecause]).toEqual([1000, undefined]);
  expect(heardOn(socket).some(({ type }) => type === "leave")).toBe(false);
  socket.drop();
  await closing;
  expect(await waiting).toBeInstanceOf(RoomOver);
  answer(Response.json({ token: "late", path: "/v1/rooms/q/line", locator: null }));
  await expect(joining).rejects.toBeInstanceOf(RoomOver);
  expect([room.state, room.end]).toEqual(["over", null]);
  expect(changes.at(-1)).toEqual({ event: "state", state: "over" });
  expect([world.sockets.length, world.acquaint.rooms.joined()]).toEqual([1, []]);
});

test("ROOM-4: whoever closes while it waits to join a room that it is leaving is not in it", async () => {
  const world = await RoomWorld.open();
  const { room, socket } = await world.join();
  void room.leave();
  const again = faultOf(world.acquaint.rooms.join(ROOM));
  const closing = world.acquaint.close();
  await eventually(() => socket.closedWith !== null);
  socket.drop();
  await closing;
  expect(await again).toBeInstanceOf(RoomOver);
  expect([world.sockets.length, world.acquaint.rooms.joined()]).toEqual([1, []]);
});

test("ROOM-4: a closed account joins no room until it is connected again, whether it was in one before or not", async () => {
  for (const wasIn of [true, false]) {
    const world = await RoomWorld.open();
    const socket = wasIn ? (await world.join()).socket : null;
    const closing = world.acquaint.close();
    await eventually(() => socket?.closedWith !== null);
    socket?.drop();
    await closing;
    const wanted = () => world.wanted.filter(({ purpose }) => purpose === "room").length;
    const before = wanted();
    expect(await faultOf(world.acquaint.rooms.join(ROOM))).toBeInstanceOf(ConnectionError);
    expect(wanted()).toBe(before);
    world.acquaint.connect();
    void world.acquaint.rooms.join(ROOM);
    await eventually(() => wanted() > before);
  }
});
