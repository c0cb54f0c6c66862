// What is left to do once a submission is settled or has come to nothing: undoing, telling, letting go of members;
// and when all of it is forgotten.

import { TAP_UNDO_SECONDS } from "../../wire/limits.ts";
import { type ErrandName, withOwed, without } from "./errands.ts";
import {
  type Decision,
  moved,
  movedSoftly,
  refused,
  serve,
  stayed,
  type TapEventOf,
} from "./events.ts";
import { stored } from "./settling.ts";
import {
  type Aborted,
  type Begun,
  FREE,
  isConfirmed,
  isUndone,
  memberOf,
  type Settled,
  type Settling,
  undoUntil,
  userOf,
} from "./state.ts";

/** By either side of a touch, whether its errands are done yet or not. A second time, nothing is new. */
export function undo(
  state: Settling | Settled,
  { party, peer }: TapEventOf<"undo">,
  now: number,
): Decision {
  const self = memberOf(state, party.userId);
  if (self === null) return refused(state, "tap-unknown");
  const isTheirs = self === 0 || peer === state.by.userId;
  const member = self === 0 ? memberOf(state, peer) : self;
  if (!isTheirs || member === null || member === 0) return refused(state, "contact-unknown");
  if (isUndone(state, member)) return stayed(state);
  if (state.table !== null && !isConfirmed(state)) return refused(state, "out-of-turn");
  const since = state.peers[member - 1]?.spentBy?.at ?? state.submittedAt;
  if (now >= since + TAP_UNDO_SECONDS * 1_000) return refused(state, "undo-over");
  const { group } = state;
  const isListed = group !== null && group.isMade && group.members.includes(member);
  const owes = withOwed(state.owes, [
    `undoHere:${member}`,
    `undoThere:${member}`,
    ...(isListed ? [`letGo:${member}` as const] : []),
  ]);
  const next = { ...state, undone: [...state.undone, { member, at: now }], owes };
  return moved(isListed ? { ...next, group: left(group, [member]) } : next, state.owes);
}

/** Someone has done what was owed. */
export function served(state: Begun, event: TapEventOf<"served">): Decision {
  const next = afterwards(state, event);
  if (next === null) return stayed(state);
  const isLeft = next.owes.includes(event.name);
  if (isLeft) return { ...stayed(state), effects: [{ do: "serve", name: event.name }] };
  return finish(next, state.owes);
}

export function servedWhileSettling(
  state: Settling,
  event: TapEventOf<"served">,
  now: number,
): Decision {
  if (!state.owes.includes(event.name)) return stayed(state);
  return stored(state, event, now) ?? served(state, event);
}

/** Without the errand, with what follows of it; null for one that is not owed. It is owed still if more has happened meanwhile. */
function afterwards<State extends Begun>(state: State, event: TapEventOf<"served">): State | null {
  const { name, errand, isGone, remaining } = event;
  if (!state.owes.includes(name)) return null;
  const owes = without(state.owes, name);
  if (errand.kind === "table") {
    return errand.version === state.table?.version || isGone ? { ...state, owes } : state;
  }
  const { group } = state;
  const member = Number(name.split(":")[1]);
  if (errand.kind === "listing" && group !== null) {
    const isMember = group.members.includes(member);
    // An account that is no more is in no group.
    if (isGone && isMember) {
      return { ...state, group: left(group, [member]), owes: withOwed(owes, [`letGo:${member}`]) };
    }
    return errand.isListed === isMember || isGone ? { ...state, owes } : state;
  }
  if (errand.kind === "letGo" && group !== null) {
    const gone = group.members.filter((one) => {
      const userId = userOf(state, one);
      return userId === null || remaining?.includes(userId) === false;
    });
    const retold = [...group.members, member].map((one): ErrandName => `listing:${one}`);
    return { ...state, group: left(group, gone), owes: withOwed(owes, retold) };
  }
  return { ...state, owes };
}

function left<Group extends NonNullable<Begun["group"]>>(
  group: Group,
  gone: readonly number[],
): Group {
  return { ...group, members: group.members.filter((member) => !gone.includes(member)) };
}

function finish(state: Begun, before: readonly ErrandName[]): Decision {
  return state.isOverdue && state.owes.length === 0 && state.at !== "settling"
    ? moved(FREE)
    : movedSoftly(state, before);
}

/** When its time is over it is forgotten; before that, and while it owes something, it is served again. */
export function forget(state: Settled | Aborted, _: unknown, now: number): Decision {
  const isOver = now >= undoUntil(state);
  if (isOver && state.owes.length === 0) return moved(FREE);
  const effects = serve(state);
  const isDue = isOver && !state.isOverdue;
  return isDue
    ? { ...moved({ ...state, isOverdue: true }), effects }
    : { ...stayed(state), effects };
}
