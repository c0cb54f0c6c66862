// The moves of a pairing attempt, one function each. attempt.ts holds the table that names them.

import { KEY_T1_SECONDS, KEY_T2_SECONDS } from "../../wire/limits.ts";
import type { OpenMessage } from "../../wire/pairing.ts";
import { equalBytes, fromBase64Url, toBase64Url } from "../crypto/bytes.ts";
import type { Role } from "../crypto/cpace.ts";
import { fail, serve, tell } from "./endings.ts";
import { CONTACT_ERRANDS } from "./errands.ts";
import { type Decision, type EventOf, moved, refused, stayed } from "./events.ts";
import { claimedNotice, claimNotice, openedNotice, terminalNotice } from "./notices.ts";
import {
  type AttemptState,
  type AwaitingAnswer,
  type AwaitingClaim,
  BOTH,
  type ContactCommit,
  type Free,
  guesserOf,
  isAsked,
  isSameParty,
  type Matched,
  otherRole,
  roleOf,
} from "./state.ts";
import { hashOfReceipt } from "./transcript.ts";

export function open(_: Free, event: EventOf<"open">, now: number): Decision {
  const { party, handle, locator, to, message } = event;
  const { method, sid, share, commitment } = message;
  const { t1Seconds, t2Seconds } = termsOf(message);
  const state: AwaitingClaim = {
    at: "awaitingClaim",
    locator,
    method,
    initiator: party,
    handle,
    to,
    offer: { sid, share, commitment },
    owes: to === null ? [] : ["request"],
    openedAt: now,
    claimBy: now + t1Seconds * 1_000,
    answerBy: now + t2Seconds * 1_000,
  };
  return moved(state, [tell("initiator", openedNotice(state, now)), ...serve(state)]);
}

function termsOf(message: OpenMessage): { t1Seconds: number; t2Seconds: number } {
  return message.method === "passphrase"
    ? message
    : { t1Seconds: KEY_T1_SECONDS, t2Seconds: KEY_T2_SECONDS };
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
  if (state.to !== null && !isAsked(state, event.party)) return stayed(state, { kind: "stray" });
  const { type: _type, ...claimed } = event.message;
  const next: AwaitingAnswer = {
    ...state,
    at: "awaitingAnswer",
    responder: event.party,
    claim: claimed,
    owes: state.to === null ? [] : ["answered"],
  };
  return moved(next, [
    tell("initiator", claimNotice(next)),
    tell("responder", claimedNotice(next, now)),
    ...serve(next),
  ]);
}

export function claimAgain(state: AwaitingAnswer, event: EventOf<"claim">, now: number): Decision {
  if (!isSameParty(event.party, state.responder)) return claimTooLate(state, event);
  const { type: _type, ...repeated } = event.message;
  const first = state.claim;
  const isRepetition = (Object.keys(first) as (keyof typeof first)[]).every(
    (member) => first[member] === repeated[member],
  );
  // Two tabs of a device are one party: the first of them that answers serves.
  if (!isRepetition)
    return refused(state, state.to === null ? "out-of-turn" : "answered-elsewhere");
  return stayed(state, { kind: "repeated", notices: [claimedNotice(state, now)] });
}

/** A side hears that it is over, the other devices of who was asked as well; to anyone else the locator looks free. */
export function claimTooLate(state: AttemptState, { party }: EventOf<"claim">): Decision {
  if (roleOf(state, party) !== null) return refused(state, "attempt-over");
  if (state.at !== "free" && isAsked(state, party)) {
    return refused(state, state.at === "failed" ? "attempt-over" : "answered-elsewhere");
  }
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
    // What the asked account's other devices have not heard of yet, they still hear.
    owes: [...state.owes, ...BOTH.map((role) => CONTACT_ERRANDS[role])],
    isHandingOver: false,
    unacknowledged: BOTH,
    keepUntil: state.answerBy,
  };
  return moved(next, [
    ...BOTH.map((role) => tell(role, terminalNotice(next, role))),
    ...serve(next),
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

/**
 * The one to whom the other came says no: to the request that waits, or to the claim on its own locator. Whoever
 * has answered a request calls that off by `cancel`; a refusal that comes then is another tab's, and too late.
 */
export function refuse(
  state: AwaitingClaim | AwaitingAnswer,
  { party }: EventOf<"refuse">,
  now: number,
): Decision {
  const role = roleOf(state, party);
  const isTheirs = state.at === (state.to === null ? "awaitingAnswer" : "awaitingClaim");
  if (!isTheirs || role !== otherRole(guesserOf(state))) return refused(state, "out-of-turn");
  return fail(state, "refused", now, role);
}

export function unreachable(
  state: AwaitingClaim,
  { sid }: EventOf<"unreachable">,
  now: number,
): Decision {
  return sid === state.offer.sid ? fail(state, "unreachable", now) : stayed(state);
}

/** Before its time the alarm serves again what a mailbox has not confirmed. */
export function expire(state: AwaitingClaim | AwaitingAnswer, _: unknown, now: number): Decision {
  const by = state.at === "awaitingClaim" ? state.claimBy : state.answerBy;
  return now < by ? { ...stayed(state), effects: serve(state) } : fail(state, "timedOut", now);
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
