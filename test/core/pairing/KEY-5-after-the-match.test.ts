// KEY-5, KEY-6: what a match leaves behind: acknowledgements, the outbox, and what the mailboxes take over.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deadlineOf, step } from "../../../shared/core/pairing/attempt.ts";
import { deliveryFor } from "../../../shared/core/pairing/delivery.ts";
import type { AttemptEvent } from "../../../shared/core/pairing/events.ts";
import { type AttemptState, FREE, type Matched } from "../../../shared/core/pairing/state.ts";
import {
  after,
  ANN,
  answer,
  answerMessage,
  BEN,
  CEM,
  claim,
  committed,
  deadline,
  matchedState,
  NOW,
  open,
  openMessage,
  owedErrand,
  replyOf,
  say,
} from "./examples.ts";
import { eventsOf, T2_MS, walk } from "./walks.ts";

describe("KEY-5: after the match", () => {
  const finishing = (): AttemptEvent[] => {
    const state = matchedState();
    return [
      say("acknowledge", ANN),
      say("acknowledge", BEN),
      committed(state, "initiator"),
      committed(state, "responder"),
    ];
  };

  test("it is forgotten once both have acknowledged and both mailboxes have confirmed, in any order", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), (order) => {
        let state: AttemptState = matchedState();
        const events = finishing();
        order.forEach((index, count) => {
          const decision = step(state, events[index] as AttemptEvent, NOW);
          state = decision.state;
          expect(state.at).toBe(count === 3 ? "free" : "matched");
          expect(decision.soft).toBe(count < 3);
        });
      }),
    );
  });

  test("acknowledging twice, or by a stranger, changes nothing", () => {
    const { state } = step(matchedState(), say("acknowledge", ANN), NOW);
    expect(step(state, say("acknowledge", ANN), NOW).state).toBe(state);
    expect(replyOf(step(state, say("acknowledge", CEM), NOW))).toBe("out-of-turn");
  });

  test("what a side has acknowledged is dropped at once, the other's is not", () => {
    const { state } = step(matchedState(), say("acknowledge", ANN), NOW);
    expect((state as Matched).release.initiator).toBe(null);
    expect((state as Matched).release.responder).not.toBe(null);
  });

  test("a confirmation that belongs to another attempt at the locator empties no outbox", () => {
    const earlier = matchedState();
    const later = after(open(ANN, openMessage(4)), claim(), answer()) as Matched;
    const decision = step(later, committed(earlier, "initiator"), NOW);
    expect(decision.state).toBe(later);
  });

  test("the alarm hands out again what no mailbox has confirmed", () => {
    const { state } = step(matchedState(), committed(matchedState(), "initiator"), NOW);
    const { effects } = step(state, deadline, NOW + 1_000);
    expect(effects).toEqual([{ do: "serve", name: "responderContact" }]);
  });

  test("when T2 has passed the mailboxes take over what was not fetched, and then it is forgotten", () => {
    let state: AttemptState = matchedState();
    state = step(state, committed(state, "initiator"), NOW).state;
    state = step(state, committed(state, "responder"), NOW).state;
    state = step(state, say("acknowledge", ANN), NOW).state;
    expect(deadlineOf(state)).toBe(NOW + T2_MS);
    expect(step(state, deadline, NOW + T2_MS - 1).effects).toEqual([]);

    const handing = step(state, deadline, NOW + T2_MS);
    expect(handing.effects).toEqual([{ do: "serve", name: "responderContact" }]);
    state = handing.state;
    const delivery = deliveryFor(state as Matched, "responder");
    expect(owedErrand(state, "responderContact")).toMatchObject({ owner: BEN.userId, delivery });
    expect(delivery.release?.deviceId).toBe(BEN.deviceId);
    expect(delivery.release?.sid).toBe(openMessage().sid);
    const notice = delivery.release?.notice;
    expect(notice).toMatchObject({ type: "matched", card: answerMessage().card });
    state = step(state, committed(state, "responder"), NOW + T2_MS).state;
    expect(state).toBe(FREE);
  });

  test("a delivery that set out before the handing over does not count as one", () => {
    const matched = matchedState();
    const early = committed(matched, "responder");
    const { state } = step(matched, deadline, NOW + T2_MS);
    expect(step(state, early, NOW + T2_MS).state).toBe(state);
  });

  test("never one-sided: while one mailbox has not confirmed, nothing makes it forget", () => {
    fc.assert(
      fc.property(walk, (steps) => {
        let state: AttemptState = matchedState();
        let now = NOW;
        state = step(state, committed(state, "initiator"), now).state;
        for (const [pick, name, wait] of steps) {
          if (name === "served") continue;
          now += wait;
          const events = eventsOf(name, state);
          state = step(state, events[pick % events.length] as AttemptEvent, now).state;
          expect(state.at).toBe("matched");
          expect((state as Matched).owes).toContain("responderContact");
        }
      }),
    );
  });
});
