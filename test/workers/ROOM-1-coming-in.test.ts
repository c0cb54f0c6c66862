// ROOM-1: rooms are opened, looked at and come into: by anyone, by a link, or once a moderator lets one in.

import { runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  DENIED_SECONDS,
  ROOM_TTL_SECONDS,
  UPGRADE_TOKEN_TTL_SECONDS,
} from "../../shared/wire/limits.ts";
import { Feed } from "../../shared/core/room/feed.ts";
import { CODECS } from "../../shared/wire/codec/codecs.ts";
import { openedRoomSchema, roomInfoSchema, roomSchema } from "../../shared/wire/rooms.ts";
import {
  codeOf,
  randomText,
  registerAccount,
  request,
  strangerActor,
  type TestAccount,
} from "./support/accounts.ts";
import type { Actor } from "../../workers/auth/tokens.ts";
import { Mailbox } from "../../workers/mailbox/Mailbox.ts";
import { RoomSockets } from "../../workers/room/roomSockets.ts";
import { advanceClock, useStoppedClock } from "./support/clock.ts";
import { Ledger } from "./support/ledger.ts";
import {
  abort,
  arrange,
  connectToRoom,
  evict,
  Guest,
  keptBy,
  moderate,
  openRoom,
  refusalOf,
  ring,
  roomAt,
} from "./support/rooms.ts";
import { codes, connect, mintUpgrade, requestUpgrade } from "./support/sockets.ts";

useStoppedClock();

let ann: TestAccount;
let ben: Actor;
let cleo: Actor;

beforeEach(async () => {
  ann = await registerAccount();
  [ben, cleo] = [strangerActor(), strangerActor()];
});

afterEach(() => vi.restoreAllMocks());

describe("ROOM-1: a room", () => {
  test("is opened, and whoever comes hears what is said, in either encoding", async () => {
    const { roomId, linkToken } = await openRoom(ann);
    expect(linkToken).toBe(null);
    const atAnn = await Guest.come(ann, roomId, { name: "Ann" });
    const atBen = await Guest.come(ben, roomId, { name: "Ben", wire: "cbor" });
    await atAnn.until(() => atAnn.people.length === 2);
    expect(atBen.people).toEqual([ann.userId, ben.userId]);
    expect(atBen.roster.map(({ name, role }) => [name, role])).toEqual([
      ["Ann", "owner"],
      ["Ben", "member"],
    ]);
    const number = atAnn.say("Hello");
    await Promise.all([atAnn.hears("Hello"), atBen.hears("Hello")]);
    const { seat } = atAnn.entered;
    const said = { kind: "said", seat, number, text: "Hello", at: Date.now() };
    expect([atAnn.events.at(-1), atBen.events.at(-1)]).toEqual([said, said]);
  });

  test("tells whoever knows its id what it is, and how many people are in it", async () => {
    const { roomId } = await openRoom(ann, { title: "Chess", topic: "board-games", capacity: 4 });
    await Guest.come(ann, roomId);
    const look = await request("GET", `/v1/rooms/${roomId}`, { actor: ann });
    const { room, occupancy } = roomInfoSchema.parse(look.body);
    expect([room.title, room.topic, room.capacity, room.owner, occupancy]).toEqual([
      "Chess",
      "board-games",
      4,
      ann.userId,
      1,
    ]);
    const unknown = await request("GET", "/v1/rooms/aaaaaaaaaaaaaaaa", { actor: ann });
    expect([unknown.status, codeOf(unknown)]).toEqual([404, "room-unknown"]);
    expect(await keptBy("aaaaaaaaaaaaaaaa" as typeof roomId)).toEqual([]);
  });

  test.each([
    ["a pace without bound, by an account", { pace: null }, "pace"],
    ["listed, though joined by its link", { admission: "link", isListed: true }, "isListed"],
  ] as const)("is not opened with what does not go together: %s", async (_, body, field) => {
    const refused = await request("POST", "/v1/rooms", {
      actor: ann,
      body: { title: "A room", ...body },
    });
    expect([refused.status, codeOf(refused)]).toEqual([400, "malformed-request"]);
    expect(Object.keys(refused.body.fields)).toEqual([field]);
    expect((await request("GET", "/v1/account/rooms", { actor: ann })).body.rooms).toEqual([]);
  });

  test("that is joined by its link lets nobody in without it, and the server keeps a digest alone", async () => {
    const { roomId, linkToken } = await openRoom(ann, { admission: "link" });
    expect(await refusalOf(ben, roomId)).toBe("link-needed");
    expect(await refusalOf(ben, roomId, { linkToken: randomText(16) })).toBe("link-needed");
    const atBen = await Guest.come(ben, roomId, { linkToken });
    expect(await roomAt(roomId).info()).toMatchObject({ occupancy: 1 });
    const renewed = await request("POST", `/v1/rooms/${roomId}/links`, { actor: ann });
    const { linkToken: next } = openedRoomSchema.parse(renewed.body);
    expect(await refusalOf(cleo, roomId, { linkToken })).toBe("link-needed");
    await Guest.come(cleo, roomId, { linkToken: next });
    await atBen.until(() => atBen.people.length === 2);
    const kept = JSON.stringify(await recordOf(roomId));
    expect([kept.includes(linkToken ?? "?"), kept.includes(next ?? "?")]).toEqual([false, false]);
    expect(await Guest.come(ann, roomId), "its owner needs none").toMatchObject({ isIn: true });
  });

  test("that lets people in one by one has them wait, hearing nothing, until a moderator says so", async () => {
    const { roomId } = await openRoom(ann, { admission: "approval" });
    const atAnn = await Guest.come(ann, roomId);
    const atBen = await Guest.knock(ben, roomId, { name: "Ben" });
    await atBen.next("waiting");
    const { knocking } = await atAnn.next("knocking");
    expect(knocking.map(({ userId, name }) => [userId, name])).toEqual([[ben.userId, "Ben"]]);
    atAnn.say("Who is that?");
    await atAnn.hears("Who is that?");
    await atBen.settled();
    expect(atBen.codes).toEqual(["waiting"]);
    expect(await moderate(ben, roomId, "admit", ben)).toBe("moderators-only");
    await evict(roomId);
    expect(await moderate(ann, roomId, "admit", ben)).toBe(undefined);
    await atBen.next("entered");
    expect(atBen.people).toEqual([ann.userId, ben.userId]);
    expect((await atAnn.next("knocking", 2)).knocking).toEqual([]);
    atBen.leave();
    await atBen.socket.closed;
    await Guest.come(ben, roomId);
  });

  test("turns whoever was denied away for a while", async () => {
    const { roomId } = await openRoom(ann, { admission: "approval" });
    const atBen = await Guest.knock(ben, roomId);
    await atBen.next("waiting");
    expect(await moderate(ann, roomId, "deny", ben)).toBe(undefined);
    await atBen.socket.closed;
    expect(atBen.codes).toEqual(["waiting", "denied"]);
    expect(await refusalOf(ben, roomId)).toBe("room-barred");
    advanceClock(DENIED_SECONDS * 1_000);
    await (await Guest.knock(ben, roomId)).next("waiting");
  });

  test("that is full takes nobody more, until somebody leaves; a seat that is kept is taken", async () => {
    const { roomId } = await openRoom(ann, { capacity: 2 });
    const atAnn = await Guest.come(ann, roomId);
    const atBen = await Guest.come(ben, roomId);
    expect(await refusalOf(cleo, roomId)).toBe("room-full");
    atBen.socket.close(1001);
    await atAnn.until(() => atAnn.member(ben)?.isAway === true);
    expect(await refusalOf(cleo, roomId)).toBe("room-full");
    const again = await atBen.again();
    again.leave();
    await atAnn.until(() => atAnn.people.length === 1);
    await Guest.come(cleo, roomId);
  });

  test("that is locked takes nobody new; whose seat is kept comes back, and so does its owner", async () => {
    const { roomId } = await openRoom(ann);
    const atBen = await Guest.come(ben, roomId);
    const path = `/v1/rooms/${roomId}`;
    const locked = await request("PATCH", path, { actor: ann, body: { isLocked: true } });
    expect(roomSchema.parse(locked.body).isLocked).toBe(true);
    await atBen.until(() => atBen.events.some(({ kind }) => kind === "arranged"));
    expect(await refusalOf(cleo, roomId)).toBe("room-locked");
    atBen.socket.close(1001);
    await atBen.again();
    await Guest.come(ann, roomId);
    await arrange(ann, roomId, { isLocked: false });
    await Guest.come(cleo, roomId);
  });

  test("is closed for everyone, and nothing of it is left", async () => {
    const { roomId } = await openRoom(ann);
    const atBen = await Guest.come(ben, roomId);
    const { deviceId } = ben;
    const others = await roomAt(roomId).close({ kind: "account", userId: ben.userId, deviceId });
    expect(others).toMatchObject({ code: "moderators-only" });
    expect((await request("DELETE", `/v1/rooms/${roomId}`, { actor: ann })).status).toBe(204);
    await atBen.socket.closed;
    expect(atBen.codes.at(-1)).toBe("closed");
    await expect.poll(() => keptBy(roomId)).toEqual([]);
    expect(await ring(roomId), "its alarm").toBe(false);
    expect(codeOf(await request("GET", `/v1/rooms/${roomId}`, { actor: ann }))).toBe(
      "room-unknown",
    );
    expect(await refusalOf(ben, roomId)).toBe("room-unknown");
    expect((await request("GET", "/v1/account/rooms", { actor: ann })).body.rooms).toEqual([]);
  });

  test("that nobody comes to for a week ends by itself; one that has people stays", async () => {
    const { roomId } = await openRoom(ann);
    const { roomId: other } = await openRoom(ann);
    const atBen = await Guest.come(ben, other);
    // When somebody was there last is known to the day.
    advanceClock(ROOM_TTL_SECONDS * 1_000 + 24 * 3_600_000);
    await Promise.all([ring(roomId), ring(other)]);
    await expect.poll(() => keptBy(roomId)).toEqual([]);
    await atBen.settled();
    expect(await roomAt(other).info()).toMatchObject({ occupancy: 1 });
    expect((await request("GET", "/v1/account/rooms", { actor: ann })).body.rooms).toEqual([other]);
  });
});

describe("ROOM-1: a socket of a room", () => {
  test("is opened by a token for that room, once, and not by any other", async () => {
    const { roomId } = await openRoom(ann);
    const path = `/v1/rooms/${roomId}/line`;
    const other = { roomId: "aaaaaaaaaaaaaaaa" as typeof roomId, linkHash: null, sealed: null };
    const tokens = [
      await mintUpgrade(ben, "room", null, { room: other }),
      await mintUpgrade(ben, "mailbox", null),
      await mintUpgrade(ben, "resume", "12345"),
    ];
    for (const token of tokens) expect((await requestUpgrade(path, token)).status).toBe(401);
    const body = { purpose: "room", roomId };
    const { token } = (await request("POST", "/v1/upgrade-tokens", { actor: ann, body })).body;
    expect((await requestUpgrade("/v1/mailbox", token)).status, "nor at a mailbox").toBe(401);
    const first = await requestUpgrade(path, token);
    expect(first.status).toBe(101);
    first.webSocket?.accept();
    expect((await requestUpgrade(path, token)).status).toBe(401);
    await evict(roomId);
    expect((await requestUpgrade(path, token)).status, "after a sleep").toBe(401);
  });

  test("of a room that ends while a mailbox is asked about it hears so", async () => {
    const { roomId } = await openRoom(ann);
    const cem = await registerAccount();
    const body = { purpose: "room", roomId };
    const { token, path } = (await request("POST", "/v1/upgrade-tokens", { actor: cem, body }))
      .body;
    await abort(roomId);
    const pass = Mailbox.prototype.roomPass;
    vi.spyOn(Mailbox.prototype, "roomPass").mockImplementation(async function (
      this: Mailbox,
      actor: Actor,
    ) {
      await roomAt(roomId).close({ kind: "house" });
      return pass.call(this, actor);
    } as never);
    const socket = await connect(path, token);
    socket.send({ type: "enter", line: randomText(8), name: "Cem" });
    expect([await socket.closed, codes(socket.told)]).toEqual([1000, ["room-unknown"]]);
  });

  test("enters first, and once; nothing else counts before", async () => {
    const { roomId } = await openRoom(ann);
    const socket = await connectToRoom(ben, roomId);
    const enter = { type: "enter", line: randomText(8), name: "Ben" };
    expect(codes(await socket.ask({ type: "say", number: 1, text: "Hello" }))).toEqual([
      "out-of-turn",
    ]);
    await socket.ask(enter);
    await socket.next("entered");
    expect(codes(await socket.ask(enter)).at(-1)).toBe("out-of-turn");
    expect((await roomAt(roomId).info())?.occupancy).toBe(1);
  });

  test("that says what is malformed hears so, and stays", async () => {
    const { roomId } = await openRoom(ann);
    const atBen = await Guest.come(ben, roomId);
    for (const text of ["", "x".repeat(4_097), "\ud800", "字".repeat(1_400)]) {
      const told = await atBen.socket.ask({ type: "say", number: 1, text });
      expect(codes(told), text.slice(0, 5)).toEqual(["malformed-message"]);
    }
    atBen.say("字".repeat(1_365));
    await atBen.hears("字".repeat(1_365));
  });

  test("who has not entered for a sleep of the object enters then", async () => {
    const { roomId } = await openRoom(ann);
    const socket = await connectToRoom(ben, roomId);
    await evict(roomId);
    socket.send({ type: "enter", line: randomText(8), name: "Ben" });
    expect((await socket.next("entered"))["members"]).toHaveLength(1);
  });

  test("who does not enter keeps nobody out: of too many the oldest goes", async () => {
    const { roomId } = await openRoom(ann);
    const kept = await runInDurableObject(roomAt(roomId), (_, state) => {
      const sockets = new RoomSockets(state, new Feed(Date.now()), 3);
      const enterBy = Date.now();
      for (const [index, late] of [2, 1, 3, 4, 5].entries()) {
        const { userId, deviceId } = strangerActor();
        const about = { userId, deviceId, handle: null, linkHash: null, hidden: [] };
        const visitor = { ...about, enterBy: enterBy + late };
        expect(sockets.accept(`${index}`, visitor, CODECS.json).status).toBe(101);
      }
      return sockets.names();
    });
    expect(kept).toEqual(["2", "3", "4"]);
  });

  test("who has not entered for long comes by a new token: what this one says may be otherwise by now", async () => {
    const { roomId } = await openRoom(ann);
    const socket = await connectToRoom(ben, roomId);
    advanceClock(UPGRADE_TOKEN_TTL_SECONDS * 1_000 + 1);
    socket.send({ type: "enter", line: randomText(8), name: "Ben" });
    expect(await socket.closed).toBe(1013);
  });
});

test("ROOM-4: no row is written for what people say, nor for their coming and leaving", async () => {
  const { roomId } = await openRoom(ann);
  await Guest.come(ann, roomId);
  const tokens = await Promise.all([connectToRoom(ben, roomId), connectToRoom(cleo, roomId)]);
  const ledger = await Ledger.open();
  const line = randomText(8);
  for (const socket of tokens) socket.send({ type: "enter", line, name: "Someone" });
  for (const socket of tokens) await socket.next("entered");
  for (let number = 1; number <= 20; number++) {
    for (const socket of tokens) socket.send({ type: "say", number, text: `Message ${number}` });
  }
  for (const socket of tokens) await socket.ask({ type: "heard", through: Date.now() * 1_000 });
  for (const socket of tokens) socket.send({ type: "leave" });
  for (const socket of tokens) await socket.closed;
  expect([ledger.rowsWritten, ledger.requests < 5], String(ledger)).toEqual([0, true]);
});

function recordOf(roomId: Parameters<typeof keptBy>[0]): Promise<unknown> {
  return runInDurableObject(roomAt(roomId), (_, { storage }) => [...storage.kv.list()]);
}
