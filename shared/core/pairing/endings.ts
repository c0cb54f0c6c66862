// How an attempt ends, and what is left to do then: who is told, what mailboxes are owed, when all of it
// is forgotten. The moves that lead there are in transitions.ts.

import { NOTICE_TTL_SECONDS } from "../../wire/limits.ts";
import type { AttemptNotice, Failure } from "../../wire/pairing.ts";
import type { Role } from "../crypto/cpace.ts";
import { CONTACT_ERRANDS, type ErrandName } from "./errands.ts";
import {
  type AttemptEffect,
  type Decision,
  type EventOf,
  moved,
  movedSoftly,
  refused,
  stayed,
} from "./events.ts";
import { terminalNotice } from "./notices.ts";
import {
  type AttemptState,
  type AwaitingAnswer,
  type AwaitingClaim,
  BOTH,
  type Failed,
  type Free,
  FREE,
  guesserOf,
  type Matched,
  roleOf,
} from "./state.ts";

/** @param by the side that ended it; null when neither did */
export function fail(
  state: AwaitingClaim | AwaitingAnswer,
  outcome: Failure,
  now: number,
  by: Role | null = null,
): Decision {
  const { locator, method, initiator, handle, to, offer, openedAt, claimBy, answerBy } = state;
  const claimant = state.at === "awaitingAnswer" ? state.responder : null;
  const guess = guessOf(state, by);
  // Who guessed wrong at a locator, or left it, is a visitor again.
  const isVain = to === null && (outcome === "mismatch" || by === "responder");
  const responder = isVain ? null : claimant;
  const next: Failed = {
    at: "failed",
    locator,
    method,
    initiator,
    handle,
    to,
    offer,
    openedAt,
    claimBy,
    answerBy,
    responder,
    outcome,
    guess,
    owes: [...owedIf("ending", to !== null), ...owedIf("settlement", guess !== null)],
    unacknowledged: responder === null ? ["initiator"] : BOTH,
    keepUntil: now + NOTICE_TTL_SECONDS * 1_000,
  };
  const told: readonly Role[] = claimant === null && to === null ? ["initiator"] : BOTH;
  return moved(next, [
    ...told.map((role) => tell(role, terminalNotice(next, role))),
    ...serve(next),
  ]);
}

/**
 * Whoever asked has tried a passphrase as soon as the claim came; whoever entered a locator, unless
 * the initiator ended it.
 */
function guessOf(state: AwaitingClaim | AwaitingAnswer, by: Role | null): Failed["guess"] {
  const isClaimed = state.at === "awaitingAnswer";
  if (guesserOf(state) === "initiator") return { party: state.initiator, isFailure: isClaimed };
  return isClaimed ? { party: state.responder, isFailure: by !== "initiator" } : null;
}

function owedIf(name: ErrandName, isOwing: boolean): readonly ErrandName[] {
  return isOwing ? [name] : [];
}

/** Forgets the attempt once nobody waits for anything; until then the state may be stored later. */
function finish(state: Matched | Failed): Decision {
  if (state.unacknowledged.length > 0 || state.owes.length > 0) return movedSoftly(state);
  return moved(
    FREE,
    BOTH.map((role) => tell(role, { type: "acknowledged" })),
  );
}

function without<Item>(items: readonly Item[], item: Item): readonly Item[] {
  return items.filter((other) => other !== item);
}

export function serve({ owes }: Exclude<AttemptState, Free>): AttemptEffect[] {
  return owes.map((name) => ({ do: "serve", name }));
}

export function acknowledge(state: Matched | Failed, event: EventOf<"acknowledge">): Decision {
  const role = roleOf(state, event.party);
  if (role === null) return refused(state, "out-of-turn");
  if (!state.unacknowledged.includes(role)) return stayed(state);
  const next = { ...state, unacknowledged: without(state.unacknowledged, role) };
  return finish(
    next.at === "matched" ? { ...next, release: { ...next.release, [role]: null } } : next,
  );
}

export function served<State extends AwaitingClaim | AwaitingAnswer>(
  state: State,
  event: EventOf<"served">,
): Decision {
  return isOwed(state, event) ? movedSoftly(settled(state, event.name)) : stayed(state);
}

export function endServed(state: Failed, event: EventOf<"served">): Decision {
  return isOwed(state, event) ? finish(settled(state, event.name)) : stayed(state);
}

/** A delivery that was under way when the handing over began carried too little: it does not count. */
export function matchServed(state: Matched, event: EventOf<"served">): Decision {
  const { errand, name } = event;
  if (!isOwed(state, event)) return stayed(state);
  if (errand.kind !== "contact") return finish(settled(state, name));
  const role: Role = name === CONTACT_ERRANDS.initiator ? "initiator" : "responder";
  const { release } = errand.delivery;
  const isWhole = !state.isHandingOver || state.release[role] === null || release !== null;
  if (!isWhole) return stayed(state);
  const next = settled(state, name);
  if (release === null) return finish(next);
  const unacknowledged = without(state.unacknowledged, role);
  return finish({ ...next, unacknowledged, release: { ...state.release, [role]: null } });
}

function isOwed(state: Exclude<AttemptState, Free>, { name, errand }: EventOf<"served">): boolean {
  return errand.sid === state.offer.sid && state.owes.includes(name);
}

function settled<State extends Exclude<AttemptState, Free>>(state: State, name: ErrandName): State {
  return { ...state, owes: without(state.owes, name) };
}

/** Serves again what is owed; when time is up, the mailboxes take over whatever was not fetched. */
export function handOver(state: Matched, _: unknown, now: number): Decision {
  const isDue = now >= state.keepUntil && !state.isHandingOver;
  if (!isDue) return { ...stayed(state), effects: serve(state) };
  const unfetched = state.unacknowledged.map((role) => CONTACT_ERRANDS[role]);
  const owes = [...new Set([...state.owes, ...unfetched])];
  const next: Matched = { ...state, owes, isHandingOver: true };
  return moved(next, serve(next));
}

/** Until then the alarm serves again what a mailbox has not confirmed. */
export function forget(state: Failed, _: unknown, now: number): Decision {
  return now < state.keepUntil ? { ...stayed(state), effects: serve(state) } : moved(FREE);
}

export function tell(role: Role, notice: AttemptNotice): AttemptEffect {
  return { do: "tell", role, notice };
}
