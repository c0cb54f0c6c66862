// TAP-3, TAP-4, TAP-6, TAP-7: a submission by the table of its states: outcomes, groups, retries, undoing, evictions.

import { describe, expect, test } from "vitest";
import { toBase64Url } from "../../../shared/core/crypto/bytes.ts";
import { deadlineOf, step, TRANSITIONS } from "../../../shared/core/tap/attempt.ts";
import { errandFor } from "../../../shared/core/tap/errands.ts";
import type { TapEvent } from "../../../shared/core/tap/events.ts";
import { FREE, groupIdOf } from "../../../shared/core/tap/state.ts";
import { TAP_UNDO_SECONDS } from "../../../shared/wire/limits.ts";
import { NOW, person, submission, tapIdOf, ticketOf, World } from "./world.ts";

const PEOPLE = Array.from({ length: 10 }, (_, index) => person(index));
const [ANN = person(0), BEN = person(1), CEM = person(2), DAN = person(3)] = PEOPLE;
const TAP = tapIdOf(1);
const UNDO_MS = TAP_UNDO_SECONDS * 1_000;
const FORGED = toBase64Url(new Uint8Array(259));

function refusedAs(code: string) {
  return expect.objectContaining({ kind: "refused", code });
}

function tapped(...peers: (typeof ANN)[]) {
  const world = new World(PEOPLE);
  const tickets = peers.map((peer) => ticketOf(peer, 1).ticket);
  const name = world.submit(ANN, tickets, TAP);
  world.settle();
  return { world, name, tickets };
}

function undo(world: World, name: string, party: typeof ANN, peer: typeof ANN) {
  return world.decide(name, { type: "undo", party, peer: peer.userId });
}

describe("a submission", () => {
  test("TAP-3: each of all outcomes beside good ones, in one submission", () => {
    const world = new World(PEOPLE.slice(0, 9));
    const [eve, fay, gus, hal, ida] = PEOPLE.slice(5);
    const of = (one: typeof ANN | undefined, serial = 1, at = NOW) =>
      ticketOf(one ?? ANN, serial, at).ticket;
    // Fay's device was removed; Gus has blocked Ann; Hal's ticket was read by Dan before; Dan and Ann have met.
    world.mailbox(fay ?? ANN).devices.clear();
    world.mailbox(gus ?? ANN).blocked.add(ANN.userId);
    world.submit(DAN, [of(hal), of(ANN, 3)], tapIdOf(9));
    world.settle();
    const first = [of(BEN), FORGED, of(ANN), of(BEN, 2), of(eve, 1, NOW - 700_000)];
    const tickets = [...first, of(fay), of(gus), of(hal), of(DAN), of(CEM), of(ida)];
    const name = world.submit(ANN, tickets, TAP);
    world.settle();
    expect(
      world
        .shown(name, ANN)
        ?.outcomes?.map(({ outcome }) => outcome)
        .join(" "),
    ).toBe(
      "established forged self duplicate expired revoked blocked replayed already established revoked",
    );
    for (const one of PEOPLE.slice(1, 9)) {
      expect(world.contact(ANN, one) !== null).toBe([BEN, CEM, DAN].includes(one));
      expect(world.contact(one, ANN)).toEqual(world.contact(ANN, one));
    }
    expect(world.contact(ANN, DAN)?.proofs).toHaveLength(2);
    const members = world.groups.get(groupIdOf(ANN.userId, TAP))?.members;
    expect(members?.map(({ userId }) => userId)).toEqual(
      [ANN, BEN, DAN, CEM].map(({ userId }) => userId),
    );
  });

  test("TAP-3: the one who has blocked the other is not met, whichever of the two it is", () => {
    const world = new World([ANN, BEN]);
    const event = submission(ANN, [ticketOf(BEN).ticket], TAP, null, NOW);
    if (event.type !== "submit") throw new Error("no submission");
    const taps = event.taps.map((tap) => ({ ...tap, isBlockedByInitiator: true }));
    const name = `${ANN.userId}.${TAP}`;
    world.decide(name, { ...event, taps });
    world.settle();
    expect(world.shown(name, ANN)?.outcomes?.[0]?.outcome).toBe("blocked");
    expect(world.contact(BEN, ANN)).toBeNull();
    expect(world.shown(name, BEN)).toBeNull();
  });

  test("TAP-2: a tap is of the time by which its ticket was judged, however long its way took", () => {
    const world = new World([ANN, BEN]);
    const lastMoment = NOW + 59_990;
    const event = submission(ANN, [ticketOf(BEN).ticket], TAP, null, lastMoment);
    world.now = lastMoment + 4_000;
    world.decide(`${ANN.userId}.${TAP}`, event);
    world.settle();
    expect(world.contact(BEN, ANN)?.proofs).toMatchObject([{ at: lastMoment }]);
  });

  test("TAP-3: a retry finds the same; other tickets by the same name are refused", () => {
    const { world, name, tickets } = tapped(BEN, CEM);
    const before = world.state(name);
    world.now += 90_000;
    world.submit(ANN, tickets, TAP);
    expect(world.state(name)).toBe(before);
    expect(world.underWay).toEqual([]);
    const others = [tickets.toReversed(), tickets.slice(1), [...tickets, FORGED]];
    const refusal = refusedAs("malformed-request");
    for (const other of others) {
      expect(world.decide(name, submission(ANN, other, TAP, null, NOW))).toEqual(refusal);
    }
    const [first] = tickets;
    expect(world.decide(name, submission(ANN, tickets, TAP, first ?? "", NOW))).toEqual(refusal);
    const tablet = { ...ANN, deviceId: BEN.deviceId };
    expect(world.decide(name, submission(tablet, tickets, TAP, null, NOW))).toEqual(refusal);
  });

  test("TAP-3: an expired ticket is remembered of the same initiator for ten minutes, of others never", () => {
    const { world, tickets } = tapped(BEN);
    world.now = NOW + 300_000;
    const again = world.submit(ANN, tickets, tapIdOf(2));
    const other = world.submit(CEM, tickets, tapIdOf(3));
    world.settle();
    expect(world.shown(again, ANN)?.outcomes?.[0]?.outcome).toBe("established");
    expect(world.shown(other, CEM)?.outcomes?.[0]?.outcome).toBe("expired");
    world.now = NOW + 600_000;
    const late = world.submit(ANN, tickets, tapIdOf(4));
    world.settle();
    expect(world.shown(late, ANN)?.outcomes?.[0]?.outcome).toBe("expired");
  });

  test("TAP-3, TAP-4: what an earlier submission has spent is stored once, and makes no other group", () => {
    const { world, tickets } = tapped(BEN);
    const both = [...tickets, ticketOf(CEM, 1).ticket];
    for (const serial of [2, 3]) {
      const again = world.submit(ANN, both, tapIdOf(serial));
      world.settle();
      expect(world.shown(again, ANN)).toMatchObject({
        outcomes: [{ outcome: "established" }, { outcome: "established" }],
        groupId: null,
      });
    }
    expect(world.mailbox(ANN).standings.get(BEN.userId)?.taps).toHaveLength(1);
    expect(world.groups.size).toBe(0);
  });

  test("TAP-7: spent tickets bring nobody who was undone into another group", () => {
    const { world, name, tickets } = tapped(BEN, CEM);
    for (const peer of [BEN, CEM]) undo(world, name, peer, ANN);
    world.settle();
    world.mailbox(BEN).blocked.add(ANN.userId);
    world.now += 1;
    const again = world.submit(ANN, tickets, tapIdOf(2));
    world.settle();
    expect(world.shown(again, ANN)).toMatchObject({ at: "settled", groupId: null });
    expect(world.groups.size).toBe(0);
    for (const one of [ANN, BEN, CEM]) {
      expect([...world.mailbox(one).groups]).toEqual([]);
      expect(one === ANN ? null : world.contact(one, ANN)).toBeNull();
    }
  });

  test("TAP-7: said again once it is forgotten, a submission brings back nobody who was undone", () => {
    const world = new World(PEOPLE);
    const early = ticketOf(BEN, 1, NOW + 4_000).ticket;
    const name = world.submit(ANN, [early], TAP);
    world.settle();
    undo(world, name, BEN, ANN);
    world.settle();
    world.expire(name);
    expect(world.state(name)).toBe(FREE);
    world.now += 1_000;
    world.submit(ANN, [early], TAP);
    world.settle();
    expect(world.shown(name, ANN)?.outcomes).toMatchObject([{ outcome: "expired" }]);
    expect(world.contact(ANN, BEN)).toBeNull();
    expect(world.contact(BEN, ANN)).toBeNull();
  });

  test("TAP-7: an answer about a submission of another time stores nothing", () => {
    const world = new World(PEOPLE);
    const name = world.submit(ANN, [ticketOf(BEN, 1).ticket], TAP);
    const answer = { outcome: "established", tapId: TAP, at: NOW - UNDO_MS } as const;
    world.decide(name, { type: "spent", name: "spend:1", answer });
    expect(world.state(name)).toMatchObject({ at: "settled", owes: [] });
  });

  test("TAP-4: one good peer makes no group, two do; each member is told once", () => {
    const one = tapped(BEN);
    expect(one.world.groups.size).toBe(0);
    expect(one.world.shown(one.name, ANN)?.groupId).toBeNull();
    const { world, name } = tapped(BEN, CEM);
    const groupId = groupIdOf(ANN.userId, TAP);
    for (const member of [ANN, BEN, CEM]) {
      expect(world.shown(name, member)?.groupId).toBe(groupId);
      expect([...world.mailbox(member).groups]).toEqual([groupId]);
    }
    expect(world.groups.get(groupId)?.members.map(({ signature }) => signature !== null)).toEqual([
      false,
      true,
      true,
    ]);
  });

  test("a touch of one peer stores two states, until it is forgotten", () => {
    const { world, name } = tapped(BEN);
    expect(world.attempts.get(name)?.writes).toBe(2);
    expect(deadlineOf(world.state(name))).toBe(NOW + UNDO_MS);
    world.expire(name);
    expect(world.state(name)).toBe(FREE);
    expect(world.attempts.get(name)?.writes).toBe(3);
  });

  test("a submission of which no mailbox is asked is not stored, and comes to the same again", () => {
    const world = new World(PEOPLE);
    const tickets = [FORGED, ticketOf(ANN, 1).ticket, ticketOf(BEN, 1, NOW - 700_000).ticket];
    const name = world.submit(ANN, tickets, TAP);
    const first = world.shown(name, ANN);
    expect(first?.outcomes?.map(({ outcome }) => outcome)).toEqual(["forged", "self", "expired"]);
    expect(world.attempts.get(name)?.writes).toBe(0);
    world.evict(name);
    world.submit(ANN, tickets, TAP);
    expect(world.shown(name, ANN)).toEqual(first);
  });

  test("TAP-6: what is owed is served until it is confirmed, even when its time is over", () => {
    const world = new World(PEOPLE);
    const name = world.submit(ANN, [ticketOf(BEN, 1).ticket], TAP);
    world.deliver(0);
    world.lose(0);
    world.expire(name);
    expect(deadlineOf(world.state(name))).toBeNull();
    expect(undo(world, name, ANN, BEN)).toEqual(refusedAs("undo-over"));
    world.settle();
    expect(world.contact(ANN, BEN)).toEqual(world.contact(BEN, ANN));
    expect(world.contact(ANN, BEN)).not.toBeNull();
    world.expire(name);
    expect(world.state(name)).toBe(FREE);
  });

  test("TAP-6: an initiator who is erased meanwhile leaves no errand, and no place in the group", () => {
    const world = new World(PEOPLE);
    const tickets = [BEN, CEM, DAN].map((peer) => ticketOf(peer, 1).ticket);
    const name = world.submit(ANN, tickets, TAP);
    world.mailboxes.delete(ANN.userId);
    world.settle();
    expect(world.state(name)).toMatchObject({ at: "settled", owes: [] });
    const members = world.groups.get(groupIdOf(ANN.userId, TAP))?.members;
    expect(members?.map(({ userId }) => userId)).toEqual([BEN, CEM, DAN].map((one) => one.userId));
  });
});

describe("undoing", () => {
  test("TAP-7: until ten minutes after the submission, by either side; then no more", () => {
    for (const [party, peer] of [
      [ANN, BEN],
      [BEN, ANN],
    ] as const) {
      const { world, name } = tapped(BEN);
      world.now = NOW + UNDO_MS - 1;
      expect(undo(world, name, party, peer)).toEqual({ kind: "taken" });
      world.settle();
      expect(world.contact(ANN, BEN)).toBeNull();
      expect(world.contact(BEN, ANN)).toBeNull();
      expect(world.mailbox(ANN).notices.map(({ kind }) => kind)).toEqual(["new", "removed"]);
      expect(world.mailbox(BEN).notices.map(({ kind }) => kind)).toEqual(["new", "removed"]);
      const late = tapped(BEN);
      late.world.now = NOW + UNDO_MS;
      expect(undo(late.world, late.name, party, peer)).toEqual(refusedAs("undo-over"));
      expect(late.world.contact(ANN, BEN)).not.toBeNull();
    }
  });

  test("TAP-7: is for the two alone, and by name", () => {
    const { world, name } = tapped(BEN, CEM);
    expect(undo(world, name, DAN, ANN)).toEqual(refusedAs("tap-unknown"));
    expect(undo(world, name, BEN, CEM)).toEqual(refusedAs("contact-unknown"));
    expect(undo(world, name, ANN, DAN)).toEqual(refusedAs("contact-unknown"));
    expect(undo(world, name, ANN, ANN)).toEqual(refusedAs("contact-unknown"));
    expect(world.shown(name, ANN)?.undone).toEqual([]);
  });

  test("TAP-7: takes the peer out of the group, which is no more with fewer than three", () => {
    const { world, name } = tapped(BEN, CEM, DAN);
    const groupId = groupIdOf(ANN.userId, TAP);
    undo(world, name, BEN, ANN);
    world.settle();
    expect(world.groups.get(groupId)?.members).toHaveLength(3);
    expect([...world.mailbox(BEN).groups]).toEqual([]);
    expect([...world.mailbox(CEM).groups]).toEqual([groupId]);
    expect(world.shown(name, BEN)).toMatchObject({ groupId: null, undone: [BEN.userId] });
    expect(world.shown(name, CEM)).toMatchObject({ groupId, undone: [] });
    undo(world, name, ANN, CEM);
    world.settle();
    expect(world.groups.size).toBe(0);
    for (const one of [ANN, BEN, CEM, DAN]) expect([...world.mailbox(one).groups]).toEqual([]);
    expect(world.contact(ANN, DAN)).not.toBeNull();
    expect(world.shown(name, ANN)).toMatchObject({
      groupId: null,
      undone: [BEN.userId, CEM.userId],
    });
  });

  test("TAP-7: while the group is being made, it comes to the same, whatever is evicted", () => {
    for (let stopAt = 0; stopAt < 24; stopAt++) {
      const world = new World(PEOPLE);
      const tickets = [BEN, CEM, DAN].map((peer) => ticketOf(peer, 1).ticket);
      const name = world.submit(ANN, tickets, TAP);
      for (let act = 0; act < stopAt; act++) {
        if (act % 2 === 0) world.deliver(0);
        else world.answer(0);
      }
      if (stopAt % 3 === 0) world.evict(name);
      world.now += 1;
      expect(undo(world, name, ANN, BEN)).toEqual({ kind: "taken" });
      world.settle();
      const groupId = groupIdOf(ANN.userId, TAP);
      const members = world.groups.get(groupId)?.members.map(({ userId }) => userId);
      expect(members).toEqual([ANN, CEM, DAN].map(({ userId }) => userId));
      expect([...world.mailbox(BEN).groups]).toEqual([]);
      for (const one of [ANN, CEM, DAN]) expect([...world.mailbox(one).groups]).toEqual([groupId]);
      expect(world.contact(BEN, ANN)).toBeNull();
      expect(world.contact(ANN, BEN)).toBeNull();
    }
  });
});

describe("the table of a submission", () => {
  const party = { userId: ANN.userId, deviceId: ANN.deviceId };
  const says: readonly TapEvent[] = [
    { type: "share", party, share: TAP },
    { type: "confirm", party, signature: FORGED, isGenuine: true },
    { type: "decline", party },
  ];

  test("to whom nothing is there, all but a submission and an undoing is unknown", () => {
    for (const event of says) {
      expect(step(FREE, event, NOW).reply).toEqual(refusedAs("tap-unknown"));
    }
    expect(step(FREE, { type: "undo", party, peer: BEN.userId }, NOW).reply).toEqual(
      refusedAs("undo-over"),
    );
    expect(step(FREE, { type: "deadline" }, NOW).state).toBe(FREE);
    expect(deadlineOf(FREE)).toBeNull();
    expect(errandFor(FREE, "group", NOW)).toBeNull();
  });

  test("without a table, nothing is shown, compared or declined", () => {
    const { world, name } = tapped(BEN);
    for (const event of says) {
      expect(world.decide(name, event)).toEqual(refusedAs("out-of-turn"));
      const stranger = { ...event, party: DAN } as TapEvent;
      expect(world.decide(name, stranger)).toEqual(refusedAs("tap-unknown"));
    }
  });

  test("leads where it says alone", () => {
    const reached = new Set<string>();
    for (const peers of [[BEN], [BEN, CEM]]) {
      const world = new World(PEOPLE);
      const name = `${ANN.userId}.${TAP}`;
      const run = (event: TapEvent) => {
        const from = world.state(name).at;
        world.decide(name, event);
        const to = world.state(name).at;
        const transition = TRANSITIONS[from][event.type];
        if (from !== to) expect(transition?.to).toContain(to);
        reached.add(`${from} ${event.type}`);
      };
      const tickets = peers.map((peer) => ticketOf(peer, 1).ticket);
      run(submission(ANN, tickets, TAP, null, NOW));
      while (world.underWay.length > 0) {
        world.deliver(0);
        const [first] = world.underWay.splice(0, 1);
        if (first?.answer != null) run(first.answer);
      }
      run({ type: "undo", party, peer: BEN.userId });
      run({ type: "deadline" });
    }
    expect(reached).toContain("free submit");
    expect(reached).toContain("settling spent");
    expect(reached).toContain("settled undo");
  });
});

test("TAP-6: 31 who tap one another crosswise in random order: one relationship a pair, one notice an end", () => {
  const people = Array.from({ length: 31 }, (_, index) => person(index));
  const world = new World(people);
  let seed = 12_345;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % below;
  };
  for (const one of people) {
    const others = people.filter((other) => other !== one);
    const tickets = others.map((other) => ticketOf(other, people.indexOf(one)).ticket);
    world.now += 1;
    world.submit(one, tickets, tapIdOf(people.indexOf(one)));
  }
  while (world.underWay.length > 0) {
    const index = random(world.underWay.length);
    world.deliver(index);
    world.answer(index);
  }
  world.settle();
  for (const one of people) {
    const { notices, groups } = world.mailbox(one);
    expect(groups.size).toBe(31);
    for (const other of people) {
      if (other === one) continue;
      const contact = world.contact(one, other);
      expect(contact?.proofs).toHaveLength(2);
      expect(contact?.receiptHash).toBe(world.contact(other, one)?.receiptHash);
      const told = notices.filter(({ kind, peer }) => kind === "new" && peer === other.userId);
      expect(told).toHaveLength(1);
    }
  }
});
