// ROOM-5: two members step aside into a room for exactly two, on real objects: the room, its pair rooms, and what they owe
// each other. Whatever happens between the steps, there is one outcome.

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { RoomId } from "../../shared/wire/ids.ts";
import {
  INVITATION_BURST,
  INVITATION_EVERY_SECONDS,
  INVITATION_TTL_SECONDS,
  PAIR_COMING_SECONDS,
  SEAT_KEPT_SECONDS,
} from "../../shared/wire/limits.ts";
import type { Invitation } from "../../shared/wire/roomLine.ts";
import type { Actor } from "../../workers/auth/tokens.ts";
import { Room } from "../../workers/room/Room.ts";
import { strangerActor } from "./support/accounts.ts";
import { advanceClock, useStoppedClock } from "./support/clock.ts";
import {
  abort,
  evict,
  Guest,
  keptBy,
  makeRoom,
  moderate,
  refusalOf,
  ring,
  roomAt,
} from "./support/rooms.ts";

useStoppedClock();

let ann: Actor;
let ben: Actor;
let cleo: Actor;
let roomId: RoomId;
let atAnn: Guest;
let atBen: Guest;
let atCleo: Guest;

beforeEach(async () => {
  [ann, ben, cleo] = [strangerActor(), strangerActor(), strangerActor()];
  roomId = await makeRoom(strangerActor());
  [atAnn, atBen, atCleo] = [
    await Guest.come(ann, roomId),
    await Guest.come(ben, roomId),
    await Guest.come(cleo, roomId),
  ];
});

afterEach(() => vi.restoreAllMocks());

/** How invitations have ended, as a guest was told. */
function outcomes(guest: Guest): string[] {
  return guest.all("invitationOver").map(({ outcome }) => outcome);
}

async function shown(guest: Guest, count = 1): Promise<Invitation> {
  await guest.until(() => guest.all("invitation").length >= count);
  return (guest.all("invitation")[count - 1] as { invitation: Invitation }).invitation;
}

/** The pair room that both were told of last. */
async function pairOf(one: Guest, other: Guest): Promise<RoomId> {
  const told = (guest: Guest) =>
    guest.all("invitationOver").findLast(({ outcome }) => outcome === "accepted")?.pair;
  await one.until(() => told(one) !== undefined);
  await other.until(() => told(other) !== undefined);
  expect(told(one)).toEqual({ roomId: told(other)?.roomId, with: other.actor.userId });
  expect(told(other)?.with).toBe(one.actor.userId);
  return told(one)?.roomId as RoomId;
}

/** Ann invites Ben, who accepts; both go there. */
async function stepAside(): Promise<{ pairId: RoomId; annAside: Guest; benAside: Guest }> {
  await atAnn.invite(ben);
  atBen.reply(await shown(atBen), "accept");
  const pairId = await pairOf(atAnn, atBen);
  const [annAside, benAside] = [await Guest.come(ann, pairId), await Guest.come(ben, pairId)];
  await annAside.until(() => annAside.people.length === 2);
  return { pairId, annAside, benAside };
}

describe("ROOM-5: an invitation", () => {
  test("that is accepted takes the two aside, into a room of their own", async () => {
    const { pairId, annAside, benAside } = await stepAside();
    expect(annAside.entered.room).toMatchObject({ kind: "pair", capacity: 2, isListed: false });
    annAside.say("Between us");
    await benAside.hears("Between us");
    atAnn.say("To all");
    await Promise.all([atBen.hears("To all"), atCleo.hears("To all")]);
    expect(atCleo.texts).toEqual(["To all"]);
    expect([atCleo.member(ann)?.isAside, atCleo.member(ben)?.isAside]).toEqual([true, true]);
    expect(await refusalOf(cleo, pairId)).toBe("room-full");
    expect(outcomes(atCleo)).toEqual([]);
  });

  test("that is declined is told to the two alone, and both stay", async () => {
    await atAnn.invite(ben);
    atBen.reply(await shown(atBen), "decline");
    await atAnn.next("invitationOver");
    await atBen.next("invitationOver");
    await atCleo.settled();
    expect([outcomes(atAnn), outcomes(atBen), outcomes(atCleo)]).toEqual([
      ["declined"],
      ["declined"],
      [],
    ]);
    expect(atCleo.codes.filter((code) => code !== "entered" && code !== "events")).toEqual([]);
    expect(await keptBy(roomId)).toEqual(["record"]);
  });

  test("that nobody answers ends after half a minute, even if the object has slept; a late answer is none", async () => {
    await atAnn.invite(ben);
    const invitation = await shown(atBen);
    await evict(roomId);
    advanceClock(INVITATION_TTL_SECONDS * 1_000);
    expect(await ring(roomId)).toBe(true);
    await Promise.all([atAnn.next("invitationOver"), atBen.next("invitationOver")]);
    expect([outcomes(atAnn), outcomes(atBen)]).toEqual([["timedOut"], ["timedOut"]]);
    atBen.reply(invitation, "accept");
    expect((await atBen.next("refused")).problem.code).toBe("invitation-over");
  });

  test("is too late by the clock, though no alarm has fired", async () => {
    await atAnn.invite(ben);
    const invitation = await shown(atBen);
    advanceClock(INVITATION_TTL_SECONDS * 1_000);
    atBen.reply(invitation, "accept");
    await Promise.all([atAnn.next("invitationOver"), atBen.next("refused")]);
    expect(outcomes(atAnn)).toEqual(["timedOut"]);
  });

  test("is cancelled by whoever has invited, and by its next one", async () => {
    const first = await atAnn.invite(ben);
    atBen.reply(await shown(atBen), "cancel");
    await atBen.next("refused");
    atAnn.reply(first, "cancel");
    await Promise.all([atAnn.next("invitationOver"), atBen.next("invitationOver")]);
    await atAnn.invite(ben);
    await atAnn.invite(cleo);
    await atBen.next("invitationOver", 2);
    expect([outcomes(atAnn), outcomes(atBen), outcomes(atCleo)]).toEqual([
      ["cancelled", "cancelled"],
      ["cancelled", "cancelled"],
      [],
    ]);
  });

  test("is one of few: the next ones are refused for a while, however many messages may be said", async () => {
    for (let count = 0; count < INVITATION_BURST; count++) await atAnn.invite(ben);
    const refusedAt = async (number: number) => {
      atAnn.socket.send({ type: "invite", number, to: ben.userId });
      await atAnn.settled();
      return atAnn.all("refused").some((one) => one.number === number);
    };
    expect(await refusedAt(101)).toBe(true);
    expect(atAnn.codes.at(-1)).toBe("too-many-requests");
    advanceClock(INVITATION_EVERY_SECONDS * 1_000);
    expect([await refusedAt(102), await refusedAt(103)]).toEqual([false, true]);
    atAnn.say("Hello");
    await atBen.hears("Hello");
  });

  test("that crosses another is accepted by it", async () => {
    await atAnn.invite(ben);
    await shown(atBen);
    await atBen.invite(ann);
    const pairId = await pairOf(atAnn, atBen);
    await Guest.come(ann, pairId);
    await Guest.come(ben, pairId);
    expect([...new Set([...outcomes(atAnn), ...outcomes(atBen)])]).toEqual(["accepted"]);
  });

  test("of two who invite the same third ends for the one who is not chosen", async () => {
    await atAnn.invite(cleo);
    await atBen.invite(cleo);
    await shown(atCleo, 2);
    const fromBen = atCleo.all("invitation")[1]?.invitation as Invitation;
    atCleo.reply(fromBen, "accept");
    atCleo.reply(atCleo.all("invitation")[0]?.invitation as Invitation, "accept");
    await pairOf(atBen, atCleo);
    await atAnn.next("invitationOver");
    expect([outcomes(atAnn), outcomes(atBen), outcomes(atCleo).toSorted()]).toEqual([
      ["taken"],
      ["accepted"],
      ["accepted", "taken"],
    ]);
    expect((await atCleo.next("refused")).problem.code).toBe("invitation-over");
  });

  test("to or by someone who is aside is refused", async () => {
    await stepAside();
    atCleo.socket.send({ type: "invite", number: 7, to: ann.userId });
    expect(await atCleo.next("refused")).toMatchObject({
      number: 7,
      problem: { code: "engaged-already" },
    });
    atAnn.socket.send({ type: "invite", number: 8, to: cleo.userId });
    expect((await atAnn.next("refused")).problem.code).toBe("engaged-already");
  });

  test("to whoever leaves is over for both", async () => {
    await atAnn.invite(ben);
    await shown(atBen);
    atBen.leave();
    await atAnn.next("invitationOver");
    expect(outcomes(atAnn)).toEqual(["gone"]);
  });

  test("is told again to a client that comes while it waits", async () => {
    const invitation = await atAnn.invite(ben);
    await shown(atBen);
    await abort(roomId);
    const [annAgain, benAgain] = [await atAnn.again({ after: 1 }), await atBen.again({ after: 1 })];
    expect(annAgain.entered.invitations).toEqual([invitation]);
    expect(benAgain.entered.invitations).toEqual([invitation]);
    benAgain.reply(invitation, "accept");
    await pairOf(annAgain, benAgain);
  });
});

describe("ROOM-5: a pair room", () => {
  test("is over for both when one leaves; both are in the room again, whose seats were kept", async () => {
    const { pairId, annAside, benAside } = await stepAside();
    annAside.leave();
    await Promise.all([annAside.socket.closed, benAside.socket.closed]);
    expect([annAside.codes.at(-1), benAside.codes.at(-1)]).toEqual(["left", "over"]);
    for (const guest of [atAnn, atBen]) {
      expect((await guest.next("returned")).roomId).toBe(pairId);
    }
    await atCleo.until(() => atCleo.member(ann)?.isAside === undefined);
    expect(atCleo.member(ben)).toMatchObject({ seat: atBen.entered.seat });
    expect(atCleo.member(ben)).not.toHaveProperty("isAside");
    await expect.poll(() => keptBy(pairId)).toEqual([]);
    expect(await refusalOf(ann, pairId)).toBe("room-unknown");
    await expect.poll(() => keptBy(roomId)).toEqual(["record"]);
    await atAnn.invite(cleo);
    await shown(atCleo);
  });

  test("is over when one of the two never comes, or comes no more", async () => {
    await atAnn.invite(ben);
    atBen.reply(await shown(atBen), "accept");
    const pairId = await pairOf(atAnn, atBen);
    const annAside = await Guest.come(ann, pairId);
    advanceClock(PAIR_COMING_SECONDS * 1_000);
    await ring(pairId);
    await annAside.socket.closed;
    expect(annAside.codes.at(-1)).toBe("over");
    await Promise.all([atAnn.next("returned"), atBen.next("returned")]);
  });

  test("is over when neither comes, however often one of them comes back to the room meanwhile", async () => {
    await atAnn.invite(ben);
    atBen.reply(await shown(atBen), "accept");
    const pairId = await pairOf(atAnn, atBen);
    let annNow = atAnn;
    for (let turn = 0; turn < 3; turn++) {
      advanceClock((PAIR_COMING_SECONDS * 1_000) / 3);
      annNow = await annNow.again();
      await expect.poll(async () => (await keptBy(roomId)).includes("outbox")).toBe(false);
    }
    await ring(pairId);
    await Promise.all([annNow.next("returned"), atBen.next("returned")]);
    expect(await refusalOf(ann, pairId)).toBe("room-unknown");
  });

  test("keeps the seat of a connection that is lost, and is over when it does not come back", async () => {
    const { pairId, annAside, benAside } = await stepAside();
    annAside.socket.close(1001);
    await benAside.until(() => benAside.member(ann)?.isAway === true);
    const again = await annAside.again();
    again.socket.close(1001);
    await benAside.until(() => benAside.member(ann)?.isAway === true);
    await evict(pairId);
    advanceClock(SEAT_KEPT_SECONDS * 1_000);
    await ring(pairId);
    await benAside.socket.closed;
    expect(benAside.codes.at(-1)).toBe("over");
    await Promise.all([atAnn.next("returned"), atBen.next("returned")]);
  });

  test.each(["leaves", "is removed", "is banned", "is no more"] as const)(
    "is over when one of the two %s the room",
    async (how) => {
      const { pairId, annAside, benAside } = await stepAside();
      if (how === "leaves") atAnn.leave();
      else if (how === "is no more") await roomAt(roomId).expel(ann.userId, null);
      else await moderate({ kind: "house" }, roomId, how === "is banned" ? "ban" : "remove", ann);
      await Promise.all([annAside.socket.closed, benAside.socket.closed, atAnn.socket.closed]);
      await atBen.next("returned");
      await expect.poll(() => keptBy(pairId)).toEqual([]);
    },
  );

  test("is over when the room is closed", async () => {
    const { pairId, annAside, benAside } = await stepAside();
    await roomAt(roomId).close({ kind: "house" });
    await Promise.all([annAside.socket.closed, benAside.socket.closed, atCleo.socket.closed]);
    await expect.poll(() => keptBy(pairId)).toEqual([]);
    await expect.poll(() => keptBy(roomId)).toEqual([]);
  });

  test("is over when one of the two blocks the other, who are not there for each other in the room either", async () => {
    const { annAside, benAside } = await stepAside();
    await roomAt(roomId).setHidden(ann.userId, ben.userId, true);
    await Promise.all([annAside.socket.closed, benAside.socket.closed]);
    await atAnn.until(() => !atAnn.people.includes(ben.userId));
    await atBen.until(() => !atBen.people.includes(ann.userId));
    expect(atCleo.people).toHaveLength(3);
  });
});

/** The next calls of a kind fail as if one of the objects had crashed, before or after it did its part. */
function failNext(
  method: "openPair" | "pairOver" | "endPair",
  times: number,
  at: "before" | "after",
) {
  const original = Room.prototype[method] as (...given: unknown[]) => Promise<void>;
  const failing = { left: times };
  vi.spyOn(Room.prototype, method).mockImplementation(async function (
    this: Room,
    ...given: unknown[]
  ) {
    const isFailing = failing.left > 0;
    if (isFailing) failing.left -= 1;
    if (isFailing && at === "before") throw new Error("the object is away");
    await Reflect.apply(original, this, given);
    if (isFailing) throw new Error("the object is away");
  });
  return failing;
}

describe("ROOM-5: what rooms owe each other", () => {
  test.each([
    ["before it is done", "before"],
    ["after it was done", "after"],
  ] as const)("is brought again when the pair room fails %s", async (_, at) => {
    const failing = failNext("openPair", 2, at);
    await atAnn.invite(ben);
    atBen.reply(await shown(atBen), "accept");
    await expect.poll(() => failing.left).toBe(1);
    expect(outcomes(atAnn), "nobody is told of a room that may not stand").toEqual([]);
    await atCleo.until(() => atCleo.member(ann)?.isAside === true);
    for (let round = 0; round < 2; round++) {
      advanceClock(12_000);
      await evict(roomId);
      await ring(roomId);
    }
    const pairId = await pairOf(atAnn, atBen);
    await Guest.come(ann, pairId);
    expect([outcomes(atAnn), outcomes(atBen)]).toEqual([["accepted"], ["accepted"]]);
  });

  test.each(["before", "after"] as const)(
    "brings both back though the room fails when it is told, %s it has understood",
    async (at) => {
      const { pairId, annAside } = await stepAside();
      const failing = failNext("pairOver", 2, at);
      annAside.leave();
      await annAside.socket.closed;
      await expect.poll(() => failing.left).toBe(1);
      expect(await refusalOf(ann, pairId), "it is over").toBe("room-unknown");
      for (let round = 0; round < 2; round++) {
        advanceClock(20_000);
        await evict(pairId);
        await ring(pairId);
      }
      await Promise.all([atAnn.next("returned"), atBen.next("returned")]);
      await expect.poll(() => keptBy(pairId)).toEqual([]);
      expect(atAnn.all("returned")).toHaveLength(1);
    },
  );

  test("ends the pair room though it fails when the room ends it", async () => {
    const { pairId, benAside } = await stepAside();
    const failing = failNext("endPair", 1, "before");
    atAnn.leave();
    await atBen.next("returned");
    await expect.poll(() => failing.left).toBe(0);
    advanceClock(20_000);
    await ring(roomId);
    await benAside.socket.closed;
    await expect.poll(() => keptBy(pairId)).toEqual([]);
    await expect.poll(() => keptBy(roomId)).toEqual(["record"]);
  });

  test("survives the death of both objects at any step", async () => {
    await atAnn.invite(ben);
    await abort(roomId);
    let [annNow, benNow] = [await atAnn.again({ after: 1 }), await atBen.again({ after: 1 })];
    benNow.reply(benNow.entered.invitations[0] as Invitation, "accept");
    const pairId = await pairOf(annNow, benNow);
    await Promise.all([abort(roomId), abort(pairId)]);
    [annNow, benNow] = [await atAnn.again({ after: 1 }), await atBen.again({ after: 1 })];
    expect(annNow.entered.pair).toEqual({ roomId: pairId, with: ben.userId });
    const annAside = await Guest.come(ann, pairId);
    await Guest.come(ben, pairId);
    await abort(pairId);
    const again = [await annAside.again(), await Guest.come(ben, pairId)];
    await Promise.all(again.map((guest) => guest.until(() => guest.people.length === 2)));
    again[1]?.leave();
    await Promise.all([annNow.next("returned"), benNow.next("returned")]);
    expect(annNow.member(ben)).not.toHaveProperty("isAside");
  });

  test("is harmless when it is said again, late, or by what is no pair of it", async () => {
    const { pairId } = await stepAside();
    const members = [ann.userId, ben.userId] as const;
    const pair = { roomId: pairId, parent: roomId, members, title: "Another", pace: 10 };
    const media = { audio: true, video: true };
    for (const areTold of [true, false]) await roomAt(pairId).openPair({ ...pair, media, areTold });
    expect((await roomAt(pairId).info())?.room.title).toBe("A room");
    const other = await makeRoom(strangerActor());
    await roomAt(roomId).pairOver(other);
    await roomAt(other).endPair();
    expect([(await roomAt(other).info())?.occupancy, atAnn.all("returned")]).toEqual([0, []]);
    await roomAt(pairId).endPair();
    await roomAt(pairId).endPair();
    await roomAt(roomId).pairOver(pairId);
    await roomAt(roomId).pairOver(pairId);
    await atAnn.next("returned");
    await atAnn.settled();
    expect(atAnn.all("returned")).toHaveLength(1);
  });
});
