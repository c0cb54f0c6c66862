// The moves of a pairing attempt, one function each. attempt.ts holds the table that names them.

import {
  KEY_T1_SECONDS,
  KEY_T2_SECONDS,
  NOTICE_TTL_SECONDS,
  RELEASE_TTL_SECONDS,
} from "../../wire/limits.ts";
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
const OUTBOX_GRACE_MS = 24 * 60 * 60_000;

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
    outbox: contactCommits(state),
    unacknowledged: BOTH,
    keepUntil: now + RELEASE_TTL_SECONDS * 1_000,
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
  if (roleOf(state, party) === null) return refused(state, "out-of-turn");
  return fail(state, "cancelled", now);
}

/** The one who was asked says no: here the initiator, of the claim on its key. */
export function refuse(state: AwaitingAnswer, event: EventOf<"refuse">, now: number): Decision {
  if (!isSameParty(event.party, state.initiator)) return refused(state, "out-of-turn");
  return fail(state, "refused", now);
}

export function expire(state: AwaitingClaim | AwaitingAnswer, _: unknown, now: number): Decision {
  const by = state.at === "awaitingClaim" ? state.claimBy : state.answerBy;
  return now < by ? stayed(state) : fail(state, "timedOut", now);
}

export function acknowledge(state: Matched | Failed, event: EventOf<"acknowledge">): Decision {
  const role = roleOf(state, event.party);
  if (role === null) return refused(state, "out-of-turn");
  if (!state.unacknowledged.includes(role)) return stayed(state);
  const unacknowledged = state.unacknowledged.filter((waiting) => waiting !== role);
  const next = { ...state, unacknowledged };
  return finish(
    next.at === "matched" ? { ...next, release: { ...next.release, [role]: null } } : next,
  );
}

export function committed(state: Matched, event: EventOf<"committed">): Decision {
  const { [event.role]: done, ...outbox } = state.outbox;
  return done?.receiptHash === event.receiptHash ? finish({ ...state, outbox }) : stayed(state);
}

/** Serves the outbox again until it is empty; drops what was not fetched in time. */
export function keepOrForget(state: Matched | Failed, _: unknown, now: number): Decision {
  const waiting = state.at === "matched" ? BOTH.filter((role) => role in state.outbox) : [];
  const commits = waiting.map((role): AttemptEffect => ({ do: "commit", role }));
  if (now < state.keepUntil) return { ...stayed(state), effects: commits };
  if (state.at === "failed" || waiting.length === 0) return moved(FREE);
  const next: Matched = {
    ...state,
    release: { initiator: null, responder: null },
    unacknowledged: [],
    keepUntil: now + OUTBOX_GRACE_MS,
  };
  return moved(next, commits);
}

function fail(state: AwaitingClaim | AwaitingAnswer, outcome: Failure, now: number): Decision {
  const { locator, method, initiator, offer, openedAt, claimBy, answerBy } = state;
  const responder = state.at === "awaitingAnswer" ? state.responder : null;
  const sides: readonly Role[] = responder === null ? ["initiator"] : BOTH;
  const next: Failed = {
    at: "failed",
    locator,
    method,
    initiator,
    offer,
    openedAt,
    claimBy,
    answerBy,
    responder,
    outcome,
    unacknowledged: sides,
    keepUntil: now + NOTICE_TTL_SECONDS * 1e3,
  };
  const effects = sides.map((role) => tell(role, terminalNotice(next, role)));
  if (outcome === "mismatch" && responder !== null) {
    effects.push({ do: "countFailure", party: responder });
  }
  return moved(next, effects);
}

/** Forgets the attempt once nobody waits for anything; until then the state may be stored later. */
function finish(state: Matched | Failed): Decision {
  const isServed = state.at === "failed" || Object.keys(state.outbox).length === 0;
  if (state.unacknowledged.length > 0 || !isServed) return movedSoftly(state);
  return moved(
    FREE,
    BOTH.map((role) => tell(role, { type: "acknowledged" })),
  );
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
