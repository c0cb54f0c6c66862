// PAS-5 to PAS-7: the transition table of an attempt, cell by cell and in random walks.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deadlineOf, step, TRANSITIONS } from "../../../shared/core/pairing/attempt.ts";
import type { AttemptEvent } from "../../../shared/core/pairing/events.ts";
import { type AttemptState, FREE, type StateName } from "../../../shared/core/pairing/state.ts";
import type { Role } from "../../../shared/core/crypto/cpace.ts";
import {
  answer,
  ASKED,
  CEM,
  deadline,
  EXAMPLES,
  NOW,
  replyOf,
  say,
  servedBy,
  toldTo,
} from "./examples.ts";
import { EVENTS, eventsOf, OPENINGS, ROLES, walk } from "./walks.ts";

const STATES = Object.keys(TRANSITIONS) as StateName[];

const KINDS = [
  ["a locator", EXAMPLES],
  ["an account", ASKED],
] as const;

/** The locator was given to another attempt. */
function isOtherLife(before: AttemptState, state: AttemptState): boolean {
  if (state.at === "free") return false;
  return before.at === "free" || before.openedAt !== state.openedAt;
}

describe("the table", () => {
  for (const from of STATES) {
    for (const on of EVENTS) {
      const cell = TRANSITIONS[from][on];
      const targets: readonly StateName[] = cell?.to ?? [];
      const says = targets.length === 0 ? "changes nothing" : `leads to ${targets.join(" or ")}`;
      test.for(KINDS)(`${from}, on ${on}: ${says}, at %s`, ([, states]) => {
        const state = states[from];
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

  test.for(KINDS)("to a visitor of %s every state refuses in the same words", ([, states]) => {
    for (const event of [say("cancel", CEM), say("refuse", CEM), answer(CEM)]) {
      const replies = STATES.map((name) => replyOf(step(states[name], event, NOW)));
      expect(new Set(replies)).toEqual(new Set(["out-of-turn"]));
    }
  });
});

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

  test("PAS-6 PAS-7: one evaluated claim and one kind of terminal notice a side in each life, by either method", () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(fc.constantFrom(...OPENINGS), walk, (opening, steps) => {
        let now = NOW;
        let { state } = step(FREE, opening, now);
        let evaluated = 0;
        let terminal: Record<Role, string[]> = { initiator: [], responder: [] };
        for (const [pick, name, wait] of steps) {
          now += wait;
          const before = state;
          const events = eventsOf(name, state);
          const decision = step(state, events[pick % events.length] as AttemptEvent, now);
          state = decision.state;
          if (before.at === "free" || isOtherLife(before, state)) {
            evaluated = 0;
            terminal = { initiator: [], responder: [] };
          }
          for (const role of ROLES) {
            const told = toldTo(role, decision);
            if (role === "initiator") evaluated += told.filter((type) => type === "claim").length;
            terminal[role].push(...told.filter((type) => /^(matched|ended)/.test(type)));
            expect(terminal[role].length).toBeLessThanOrEqual(1);
          }
          expect(evaluated).toBeLessThanOrEqual(1);
          const [one, other] = [terminal.initiator[0], terminal.responder[0]];
          if (other !== undefined) expect(other).toBe(one);
          if (state.at === "matched" || state.at === "failed") {
            expect(one).toBe(state.at === "failed" ? `ended ${state.outcome}` : "matched");
            // Nobody stands on the other side of a locator that nobody has claimed.
            if (evaluated > 0 || state.to !== null) expect(other).toBe(one);
            seen.add(`${state.method} ${one}`);
          } else if (state.at !== "free") {
            expect([one, other]).toEqual([undefined, undefined]);
          }
        }
      }),
      { numRuns: 3_000 },
    );
    for (const outcome of ["timedOut", "cancelled", "refused"]) {
      expect(seen).toContain(`key ended ${outcome}`);
      expect(seen).toContain(`passphrase ended ${outcome}`);
    }
    expect(seen).toContain("passphrase ended unreachable");
  });

  test("PAS-5: a claim or an answer at or past its time never takes an attempt further, whatever came before", () => {
    fc.assert(
      fc.property(fc.constantFrom(...OPENINGS), walk, (opening, steps) => {
        let now = NOW;
        let { state } = step(FREE, opening, now);
        for (const [pick, name, wait] of steps) {
          now += wait;
          const before = state;
          const events = eventsOf(name, state);
          state = step(state, events[pick % events.length] as AttemptEvent, now).state;
          if (isOtherLife(before, state)) continue;
          if (state.at === "awaitingAnswer" && before.at === "awaitingClaim")
            expect(now).toBeLessThan(before.claimBy);
          if (state.at === "matched" && before.at === "awaitingAnswer")
            expect(now).toBeLessThan(before.answerBy);
          if (before.at === "failed") expect(["failed", "free"]).toContain(state.at);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test.for(KINDS)(
    "PAS-5: what has failed at %s never does anything again but serve what it owes and be forgotten",
    ([, states]) => {
      fc.assert(
        fc.property(walk, (steps) => {
          let state = states.failed;
          let now = NOW;
          for (const [pick, name, wait] of steps) {
            now += wait;
            if (name === "open") continue;
            const events = eventsOf(name, state);
            const decision = step(state, events[pick % events.length] as AttemptEvent, now);
            expect(["failed", "free"]).toContain(decision.state.at);
            const isAllowed = (errand: string) => errand === "ending" || errand === "settlement";
            expect(servedBy(decision).filter((errand) => !isAllowed(errand))).toEqual([]);
            for (const role of ROLES) {
              expect(toldTo(role, decision).filter((type) => type !== "acknowledged")).toEqual([]);
            }
            state = decision.state;
          }
        }),
      );
    },
  );
});
