// ROOM-5: pair rooms, by a model over several objects. A room, its pair rooms, and what they owe each other, which comes
// late, twice, and after evictions.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { INVITATION_TTL_SECONDS, PAIR_COMING_SECONDS } from "../../../shared/wire/limits.ts";
import { anyCommand, Party, PEOPLE } from "./party.ts";
import { roomIdOf, user } from "./names.ts";

const [ANN, BEN, CEM, DEE] = [0, 1, 2, 3] as const;

/** Accepted, told to both, and both are there. */
function paired(party: Party, from: number = ANN, to: number = BEN) {
  party.invite(from, to);
  party.read();
  expect(party.reply(to, "accept")).toEqual({ kind: "taken" });
  party.world.settle();
  party.read();
  expect(party.come(from)?.kind).toBe("taken");
  expect(party.come(to)?.kind).toBe("taken");
  const pair = party.world.rooms.get(party.pairs.get(from)?.roomId ?? roomIdOf(0));
  if (pair === undefined) throw new Error("no pair room");
  return pair;
}

function outcomes(party: Party) {
  party.read();
  return [...party.outcomes.values()].map((told) => told.map(({ to, outcome }) => [to, outcome]));
}

const said = (who: number, outcome: string) => [user(who), outcome];
const asides = ({ room }: Party) =>
  [...room.state.present.values()]
    .map(({ userId }) => userId)
    .filter((userId) => room.state.asides.pairs.some(({ members }) => members.includes(userId)));

describe("by a model", () => {
  test("ROOM-5: whatever happens in whatever order, each invitation ends once, and nothing is left", () => {
    fc.assert(
      fc.property(fc.array(anyCommand, { maxLength: 60, size: "max" }), (commands) => {
        const party = new Party();
        for (const command of commands) party.run(command);
        party.end();
      }),
      { numRuns: 500 },
    );
  });

  test("ROOM-5: of those who race for a third, exactly one gets into a pair room, and all keep their seats", () => {
    // What each of them does, in this order; in which order they do it among each other, chance decides.
    type Deed = (party: Party) => void;
    const accept =
      (who: number, pick: number): Deed =>
      (party) =>
        party.reply(who, "accept", pick);
    const extras: readonly (readonly Deed[])[] = [
      [],
      [(party) => party.invite(CEM, ANN)],
      [(party) => party.invite(DEE, ANN), (party) => party.invite(DEE, CEM)],
      [(party) => party.invite(ANN, BEN), accept(BEN, 0)],
      [(party) => party.reply(ANN, "cancel")],
      [(party) => party.invite(DEE, BEN), accept(BEN, 1)],
    ];
    const race = fc.record({
      extra: fc.nat({ max: extras.length - 1 }),
      order: fc.array(fc.nat({ max: 6 }), { minLength: 8, maxLength: 20 }),
      picks: fc.array(fc.nat({ max: 20 }), { minLength: 20, maxLength: 20 }),
    });
    let pairs = 0;
    fc.assert(
      fc.property(race, ({ extra, order, picks }) => {
        const party = new Party();
        const { world, room } = party;
        const seats = [...room.state.present.values()].map(({ userId, seat }) => [userId, seat]);
        const scripts: Deed[][] = [
          [(one) => one.invite(ANN, CEM)],
          [(one) => one.invite(BEN, CEM)],
          [accept(CEM, 0), accept(CEM, 1), accept(CEM, 0)],
          [...(extras[extra] ?? [])],
        ];
        const turn = (which: number, pick: number) => {
          const deed = scripts[which]?.shift();
          if (deed !== undefined) deed(party);
          else if (which === 5) party.run({ do: "evict", pick });
          else party.run({ do: "deliver", pick, fate: which === 4 ? "again" : "once" });
          party.read();
          party.check();
        };
        order.forEach((which, index) => turn(which, picks[index] ?? 0));
        while (scripts.some(({ length }) => length > 0)) {
          turn(
            scripts.findIndex(({ length }) => length > 0),
            0,
          );
        }
        // Whoever was asked and has not said yes yet, does.
        for (let pick = 0; pick < 3; pick++) accept(CEM, pick)(party);
        world.settle();
        party.read();
        party.check();
        const { asides: at } = room.state;
        const ofCem = at.pairs.filter(({ members }) => members.includes(user(CEM)));
        expect(ofCem.length).toBeLessThanOrEqual(1);
        expect(world.rooms.size).toBe(1 + at.pairs.length);
        for (const { pairId, members } of at.pairs) {
          pairs += 1;
          for (let who = 0; who < PEOPLE; who++) {
            const isOne = members.includes(user(who));
            expect(party.pairs.get(who)?.roomId === pairId).toBe(isOne);
            const { reply } = world.enter(pairId, who);
            expect(reply).toEqual(isOne ? { kind: "taken" } : refused("room-full"));
          }
        }
        const now = [...room.state.present.values()].map(({ userId, seat }) => [userId, seat]);
        expect(now).toEqual(seats);
        for (const { pairId } of at.pairs) {
          const pair = world.rooms.get(pairId);
          const [client] = [...(pair?.sockets.values() ?? [])].map((socket) => socket.client);
          if (client !== undefined) pair?.do({ type: "leave", ...client });
        }
        party.end();
        expect(world.rooms.size).toBe(1);
        expect(party.pairs.size).toBe(0);
      }),
      { numRuns: 1_000 },
    );
    expect(pairs).toBeGreaterThan(800);
  });
});

function refused(code: string) {
  return { kind: "refused", code };
}

describe("an invitation", () => {
  test("ROOM-5: accepted, both are told the pair room once it stands", () => {
    const party = new Party();
    party.invite(ANN, BEN);
    party.read();
    party.reply(BEN, "accept");
    expect(outcomes(party)).toEqual([]);
    expect(asides(party)).toEqual([user(ANN), user(BEN)]);
    party.world.settle();
    expect(outcomes(party)).toEqual([[said(ANN, "accepted"), said(BEN, "accepted")]]);
    expect(party.pairs.get(ANN)?.with).toBe(user(BEN));
    expect(party.pairs.get(BEN)?.roomId).toBe(party.pairs.get(ANN)?.roomId);
  });

  test("ROOM-5: accepted, it is told to a client that comes before the pair room stands, which may say so again", () => {
    const party = new Party();
    party.invite(ANN, BEN);
    party.read();
    party.reply(BEN, "accept");
    const [pair] = party.room.state.asides.pairs;
    for (const who of [ANN, BEN, CEM]) {
      const { client } = party.world.enter(party.room.roomId, who);
      const notice = client.heard.find(({ type }) => type === "entered");
      const invitations = who === CEM ? [] : pair?.accepted;
      expect(notice).toMatchObject({ invitations, pair: null });
    }
    const { state } = party.room;
    const again = (who: number, reply: "accept" | "decline") => {
      const client = party.world.clientOf(party.room, who);
      const { invitationId = "" } = pair?.accepted[0] ?? {};
      const event = { type: "reply", invitationId, reply, pairId: roomIdOf(99) } as const;
      return client && party.room.do({ ...client, ...event });
    };
    expect(again(BEN, "accept")).toEqual({ kind: "taken" });
    expect([again(ANN, "accept"), again(CEM, "accept"), again(BEN, "decline")]).toEqual(
      Array.from({ length: 3 }, () => refused("invitation-over")),
    );
    expect(party.room.state).toBe(state);
    party.world.settle();
    expect(outcomes(party)).toEqual([[said(ANN, "accepted"), said(BEN, "accepted")]]);
  });

  test("ROOM-5: declined, cancelled and left unanswered for 30 seconds, both hear the same", () => {
    for (const [who, reply, outcome] of [
      [BEN, "decline", "declined"],
      [ANN, "cancel", "cancelled"],
    ] as const) {
      const party = new Party();
      party.invite(ANN, BEN);
      party.read();
      expect(party.reply(who, reply)?.kind).toBe("taken");
      expect(outcomes(party)).toEqual([[said(ANN, outcome), said(BEN, outcome)]]);
      expect(party.reply(BEN, "accept")).toEqual(refused("invitation-over"));
    }
    const party = new Party();
    party.invite(ANN, BEN);
    party.world.pass(INVITATION_TTL_SECONDS * 1_000 - 1);
    expect(outcomes(party)).toEqual([]);
    // Its alarm has not rung yet, but its time is over.
    party.world.now += 1;
    expect(party.reply(BEN, "accept")).toEqual(refused("invitation-over"));
    expect(outcomes(party)).toEqual([[said(ANN, "timedOut"), said(BEN, "timedOut")]]);
  });

  test("ROOM-5: crossed, both are accepted, and one pair room comes of it", () => {
    const party = new Party();
    party.invite(ANN, BEN);
    party.invite(BEN, ANN);
    party.world.settle();
    expect(outcomes(party)).toEqual([
      [said(ANN, "accepted"), said(BEN, "accepted")],
      [said(BEN, "accepted"), said(ANN, "accepted")],
    ]);
    expect(party.room.state.asides.pairs).toHaveLength(1);
  });

  test("ROOM-5: a new one cancels the earlier; who is asked or engaged elsewhere, it is taken for", () => {
    const party = new Party();
    party.invite(ANN, BEN);
    party.invite(ANN, CEM);
    expect(outcomes(party)).toEqual([[said(ANN, "cancelled"), said(BEN, "cancelled")]]);
    party.invite(DEE, CEM);
    party.invite(CEM, BEN);
    party.invite(CEM, ANN);
    expect(outcomes(party).slice(1)).toEqual([
      [said(CEM, "taken"), said(BEN, "taken")],
      [said(DEE, "taken"), said(CEM, "taken")],
    ]);
    expect(party.invite(DEE, ANN)).toEqual(refused("engaged-already"));
    expect(party.invite(ANN, DEE)).toEqual(refused("engaged-already"));
    expect(party.invite(DEE, DEE)).toEqual(refused("own-account"));
  });

  test("ROOM-5: nobody answers what is not theirs, and a refusal changes nothing", () => {
    const party = new Party();
    party.invite(ANN, BEN);
    party.read();
    const { state } = party.room;
    const [invitation] = state.asides.invitations;
    for (const [who, reply] of [
      [CEM, "accept"],
      [CEM, "cancel"],
      [ANN, "accept"],
      [BEN, "cancel"],
      [ANN, "decline"],
    ] as const) {
      const client = party.world.clientOf(party.room, who);
      if (client === null || invitation === undefined) throw new Error("nobody");
      const { invitationId } = invitation;
      const pairId = roomIdOf(99);
      const answer = party.room.do({ type: "reply", ...client, invitationId, reply, pairId });
      expect(answer).toEqual(refused("invitation-over"));
    }
    expect(party.room.state).toBe(state);
  });

  test("ROOM-5: when one of the two leaves, both hear that it is gone", () => {
    for (const who of [ANN, BEN]) {
      const party = new Party();
      party.invite(ANN, BEN);
      party.run({ do: "leave", who });
      expect(outcomes(party)).toEqual([[said(ANN, "gone"), said(BEN, "gone")]]);
    }
  });

  test("ROOM-5: to whoever is not there, or hidden, it waits and runs out, and nobody else hears of it", () => {
    for (const isHidden of [true, false]) {
      const party = new Party();
      if (isHidden) party.run({ do: "hide", who: BEN, to: ANN, isHidden });
      else party.run({ do: "leave", who: BEN });
      expect(party.invite(ANN, BEN)).toEqual({ kind: "taken" });
      const shown = party.room.told.filter(({ notice }) => notice.type === "invitation");
      expect(shown.map(({ to }) => to)).toEqual([user(ANN)]);
      party.read();
      expect(party.reply(BEN, "accept")).toEqual(isHidden ? refused("invitation-over") : null);
      party.run({ do: "enter", who: BEN });
      party.run({ do: "leave", who: BEN });
      expect(outcomes(party)).toEqual([]);
      party.world.pass(31_000);
      expect(outcomes(party)).toEqual([[said(ANN, "timedOut")]]);
    }
  });
});

describe("a pair room", () => {
  test("ROOM-5: is for exactly two; a third is refused as full", () => {
    const party = new Party();
    const pair = paired(party);
    expect(party.world.enter(pair.roomId, CEM).reply).toEqual(refused("room-full"));
    expect([...pair.state.present.values()].map(({ userId }) => userId)).toEqual([
      user(ANN),
      user(BEN),
    ]);
    expect(party.world.enter(pair.roomId, ANN).reply.kind).toBe("taken");
    const client = party.world.clientOf(pair, ANN);
    const invitation = { number: 1, invitationId: "x", pairId: roomIdOf(9), to: user(BEN) };
    expect(client && pair.do({ type: "invite", ...client, ...invitation })).toEqual(
      refused("engaged-already"),
    );
  });

  test("ROOM-5: when one leaves it is over for both, who are in the room alone again", () => {
    const party = new Party();
    const pair = paired(party);
    const ben = party.world.clientOf(pair, BEN);
    party.run({ do: "leavePair", who: ANN });
    expect(ben?.heard.at(-1)).toEqual({ type: "ended", leaving: "over" });
    expect(party.world.enter(pair.roomId, BEN).reply).toEqual(refused("room-unknown"));
    party.world.settle();
    party.read();
    expect(party.pairs.size).toBe(0);
    expect(asides(party)).toEqual([]);
    expect(party.world.rooms.has(pair.roomId)).toBe(false);
    expect(party.invite(ANN, BEN)?.kind).toBe("taken");
  });

  test("ROOM-5: a connection that is lost for 30 seconds ends it; one that comes back does not", () => {
    const party = new Party();
    const pair = paired(party);
    party.run({ do: "losePair", who: ANN });
    party.world.pass(29_000);
    expect(party.come(ANN)?.kind).toBe("taken");
    party.world.pass(60_000);
    expect(party.world.rooms.has(pair.roomId)).toBe(true);
    party.run({ do: "losePair", who: ANN });
    party.world.pass(30_000);
    party.world.settle();
    expect(party.world.rooms.has(pair.roomId)).toBe(false);
  });

  test("ROOM-5: both have their 30 seconds from when it is opened once more, as nobody was told of it before", () => {
    const party = new Party();
    party.invite(ANN, BEN);
    party.read();
    party.reply(BEN, "accept");
    party.world.deliver(0, "unheard");
    party.world.pass(29_000);
    party.world.serve(party.room.roomId, party.room.state.outbox[0]!);
    party.world.settle();
    party.world.pass(29_000);
    party.read();
    for (const who of [ANN, BEN]) expect(party.come(who)?.kind).toBe("taken");
    party.world.pass(60_000);
    expect(asides(party)).toHaveLength(2);
  });

  test("ROOM-5: is over soon when all its connections are lost without a word, and neither comes back to it", () => {
    const party = new Party();
    const pair = paired(party);
    for (const room of [pair, party.room]) {
      const lost = [...room.sockets.keys()];
      room.evict();
      for (const socket of lost) room.sockets.delete(socket);
    }
    for (const who of [ANN, BEN]) party.world.enter(party.room.roomId, who);
    party.world.settle();
    expect(asides(party)).toHaveLength(2);
    party.world.pass(31_000);
    party.world.settle();
    party.read();
    expect(party.world.rooms.has(pair.roomId)).toBe(false);
    expect(asides(party)).toEqual([]);
    expect(party.invite(ANN, BEN)?.kind).toBe("taken");
  });

  test("ROOM-5: is not kept by one of the two who comes back to the room again and again, and not to it", () => {
    for (const wereThere of [false, true]) {
      const party = new Party();
      if (wereThere) {
        const pair = paired(party);
        pair.evict();
        pair.sockets.clear();
      } else {
        party.invite(ANN, BEN);
        party.read();
        party.reply(BEN, "accept");
        party.world.settle();
      }
      for (let turn = 0; turn < 3; turn++) {
        party.run({ do: "enter", who: ANN });
        party.world.settle();
        expect(asides(party)).toHaveLength(2);
        party.world.pass(10_000);
      }
      party.world.settle();
      party.read();
      expect(asides(party)).toEqual([]);
      expect([party.world.rooms.size, party.pairs.size]).toEqual([1, 0]);
      expect(party.invite(CEM, BEN)?.kind).toBe("taken");
    }
  });

  test("ROOM-5: is over when the second one to come hides the first", () => {
    const party = new Party();
    party.invite(ANN, BEN);
    party.read();
    party.reply(BEN, "accept");
    party.world.settle();
    party.read();
    const pairId = party.pairs.get(ANN)?.roomId ?? roomIdOf(0);
    const { client } = party.world.enter(pairId, ANN);
    party.world.enter(pairId, BEN, { hidden: [user(ANN)] });
    expect(client.heard.at(-1)).toEqual({ type: "ended", leaving: "over" });
    party.world.settle();
    expect(party.world.rooms.has(pairId)).toBe(false);
  });

  test("ROOM-5: is over unless both come within 30 seconds, even if it is evicted meanwhile", () => {
    for (const comes of [[], [ANN]]) {
      const party = new Party();
      party.invite(ANN, BEN);
      party.read();
      party.reply(BEN, "accept");
      party.world.settle();
      party.read();
      for (const who of comes) party.come(who);
      party.world.rooms.get(party.pairs.get(ANN)?.roomId ?? roomIdOf(0))?.evict();
      party.world.pass(PAIR_COMING_SECONDS * 1_000);
      party.world.settle();
      party.read();
      expect(party.world.rooms.size).toBe(1);
      expect(party.pairs.size).toBe(0);
      expect(asides(party)).toEqual([]);
    }
  });

  test("ROOM-5: ends when one of the two leaves its room, is removed from it, or the room is closed", () => {
    const by = { kind: "house" } as const;
    const ways: readonly ((party: Party) => void)[] = [
      (party) => party.run({ do: "leave", who: BEN }),
      (party) => void party.room.do({ type: "moderate", by, act: "remove", userId: user(BEN) }),
      (party) => void party.room.do({ type: "moderate", by, act: "ban", userId: user(BEN) }),
      (party) => void party.room.do({ type: "expel", userId: user(BEN), deviceId: null }),
      (party) => party.run({ do: "hide", who: ANN, to: BEN, isHidden: true }),
      (party) => void party.room.do({ type: "close", by }),
    ];
    for (const way of ways) {
      const party = new Party();
      const pair = paired(party);
      const client = party.world.clientOf(pair, ANN);
      way(party);
      party.world.settle();
      expect(client?.heard.at(-1)).toEqual({ type: "ended", leaving: "over" });
      expect(party.world.rooms.has(pair.roomId)).toBe(false);
    }
  });

  test("ROOM-5: one whose sockets were all lost at once waits for both anew, and is looked after if none comes", () => {
    for (const isBack of [true, false]) {
      const party = new Party();
      const pair = paired(party);
      // As a crash does: nobody is told that they are gone.
      for (const { client } of pair.sockets.values()) client.isOpen = false;
      pair.sockets.clear();
      pair.evict();
      if (isBack) {
        expect(party.come(ANN)?.kind).toBe("taken");
        party.world.pass(29_000);
        expect(party.come(BEN)?.kind).toBe("taken");
      }
      party.world.pass(60_000);
      expect(party.world.rooms.has(pair.roomId)).toBe(true);
      party.world.pass(60 * 60_000);
      party.world.settle();
      expect(party.world.rooms.has(pair.roomId)).toBe(isBack);
    }
  });

  test("ROOM-5: opened once more when it is over, it goes by itself", () => {
    const party = new Party();
    party.invite(ANN, BEN);
    party.read();
    party.reply(BEN, "accept");
    party.world.deliver(0, "again");
    party.run({ do: "leave", who: ANN });
    party.world.deliver(1);
    expect(party.world.rooms.size).toBe(1);
    party.world.deliver(0);
    expect(party.world.rooms.size).toBe(2);
    party.end();
    expect(party.world.rooms.size).toBe(1);
  });

  test("ROOM-5: one that stands only when its pair is over is ended at once", () => {
    const party = new Party();
    party.invite(ANN, BEN);
    party.read();
    party.reply(BEN, "accept");
    party.run({ do: "leave", who: BEN });
    party.world.deliver(1);
    party.world.deliver(0);
    expect(party.world.rooms.size).toBe(2);
    party.world.settle();
    expect(party.world.rooms.size).toBe(1);
    expect(outcomes(party)).toEqual([[said(ANN, "gone"), said(BEN, "gone")]]);
  });

  test("ROOM-5: over before its room has heard that it stands, both hear of it, and nothing is owed any more", () => {
    const party = new Party();
    party.invite(ANN, BEN);
    party.read();
    party.reply(BEN, "accept");
    party.world.deliver(0, "unheard");
    party.world.pass(30_000);
    const over = party.world.calls.findIndex(({ errand }) => errand.kind === "pairOver");
    party.world.deliver(over);
    expect(outcomes(party)).toEqual([[said(ANN, "accepted"), said(BEN, "accepted")]]);
    expect(party.pairs.size).toBe(0);
    expect(party.room.state.outbox).toEqual([]);
    party.end();
    expect(party.world.rooms.size).toBe(1);
  });
});
