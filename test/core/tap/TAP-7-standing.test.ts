// TAP-6, TAP-7 and the rules of attempts: what a mailbox holds of a contact, in whatever order it comes.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toBase64Url } from "../../../shared/core/crypto/bytes.ts";
import {
  committed,
  type ContactStanding,
  encodeStanding,
  isNews,
  type MeetingCommit,
  removedByDevice,
  standingOf,
  type StandingRow,
  type Undo,
  undone,
  visibleOf,
} from "../../../shared/core/mailbox/contactStanding.ts";
import { tapCommit } from "../../../shared/core/mailbox/spentTickets.ts";
import type { ContactMethod } from "../../../shared/wire/pairing.ts";
import type { TapProof } from "../../../shared/wire/tap.ts";
import { NOW, person, tapIdOf, ticketOf } from "./world.ts";

const ANN = person(0);
const BEN = person(1);

function bytes(length: number, fill: number): string {
  return toBase64Url(new Uint8Array(length).fill(fill));
}

function meeting(method: ContactMethod, metAt: number, fill = metAt % 256): MeetingCommit {
  return { owner: ANN.userId, peer: BEN.userId, method, metAt, receiptHash: bytes(32, fill) };
}

function badge(at: number): MeetingCommit {
  const proof = {
    kind: "request",
    requestId: bytes(16, at % 256),
    via: "badge",
    by: BEN.userId,
    device: BEN.deviceId,
    signature: bytes(64, 1),
    approvedBy: ANN.deviceId,
    approval: bytes(64, 2),
    at,
  } as const;
  return { ...meeting("badge", at, (at + 100) % 256), proof };
}

function touch(at: number, isByAnn = true, isCompared = false): MeetingCommit {
  const [by, passive] = isByAnn ? [ANN, BEN] : [BEN, ANN];
  const proof: TapProof = {
    kind: "tap",
    tapId: tapIdOf(at % 256),
    by: by.userId,
    device: by.deviceId,
    ticket: ticketOf(passive, at % 256).ticket,
    signature: bytes(64, at % 256),
    at,
    ...(isCompared && { isCompared: true }),
  };
  return tapCommit(ANN.userId, BEN.userId, proof);
}

function undoing(until: number): Undo {
  return { peer: BEN.userId, receiptHash: bytes(32, 0), after: until - 600_000, until };
}

type Fact = (standing: ContactStanding | null) => ContactStanding | null;
const commit =
  (one: MeetingCommit): Fact =>
  (standing) =>
    committed(standing, one);
const undo =
  (until: number): Fact =>
  (standing) =>
    undone(standing, undoing(until));
const remove =
  (at: number): Fact =>
  (standing) =>
    standing === null ? null : removedByDevice(standing, at);

type Columns = Pick<StandingRow, "method" | "metAt" | "receiptHash">;
const BLANK: Columns = { method: "tap", metAt: 0, receiptHash: "" };

/** Each fact as a row would take it: stored and read again in between. */
function after(...facts: Fact[]): ContactStanding | null {
  let row: StandingRow | null = null;
  for (const fact of facts) {
    const next = fact(standingOf(row));
    if (next === null) continue;
    const columns: Columns = visibleOf(next) ?? row ?? BLANK;
    row = {
      method: columns.method,
      metAt: columns.metAt,
      receiptHash: columns.receiptHash,
      sequence: next.removedAt ?? NOW,
      isRemoved: visibleOf(next) === null,
      standing: encodeStanding(next),
    };
  }
  return standingOf(row);
}

function methodAfter(...facts: Fact[]): ContactMethod | null {
  return visibleOf(after(...facts))?.method ?? null;
}

describe("methods", () => {
  test("TAP-7: a weaker never replaces a stronger, and a stronger always a weaker, whenever it was", () => {
    const weaker = [touch(NOW), badge(NOW), touch(NOW + 9), badge(NOW + 9)];
    for (const method of ["key", "passphrase"] as const) {
      const strong = meeting(method, NOW + 5);
      for (const one of weaker) {
        expect(committed(after(commit(strong)), one)).toBeNull();
        expect(methodAfter(commit(one), commit(strong))).toBe(method);
      }
    }
    const strengthened = after(commit(touch(NOW)), commit(meeting("key", NOW + 5)));
    expect(strengthened?.taps).toEqual([]);
    expect(methodAfter(commit(touch(NOW)), commit(badge(NOW + 9)))).toBe("tap");
    expect(methodAfter(commit(badge(NOW + 9)), commit(touch(NOW)))).toBe("tap");
    expect(methodAfter(commit(meeting("link", NOW)), commit(touch(NOW + 1)))).toBe("tap");
    expect(methodAfter(commit(touch(NOW)), commit(meeting("link", NOW + 9)))).toBe("tap");
  });

  test("TAP-6: two touches, one each way, are one contact with both proofs, the earlier first", () => {
    const [first, second, third] = [touch(NOW), touch(NOW + 5, false), touch(NOW + 9)];
    const orders = [
      [first, second, third],
      [third, second, first],
      [second, third, first],
      [second, first, third, second, first],
    ];
    for (const order of orders) {
      const shown = visibleOf(after(...order.map(commit)));
      expect(shown).toMatchObject({ metAt: NOW, receiptHash: first.receiptHash });
      expect(shown?.proofs).toEqual([first.proof, second.proof]);
    }
    expect(committed(after(commit(first)), first)).toBeNull();
    const again = after(commit(first));
    const more = committed(again, third);
    if (more === null) throw new Error("not kept");
    expect(isNews(again, more)).toBe(false);
  });

  test("TAP-5: a compared touch is shown rather than an earlier one that was not", () => {
    const shown = visibleOf(after(commit(touch(NOW)), commit(touch(NOW + 5, true, true))));
    expect(shown?.proofs).toEqual([touch(NOW + 5, true, true).proof]);
  });

  test("however often two touch, little is kept of it", () => {
    const touches = Array.from({ length: 60 }, (_, index) =>
      commit(touch(NOW + index, index % 3 > 0)),
    );
    expect(after(...touches)?.taps.length).toBeLessThanOrEqual(8);
  });
});

describe("undoing", () => {
  test("TAP-7: what stood there before shows again", () => {
    const before = after(commit(badge(NOW)));
    const standing = after(commit(badge(NOW)), commit(touch(NOW + 1)), undo(NOW + 2));
    expect(visibleOf(standing)).toEqual(visibleOf(before));
    expect(methodAfter(commit(touch(NOW)), commit(meeting("key", NOW - 9)), undo(NOW + 1))).toBe(
      "key",
    );
    expect(methodAfter(commit(touch(NOW)), undo(NOW + 1), commit(meeting("key", NOW - 9)))).toBe(
      "key",
    );
  });

  test("TAP-7: touches whose own ten minutes are over stay", () => {
    const standing = after(
      commit(touch(NOW)),
      commit(touch(NOW + 500_000, false)),
      undo(NOW + 600_000),
    );
    expect(visibleOf(standing)?.proofs).toEqual([touch(NOW).proof]);
    expect(methodAfter(commit(touch(NOW)), undo(NOW + 599_999))).toBeNull();
  });

  test("TAP-6: a late commit brings back nobody who was removed or undone since, a new one does", () => {
    expect(
      methodAfter(commit(touch(NOW)), remove(NOW + 5), commit(touch(NOW + 5, false))),
    ).toBeNull();
    expect(methodAfter(commit(touch(NOW)), remove(NOW + 5), commit(touch(NOW + 6, false)))).toBe(
      "tap",
    );
    expect(methodAfter(commit(touch(NOW)), remove(NOW + 5), commit(badge(NOW + 5)))).toBeNull();
    expect(methodAfter(commit(touch(NOW)), remove(NOW + 5), commit(badge(NOW + 6)))).toBe("badge");
    expect(methodAfter(undo(NOW + 5), commit(touch(NOW + 5)))).toBeNull();
    expect(methodAfter(undo(NOW + 5), commit(touch(NOW + 6)))).toBe("tap");
    expect(undone(after(undo(NOW + 5)), undoing(NOW + 5))).toBeNull();
    expect(undone(after(commit(meeting("key", NOW))), undoing(NOW + 5))).toBeNull();
  });

  test("TAP-7: of a contact by badge that is removed, or a touch over it, no proof is kept", () => {
    for (const facts of [[badge(NOW)], [badge(NOW), touch(NOW + 5)]]) {
      const standing = after(...facts.map(commit), remove(NOW + 9));
      expect(JSON.stringify(standing)).not.toMatch(/signature|ticket|approval/u);
      const { method, metAt, receiptHash } = badge(NOW);
      expect(standing?.base).toMatchObject({ method, metAt, receiptHash, isRemoved: true });
    }
  });

  test("TAP-7: a link under a touch that is removed stands as the link that it was", () => {
    const link = meeting("link", NOW);
    const standing = after(commit(link), commit(touch(NOW + 5)), remove(NOW + 9));
    expect(standing?.base).toMatchObject({ method: "link", metAt: NOW, isRemoved: true });
    expect(visibleOf(committed(standing, meeting("key", NOW + 1)))?.method).toBe("key");
  });

  test("TAP-6, TAP-7: in any order of touches, undoings and other meetings it comes to the same", () => {
    const at = fc.integer({ min: 0, max: 40 }).map((offset) => NOW + offset);
    const early = at.map((time) => time - 600_000);
    const fact = fc.oneof(
      fc
        .record({ at: fc.oneof(at, early), isByAnn: fc.boolean() })
        .map((one) => commit(touch(one.at, one.isByAnn))),
      at.map(undo),
      fc.constant(commit(badge(NOW + 20))),
      fc.constant(commit(meeting("key", NOW + 10))),
      fc.constant(commit(meeting("link", NOW + 15))),
      fc.constant(commit(meeting("link", NOW + 5))),
    );
    const twoOrders = fc
      .array(fact, { maxLength: 6 })
      .chain((facts) =>
        fc.tuple(
          fc.constant(facts),
          fc.shuffledSubarray(facts, { minLength: facts.length }),
          fc.nat(5),
        ),
      );
    fc.assert(
      fc.property(twoOrders, ([facts, shuffled, again]) => {
        const repeated = facts.slice(again, again + 1);
        expect(visibleOf(after(...shuffled, ...repeated))).toEqual(visibleOf(after(...facts)));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("attempts", () => {
  /** As the rule stands for them: by receipt and time alone, a link in nobody's place. */
  interface Row {
    readonly method: ContactMethod;
    readonly metAt: number;
    readonly receiptHash: string;
    readonly isRemoved: boolean;
  }

  function put(known: Row | null, { method, metAt, receiptHash }: MeetingCommit): Row | null {
    if (known?.receiptHash === receiptHash) return null;
    const isLinked = known?.isRemoved === false && known.method === "link";
    if (isLinked && method !== "link") return { method, metAt, receiptHash, isRemoved: false };
    if ((known?.metAt ?? 0) > metAt) return null;
    const isMet = known?.isRemoved === false && known.method !== "link";
    if (isMet && method === "link") return null;
    return { method, metAt, receiptHash, isRemoved: false };
  }

  test("are taken as they were before there were taps", () => {
    const what = fc.constantFrom("key", "passphrase", "link", "remove");
    const acts = fc.array(fc.record({ what, at: fc.nat(12) }), { maxLength: 8 });
    fc.assert(
      fc.property(acts, (list) => {
        let row: Row | null = null;
        const facts: Fact[] = [];
        for (const { what: act, at } of list) {
          if (act === "remove") {
            row = row === null ? null : { ...(row as Row), isRemoved: true };
            facts.push(remove(NOW + at));
          } else {
            const one = meeting(act as ContactMethod, NOW + at);
            const next: Row | null = put(row, one);
            expect(committed(after(...facts), one) === null).toBe(next === null);
            row = next ?? row;
            facts.push(commit(one));
          }
          const standing = after(...facts);
          const shown = visibleOf(standing);
          const known = row as Row | null;
          expect(shown?.receiptHash ?? null).toBe(
            known === null || known.isRemoved ? null : known.receiptHash,
          );
          const isHiddenLink = known?.method === "link" && known.isRemoved;
          if (standing !== null && !isHiddenLink) expect(encodeStanding(standing)).toBeNull();
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
