// A submission of tickets, decided: one transition table for a touch, for many, and for a table. Pure; the object
// performs the effects. Due deadlines are served before any event, so a late message never revives a table.

import * as endings from "./endings.ts";
import {
  type Decision,
  refused,
  stayed,
  type TapEvent,
  type TapEventName,
  type TapEventOf,
} from "./events.ts";
import * as settling from "./settling.ts";
import { isConfirmed, memberOf, type TapState, type TapStateName, undoUntil } from "./state.ts";
import * as tables from "./tables.ts";

interface Transition<From extends TapStateName, On extends TapEventName> {
  /** Where it may lead; it may also refuse, repeat or stay. */
  readonly to: readonly TapStateName[];
  readonly run: (
    state: Extract<TapState, { at: From }>,
    event: TapEventOf<On>,
    now: number,
  ) => Decision;
}

type Transitions = {
  readonly [From in TapStateName]: { readonly [On in TapEventName]?: Transition<From, On> };
};

/** A row as seen when only the running state tells which one it is. */
type Row = {
  readonly [On in TapEventName]?: { run(state: never, event: never, now: number): Decision };
};

export const TRANSITIONS: Transitions = {
  free: {
    submit: { to: ["settling", "settled", "aborted"], run: settling.submit },
  },
  settling: {
    submit: { to: [], run: settling.submitAgain },
    spent: { to: ["settling", "settled", "revealing", "aborted"], run: settling.spent },
    served: { to: ["settling", "settled"], run: endings.servedWhileSettling },
    share: { to: [], run: tables.showAgain },
    confirm: { to: [], run: tables.confirmAgain },
    decline: { to: ["aborted"], run: tables.decline },
    undo: { to: ["settling"], run: endings.undo },
    deadline: { to: ["settling", "aborted"], run: settling.retry },
  },
  revealing: {
    submit: { to: [], run: settling.submitAgain },
    served: { to: ["revealing"], run: endings.served },
    share: { to: ["revealing", "comparing"], run: tables.showShare },
    decline: { to: ["aborted"], run: tables.decline },
    deadline: { to: ["aborted"], run: tables.giveUp },
  },
  comparing: {
    submit: { to: [], run: settling.submitAgain },
    served: { to: ["comparing"], run: endings.served },
    share: { to: [], run: tables.showAgain },
    confirm: { to: ["comparing", "settling"], run: tables.confirm },
    decline: { to: ["aborted"], run: tables.decline },
    deadline: { to: ["aborted"], run: tables.giveUp },
  },
  settled: {
    submit: { to: [], run: settling.submitAgain },
    served: { to: ["settled", "free"], run: endings.served },
    share: { to: [], run: tables.showAgain },
    confirm: { to: [], run: tables.confirmAgain },
    undo: { to: ["settled"], run: endings.undo },
    deadline: { to: ["settled", "free"], run: endings.forget },
  },
  aborted: {
    submit: { to: [], run: settling.submitAgain },
    served: { to: ["aborted", "free"], run: endings.served },
    decline: { to: [], run: tables.declineAgain },
    deadline: { to: ["aborted", "free"], run: endings.forget },
  },
};

/** Decides one event. All times are the server's, in milliseconds since 1970. */
export function step(state: TapState, event: TapEvent, now: number): Decision {
  const due = deadlineOf(state);
  if (event.type === "deadline" || due === null || now < due) return run(state, event, now);
  const ended = run(state, { type: "deadline" }, now);
  const decision = run(ended.state, event, now);
  return {
    ...decision,
    effects: [...ended.effects, ...decision.effects],
    soft: decision.soft && (ended.state === state || ended.soft),
  };
}

/** When the state changes by itself; null for never, and for what is overdue and served again and again. */
export function deadlineOf(state: TapState): number | null {
  if (state.at === "free") return null;
  if (state.at === "revealing" || state.at === "comparing") return state.until;
  const isHolding = state.at === "settling" && state.table !== null && !isConfirmed(state);
  if (isHolding) return settling.holdUntil(state);
  return state.isOverdue ? null : undoUntil(state);
}

function run(state: TapState, event: TapEvent, now: number): Decision {
  const row: Row = TRANSITIONS[state.at];
  const transition = row[event.type];
  if (transition !== undefined) return transition.run(state as never, event as never, now);
  if (!("party" in event)) return stayed(state);
  if (state.at === "free")
    return refused(state, event.type === "undo" ? "undo-over" : "tap-unknown");
  const hasPart = memberOf(state, event.party.userId) !== null;
  return refused(state, hasPart ? "out-of-turn" : "tap-unknown");
}
