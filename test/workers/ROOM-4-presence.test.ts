// ROOM-4: the roster is the server's. A lost connection keeps its seat for a while and is told what it has missed, or that
// there is a gap; an eviction of the object is noticed by nobody.

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Feed } from "../../shared/core/room/feed.ts";
import { CODECS } from "../../shared/wire/codec/codecs.ts";
import type { RoomId } from "../../shared/wire/ids.ts";
import {
  ANSWERS_BURST,
  ANSWERS_PER_SECOND,
  BACKLOG_MAX_EVENTS,
  FRAME_MAX_MESSAGES,
  HEARD_EVERY_BYTES,
  MEMBER_MAX_SOCKETS,
  ROOM_VISITOR_ANSWERS,
  ROOM_WINDOW_BYTES,
  SAY_BURST,
  SEAT_KEPT_SECONDS,
  SIGNAL_MAX_BYTES,
} from "../../shared/wire/limits.ts";
import type { Actor } from "../../workers/auth/tokens.ts";
import { Mailbox } from "../../workers/mailbox/Mailbox.ts";
import { attachmentOf } from "../../workers/room/attachment.ts";
import { RoomSockets } from "../../workers/room/roomSockets.ts";
import { runInDurableObject } from "cloudflare:test";
import { codeOf, randomText, registerAccount, request, strangerActor } from "./support/accounts.ts";
import { advanceClock, useStoppedClock } from "./support/clock.ts";
import { Ledger } from "./support/ledger.ts";
import {
  abort,
  connectByHttp,
  connectToRoom,
  evict,
  Guest,
  keptBy,
  makeRoom,
  ring,
  roomAt,
} from "./support/rooms.ts";
import { codes, connect, mintUpgrade } from "./support/sockets.ts";
import { askAs, theHouse } from "./support/stewards.ts";

useStoppedClock();

const OPERATOR = { kind: "operator", operatorId: "aaaaaaaaaaaaaaaa", name: "A platform" } as const;
const KEPT_MS = SEAT_KEPT_SECONDS * 1_000;

let ann: Actor;
let ben: Actor;
let cleo: Actor;
let roomId: RoomId;

beforeEach(async () => {
  [ann, ben, cleo] = [strangerActor(), strangerActor(), strangerActor()];
  roomId = await makeRoom(ann);
});

afterEach(() => vi.restoreAllMocks());

function occupancy(): Promise<number | null> {
  return roomAt(roomId).occupancy();
}

describe("ROOM-4: the roster", () => {
  test("is the server's: who speaks is who holds the socket, whatever else is said", async () => {
    const [atAnn, atBen] = [await Guest.come(ann, roomId), await Guest.come(ben, roomId)];
    const claims = { userId: ann.userId, seat: atAnn.entered.seat, from: ann.userId };
    for (const [name, value] of Object.entries(claims)) {
      atBen.socket.send({ type: "say", number: 1, text: "I am Ann", [name]: value });
    }
    atBen.say("I am Ben");
    await atAnn.hears("I am Ben");
    expect(atAnn.texts).toEqual(["I am Ben"]);
    const said = atAnn.events.at(-1);
    expect(said).toMatchObject({ kind: "said", seat: atBen.entered.seat });
    atBen.socket.send({ type: "tracks", audio: "live", video: "off" });
    await atAnn.until(() => atAnn.member(ben)?.audio === "live");
    expect(atAnn.member(ann)?.audio).toBe(undefined);
  });

  test("has one seat for an account: its clients all hear, and speak for it; one too many replaces the oldest", async () => {
    const atAnn = await Guest.come(ann, roomId);
    const clients: Guest[] = [];
    for (let count = 0; count < MEMBER_MAX_SOCKETS; count++) {
      clients.push(await Guest.come(ben, roomId, { name: "Ben" }));
    }
    expect(new Set(clients.map(({ entered }) => entered.seat)).size).toBe(1);
    clients[3]?.say("From my phone");
    await Promise.all(clients.map((client) => client.hears("From my phone")));
    const fifth = await Guest.come(ben, roomId, { name: "Ben" });
    await clients[0]?.socket.closed;
    expect(clients[0]?.codes.at(-1), "for good").toBe("elsewhere");
    fifth.say("From my tablet");
    await Promise.all(clients.slice(1).map((client) => client.hears("From my tablet")));
    await atAnn.hears("From my tablet");
    expect(atAnn.events.filter(({ kind }) => kind === "joined")).toHaveLength(1);
    expect(await occupancy()).toBe(2);
  });

  test("has a client once, however often it enters; what its former socket says is nobody's", async () => {
    const atAnn = await Guest.come(ann, roomId);
    const atBen = await Guest.come(ben, roomId);
    const again = await atBen.again();
    expect(again.entered.seat).toBe(atBen.entered.seat);
    await atBen.socket.closed;
    again.say("Here");
    await atAnn.hears("Here");
    expect(atAnn.events.map(({ kind }) => kind)).toEqual(["joined", "said"]);
    expect(await occupancy()).toBe(2);
  });

  test("has no news of a further client of a member; whoever comes back may have another name", async () => {
    const atAnn = await Guest.come(ann, roomId);
    const atBen = await Guest.come(ben, roomId, { name: "Ben" });
    const tablet = await Guest.come(ben, roomId, { name: "Benjamin" });
    atBen.say("Both are me");
    await atAnn.hears("Both are me");
    expect(atAnn.events.map(({ kind }) => kind)).toEqual(["joined", "said"]);
    for (const client of [atBen, tablet]) client.socket.close(1001);
    await atAnn.until(() => atAnn.member(ben)?.isAway === true);
    await tablet.again({ name: "Benjamin" });
    await atAnn.until(() => atAnn.member(ben)?.name === "Benjamin");
  });

  test("tells those who come in one turn of each other, and those who are there of all of them", async () => {
    const atAnn = await Guest.come(ann, roomId);
    const actors = Array.from({ length: 12 }, () => strangerActor());
    const guests = await Promise.all(actors.map((actor) => Guest.come(actor, roomId)));
    const everyone = [ann, ...actors].map(({ userId }) => userId).toSorted();
    for (const guest of [atAnn, ...guests]) {
      await guest.until(() => guest.people.length === 13);
      expect([...guest.people].toSorted()).toEqual(everyone);
    }
  });

  test("forgets at once whoever leaves, and its other clients with it", async () => {
    const [atAnn, atBen] = [await Guest.come(ann, roomId), await Guest.come(ben, roomId)];
    const tablet = await Guest.come(ben, roomId);
    atBen.leave();
    await Promise.all([atBen.socket.closed, tablet.socket.closed]);
    expect([atBen.codes.at(-1), tablet.codes.at(-1)]).toEqual(["left", "left"]);
    await atAnn.until(() => atAnn.people.length === 1);
    expect(await keptBy(roomId)).toEqual(["record"]);
  });

  test("keeps no seat for a client that says it is done, unless another one stays", async () => {
    const [atAnn, atBen] = [await Guest.come(ann, roomId), await Guest.come(ben, roomId)];
    const script = await Guest.come(ben, roomId);
    script.socket.close(1000, "done");
    atBen.say("Still here");
    await atAnn.hears("Still here");
    expect(atAnn.people).toHaveLength(2);
    atBen.socket.close(1000, "done");
    await atAnn.until(() => atAnn.people.length === 1);
    expect(atAnn.events.at(-1)?.kind).toBe("left");
  });
});

describe("ROOM-4: a connection that is lost", () => {
  test("keeps its seat, silent at once, and comes back to what it has missed", async () => {
    const [atAnn, atBen] = [await Guest.come(ann, roomId), await Guest.come(ben, roomId)];
    atBen.socket.send({ type: "tracks", audio: "live", video: "muted" });
    await atAnn.until(() => atAnn.member(ben)?.video === "muted");
    const after = atBen.through;
    atBen.socket.close(1001);
    await atAnn.until(() => atAnn.member(ben)?.isAway === true);
    expect(atAnn.member(ben)).not.toHaveProperty("audio");
    for (const text of ["One", "Two"]) atAnn.say(text);
    await atAnn.hears("Two");
    advanceClock(KEPT_MS - 1);
    await ring(roomId);
    const again = await atBen.again({ after });
    expect([again.entered.isGap, again.entered.seat]).toEqual([false, atBen.entered.seat]);
    expect(again.texts).toEqual(["One", "Two"]);
    await atAnn.until(() => atAnn.member(ben)?.isAway === undefined);
    expect(atAnn.events.some(({ kind }) => kind === "left")).toBe(false);
    again.say("Back");
    await atAnn.hears("Back");
  });

  test("leaves when its time is over, though everybody else has left before", async () => {
    const [atAnn, atBen] = [await Guest.come(ann, roomId), await Guest.come(ben, roomId)];
    atBen.socket.close(1001);
    await atAnn.until(() => atAnn.member(ben)?.isAway === true);
    atAnn.leave();
    await atAnn.socket.closed;
    expect(await keptBy(roomId)).toEqual([`away:${ben.userId}`, "record"]);
    await evict(roomId);
    expect(await occupancy()).toBe(1);
    advanceClock(KEPT_MS);
    expect(await ring(roomId)).toBe(true);
    expect([await occupancy(), await keptBy(roomId)]).toEqual([0, ["record"]]);
  });

  test("comes back later as somebody new, told of the gap", async () => {
    const [atAnn, atBen] = [await Guest.come(ann, roomId), await Guest.come(ben, roomId)];
    const after = atBen.through;
    atBen.socket.close(1001);
    await atAnn.until(() => atAnn.member(ben)?.isAway === true);
    advanceClock(KEPT_MS);
    await ring(roomId);
    await atAnn.until(() => atAnn.people.length === 1);
    const again = await atBen.again({ after });
    expect([again.entered.isGap, again.entered.missed]).toEqual([true, []]);
    await atAnn.until(() => atAnn.people.length === 2);
  });

  test("is told of a gap when the object has crashed meanwhile, and nobody is there twice or not at all", async () => {
    const [atAnn, atBen] = [await Guest.come(ann, roomId), await Guest.come(ben, roomId)];
    atAnn.say("Before");
    await atBen.hears("Before");
    const [annAfter, benAfter] = [atAnn.through, atBen.through];
    await abort(roomId);
    const again = [await atAnn.again({ after: annAfter }), await atBen.again({ after: benAfter })];
    for (const guest of again) {
      expect([guest.entered.isGap, guest.texts]).toEqual([true, []]);
      await guest.until(() => guest.people.length === 2);
    }
    again[0]?.say("After");
    await again[1]?.hears("After");
    expect(again[1]?.through).toBeGreaterThan(benAfter);
  });

  test("is told of a gap when more was said than the room keeps", async () => {
    roomId = await makeRoom(OPERATOR, { pace: null });
    const [atAnn, atBen] = [await Guest.come(ann, roomId), await Guest.come(ben, roomId)];
    const after = atBen.through;
    atBen.socket.close(1001);
    await atAnn.until(() => atAnn.member(ben)?.isAway === true);
    atAnn.sayAll(Array.from({ length: BACKLOG_MAX_EVENTS }, () => "x"));
    await atAnn.until(() => atAnn.texts.length === BACKLOG_MAX_EVENTS);
    const again = await atBen.again({ after });
    expect([again.entered.isGap, again.entered.missed]).toEqual([true, []]);
  });
});

describe("ROOM-4: an eviction", () => {
  test("is noticed by nobody: all talk on with the sockets they have, and the roster is whole", async () => {
    const [atAnn, atBen] = [await Guest.come(ann, roomId), await Guest.come(ben, roomId)];
    const tablet = await Guest.come(ben, roomId, { wire: "cbor" });
    atBen.socket.send({ type: "tracks", audio: "muted", video: "off" });
    await atAnn.until(() => atAnn.member(ben)?.audio === "muted");
    for (let round = 1; round <= 3; round++) {
      await evict(roomId);
      atBen.say(`After sleep ${round}`);
      await Promise.all([atAnn, atBen, tablet].map((one) => one.hears(`After sleep ${round}`)));
    }
    await evict(roomId);
    const atCleo = await Guest.come(cleo, roomId);
    expect(atCleo.people).toEqual([ann.userId, ben.userId, cleo.userId]);
    expect(atCleo.member(ben)).toMatchObject({ audio: "muted", seat: atBen.entered.seat });
    for (const guest of [atAnn, atBen, tablet]) await guest.until(() => guest.people.length === 3);
    const numbers = atBen.all("events").map(({ through }) => through);
    expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
    await evict(roomId);
    tablet.socket.close(1001);
    atBen.socket.close(1001);
    await atAnn.until(() => atAnn.member(ben)?.isAway === true);
    expect(await occupancy()).toBe(3);
  });

  test("writes no row, whoever speaks after it", async () => {
    const [atAnn, atBen] = [await Guest.come(ann, roomId), await Guest.come(ben, roomId)];
    const ledger = await Ledger.open();
    await evict(roomId);
    atBen.say("Good morning");
    await atAnn.hears("Good morning");
    expect(ledger.rowsWritten, String(ledger)).toBe(0);
  });

  test("of a room at rest is no gap to whoever loses its connection in its sleep", async () => {
    const [atAnn, atBen] = [await Guest.come(ann, roomId), await Guest.come(ben, roomId)];
    atAnn.say("Good night");
    await Promise.all([atAnn.hears("Good night"), atBen.hears("Good night")]);
    const marked = () =>
      runInDurableObject(roomAt(roomId), (_, state) =>
        state.getWebSockets().filter((one) => attachmentOf(one).restedAt !== undefined),
      );
    await expect.poll(async () => (await marked()).length).toBe(2);
    await evict(roomId);
    const after = atBen.through;
    atBen.socket.close(1001);
    await atAnn.until(() => atAnn.member(ben)?.isAway === true);
    atAnn.say("Are you there?");
    await atAnn.hears("Are you there?");
    const again = await atBen.again({ after });
    expect([again.entered.isGap, again.texts]).toEqual([false, ["Are you there?"]]);
    expect(await marked(), "it has moved since").toEqual([]);
    const late = await again.again({ after: after - 1 });
    expect(late.entered.isGap, "whoever had not heard all").toBe(true);
  });

  test("asks the mailboxes of those who hide more accounts than a socket carries", async () => {
    const cleoAccount = await registerAccount();
    const many = Array.from({ length: 45 }, () => strangerActor().userId);
    const blocked = [...many.slice(1), ben.userId];
    await Promise.all(
      blocked.map((userId) => request("PUT", `/v1/blocks/${userId}`, { actor: cleoAccount })),
    );
    const [atAnn, atBen] = [await Guest.come(ann, roomId), await Guest.come(ben, roomId)];
    const socket = await connectByHttp(cleoAccount, roomId);
    const atCleo = new Guest(cleoAccount, roomId, "AAAAAAAAAAA", socket);
    socket.send({ type: "enter", line: atCleo.line, name: "Cleo" });
    await atCleo.next("entered");
    expect(atCleo.people).toEqual([ann.userId, cleoAccount.userId]);
    await evict(roomId);
    atBen.say("Psst");
    atAnn.say("Hello");
    await Promise.all([atCleo.hears("Hello"), atBen.hears("Hello")]);
    expect([atCleo.texts, atBen.people]).toEqual([["Hello"], [ann.userId, ben.userId]]);
  });
});

describe("ROOM-4: what the storage does not take", () => {
  /** As the platform refuses a value that is too large. */
  function refuseToStore(isRefused: (key: string) => boolean) {
    return runInDurableObject(roomAt(roomId), (_, { storage }) => {
      const { kv } = storage;
      const put = kv.put.bind(kv);
      vi.spyOn(kv, "put").mockImplementation((name: string, value: unknown) => {
        if (isRefused(name)) throw new Error("too large");
        put(name, value);
      });
    });
  }

  test("costs whoever loses its connection its seat, and nobody else anything", async () => {
    const [atAnn, atBen] = [await Guest.come(ann, roomId), await Guest.come(ben, roomId)];
    const atCleo = await Guest.come(cleo, roomId);
    await refuseToStore((key) => key === `away:${ben.userId}`);
    atBen.socket.close(1001);
    await atAnn.until(() => atAnn.people.length === 2);
    atCleo.socket.close(1001);
    await atAnn.until(() => atAnn.member(cleo)?.isAway === true);
    const again = [await Guest.come(ben, roomId), await atCleo.again()];
    for (const guest of [atAnn, ...again]) await guest.until(() => guest.people.length === 3);
    expect(await occupancy()).toBe(3);
  });

  test("is refused for now, and nothing has changed by it", async () => {
    const [atAnn, atBen] = [await Guest.come(ann, roomId), await Guest.come(ben, roomId)];
    await refuseToStore((key) => key === "asides" || key === "record");
    atAnn.socket.send({ type: "invite", number: 7, to: ben.userId });
    const { number, problem } = await atAnn.next("refused");
    expect([number, problem.code]).toEqual([7, "try-again"]);
    const by = { kind: "house" } as const;
    expect(await roomAt(roomId).moderate(by, { act: "ban", userId: ben.userId })).toMatchObject({
      code: "try-again",
    });
    expect(await roomAt(roomId).bans(by)).toMatchObject({ value: [] });
    atBen.say("I am here");
    await atAnn.hears("I am here");
    await atBen.settled();
    expect(atBen.codes).not.toContain("invitation");
  });

  test.each([
    ["PATCH", "", { isLocked: true }],
    ["POST", "/links", undefined],
    ["POST", "/moderation", { act: "ban", userId: "b".repeat(32) }],
    ["DELETE", "", undefined],
  ])(
    "is refused for now over HTTP too, as the documents tell: %s %s",
    async (method, path, body) => {
      roomId = await makeRoom(ann, { admission: "link" });
      await refuseToStore((key) => key === "record");
      const answer = await askAs(await theHouse(), method, `/v1/rooms/${roomId}${path}`, body);
      expect([answer.status, codeOf(answer)]).toEqual([503, "try-again"]);
      expect(await occupancy(), "it stands").toBe(0);
    },
  );

  test("is refused for now of a report, which is kept once it is said again", async () => {
    const [one, other] = [await registerAccount(), await registerAccount()];
    for (const actor of [one, other]) await Guest.come(actor, roomId);
    const body = { reportId: randomText(16), userId: other.userId, reason: "spam" };
    const report = () => request("POST", `/v1/rooms/${roomId}/reports`, { actor: one, body });
    await refuseToStore((key) => key.startsWith("report:"));
    const refused = await report();
    expect([refused.status, codeOf(refused)]).toEqual([503, "try-again"]);
    expect(await roomAt(roomId).reports({ kind: "house" })).toEqual({ ok: true, value: [] });
    vi.restoreAllMocks();
    expect((await report()).status).toBe(204);
    expect(await roomAt(roomId).reports({ kind: "house" })).toMatchObject({
      value: [{ reportId: body.reportId }],
    });
  });

  test("is never whom those hide whose seats are kept, of whom only few are stored", async () => {
    const many = Array.from({ length: 20_000 }, () => strangerActor().userId);
    const whom = [...many, cleo.userId];
    const hidden = vi.spyOn(Mailbox.prototype, "hidden").mockReturnValue(whom);
    vi.spyOn(Mailbox.prototype, "roomPass").mockReturnValue({
      ok: true,
      value: { handle: null, hidden: whom },
    });
    const atAnn = await Guest.come(ann, roomId);
    const token = await mintUpgrade(ben, "room", null, {
      room: { roomId, linkHash: null, sealed: null },
    });
    const socket = await connect(`/v1/rooms/${roomId}/line`, token);
    const atBen = new Guest(ben, roomId, "AAAAAAAAAAA", socket);
    socket.send({ type: "enter", line: atBen.line, name: "Ben" });
    await atBen.next("entered");
    socket.close(1001);
    await atAnn.until(() => atAnn.member(ben)?.isAway === true);
    const away = await runInDurableObject(roomAt(roomId), (_, { storage }) =>
      storage.kv.get<{ hidden: unknown }>(`away:${ben.userId}`),
    );
    expect(away?.hidden).toBe(null);
    hidden.mockClear();
    await evict(roomId);
    const atCleo = await Guest.come(cleo, roomId);
    expect([hidden.mock.calls.length, atCleo.people]).toEqual([1, [ann.userId, cleo.userId]]);
    expect(await occupancy()).toBe(3);
    hidden.mockImplementation(() => {
      throw new Error("the mailbox is away");
    });
    await evict(roomId);
    atAnn.socket.close(1001);
    await atCleo.until(() => atCleo.member(ann)?.isAway === true);
    expect(await occupancy(), "whose are not known").toBe(2);
  });
});

describe("ROOM-4: a reader that does not hear what it is sent", () => {
  const text = "x".repeat(4_096);
  const batch = Array.from({ length: 32 }, () => text);

  beforeEach(async () => {
    roomId = await makeRoom(OPERATOR, { pace: null });
  });

  test("is closed, unlike the others, and comes back to what it has missed", async () => {
    const [atAnn, atBen] = [await Guest.come(ann, roomId), await Guest.come(ben, roomId)];
    const atCleo = await Guest.come(cleo, roomId);
    for (let round = 1; !atBen.socket.isClosed && round < 20; round++) {
      atAnn.sayAll(batch);
      for (const guest of [atAnn, atCleo]) {
        await guest.until(() => guest.texts.length === round * batch.length);
        await guest.socket.ask({ type: "heard", through: guest.through });
      }
      advanceClock(400);
    }
    expect(await atBen.socket.closed).toBe(1013);
    const share = (atBen.texts.length * text.length) / ROOM_WINDOW_BYTES;
    expect([share > 0.8, share < 1.5], String(share)).toEqual([true, true]);
    await atAnn.until(() => atAnn.member(ben)?.isAway === true);
    expect([atAnn.socket.isClosed, atCleo.socket.isClosed]).toEqual([false, false]);
    const again = await atBen.again({ after: atBen.through });
    expect(again.entered.isGap).toBe(false);
    await atAnn.settled();
    expect(atBen.texts.length + again.texts.length).toBe(atAnn.texts.length);
  });

  test("is not closed for what it was not sent, since it does not meet who says it", async () => {
    const [atAnn, atBen] = [await Guest.come(ann, roomId), await Guest.come(ben, roomId)];
    const atCleo = await Guest.come(cleo, roomId, { hidden: [ann.userId] });
    const rounds = Math.ceil((2 * ROOM_WINDOW_BYTES) / (batch.length * text.length));
    for (let round = 1; round <= rounds; round++) {
      atAnn.sayAll(batch);
      await atBen.until(() => atBen.texts.length === round * batch.length);
      for (const guest of [atAnn, atBen]) {
        await guest.socket.ask({ type: "heard", through: guest.through });
      }
      advanceClock(1_000);
    }
    await atCleo.settled();
    expect([atCleo.socket.isClosed, atCleo.texts]).toEqual([false, []]);
  });

  test("is closed though it says that it has heard what has not happened yet", async () => {
    const [atAnn, atBen] = [await Guest.come(ann, roomId), await Guest.come(ben, roomId)];
    for (let round = 1; !atBen.socket.isClosed && round < 20; round++) {
      atAnn.sayAll(batch);
      await atAnn.until(() => atAnn.texts.length === round * batch.length);
      await atAnn.socket.ask({ type: "heard", through: atAnn.through });
      atBen.socket.send({ type: "heard", through: Number.MAX_SAFE_INTEGER });
      advanceClock(1_000);
    }
    expect(await atBen.socket.closed).toBe(1013);
    expect(atAnn.socket.isClosed).toBe(false);
  });

  test("is not closed for a burst that it has not had the time to hear", async () => {
    const [atAnn, atBen] = [await Guest.come(ann, roomId), await Guest.come(ben, roomId)];
    for (let round = 1; round < 20; round++) {
      atAnn.sayAll(batch);
      await atAnn.until(() => atAnn.texts.length === round * batch.length);
      await atAnn.socket.ask({ type: "heard", through: atAnn.through });
    }
    await atBen.settled();
    expect([atBen.socket.isClosed, atBen.texts.length]).toEqual([false, atAnn.texts.length]);
  });

  test("is closed though nobody hears, when so much has come that it must be", async () => {
    const atAnn = await Guest.come(ann, roomId);
    for (let round = 0; round < 200 && !atAnn.socket.isClosed; round++) {
      atAnn.sayAll(batch);
      await atAnn.socket.ask();
    }
    expect(await atAnn.socket.closed).toBe(1013);
    const windows = (atAnn.texts.length * text.length) / ROOM_WINDOW_BYTES;
    expect([windows > 8, windows < 20], String(windows)).toEqual([true, true]);
  });

  test("is closed sooner where several say nothing, the others not", async () => {
    const guests = [await Guest.come(ann, roomId), await Guest.come(ben, roomId)];
    guests.push(await Guest.come(cleo, roomId));
    const [atAnn] = guests as [Guest];
    const isOpen = () => guests.every(({ socket }) => !socket.isClosed);
    for (let round = 1; round < 200 && isOpen(); round++) {
      atAnn.sayAll(batch);
      await atAnn.socket.ask();
    }
    const [closed, ...others] = guests.filter(({ socket }) => socket.isClosed);
    expect([await closed?.socket.closed, others.length < 2]).toEqual([1013, true]);
    const windows = (closed!.texts.length * text.length) / ROOM_WINDOW_BYTES;
    expect([windows > 8, windows < 14], String(windows)).toEqual([true, true]);
  });

  test("is closed for signals, too, unlike one that says that it has heard them", async () => {
    const [atAnn, atBen] = [await Guest.come(ann, roomId), await Guest.come(ben, roomId)];
    const atCleo = await Guest.come(cleo, roomId);
    const data = "x".repeat(SIGNAL_MAX_BYTES);
    const to = [ben, ben, ben, cleo, cleo, cleo];
    let told = 0;
    for (let round = 1; !atBen.socket.isClosed && round < 100; round++) {
      atAnn.socket.send(...to.map(({ userId }) => ({ type: "signal", to: userId, data })));
      await atCleo.until(() => atCleo.all("signal").length === 3 * round);
      await atBen.socket.ping();
      told += 3 * data.length;
      if (told >= HEARD_EVERY_BYTES) {
        await atCleo.socket.ask({ type: "heard", through: atCleo.through });
        told = 0;
      }
      advanceClock(200);
    }
    expect(await atBen.socket.closed).toBe(1013);
    const share = (atBen.all("signal").length * data.length) / ROOM_WINDOW_BYTES;
    expect([share > 0.8, share < 1.5], String(share)).toEqual([true, true]);
    await atCleo.until(() => atCleo.member(ben)?.isAway === true);
    expect(atCleo.socket.isClosed).toBe(false);
  });

  test("comes back as often as its connections end and it has the time to read", async () => {
    const [atAnn, atBen] = [await Guest.come(ann, roomId), await Guest.come(ben, roomId)];
    const after = atAnn.through;
    for (let round = 1; round <= 6; round++) {
      atAnn.sayAll(batch);
      await atAnn.until(() => atAnn.texts.length === round * batch.length);
      await atAnn.socket.ask({ type: "heard", through: atAnn.through });
    }
    let again = atBen;
    // Each is told all that was said anew, and is replaced before it has said that it has heard anything of it.
    for (let round = 0; round < 12; round++) {
      const { socket } = again;
      again = await again.again({ after });
      expect(again.texts).toHaveLength(6 * batch.length);
      await socket.closed;
      advanceClock(15_000);
    }
    const hurry = async () => {
      for (let round = 0; round < 20; round++) again = await again.again({ after });
    };
    await expect(hurry()).rejects.toThrow("try-again");
    expect(again.socket.isClosed).toBe(false);
    expect((await Guest.come(cleo, roomId)).isIn, "everybody else").toBe(true);
  });

  test("comes in no more while its closed sockets have not ended, also after a sleep of the object", async () => {
    const statuses = await runInDurableObject(roomAt(roomId), (_, state) => {
      const [feed, later] = [new Feed(Date.now()), new Feed(Date.now())];
      const [room, woken] = [new RoomSockets(state, feed), new RoomSockets(state, later)];
      const come = (to: RoomSockets, { userId, deviceId }: Actor) => {
        const about = { userId, deviceId, handle: null, linkHash: null, hidden: [] };
        const name = randomText(8);
        // Nobody takes up the other end.
        const { status } = to.accept(name, { ...about, enterBy: Date.now() }, CODECS.json);
        const live = to.named(name);
        if (live !== undefined) {
          to.listen(live, 3 * ROOM_WINDOW_BYTES);
          to.close(live, 1013, "too slow");
        }
        return status;
      };
      const before = [ben, ben, ben, ben, cleo].map((actor) => come(room, actor));
      woken.wake(null);
      const after = [ben, cleo].map((actor) => come(woken, actor));
      for (const socket of state.getWebSockets()) woken.end(socket);
      const ended = come(woken, ben);
      advanceClock(200_000);
      return [before, after, [ended, come(woken, ben)], woken.closedBytes > 0];
    });
    const [is, isNot] = [101, 503];
    expect(statuses).toEqual([[is, is, is, isNot, is], [isNot, is], [isNot, is], true]);
  });
});

describe("ROOM-4: a client that does nothing right", () => {
  const nonsense = Array.from({ length: FRAME_MAX_MESSAGES }, () => 0);

  test("is answered so often at once and in a second, and then closed; the others see it away", async () => {
    const [atAnn, atBen] = [await Guest.come(ann, roomId), await Guest.come(ben, roomId)];
    const say = async (count: number) => {
      for (let left = count; left > 0; left -= nonsense.length) {
        atBen.socket.send(...nonsense.slice(0, left));
      }
      await atBen.socket.ping();
    };
    await say(ANSWERS_BURST);
    await atBen.until(() => atBen.all("problem").length === ANSWERS_BURST);
    advanceClock(1_000);
    await say(ANSWERS_PER_SECOND);
    await atBen.until(() => atBen.all("problem").length === ANSWERS_BURST + ANSWERS_PER_SECOND);
    expect(atBen.socket.isClosed).toBe(false);
    await say(1);
    expect(await atBen.socket.closed).toBe(1008);
    expect(atBen.all("problem")).toHaveLength(ANSWERS_BURST + ANSWERS_PER_SECOND);
    await atAnn.until(() => atAnn.member(ben)?.isAway === true);
    expect((await atBen.again()).isIn).toBe(true);
  });

  test("is closed for what is refused, too, whatever it is", async () => {
    const atBen = await Guest.come(ben, roomId);
    const reply = { type: "reply", number: 1, invitationId: "A".repeat(22), reply: "accept" };
    const all = Array.from({ length: FRAME_MAX_MESSAGES }, () => reply);
    for (let told = 0; told <= ANSWERS_BURST; told += all.length) atBen.socket.send(...all);
    expect(await atBen.socket.closed).toBe(1008);
    expect(atBen.all("refused")).toHaveLength(ANSWERS_BURST);
  });

  test("is closed after a few answers before it has come in, and while it waits", async () => {
    roomId = await makeRoom(ann, { admission: "approval" });
    const visitor = await connectToRoom(ben, roomId);
    for (let count = 0; count < ROOM_VISITOR_ANSWERS; count++) visitor.send({ type: "leave" });
    await visitor.toldFrom(0, ROOM_VISITOR_ANSWERS);
    expect(visitor.isClosed).toBe(false);
    advanceClock(20_000);
    visitor.send({ type: "leave" });
    expect(await visitor.closed).toBe(1008);
    expect(codes(visitor.told)).toEqual(Array(ROOM_VISITOR_ANSWERS).fill("out-of-turn"));
    const waiting = await Guest.knock(cleo, roomId);
    await waiting.next("waiting");
    waiting.socket.send(...nonsense);
    expect(await waiting.socket.closed).toBe(1008);
    const atAnn = await Guest.come(ann, roomId);
    expect(atAnn.entered.knocking).toEqual([]);
  });
});

describe("ROOM-4: a member", () => {
  test("that says too much at once is told so, and nobody else hears it", async () => {
    const [atAnn, atBen] = [await Guest.come(ann, roomId), await Guest.come(ben, roomId)];
    for (let count = 0; count <= SAY_BURST; count++) atBen.say(`Message ${count}`);
    const { number, problem } = await atBen.next("refused");
    expect([number, problem.code]).toEqual([SAY_BURST + 1, "too-many-requests"]);
    advanceClock(100);
    atBen.say("Slower");
    await atAnn.hears("Slower");
    expect(atAnn.texts).not.toContain(`Message ${SAY_BURST}`);
  });

  test("that speaks in the turn in which it comes in hears itself, also where the room is busy", async () => {
    const guests: Guest[] = [];
    for (const actor of [ben, cleo]) {
      const socket = await connectToRoom(actor, roomId);
      guests.push(new Guest(actor, roomId, randomText(8), socket));
    }
    await runInDurableObject(roomAt(roomId), (room, state) => {
      for (const socket of state.getWebSockets()) {
        const { userId } = socket.deserializeAttachment().visitor;
        const enter = { type: "enter", line: randomText(8), name: "Guest" };
        const said = { type: "say", number: 1, text: userId };
        void room.webSocketMessage(socket, JSON.stringify([enter, said]));
      }
    });
    for (const guest of guests) await guest.hears(guest.actor.userId);
  });

  test("that says tracks or signals too fast is told so, and counts no more for invitations", async () => {
    const [atAnn, atBen] = [await Guest.come(ann, roomId), await Guest.come(ben, roomId)];
    await atAnn.invite(ben);
    const signal = { type: "signal", to: ann.userId, data: "offer" };
    atBen.sayAll(Array.from({ length: SAY_BURST - 1 }, (_, index) => `${index}`));
    atBen.socket.send(signal);
    await atAnn.next("signal");
    for (const message of [signal, { type: "tracks", audio: "live", video: "off" }]) {
      expect(codes(await atBen.socket.ask(message)).at(-1)).toBe("too-many-requests");
    }
    await atBen.invite(cleo);
    expect([atAnn.all("signal").length, atAnn.member(ben)?.audio]).toEqual([1, undefined]);
  });

  test("that leaves and comes again has said no less for it", async () => {
    const atAnn = await Guest.come(ann, roomId);
    for (let round = 0; round < 3; round++) {
      const atBen = await Guest.come(ben, roomId);
      atBen.sayAll(Array.from({ length: SAY_BURST / 2 }, (_, index) => `${round} ${index}`));
      await atBen.settled();
      atBen.leave();
      await atBen.socket.closed;
    }
    await atAnn.settled();
    expect(atAnn.texts).toHaveLength(SAY_BURST);
  });

  test("signals to all clients of one other, and to nobody else", async () => {
    const [atAnn, atBen] = [await Guest.come(ann, roomId), await Guest.come(ben, roomId)];
    const tablet = await Guest.come(ben, roomId);
    const atCleo = await Guest.come(cleo, roomId);
    atAnn.socket.send({ type: "signal", to: ben.userId, data: "offer" });
    for (const guest of [atBen, tablet]) {
      expect(await guest.next("signal")).toEqual({
        type: "signal",
        from: ann.userId,
        data: "offer",
      });
    }
    atAnn.socket.send({ type: "signal", to: strangerActor().userId, data: "offer" });
    await Promise.all([atAnn.settled(), atCleo.settled()]);
    expect([atCleo.all("signal"), atAnn.codes]).toEqual([
      [],
      expect.not.arrayContaining(["problem"]),
    ]);
  });

  test("has the tracks that the room allows, and none once the client that has them is gone", async () => {
    roomId = await makeRoom(ann, { media: { audio: true, video: false } });
    const [atAnn, atBen] = [await Guest.come(ann, roomId), await Guest.come(ben, roomId)];
    const tablet = await Guest.come(ben, roomId);
    atBen.socket.send({ type: "tracks", audio: "off", video: "live" });
    await atBen.next("problem");
    atBen.socket.send({ type: "tracks", audio: "live", video: "off" });
    await atAnn.until(() => atAnn.member(ben)?.audio === "live");
    atBen.socket.close(1001);
    await atAnn.until(() => atAnn.member(ben)?.audio === undefined);
    expect(atAnn.member(ben)?.isAway).toBe(undefined);
    tablet.say("Still here");
    await atAnn.hears("Still here");
  });

  test("whose device is removed, or whose account is erased, is out, and so is what it was let in by before", async () => {
    const [atAnn, atBen] = [await Guest.come(ann, roomId), await Guest.come(ben, roomId)];
    const tablet = { userId: ben.userId, deviceId: cleo.deviceId };
    const atTablet = await Guest.come(tablet, roomId);
    expect(await roomAt(roomId).expel(ben.userId, ben.deviceId)).toBe(true);
    await atBen.socket.closed;
    expect(atBen.codes.at(-1)).toBe("removed");
    atTablet.say("Still here");
    await atAnn.hears("Still here");
    await expect(Guest.come(ben, roomId)).rejects.toThrow("upgrade-refused");
    await roomAt(roomId).expel(ben.userId, null);
    await atTablet.socket.closed;
    await atAnn.until(() => atAnn.people.length === 1);
    await expect(Guest.come(tablet, roomId)).rejects.toThrow("upgrade-refused");
    await Guest.come(cleo, roomId);
  });
});
