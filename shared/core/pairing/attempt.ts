// A pairing attempt, decided: one transition table that every method shares. Pure; the object performs
// the effects. Due deadlines are served before any event, so a late message never revives an attempt.

import * as endings from "./endings.ts";
import {
  type AttemptEvent,
  type Decision,
  type EventName,
  type EventOf,
  refused,
  stayed,
} from "./events.ts";
import { type AttemptState, roleOf, type StateName } from "./state.ts";
import * as moves from "./transitions.ts";

interface Transition<From extends StateName, On extends EventName> {
  /** Where it may lead; it may also refuse, repeat or stay. The diagrams in docs/ are drawn from it. */
  readonly to: readonly StateName[];
  readonly run: (
    state: Extract<AttemptState, { at: From }>,
    event: EventOf<On>,
    now: number,
  ) => Decision;
}

type Table = {
  readonly [From in StateName]: { readonly [On in EventName]?: Transition<From, On> };
};

/** A row as seen when only the running state tells which one it is. */
type Row = {
  readonly [On in EventName]?: { run(state: never, event: never, now: number): Decision };
};

export const TRANSITIONS: Table = {
  free: {
    open: { to: ["awaitingClaim"], run: moves.open },
    claim: { to: [], run: moves.claimTooLate },
  },
  awaitingClaim: {
    open: { to: [], run: moves.openAgain },
    claim: { to: ["awaitingAnswer"], run: moves.takeClaim },
    cancel: { to: ["failed"], run: moves.cancel },
    refuse: { to: ["failed"], run: moves.refuse },
    served: { to: ["awaitingClaim"], run: endings.served },
    unreachable: { to: ["failed"], run: moves.unreachable },
    deadline: { to: ["failed"], run: moves.expire },
  },
  awaitingAnswer: {
    open: { to: [], run: moves.openAgain },
    claim: { to: [], run: moves.claimAgain },
    answer: { to: ["matched", "failed"], run: moves.answer },
    cancel: { to: ["failed"], run: moves.cancel },
    refuse: { to: ["failed"], run: moves.refuse },
    served: { to: ["awaitingAnswer"], run: endings.served },
    deadline: { to: ["failed"], run: moves.expire },
  },
  matched: {
    open: { to: [], run: moves.openAgain },
    claim: { to: [], run: moves.claimTooLate },
    acknowledge: { to: ["matched", "free"], run: endings.acknowledge },
    served: { to: ["matched", "free"], run: endings.matchServed },
    deadline: { to: ["matched"], run: endings.handOver },
  },
  failed: {
    open: { to: [], run: moves.openAgain },
    claim: { to: [], run: moves.claimTooLate },
    acknowledge: { to: ["failed", "free"], run: endings.acknowledge },
    served: { to: ["failed", "free"], run: endings.endServed },
    deadline: { to: ["free"], run: endings.forget },
  },
};

/** Decides one event. All times are the server's receipt times, in milliseconds since 1970. */
export function step(state: AttemptState, event: AttemptEvent, now: number): Decision {
  const due = deadlineOf(state);
  if (event.type === "deadline" || due === null || now < due) return run(state, event, now);
  const settled = run(state, { type: "deadline" }, now);
  const decision = run(settled.state, event, now);
  return {
    ...decision,
    effects: [...settled.effects, ...decision.effects],
    soft: decision.soft && settled.state === state,
  };
}

/** When the state changes by itself; null for never. */
export function deadlineOf(state: AttemptState): number | null {
  switch (state.at) {
    case "free":
      return null;
    case "awaitingClaim":
      return state.claimBy;
    case "awaitingAnswer":
      return state.answerBy;
    case "matched":
      return state.isHandingOver ? null : state.keepUntil;
    case "failed":
      return state.keepUntil;
  }
}

function run(state: AttemptState, event: AttemptEvent, now: number): Decision {
  const row: Row = TRANSITIONS[state.at];
  const transition = row[event.type];
  if (transition !== undefined) return transition.run(state as never, event as never, now);
  if (!("party" in event)) return stayed(state);
  const isOver = state.at === "matched" || state.at === "failed";
  // To a visitor a spent attempt sounds like a free locator.
  const isOwnEnd = isOver && roleOf(state, event.party) !== null;
  return refused(state, isOwnEnd ? "attempt-over" : "out-of-turn");
}
