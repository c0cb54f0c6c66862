// ID-3: entries that are brought for a log that is kept: wherever they begin, those that are there are passed over,
// and the rest must follow. All of them count, or none.

import fc from "fast-check";
import { expect, test } from "vitest";
import { verifyLog } from "../../../shared/core/identity/deviceLog.ts";
import { growLog } from "../../../shared/core/identity/logGrowth.ts";
import type { LaterEntry } from "../../../shared/wire/auth.ts";
import { Account, keysOf, must } from "../deviceLogAccount.ts";

/** A log of nine entries, of every kind. */
function grown(name: string): Account {
  const account = new Account(name).add(0).add(1).replacePhrase(2).remove(0, "recovery");
  return account.add("recovery").remove(1, 2).replacePhrase(5).add(5);
}

const ann = grown("ann");
const LENGTH = ann.log.length;
const laterOf = ({ log }: Account) => log.slice(1) as LaterEntry[];
/** Verified once for each length. */
const KEPT = ann.log.map((_, index) => must(verifyLog(ann.log.slice(0, index + 1))));
const keptAt = (length: number) => must(KEPT[length - 1]);

test("ID-3: wherever the kept log ends and what is brought begins, it comes to the longer of the two", () => {
  const place = fc.integer({ min: 1, max: LENGTH });
  fc.assert(
    fc.property(place, place, place, (kept, one, other) => {
      const [from, to] = [Math.min(one, other), Math.max(one, other)];
      fc.pre(from <= kept);
      const growth = growLog(keptAt(kept), ann.log.slice(from, to) as LaterEntry[]);
      if (!growth.ok) throw new Error(growth.reason);
      const longer = from === to ? kept : Math.max(kept, to);
      expect(growth.verified).toEqual(keptAt(longer));
      expect(growth.fresh).toEqual(ann.log.slice(kept, longer));
    }),
  );
});

test("ID-3: a log that leads elsewhere at any place is a fork, whether it is longer or not", () => {
  for (let shared = 1; shared < LENGTH; shared++) {
    const other = new Account("ann", ann);
    other.log.splice(shared);
    other.verified = keptAt(shared);
    other.add(must(other.verified.devices[0]).number, keysOf(`elsewhere ${shared}`));
    for (const from of [0, shared - 1]) {
      const growth = growLog(keptAt(LENGTH), laterOf(other).slice(from));
      expect(growth).toEqual({ ok: false, reason: "fork" });
    }
  }
});

test("ID-3: what follows on nothing that is there is a fork; what may not come, or is badly signed, is invalid", () => {
  const kept = keptAt(4);
  const entries = ann.log.slice(4) as LaterEntry[];
  expect(growLog(kept, entries.slice(1))).toEqual({ ok: false, reason: "fork" });
  const [first, ...rest] = entries as [LaterEntry, ...LaterEntry[]];
  const bad: LaterEntry[][] = [
    [{ ...first, signature: must(rest[0]).signature }],
    [{ ...first, by: 1 }],
    [first, { ...must(rest[0]), signature: first.signature }],
  ];
  for (const brought of bad) {
    expect(growLog(kept, brought)).toEqual({ ok: false, reason: "invalid" });
  }
  // Skips one in between.
  expect(growLog(kept, [first, must(rest[1])])).toEqual({ ok: false, reason: "fork" });
});

test("ID-3: another signature over the same bytes is the same entry", () => {
  const [first] = laterOf(ann) as [LaterEntry];
  const brought = [{ ...first, signature: must(laterOf(ann)[1]).signature }];
  expect(growLog(keptAt(3), brought)).toMatchObject({ ok: true, fresh: [] });
});
