// TAP-5: a table is all or nothing, whatever is lost, repeated or comes late; and what each at it may see.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toBase64Url } from "../../../shared/core/crypto/bytes.ts";
import { memberKeyOf, tableToSign } from "../../../shared/core/tap/showing.ts";
import type { Reply } from "../../../shared/core/tap/events.ts";
import { committed } from "../../../shared/core/mailbox/contactStanding.ts";
import { NOW, person, tapIdOf, type TestTicket, ticketOf, World } from "./world.ts";

const PEOPLE = [person(0), person(1), person(2), person(3)];
const [ANN, BEN, CEM, DAN] = PEOPLE as [
  ReturnType<typeof person>,
  ReturnType<typeof person>,
  ReturnType<typeof person>,
  ReturnType<typeof person>,
];
const TABLE = tapIdOf(1);
const NAME = `${ANN.userId}.${TABLE}`;
const SIGNATURE = toBase64Url(new Uint8Array(64).fill(3));
const TAKEN: Reply = { kind: "taken" };
const MET_BY_BADGE = committed(null, {
  owner: BEN.userId,
  peer: ANN.userId,
  method: "badge",
  metAt: NOW - 1,
  receiptHash: "x",
})!;

function refusedAs(code: string) {
  return expect.objectContaining({ kind: "refused", code });
}

class Gathering extends World {
  readonly tickets: readonly TestTicket[];

  constructor() {
    super(PEOPLE);
    this.tickets = PEOPLE.map((one) => ticketOf(one, 1, this.now));
    this.begin();
  }

  begin(): void {
    const [own, ...others] = this.tickets.map(({ ticket }) => ticket);
    this.submit(ANN, others, TABLE, own ?? null);
  }

  share(member: number): Reply {
    const party = PEOPLE[member] ?? ANN;
    const { share } = this.tickets[member] ?? { share: "" };
    return this.decide(NAME, { type: "share", party, share });
  }

  confirm(member: number, isGenuine = true): Reply {
    const party = PEOPLE[member] ?? ANN;
    return this.decide(NAME, { type: "confirm", party, signature: SIGNATURE, isGenuine });
  }

  decline(member: number): Reply {
    return this.decide(NAME, { type: "decline", party: PEOPLE[member] ?? ANN });
  }

  at(): string {
    return this.state(NAME).at;
  }

  /** Contacts at either end of each pair of the initiator and another. */
  contacts() {
    const others = [BEN, CEM, DAN];
    return others.flatMap((one) => [this.contact(ANN, one), this.contact(one, ANN)]);
  }
}

function revealing(): Gathering {
  const table = new Gathering();
  table.settle();
  return table;
}

function comparing(): Gathering {
  const table = revealing();
  for (const member of [2, 0, 3, 1]) expect(table.share(member)).toEqual(TAKEN);
  table.settle();
  return table;
}

describe("a table", () => {
  test("TAP-5: all show, compare and confirm: contacts with the initiator, compared, and one group", () => {
    const table = comparing();
    expect(table.contacts()).toEqual([null, null, null, null, null, null]);
    for (const member of [3, 1, 0, 2]) expect(table.confirm(member)).toEqual(TAKEN);
    expect(table.at()).toBe("settling");
    expect(table.decline(1)).toEqual(refusedAs("out-of-turn"));
    table.settle();
    expect(table.at()).toBe("settled");
    for (const contact of table.contacts()) {
      expect(contact?.method).toBe("tap");
      expect(contact?.proofs[0]).toMatchObject({ isCompared: true, by: ANN.userId });
    }
    expect(table.contact(BEN, CEM)).toBeNull();
    const [group] = [...table.groups.values()];
    expect(table.groups.size).toBe(1);
    expect(group?.members.map(({ userId }) => userId)).toEqual(PEOPLE.map(({ userId }) => userId));
    expect(group?.members.every(({ confirmation }) => confirmation === SIGNATURE)).toBe(true);
    expect(group?.members.map(({ share }) => share)).toEqual(
      table.tickets.map(({ share }) => share),
    );
    for (const one of PEOPLE) {
      expect([...table.mailbox(one).groups]).toEqual([group?.groupId]);
      expect(table.mailbox(one).tables.at(-1)).toMatchObject({
        at: "settled",
        groupId: group?.groupId,
      });
      expect(table.mailbox(one).memory.tables).toEqual([]);
    }
    expect(table.share(2)).toEqual(TAKEN);
    expect(table.confirm(2)).toEqual(TAKEN);
  });

  test("TAP-5: shares show to all once all are there, and outcomes to the initiator alone", () => {
    const table = revealing();
    table.share(1);
    const early = table.shown(NAME, CEM);
    expect(early?.table?.members.map(({ share }) => share)).toEqual([null, null, null, null]);
    expect(early?.table?.members.map(({ hasArrived }) => hasArrived)).toEqual([
      false,
      true,
      false,
      false,
    ]);
    expect(early?.outcomes).toBeUndefined();
    expect(tableToSign(table.state(NAME))).toBeNull();
    for (const member of [0, 2, 3]) table.share(member);
    expect(table.shown(NAME, CEM)?.table?.members.map(({ share }) => share)).toEqual(
      table.tickets.map(({ share }) => share),
    );
    expect(tableToSign(table.state(NAME))).not.toBeNull();
    expect(table.shown(NAME, ANN)?.outcomes).toHaveLength(3);
    expect(table.shown(NAME, person(9))).toBeNull();
    expect(memberKeyOf(table.state(NAME), CEM)).toEqual(CEM.key);
    expect(memberKeyOf(table.state(NAME), person(9))).toBeNull();
  });

  test("TAP-5: a share is the one that the ticket commits to, by the device of the ticket", () => {
    const table = revealing();
    const { share } = table.tickets[1] ?? { share: "" };
    const says = (party: typeof ANN, what: string) =>
      table.decide(NAME, { type: "share", party, share: what });
    expect(says(CEM, share)).toEqual(refusedAs("malformed-request"));
    expect(says({ ...BEN, deviceId: CEM.deviceId }, share)).toEqual(refusedAs("out-of-turn"));
    expect(says(person(9), share)).toEqual(refusedAs("tap-unknown"));
    expect(table.confirm(1)).toEqual(refusedAs("out-of-turn"));
    expect(says(BEN, share)).toEqual(TAKEN);
    expect(says(BEN, share)).toEqual(TAKEN);
  });

  test("TAP-5: a confirmation is of that device, over that table, and counts once", () => {
    const table = comparing();
    expect(table.confirm(1, false)).toEqual(refusedAs("malformed-request"));
    const other = { ...BEN, deviceId: CEM.deviceId };
    const event = { type: "confirm", signature: SIGNATURE, isGenuine: true } as const;
    expect(table.decide(NAME, { ...event, party: other })).toEqual(refusedAs("out-of-turn"));
    expect(table.decide(NAME, { ...event, party: person(9) })).toEqual(refusedAs("tap-unknown"));
    expect(table.confirm(1)).toEqual(TAKEN);
    const state = table.state(NAME);
    expect(table.confirm(1)).toEqual(TAKEN);
    expect(table.state(NAME)).toBe(state);
  });

  test("TAP-5: one ticket that is not good aborts it, and the initiator alone learns which", () => {
    const table = new Gathering();
    table.mailbox(CEM).blocked.add(ANN.userId);
    table.settle();
    expect(table.at()).toBe("aborted");
    expect(table.shown(NAME, ANN)?.table).toMatchObject({ end: "refused", endedBy: CEM.userId });
    expect(table.shown(NAME, CEM)).toBeNull();
    expect(table.shown(NAME, BEN)?.table).toEqual({ members: [], end: "refused", endedBy: null });
    expect(table.mailbox(CEM).tables).toEqual([]);
    expect(table.contacts().every((contact) => contact === null)).toBe(true);
    expect(table.mailbox(BEN).memory.tables).toEqual([]);
  });

  test("TAP-5: a forged, repeated or late ticket spends none of the others", () => {
    const [own, ben] = PEOPLE.map((one) => ticketOf(one, 1).ticket);
    const late = ticketOf(CEM, 1, new World([]).now - 100_000).ticket;
    for (const bad of [toBase64Url(new Uint8Array(9)), ben ?? "", own ?? "", late]) {
      const world = new World(PEOPLE);
      world.submit(ANN, [ben ?? "", bad], TABLE, own ?? null);
      expect(world.state(NAME)).toMatchObject({ at: "aborted", end: "refused", endedBy: 2 });
      expect(world.underWay).toEqual([]);
      world.settle();
      expect(world.mailbox(BEN).memory.spent).toEqual([]);
    }
  });

  test("TAP-5: whoever declines ends it for all, from whichever device", () => {
    for (const at of [new Gathering(), revealing(), comparing()]) {
      const party = { ...CEM, deviceId: ANN.deviceId };
      expect(at.decide(NAME, { type: "decline", party })).toEqual(TAKEN);
      at.settle();
      expect(at.at()).toBe("aborted");
      expect(at.shown(NAME, ANN)?.table).toMatchObject({ end: "declined", endedBy: CEM.userId });
      expect(at.decline(1)).toEqual(TAKEN);
      expect(at.confirm(2)).toEqual(refusedAs("out-of-turn"));
      expect(at.contacts().every((contact) => contact === null)).toBe(true);
      for (const one of PEOPLE) expect(at.mailbox(one).memory.tables).toEqual([]);
    }
  });

  test("TAP-5: who does not come, or does not compare, is awaited until the time is up", () => {
    const absent = revealing();
    for (const member of [0, 1, 2]) absent.share(member);
    absent.settle();
    absent.expire(NAME);
    absent.settle();
    for (const one of PEOPLE) {
      expect(absent.mailbox(one).tables.at(-1)?.table).toMatchObject({
        end: "timedOut",
        endedBy: DAN.userId,
      });
    }
    expect(absent.share(3)).toEqual(refusedAs("out-of-turn"));
    const idle = comparing();
    idle.confirm(0);
    idle.expire(NAME);
    expect(idle.state(NAME)).toMatchObject({ at: "aborted", end: "timedOut", endedBy: null });
  });

  test("TAP-5: a mailbox that does not answer keeps nobody waiting for longer", () => {
    const table = new Gathering();
    table.deliver(1);
    table.answer(1);
    table.underWay = [];
    table.expire(NAME);
    expect(table.state(NAME)).toMatchObject({ at: "aborted", end: "timedOut", endedBy: null });
    table.settle();
    expect(table.contacts().every((contact) => contact === null)).toBe(true);
  });

  test("TAP-5: the last confirmation comes too late when its time is up, or someone has declined", () => {
    const late = comparing();
    for (const member of [0, 1, 2]) late.confirm(member);
    late.now += 120_000;
    expect(late.confirm(3)).toEqual(refusedAs("out-of-turn"));
    expect(late.at()).toBe("aborted");
    const declined = comparing();
    for (const member of [0, 1, 2]) declined.confirm(member);
    declined.decline(3);
    expect(declined.confirm(3)).toEqual(refusedAs("out-of-turn"));
  });

  test("TAP-5: the last confirmation is stored before anyone is told, at a table of two as well", () => {
    const world = new World(PEOPLE);
    const tickets = [ticketOf(ANN, 1), ticketOf(BEN, 1)];
    world.submit(ANN, [tickets[1]?.ticket ?? ""], TABLE, tickets[0]?.ticket);
    world.settle();
    [ANN, BEN].forEach((party, member) => {
      const { share } = tickets[member] ?? { share: "" };
      expect(world.decide(NAME, { type: "share", party, share })).toEqual(TAKEN);
    });
    for (const party of [ANN, BEN]) {
      const event = { type: "confirm", party, signature: SIGNATURE, isGenuine: true } as const;
      expect(world.decide(NAME, event)).toEqual(TAKEN);
    }
    world.evict(NAME);
    expect(world.state(NAME).at).toBe("settling");
    world.settle();
    expect(world.contact(BEN, ANN)).toEqual(world.contact(ANN, BEN));
    expect(world.contact(BEN, ANN)?.proofs).toMatchObject([{ isCompared: true }]);
    expect(world.groups.size).toBe(0);
  });

  test.for(["a removal", "an undoing"] as const)(
    "TAP-6: after %s while it was open, those who confirm it are contacts on both ends",
    (what) => {
      const table = new Gathering();
      const earlier = table.submit(ANN, [ticketOf(BEN, 9).ticket], tapIdOf(9));
      table.settle();
      for (const member of [0, 1, 2, 3]) table.share(member);
      table.settle();
      table.now += 1_000;
      if (what === "a removal") table.remove(BEN, ANN);
      else table.decide(earlier, { type: "undo", party: BEN, peer: ANN.userId });
      table.settle();
      expect(table.contact(BEN, ANN)).toBeNull();
      table.now += 1_000;
      for (const member of [0, 1, 2, 3]) table.confirm(member);
      table.settle();
      expect(table.at()).toBe("settled");
      expect(table.contact(BEN, ANN)?.proofs).toMatchObject([{ tapId: TABLE, isCompared: true }]);
      expect(table.contact(ANN, BEN)).toEqual(table.contact(BEN, ANN));
    },
  );

  test.for(["a removal", "an undoing"] as const)(
    "TAP-7: %s after all have confirmed holds, however late the table's word comes",
    (what) => {
      const table = comparing();
      for (const member of [0, 1, 2, 3]) table.confirm(member);
      const late = table.underWay.splice(0);
      table.mailbox(BEN).standings.set(ANN.userId, MET_BY_BADGE);
      table.now += 1;
      if (what === "a removal") table.remove(BEN, ANN);
      else table.decide(NAME, { type: "undo", party: BEN, peer: ANN.userId });
      table.underWay.push(...late);
      table.settle();
      expect(table.contact(BEN, ANN)?.method).toBe(what === "a removal" ? undefined : "badge");
    },
  );

  test("TAP-5: the initiator's own ticket is spent with it, and makes no contact when it is over", () => {
    const table = comparing();
    const own = table.tickets[0]?.ticket ?? "";
    table.decline(2);
    table.settle();
    expect(table.at()).toBe("aborted");
    const stolen = table.submit(DAN, [own], tapIdOf(2));
    table.settle();
    expect(table.shown(stolen, DAN)?.outcomes).toMatchObject([{ outcome: "replayed" }]);
    expect(table.contact(ANN, DAN)).toBeNull();
  });

  test("TAP-5: an own ticket that somebody else has read before is refused, and nothing is made", () => {
    const table = new Gathering();
    table.underWay = [];
    table.submit(DAN, [table.tickets[0]?.ticket ?? ""], tapIdOf(2));
    table.settle();
    expect(table.state(NAME)).toMatchObject({ at: "aborted", end: "refused", endedBy: 0 });
    expect(table.contact(BEN, ANN)).toBeNull();
    for (const one of PEOPLE) expect(table.mailbox(one).memory.tables).toEqual([]);
  });

  test("TAP-7: once confirmed, a member may take it back: contact and place in the group", () => {
    const table = comparing();
    expect(table.decide(NAME, { type: "undo", party: BEN, peer: ANN.userId })).toEqual(
      refusedAs("out-of-turn"),
    );
    for (const member of [0, 1, 2, 3]) table.confirm(member);
    expect(table.decide(NAME, { type: "undo", party: BEN, peer: ANN.userId })).toEqual(TAKEN);
    table.settle();
    expect(table.contact(ANN, BEN)).toBeNull();
    expect(table.contact(BEN, ANN)).toBeNull();
    expect(table.contact(CEM, ANN)).not.toBeNull();
    const [group] = [...table.groups.values()];
    expect(group?.members.map(({ userId }) => userId)).not.toContain(BEN.userId);
    expect([...table.mailbox(BEN).groups]).toEqual([]);
    expect([...table.mailbox(DAN).groups]).toEqual([group?.groupId]);
  });

  test("TAP-5: in any order of what people and networks do, it is all or nothing", () => {
    const what = fc.constantFrom(
      ...(["share", "confirm", "share", "confirm", "both", "both"] as const),
      ...(["deliver", "answer", "lose", "evict", "alarm", "repeat", "again", "settle"] as const),
    );
    const acts = fc.array(fc.record({ what, which: fc.nat(30) }), { maxLength: 40 });
    const rare = fc.constantFrom("decline", "expire", "erase", null, null, null);
    const outcomes = { settled: 0, aborted: 0 };
    fc.assert(
      fc.property(acts, rare, fc.nat(40), fc.boolean(), (list, rarely, when, isDone) => {
        const table = new Gathering();
        let erased: typeof ANN | null = null;
        list.forEach(({ what: act, which }, index) => {
          table.now += which;
          const at = which % Math.max(1, table.underWay.length);
          if (act === "share") table.share(which % 4);
          if (act === "confirm") table.confirm(which % 4);
          if (act === "settle") table.settle();
          if (act === "deliver" || act === "both") table.deliver(at);
          if (act === "answer" || act === "both") table.answer(at);
          if (act === "lose") table.lose(at);
          if (act === "evict") table.evict(NAME);
          if (act === "alarm") table.decide(NAME, { type: "deadline" });
          if (act === "again") table.begin();
          const one = table.underWay[at];
          if (act === "repeat" && one !== undefined) table.underWay.push({ ...one, answer: null });
          if (index !== when) return;
          if (rarely === "decline") table.decline(which % 4);
          if (rarely === "expire" && table.at() !== "settled") table.expire(NAME);
          if (rarely === "erase") {
            erased = PEOPLE[which % 4] ?? ANN;
            table.mailboxes.delete(erased.userId);
          }
        });
        table.settle();
        if (isDone && table.at() === "revealing") {
          for (const member of [0, 1, 2, 3]) table.share(member);
        }
        if (isDone && table.at() === "comparing") {
          for (const member of [0, 1, 2, 3]) table.confirm(member);
        }
        table.settle();
        while (["revealing", "comparing"].includes(table.at())) table.expire(NAME);
        table.settle();
        const end = table.at() as "settled" | "aborted";
        outcomes[end] += 1;
        const people = PEOPLE.filter((one) => one !== erased);
        for (const one of people) {
          const peers = one === ANN ? PEOPLE.slice(1) : [ANN];
          for (const peer of peers) {
            const contact = table.contact(one, peer);
            if (end === "aborted") expect(contact).toBeNull();
            else expect(contact?.proofs[0]).toMatchObject({ isCompared: true });
          }
          table.greet(one);
          const { tables, memory, groups } = table.mailbox(one);
          expect(groups.size).toBe(end === "settled" ? 1 : 0);
          expect(memory.tables).toEqual([]);
          const ends = tables.filter(({ at }) => at === "settled" || at === "aborted");
          for (const { at } of ends) expect(at).toBe(end);
        }
      }),
      { numRuns: 1_000 },
    );
    expect(outcomes.settled).toBeGreaterThan(100);
    expect(outcomes.aborted).toBeGreaterThan(100);
  });
});
