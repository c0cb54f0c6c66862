// ROOM-8: listed rooms can be browsed, of one topic or of all, with how many people are in each now. One cannot see rooms
// of those with whom one is blocked.

import { env } from "cloudflare:workers";
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { shardOf } from "../../shared/core/room/lobby.ts";
import type { RoomId } from "../../shared/wire/ids.ts";
import { LISTINGS_PAGE, LOBBY_SHARD_MAX, LOBBY_SHARDS } from "../../shared/wire/limits.ts";
import {
  lobbySchema,
  type Listing,
  type LobbyPage,
  type OpenRoom,
} from "../../shared/wire/rooms.ts";
import { Lobby } from "../../workers/lobby/Lobby.ts";
import { Room } from "../../workers/room/Room.ts";
import { newRoomId } from "../../workers/room/links.ts";
import {
  codeOf,
  randomBytes,
  registerAccount,
  request,
  strangerActor,
  type TestAccount,
} from "./support/accounts.ts";
import { until } from "./support/asking.ts";
import { block } from "./support/badges.ts";
import { advanceClock, useStoppedClock } from "./support/clock.ts";
import { Ledger } from "./support/ledger.ts";
import type { TestSocket } from "./support/sockets.ts";
import { openRoom } from "./support/rooms.ts";
import {
  addOperator,
  askAs,
  contentOf,
  enterRoom,
  openRoomBy,
  type TestOperator,
  theHouse,
} from "./support/stewards.ts";

useStoppedClock();

let ann: TestAccount;
let ben: TestAccount;
/** Of this test alone, so that no other room is among them. */
let topic: string;
let sockets: TestSocket[];

beforeEach(async () => {
  [ann, ben] = [await registerAccount(), await registerAccount()];
  topic = `t${[...randomBytes(8)].map((byte) => byte.toString(36)).join("")}`;
  sockets = [];
});

afterEach(() => {
  vi.restoreAllMocks();
  for (const socket of sockets) socket.close();
});

/** Of its topic, and of all rooms. */
const shardsOf = (roomId: RoomId, of = topic) =>
  [of, ""].map((name) => env.LOBBIES.getByName(`${name}#${shardOf(roomId)}`));

/** Resolves once its topic has it. */
async function listedRoom(owner: TestAccount | TestOperator, change: Partial<OpenRoom> = {}) {
  const wish = { isListed: true, topic, ...change };
  const { roomId } =
    "apiKey" in owner ? await openRoomBy(owner, wish) : await openRoom(owner, wish);
  await until(async () =>
    (await roomsIn(wish.topic ?? topic)).some((room) => room.roomId === roomId),
  );
  return roomId;
}

async function look(of?: string, actor = ben): Promise<LobbyPage> {
  const query = of === undefined ? "" : `?topic=${encodeURIComponent(of)}`;
  vi.spyOn(env.RETURNS, "limit").mockResolvedValue({ success: true });
  const { body } = await request("GET", `/v1/rooms${query}`, { actor });
  return lobbySchema.parse(body);
}

async function roomsIn(of?: string, actor = ben): Promise<Listing[]> {
  return (await look(of, actor)).rooms;
}

async function enter(roomId: RoomId, count = 1): Promise<TestSocket[]> {
  const come = Array.from({ length: count }, async () =>
    enterRoom(await registerAccount(), roomId),
  );
  const entered = await Promise.all(come);
  sockets.push(...entered);
  return entered;
}

async function leave(socket: TestSocket): Promise<void> {
  socket.send({ type: "leave" });
  await socket.closed;
}

const untilOccupied = (roomId: RoomId, people: number, of = topic) =>
  until(async () => {
    advanceClock(61_000); // by then it asks
    return (await roomsIn(of)).some((one) => one.roomId === roomId && one.occupancy === people);
  });

describe("ROOM-8: the lobby", () => {
  test("shows a listed room with what one needs to know to join", async () => {
    const roomId = await listedRoom(ann, { title: "Tango", capacity: 12 });
    const [room] = await roomsIn(topic);
    expect(room).toEqual({
      roomId,
      title: "Tango",
      topic,
      capacity: 12,
      admission: "anyone",
      media: { audio: true, video: true },
      isLocked: false,
      owner: ann.userId,
      operator: null,
      createdAt: expect.any(Number) as number,
      occupancy: 0,
    });
  });

  test("has it among all rooms and in its topic, and its topic among the topics", async () => {
    const roomId = await listedRoom(ann);
    await listedRoom(ann, { topic: `${topic}-more` });
    expect((await roomsIn(topic)).map((room) => room.roomId)).toEqual([roomId]);
    const all = await look();
    expect(all.rooms.map((room) => room.roomId)).toContain(roomId);
    expect(all.topics).toContainEqual({ topic, rooms: 1, people: 0 });
  });

  test("never shows a room that is not listed, or is joined by link alone, or a pair room", async () => {
    await openRoom(ann, { topic });
    await openRoom(ann, { topic, admission: "link" });
    const refused = await request("POST", "/v1/rooms", {
      actor: ann,
      body: { title: "x", topic, admission: "link", isListed: true },
    });
    expect(codeOf(refused)).toBe("malformed-request");
    const roomId = await listedRoom(ann);
    expect((await roomsIn(topic)).map((room) => room.roomId)).toEqual([roomId]);
    const change = { isListed: false, admission: "link" };
    await request("PATCH", `/v1/rooms/${roomId}`, { actor: ann, body: change });
    await until(async () => (await roomsIn(topic)).length === 0);
  });

  test("follows a room to another topic and title, and lets it go at its end", async () => {
    const roomId = await listedRoom(ann, { title: "Tango" });
    const other = `${topic}-2`;
    const change = { topic: other, title: "Salsa", isLocked: true };
    await request("PATCH", `/v1/rooms/${roomId}`, { actor: ann, body: change });
    await until(async () => (await roomsIn(other)).length > 0);
    await until(async () => (await roomsIn(topic)).length === 0);
    expect((await roomsIn(other))[0]).toMatchObject({ title: "Salsa", isLocked: true });
    await request("DELETE", `/v1/rooms/${roomId}`, { actor: ann });
    await until(async () => (await roomsIn(other)).length === 0);
    for (const shard of [...shardsOf(roomId), ...shardsOf(roomId, other)]) {
      expect((await contentOf(shard)).values).not.toContain(roomId);
    }
  });

  test("has the fullest first, and how full they are now", async () => {
    const [empty, full] = [await listedRoom(ann), await listedRoom(ann)];
    const [first] = await enter(full, 3);
    await untilOccupied(full, 3);
    expect((await roomsIn(topic)).map(({ roomId }) => roomId)).toEqual([full, empty]);
    expect((await look()).topics).toContainEqual({ topic, rooms: 2, people: 3 });
    await leave(first!);
    await untilOccupied(full, 2);
  });

  test("hears at once of who comes first", async () => {
    const roomId = await listedRoom(ann);
    await enter(roomId);
    await until(async () => (await roomsIn(topic))[0]?.occupancy === 1);
  });

  test("is told again how many are there by a room that could not tell it", async () => {
    const roomId = await listedRoom(ann);
    await untilOccupied(roomId, 0);
    const occupancy = vi.spyOn(Lobby.prototype, "occupancy").mockImplementation(() => {
      throw new Error("the shard is away");
    });
    await enter(roomId);
    await until(() => occupancy.mock.calls.length === 2);
    expect(await roomsIn(topic)).toMatchObject([{ roomId, occupancy: 0 }]);
    occupancy.mockRestore();
    await expect
      .poll(async () => (await roomsIn(topic))[0]?.occupancy, { timeout: 10_000 })
      .toBe(1);
  });

  test("knows how full rooms are though a shard has just woken", async () => {
    const roomId = await listedRoom(ann);
    await enter(roomId, 2);
    for (const shard of shardsOf(roomId)) {
      await evictDurableObject(shard, { webSockets: "hibernate" });
    }
    const [room] = await roomsIn(topic);
    expect(room).toMatchObject({ roomId, occupancy: 2 });
  });

  test("hears of a room that has lost everyone at once, within a minute", async () => {
    const roomId = await listedRoom(ann);
    await enter(roomId, 2);
    await untilOccupied(roomId, 2);
    const room = env.ROOMS.getByName(roomId);
    await runInDurableObject(room, (_, state) => state.abort("crash")).catch(() => {});
    advanceClock(61_000);
    await until(async () => (await roomsIn(topic))[0]?.occupancy === 0);
  });

  test("forgets a room that has ended without a word, and shows one that does not answer as it was", async () => {
    const [gone, away] = [await listedRoom(ann), await listedRoom(ann)];
    await enter(away, 1);
    await untilOccupied(away, 1);
    await runInDurableObject(env.ROOMS.getByName(gone), (_, { storage }) => storage.deleteAll());
    await evictDurableObject(env.ROOMS.getByName(gone), { webSockets: "close" });
    for (const shard of shardsOf(gone)) await evictDurableObject(shard);
    expect((await roomsIn(topic)).map(({ roomId }) => roomId)).toEqual([away]);
    vi.spyOn(Room.prototype, "occupancy").mockImplementation(() => {
      throw new Error("the room is away");
    });
    advanceClock(61_000);
    expect(await roomsIn(topic)).toMatchObject([{ roomId: away, occupancy: 1 }]);
  });

  test("leaves out the rooms of those with whom one is blocked, by either's wish", async () => {
    const [ofAnn, ofBen] = [await listedRoom(ann), await listedRoom(ben)];
    const seenBy = async (actor: TestAccount) =>
      (await roomsIn(topic, actor)).map(({ roomId }) => roomId).toSorted();
    expect(await seenBy(ann)).toEqual([ofAnn, ofBen].toSorted());
    await block(ann, ben);
    expect(await seenBy(ann)).toEqual([ofAnn]);
    expect(await seenBy(ben)).toEqual([ofBen]);
    expect((await look(undefined, ben)).topics).toContainEqual({ topic, rooms: 1, people: 0 });
    await request("DELETE", `/v1/blocks/${ben.userId}`, { actor: ann });
    expect(await seenBy(ben)).toEqual([ofAnn, ofBen].toSorted());
  });

  test("shows rooms of operators by their names", async () => {
    const roomId = await listedRoom(await addOperator("Dance School"));
    expect((await roomsIn(topic))[0]).toMatchObject({
      roomId,
      owner: null,
      operator: "Dance School",
    });
  });

  test("is for those who have a say in an account, and for nobody else", async () => {
    const stranger = strangerActor();
    const answers = [
      await request("GET", "/v1/rooms", { actor: stranger }),
      await askAs(null, "GET", "/v1/rooms"),
      await askAs(await theHouse(), "GET", "/v1/rooms"),
      await askAs((await addOperator()).apiKey, "GET", "/v1/rooms"),
    ];
    for (const answer of answers) expect(codeOf(answer)).toBe("unauthenticated");
    const wrong = await request("GET", "/v1/rooms?topic=Two%20Words", { actor: ann });
    expect(codeOf(wrong)).toBe("malformed-request");
  });

  test("of a topic that no room has is empty, and asking leaves no row", async () => {
    expect(await roomsIn(topic)).toEqual([]);
    for (let shard = 0; shard < LOBBY_SHARDS; shard++) {
      expect(await contentOf(env.LOBBIES.getByName(`${topic}#${shard}`))).toEqual({
        values: "[]",
        alarm: null,
      });
    }
  });

  test("lists a room later for which it had no place, and no more once that is not wished", async () => {
    const list = vi.spyOn(Lobby.prototype, "list").mockResolvedValue(false);
    const [waits, unlisted] = await Promise.all(
      [0, 1].map(() => openRoom(ann, { isListed: true, topic })),
    );
    await until(() => list.mock.calls.length === 4);
    const ring = ({ roomId }: { roomId: RoomId }) =>
      runDurableObjectAlarm(env.ROOMS.getByName(roomId));
    const alarmOf = ({ roomId }: { roomId: RoomId }) =>
      runInDurableObject(env.ROOMS.getByName(roomId), (_, { storage }) => storage.getAlarm());
    // What may have been set before, in case of a crash.
    await ring(waits!);
    const inMs = ((await alarmOf(waits!)) ?? 0) - Date.now();
    expect([inMs > 60_000, inMs < 3_600_000], `${inMs}`).toEqual([true, true]);
    expect(list.mock.calls.length, "not before").toBe(4);
    const unlist = vi.spyOn(Lobby.prototype, "unlist");
    const body = { isListed: false };
    await request("PATCH", `/v1/rooms/${unlisted!.roomId}`, { actor: ann, body });
    // At once, rather than when the alarm, or a sleep, is over.
    await expect.poll(() => unlist.mock.calls.length, { timeout: 5_000 }).toBe(2);
    list.mockRestore();
    advanceClock(inMs);
    await ring(waits!);
    await until(async () => (await roomsIn(topic)).length === 1);
    expect((await roomsIn(topic))[0]?.roomId).toBe(waits!.roomId);
  });

  test("goes on without a shard that is away", async () => {
    const roomId = await listedRoom(ann);
    const { browse } = Lobby.prototype;
    vi.spyOn(Lobby.prototype, "browse").mockImplementation(async function (this: Lobby, hidden) {
      const { name = "" } = (this as unknown as { ctx: DurableObjectState }).ctx.id;
      if (!name.endsWith(`#${shardOf(roomId)}`)) throw new Error("the shard is away");
      return browse.call(this, hidden);
    });
    expect((await roomsIn(topic)).map((room) => room.roomId)).toEqual([roomId]);
  });
});

describe("ROOM-8: a shard", () => {
  const listing = (roomId: RoomId, change: Partial<Listing> = {}): Listing => ({
    roomId,
    title: "A room",
    topic,
    capacity: 50,
    admission: "anyone",
    media: { audio: true, video: true },
    isLocked: false,
    owner: null,
    operator: "Dance School",
    createdAt: Date.now(),
    occupancy: 0,
    ...change,
  });
  const shard = () => env.LOBBIES.getByName(`${topic}#0`);

  test("holds a page of the fullest, and writes one row for a room however often it is listed", async () => {
    vi.spyOn(Room.prototype, "occupancy").mockResolvedValue(0);
    const rooms = Array.from({ length: LISTINGS_PAGE + 10 }, () => newRoomId());
    for (const [occupancy, roomId] of rooms.entries()) {
      expect(await shard().list(listing(roomId, { occupancy }))).toBe(true);
    }
    const page = await shard().browse([]);
    expect(page.rooms.map(({ roomId }) => roomId)).toEqual(
      rooms.toReversed().slice(0, LISTINGS_PAGE),
    );
    expect(page.topics).toMatchObject([{ topic, rooms: rooms.length }]);
    const ledger = await Ledger.open();
    await shard().list(listing(rooms[0]!, { occupancy: 7 }));
    expect(ledger.rows).toEqual([]);
    await shard().list(listing(rooms[0]!, { title: "Another" }));
    expect(ledger.rows).toEqual(["kv.put"]);
  });

  test("that has just woken asks so many rooms for one look, and the others at the next", async () => {
    const rooms = Array.from({ length: 250 }, () => newRoomId());
    await runInDurableObject(shard(), (_, { storage }) => {
      storage.transactionSync(() => {
        for (const roomId of rooms) storage.kv.put(`listing:${roomId}`, listing(roomId));
      });
    });
    await evictDurableObject(shard());
    // They do not answer, and keep no other waiting.
    const silent = rooms.toSorted().slice(0, 3);
    const nameOf = (room: unknown) => (room as { ctx: DurableObjectState }).ctx.id.name;
    const occupancy = vi.spyOn(Room.prototype, "occupancy");
    occupancy.mockImplementation(async function (this: Room) {
      if (silent.some((roomId) => roomId === nameOf(this))) throw new Error("the room is away");
      return 1;
    });
    const people: (number | undefined)[] = [];
    const asked: (string | undefined)[][] = [];
    for (let round = 0; round < 3; round++) {
      occupancy.mockClear();
      const { topics } = await shard().browse([]);
      people.push(topics[0]?.people);
      asked.push(occupancy.mock.contexts.map(nameOf));
    }
    expect(asked.map(({ length }) => length)).toEqual([100, 100, 53]);
    expect(asked.map((names) => silent.filter((one) => names.includes(one)).length)).toEqual([
      3, 0, 3,
    ]);
    expect(people).toEqual([97, 197, 247]);
  });

  test("that is full takes no other room, unless one of them has ended; those it has it keeps", async () => {
    const rooms = Array.from({ length: LOBBY_SHARD_MAX }, () => newRoomId());
    await runInDurableObject(shard(), (_, { storage }) => {
      storage.transactionSync(() => {
        for (const roomId of rooms) storage.kv.put(`listing:${roomId}`, listing(roomId));
      });
    });
    await evictDurableObject(shard());
    // One of the first that are asked.
    const over = rooms.toSorted()[7]!;
    vi.spyOn(Room.prototype, "occupancy").mockImplementation(async function (this: Room) {
      const { name } = (this as unknown as { ctx: DurableObjectState }).ctx.id;
      return name === over ? null : 1;
    });
    const [first, second] = [newRoomId(), newRoomId()];
    expect(await shard().list(listing(first)), "in the place of one that has ended").toBe(true);
    expect(await shard().list(listing(second))).toBe(false);
    expect(await shard().list(listing(rooms[5]!, { title: "Another" }))).toBe(true);
    await shard().unlist(rooms[5]!);
    expect(await shard().list(listing(second))).toBe(true);
    await shard().occupancy(rooms[5]!, 9);
    const { values } = await contentOf(shard());
    expect([first, second, rooms[5]!, over].map((one) => values.includes(one))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
