// What this device holds of a meeting and as proof of it: its own, or one of another device of the account, which
// hands it over without the keys of sessions. Nobody else's word makes one.

import type { HandedContact } from "../core/handover/handed.ts";
import type { VerifiedContact } from "../core/handover/contactProof.ts";
import { cardTitle } from "../core/cards/card.ts";
import type { Transcript } from "../core/pairing/transcript.ts";
import type { Card } from "../wire/card.ts";
import type { IdentityOpening } from "../wire/identity.ts";
import type { DeviceId, UserId } from "../wire/ids.ts";
import type { ContactRecord } from "../wire/mailbox.ts";
import type { Contact } from "./model.ts";

export interface MetContact {
  readonly userId: UserId;
  readonly method: Contact["method"];
  readonly metAt: number;
  readonly receiptHash: string;
  readonly peerName: string;
  readonly card: Card | null;
  readonly cardProblem: string | null;
  readonly transcript: Transcript;
  readonly ownOpening: IdentityOpening;
  readonly peerOpening: IdentityOpening;
  /**
   * In base64url, by who sends; mixed as pre-shared keys into the sessions that start from prekeys. Absent when
   * another device of this account was there.
   */
  readonly sessionKeys?: { readonly own: string; readonly peer: string };
  /** Of an earlier meeting, when another device was at the last one. */
  readonly ownPairing?: Pairing;
}

/** Session keys in base64url, and between which devices (PAS-11). */
export interface Pairing {
  readonly receiptHash: string;
  readonly sessionKeys: NonNullable<MetContact["sessionKeys"]>;
  readonly ownDeviceId: DeviceId;
  readonly peerDeviceId: DeviceId;
}

export interface Notes {
  readonly userId: UserId;
  readonly alias: string;
  readonly note: string;
  /** Milliseconds by the clock of the device that made the change; of those made before there were several, absent. */
  readonly changedAt?: number;
}

/** What the last meeting that this device was at left for sessions between the two devices that were there. */
export function pairingOf({
  receiptHash,
  sessionKeys,
  ownOpening,
  peerOpening,
  ownPairing,
}: MetContact): Pairing | null {
  if (sessionKeys === undefined) return ownPairing ?? null;
  const devices = { ownDeviceId: ownOpening.deviceId, peerDeviceId: peerOpening.deviceId };
  return { receiptHash, ...devices, sessionKeys };
}

export function toHanded(met: MetContact): HandedContact {
  const { transcript, ownOpening, peerOpening, card, cardProblem } = met;
  return { kind: "contact", transcript, ownOpening, peerOpening, card, cardProblem };
}

/** As this device keeps what another one hands over; null when it knows of a meeting that is no older. */
export function fromHanded(
  { transcript, ownOpening, peerOpening, card, cardProblem }: HandedContact,
  { userId, receiptHash }: VerifiedContact,
  before: MetContact | null,
): MetContact | null {
  if (before !== null && before.metAt >= transcript.openedAt) return null;
  const ownPairing = before === null ? null : pairingOf(before);
  return {
    userId,
    method: transcript.method,
    metAt: transcript.openedAt,
    receiptHash,
    peerName: peerOpening.name,
    card: card ?? before?.card ?? null,
    cardProblem,
    transcript,
    ownOpening,
    peerOpening,
    ...(ownPairing !== null && { ownPairing }),
  };
}

/** What is shown of a contact, by what is known; null when nothing is. */
export function toContact(
  met: MetContact | null,
  listed: ContactRecord | null,
  notes: Notes | null,
): Contact | null {
  const source = met ?? listed;
  if (source === null) return null;
  const { userId, method, metAt, receiptHash } = source;
  const cardName = met?.card ? cardTitle(met.card) : "";
  return {
    userId,
    name: notes?.alias || met?.peerName || cardName || `${userId.slice(0, 4)}…${userId.slice(-4)}`,
    method,
    metAt,
    verified: met !== null,
    blocked: listed?.blocked ?? false,
    card: met?.card ?? null,
    cardProblem: met?.cardProblem ?? null,
    note: notes?.note ?? "",
    receiptHash,
  };
}
