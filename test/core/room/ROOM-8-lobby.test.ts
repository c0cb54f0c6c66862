// ROOM-8: what the lobby shows; what a room owes it, and everyone else, until it is confirmed; and the URL of a room.

import { describe, expect, test } from "vitest";
import { toBase64Url } from "../../../shared/core/crypto/bytes.ts";
import type { ErrandName } from "../../../shared/core/room/errandNames.ts";
import { errandFor, isDone, owedBy } from "../../../shared/core/room/errands.ts";
import { parseRoomLink, roomUrl } from "../../../shared/core/room/links.ts";
import {
  listingOf,
  mergedRooms,
  mergedTopics,
  shardOf,
  shardPage,
} from "../../../shared/core/room/lobby.ts";
import { LISTINGS_PAGE, LOBBY_SHARDS } from "../../../shared/wire/limits.ts";
import { type Listing, listingSchema, type OpenRoom } from "../../../shared/wire/rooms.ts";
import { NOW, roomIdOf } from "./names.ts";
import type { TestRoom } from "./testRoom.ts";
import { World } from "./world.ts";

const BY = { kind: "house" } as const;

function listing(serial: number, more: Partial<Listing> = {}): Listing {
  const record = new World().open({ isListed: true }).state.record;
  const of = listingOf(record, 1);
  if (of === null) throw new Error("not listed");
  return { ...of, roomId: roomIdOf(serial), ...more };
}

describe("listings", () => {
  test("ROOM-8: a room is listed as it says, never when it is joined by link, and never when it has ended", () => {
    const world = new World();
    const room = world.open({ isListed: true, topic: "birds", capacity: 7 });
    const shown = listingOf(room.state.record, 3);
    expect(listingSchema.parse(shown)).toEqual(shown);
    expect(shown).toMatchObject({ topic: "birds", capacity: 7, occupancy: 3 });
    expect(listingOf(world.open().state.record, 0)).toBeNull();
    room.do({ type: "arrange", by: BY, change: { admission: "link" } });
    expect(room.state.record.room.isListed).toBe(false);
    expect(listingOf(room.state.record, 3)).toBeNull();
    room.do({ type: "arrange", by: BY, change: { admission: "anyone", isListed: true } });
    room.do({ type: "close", by: BY });
    expect(listingOf(room.state.record, 3)).toBeNull();
  });

  test("ROOM-8: the fullest come first, then the newest; a page of them", () => {
    const many = Array.from({ length: 200 }, (_, serial) =>
      listing(serial, { occupancy: serial % 20, createdAt: NOW + (serial % 7) }),
    );
    const pages = Array.from({ length: 4 }, (_, shard) =>
      shardPage(many.filter((_one, index) => index % 4 === shard)),
    );
    const rooms = mergedRooms(pages);
    expect(rooms).toHaveLength(LISTINGS_PAGE);
    for (let index = 1; index < rooms.length; index++) {
      const [one, next] = [rooms[index - 1], rooms[index]];
      const order = (one?.occupancy ?? 0) - (next?.occupancy ?? 0);
      expect(order).toBeGreaterThanOrEqual(0);
      if (order === 0) expect(one?.createdAt).toBeGreaterThanOrEqual(next?.createdAt ?? 0);
    }
  });

  test("ROOM-8: topics are summed over all shards", () => {
    const of = (serial: number, topic: string | null, occupancy: number) =>
      listing(serial, { topic, occupancy });
    const pages = [
      shardPage([of(1, "birds", 3), of(2, null, 9), of(3, "chess", 1)]),
      shardPage([of(4, "birds", 1), of(5, "chess", 8), of(6, "art", 0)]),
    ];
    expect(mergedTopics(pages)).toEqual([
      { topic: "chess", rooms: 2, people: 9 },
      { topic: "birds", rooms: 2, people: 4 },
      { topic: "art", rooms: 1, people: 0 },
    ]);
  });

  test("ROOM-8: rooms spread over the shards", () => {
    const counts = Array.from({ length: LOBBY_SHARDS }, () => 0);
    for (let serial = 0; serial < 4_000; serial++) {
      const shard = shardOf(roomIdOf(serial * 7_919));
      counts[shard] = (counts[shard] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 500)).toBeLessThan(120);
  });
});

describe("what is owed", () => {
  const owed = (room: TestRoom) => owedBy(room.state).map(({ name }) => name);
  const arrange = (room: TestRoom, change: Partial<OpenRoom>) =>
    room.do({ type: "arrange", by: BY, change });

  test("ROOM-8: a listing that has changed while it was told is told again; people who come are no change", () => {
    const world = new World();
    const room = world.open({ isListed: true, topic: "birds" });
    const first = errandFor(room.state, "lobby");
    if (first === null) throw new Error("nothing owed");
    world.enter(room.roomId, 1);
    expect(isDone(room.state, "lobby", first)).toBe(true);
    arrange(room, { title: "Birds of prey" });
    room.evict();
    room.do({ type: "served", name: "lobby", errand: first });
    expect(owed(room)).toEqual(["lobby"]);
    world.calls.splice(0, 1);
    world.settle();
    expect(owed(room)).toEqual([]);
    expect(room.state.outbox).toEqual([]);
  });

  test("ROOM-8: a topic that is left is told so, unless it is back meanwhile", () => {
    const room = new World().open({ isListed: true, topic: "birds" });
    arrange(room, { topic: "chess" });
    expect(owed(room)).toEqual(["lobby", "unlist:birds"]);
    expect(errandFor(room.state, "unlist:birds")).toMatchObject({ topics: ["birds"] });
    arrange(room, { topic: "birds" });
    expect(owed(room)).toEqual(["lobby", "unlist:chess"]);
    arrange(room, { isListed: false });
    expect(errandFor(room.state, "lobby")).toMatchObject({ kind: "unlist", topics: ["birds", ""] });
    expect(errandFor(room.state, "opener")).toBeNull();
  });

  test("ROOM-7: what is confirmed twice, or was never owed, changes nothing", () => {
    const world = new World();
    const room = world.open({ isListed: true });
    const errand = errandFor(room.state, "lobby");
    if (errand === null) throw new Error("nothing owed");
    world.settle();
    const { state } = room;
    for (const name of ["lobby", "opener", `unlist:birds`] satisfies ErrandName[]) {
      room.do({ type: "served", name, errand });
    }
    room.do({ type: "pairOver", pairId: roomIdOf(99) });
    room.do({ type: "endPair" });
    room.do({ type: "deadline" });
    expect(room.state).toBe(state);
  });
});

describe("the URL of a room", () => {
  const roomId = roomIdOf(1_234);
  const token = toBase64Url(new Uint8Array(16).fill(200));

  test("ROOM-1: is read as it was written, and so is an id alone", () => {
    const origin = "https://meet.example";
    for (const held of [token, null]) {
      const link = { origin, roomId, token: held };
      expect(parseRoomLink(` ${roomUrl(origin, roomId, held)}\n`)).toEqual(link);
    }
    expect(parseRoomLink(roomId)).toEqual({ origin: null, roomId, token: null });
    expect(parseRoomLink(roomUrl("http://127.0.0.1:8787", roomId, null))?.origin).toBe(
      "http://127.0.0.1:8787",
    );
  });

  test("ROOM-1: what is anything else is none", () => {
    for (const text of [
      "",
      "room",
      roomId.slice(1),
      roomId.toUpperCase(),
      `https://meet.example/#/rooms/${roomId}/`,
      `https://meet.example/#/rooms/${roomId}/short`,
      `https://meet.example/#/rooms/${roomId}/${token}/more`,
      `https://meet.example/#/rooms/${roomId}1`,
      `https://meet.example/rooms/${roomId}`,
      `ftp://meet.example/#/rooms/${roomId}`,
      `https://meet.example/#/tap/${roomId}`,
    ]) {
      expect(parseRoomLink(text), text).toBeNull();
    }
  });
});
