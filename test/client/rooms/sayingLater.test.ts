// ROOM-4 as a client has it when much waits for a connection: in frames and at a pace that the room takes. And what the
// room did not understand, or will hear no more of, settles.

import { expect, test } from "vitest";
import {
  FRAME_MAX_BYTES,
  FRAME_MAX_MESSAGES,
  ROOM_TEXT_MAX_BYTES,
  SAY_BURST,
} from "../../../shared/wire/limits.ts";
import { problem } from "../../../shared/wire/problem.ts";
import type { Member, RoomEvent } from "../../../shared/wire/roomLine.ts";
import { Paces } from "../../../shared/core/room/speaking.ts";
import type { TestSocket } from "../world.ts";
import { aWhile } from "../pairingWorld.ts";
import { faultOf, heardOn, numberOf, OWN_SEAT, RECORD, RoomWorld, said } from "./roomWorld.ts";
import { BEN } from "./roomWorld.ts";

const framesOn = (socket: TestSocket) => socket.sent.map((frame) => JSON.parse(frame) as unknown[]);
const saysOn = (socket: TestSocket) =>
  heardOn(socket).flatMap((one) => (one.type === "say" ? [one] : []));
const echoOf = ({ number, text }: { number: number; text: string }) => said(OWN_SEAT, number, text);

/** In the room with so much to say once the connection is back. */
async function waitingToSay(texts: readonly string[]) {
  const world = await RoomWorld.open();
  const { room, socket } = await world.join();
  socket.drop();
  const saying = texts.map((text) => room.say(text));
  for (const one of saying) one.catch(() => {});
  world.clock.advance(50);
  return { world, room, saying, socket: await world.knock(1) };
}

test.each([
  ["short ones", Array.from({ length: 20 }, (_, index) => `${index}`)],
  // JSON takes six characters for each of these.
  ["long ones", Array.from({ length: 8 }, () => "\u0001".repeat(ROOM_TEXT_MAX_BYTES))],
])("ROOM-4: what has waited goes out in frames that the room takes: %s", async (_, texts) => {
  const { world, saying, socket } = await waitingToSay(texts);
  socket.say([world.entered()]);
  for (const frame of framesOn(socket))
    expect(frame.length).toBeLessThanOrEqual(FRAME_MAX_MESSAGES);
  for (const frame of socket.sent) expect(frame.length).toBeLessThanOrEqual(FRAME_MAX_BYTES);
  expect(saysOn(socket).map(({ text }) => text)).toEqual(texts);
  const events = saysOn(socket).map(echoOf);
  socket.say([{ type: "events", through: 100, events }]);
  expect((await Promise.all(saying)).map(({ text }) => text)).toEqual(texts);
});

/** Takes what is said as a room does, each `latencyMs` late. Returns what it has taken and refused, in order. */
function listenFor(world: RoomWorld, socket: TestSocket, paces: Paces) {
  const [taken, refused] = [[] as string[], [] as string[]];
  let [count, through] = [saysOn(socket).length, 1_000];
  const listen = () => {
    const events: RoomEvent[] = [];
    for (const saying of saysOn(socket).slice(count)) {
      count += 1;
      if (paces.take(world.own, RECORD.pace, world.clock.now())) {
        taken.push(saying.text);
        events.push(echoOf(saying));
      } else refused.push(saying.text);
    }
    through += events.length;
    if (events.length > 0) socket.say([{ type: "events", through, events }]);
  };
  return { taken, refused, listen };
}

test("ROOM-4: a burst that has waited is said as fast as the room takes it, in order, and what is said meanwhile after it", async () => {
  const texts = Array.from({ length: 3 * SAY_BURST }, (_, index) => `${index}`);
  const { world, room, socket } = await waitingToSay(texts);
  const { taken, refused, listen } = listenFor(world, socket, new Paces());
  socket.say([world.entered()]);
  expect(saysOn(socket).length).toBeGreaterThan(SAY_BURST / 2);
  // A room that does not answer yet is told no more.
  world.clock.advance(5_000);
  expect(saysOn(socket).length).toBeLessThanOrEqual(SAY_BURST);
  void room.say("meanwhile").catch(() => {});
  const needed = (texts.length * 1_000) / RECORD.pace!;
  for (let elapsed = 0; elapsed < needed; elapsed += 100) {
    listen();
    world.clock.advance(100);
  }
  expect([taken, refused]).toEqual([[...texts, "meanwhile"], []]);
  // Nothing waits any more: the next goes out at once, and is not too fast.
  void room.say("afterwards").catch(() => {});
  listen();
  expect([taken.at(-1), refused]).toEqual(["afterwards", []]);
});

test("ROOM-4: what was said just before a loss counts, as far as the room may have taken it", async () => {
  const world = await RoomWorld.open();
  const { room, socket } = await world.join();
  for (let index = 0; index < SAY_BURST; index++) void room.say(`${index}`).catch(() => {});
  const next = await world.lose(socket);
  next.say([world.entered()]);
  expect(saysOn(next)).toEqual([]);
  world.clock.advance(SAY_BURST * 1_000);
  expect(saysOn(next).length).toBeGreaterThan(0);
  // The next connection may be lost in the middle of it: nothing is said twice, or left out.
  const third = await world.lose(next);
  world.clock.advance(SAY_BURST * 1_000);
  const number = saysOn(next).length;
  third.say([world.entered({ through: 10 + number, missed: saysOn(next).map(echoOf) })]);
  world.clock.advance(60_000);
  expect([...saysOn(next), ...saysOn(third)].map(({ text }) => Number(text))).toEqual(
    Array.from({ length: SAY_BURST }, (_, index) => index),
  );
});

test("ROOM-4: in a room without a pace nothing that has waited waits longer", async () => {
  const texts = Array.from({ length: 100 }, (_, index) => `${index}`);
  const { world, socket } = await waitingToSay(texts);
  socket.say([world.entered({ room: { ...RECORD, pace: null } })]);
  expect(saysOn(socket)).toHaveLength(100);
});

test("ROOM-4: a stay that is over says nothing more of what has waited", async () => {
  const texts = Array.from({ length: 2 * SAY_BURST }, (_, index) => `${index}`);
  const { world, room, saying, socket } = await waitingToSay(texts);
  socket.say([world.entered()]);
  const { length } = saysOn(socket);
  socket.say([{ type: "ended", leaving: "closed" }]);
  const settled = await Promise.allSettled(saying);
  expect(settled.every(({ status }) => status === "rejected")).toBe(true);
  expect(room.messages.filter(({ status }) => status === "unsure")).toHaveLength(length);
  expect(world.clock.waits).toEqual([]);
});

const TOO_FAST = { type: "problem", problem: problem("too-many-requests") } as const;
const tracksOn = (socket: TestSocket) =>
  heardOn(socket).flatMap((one) => (one.type === "tracks" ? [`${one.audio}`] : []));

test("ROOM-8: tracks that were too fast reach the room all the same: the latest alone, as fast as it takes them", async () => {
  const world = await RoomWorld.open();
  const { room, socket } = await world.join();
  const paces = new Paces();
  let [heard, refused, through] = [0, 0, 10];
  let shown = "off";
  const listen = () => {
    for (const audio of tracksOn(socket).slice(heard)) {
      heard += 1;
      if (!paces.take(world.own, RECORD.pace, world.clock.now())) {
        refused += 1;
        socket.say([TOO_FAST]);
      } else if (audio !== shown) {
        shown = audio;
        const member = world.member(OWN_SEAT, world.own, { audio: audio as "live" });
        socket.say([{ type: "events", through: ++through, events: [{ kind: "changed", member }] }]);
      }
    }
  };
  // Talk takes the rest of the pace, all the time.
  const talk = () => {
    while (paces.take(world.own, RECORD.pace, world.clock.now())) continue;
  };
  talk();
  for (let index = 0; index < 20; index++) {
    room.setTracks({ audio: index % 2 === 0 ? "muted" : "live", video: "off" });
    listen();
  }
  expect([heard, refused, shown]).toEqual([1, 1, "off"]);
  world.clock.advance(1_000);
  talk();
  listen();
  expect([heard, refused, shown]).toEqual([2, 2, "off"]);
  room.setTracks({ audio: "muted", video: "off" });
  world.clock.advance(1_000);
  listen();
  world.clock.advance(1_000);
  listen();
  expect([heard, refused, shown]).toEqual([3, 2, "muted"]);
  // That they are off has to reach it as well.
  talk();
  room.setTracks({ audio: "off", video: "off" });
  listen();
  world.clock.advance(1_000);
  listen();
  expect([heard, refused, shown]).toEqual([5, 3, "off"]);
});

test("ROOM-8: what was too fast otherwise says no tracks again that the room has, nor those of another client", async () => {
  const world = await RoomWorld.open();
  const { room, socket } = await world.join();
  const tooFast = () => {
    socket.say([TOO_FAST]);
    world.clock.advance(1_000);
    return tracksOn(socket);
  };
  expect(tooFast()).toEqual([]);
  room.setTracks({ audio: "live", video: "off" });
  const show = (through: number, audio: "live" | "muted") => {
    const member = world.member(OWN_SEAT, world.own, { audio });
    socket.say([{ type: "events", through, events: [{ kind: "changed", member }] }]);
  };
  show(11, "live");
  expect(tooFast()).toEqual(["live"]);
  show(12, "muted");
  expect(tooFast()).toEqual(["live"]);
});

test.each([
  ["seen in the room at last", ["live"]],
  ["changed in the room otherwise before that", ["off", "live"]],
])(
  "ROOM-8: a microphone turned off while nothing is said is told to be off, though the last word is %s",
  async (_, shows) => {
    const world = await RoomWorld.open();
    const { room, socket } = await world.join();
    room.setTracks({ audio: "live", video: "off" });
    // Of signals that were said before.
    socket.say([TOO_FAST]);
    if (shows.length > 1) room.setTracks({ audio: "off", video: "off" });
    shows.forEach((audio, index) => {
      const more: Partial<Member> = audio === "live" ? { audio } : { isAside: true };
      const member = world.member(OWN_SEAT, world.own, more);
      const events: RoomEvent[] = [{ kind: "changed", member }];
      socket.say([{ type: "events", through: 11 + index, events }]);
    });
    room.setTracks({ audio: "off", video: "off" });
    expect(tracksOn(socket)).toEqual(["live"]);
    world.clock.advance(1_000);
    expect(tracksOn(socket)).toEqual(["live", "off"]);
    // Once: what is seen in the room while nothing is said is not said again, as another client may say otherwise.
    const show = (through: number, audio: "live" | "muted" | "off") => {
      const member = world.member(OWN_SEAT, world.own, { audio });
      socket.say([{ type: "events", through, events: [{ kind: "changed", member }] }]);
    };
    show(20, "off");
    room.setTracks({ audio: "live", video: "off" });
    socket.say([TOO_FAST]);
    show(21, "live");
    show(22, "muted");
    world.clock.advance(10_000);
    expect(tracksOn(socket)).toEqual(["live", "off", "live"]);
  },
);

test("ROOM-8: what the room shows of before tracks were said does not stand for them", async () => {
  const world = await RoomWorld.open();
  const { room, socket } = await world.join();
  for (const audio of ["live", "off"] as const) room.setTracks({ audio, video: "off" });
  const show = (through: number, more: Partial<Member>) => {
    const member = world.member(OWN_SEAT, world.own, more);
    socket.say([{ type: "events", through, events: [{ kind: "changed", member }] }]);
  };
  show(11, { isAside: true });
  show(12, { isAside: true, audio: "live" });
  socket.say([TOO_FAST]);
  world.clock.advance(1_000);
  expect(tracksOn(socket)).toEqual(["live", "off", "off"]);
});

test("ROOM-8: tracks that wait to be said again are not, once the connection or the stay is over", async () => {
  const world = await RoomWorld.open();
  const { room, socket } = await world.join();
  room.setTracks({ audio: "live", video: "off" });
  socket.say([TOO_FAST]);
  const next = await world.lose(socket);
  next.say([world.entered()]);
  world.clock.advance(10_000);
  expect([tracksOn(socket), tracksOn(next)]).toEqual([["live"], ["live"]]);
  next.say([TOO_FAST, { type: "ended", leaving: "closed" }]);
  expect(world.clock.waits).toEqual([]);
});

test("ROOM-4: a problem that names no message leaves none hanging: what is not answered was not taken", async () => {
  const world = await RoomWorld.open();
  const { room, socket } = await world.join();
  const [taken, lost] = [room.say("taken"), faultOf(room.say("lost"))];
  const invited = faultOf(room.invite(BEN));
  socket.say([{ type: "problem", problem: problem("malformed-message") }]);
  const number = numberOf(socket, "taken");
  socket.say([{ type: "events", through: 11, events: [said(OWN_SEAT, number, "taken")] }]);
  expect((await taken).number).toBe(11);
  void room.say("later").catch(() => {});
  world.clock.advance(10_000);
  expect(await lost).toMatchObject({ code: "malformed-message" });
  expect(await invited).toMatchObject({ code: "malformed-message" });
  expect(room.messages.map(({ text, status }) => `${text} ${status}`)).toEqual([
    "taken said",
    "lost refused",
    "later sending",
  ]);
});

test("ROOM-4: whoever is in a room in too many places is out of it here, and does not come back by itself", async () => {
  const world = await RoomWorld.open();
  const { room, socket, told } = await world.join();
  socket.say([{ type: "ended", leaving: "elsewhere" }]);
  socket.drop();
  world.clock.advance(60_000);
  await aWhile();
  const end = { kind: "left", leaving: "elsewhere" };
  expect([room.state, room.end]).toEqual(["over", end]);
  expect(told.at(-1)).toEqual({ event: "over", end });
  expect([world.sockets.length, world.wanted.length]).toEqual([1, 1]);
  const again = world.acquaint.rooms.join(room.url);
  (await world.knock(1)).say([world.entered()]);
  expect(await again).not.toBe(room);
});
