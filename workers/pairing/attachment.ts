// What a socket of an attempt carries through hibernation. It belongs to one attempt, by the `sid`:
// when the locator is used again, what was said on older sockets does not count for the new attempt.

import { step } from "../../shared/core/pairing/attempt.ts";
import { type AttemptState, isAsked, type Party, roleOf } from "../../shared/core/pairing/state.ts";
import type { Role } from "../../shared/core/crypto/cpace.ts";
import type { Handle, Locator, UserId } from "../../shared/wire/ids.ts";
import type { Method } from "../../shared/wire/pairing.ts";
import type { UpgradeClaims } from "../auth/tokens.ts";
import type { Spoken } from "../http/sockets.ts";

export interface Attachment extends Spoken {
  readonly party: Party;
  readonly tokenId: string;
  readonly purpose: UpgradeClaims["purpose"];
  readonly locator: Locator;
  /** What a visitor would claim by. */
  readonly method: Method | null;
  /** Of the attempt to be opened: whom it asks, and the asker's own handle. */
  readonly to: UserId | null;
  readonly handle: Handle | null;
  /** Of the attempt resumed, answered, opened, or shown to a visitor; null until then. */
  readonly sid: string | null;
  /** T2 of the offer that a visitor was shown. */
  readonly answerBy: number;
  /** When a visitor may claim no more, and whoever came to open, open: no socket is kept for a later beginning. */
  readonly mayBeginUntil: number;
  /** Digest of a visitor's one claim. */
  readonly claimed: string | null;
  /** The terminal notice has been sent. */
  readonly isTold: boolean;
  /** The side has acknowledged its terminal notice; perhaps not stored yet. */
  readonly hasAcknowledged: boolean;
}

export function attach(socket: WebSocket, attachment: Attachment): Attachment {
  socket.serializeAttachment(attachment);
  return attachment;
}

export function change(socket: WebSocket, changes: Partial<Attachment>): void {
  attach(socket, { ...attachmentOf(socket), ...changes });
}

export function attachmentOf(socket: WebSocket): Attachment {
  return socket.deserializeAttachment() as Attachment;
}

/** The side that a socket speaks for; null for a visitor. */
export function sideOf(state: AttemptState, { party, sid }: Attachment): Role | null {
  return state.at === "free" || state.offer.sid !== sid ? null : roleOf(state, party);
}

/** Whether the socket is of an account that the attempt asks, though perhaps another of its devices has answered. */
export function isOfAsked(state: AttemptState, { party, sid }: Attachment): boolean {
  return state.at !== "free" && state.offer.sid === sid && isAsked(state, party);
}

/** The state once a side has acknowledged; the state itself if that would end it, which is for the alarm to do. */
export function withAcknowledgement(state: AttemptState, attachment: Attachment): AttemptState {
  if (!attachment.hasAcknowledged || sideOf(state, attachment) === null) return state;
  if (state.at !== "matched" && state.at !== "failed") return state;
  const event = { type: "acknowledge", party: attachment.party } as const;
  const decision = step(state, event, state.openedAt);
  return decision.soft ? decision.state : state;
}
