// TAP-8: requests to become contacts, as either mailbox keeps them. Of one asker one waits, and few are shown; what is
// over stays over, and is forgotten in time.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type KeptBadge, newBadge, used } from "../../../shared/core/mailbox/badge.ts";
import {
  arrive,
  askRefusal,
  between,
  type ContactRequests,
  dueAt,
  endOf,
  expiryOf,
  isNothing,
  isOpen,
  isPassedOver,
  nextDue,
  NO_CONTACT_REQUESTS,
  outdatedBy,
  over,
  pruned,
  retold,
  waitingOf,
  withAsked,
  withdrawing,
  withdrawnBy,
  withoutAsked,
} from "../../../shared/core/mailbox/contactRequests.ts";
import { restSeconds } from "../../../shared/core/mailbox/requestPace.ts";
import type { ContactRequest, ContactRequestEnd } from "../../../shared/wire/contactRequests.ts";
import type { DeviceId, UserId } from "../../../shared/wire/ids.ts";
import {
  BADGE_BURST,
  BADGE_REQUESTS_PER_HOUR,
  CONTACT_REQUEST_TTL_SECONDS,
  CONTACT_REQUESTS_MAX,
} from "../../../shared/wire/limits.ts";
import { NOW } from "./examples.ts";

const WEEK_MS = 7 * 24 * 60 * 60_000;
const TTL_MS = CONTACT_REQUEST_TTL_SECONDS * 1_000;

function requestOf(from: string, requestId: string, createdAt = NOW): ContactRequest {
  return {
    requestId,
    from: from as UserId,
    device: `device of ${from}` as DeviceId,
    signature: `signature of ${from}`,
    via: "badge",
    handle: null,
    createdAt,
    expiresAt: expiryOf(createdAt),
  };
}

const askedOf = (to: string, requestId: string, createdAt = NOW) => ({
  requestId,
  to: to as UserId,
  via: "badge" as const,
  createdAt,
  expiresAt: expiryOf(createdAt),
});

/** As the mailbox does it: passed over, or heard, and the former one ended. */
function comes(
  held: ContactRequests,
  request: ContactRequest,
  { isWelcome = true, now = request.createdAt, sequence = 0 } = {},
): { held: ContactRequests; isShown: boolean } {
  if (isPassedOver(held, request, now)) return { held, isShown: false };
  const { requests, isShown, replaced } = arrive(held, request, isWelcome, now);
  const after = replaced === null ? requests : over(requests, replaced, "withdrawn", sequence, now);
  return { held: after, isShown };
}

const withOwn = (held: ContactRequests, asked: ReturnType<typeof askedOf>) =>
  withAsked(held, asked, "own device" as DeviceId);

const idsOf = (list: readonly { readonly requestId: string }[]) =>
  list.map(({ requestId }) => requestId);

describe("one asker", () => {
  test("has one request waiting: a newer one takes the older one's place", () => {
    const first = comes(NO_CONTACT_REQUESTS, requestOf("ann", "1")).held;
    const other = comes(first, requestOf("ben", "2")).held;
    const { held, isShown } = comes(other, requestOf("ann", "3", NOW + 1));
    expect(isShown).toBe(true);
    expect(idsOf(held.waiting)).toEqual(["2", "3"]);
    expect(endOf(held, "1")).toMatchObject({ end: "withdrawn", peer: "ann", isOwn: false });
  });

  test("is heard three times within seven days, shown or not, and then again", () => {
    for (const isWelcome of [true, false]) {
      let held = NO_CONTACT_REQUESTS;
      for (let index = 0; index < 3; index++) {
        held = comes(held, requestOf("ann", `${index}`, NOW + index), { isWelcome }).held;
        held = over(held, `${index}`, "declined", index, NOW + index);
      }
      for (const [later, isPassed] of [
        [WEEK_MS - 1, true],
        [WEEK_MS, false],
      ] as const) {
        const more = requestOf("ann", "more", NOW + later);
        expect(isPassedOver(held, more, NOW + later)).toBe(isPassed);
      }
      expect(isPassedOver(held, requestOf("ben", "his"), NOW + 5)).toBe(false);
    }
  });

  test("that is passed over leaves the request that waits where it is", () => {
    let held = NO_CONTACT_REQUESTS;
    for (let index = 0; index < 5; index++) {
      held = comes(held, requestOf("ann", `${index}`, NOW + index)).held;
    }
    expect(idsOf(held.waiting)).toEqual(["2"]);
  });

  test("who is not welcome leaves nothing but that it was heard", () => {
    const { held, isShown } = comes(NO_CONTACT_REQUESTS, requestOf("ann", "1"), {
      isWelcome: false,
    });
    expect([isShown, held.waiting, held.heard.length]).toEqual([false, [], 1]);
    expect(isPassedOver(held, requestOf("ann", "1"), NOW), "the same once more").toBe(true);
  });
});

test("a request is passed over whose id is another's, waiting, asked or over", () => {
  let held = withOwn(NO_CONTACT_REQUESTS, askedOf("cem", "asked"));
  held = comes(held, requestOf("ben", "waiting")).held;
  held = comes(held, requestOf("dan", "over")).held;
  held = over(held, "over", "declined", 1, NOW);
  for (const id of ["asked", "waiting", "over"]) {
    expect(isPassedOver(held, requestOf("ann", id), NOW)).toBe(true);
  }
  expect(isPassedOver(held, requestOf("ann", "new"), NOW)).toBe(false);
});

test("no more are shown than may wait, and none whose time is over", () => {
  let held = NO_CONTACT_REQUESTS;
  for (let index = 0; index < CONTACT_REQUESTS_MAX; index++) {
    held = comes(held, requestOf(`user ${index}`, `${index}`)).held;
  }
  const late = comes(held, requestOf("late", "late"));
  expect([late.isShown, late.held.waiting.length]).toEqual([false, CONTACT_REQUESTS_MAX]);
  const again = comes(held, requestOf("user 7", "again"));
  expect([again.isShown, again.held.waiting.length]).toEqual([true, CONTACT_REQUESTS_MAX]);
  const past = comes(NO_CONTACT_REQUESTS, requestOf("ann", "1"), { now: NOW + TTL_MS });
  expect(past.isShown).toBe(false);
});

describe("an own request", () => {
  const held = withOwn(NO_CONTACT_REQUESTS, askedOf("ann", "1"));

  test("is made once by its id, and by no other's", () => {
    const refusals = [askedOf("ann", "1"), askedOf("ben", "1"), askedOf("ann", "2")].map((wish) =>
      askRefusal(held, wish),
    );
    expect(refusals).toEqual(["made", "otherwise", null]);
    const ended = over(held, "1", "declined", 1, NOW);
    expect([
      askRefusal(ended, askedOf("ann", "1")),
      askRefusal(ended, askedOf("ben", "1")),
    ]).toEqual(["over", "otherwise"]);
    const waiting = comes(held, requestOf("ben", "3")).held;
    expect(askRefusal(waiting, askedOf("ben", "3"))).toBe("otherwise");
    expect(isNothing(withoutAsked(held, "1")), "refused").toBe(true);
  });

  test("is one of so many", () => {
    let many = NO_CONTACT_REQUESTS;
    for (let index = 0; index < CONTACT_REQUESTS_MAX; index++) {
      expect(askRefusal(many, askedOf("ann", `${index}`))).toBe(null);
      many = withOwn(many, askedOf("ann", `${index}`));
    }
    expect(askRefusal(many, askedOf("ann", "more"))).toBe("full");
  });

  test("outdates those to the same account that were made before, but none that is being withdrawn", () => {
    let many = withOwn(withOwn(held, askedOf("ben", "2")), askedOf("ann", "3"));
    many = withOwn(many, askedOf("ann", "4"));
    expect(outdatedBy(many, "3")).toEqual(["1"]);
    expect(outdatedBy(many, "4")).toEqual(["1", "3"]);
    expect(outdatedBy(withdrawing(many, "1"), "4")).toEqual(["3"]);
    expect([outdatedBy(many, "1"), outdatedBy(many, "none")]).toEqual([[], []]);
  });
});

test("a withdrawal takes back what waits of its asker, but nothing that was asked since", () => {
  const { held } = comes(NO_CONTACT_REQUESTS, requestOf("ann", "2", NOW + 10));
  expect(withdrawnBy(held, "ann" as UserId, NOW + 10)).toBe("2");
  expect(withdrawnBy(held, "ann" as UserId, NOW + 99), "of a later one, passed over").toBe("2");
  expect(withdrawnBy(held, "ann" as UserId, NOW + 9)).toBe(null);
  expect(withdrawnBy(held, "ben" as UserId, NOW + 10)).toBe(null);
});

test("what two have asked of each other is found for both, and nobody else's", () => {
  let held = withOwn(NO_CONTACT_REQUESTS, askedOf("ann", "own"));
  held = withOwn(held, askedOf("ben", "other"));
  held = comes(held, requestOf("ann", "hers")).held;
  held = comes(held, requestOf("ben", "his")).held;
  expect(between(held, "ann" as UserId)).toEqual(["hers", "own"]);
});

test("a device is told what waits, what it asks, and which have ended since it last listened", () => {
  let held = withOwn(NO_CONTACT_REQUESTS, askedOf("ann", "own"));
  held = withdrawing(held, "own");
  held = comes(held, requestOf("ben", "his")).held;
  held = comes(held, requestOf("cem", "hers")).held;
  held = over(held, "hers", "declined", 7, NOW);
  const all = retold(held, 6, NOW + 1);
  expect(all).toEqual([
    { type: "contactRequestOver", requestId: "hers", end: "declined" },
    { type: "contactRequest", request: requestOf("ben", "his"), now: NOW + 1 },
    { type: "asked", asked: askedOf("ann", "own"), now: NOW + 1 },
  ]);
  expect(retold(held, 7, NOW + 1)).toEqual(all.slice(1));
  expect(retold(held, 7, NOW + TTL_MS), "no more in time").toEqual([]);
});

test("a request can be answered until it expires", () => {
  const { held } = comes(NO_CONTACT_REQUESTS, requestOf("ann", "1"));
  expect(waitingOf(held, "1", NOW + TTL_MS - 1)?.from).toBe("ann");
  expect(waitingOf(held, "1", NOW + TTL_MS)).toBe(null);
  expect([dueAt(held, NOW + TTL_MS - 1), dueAt(held, NOW + TTL_MS)]).toEqual([[], ["1"]]);
});

describe("whatever comes", () => {
  const names = ["ann", "ben", "cem"];
  const ends: ContactRequestEnd[] = ["approved", "declined", "withdrawn", "expired"];
  const moves = fc.array(
    fc.record({
      kind: fc.constantFrom("comes", "asks", "ends", "time", "refused", "withdraws"),
      who: fc.nat(names.length - 1),
      id: fc.nat(11),
      isWelcome: fc.boolean(),
      end: fc.constantFrom(...ends),
      passes: fc.constantFrom(0, 1, 60_000, WEEK_MS / 2, WEEK_MS),
    }),
    { maxLength: 60 },
  );

  test("ids are in one list, one of each asker waits, few are shown, and all is forgotten", () => {
    fc.assert(
      fc.property(moves, (steps) => {
        let held = NO_CONTACT_REQUESTS;
        let [now, sequence] = [NOW, 0];
        const shown: { who: string; at: number }[] = [];
        for (const { kind, who, id, isWelcome, end, passes } of steps) {
          const name = names[who] as string;
          const before = held;
          sequence += 1;
          if (kind === "time") {
            now += passes;
            for (const due of dueAt(held, now)) held = over(held, due, "expired", sequence++, now);
            held = pruned(held, now);
          } else if (kind === "comes") {
            const came = comes(held, requestOf(name, `${id}`, now), { isWelcome, sequence });
            held = came.held;
            if (came.isShown) shown.push({ who: name, at: now });
          } else if (kind === "asks") {
            const wish = askedOf(name, `${id}`, now);
            if (askRefusal(held, wish) === null) held = withOwn(held, wish);
          } else if (kind === "withdraws") held = withdrawing(held, `${id}`);
          else if (kind === "refused") held = withoutAsked(held, `${id}`);
          else {
            const wasOpen = isOpen(held, `${id}`);
            held = over(held, `${id}`, end, sequence, now);
            expect(held !== before).toBe(wasOpen);
            expect(isOpen(held, `${id}`)).toBe(false);
          }
          const ids = idsOf([...held.waiting, ...held.asked, ...held.ended]);
          expect(new Set(ids).size).toBe(ids.length);
          const askers = held.waiting.map(({ from }) => from);
          expect(new Set(askers).size).toBe(askers.length);
          for (const one of before.ended) {
            const kept = endOf(held, one.requestId);
            expect(kept === null || kept.end === one.end, "one end").toBe(true);
          }
        }
        for (const { who, at } of shown) {
          const within = shown.filter(
            (one) => one.who === who && one.at >= at && one.at - at < WEEK_MS,
          );
          expect(within.length).toBeLessThanOrEqual(3);
        }
        for (let rounds = 0; rounds < 100; rounds++) {
          const next = nextDue(held);
          if (next === null) break;
          now = Math.max(now, next);
          for (const due of dueAt(held, now)) held = over(held, due, "expired", sequence++, now);
          const left = pruned(held, now);
          expect(nextDue(left)).not.toBe(next);
          held = left;
        }
        expect(isNothing(held)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe("a badge", () => {
  test("brings so many at once, and so many in an hour from then on", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20 * 60_000), { maxLength: 120 }), (waits) => {
        let badge: KeptBadge = newBadge("salt", NOW);
        let now = NOW;
        let taken = 0;
        for (const wait of waits) {
          now += wait;
          const rest = restSeconds(badge.pace, now);
          const most = BADGE_BURST + ((now - NOW) / 3_600_000) * BADGE_REQUESTS_PER_HOUR;
          if (rest === 0) {
            badge = used(badge, now);
            taken += 1;
          } else {
            expect(restSeconds(badge.pace, now + rest * 1_000), "then it brings one").toBe(0);
            expect(restSeconds(badge.pace, now + rest * 1_000 - 1_001)).toBeGreaterThan(0);
          }
          expect(taken).toBeLessThanOrEqual(Math.ceil(most));
          expect(badge.uses).toBe(taken);
        }
      }),
    );
    let badge = newBadge("salt", NOW);
    for (let times = 0; times < BADGE_BURST; times++) {
      expect(restSeconds(badge.pace, NOW)).toBe(0);
      badge = used(badge, NOW);
    }
    expect(restSeconds(badge.pace, NOW)).toBe(3_600 / BADGE_REQUESTS_PER_HOUR);
  });
});
