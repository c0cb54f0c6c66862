// What an attempt owes to mailboxes, by the state that it is in. Each errand is served until its mailbox
// has confirmed it, and may be served twice; the mailbox knows it by the attempt's `sid`.

import type { UserId } from "../../wire/ids.ts";
import type { MeetingRequest, RequestOutcome } from "../../wire/mailbox.ts";
import type { Role } from "../crypto/cpace.ts";
import { type Delivery, deliveryFor } from "./delivery.ts";
import {
  type AttemptState,
  type Free,
  type GuessKey,
  guesserOf,
  guessKeyOf,
  type Party,
} from "./state.ts";

export type ErrandName =
  | "request"
  | "answered"
  | "ending"
  | "settlement"
  | "initiatorContact"
  | "responderContact";

export const CONTACT_ERRANDS = {
  initiator: "initiatorContact",
  responder: "responderContact",
} as const satisfies Record<Role, ErrandName>;

export type Errand = { readonly owner: UserId; readonly sid: string } & (
  | { readonly kind: "request"; readonly request: MeetingRequest }
  /** The request is answered, or ended without an answer. */
  | { readonly kind: "requestOver"; readonly outcome: RequestOutcome }
  | {
      readonly kind: "contact";
      readonly delivery: Delivery;
      /** The owner's guess that came to a good end with it. */
      readonly guess: GuessKey | null;
    }
  | {
      readonly kind: "settlement";
      readonly party: Party;
      readonly guess: GuessKey;
      readonly isFailure: boolean;
    }
);

/** Null when the state does not owe it. */
export function errandFor(state: AttemptState, name: ErrandName): Errand | null {
  if (state.at === "free" || !state.owes.includes(name)) return null;
  const { sid } = state.offer;
  const { to } = state;
  switch (name) {
    case "request":
      return to === null ? null : { kind: "request", owner: to, sid, request: requestOf(state) };
    case "answered":
      return to === null ? null : { kind: "requestOver", owner: to, sid, outcome: "answered" };
    case "ending":
      if (to === null || state.at !== "failed") return null;
      return { kind: "requestOver", owner: to, sid, outcome: state.outcome };
    case "settlement": {
      if (state.at !== "failed" || state.guess === null) return null;
      const { party, isFailure } = state.guess;
      const guess = guessKeyOf(state);
      return { kind: "settlement", owner: party.userId, sid, party, guess, isFailure };
    }
    case "initiatorContact":
    case "responderContact": {
      if (state.at !== "matched") return null;
      const role = name === "initiatorContact" ? "initiator" : "responder";
      const delivery = deliveryFor(state, role);
      const guess = guesserOf(state) === role ? guessKeyOf(state) : null;
      return { kind: "contact", owner: delivery.contact.owner, sid, delivery, guess };
    }
  }
}

function requestOf(state: Exclude<AttemptState, Free>): MeetingRequest {
  const { offer, initiator, handle, locator, openedAt, claimBy, answerBy } = state;
  const { sid } = offer;
  return { sid, from: initiator.userId, handle, locator, openedAt, claimBy, answerBy };
}
