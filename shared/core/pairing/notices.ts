// What each side of an attempt is told, and told again when it comes back after a lost connection.

import type { AttemptNotice, OfferNotice } from "../../wire/pairing.ts";
import type { Role } from "../crypto/cpace.ts";
import type { AttemptState, AwaitingAnswer, AwaitingClaim, Failed, Matched } from "./state.ts";

type Standing = Exclude<AttemptState, { at: "free" }>;

/** Everything that a side must know of the state, in order; at most one terminal notice among it. */
export function noticesFor(state: AttemptState, role: Role, now: number): AttemptNotice[] {
  switch (state.at) {
    case "free":
      return [];
    case "awaitingClaim":
      return [role === "initiator" ? openedNotice(state, now) : offerNotice(state, now)];
    case "awaitingAnswer":
      return role === "initiator"
        ? [openedNotice(state, now), claimNotice(state)]
        : [claimedNotice(state, now)];
    case "matched":
    case "failed":
      return [terminalNotice(state, role)];
  }
}

export function openedNotice(state: Standing, now: number): AttemptNotice {
  const { locator, openedAt, claimBy, answerBy } = state;
  return { type: "opened", locator, openedAt, claimBy, answerBy, now };
}

/** What a visitor sees, or whoever is asked. It is the same until `claimBy`, whatever has become of the attempt. */
export function offerNotice(state: Standing, now: number): OfferNotice {
  const { method, offer, openedAt, claimBy, answerBy } = state;
  return { type: "offer", method, ...offer, openedAt, claimBy, answerBy, now };
}

export function claimNotice({ claim }: AwaitingAnswer): AttemptNotice {
  const { share, commitment, confirmation } = claim;
  return { type: "claim", share, commitment, confirmation };
}

export function claimedNotice(state: AwaitingClaim | AwaitingAnswer, now: number): AttemptNotice {
  return { type: "claimed", answerBy: state.answerBy, now };
}

export function terminalNotice(state: Matched | Failed, role: Role): AttemptNotice {
  if (state.at === "failed") return { type: "ended", outcome: state.outcome };
  const release = state.release[role];
  if (release === null) return { type: "acknowledged" };
  return { type: "matched", ...release, matchedAt: state.matchedAt };
}
