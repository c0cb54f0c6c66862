// What a socket of an attempt carries through hibernation: who it belongs to, and what it has done.

import type { Party } from "../../shared/core/pairing/state.ts";
import type { Locator } from "../../shared/wire/ids.ts";
import type { UpgradeClaims } from "../auth/tokens.ts";

export interface Attachment {
  readonly party: Party;
  readonly tokenId: string;
  readonly purpose: UpgradeClaims["purpose"];
  readonly locator: Locator;
  /** T2 of the offer that a visitor was shown; null if it was shown none. */
  readonly answerBy: number | null;
  /** A visitor's one guess is spent. */
  readonly hasClaimed: boolean;
  /** The side has acknowledged its terminal notice; perhaps not stored yet. */
  readonly hasAcknowledged: boolean;
}

export function attach(socket: WebSocket, attachment: Attachment): Attachment {
  socket.serializeAttachment(attachment);
  return attachment;
}

export function attachmentOf(socket: WebSocket): Attachment {
  return socket.deserializeAttachment() as Attachment;
}
