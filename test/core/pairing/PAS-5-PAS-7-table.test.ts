// PAS-5 to PAS-7: the transition table of an attempt, cell by cell and in random walks.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deadlineOf, step, TRANSITIONS } from "../../../shared/core/pairing/attempt.ts";
import type { AttemptEvent } from "../../../shared/core/pairing/events.ts";
import { type AttemptState, FREE, type StateName } from "../../../shared/core/pairing/state.ts";
import type { Role } from "../../../shared/core/crypto/cpace.ts";
import { answer, CEM, deadline, EXAMPLES, NOW, replyOf, say, toldTo } from "./examples.ts";
import { EVENTS, eventsOf, ROLES, walk } from "./walks.ts";

const STATES = Object.keys(TRANSITIONS) as StateName[];

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
