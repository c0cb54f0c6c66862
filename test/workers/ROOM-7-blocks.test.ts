// ROOM-7: a block hides two accounts from each other in every room that either is in, and nobody is told of it. What
// mailboxes owe to rooms and to each other for it outlives their crashes. ROOM-4: a mailbox knows where its account is,
// and no room goes on showing a handle that somebody else may have.

import { env } from "cloudflare:workers";
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Handle, RoomId, UserId } from "../../shared/wire/ids.ts";
import { ROOMS_JOINED_MAX } from "../../shared/wire/limits.ts";
import type { Actor } from "../../workers/auth/tokens.ts";
import { Mailbox } from "../../workers/mailbox/Mailbox.ts";
import { Room } from "../../workers/room/Room.ts";
import { newRoomId } from "../../workers/room/links.ts";
import {
  codeOf,
  makeAccount,
  randomText,
  registerAccount,
  request,
  strangerActor,
  type TestAccount,
} from "./support/accounts.ts";
import { addDevice, listen, until } from "./support/asking.ts";
import { abortMailbox, block, crashAt, erase, news, settle } from "./support/badges.ts";
import { advanceClock, useStoppedClock } from "./support/clock.ts";
import { Household, removeSecond } from "./support/devices.ts";
import { Ledger } from "./support/ledger.ts";
import { mailboxOf, removeDevice } from "./support/line.ts";
import { abort, Guest, makeRoom, openRoom, roomAt } from "./support/rooms.ts";
import { connect } from "./support/sockets.ts";
import { contentOf, roomInfo } from "./support/stewards.ts";

useStoppedClock();

/** In it a token that an account was let have may still bring it in, also one that it asked for again soon after. */
const COMING_MS = 120_000;

let ann: TestAccount;
let ben: TestAccount;

beforeEach(async () => {
  [ann, ben] = [await registerAccount(), await registerAccount()];
});

afterEach(() => vi.restoreAllMocks());

const unblock = (account: TestAccount, { userId }: Pick<Actor, "userId">) =>
  request("DELETE", `/v1/blocks/${userId}`, { actor: account });

async function admitted(actor: Actor, roomId: RoomId): Promise<RoomId> {
  expect(await mailboxOf(actor).admitRoom(actor, roomId)).toMatchObject({ ok: true });
  return roomId;
}

const LIST_FULL = { ok: false, code: "list-full" };

/** The rooms in which its mailbox believes it to be. */
async function notedBy(account: Pick<Actor, "userId">): Promise<Set<RoomId>> {
  const joined = await runInDurableObject(mailboxOf(account), (_, { storage }) =>
    storage.kv.get<readonly { readonly roomId: RoomId }[]>("rooms"),
  );
  return new Set(joined?.map(({ roomId }) => roomId));
}

const sleep = (account: Pick<Actor, "userId">) =>
  evictDurableObject(mailboxOf(account), { webSockets: "hibernate" });

const hiddenOf = (actor: Pick<Actor, "userId">): Promise<UserId[]> => mailboxOf(actor).hidden();

/** What mailboxes still owe for blocks. */
async function owedBy(account: Pick<Actor, "userId">): Promise<unknown[]> {
  return runInDurableObject(mailboxOf(account), (_, { storage }) =>
    ["owed", "roomsUntold"].flatMap((key) => storage.kv.get<unknown[]>(key) ?? []),
  );
}

interface Tale {
  readonly room: string | undefined;
  readonly said: readonly unknown[];
}

type Telling = "setHidden" | "expel" | "rename";

/** What rooms were told from now on by that. */
function heardByRooms(method: Telling): () => Tale[] {
  const spy = vi.spyOn(Room.prototype, method);
  return () =>
    spy.mock.calls.map((said, index) => ({
      room: (spy.mock.contexts[index] as unknown as { ctx: DurableObjectState }).ctx.id.name,
      said,
    }));
}

/** The next such calls fail, as if the room had crashed. */
function failAt(method: Telling, times: number): { left: number } {
  const failing = { left: times };
  const original = Room.prototype[method] as (...given: unknown[]) => never;
  vi.spyOn(Room.prototype, method).mockImplementation(function (this: Room, ...given: unknown[]) {
    if (failing.left > 0) {
      failing.left -= 1;
      throw new Error("the room is away");
    }
    return original.apply(this, given);
  } as never);
  return failing;
}

describe("ROOM-7: a block", () => {
  test("is told to the rooms of both, each in its own account's name, and taken back likewise", async () => {
    const common = newRoomId();
    await Promise.all([admitted(ann, common), admitted(ben, common)]);
    const other = await admitted(ben, newRoomId());
    const told = heardByRooms("setHidden");
    const both = (isHidden: boolean) => [
      { room: common, said: [ann.userId, ben.userId, isHidden] },
      { room: common, said: [ben.userId, ann.userId, isHidden] },
      { room: other, said: [ben.userId, ann.userId, isHidden] },
    ];
    expect((await block(ann, ben)).status).toBe(204);
    expect(told()).toHaveLength(3);
    expect(told()).toEqual(expect.arrayContaining(both(true)));
    expect((await unblock(ann, ben)).status).toBe(204);
    expect(told().slice(3)).toHaveLength(3);
    expect(told().slice(3)).toEqual(expect.arrayContaining(both(false)));
    expect([await owedBy(ann), await owedBy(ben)]).toEqual([[], []]);
  });

  test("hides each from the other, and ends for both when it ends", async () => {
    await block(ann, ben);
    expect([await hiddenOf(ann), await hiddenOf(ben)]).toEqual([[ben.userId], [ann.userId]]);
    await unblock(ann, ben);
    expect([await hiddenOf(ann), await hiddenOf(ben)]).toEqual([[], []]);
  });

  test("stays between the two while the other still blocks", async () => {
    const roomId = await admitted(ann, newRoomId());
    await block(ann, ben);
    await block(ben, ann);
    const told = heardByRooms("setHidden");
    await unblock(ann, ben);
    expect([await hiddenOf(ann), await hiddenOf(ben)]).toEqual([[ben.userId], [ann.userId]]);
    expect(told()).toEqual([{ room: roomId, said: [ann.userId, ben.userId, true] }]);
    await unblock(ben, ann);
    expect([await hiddenOf(ann), await hiddenOf(ben)]).toEqual([[], []]);
    expect(told().at(-1)).toEqual({ room: roomId, said: [ann.userId, ben.userId, false] });
  });

  test("is never told to whoever is blocked", async () => {
    const bens = await listen(ben);
    await block(ann, ben);
    expect(await news(bens)).toEqual([]);
    expect((await request("GET", "/v1/blocks", { actor: ben })).body).toEqual({ blocked: [] });
    expect(await hiddenOf(ben)).toEqual([ann.userId]);
  });

  test("twice is one", async () => {
    const roomId = await admitted(ann, newRoomId());
    const told = heardByRooms("setHidden");
    const errands = vi.spyOn(Mailbox.prototype, "takeContactErrand");
    await block(ann, ben);
    await block(ann, ben);
    expect(told()).toEqual([{ room: roomId, said: [ann.userId, ben.userId, true] }]);
    expect(errands.mock.calls).toEqual([[ann.userId, { kind: "hidden", isHidden: true }]]);
  });

  test("of nobody, or of oneself, leaves no row with anyone else and hides nobody from oneself", async () => {
    const nobody = strangerActor();
    await request("PUT", `/v1/blocks/${nobody.userId}`, { actor: ann });
    expect(await contentOf(env.MAILBOXES.getByName(nobody.userId))).toEqual({
      values: "[]",
      alarm: null,
    });
    await block(ann, ann);
    expect(await hiddenOf(ann)).toEqual([nobody.userId]);
  });

  test("of someone who is in no room costs two rows at home and one at theirs, besides itself", async () => {
    await block(ann, await registerAccount()); // sets the alarm
    const ledger = await Ledger.open();
    await block(ann, ben);
    expect(ledger.rows, String(ledger)).toEqual(["kv.put", "kv.put", "kv.delete"]);
  });

  describe.each(["sender", "receiver"] as const)("at the death of its %s", (victim) => {
    test.each(["before", "after"] as const)(
      "%s it is known there, is known in the end",
      async (at) => {
        const rooms = [await admitted(ann, newRoomId()), await admitted(ben, newRoomId())] as const;
        const told = heardByRooms("setHidden");
        crashAt("hidden", victim, at);
        await block(ann, ben).catch(() => {});
        await settle(ann, ben);
        expect([await hiddenOf(ann), await hiddenOf(ben)]).toEqual([[ben.userId], [ann.userId]]);
        const heard = told().map(({ room }) => room);
        for (const room of rooms) expect(heard).toContain(room);
        expect([await owedBy(ann), await owedBy(ben)]).toEqual([[], []]);
      },
    );
  });

  test("and its end come in their order, however often the other's mailbox is away", async () => {
    const { takeContactErrand } = Mailbox.prototype;
    const failing = { left: 3 };
    vi.spyOn(Mailbox.prototype, "takeContactErrand").mockImplementation(async function (
      this: Mailbox,
      ...given
    ) {
      if (failing.left-- > 0) throw new Error("the mailbox is away");
      return takeContactErrand.apply(this, given);
    });
    await block(ann, ben);
    await unblock(ann, ben);
    await block(ann, ben);
    expect(await hiddenOf(ben)).toEqual([]);
    await settle(ann);
    expect(await hiddenOf(ben)).toEqual([ann.userId]);
    await unblock(ann, ben);
    expect(await hiddenOf(ben)).toEqual([]);
    expect(await owedBy(ann)).toEqual([]);
  });

  test("reaches a room that was away: as it stands by then", async () => {
    const roomId = await admitted(ann, newRoomId());
    const failing = failAt("setHidden", 2);
    await block(ann, ben);
    expect([failing.left, (await owedBy(ann)).length]).toEqual([1, 1]);
    await unblock(ann, ben);
    expect(failing.left).toBe(0);
    vi.restoreAllMocks();
    const told = heardByRooms("setHidden");
    await settle(ann);
    expect(told()).toEqual([{ room: roomId, said: [ann.userId, ben.userId, false] }]);
    expect(await owedBy(ann)).toEqual([]);
  });

  test("is told to rooms though the mailbox dies between", async () => {
    const roomId = await admitted(ann, newRoomId());
    const failing = failAt("setHidden", 1);
    await block(ann, ben);
    expect(failing.left).toBe(0);
    await abortMailbox(ann.userId);
    vi.restoreAllMocks();
    const told = heardByRooms("setHidden");
    await settle(ann);
    expect(told()).toEqual([{ room: roomId, said: [ann.userId, ben.userId, true] }]);
  });
});

describe("ROOM-4: a mailbox", () => {
  test("says whom its account does not meet, and what it is called", async () => {
    const handle = `h${crypto.randomUUID().replaceAll("-", "").slice(0, 20)}`;
    await request("PATCH", "/v1/account", { actor: ann, body: { handle } });
    const roomId = newRoomId();
    const pass = (hidden: UserId[]) => ({ ok: true, value: { handle, hidden } });
    expect(await mailboxOf(ann).admitRoom(ann, roomId)).toEqual(pass([]));
    await block(ann, ben);
    expect(await mailboxOf(ann).admitRoom(ann, roomId)).toEqual(pass([ben.userId]));
  });

  test("writes one row for a room that a device comes to, and none when it comes back at once", async () => {
    const ledger = await Ledger.open();
    const roomId = await admitted(ann, newRoomId());
    expect(ledger.rows, String(ledger)).toEqual(["kv.put"]);
    await sleep(ann);
    advanceClock(29_999);
    await admitted(ann, roomId);
    expect(ledger.rows).toHaveLength(1);
    await admitted(ann, newRoomId());
    expect(ledger.rows).toHaveLength(2);
    advanceClock(1);
    for (let count = 0; count < 3; count++) await admitted(ann, roomId);
    expect(ledger.rows, "once for all that come in half a minute").toHaveLength(3);
  });

  test("lets nobody in who has no say", async () => {
    const gone = await addDevice(ann);
    await removeDevice(gone);
    for (const actor of [gone, strangerActor()]) {
      expect(await mailboxOf(actor).admitRoom(actor, newRoomId())).toEqual({
        ok: false,
        code: "unauthenticated",
      });
    }
  });

  test("lets an account be in so many rooms at a time; those that it has left make place", async () => {
    const rooms: RoomId[] = [];
    for (let count = 0; count < ROOMS_JOINED_MAX; count++) {
      rooms.push(await admitted(ann, newRoomId()));
    }
    expect(await mailboxOf(ann).admitRoom(ann, newRoomId()), "all may be coming").toEqual(
      LIST_FULL,
    );
    await admitted(ann, rooms[3]!);
    advanceClock(COMING_MS);
    const left = new Set([rooms[5], rooms[9]]);
    const isIn = function (this: Room): boolean {
      const { name } = (this as unknown as { ctx: DurableObjectState }).ctx.id;
      return !left.has(name as RoomId);
    };
    vi.spyOn(Room.prototype, "has").mockImplementation(isIn as never);
    const next = [await admitted(ann, newRoomId()), await admitted(ann, newRoomId())];
    advanceClock(COMING_MS);
    expect(await mailboxOf(ann).admitRoom(ann, newRoomId()), "it is in all").toEqual(LIST_FULL);
    const told = heardByRooms("setHidden");
    await block(ann, ben);
    const known = new Set(told().map(({ room }) => room));
    const kept = rooms.filter((room) => !left.has(room));
    expect(known).toEqual(new Set([...kept, ...next]));
  });

  test("keeps the place of whoever has a token, though it sleeps in between", async () => {
    const rooms: RoomId[] = [];
    for (let count = 0; count < ROOMS_JOINED_MAX; count++) {
      rooms.push(await admitted(ann, newRoomId()));
    }
    advanceClock(COMING_MS);
    const back = await admitted(ann, rooms[0]!);
    await sleep(ann);
    for (let count = 1; count < ROOMS_JOINED_MAX; count++) await admitted(ann, newRoomId());
    expect(await mailboxOf(ann).admitRoom(ann, newRoomId())).toEqual(LIST_FULL);
    const noted = await notedBy(ann);
    expect([noted.has(back), noted.size]).toEqual([true, ROOMS_JOINED_MAX]);
    const told = heardByRooms("expel");
    expect((await erase(ann)).status).toBe(204);
    expect(told()).toContainEqual({ room: back, said: [ann.userId, null] });
  });

  test("keeps the place of whoever has a token for which it wrote nothing, and no longer", async () => {
    const roomId = await admitted(ann, newRoomId());
    for (let count = 1; count < ROOMS_JOINED_MAX; count++) await admitted(ann, newRoomId());
    advanceClock(29_999);
    await admitted(ann, roomId);
    await sleep(ann);
    advanceClock(90_000);
    expect(await mailboxOf(ann).admitRoom(ann, newRoomId())).toEqual(LIST_FULL);
    await sleep(ann);
    advanceClock(1);
    await admitted(ann, newRoomId());
    expect([...(await notedBy(ann))]).not.toContain(roomId);
  });

  test("keeps the place of whoever gets a token while the room says that nobody is there", async () => {
    const [first, second] = [await admitted(ann, newRoomId()), await admitted(ann, newRoomId())];
    for (let count = 2; count < ROOMS_JOINED_MAX; count++) await admitted(ann, newRoomId());
    advanceClock(COMING_MS);
    const asked: unknown[] = [];
    vi.spyOn(Room.prototype, "has").mockImplementation(async function (this: Room) {
      const { name } = (this as unknown as { ctx: DurableObjectState }).ctx.id;
      asked.push(name);
      if (name === first) await admitted(ann, first);
      return false;
    });
    const next = await admitted(ann, newRoomId());
    expect(asked).toEqual([first, second]);
    const noted = await notedBy(ann);
    const isNoted = [first, second, next].map((room) => noted.has(room));
    expect([isNoted, noted.size]).toEqual([[true, false, true], ROOMS_JOINED_MAX]);
  });

  test("has one place for one of many that are let in at the same time", async () => {
    for (let count = 0; count < ROOMS_JOINED_MAX; count++) await admitted(ann, newRoomId());
    advanceClock(COMING_MS);
    const { rows } = await Ledger.open();
    let asked = 0;
    vi.spyOn(Room.prototype, "has").mockImplementation((async () => ++asked > 15) as never);
    const all = await Promise.all(
      Array.from({ length: 15 }, () => mailboxOf(ann).admitRoom(ann, newRoomId())),
    );
    expect((await notedBy(ann)).size).toBe(ROOMS_JOINED_MAX);
    const letIn = all.filter(({ ok }) => ok).length;
    expect(letIn).toBeGreaterThan(0);
    expect(rows, "one forgotten and one noted for each").toHaveLength(2 * letIn);
  });

  test("has rooms let go of a device that is removed, though one is away", async () => {
    const household = await Household.of(2);
    const [first, second] = [household.member(0), household.member(1)];
    const [common, own] = [newRoomId(), newRoomId()];
    await admitted(first, common);
    await admitted(second, common);
    await admitted(second, own);
    const failing = failAt("expel", 1);
    await removeSecond(household);
    await until(() => failing.left === 0);
    vi.restoreAllMocks();
    const told = heardByRooms("expel");
    await settle(first as unknown as TestAccount);
    const said = [first.userId, second.deviceId];
    expect(told()).toEqual(
      expect.arrayContaining([
        { room: common, said },
        { room: own, said },
      ]),
    );
    expect(told().every(({ said: [, deviceId] }) => deviceId === second.deviceId)).toBe(true);
    const count = told().length;
    await settle(first as unknown as TestAccount);
    expect(told(), "once it is done it is done").toHaveLength(count);
  });
});

describe("ROOM-4: a handle that an account gives up", () => {
  const freshHandle = () => `h${crypto.randomUUID().replaceAll("-", "").slice(0, 20)}` as Handle;
  const setHandle = (actor: TestAccount, handle: Handle | null) =>
    request("PATCH", "/v1/account", { actor, body: { handle } });
  const ownerOf = (handle: Handle) => env.DIRECTORY.getByName(handle).owner();

  /** A token as the Worker makes it now. */
  async function tokenFor(actor: Actor, roomId: RoomId): Promise<() => Promise<Guest>> {
    const body = { purpose: "room", roomId };
    const { token, path } = (await request("POST", "/v1/upgrade-tokens", { actor, body })).body;
    return async () => new Guest(actor, roomId, randomText(8), await connect(path, token));
  }

  async function enter(guest: Guest): Promise<Guest> {
    guest.socket.send({ type: "enter", line: guest.line, name: "Somebody" });
    await guest.until(() => guest.isIn);
    return guest;
  }

  const come = async (actor: Actor, roomId: RoomId) =>
    enter(await (await tokenFor(actor, roomId))());

  test("is shown in no room any more when somebody else has it", async () => {
    const handle = freshHandle();
    await setHandle(ben, handle);
    const { roomId } = await openRoom(ann);
    const [atAnn] = [await come(ann, roomId), await come(ben, roomId)];
    await atAnn.until(() => atAnn.member(ben)?.handle === handle);
    const next = freshHandle();
    expect((await setHandle(ben, next)).status).toBe(200);
    await atAnn.until(() => atAnn.member(ben)?.handle === next);
    expect((await setHandle(ben, null)).status).toBe(200);
    await atAnn.until(() => atAnn.member(ben)?.handle === null);
    const cleo = await registerAccount();
    expect((await setHandle(cleo, handle)).status).toBe(200);
    const atCleo = await come(cleo, roomId);
    const shown = atCleo.roster.filter((member) => member.handle === handle);
    expect(shown.map(({ userId }) => userId)).toEqual([cleo.userId]);
  });

  test("is free only once a room that was away shows it no more", async () => {
    const handle = freshHandle();
    await setHandle(ben, handle);
    const rooms = [await admitted(ben, newRoomId()), await admitted(ben, newRoomId())];
    const failing = failAt("rename", 1);
    expect((await setHandle(ben, null)).body.handle).toBe(null);
    expect(failing.left).toBe(0);
    expect(codeOf(await setHandle(ann, handle))).toBe("handle-taken");
    await abortMailbox(ben.userId);
    vi.restoreAllMocks();
    const told = heardByRooms("rename");
    await settle(ben);
    expect(told()).toEqual(
      expect.arrayContaining(rooms.map((room) => ({ room, said: [ben.userId, null] }))),
    );
    expect((await setHandle(ann, handle)).body.handle).toBe(handle);
  });

  test("is as its mailbox says where a room has forgotten what it was told, and so is who has a say", async () => {
    const handle = freshHandle();
    await setHandle(ben, handle);
    const { roomId } = await openRoom(ann);
    const cleo = await registerAccount();
    const [byBen, byCleo] = [await tokenFor(ben, roomId), await tokenFor(cleo, roomId)];
    await setHandle(ben, null);
    expect((await erase(cleo)).status).toBe(204);
    await abort(roomId);
    const atBen = await enter(await byBen());
    expect(atBen.member(ben)?.handle).toBe(null);
    await expect(byCleo()).rejects.toThrow("upgrade-refused");
  });

  test("is not brought along by a token that was made before", async () => {
    const handle = freshHandle();
    await setHandle(ben, handle);
    const { roomId } = await openRoom(ann);
    await come(ann, roomId);
    const [byToken, here] = [await tokenFor(ben, roomId), await tokenFor(ben, roomId)];
    const visitor = await here();
    await setHandle(ben, null);
    await visitor.socket.closed;
    const atBen = await enter(await byToken());
    expect(atBen.member(ben)?.handle).toBe(null);
    const other = freshHandle();
    await setHandle(ben, other);
    await atBen.until(() => atBen.member(ben)?.handle === other);
    expect((await come(ben, roomId)).member(ben)?.handle).toBe(other);
  });

  test("is not shown of someone who is away, or waits to be let in", async () => {
    const roomId = await makeRoom(ann, { admission: "approval" });
    const atAnn = await Guest.come(ann, roomId);
    const waits = await Guest.knock(ben, roomId);
    const knocks = () =>
      atAnn
        .all("knocking")
        .at(-1)
        ?.knocking.map((one) => one.handle);
    const [first, second] = [freshHandle(), freshHandle()];
    await roomAt(roomId).rename(ben.userId, first);
    await atAnn.until(() => knocks()?.[0] === first);
    await roomAt(roomId).moderate({ kind: "house" }, { act: "admit", userId: ben.userId });
    await atAnn.until(() => atAnn.member(ben)?.handle === first);
    waits.socket.close();
    await atAnn.until(() => atAnn.member(ben)?.isAway === true);
    await roomAt(roomId).rename(ben.userId, second);
    await atAnn.until(() => atAnn.member(ben)?.handle === second);
    expect(atAnn.member(ben)?.isAway).toBe(true);
    const count = atAnn.events.length;
    await roomAt(roomId).rename(ben.userId, second);
    await atAnn.settled();
    expect(atAnn.events, "it is told once").toHaveLength(count);
  });

  test("by its end stays its own until it is out of its rooms", async () => {
    const handle = freshHandle();
    await setHandle(ben, handle);
    await admitted(ben, newRoomId());
    const failing = failAt("expel", 1);
    expect((await erase(ben)).status).toBe(204);
    expect([failing.left, await ownerOf(handle)]).toEqual([0, ben.userId]);
    vi.restoreAllMocks();
    advanceClock(60_000);
    await runDurableObjectAlarm(mailboxOf(ben));
    expect(await ownerOf(handle)).toBe(null);
  });
});

describe("ROOM-1: rooms of an account", () => {
  const ownRooms = async (actor: Actor) =>
    (await request("GET", "/v1/account/rooms", { actor })).body.rooms as RoomId[];

  test("are listed until they have ended, for its devices alone", async () => {
    const { roomId } = await openRoom(ann);
    expect(await ownRooms(ann)).toEqual([roomId]);
    expect(await ownRooms(ben)).toEqual([]);
    const stranger = await request("GET", "/v1/account/rooms", { actor: strangerActor() });
    expect(codeOf(stranger)).toBe("unauthenticated");
    await request("DELETE", `/v1/rooms/${roomId}`, { actor: ann });
    await until(async () => (await ownRooms(ann)).length === 0);
  });

  test("end with the account, which leaves the rooms that it is in; nothing is left of it", async () => {
    const joined = await admitted(ann, newRoomId());
    const { roomId } = await openRoom(ann);
    await block(ann, ben);
    await block(ben, ann);
    const told = heardByRooms("expel");
    expect((await erase(ann)).status).toBe(204);
    expect(told()).toContainEqual({ room: joined, said: [ann.userId, null] });
    expect(await roomInfo(roomId)).toBe(null);
    const object = env.MAILBOXES.getByName(ann.userId);
    expect(await contentOf(object)).toEqual({ values: "[]", alarm: null });
    const marks = await runInDurableObject(mailboxOf(ben), (_, { storage }) => [
      ...storage.kv.list({ prefix: "hiddenBy:" }),
    ]);
    expect(marks).toEqual([]);
  });

  test("ROOM-7: that others have banned it from know its name no more once it is erased", async () => {
    const roomId = await admitted(ann, await makeRoom(ben));
    await Guest.come(ann, roomId, { name: "Ann" });
    const by = { kind: "house" } as const;
    await roomAt(roomId).moderate(by, { act: "ban", userId: ann.userId });
    const bans = async () => (await roomAt(roomId).bans(by)) as { value?: readonly object[] };
    expect((await bans()).value).toMatchObject([{ userId: ann.userId, name: "Ann" }]);
    expect((await erase(ann)).status).toBe(204);
    await abort(roomId);
    expect((await bans()).value).toMatchObject([{ userId: ann.userId, name: null }]);
  });

  test("end though they were away when the account did", async () => {
    const { roomId } = await openRoom(ann);
    const { close } = Room.prototype;
    const failing = { left: 1 };
    vi.spyOn(Room.prototype, "close").mockImplementation(async function (this: Room, ...by) {
      if (failing.left-- > 0) throw new Error("the room is away");
      return close.apply(this, by);
    });
    expect((await erase(ann)).status).toBe(204);
    expect(await roomInfo(roomId)).not.toBe(null);
    advanceClock(60_000);
    await runDurableObjectAlarm(mailboxOf(ann));
    expect(await roomInfo(roomId)).toBe(null);
    const object = env.MAILBOXES.getByName(ann.userId);
    expect(await contentOf(object)).toEqual({ values: "[]", alarm: null });
  });

  test("are not noted for an account that is not there", async () => {
    const nobody = makeAccount();
    const object = mailboxOf(nobody);
    expect(await object.noteOwnRoom(nobody, newRoomId())).toEqual({
      ok: false,
      code: "unauthenticated",
    });
    await object.forgetOwnRoom(newRoomId());
    expect(await contentOf(object)).toEqual({ values: "[]", alarm: null });
  });
});
