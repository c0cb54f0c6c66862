// PAS-4 to PAS-7, KEY-2, KEY-3: deadlines to the millisecond, outcomes, and whose claim counts.

import { describe, expect, test } from "vitest";
import { deadlineOf, step } from "../../../shared/core/pairing/attempt.ts";
import type { AttemptEvent } from "../../../shared/core/pairing/events.ts";
import { type AttemptState, FREE, roleOf } from "../../../shared/core/pairing/state.ts";
import {
  after,
  ANN,
  ANNS_TABLET,
  answer,
  answerMessage,
  BEN,
  CEM,
  claim,
  claimMessage,
  deadline,
  EXAMPLES,
  LOCATOR,
  matchedState,
  NOW,
  open,
  openMessage,
  owedErrand,
  replyOf,
  say,
  served,
  servedBy,
  toldTo,
  WRONG_TAG,
} from "./examples.ts";
import { EVENTS, eventsOf, NOTICE_MS, ROLES, T1_MS, T2_MS } from "./walks.ts";

describe("PAS-4: deadlines", () => {
  test("a claim counts in the last millisecond before T1, and not at T1", () => {
    const state = EXAMPLES.awaitingClaim;
    expect(step(state, claim(), NOW + T1_MS - 1).state.at).toBe("awaitingAnswer");
    const late = step(state, claim(), NOW + T1_MS);
    expect(late.state).toMatchObject({ at: "failed", outcome: "timedOut" });
    expect(replyOf(late)).toBe("stray");
    expect(toldTo("initiator", late)).toEqual(["ended timedOut"]);
  });

  test("an answer counts in the last millisecond before T2, and not at T2", () => {
    const state = EXAMPLES.awaitingAnswer;
    expect(step(state, answer(), NOW + T2_MS - 1).state.at).toBe("matched");
    const late = step(state, answer(), NOW + T2_MS);
    expect(late.state).toMatchObject({ at: "failed", outcome: "timedOut" });
    expect(replyOf(late)).toBe("attempt-over");
    for (const role of ROLES) expect(toldTo(role, late)).toEqual(["ended timedOut"]);
  });

  test("the alarm tells at the deadline, and not a millisecond before", () => {
    for (const [name, by] of [
      ["awaitingClaim", T1_MS],
      ["awaitingAnswer", T2_MS],
    ] as const) {
      const state = EXAMPLES[name];
      expect(deadlineOf(state)).toBe(NOW + by);
      expect(step(state, deadline, NOW + by - 1)).toMatchObject({ state, effects: [] });
      expect(toldTo("initiator", step(state, deadline, NOW + by))).toEqual(["ended timedOut"]);
    }
  });

  test("a claim that came in time may be answered after T1", () => {
    expect(step(EXAMPLES.awaitingAnswer, answer(), NOW + T1_MS + 1).state.at).toBe("matched");
  });

  test("PAS-5: no message revives what has run out, whenever the alarm comes", () => {
    for (const name of ["awaitingClaim", "awaitingAnswer"] as const) {
      for (const on of EVENTS) {
        if (on === "open") continue;
        for (const event of eventsOf(on, EXAMPLES[name])) {
          const { state } = step(EXAMPLES[name], event, NOW + T2_MS);
          if (state.at !== "free")
            expect(state).toMatchObject({ at: "failed", outcome: "timedOut" });
        }
      }
    }
  });

  test("a failed attempt gives its locator up when its notice has waited long enough", () => {
    const { failed } = EXAMPLES;
    expect(step(failed, deadline, NOW + NOTICE_MS - 1).state).toBe(failed);
    expect(step(failed, deadline, NOW + NOTICE_MS).state).toBe(FREE);
    const opened = step(failed, open(CEM, openMessage(9)), NOW + NOTICE_MS);
    expect(opened.state.at).toBe("awaitingClaim");
  });
});

describe("PAS-6: outcomes", () => {
  const endings: readonly [string, AttemptState, AttemptEvent, boolean | null][] = [
    ["mismatch", EXAMPLES.awaitingAnswer, answer(ANN, answerMessage(WRONG_TAG)), true],
    ["mismatch", EXAMPLES.awaitingAnswer, answer(ANN, answerMessage(undefined, false)), true],
    ["cancelled", EXAMPLES.awaitingAnswer, say("cancel", BEN), true],
    ["cancelled", EXAMPLES.awaitingAnswer, say("cancel", ANN), false],
    ["refused", EXAMPLES.awaitingAnswer, say("refuse", ANN), false],
    ["cancelled", EXAMPLES.awaitingClaim, say("cancel", ANN), null],
  ];
  test.for(endings)(
    "%s is told once to each side that there is",
    ([outcome, from, event, isFailure]) => {
      const decision = step(from, event, NOW);
      expect(decision.state).toMatchObject({ at: "failed", outcome });
      expect(toldTo("initiator", decision)).toEqual([`ended ${outcome}`]);
      const hasResponder = from.at === "awaitingAnswer";
      expect(toldTo("responder", decision)).toEqual(hasResponder ? [`ended ${outcome}`] : []);
      expect(servedBy(decision)).toEqual(isFailure === null ? [] : ["settlement"]);
      const guess = isFailure === null ? null : { party: BEN, isFailure };
      expect(decision.state).toMatchObject({ guess });
    },
  );

  test("a match is told to both, each with what the other had sealed", () => {
    const decision = step(EXAMPLES.awaitingAnswer, answer(), NOW + 5);
    const { state, effects } = decision;
    for (const role of ROLES) expect(toldTo(role, decision)).toEqual(["matched"]);
    const notices = effects.flatMap((effect) => (effect.do === "tell" ? [effect] : []));
    const toInitiator = notices.find(({ role }) => role === "initiator")?.notice;
    const { confirmation, identity, card } = claimMessage();
    expect(toInitiator).toEqual({
      type: "matched",
      confirmation,
      identity,
      card,
      matchedAt: NOW + 5,
    });
    expect(servedBy(decision)).toEqual(["initiatorContact", "responderContact"]);
    expect(state.at).toBe("matched");
  });

  test("the stored contacts mirror each other and carry one receipt", () => {
    const { contacts } = matchedState();
    expect(contacts.initiator.receiptHash).toBe(contacts.responder.receiptHash);
    expect(contacts.initiator).toMatchObject({ owner: ANN.userId, peer: BEN.userId, metAt: NOW });
    expect(contacts.responder).toMatchObject({ owner: BEN.userId, peer: ANN.userId, metAt: NOW });
  });
});

describe("PAS-7: claims", () => {
  test("the first takes the attempt; all others are strays, whatever they know", () => {
    const decision = step(EXAMPLES.awaitingAnswer, claim(CEM, claimMessage(5)), NOW);
    expect(decision.state).toBe(EXAMPLES.awaitingAnswer);
    expect(replyOf(decision)).toBe("stray");
    expect(decision.effects).toEqual([]);
  });

  test("KEY-3: no device of the same account takes its key", () => {
    for (const who of [ANN, ANNS_TABLET]) {
      const decision = step(EXAMPLES.awaitingClaim, claim(who), NOW);
      expect(replyOf(decision)).toBe("own-key");
      expect(decision.state).toBe(EXAMPLES.awaitingClaim);
    }
  });

  test("repeating the same bytes is answered alike and changes nothing; other bytes are refused", () => {
    const { awaitingClaim, awaitingAnswer } = EXAMPLES;
    for (const [state, again, other, code] of [
      [awaitingClaim, open(), open(ANN, openMessage(9)), "locator-taken"],
      [awaitingAnswer, open(), open(BEN), "locator-taken"],
      [awaitingAnswer, claim(), claim(BEN, claimMessage(2, WRONG_TAG)), "out-of-turn"],
      [awaitingAnswer, claim(), claim(BEN, claimMessage(9)), "out-of-turn"],
    ] as const) {
      const repeated = step(state, again, NOW);
      expect(replyOf(repeated)).toBe("repeated");
      expect(repeated.state).toBe(state);
      const refused = step(state, other, NOW);
      expect(replyOf(refused)).toBe(code);
      expect(refused.state).toBe(state);
    }
  });

  test("an answer by anyone but the initiator is out of turn", () => {
    for (const who of [ANNS_TABLET, BEN, CEM]) {
      expect(replyOf(step(EXAMPLES.awaitingAnswer, answer(who), NOW))).toBe("out-of-turn");
    }
    expect(replyOf(step(EXAMPLES.awaitingClaim, answer(), NOW))).toBe("out-of-turn");
  });

  test("a second answer finds it over", () => {
    expect(replyOf(step(matchedState(), answer(), NOW))).toBe("attempt-over");
  });

  const vain: readonly [string, AttemptEvent][] = [
    ["guessed wrong", answer(ANN, answerMessage(WRONG_TAG))],
    ["left", say("cancel", BEN)],
  ];
  test.for(vain)("KEY-3: who %s is a visitor again", ([, ending]) => {
    const state = after(open(), claim(), ending);
    expect(state).toMatchObject({ responder: null, unacknowledged: ["initiator"] });
    expect(roleOf(state, BEN)).toBe(null);
    expect(replyOf(step(state, claim(), NOW))).toBe("stray");
    expect(replyOf(step(state, say("acknowledge", BEN), NOW))).toBe("out-of-turn");
    const settled = step(state, served(state, "settlement"), NOW).state;
    expect(step(settled, say("acknowledge", ANN), NOW).state).toBe(FREE);
  });

  test("a claimant that did nothing wrong stays a side, and is waited for", () => {
    for (const ending of [say("cancel", ANN), say("refuse", ANN)]) {
      const state = after(open(), claim(), ending);
      expect(state).toMatchObject({ responder: BEN, unacknowledged: ROLES });
    }
    const late = step(EXAMPLES.awaitingAnswer, deadline, NOW + T2_MS);
    expect(late.state).toMatchObject({ responder: BEN, unacknowledged: ROLES });
    expect(owedErrand(late.state, "settlement")).toMatchObject({
      owner: BEN.userId,
      party: BEN,
      guess: LOCATOR,
      isFailure: true,
    });
  });

  test("opening again, with the same bytes, finds an attempt over that has ended", () => {
    for (const state of [EXAMPLES.matched, EXAMPLES.failed]) {
      const again = step(state, open(), NOW);
      expect(replyOf(again)).toBe("attempt-over");
      expect(again).toMatchObject({ state, effects: [] });
      expect(replyOf(step(state, open(ANN, openMessage(9)), NOW))).toBe("locator-taken");
      expect(replyOf(step(state, open(ANNS_TABLET), NOW))).toBe("locator-taken");
    }
  });
});
