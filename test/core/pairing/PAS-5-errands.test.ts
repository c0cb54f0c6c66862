// PAS-5, KEY-5: errands to mailboxes: owed until they are confirmed, or until their time is up; a
// confirmation that comes twice, late, or from another attempt at the locator does no harm.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deadlineOf, step } from "../../../shared/core/pairing/attempt.ts";
import { errandFor, type ErrandName } from "../../../shared/core/pairing/errands.ts";
import type { AttemptEvent } from "../../../shared/core/pairing/events.ts";
import { type AttemptState, FREE, type Matched } from "../../../shared/core/pairing/state.ts";
import type { StateName } from "../../../shared/core/pairing/state.ts";
import {
  after,
  ANN,
  answer,
  ask,
  ASKED,
  askMessage,
  atOf,
  BEN,
  claim,
  committed,
  deadline,
  EXAMPLES,
  NOW,
  open,
  openMessage,
  owedErrand,
  say,
  served,
  servedBy,
} from "./examples.ts";
import {
  ASK_T1_MS,
  ASK_T2_MS,
  ERRANDS,
  eventsOf,
  NOTICE_MS,
  OPENINGS,
  T2_MS,
  walk,
} from "./walks.ts";

/** Every errand that some state of a request owes, with that state. */
const OWED: readonly (readonly [ErrandName, StateName])[] = [
  ["request", "awaitingClaim"],
  ["answered", "awaitingAnswer"],
  ["answered", "matched"],
  ["initiatorContact", "matched"],
  ["responderContact", "matched"],
  ["ending", "failed"],
  ["settlement", "failed"],
];

describe("an errand", () => {
  test.for(OWED)(
    "%s, confirmed, is owed no more; that is not worth a row of its own",
    ([name, at]) => {
      const state = ASKED[at];
      const decision = step(state, served(state, name), NOW);
      expect(decision.soft).toBe(true);
      expect(decision.state).toMatchObject({ at });
      expect(errandFor(decision.state, name)).toBeNull();
      expect(servedBy(step(decision.state, deadline, NOW + 1))).not.toContain(name);
    },
  );

  test.for(OWED)("%s, confirmed twice, is confirmed once", ([name, at]) => {
    const state = ASKED[at];
    const confirmation = served(state, name);
    const once = step(state, confirmation, NOW);
    const twice = step(once.state, confirmation, NOW);
    expect(twice.state).toBe(once.state);
    expect(twice.effects).toEqual([]);
    expect(twice.soft).toBe(false);
  });

  test.for(OWED)(
    "%s of an earlier attempt at the locator confirms nothing of this one",
    ([name, at]) => {
      const earlier = ASKED[at];
      const events: Record<StateName, readonly AttemptEvent[]> = {
        free: [],
        awaitingClaim: [],
        awaitingAnswer: [claim()],
        matched: [claim(), answer()],
        failed: [claim(), say("cancel", ANN)],
      };
      const later = after(ask(askMessage(9)), ...events[at]);
      expect(later.at).toBe(at);
      const decision = step(later, served(earlier, name), NOW);
      expect(decision.state).toBe(later);
      expect(decision.effects).toEqual([]);
    },
  );

  test.for(OWED)("%s, confirmed where it is not owed, changes nothing there", ([name, at]) => {
    const confirmation = served(ASKED[at], name);
    for (const later of Object.values(ASKED)) {
      if (later.at !== "free" && later.owes.includes(name)) continue;
      const decision = step(later, confirmation, NOW);
      expect(decision.state).toBe(later);
      expect(decision.effects).toEqual([]);
    }
  });

  test.for(OWED)("%s is served again by every alarm until it is confirmed", ([name, at]) => {
    const state = ASKED[at];
    for (const time of [NOW + 1_000, NOW + 5_000]) {
      const decision = step(state, deadline, time);
      expect(decision.state).toBe(state);
      expect(servedBy(decision)).toContain(name);
    }
  });

  test("is owed by no state that does not name it, and by no free locator", () => {
    for (const state of [...Object.values(ASKED), ...Object.values(EXAMPLES)]) {
      for (const name of ERRANDS) {
        const isOwed = state.at !== "free" && state.owes.includes(name);
        expect(errandFor(state, name) !== null).toBe(isOwed);
      }
    }
  });

  test("goes to the mailbox of whom it is about", () => {
    const owners = OWED.map(([name, at]) => [name, owedErrand(ASKED[at], name).owner]);
    expect(Object.fromEntries(owners)).toEqual({
      request: BEN.userId,
      answered: BEN.userId,
      ending: BEN.userId,
      settlement: ANN.userId,
      initiatorContact: ANN.userId,
      responderContact: BEN.userId,
    });
  });
});

describe("a request that no mailbox has confirmed", () => {
  test("is told to be answered instead once it is answered, and its end once it has ended", () => {
    expect(atOf(ASKED, "awaitingAnswer").owes).toEqual(["answered"]);
    const failed = after(ask(), say("cancel", ANN));
    expect(failed).toMatchObject({ owes: ["ending", "settlement"] });
  });

  test("that nobody has at all ends as unreachable, unless the news is of another attempt or too late", () => {
    const { sid } = askMessage();
    const ended = step(ASKED.awaitingClaim, { type: "unreachable", sid }, NOW);
    expect(ended.state).toMatchObject({ at: "failed", outcome: "unreachable" });
    const other: AttemptEvent = { type: "unreachable", sid: askMessage(9).sid };
    expect(step(ASKED.awaitingClaim, other, NOW).state).toBe(ASKED.awaitingClaim);
    for (const at of ["awaitingAnswer", "matched", "failed"] as const) {
      expect(step(ASKED[at], { type: "unreachable", sid }, NOW).state).toBe(ASKED[at]);
    }
  });
});

describe("a failed attempt", () => {
  const failed = ASKED.failed;

  test("is forgotten early once it is acknowledged and owes nothing, in any order", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), (order) => {
        const events = [
          say("acknowledge", ANN),
          say("acknowledge", BEN),
          served(failed, "ending"),
          served(failed, "settlement"),
        ];
        let state: AttemptState = failed;
        order.forEach((index, count) => {
          state = step(state, events[index] as AttemptEvent, NOW).state;
          expect(state.at).toBe(count === 3 ? "free" : "failed");
        });
      }),
    );
  });

  test("that owes something still is forgotten when its notice has waited long enough, and not before", () => {
    let state: AttemptState = step(failed, say("acknowledge", ANN), NOW).state;
    state = step(state, say("acknowledge", BEN), NOW).state;
    state = step(state, served(failed, "ending"), NOW).state;
    expect(deadlineOf(state)).toBe(NOW + NOTICE_MS);
    const before = step(state, deadline, NOW + NOTICE_MS - 1);
    expect(before.state).toBe(state);
    expect(servedBy(before)).toEqual(["settlement"]);
    expect(step(state, deadline, NOW + NOTICE_MS).state).toBe(FREE);
  });
});

describe("a match", () => {
  const undismissed = atOf(ASKED, "matched");
  const matched = step(undismissed, served(undismissed, "answered"), NOW).state as Matched;

  test("PAS-2: still owes that the request is answered, if the other devices had not heard of it", () => {
    expect(undismissed).toMatchObject({ owes: expect.arrayContaining(["answered"]) });
    expect(owedErrand(undismissed, "answered")).toMatchObject({
      kind: "requestOver",
      owner: BEN.userId,
      outcome: "answered",
    });
    expect(matched.owes).toEqual(["initiatorContact", "responderContact"]);
  });

  test("is not forgotten at all while a mailbox has not confirmed its contact", () => {
    const far = NOW + 10 ** 10;
    const { state } = step(matched, deadline, far);
    expect(state).toMatchObject({ at: "matched", isHandingOver: true });
    expect(deadlineOf(state)).toBeNull();
    expect(servedBy(step(state, deadline, far + 10 ** 9))).toEqual([
      "initiatorContact",
      "responderContact",
    ]);
  });

  test("KEY-5: a delivery without boxes that was under way when the handing over began does not count", () => {
    for (const role of ["initiator", "responder"] as const) {
      const early = committed(matched, role);
      const { state } = step(matched, deadline, NOW + ASK_T2_MS);
      const decision = step(state, early, NOW + ASK_T2_MS);
      expect(decision.state).toBe(state);
      const whole = step(state, committed(state, role), NOW + ASK_T2_MS);
      expect(whole.state).not.toBe(state);
      expect((whole.state as Matched).release[role]).toBeNull();
    }
  });

  test("KEY-5: one that was under way counts for a side that had fetched its boxes before", () => {
    const early = committed(matched, "initiator");
    const fetched = step(matched, say("acknowledge", ANN), NOW).state;
    const { state } = step(fetched, deadline, NOW + ASK_T2_MS);
    const decision = step(state, early, NOW + ASK_T2_MS);
    expect((decision.state as Matched).owes).toEqual(["responderContact"]);
  });

  test("KEY-5: what was handed over once is owed again, with its boxes, only to who has not fetched them", () => {
    let state: AttemptState = matched;
    for (const role of ["initiator", "responder"] as const) {
      state = step(state, committed(state, role), NOW).state;
    }
    state = step(state, say("acknowledge", BEN), NOW).state;
    const { state: handing } = step(state, deadline, NOW + ASK_T2_MS);
    expect((handing as Matched).owes).toEqual(["initiatorContact"]);
    const errand = owedErrand(handing, "initiatorContact");
    expect(errand).toMatchObject({
      delivery: { release: { sid: askMessage().sid, deviceId: ANN.deviceId } },
    });
    expect(step(handing, committed(handing, "initiator"), NOW + ASK_T2_MS).state).toBe(FREE);
  });
});

test("nothing that is owed is forgotten unconfirmed, unless the attempt goes on or its time is up", () => {
  fc.assert(
    fc.property(fc.constantFrom(...OPENINGS), walk, (opening, steps) => {
      let now = NOW;
      let { state } = step(FREE, opening, now);
      for (const [pick, name, wait] of steps) {
        now += wait;
        const before = state;
        const due = deadlineOf(before);
        const events = eventsOf(name, before);
        const event = events[pick % events.length] as AttemptEvent;
        state = step(before, event, now).state;
        if (before.at === "free") continue;
        const isDue = due !== null && now >= due;
        const confirmed = event.type === "served" ? event.name : null;
        const lost = before.owes.filter(
          (owed) => owed !== confirmed && (state.at === "free" || !state.owes.includes(owed)),
        );
        if (state.at === before.at && !isDue) expect(lost).toEqual([]);
        if (before.at === "matched") expect(lost).toEqual([]);
        if (before.at === "failed" && !isDue) expect(lost).toEqual([]);
      }
    }),
    { numRuns: 2_000 },
  );
});

test("the times above are what they stand for", () => {
  expect(deadlineOf(ASKED.awaitingClaim)).toBe(NOW + ASK_T1_MS);
  expect(deadlineOf(ASKED.matched)).toBe(NOW + ASK_T2_MS);
  expect(deadlineOf(after(open(ANN, openMessage()), claim(), answer()))).toBe(NOW + T2_MS);
});
