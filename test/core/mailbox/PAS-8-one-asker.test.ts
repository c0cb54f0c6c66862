// PAS-8: one asker alone causes few prompts, whatever becomes of its requests: each that was shown counts, whether
// it ended, was replaced or was answered.

import { describe, expect, test } from "vitest";
import {
  arrive,
  end,
  endedOf,
  type MeetingRequests,
  NO_REQUESTS,
} from "../../../shared/core/mailbox/meetingRequests.ts";
import type { MeetingRequest } from "../../../shared/wire/mailbox.ts";
import { asked, missed, NOW, sidsAt, withAll } from "./examples.ts";

describe("one asker", () => {
  /** As many requests as given by one asker, each ended before the next. */
  function endedTimes(count: number, isStranger: boolean): MeetingRequests {
    let held = NO_REQUESTS;
    for (let index = 0; index < count; index++) {
      const now = NOW + index * 1_000;
      held = withAll([asked("ann", String(index), now)], isStranger, held);
      held = missed(held, String(index), index, now + 500);
    }
    return held;
  }

  test.for([
    ["a stranger", true, 3],
    ["a contact", false, 10],
  ] as const)(
    "as %s is shown so often within ten minutes, and then again",
    ([, isStranger, most]) => {
      const held = endedTimes(most, isStranger);
      expect(held.ended).toHaveLength(most);
      for (const [wait, isShown] of [
        [600_000 - 1, false],
        [600_000, true],
      ] as const) {
        const request = asked("ann", "more", NOW + wait);
        expect(arrive(held, request, isStranger, NOW + wait) !== null).toBe(isShown);
      }
      expect(arrive(held, asked("ben", "other", NOW + 60_000), false, NOW + 60_000)).not.toBeNull();
    },
  );

  /** As the mailbox does: a request that a newer one of the same asker replaces is kept as ended. */
  function replacing(
    held: MeetingRequests,
    request: MeetingRequest,
    isStranger: boolean,
    answered?: ReadonlySet<string>,
  ): MeetingRequests | null {
    const after = arrive(held, request, isStranger, request.openedAt, answered);
    if (after === null) return null;
    const gone = held.waiting.filter(({ sid }) => !after.waiting.some((one) => one.sid === sid));
    return gone.reduce((all, { sid }) => {
      const over = endedOf(held, sid, "cancelled", 1);
      return over === null ? all : end(all, over, request.openedAt);
    }, after);
  }

  function askedTimes(count: number, isStranger: boolean, areAnswered: boolean): MeetingRequests {
    let held = NO_REQUESTS;
    const answered = new Set<string>();
    for (let index = 0; index < count; index++) {
      const request = asked("ann", String(index), NOW + index);
      held = replacing(held, request, isStranger, answered) ?? held;
      if (areAnswered) answered.add(request.sid);
    }
    return held;
  }

  describe.for([
    ["a stranger", true, 3],
    ["a contact", false, 10],
  ] as const)("as %s", ([, isStranger, most]) => {
    test("is not shown more often by asking anew before the last request has ended", () => {
      const held = askedTimes(most, isStranger, false);
      expect(sidsAt(held, NOW + most)).toEqual([String(most - 1)]);
      expect(held.ended).toHaveLength(most - 1);
      const more = asked("ann", "more", NOW + 1_000);
      expect(replacing(held, more, isStranger)).toBeNull();
    });

    test("nor by asking anew once the last request is answered, which stays until its end", () => {
      const held = askedTimes(most, isStranger, true);
      expect(held.waiting).toHaveLength(most);
      const answered = new Set(held.waiting.map(({ sid }) => sid));
      const more = asked("ann", "more", NOW + 1_000);
      expect(replacing(held, more, isStranger, answered)).toBeNull();
      for (const sid of answered) expect(endedOf(held, sid, "mismatch", 1)).not.toBeNull();
    });

    test("leaves the prompts of everyone else alone", () => {
      const held = askedTimes(most + 5, isStranger, false);
      expect(arrive(held, asked("ben", "his", NOW + 100), true, NOW + 100)).not.toBeNull();
      expect(arrive(held, asked("cem", "hers", NOW + 100), false, NOW + 100)).not.toBeNull();
    });

    test("is held back by nothing that it was not shown", () => {
      const held = askedTimes(most, isStranger, false);
      let now = NOW;
      for (let index = 0; index < 30; index++) {
        now += 15_000;
        const again = replacing(held, asked("ann", `again ${index}`, now), isStranger);
        expect(again).toBeNull();
      }
      const late = NOW + 600_000 + most;
      expect(replacing(held, asked("ann", "late", late), isStranger)).not.toBeNull();
    });
  });

  test("who replaces a request makes it a missed one, with the time at which it came", () => {
    const first = replacing(NO_REQUESTS, asked("ann", "1"), true) as MeetingRequests;
    const second = replacing(first, asked("ann", "2", NOW + 5), true) as MeetingRequests;
    expect(second.ended).toMatchObject([{ sid: "1", from: "ann", openedAt: NOW }]);
    expect(sidsAt(second, NOW + 5)).toEqual(["2"]);
  });
});
