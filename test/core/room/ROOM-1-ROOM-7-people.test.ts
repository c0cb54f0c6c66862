// ROOM-1, ROOM-7: who comes into a room and who does not, who waits, who leaves, and who looks after it.

import { describe, expect, test } from "vitest";
import { utf8 } from "../../../shared/core/crypto/bytes.ts";
import { newRoom } from "../../../shared/core/room/opening.ts";
import { Feed } from "../../../shared/core/room/feed.ts";
import { bansFor, sayOf } from "../../../shared/core/room/moderation.ts";
import {
  dropped,
  type KeptReport,
  keptOf,
  pruned,
  readable,
  readableCount,
  reportOf,
  reportsExpireAt,
  taken,
} from "../../../shared/core/room/reports.ts";
import {
  occupancyOf,
  personOf,
  sharedName,
  type Steward,
} from "../../../shared/core/room/state.ts";
import {
  DENIED_SECONDS,
  MEMBER_MAX_REPORTS,
  MEMBER_MAX_REPORTS_ON_ONE,
  MEMBER_MAX_SOCKETS,
  MEMBER_REPORTS_PART,
  REPORT_MAX_MESSAGES,
  REPORT_NOTE_MAX_CHARS,
  ROOM_MAX_APPROVED,
  ROOM_MAX_BANS,
  ROOM_MAX_MODERATORS,
  ROOM_MAX_WAITING,
  ROOM_REPORT_TTL_SECONDS,
  ROOM_REPORTS_MAX,
  ROOM_REPORTS_MAX_BYTES,
  ROOM_TEXT_MAX_BYTES,
  ROOM_TTL_SECONDS,
  SEAT_KEPT_SECONDS,
} from "../../../shared/wire/limits.ts";
import type { Report, ReportRequest } from "../../../shared/wire/rooms.ts";
import type { UserId } from "../../../shared/wire/ids.ts";
import { checkRoom } from "./party.ts";
import type { Client } from "./client.ts";
import { device, NOW, roomIdOf, user } from "./names.ts";
import type { TestRoom } from "./testRoom.ts";
import { World } from "./world.ts";

const [OWNER, MOD, BEN, CEM, DEE] = [0, 1, 2, 3, 4] as const;
const TAKEN = { kind: "taken" };
const HOUSE: Steward = { kind: "house" };

function refused(code: string) {
  return { kind: "refused", code };
}

function steward(index: number): Steward {
  return { kind: "account", userId: user(index), deviceId: device(index) };
}

function at(room: TestRoom, by: number | Steward) {
  const who = typeof by === "number" ? steward(by) : by;
  return {
    moderate: (act: Act, index: number, name?: string) =>
      room.do({
        type: "moderate",
        by: who,
        act,
        userId: user(index),
        ...(name !== undefined && { name }),
      }),
    arrange: (change: Parameters<typeof arrangement>[0]) =>
      room.do({ type: "arrange", by: who, change: arrangement(change) }),
    close: () => room.do({ type: "close", by: who }),
    renewLink: (linkHash: string) => room.do({ type: "renewLink", by: who, linkHash }),
  };
}
type Act = "admit" | "deny" | "remove" | "ban" | "unban" | "appoint" | "dismiss";
const arrangement = (
  change: Extract<Parameters<TestRoom["do"]>[0], { type: "arrange" }>["change"],
) => change;

function names(room: TestRoom) {
  return [...room.state.present.values(), ...room.state.away.values()].map(({ userId }) => userId);
}

function last(client: Client) {
  return client.heard.at(-1);
}

function entered(client: Client) {
  return client.heard.findLast((notice) => notice.type === "entered");
}

/** All of a report but whose it is. */
const REPORT: Omit<Report, "reportId" | "by" | "userId"> = {
  name: "x",
  reason: "spam",
  note: "",
  messages: [],
  at: NOW,
};

describe("opening", () => {
  test("ROOM-1: what is left out is as most rooms are; what does not go together is refused", () => {
    const { room, opener } = new World().open().state.record;
    expect(opener).toEqual({ kind: "account", userId: user(OWNER) });
    expect(room).toMatchObject({ isListed: false, admission: "anyone", capacity: 50, pace: 10 });
    const fresh = { roomId: roomIdOf(1), operatorName: null, linkHash: null, now: NOW };
    const account = { ...fresh, opener: { kind: "account", userId: user(0) } } as const;
    const operator = { ...fresh, opener: { kind: "operator", operatorId: "x" } } as const;
    const request = { title: "Room" };
    for (const [of, more, field] of [
      [account, { pace: null }, "pace"],
      [account, { isListed: true, admission: "link" }, "isListed"],
      [operator, { isListed: true, admission: "link" }, "isListed"],
    ] as const) {
      const result = newRoom({ ...of, request: { ...request, ...more } });
      expect(result).toMatchObject({
        code: "malformed-request",
        fields: { [field]: expect.any(String) },
      });
    }
    expect(newRoom({ ...operator, request: { ...request, pace: null } })).toMatchObject({
      room: { pace: null, owner: null },
    });
  });
});

describe("coming in", () => {
  test("ROOM-1: refusals come in one order: barred, link, locked, full", () => {
    const world = new World();
    const room = world.open({ capacity: 2, admission: "link" }, { linkHash: "right" });
    world.enter(room.roomId, OWNER);
    at(room, OWNER).moderate("ban", BEN);
    at(room, OWNER).arrange({ isLocked: true });
    const enter = (index: number, linkHash: string | null) =>
      world.enter(room.roomId, index, { linkHash }).reply;
    expect(enter(BEN, null)).toEqual(refused("room-barred"));
    expect(enter(CEM, null)).toEqual(refused("link-needed"));
    expect(enter(CEM, "wrong")).toEqual(refused("link-needed"));
    expect(enter(CEM, "right")).toEqual(refused("room-locked"));
    at(room, OWNER).arrange({ isLocked: false });
    expect(enter(CEM, "right")).toEqual(TAKEN);
    expect(enter(DEE, "right")).toEqual(refused("room-full"));
    const { state } = room;
    expect(enter(DEE, "right")).toEqual(refused("room-full"));
    expect(room.state).toBe(state);
    at(room, OWNER).renewLink("newer");
    at(room, OWNER).moderate("remove", CEM);
    expect(enter(CEM, "right")).toEqual(refused("link-needed"));
    at(room, OWNER).close();
    expect(enter(CEM, "newer")).toEqual(refused("room-unknown"));
  });

  test("ROOM-1: owner and moderators come into a locked room without a link, but not into a full one", () => {
    const world = new World();
    const room = world.open(
      { capacity: 2, admission: "link", moderators: [user(MOD)] },
      { linkHash: "right" },
    );
    at(room, HOUSE).arrange({ isLocked: true });
    expect(world.enter(room.roomId, OWNER).reply).toEqual(TAKEN);
    expect(world.enter(room.roomId, MOD).reply).toEqual(TAKEN);
    at(room, HOUSE).moderate("appoint", BEN);
    expect(world.enter(room.roomId, BEN).reply).toEqual(refused("room-full"));
    const full = world.open({ capacity: 2 });
    world.enter(full.roomId, BEN);
    world.enter(full.roomId, CEM);
    expect(world.enter(full.roomId, OWNER).reply).toEqual(refused("room-full"));
  });

  test("ROOM-1: a seat that is kept is come back to, locked or full, and after an eviction", () => {
    const world = new World();
    const room = world.open({ capacity: 2 });
    const { client: owner } = world.enter(room.roomId, OWNER);
    const { client } = world.enter(room.roomId, BEN);
    const seat = entered(client)?.seat;
    world.lose(room, client);
    expect(owner.members.get(seat ?? 0)?.isAway).toBe(true);
    at(room, OWNER).arrange({ isLocked: true });
    room.evict();
    expect(world.enter(room.roomId, CEM).reply).toEqual(refused("room-locked"));
    const back = world.enter(room.roomId, BEN).client;
    expect(entered(back)?.seat).toBe(seat);
    expect(owner.members.get(seat ?? 0)?.isAway).toBeUndefined();
    world.lose(room, back);
    world.pass(SEAT_KEPT_SECONDS * 1_000 - 1);
    expect(occupancyOf(room.state)).toBe(2);
    world.pass(1);
    expect(names(room)).toEqual([user(OWNER)]);
    expect(owner.members.size).toBe(1);
    checkRoom(room);
  });

  test("ROOM-4: all clients of an account share its seat; a fifth takes the place of the oldest", () => {
    const world = new World();
    const room = world.open();
    const clients = Array.from(
      { length: MEMBER_MAX_SOCKETS + 1 },
      () => world.enter(room.roomId, BEN).client,
    );
    expect(clients.map(({ isOpen }) => isOpen)).toEqual([false, true, true, true, true]);
    expect(last(clients[0] as Client), "so that it does not come back").toEqual(ended("elsewhere"));
    expect(new Set(clients.map((client) => entered(client)?.seat)).size).toBe(1);
    expect(occupancyOf(room.state)).toBe(1);
    const again = world.enter(room.roomId, BEN, { line: clients[2]?.line ?? "" }).client;
    expect(clients[2]?.isOpen).toBe(false);
    expect(last(clients[2] as Client), "it is the same client").not.toEqual(ended("elsewhere"));
    for (const client of clients.slice(3)) world.lose(room, client);
    expect(room.do({ type: "lost", ...nobody(clients[2]), isDone: false })).toEqual(TAKEN);
    expect(room.state.away.size).toBe(0);
    world.lose(room, clients[1] as Client);
    world.lose(room, again);
    expect(room.state.away.size).toBe(1);
  });

  test("ROOM-4: a client that is done leaves if it is the last one; leaving ends all of them", () => {
    const world = new World();
    const room = world.open();
    const [one, other] = [0, 1].map(() => world.enter(room.roomId, BEN).client) as [Client, Client];
    world.lose(room, one, true);
    expect(names(room)).toEqual([user(BEN)]);
    world.lose(room, other, true);
    expect(names(room)).toEqual([]);
    const clients = [0, 1].map(() => world.enter(room.roomId, BEN).client) as [Client, Client];
    expect(room.do({ type: "leave", ...clients[0] })).toEqual(TAKEN);
    expect(clients.map(last)).toEqual([ended("left"), ended("left")]);
    expect(room.do({ type: "leave", ...clients[0] })).toEqual(refused("not-in-room"));
  });

  test("ROOM-4: a microphone is told to all, and ends with its client; a further client renames nobody", () => {
    const world = new World();
    const room = world.open({ media: { audio: true, video: false } });
    const { client: owner } = world.enter(room.roomId, OWNER);
    const { client } = world.enter(room.roomId, BEN);
    const known = () => [...owner.members.values()].find(({ userId }) => userId === user(BEN));
    world.enter(room.roomId, BEN, { name: "Benjamin" });
    expect(known()?.name).toBe("Name 2");
    const tracks = (video: "live" | "off") =>
      room.do({ type: "tracks", ...client, audio: "live", video });
    expect(tracks("live")).toMatchObject(refused("malformed-message"));
    expect(tracks("off")).toEqual(TAKEN);
    expect(known()?.audio).toBe("live");
    room.evict();
    expect([...room.state.present.values()].find(({ tracks: of }) => of !== null)?.tracks).toEqual({
      audio: "live",
      video: "off",
      socket: client.socket,
    });
    world.lose(room, client);
    expect(known()?.audio).toBeUndefined();
    world.lose(room, world.clientOf(room, BEN) as Client);
    const { client: next } = world.enter(room.roomId, BEN, { name: "Benjamin" });
    expect(known()?.name).toBe("Benjamin");
    room.do({ type: "tracks", ...next, audio: "muted", video: "off" });
    expect(known()?.audio).toBe("muted");
    at(room, OWNER).arrange({ media: { audio: false, video: false } });
    expect(known()?.audio).toBeUndefined();
  });

  test("ROOM-1: a room that nobody comes to for a week ends; one with people in it does not", () => {
    const world = new World();
    const [left, kept] = [world.open(), world.open()];
    world.enter(kept.roomId, OWNER);
    world.pass(ROOM_TTL_SECONDS * 1_000);
    expect(world.rooms.size).toBe(2);
    world.pass(2 * ROOM_TTL_SECONDS * 1_000);
    world.settle();
    expect([...world.rooms.keys()]).toEqual([kept.roomId]);
    expect(new Set(world.forgotten)).toEqual(new Set([left.roomId]));
  });
});

function nobody(client: Client | undefined) {
  return { userId: client?.userId as UserId, socket: client?.socket ?? "" };
}

function ended(leaving: string) {
  return { type: "ended", leaving };
}

describe("waiting to be let in", () => {
  test("ROOM-1: whoever knocks hears nothing of the room until a moderator lets it in", () => {
    const world = new World();
    const room = world.open({ admission: "approval", moderators: [user(MOD)] });
    const { client: owner } = world.enter(room.roomId, OWNER);
    const { client } = world.enter(room.roomId, BEN);
    world.enter(room.roomId, BEN);
    world.enter(room.roomId, MOD);
    room.say(owner, "Hello");
    expect(client.heard.map(({ type }) => type)).toEqual(["waiting"]);
    expect(occupancyOf(room.state)).toBe(2);
    const knocking = { type: "knocking", knocking: [{ userId: user(BEN), at: NOW }] };
    expect(owner.heard.findLast(({ type }) => type === "knocking")).toMatchObject(knocking);
    room.evict();
    expect(at(room, CEM).moderate("admit", BEN)).toEqual(refused("moderators-only"));
    expect(at(room, MOD).moderate("admit", CEM)).toEqual(refused("not-in-room"));
    expect(at(room, MOD).moderate("admit", BEN)).toEqual(TAKEN);
    expect(entered(client)).toMatchObject({ missed: [], isGap: false, knocking: [] });
    expect(last(owner)).toEqual({ type: "knocking", knocking: [] });
    checkRoom(room);
    room.do({ type: "leave", ...client });
    expect(world.enter(room.roomId, BEN).client.heard[0]?.type).not.toBe("waiting");
    at(room, MOD).moderate("remove", BEN);
    expect(world.enter(room.roomId, BEN).client.heard[0]?.type).toBe("waiting");
  });

  test("ROOM-1: turned away, it stays so for ten minutes; a connection that ends is no knock", () => {
    const world = new World();
    const room = world.open({ admission: "approval" });
    world.enter(room.roomId, OWNER);
    const { client } = world.enter(room.roomId, BEN);
    at(room, OWNER).moderate("deny", BEN);
    expect(last(client)).toEqual(ended("denied"));
    expect(world.enter(room.roomId, BEN).reply).toEqual(refused("room-barred"));
    room.evict();
    world.now += DENIED_SECONDS * 1_000 - 2;
    expect(world.enter(room.roomId, BEN).reply).toEqual(refused("room-barred"));
    world.now += 1;
    const again = world.enter(room.roomId, BEN);
    expect(again.reply).toEqual(TAKEN);
    world.lose(room, again.client);
    expect(personOf(room.state, user(BEN))).toBeNull();
    expect(at(room, OWNER).moderate("deny", BEN)).toEqual(refused("not-in-room"));
  });

  test("ROOM-1: nobody is let into a full room; opened for anyone, those who wait come in as long as there is room", () => {
    const world = new World();
    const room = world.open({ admission: "approval", capacity: 3 });
    world.enter(room.roomId, OWNER);
    const clients = [BEN, CEM, DEE].map((index) => {
      world.now += 1;
      return world.enter(room.roomId, index).client;
    });
    at(room, OWNER).arrange({ admission: "anyone" });
    expect(clients.map((client) => client.heard.some(({ type }) => type === "entered"))).toEqual([
      true,
      true,
      false,
    ]);
    expect(last(clients[2] as Client)).toMatchObject({ problem: { code: "room-full" } });
    expect(room.state.waiting.size).toBe(0);
    const full = world.open({ admission: "approval", capacity: 2, moderators: [user(MOD)] });
    for (const index of [OWNER, MOD]) world.enter(full.roomId, index);
    expect(world.enter(full.roomId, BEN).reply).toEqual(refused("room-full"));
  });

  test("ROOM-1: whom a moderator lets into a room that is full by now goes on waiting", () => {
    const world = new World();
    const room = world.open({ admission: "approval", capacity: 3 });
    world.enter(room.roomId, OWNER);
    const [ben, cem] = [BEN, CEM].map((index) => world.enter(room.roomId, index).client);
    expect(at(room, OWNER).moderate("admit", BEN)).toEqual(TAKEN);
    at(room, OWNER).arrange({ capacity: 2 });
    const { state } = room;
    expect(at(room, OWNER).moderate("admit", CEM)).toEqual(refused("room-full"));
    expect(room.state).toBe(state);
    room.do({ type: "leave", ...(ben as Client) });
    expect(at(room, OWNER).moderate("admit", CEM)).toEqual(TAKEN);
    expect(entered(cem as Client)).toMatchObject({ isGap: false });
  });

  test("ROOM-1: opened for anyone, a locked room goes on letting nobody in who waits", () => {
    const world = new World();
    const room = world.open({ admission: "approval" });
    world.enter(room.roomId, OWNER);
    const { client } = world.enter(room.roomId, BEN);
    at(room, OWNER).arrange({ isLocked: true });
    at(room, OWNER).arrange({ admission: "anyone" });
    expect([entered(client), room.state.waiting.size]).toEqual([undefined, 1]);
    at(room, OWNER).arrange({ isLocked: false });
    expect(entered(client)).toMatchObject({ isGap: false });
  });

  test("ROOM-1: those who wait are told to moderators the longest first, whenever these come", () => {
    const world = new World();
    const room = world.open({ admission: "approval" });
    for (const index of [DEE, BEN, CEM]) {
      world.now += 1;
      world.enter(room.roomId, index);
    }
    const { client } = world.enter(room.roomId, OWNER);
    const knocking = entered(client)?.knocking.map(({ userId }) => userId);
    expect(knocking).toEqual([DEE, BEN, CEM].map(user));
  });

  test("ROOM-7: a device that is removed waits no more, its account's other one does", () => {
    const world = new World();
    const room = world.open({ admission: "approval" });
    const { client } = world.enter(room.roomId, BEN);
    const { client: other } = world.enter(room.roomId, BEN, { deviceId: device(9) });
    room.do({ type: "expel", userId: user(BEN), deviceId: device(9) });
    expect([last(other), client.isOpen]).toEqual([ended("removed"), true]);
    const sockets = room.state.waiting.get(user(BEN))?.sockets.map(({ socket }) => socket);
    expect(sockets).toEqual([client.socket]);
  });

  test("ROOM-1: whoever was appointed while it waited at a full room comes in as soon as there is a place", () => {
    const places: readonly ((world: World, room: TestRoom, client: Client) => void)[] = [
      (_world, room, client) => void room.do({ type: "leave", ...client }),
      (world, room, client) => {
        world.lose(room, client);
        world.pass(SEAT_KEPT_SECONDS * 1_000);
      },
      (world, room, client) => {
        world.lose(room, client);
        // No alarm has rung: it is served by the next that happens, though that is refused.
        world.now += SEAT_KEPT_SECONDS * 1_000;
        expect(at(room, CEM).close()).toEqual(refused("moderators-only"));
      },
      (_world, room) => void at(room, OWNER).arrange({ capacity: 3 }),
    ];
    for (const makePlace of places) {
      const world = new World();
      const room = world.open({ admission: "approval", capacity: 3 });
      const { client: owner } = world.enter(room.roomId, OWNER);
      const [ben, cem, dee] = [BEN, CEM, DEE].map(
        (index) => world.enter(room.roomId, index).client,
      );
      if (ben === undefined || cem === undefined || dee === undefined) throw new Error("nobody");
      at(room, OWNER).moderate("admit", BEN);
      at(room, OWNER).arrange({ capacity: 2 });
      at(room, OWNER).moderate("appoint", DEE);
      expect(entered(dee)).toBeUndefined();
      makePlace(world, room, ben);
      expect(entered(dee)).toMatchObject({ isGap: false });
      expect([...owner.members.values()].find(({ userId }) => userId === user(DEE))?.role).toBe(
        "moderator",
      );
      expect(entered(cem)).toBeUndefined();
      checkRoom(room);
    }
  });

  test("ROOM-1: once a room is joined by its link, nobody waits any more who has none", () => {
    const world = new World();
    const room = world.open({ admission: "approval", capacity: 2 }, { linkHash: "right" });
    const { client: owner } = world.enter(room.roomId, OWNER);
    const { client: mod } = world.enter(room.roomId, MOD);
    const [ben, cem] = [BEN, CEM].map((index) => world.enter(room.roomId, index).client);
    at(room, OWNER).moderate("admit", MOD);
    at(room, OWNER).moderate("appoint", CEM);
    at(room, OWNER).arrange({ admission: "link" });
    expect(last(ben as Client)).toMatchObject({ problem: { code: "link-needed" } });
    expect([ben?.isOpen, cem?.isOpen]).toEqual([false, true]);
    expect(owner.heard.findLast(({ type }) => type === "knocking")).toMatchObject({
      knocking: [{ userId: user(CEM) }],
    });
    room.do({ type: "leave", ...mod });
    expect(entered(cem as Client)).toBeDefined();
    checkRoom(room);
  });

  test("ROOM-1: so many may wait, and no more", () => {
    const world = new World();
    const room = world.open({ admission: "approval" });
    const letters = (serial: number) =>
      ([...serial.toString(8).padStart(4, "0")].map((digit) => "abcdefgh"[Number(digit)]).join("") +
        "a".repeat(28)) as UserId;
    const knock = (serial: number) =>
      world.enter(room.roomId, BEN, { userId: letters(serial), line: `${serial}` }).reply;
    for (let serial = 1; serial <= ROOM_MAX_WAITING; serial++) {
      expect(knock(serial)).toEqual(TAKEN);
    }
    expect(knock(ROOM_MAX_WAITING + 1)).toEqual(refused("room-full"));
    expect(knock(1)).toEqual(TAKEN);
  });
});

describe("looking after a room", () => {
  test("ROOM-7: whose say goes how far", () => {
    const world = new World();
    const own = world.open({ moderators: [user(MOD), user(OWNER)] }).state.record;
    expect(own.moderators).toEqual([user(MOD)]);
    const operated = world.open({}, { opener: { kind: "operator", operatorId: "mine" } }).state
      .record;
    const operator = (operatorId: string): Steward => ({ kind: "operator", operatorId, name: "x" });
    expect([OWNER, MOD, BEN].map((index) => sayOf(own, steward(index)))).toEqual([
      "owner",
      "moderator",
      null,
    ]);
    expect(sayOf(own, operator("mine"))).toBeNull();
    expect(["mine", "other"].map((id) => sayOf(operated, operator(id)))).toEqual(["owner", null]);
    expect([own, operated].map((record) => sayOf(record, HOUSE))).toEqual(["owner", "owner"]);
  });

  test("ROOM-7: removed, one is out and may come back; banned, one may not until that is lifted", () => {
    const world = new World();
    const room = world.open({ moderators: [user(MOD)] });
    const { client: owner } = world.enter(room.roomId, OWNER);
    const { client } = world.enter(room.roomId, BEN);
    expect(at(room, MOD).moderate("remove", BEN)).toEqual(TAKEN);
    expect(last(client)).toEqual(ended("removed"));
    expect(client.isOpen).toBe(false);
    expect(owner.members.size).toBe(1);
    expect(at(room, MOD).moderate("remove", BEN)).toEqual(refused("not-in-room"));
    const back = world.enter(room.roomId, BEN).client;
    expect(at(room, MOD).moderate("ban", BEN)).toEqual(TAKEN);
    expect(last(back)).toEqual(ended("banned"));
    expect(world.enter(room.roomId, BEN).reply).toEqual(refused("room-barred"));
    expect(bansFor(room.state.record, steward(BEN))).toMatchObject({ code: "moderators-only" });
    expect(bansFor(room.state.record, steward(MOD))).toEqual([
      { userId: user(BEN), name: "Name 2", at: NOW },
    ]);
    at(room, MOD).moderate("unban", BEN);
    expect(world.enter(room.roomId, BEN).reply).toEqual(TAKEN);
    at(room, MOD).moderate("ban", CEM);
    expect(world.enter(room.roomId, CEM).reply).toEqual(refused("room-barred"));
  });

  test("ROOM-7: a ban keeps when it was made and what somebody was called, by themselves or else by who bans", () => {
    const world = new World();
    const room = world.open({ moderators: [user(MOD)], admission: "approval" });
    const bans = () => bansFor(room.state.record, steward(MOD));
    for (const [index, name] of [
      [BEN, "Benny"],
      [CEM, "Cem"],
      [DEE, "Dee"],
    ] as const) {
      const { client } = world.enter(room.roomId, index, { name });
      if (index === DEE) continue;
      at(room, MOD).moderate("admit", index);
      if (index === CEM) world.lose(room, client);
    }
    for (const index of [BEN, CEM, DEE, 5]) {
      const other = index === 5 ? undefined : "Another";
      expect(at(room, MOD).moderate("ban", index, other)).toEqual(TAKEN);
      world.now += 1;
    }
    expect(at(room, MOD).moderate("ban", 6, "Fay")).toEqual(TAKEN);
    const made = [
      { userId: user(BEN), name: "Benny", at: NOW },
      { userId: user(CEM), name: "Cem", at: NOW + 1 },
      { userId: user(DEE), name: "Dee", at: NOW + 2 },
      { userId: user(5), name: null, at: NOW + 3 },
      { userId: user(6), name: "Fay", at: NOW + 4 },
    ];
    expect(bans()).toEqual(made);
    const { record } = room.state;
    expect(at(room, OWNER).moderate("ban", BEN)).toEqual(TAKEN);
    expect(room.state.record, "banned already").toBe(record);
    room.evict();
    expect(bans()).toEqual(made);
    at(room, MOD).moderate("unban", CEM);
    at(room, OWNER).moderate("appoint", DEE);
    expect(bans()).toEqual([made[0], made[3], made[4]]);
  });

  test("ROOM-7: a moderator who is removed comes back as others do", () => {
    const world = new World();
    const room = world.open({ moderators: [user(MOD)], admission: "approval" });
    world.enter(room.roomId, MOD);
    expect(at(room, OWNER).moderate("remove", MOD)).toEqual(TAKEN);
    const { client } = world.enter(room.roomId, MOD);
    expect(last(client)).toMatchObject({ type: "waiting" });
    expect(room.state.record.moderators).toEqual([]);
  });

  test("ROOM-7: nobody acts against the owner, nor one moderator against another; and refusals change nothing", () => {
    const world = new World();
    const room = world.open({ moderators: [user(MOD), user(CEM)] });
    for (const index of [OWNER, MOD, BEN, CEM]) world.enter(room.roomId, index);
    const { state } = room;
    for (const [by, act, index] of [
      [BEN, "remove", CEM],
      [MOD, "remove", OWNER],
      [MOD, "ban", CEM],
      [MOD, "remove", CEM],
      [OWNER, "ban", OWNER],
      [HOUSE, "remove", OWNER],
      [MOD, "appoint", BEN],
      [MOD, "dismiss", CEM],
    ] as const) {
      expect(at(room, by).moderate(act, index)).toEqual(refused("moderators-only"));
    }
    expect(at(room, MOD).arrange({ title: "Mine" })).toEqual(refused("moderators-only"));
    expect(at(room, BEN).arrange({ isLocked: true })).toEqual(refused("moderators-only"));
    expect(at(room, MOD).close()).toEqual(refused("moderators-only"));
    expect(at(room, MOD).renewLink("x")).toEqual(refused("moderators-only"));
    expect(at(room, OWNER).arrange({ pace: null })).toMatchObject(refused("malformed-request"));
    expect(room.state).toBe(state);
    expect(at(room, MOD).arrange({ isLocked: true })).toEqual(TAKEN);
    expect(at(room, OWNER).moderate("ban", MOD)).toEqual(TAKEN);
    expect(room.state.record.moderators).toEqual([user(CEM)]);
  });

  test("ROOM-7: appointed, one is shown who knocks; dismissed, no more; both are told to all", () => {
    const world = new World();
    const room = world.open({ admission: "approval" });
    const { client: owner } = world.enter(room.roomId, OWNER);
    const { client } = world.enter(room.roomId, BEN);
    at(room, OWNER).moderate("appoint", BEN);
    expect(entered(client)?.members.find(({ userId }) => userId === user(BEN))?.role).toBe(
      "moderator",
    );
    world.enter(room.roomId, CEM);
    expect(last(client)).toMatchObject({ type: "knocking", knocking: [{ userId: user(CEM) }] });
    at(room, OWNER).moderate("dismiss", BEN);
    expect(last(client)).toEqual({ type: "knocking", knocking: [] });
    expect([...owner.members.values()].map(({ role }) => role)).toEqual(["owner", "member"]);
  });

  test("ROOM-7: whoever was turned away may knock again once a moderator says so", () => {
    const world = new World();
    const room = world.open({ admission: "approval" });
    world.enter(room.roomId, BEN);
    at(room, OWNER).moderate("deny", BEN);
    expect(world.enter(room.roomId, BEN).reply).toEqual(refused("room-barred"));
    at(room, OWNER).moderate("unban", BEN);
    expect(world.enter(room.roomId, BEN).client.heard[0]?.type).toBe("waiting");
  });

  test("ROOM-7: lists have their bounds", () => {
    const world = new World();
    const room = world.open();
    const { record } = room.state;
    const many = (count: number) =>
      Array.from({ length: count }, (_, index) => `${index}` as UserId);
    const bans = many(ROOM_MAX_BANS).map((userId) => ({ userId, name: null, at: NOW }));
    room.begin({ ...record, bans, moderators: many(ROOM_MAX_MODERATORS) });
    expect(at(room, OWNER).moderate("ban", BEN)).toEqual(refused("list-full"));
    expect(at(room, OWNER).moderate("appoint", BEN)).toEqual(refused("list-full"));
    // Of those who were let in, the earliest are forgotten.
    const open = world.open({ admission: "approval" });
    open.begin({ ...open.state.record, approved: many(ROOM_MAX_APPROVED) });
    world.enter(open.roomId, BEN);
    at(open, OWNER).moderate("admit", BEN);
    const { approved } = open.state.record;
    expect([approved.length, approved[0], approved.at(-1)]).toEqual([
      ROOM_MAX_APPROVED,
      "1",
      user(BEN),
    ]);
  });

  test("ROOM-7: closed, everyone is out, the lobby and its owner are told, and nothing is left", () => {
    const world = new World();
    const room = world.open({ isListed: true, topic: "birds" });
    world.settle();
    expect([...world.listed]).toEqual([room.roomId]);
    const { client } = world.enter(room.roomId, BEN);
    at(room, OWNER).close();
    expect(last(client)).toEqual(ended("closed"));
    expect(at(room, OWNER).close()).toEqual(refused("room-unknown"));
    room.evict();
    expect(world.enter(room.roomId, BEN).reply).toEqual(refused("room-unknown"));
    world.settle();
    expect([...world.listed]).toEqual([]);
    expect(world.forgotten).toEqual([room.roomId]);
    expect(world.rooms.size).toBe(0);
  });

  test("ROOM-7: a device or account that is gone is gone from the room, and an owner's room with it", () => {
    const world = new World();
    const room = world.open({ moderators: [user(BEN)] });
    const { client } = world.enter(room.roomId, BEN);
    const { client: other } = world.enter(room.roomId, BEN, { deviceId: device(9) });
    const expel = (index: number, of: number | null) =>
      room.do({ type: "expel", userId: user(index), deviceId: of === null ? null : device(of) });
    expel(BEN, 9);
    expect(last(other)).toEqual(ended("removed"));
    expect(client.isOpen).toBe(true);
    expel(BEN, BEN);
    expect(personOf(room.state, user(BEN))).toBeNull();
    world.enter(room.roomId, BEN);
    expel(BEN, null);
    expect(room.state.record.moderators).toEqual([]);
    expect(personOf(room.state, user(BEN))).toBeNull();
    expel(OWNER, null);
    world.settle();
    expect(world.rooms.size).toBe(0);
    expect(world.forgotten).toEqual([]);
  });

  test("ROOM-7: the ban of an account that is no more stays without its name", () => {
    const world = new World();
    const room = world.open({ moderators: [user(MOD)] });
    for (const index of [BEN, CEM]) {
      world.enter(room.roomId, index);
      at(room, MOD).moderate("ban", index);
    }
    const called = () => room.state.record.bans.map(({ name }) => name);
    room.do({ type: "expel", userId: user(BEN), deviceId: device(BEN) });
    expect(called(), "one of its devices").toEqual(["Name 2", "Name 3"]);
    room.do({ type: "expel", userId: user(BEN), deviceId: null });
    room.evict();
    expect(called()).toEqual([null, "Name 3"]);
    expect(world.enter(room.roomId, BEN).reply).toEqual(refused("room-barred"));
  });
});

describe("reports", () => {
  const request = (index: number, more: Partial<ReportRequest> = {}): ReportRequest => ({
    reportId: `report${index}`,
    userId: user(index),
    reason: "spam",
    ...more,
  });

  const claim = (number: number, text = "As Cem says") => ({ number, text, at: NOW - 5 });
  const claimed = { text: "As Cem says", at: NOW - 5, isConfirmed: false };

  test("ROOM-7: say what the room itself has relayed of the reported, and of all else that it is the reporter's word", () => {
    const world = new World();
    const room = world.open();
    const { client: ben } = world.enter(room.roomId, BEN);
    room.say(ben, "Before");
    const before = room.feed.through;
    const { client: cem } = world.enter(room.roomId, CEM);
    room.say(ben, "Buy this");
    const number = room.feed.through;
    room.say(cem, "No");
    room.do({ type: "leave", ...ben });
    const { state, feed } = room;
    // Of what was said before it came, of somebody else, of another life of the room; and the same once more.
    const messages = [number, number + 1, before, 7, number].map((one) => claim(one));
    const reporting = { by: user(CEM), request: request(BEN, { messages }), now: NOW };
    expect(reportOf(state, feed, reporting)).toMatchObject({
      name: "Name 2",
      messages: [claimed, claimed, { text: "Buy this", at: NOW, isConfirmed: true }, claimed],
      note: "",
    });
    // As a room that has slept since.
    const slept = reportOf(state, new Feed(NOW), reporting);
    expect(slept).toMatchObject({ name: null, messages: Array(4).fill(claimed) });
    for (const [by, of, code] of [
      [BEN, CEM, "not-in-room"],
      [CEM, BEN, "not-in-room"],
      [CEM, DEE, "not-in-room"],
      [CEM, CEM, "own-account"],
    ] as const) {
      const refusal = reportOf(state, feed, { by: user(by), request: request(of), now: NOW });
      expect(refusal).toEqual({ code });
    }
  });

  test("ROOM-7: tell nobody whether somebody is there who is hidden from them", () => {
    const world = new World();
    const room = world.open();
    const { client: cem } = world.enter(room.roomId, CEM, { hidden: [user(BEN)] });
    const { client: ben } = world.enter(room.roomId, BEN);
    room.say(ben, "Not for Cem");
    const number = room.feed.through;
    room.say(cem, "Nor this for Ben");
    const about = (index: number, more: Partial<ReportRequest>) =>
      reportOf(room.state, room.feed, { by: user(CEM), request: request(index, more), now: NOW });
    const messages = [claim(number)];
    for (const index of [BEN, DEE]) {
      expect(about(index, {})).toEqual({ code: "not-in-room" });
      expect(about(index, { messages })).toMatchObject({ name: null, messages: [claimed] });
    }
  });

  test("ROOM-7: nobody reads about themselves, and what is about moderators is for operator and house", () => {
    const world = new World();
    const { record } = world.open({ moderators: [user(MOD)] }).state;
    const of = (index: number): Report => ({
      reportId: `report${index}`,
      by: user(DEE),
      userId: user(index),
      ...REPORT,
    });
    const whole = [OWNER, MOD, BEN].map(of);
    let reports: readonly KeptReport[] = [];
    for (const report of whole) {
      const next = taken(reports, keptOf(report), NOW);
      if ("code" in next) throw new Error("refused");
      reports = next;
    }
    expect(taken(reports, keptOf(of(BEN)), NOW)).toBe(reports);
    const read = (by: Steward) => {
      const shown = readable(whole, record, by, NOW);
      return "code" in shown ? shown.code : shown.map(({ userId }) => userId);
    };
    expect(read(steward(OWNER))).toEqual([user(BEN)]);
    expect(read(steward(MOD))).toEqual([user(BEN)]);
    expect(read(steward(BEN))).toBe("moderators-only");
    expect(read(HOUSE)).toEqual([user(BEN), user(MOD), user(OWNER)]);
    expect(readableCount(reports, record, NOW), "as owner and moderators read them").toBe(1);
    const dismissed = { ...record, moderators: [] };
    expect(readableCount(reports, dismissed, NOW)).toBe(2);
    expect(readableCount(reports, record, NOW + ROOM_REPORT_TTL_SECONDS * 1_000)).toBe(0);
    expect(dropped(reports, record, steward(OWNER), "report1")).toEqual({ code: "report-unknown" });
    expect(dropped(reports, record, steward(OWNER), "report2")).toHaveLength(2);
    const end = NOW + ROOM_REPORT_TTL_SECONDS * 1_000;
    expect(reportsExpireAt(reports)).toBe(end);
    expect(pruned(reports, end - 1)).toBe(reports);
    expect(pruned(reports, end)).toEqual([]);
  });
});

/** A box of reports that takes them in as a room does. */
class Box {
  reports: readonly KeptReport[] = [];
  #count = 0;

  take(by: number, of: number, more: Partial<Report> = {}): string {
    const reportId = `report${this.#count++}`;
    const ids = { reportId, by: `by ${by}` as UserId, userId: `of ${of}` as UserId };
    const next = taken(this.reports, keptOf({ ...ids, ...REPORT, ...more }), NOW);
    if ("code" in next) return next.code;
    this.reports = next;
    return "taken";
  }

  get bytes(): number {
    return this.reports.reduce((sum, { bytes }) => sum + bytes, 0);
  }
}

test("ROOM-7: nobody fills the box of reports alone, and it holds so many", () => {
  const box = new Box();
  const take = (by: number, of: number) => box.take(by, of);
  const fill = (by: number) =>
    Array.from({ length: MEMBER_MAX_REPORTS + 1 }, (_, of) => take(by, of)).at(-1);
  expect(fill(0)).toBe("list-full");
  const onOne = Array.from({ length: MEMBER_MAX_REPORTS_ON_ONE + 1 }, () => take(1, 0));
  expect(onOne, "the same by the same: none takes another's place").toEqual([
    ...Array(MEMBER_MAX_REPORTS_ON_ONE).fill("taken"),
    "list-full",
  ]);
  expect(take(1, 1)).toBe("taken");
  for (let by = 1; box.reports.length < ROOM_REPORTS_MAX; by++) fill(by);
  expect(take(999, 0)).toBe("list-full");
});

describe("ROOM-7: reports can be read, however long they are made", () => {
  const quoting = (text: string): Partial<Report> => ({
    note: text.slice(0, REPORT_NOTE_MAX_CHARS),
    messages: Array.from({ length: REPORT_MAX_MESSAGES }, () => ({
      text,
      at: NOW,
      isConfirmed: false,
    })),
  });
  const escaped = quoting("\u0001".repeat(ROOM_TEXT_MAX_BYTES));
  const inAnyScript = ["y", "я", "字", "😀"].map((one) =>
    quoting(one.repeat(ROOM_TEXT_MAX_BYTES / utf8(one).length)),
  );

  test("they are counted in bytes of the JSON that is read", () => {
    const report = { reportId: "a", by: user(BEN), userId: user(CEM), ...REPORT };
    expect(keptOf({ ...report, note: "я" }).bytes - keptOf(report).bytes).toBe(2);
    expect(keptOf({ ...report, note: "\u0001" }).bytes - keptOf(report).bytes).toBe(6);
  });

  test("one reporter takes a part of what others leave, so that many leave some for shorter ones", () => {
    const box = new Box();
    expect(box.take(0, 0, escaped), "the longest of all, in an empty box").toBe("taken");
    expect(box.take(0, 1, inAnyScript[0])).toBe("list-full");
    expect(box.bytes).toBeLessThanOrEqual(ROOM_REPORTS_MAX_BYTES / MEMBER_REPORTS_PART);
    // Each takes all it can, the longest reports first.
    const lengths = [4_096, 2_048, 1_024, 512, 256, 64];
    for (let by = 1; by <= 20; by++) {
      for (const length of lengths) {
        let of = 0;
        while (box.take(by, of++, quoting("\u0001".repeat(length))) === "taken");
      }
    }
    expect(box.take(20, 99, inAnyScript[0]), "one that has taken it all").toBe("list-full");
    for (const [index, report] of inAnyScript.entries()) {
      expect(box.take(100 + index, 0, report), "of somebody else").toBe("taken");
    }
    for (let by = 200; box.reports.length < ROOM_REPORTS_MAX; by++) {
      expect(box.take(by, 0), "a short one fits as long as there are not too many").toBe("taken");
    }
    expect(box.bytes).toBeLessThan(ROOM_REPORTS_MAX_BYTES);
  });

  test("what does not fit takes nobody's place, and fits when others are put aside", () => {
    const box = new Box();
    for (const by of [0, 1, 2]) for (const of of [0, 1, 2]) box.take(by, of, inAnyScript[2]);
    const before = box.reports;
    expect(box.take(3, 0, escaped)).toBe("list-full");
    expect(box.reports).toBe(before);
    box.reports = [];
    expect(box.take(3, 0, escaped)).toBe("taken");
  });
});

test("ROOM-6: who asks for a contact is named by what it is called in the room, if both are there for each other", () => {
  const world = new World();
  const room = world.open({ title: "Birds" });
  world.enter(room.roomId, BEN);
  world.enter(room.roomId, CEM);
  expect(sharedName(room.state, user(BEN), user(CEM))).toEqual({ title: "Birds", name: "Name 2" });
  expect(sharedName(room.state, user(BEN), user(DEE))).toBeNull();
  expect(sharedName(room.state, user(DEE), user(BEN))).toBeNull();
  expect(sharedName(room.state, user(BEN), user(BEN))).toBeNull();
  room.do({ type: "setHidden", userId: user(CEM), other: user(BEN), isHidden: true });
  expect(sharedName(room.state, user(BEN), user(CEM))).toBeNull();
});
