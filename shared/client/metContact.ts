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
import {
  type Introduced,
  undoEnd,
  type WitnessedContact,
  witnessedMethod,
} from "./taps/witnessed.ts";

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

/** All that this device knows of a contact. */
interface Known {
  readonly met: MetContact | null;
  readonly witnessed: WitnessedContact | null;
  readonly introduced: Introduced | null;
  readonly listed: ContactRecord | null;
  readonly notes: Notes | null;
}

interface Circumstances {
  readonly own: UserId;
  /** By this device's clock, and what the server's is ahead of it; in milliseconds. */
  readonly now: number;
  readonly aheadMs: number;
}

/**
 * What is shown of a contact, by what is known; null when nothing is. A meeting counts for more than what the
 * mailbox has shown proof of, and that for more than a link.
 */
export function toContact(
  { met, witnessed, introduced, listed, notes }: Known,
  circumstances: Circumstances,
): Contact | null {
  const hasMet = met !== null && met.method !== "link";
  // What was witnessed is of what is listed, and goes with it.
  const verified = hasMet || listed === null ? met : (witnessed ?? met);
  const source = verified ?? listed;
  if (source === null) return null;
  const { userId, method, metAt, receiptHash } = source;
  const { name, card, cardProblem } = saidBy(verified, introduced);
  const cardName = card ? cardTitle(card) : "";
  return {
    userId,
    name: notes?.alias || name || cardName || nameOfStranger(userId),
    method,
    metAt,
    verified: verified !== null,
    vouched: isVouched(source, verified === null, circumstances.own),
    undoUntil: undoUntil(listed, (verified === witnessed && witnessed) || listed, circumstances),
    blocked: listed?.blocked ?? false,
    card,
    cardProblem,
    note: notes?.note ?? "",
    receiptHash,
  };
}

/** What somebody is called who has given no name. */
export function nameOfStranger(userId: UserId, handle: string | null = null): string {
  return handle === null ? `${userId.slice(0, 4)}…${userId.slice(-4)}` : `@${handle}`;
}

/** Name and card as they came with the proof, or after it; of one who is not verified, what they are called. */
function saidBy(
  from: MetContact | WitnessedContact | null,
  introduced: Introduced | null,
): Pick<Introduced, "name" | "card" | "cardProblem"> {
  if (from !== null && !("proofs" in from)) return { ...from, name: from.peerName };
  if (from !== null && introduced !== null) return introduced;
  return { name: introduced?.name ?? "", card: null, cardProblem: null };
}

/**
 * Only the server says who it was: nobody of this account has read the other's ticket, or badge. Who is in a room is the
 * server's word for both.
 */
function isVouched(
  source: MetContact | WitnessedContact | ContactRecord,
  isUnverified: boolean,
  own: UserId,
): boolean {
  if (isUnverified) return witnessedMethod(source.method) !== null;
  if (!("isCompared" in source)) return false;
  if (source.isCompared) return false;
  return source.method === "room" || !source.proofs.some(({ by }) => by === own);
}

function undoUntil(
  listed: ContactRecord | null,
  timed: Pick<ContactRecord, "metAt"> | null,
  { now, aheadMs }: Circumstances,
): number | null {
  if (listed?.method !== "tap" || timed === null) return null;
  const end = undoEnd(timed.metAt) - aheadMs;
  return now < end ? end : null;
}
