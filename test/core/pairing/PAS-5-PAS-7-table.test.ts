// PAS-4 to PAS-7, KEY-2, KEY-3: the transition table of an attempt, cell by cell and in random walks.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deadlineOf, step, TRANSITIONS } from "../../../shared/core/pairing/attempt.ts";
import { deliveryFor } from "../../../shared/core/pairing/delivery.ts";
import type { AttemptEvent, EventName } from "../../../shared/core/pairing/events.ts";
import {
  type AttemptState,
  FREE,
  type Matched,
  roleOf,
  type StateName,
} from "../../../shared/core/pairing/state.ts";
import { KEY_T1_SECONDS, KEY_T2_SECONDS, NOTICE_TTL_SECONDS } from "../../../shared/wire/limits.ts";
import type { Role } from "../../../shared/core/crypto/cpace.ts";
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
  committed,
  deadline,
  EXAMPLES,
  matchedState,
  NOW,
  open,
  openMessage,
  PARTIES,
  replyOf,
  say,
  toldTo,
  WRONG_TAG,
} from "./examples.ts";

const STATES = Object.keys(TRANSITIONS) as StateName[];
const EVENTS: readonly EventName[] = [
  "open",
  "claim",
  "answer",
  "cancel",
  "refuse",
  "acknowledge",
  "committed",
  "deadline",
];
const ROLES: readonly Role[] = ["initiator", "responder"];
const T1_MS = KEY_T1_SECONDS * 1_000;
const T2_MS = KEY_T2_SECONDS * 1_000;
const NOTICE_MS = NOTICE_TTL_SECONDS * 1_000;

/** Every event of that name that differs in who speaks and in what is said. */
function eventsOf(name: EventName, state: AttemptState): AttemptEvent[] {
  const commitOf = (role: Role): AttemptEvent =>
    committed(state.at === "matched" ? state : matchedState(), role);
  const byName: Record<EventName, () => AttemptEvent[]> = {
    open: () => PARTIES.flatMap((who) => [open(who), open(who, openMessage(9))]),
    claim: () => PARTIES.flatMap((who) => [claim(who), claim(who, claimMessage(9, WRONG_TAG))]),
    answer: () =>
      PARTIES.flatMap((who) => [
        answer(who),
        answer(who, answerMessage(WRONG_TAG)),
        answer(who, answerMessage(undefined, false)),
      ]),
    cancel: () => PARTIES.map((who) => say("cancel", who)),
    refuse: () => PARTIES.map((who) => say("refuse", who)),
    acknowledge: () => PARTIES.map((who) => say("acknowledge", who)),
    committed: () => ROLES.map(commitOf),
    deadline: () => [deadline],
  };
  return byName[name]();
}

describe("the table", () => {
  for (const from of STATES) {
    for (const on of EVENTS) {
      const cell = TRANSITIONS[from][on];
      const targets: readonly StateName[] = cell?.to ?? [];
      const says = targets.length === 0 ? "changes nothing" : `leads to ${targets.join(" or ")}`;
      test(`${from}, on ${on}: ${says}`, () => {
        const state = EXAMPLES[from];
        const reached = new Set<StateName>();
        for (const event of eventsOf(on, state)) {
          for (const now of [NOW + 1, deadlineOf(state) ?? NOW, NOW + 10 ** 10]) {
            if (on !== "deadline" && now !== NOW + 1) continue;
            const decision = step(state, event, now);
            if (decision.state !== state) reached.add(decision.state.at);
            if (decision.reply.kind === "refused") {
              expect(decision.state).toBe(state);
              expect(decision.effects).toEqual([]);
            }
            if (cell === undefined && "party" in event) {
              expect(["out-of-turn", "attempt-over"]).toContain(replyOf(decision));
            }
          }
        }
        expect([...reached].filter((name) => !targets.includes(name))).toEqual([]);
        if (targets.length === 0) expect([...reached]).toEqual([]);
      });
    }
  }

  test("to a visitor every state refuses in the same words", () => {
    for (const event of [say("cancel", CEM), say("refuse", CEM), answer(CEM)]) {
      const replies = STATES.map((name) => replyOf(step(EXAMPLES[name], event, NOW)));
      expect(new Set(replies)).toEqual(new Set(["out-of-turn"]));
    }
  });
});

/** A step of a random walk: what happens, and how long after the step before. */
const walk = fc.array(
  fc.tuple(
    fc.nat(9_999),
    fc.constantFrom(...EVENTS, "open" as const, "claim" as const, "answer" as const),
    fc.oneof(
      { weight: 6, arbitrary: fc.nat(1_000) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(T1_MS, T1_MS - 1, T2_MS - T1_MS, NOTICE_MS, 10 ** 9),
      },
    ),
  ),
  { maxLength: 40 },
);

describe("random walks", () => {
  test("lead only where the table says, and a refusal changes nothing", () => {
    fc.assert(
      fc.property(walk, (steps) => {
        let state: AttemptState = FREE;
        let now = NOW;
        for (const [pick, name, wait] of steps) {
          now += wait;
          const events = eventsOf(name, state);
          const event = events[pick % events.length] as AttemptEvent;
          const due = deadlineOf(state);
          const isLate = due !== null && now >= due && name !== "deadline";
          const settled: AttemptState = isLate ? step(state, deadline, now).state : state;
          const decision = step(state, event, now);
          const targets = TRANSITIONS[settled.at][name]?.to ?? [];
          const isMoved = JSON.stringify(decision.state) !== JSON.stringify(settled);
          if (isMoved) expect(targets).toContain(decision.state.at);
          if (decision.reply.kind !== "taken") expect(decision.state).toEqual(settled);
          state = decision.state;
        }
      }),
      { numRuns: 3_000 },
    );
  });

  test("PAS-6 PAS-7: one evaluated claim and one kind of terminal notice a side in each life", () => {
    fc.assert(
      fc.property(walk, (steps) => {
        let state: AttemptState = FREE;
        let now = NOW;
        let evaluated = 0;
        let terminal: Record<Role, string[]> = { initiator: [], responder: [] };
        for (const [pick, name, wait] of steps) {
          now += wait;
          const events = eventsOf(name, state);
          const decision = step(state, events[pick % events.length] as AttemptEvent, now);
          for (const role of ROLES) {
            const told = toldTo(role, decision);
            if (role === "initiator") evaluated += told.filter((type) => type === "claim").length;
            terminal[role].push(...told.filter((type) => /^(matched|ended)/.test(type)));
            expect(terminal[role].length).toBeLessThanOrEqual(1);
          }
          expect(evaluated).toBeLessThanOrEqual(1);
          const [one, other] = [terminal.initiator[0], terminal.responder[0]];
          if (other !== undefined) expect(other).toBe(one);
          state = decision.state;
          const isNewLife = "openedAt" in state && state.openedAt === now && name === "open";
          if (state.at === "free" || isNewLife) {
            evaluated = 0;
            terminal = { initiator: [], responder: [] };
          }
        }
      }),
      { numRuns: 3_000 },
    );
  });

  test("PAS-5: what has failed never does anything again but be forgotten", () => {
    fc.assert(
      fc.property(walk, (steps) => {
        let state = EXAMPLES.failed;
        let now = NOW;
        for (const [pick, name, wait] of steps) {
          now += wait;
          if (name === "open") continue;
          const events = eventsOf(name, state);
          const decision = step(state, events[pick % events.length] as AttemptEvent, now);
          expect(["failed", "free"]).toContain(decision.state.at);
          expect(decision.effects.filter((effect) => effect.do === "commit")).toEqual([]);
          state = decision.state;
        }
      }),
    );
  });
});

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
      const settled = decision.effects.filter((effect) => effect.do === "settleClaim");
      expect(settled.map((effect) => effect.do === "settleClaim" && effect.isFailure)).toEqual(
        isFailure === null ? [] : [isFailure],
      );
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
    expect(effects.filter((effect) => effect.do === "commit").length).toBe(2);
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

  test("KEY-3: who guessed wrong is a visitor again", () => {
    const burnt = after(open(), claim(), answer(ANN, answerMessage(WRONG_TAG)));
    expect(roleOf(burnt, BEN)).toBe(null);
    expect(roleOf(burnt, ANN)).toBe("initiator");
  });
});

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
    expect(effects).toEqual([{ do: "commit", role: "responder" }]);
  });

  test("when T2 has passed the mailboxes take over what was not fetched, and then it is forgotten", () => {
    let state: AttemptState = matchedState();
    state = step(state, committed(state, "initiator"), NOW).state;
    state = step(state, committed(state, "responder"), NOW).state;
    state = step(state, say("acknowledge", ANN), NOW).state;
    expect(deadlineOf(state)).toBe(NOW + T2_MS);
    expect(step(state, deadline, NOW + T2_MS - 1).effects).toEqual([]);

    const handing = step(state, deadline, NOW + T2_MS);
    expect(handing.effects).toEqual([{ do: "commit", role: "responder" }]);
    state = handing.state;
    const delivery = deliveryFor(state as Matched, "responder");
    expect(delivery.release?.deviceId).toBe(BEN.deviceId);
    expect(delivery.release?.sid).toBe(openMessage().sid);
    const notice = delivery.release?.notice;
    expect(notice).toMatchObject({ type: "matched", card: answerMessage().card });
    state = step(state, { type: "committed", role: "responder", delivery }, NOW + T2_MS).state;
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
          if (name === "committed") continue;
          now += wait;
          const events = eventsOf(name, state);
          state = step(state, events[pick % events.length] as AttemptEvent, now).state;
          expect(state.at).toBe("matched");
          expect((state as Matched).outbox).toContain("responder");
        }
      }),
    );
  });
});
