// TAP-3, TAP-6, TAP-7: whatever is lost, repeated, delayed or evicted, both mailboxes come to hold the same.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { person, tapIdOf, ticketOf, World } from "./world.ts";

const ANN = person(0);
const BEN = person(1);
const RUNS = { numRuns: 1_000 };

const happening = fc.record({
  what: fc.constantFrom("deliver", "answer", "both", "lose", "evict", "alarm", "repeat"),
  which: fc.nat(20),
});
type Happening = {
  what: "deliver" | "answer" | "both" | "lose" | "evict" | "alarm" | "repeat";
  which: number;
};
const happenings = fc.array(happening, { maxLength: 12 });

function happen(world: World, { what, which }: Happening): void {
  world.now += which;
  const names = [...world.attempts.keys()];
  const name = names[which % Math.max(1, names.length)];
  const index = which % Math.max(1, world.underWay.length);
  if (what === "deliver" || what === "both") world.deliver(index);
  if (what === "answer" || what === "both") world.answer(index);
  if (what === "lose") world.lose(index);
  if (what === "evict" && name !== undefined) world.evict(name);
  if (what === "alarm" && name !== undefined) world.decide(name, { type: "deadline" });
  const one = world.underWay[index];
  if (what === "repeat" && one !== undefined) world.underWay.push({ ...one, answer: null });
}

function touch(world: World, by: typeof ANN, serial: number): string {
  const passive = by === ANN ? BEN : ANN;
  return world.submit(by, [ticketOf(passive, serial, world.now).ticket], tapIdOf(serial));
}

const touches = fc.array(fc.record({ isByAnn: fc.boolean(), between: happenings }), {
  minLength: 1,
  maxLength: 3,
});

describe("two who tap one another", () => {
  test("TAP-6: crossed taps in any order of errands make one relationship, the same on both ends", () => {
    fc.assert(
      fc.property(touches, (list) => {
        const world = new World([ANN, BEN]);
        list.forEach(({ isByAnn, between }, index) => {
          touch(world, isByAnn ? ANN : BEN, index + 1);
          for (const one of between) happen(world, one);
        });
        world.settle();
        const anns = world.contact(ANN, BEN);
        expect(anns?.method).toBe("tap");
        expect(world.contact(BEN, ANN)).toEqual(anns);
        const directions = new Set(list.map(({ isByAnn }) => isByAnn));
        expect(anns?.proofs).toHaveLength(directions.size);
        for (const one of [ANN, BEN]) {
          const { notices } = world.mailbox(one);
          expect(notices.filter(({ kind }) => kind === "new")).toHaveLength(1);
          expect(notices.filter(({ kind }) => kind === "removed")).toHaveLength(0);
        }
      }),
      RUNS,
    );
  });

  test("TAP-7: undone by either side at any point, they are contacts on neither", () => {
    fc.assert(
      fc.property(
        touches,
        fc.nat(2),
        fc.boolean(),
        fc.boolean(),
        happenings,
        (list, of, isByInitiator, isTwice, then) => {
          const world = new World([ANN, BEN]);
          const names = list.map(({ isByAnn, between }, index) => {
            const name = touch(world, isByAnn ? ANN : BEN, index + 1);
            for (const one of between) happen(world, one);
            return { name, by: isByAnn ? ANN : BEN };
          });
          const { name, by } = names[of % names.length] ?? { name: "", by: ANN };
          const passive = by === ANN ? BEN : ANN;
          const undo = (party: typeof ANN, peer: typeof ANN) => {
            world.now += 1;
            const reply = world.decide(name, { type: "undo", party, peer: peer.userId });
            expect(reply).toEqual({ kind: "taken" });
          };
          if (isByInitiator || isTwice) undo(by, passive);
          for (const one of then) happen(world, one);
          if (!isByInitiator || isTwice) undo(passive, by);
          world.settle();
          expect(world.contact(ANN, BEN)).toBeNull();
          expect(world.contact(BEN, ANN)).toBeNull();
          expect(world.shown(name, by)?.undone).toEqual([passive.userId]);
        },
      ),
      RUNS,
    );
  });

  test("TAP-7: who tap again after an undoing that is still under way are contacts on both ends", () => {
    fc.assert(
      fc.property(touches, happenings, touches, (before, then, after) => {
        const world = new World([ANN, BEN]);
        const [first] = before.map(({ isByAnn, between }, index) => {
          const by = isByAnn ? ANN : BEN;
          const name = touch(world, by, index + 1);
          for (const one of between) happen(world, one);
          return { name, by };
        });
        world.now += 1;
        if (first === undefined) return;
        const peer = (first.by === ANN ? BEN : ANN).userId;
        world.decide(first.name, { type: "undo", party: first.by, peer });
        world.now += 1;
        for (const one of then) happen(world, one);
        after.forEach(({ isByAnn, between }, index) => {
          touch(world, isByAnn ? ANN : BEN, index + 11);
          for (const one of between) happen(world, one);
        });
        world.settle();
        const anns = world.contact(ANN, BEN);
        expect(anns?.method).toBe("tap");
        expect(world.contact(BEN, ANN)).toEqual(anns);
        const directions = new Set(after.map(({ isByAnn }) => isByAnn));
        expect(anns?.proofs).toHaveLength(directions.size);
      }),
      RUNS,
    );
  });

  test("TAP-3: a retry repeats the first outcome, whatever was lost in between", () => {
    fc.assert(
      fc.property(fc.boolean(), happenings, happenings, (isMetBefore, then, later) => {
        const world = new World([ANN, BEN]);
        if (isMetBefore) {
          touch(world, BEN, 9);
          world.settle();
        }
        const { ticket } = ticketOf(BEN, 1, world.now);
        const name = world.submit(ANN, [ticket], tapIdOf(1));
        for (const one of then) happen(world, one);
        world.submit(ANN, [ticket], tapIdOf(1));
        for (const one of later) happen(world, one);
        const other = world.submit(ANN, [ticket], tapIdOf(2));
        world.settle();
        const outcome = isMetBefore ? "already" : "established";
        const told = [{ outcome, userId: BEN.userId }];
        expect(world.shown(name, ANN)?.outcomes).toEqual(told);
        expect(world.shown(other, ANN)?.outcomes).toEqual(told);
        expect(world.contact(BEN, ANN)).toEqual(world.contact(ANN, BEN));
        const kept = world.mailbox(ANN).standings.get(BEN.userId)?.taps;
        expect(kept).toHaveLength(isMetBefore ? 2 : 1);
      }),
      RUNS,
    );
  });
});
