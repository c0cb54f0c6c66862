// PAS-8: the meeting requests of one account: one of each asker waits, strangers cause few prompts, and what
// was missed is told for a while, within bounds.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  arrive,
  end,
  endedOf,
  type MeetingRequests,
  NO_REQUESTS,
} from "../../../shared/core/mailbox/meetingRequests.ts";
import {
  REQUEST_ENDED_TTL_SECONDS,
  REQUESTS_MAX_ENDED,
  REQUESTS_MAX_WAITING,
} from "../../../shared/wire/limits.ts";
import type { MeetingRequest } from "../../../shared/wire/mailbox.ts";
import { asked, missed, NOW, sidsAt, T1_MS, T2_MS, withAll } from "./examples.ts";

const TTL_MS = REQUEST_ENDED_TTL_SECONDS * 1_000;

describe("a request", () => {
  test("waits until T1, to the millisecond", () => {
    const held = withAll([asked("ann", "1")]);
    expect(sidsAt(held, NOW + T1_MS - 1)).toEqual(["1"]);
    expect(sidsAt(held, NOW + T1_MS)).toEqual([]);
  });

  test("that comes at T1 or later is not shown at all", () => {
    expect(arrive(NO_REQUESTS, asked("ann", "1"), false, NOW + T1_MS)).toBeNull();
    expect(arrive(NO_REQUESTS, asked("ann", "1"), false, NOW + T1_MS - 1)).not.toBeNull();
  });

  test("that is told twice does not ring twice, while it waits, when it is too late, and once it has ended", () => {
    const request = asked("ann", "1");
    const held = withAll([request]);
    expect(arrive(held, request, false, NOW + 1)).toBeNull();
    const over = missed(held, "1", 5, NOW + 10);
    expect(arrive(over, request, false, NOW + 11)).toBeNull();
  });

  test("takes the place of an older one by the same account, and goes to the end of the line", () => {
    const held = withAll([
      asked("ann", "1"),
      asked("ben", "2", NOW + 1),
      asked("ann", "3", NOW + 2),
    ]);
    expect(sidsAt(held, NOW + 2)).toEqual(["2", "3"]);
  });

  test("that an older attempt tells once more does not drive out the newer one of its asker", () => {
    const held = withAll([asked("ann", "1"), asked("ann", "2", NOW + 10)]);
    expect(arrive(held, asked("ann", "1"), false, NOW + 20)).toBeNull();
  });

  test("is one of twenty at most, of which the oldest makes way", () => {
    const many = Array.from({ length: REQUESTS_MAX_WAITING + 3 }, (_, index) =>
      asked(`asker ${index}`, String(index), NOW + index),
    );
    const held = withAll(many);
    expect(held.waiting).toHaveLength(REQUESTS_MAX_WAITING);
    expect(sidsAt(held, NOW + 30)[0]).toBe("3");
    expect(sidsAt(held, NOW + 30).at(-1)).toBe(String(REQUESTS_MAX_WAITING + 2));
  });
});

describe("strangers", () => {
  const strangers = (count: number, at = NOW) =>
    Array.from({ length: count }, (_, index) =>
      asked(`stranger ${at} ${index}`, `${at} ${index}`, at),
    );

  test("may cause five prompts at once, all of them together, and the sixth is not shown", () => {
    const held = withAll(strangers(5), true);
    expect(held.waiting).toHaveLength(5);
    expect(arrive(held, asked("one more", "6"), true, NOW)).toBeNull();
  });

  test("may cause one more each minute, and not a millisecond before it is over", () => {
    const held = withAll(strangers(5), true);
    for (const [wait, isShown] of [
      [59_999, false],
      [60_000, true],
    ] as const) {
      const request = asked("later", "later", NOW + wait);
      expect(arrive(held, request, true, NOW + wait) !== null).toBe(isShown);
    }
    const next = arrive(held, asked("later", "later", NOW + 60_000), true, NOW + 60_000);
    const again = asked("again", "again", NOW + 60_001);
    expect(arrive(next as MeetingRequests, again, true, NOW + 60_001)).toBeNull();
  });

  test("may cause five again once they have been quiet for five minutes", () => {
    const held = withAll(strangers(5), true);
    const later = NOW + 5 * 60_000;
    const shown = withAll(strangers(6, later), true, held);
    expect(sidsAt(shown, later)).toHaveLength(5);
  });

  test("who repeat themselves or come too late use up nothing", () => {
    const held = withAll(strangers(4), true);
    const request = held.waiting[0] as MeetingRequest;
    expect(arrive(held, request, true, NOW)).toBeNull();
    expect(arrive(held, asked("late", "late"), true, NOW + T1_MS)).toBeNull();
    expect(arrive(held, asked("fifth", "5"), true, NOW)).not.toBeNull();
  });

  test("count though the same one asks again and again, so that a prompt has its price each time", () => {
    const many = Array.from({ length: 8 }, (_, index) => asked("one", String(index), NOW + index));
    expect(Number(sidsAt(withAll(many, true), NOW + 8)[0])).toBeLessThan(5);
  });

  test("never keep a contact from being shown, nor do contacts count", () => {
    const held = withAll(strangers(9), true);
    expect(arrive(held, asked("a contact", "c"), false, NOW)).not.toBeNull();
    const contacts = Array.from({ length: 12 }, (_, index) => asked(`c${index}`, `c${index}`));
    const full = withAll(contacts);
    expect(full.strangers).toEqual(NO_REQUESTS.strangers);
    expect(arrive(full, asked("stranger", "s"), true, NOW)).not.toBeNull();
  });

  test("cause at most five prompts and one for each minute, whenever they come", () => {
    const waits = fc.array(fc.integer({ min: 0, max: 100_000 }), { maxLength: 60 });
    fc.assert(
      fc.property(waits, (all) => {
        let held = NO_REQUESTS;
        let now = NOW;
        let shown = 0;
        all.forEach((wait, index) => {
          now += wait;
          const next = arrive(held, asked(`s${index}`, `s${index}`, now), true, now);
          if (next === null) return;
          held = next;
          shown += 1;
        });
        expect(shown).toBeLessThanOrEqual(5 + Math.floor((now - NOW) / 60_000));
      }),
    );
  });
});

describe("a request that has ended", () => {
  test("waits no more, and is kept with how it ended", () => {
    const held = withAll([asked("ann", "1"), asked("ben", "2")]);
    const over = missed(held, "1", 7, NOW + 5);
    expect(sidsAt(over)).toEqual(["2"]);
    expect(over.ended).toEqual([
      { sid: "1", from: "ann", handle: null, openedAt: NOW, outcome: "timedOut", sequence: 7 },
    ]);
  });

  test("that never waited, as one that was not shown, is not told of either", () => {
    expect(endedOf(NO_REQUESTS, "1", "timedOut", 1)).toBeNull();
    const refused = withAll(
      Array.from({ length: 6 }, (_, index) => asked(`s${index}`, String(index))),
      true,
    );
    expect(endedOf(refused, "5", "timedOut", 1)).toBeNull();
  });

  test("is told of although another one came, or ended, between its T1 and the news of its end", () => {
    const held = withAll([asked("ann", "1"), asked("ben", "2")]);
    const late = NOW + T1_MS + 5;
    const arrived = arrive(held, asked("cem", "3", late), false, late) as MeetingRequests;
    expect(endedOf(arrived, "1", "timedOut", 1)).not.toBeNull();
    const one = missed(arrived, "1", 1, late);
    const both = missed(one, "2", 2, late);
    expect(both.ended.map(({ sid }) => sid)).toEqual(["1", "2"]);
    expect(sidsAt(both, late)).toEqual(["3"]);
  });

  test("is told of although it was answered, and failed only at T2", () => {
    const held = withAll([asked("ann", "1"), asked("ben", "2")]);
    const other = missed(held, "2", 1, NOW + T1_MS + 1);
    expect(missed(other, "1", 2, NOW + T2_MS).ended.map(({ sid }) => sid)).toEqual(["2", "1"]);
  });

  test("and of whose end no news came is let go once its attempt is forgotten", () => {
    const held = withAll([asked("ann", "1")]);
    const late = NOW + T2_MS + 60_000;
    const next = arrive(held, asked("ben", "2", late), false, late);
    expect(next?.waiting.map(({ sid }) => sid)).toEqual(["2"]);
  });

  test("told twice is kept once, as it was told last", () => {
    const held = withAll([asked("ann", "1")]);
    const over = endedOf(held, "1", "timedOut", 1);
    if (over === null) throw new Error("it waits");
    const once = end(held, over, NOW);
    expect(end(once, { ...over, sequence: 2 }, NOW).ended).toEqual([{ ...over, sequence: 2 }]);
  });

  test("is one of twenty at most, the latest of them", () => {
    let held = NO_REQUESTS;
    for (let index = 0; index < REQUESTS_MAX_ENDED + 5; index++) {
      const sid = String(index);
      held = missed(
        withAll([asked(`asker ${index}`, sid, NOW + index)], false, held),
        sid,
        index,
        NOW + index,
      );
    }
    expect(held.ended).toHaveLength(REQUESTS_MAX_ENDED);
    expect(held.ended[0]?.sid).toBe("5");
    expect(held.ended.at(-1)?.sid).toBe(String(REQUESTS_MAX_ENDED + 4));
  });

  test("is let go after seven days, at the next that ends", () => {
    const first = missed(withAll([asked("ann", "1")]), "1", 1, NOW);
    for (const [wait, kept] of [
      [TTL_MS - 1, ["1", "2"]],
      [TTL_MS, ["2"]],
    ] as const) {
      const held = withAll([asked("ben", "2", NOW + wait)], false, first);
      const over = missed(held, "2", 2, NOW + wait);
      expect(over.ended.map(({ sid }) => sid)).toEqual(kept);
    }
  });
});
