// The moves of a pairing attempt, one function each. attempt.ts holds the table that names them.

import { KEY_T1_SECONDS, KEY_T2_SECONDS, NOTICE_TTL_SECONDS } from "../../wire/limits.ts";
import type { Failure } from "../../wire/pairing.ts";
import { equalBytes, fromBase64Url, toBase64Url } from "../crypto/bytes.ts";
import type { Role } from "../crypto/cpace.ts";
import {
  type AttemptEffect,
  type Decision,
  type EventOf,
  moved,
  movedSoftly,
  refused,
  stayed,
} from "./events.ts";
import { claimedNotice, claimNotice, openedNotice, terminalNotice } from "./notices.ts";
import {
  type AttemptState,
  type AwaitingAnswer,
  type AwaitingClaim,
  type ContactCommit,
  type Failed,
  type Free,
  FREE,
  isSameParty,
  type Matched,
  roleOf,
} from "./state.ts";
import { hashOfReceipt } from "./transcript.ts";

const BOTH: readonly Role[] = ["initiator", "responder"];

export function open(_: Free, event: EventOf<"open">, now: number): Decision {
  const { type: _type, method, ...offer } = event.message;
  const state: AwaitingClaim = {
    at: "awaitingClaim",
    locator: event.locator,
    method,
    initiator: event.party,
    offer,
    openedAt: now,
    claimBy: now + KEY_T1_SECONDS * 1_000,
    answerBy: now + KEY_T2_SECONDS * 1_000,
  };
  return moved(state, [tell("initiator", openedNotice(state, now))]);
}

/** The same bytes from the same device resume; anything else finds the locator in use. */
export function openAgain(
  state: Exclude<AttemptState, Free>,
  { party, message }: EventOf<"open">,
  now: number,
): Decision {
  const isRepetition =
    isSameParty(party, state.initiator) &&
    message.sid === state.offer.sid &&
    message.share === state.offer.share &&
    message.commitment === state.offer.commitment;
  if (!isRepetition) return refused(state, "locator-taken");
  if (state.at === "matched" || state.at === "failed") return refused(state, "attempt-over");
  return stayed(state, { kind: "repeated", notices: [openedNotice(state, now)] });
}

/** One evaluated guess: the first well-formed claim in time takes the attempt. */
export function takeClaim(state: AwaitingClaim, event: EventOf<"claim">, now: number): Decision {
  if (event.party.userId === state.initiator.userId) return refused(state, "own-key");
  const { type: _type, ...claimed } = event.message;
  const next: AwaitingAnswer = {
    ...state,
    at: "awaitingAnswer",
    responder: event.party,
    claim: claimed,
  };
  return moved(next, [
    tell("initiator", claimNotice(next)),
    tell("responder", claimedNotice(next, now)),
  ]);
}

export function claimAgain(state: AwaitingAnswer, event: EventOf<"claim">, now: number): Decision {
  if (!isSameParty(event.party, state.responder)) return claimTooLate(state, event);
  const { type: _type, ...repeated } = event.message;
  const first = state.claim;
  const isRepetition = (Object.keys(first) as (keyof typeof first)[]).every(
    (member) => first[member] === repeated[member],
  );
  if (!isRepetition) return refused(state, "out-of-turn");
  return stayed(state, { kind: "repeated", notices: [claimedNotice(state, now)] });
}

/** A side hears that it is over; to anyone else the locator looks free. */
export function claimTooLate(state: AttemptState, { party }: EventOf<"claim">): Decision {
  if (roleOf(state, party) !== null) return refused(state, "attempt-over");
  return stayed(state, { kind: "stray" });
}

/** The server compares the tags (KEY-2); the devices verify the confirmations for themselves. */
export function answer(state: AwaitingAnswer, event: EventOf<"answer">, now: number): Decision {
  if (!isSameParty(event.party, state.initiator)) return refused(state, "out-of-turn");
  const { tag, confirmation, identity, card } = event.message;
  const isEqual = equalBytes(fromBase64Url(tag), fromBase64Url(state.claim.tag));
  if (!isEqual || identity === null || card === null) return fail(state, "mismatch", now);
  const { claim, responder, ...opened } = state;
  const next: Matched = {
    ...opened,
    at: "matched",
    responder,
    matchedAt: now,
    release: {
      initiator: {
        confirmation: claim.confirmation,
        identity: claim.identity,
        card: claim.card,
      },
      responder: { confirmation, identity, card },
    },
    contacts: contactCommits(state),
    outbox: BOTH,
    isHandingOver: false,
    unacknowledged: BOTH,
    keepUntil: state.answerBy,
  };
  return moved(next, [
    ...BOTH.map((role) => tell(role, terminalNotice(next, role))),
    ...BOTH.map((role): AttemptEffect => ({ do: "commit", role })),
  ]);
}

export function cancel(
  state: AwaitingClaim | AwaitingAnswer,
  { party }: EventOf<"cancel">,
  now: number,
): Decision {
  const role = roleOf(state, party);
  return role === null ? refused(state, "out-of-turn") : fail(state, "cancelled", now, role);
}

/** The one who was asked says no: here the initiator, of the claim on its key. */
export function refuse(state: AwaitingAnswer, event: EventOf<"refuse">, now: number): Decision {
  if (!isSameParty(event.party, state.initiator)) return refused(state, "out-of-turn");
  return fail(state, "refused", now, "initiator");
}

export function expire(state: AwaitingClaim | AwaitingAnswer, _: unknown, now: number): Decision {
  const by = state.at === "awaitingClaim" ? state.claimBy : state.answerBy;
  return now < by ? stayed(state) : fail(state, "timedOut", now);
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

/** A delivery that was under way when the handing over began carried too little: it does not count. */
export function committed(state: Matched, { role, delivery }: EventOf<"committed">): Decision {
  const isOfThis = delivery.contact.receiptHash === state.contacts[role].receiptHash;
  const isWhole = !state.isHandingOver || state.release[role] === null || delivery.release !== null;
  if (!isOfThis || !isWhole || !state.outbox.includes(role)) return stayed(state);
  const outbox = without(state.outbox, role);
  if (delivery.release === null) return finish({ ...state, outbox });
  const unacknowledged = without(state.unacknowledged, role);
  return finish({ ...state, outbox, unacknowledged, release: { ...state.release, [role]: null } });
}

/** Serves the outbox again; when time is up, the mailboxes take over whatever was not fetched. */
export function handOver(state: Matched, _: unknown, now: number): Decision {
  const isDue = now >= state.keepUntil && !state.isHandingOver;
  const outbox = BOTH.filter(
    (role) => state.outbox.includes(role) || (isDue && state.unacknowledged.includes(role)),
  );
  const commits = outbox.map((role): AttemptEffect => ({ do: "commit", role }));
  return isDue
    ? moved({ ...state, outbox, isHandingOver: true }, commits)
    : { ...stayed(state), effects: commits };
}

export function forget(state: Failed, _: unknown, now: number): Decision {
  return now < state.keepUntil ? stayed(state) : moved(FREE);
}

/** @param by the side that ended it; a claim ended by its own side counts like a wrong guess */
function fail(
  state: AwaitingClaim | AwaitingAnswer,
  outcome: Failure,
  now: number,
  by: Role | null = null,
): Decision {
  const { locator, method, initiator, offer, openedAt, claimBy, answerBy } = state;
  const claimant = state.at === "awaitingAnswer" ? state.responder : null;
  const told: readonly Role[] = claimant === null ? ["initiator"] : BOTH;
  const isVain = outcome === "mismatch" || by === "responder";
  const next: Failed = {
    at: "failed",
    locator,
    method,
    initiator,
    offer,
    openedAt,
    claimBy,
    answerBy,
    responder: isVain ? null : claimant,
    outcome,
    unacknowledged: isVain ? ["initiator"] : told,
    keepUntil: now + NOTICE_TTL_SECONDS * 1_000,
  };
  const effects = told.map((role) => tell(role, terminalNotice(next, role)));
  if (claimant !== null) {
    effects.push({ do: "settleClaim", party: claimant, isFailure: by !== "initiator" });
  }
  return moved(next, effects);
}

/** Forgets the attempt once nobody waits for anything; until then the state may be stored later. */
function finish(state: Matched | Failed): Decision {
  const isServed = state.at === "failed" || state.outbox.length === 0;
  if (state.unacknowledged.length > 0 || !isServed) return movedSoftly(state);
  return moved(
    FREE,
    BOTH.map((role) => tell(role, { type: "acknowledged" })),
  );
}

function without(roles: readonly Role[], role: Role): readonly Role[] {
  return roles.filter((other) => other !== role);
}

function contactCommits(state: AwaitingAnswer): Record<Role, ContactCommit> {
  const { method, offer, openedAt, initiator, responder } = state;
  const hash = hashOfReceipt({
    method,
    sid: offer.sid,
    openedAt,
    initiator: { share: offer.share, commitment: offer.commitment },
    responder: { share: state.claim.share, commitment: state.claim.commitment },
  });
  const shared = { method, metAt: openedAt, receiptHash: toBase64Url(hash) };
  return {
    initiator: { owner: initiator.userId, peer: responder.userId, ...shared },
    responder: { owner: responder.userId, peer: initiator.userId, ...shared },
  };
}

function tell(role: Role, notice: Extract<AttemptEffect, { do: "tell" }>["notice"]): AttemptEffect {
  return { do: "tell", role, notice };
}
