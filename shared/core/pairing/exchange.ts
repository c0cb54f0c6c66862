// The devices' part of a pairing: CPace over the secret, confirmations, sealed boxes (docs/protocol.md).
// Pure: randomness, keys and signatures come in; what a device must remember comes out as plain data.

import { equalBytes, fromBase64Url, toBase64Url, utf8 } from "../crypto/bytes.ts";
import { confirmationOf, createShare, deriveIsk, type Role } from "../crypto/cpace.ts";
import { matchTag, sealKey, sessionKey, type SealedBox } from "../crypto/pairingKeys.ts";
import { open as openBox, pad, seal, unpad } from "../crypto/seal.ts";
import { type IdentityOpening, identityOpeningSchema } from "../../wire/identity.ts";
import { CARD_MAX_BYTES } from "../../wire/limits.ts";
import type { Method } from "../../wire/pairing.ts";
import { type VerifiedPeer, verifyOpening } from "./commitment.ts";
import { otherRole } from "./state.ts";
import {
  associatedData,
  channelIdentifier,
  receiptBytes,
  type SharePart,
  type Transcript,
} from "./transcript.ts";

export type Random = (length: number) => Uint8Array;

const IDENTITY_PADDING_BYTES = 64;
const CARD_PADDING_BYTES = 256;

/** A side's CPace half. Holds a secret scalar: never leaves the device, dropped when the attempt ends. */
export interface OwnHalf extends SharePart {
  readonly scalar: Uint8Array;
}

export function createHalf(
  input: { method: Method; prs: Uint8Array; sid: Uint8Array; commitment: Uint8Array },
  random: Random,
): OwnHalf {
  const { scalar, share } = createShare({
    prs: input.prs,
    ci: channelIdentifier(input.method),
    sid: input.sid,
    randomScalarBytes: random(64),
  });
  return { scalar, share: toBase64Url(share), commitment: toBase64Url(input.commitment) };
}

/** The shared key of an exchange as one side holds it. Never leaves the device. */
export interface Agreement {
  readonly role: Role;
  readonly transcript: Transcript;
  readonly isk: Uint8Array;
}

/** Null when the peer's share is not a valid point, or is one's own reflected. */
export function agree(role: Role, transcript: Transcript, half: OwnHalf): Agreement | null {
  const peer = transcript[otherRole(role)];
  const isk = deriveIsk({
    role,
    sid: fromBase64Url(transcript.sid),
    scalar: half.scalar,
    ownShare: fromBase64Url(half.share),
    ownAd: associatedData(role, half.commitment),
    peerShare: fromBase64Url(peer.share),
    peerAd: associatedData(otherRole(role), peer.commitment),
  });
  return isk === null ? null : { role, transcript, isk };
}

/** What the server compares, in base64url. */
export function tagOf({ isk }: Agreement): string {
  return toBase64Url(matchTag(isk));
}

/** The key confirmation that a side sends, in base64url. */
export function ownConfirmation(agreement: Agreement): string {
  return toBase64Url(confirmationBy(agreement, agreement.role));
}

export function isConfirmedBy(agreement: Agreement, peerConfirmation: string): boolean {
  const expected = confirmationBy(agreement, otherRole(agreement.role));
  return equalBytes(expected, fromBase64Url(peerConfirmation));
}

function confirmationBy({ isk, transcript }: Agreement, role: Role): Uint8Array {
  const { share, commitment } = transcript[role];
  return confirmationOf({
    sid: fromBase64Url(transcript.sid),
    isk,
    share: fromBase64Url(share),
    ad: associatedData(role, commitment),
  });
}

export function sealIdentity(
  agreement: Agreement,
  opening: IdentityOpening,
  random: Random,
): string {
  const content = utf8(JSON.stringify(opening));
  return sealBox(agreement, "identity", pad(content, IDENTITY_PADDING_BYTES), random);
}

/** @param card the card's JSON in UTF-8; empty for no card */
export function sealCard(agreement: Agreement, card: Uint8Array, random: Random): string {
  if (card.length > CARD_MAX_BYTES) throw new RangeError("the card is larger than 64 KiB");
  return sealBox(agreement, "card", pad(card, CARD_PADDING_BYTES), random);
}

function sealBox(agreement: Agreement, box: SealedBox, content: Uint8Array, random: Random) {
  const { role, isk, transcript } = agreement;
  const key = sealKey(isk, role, box);
  return toBase64Url(seal(key, content, random(24), receiptBytes(transcript)));
}

function openSealed(agreement: Agreement, box: SealedBox, sealed: string): Uint8Array | null {
  const { role, isk, transcript } = agreement;
  const key = sealKey(isk, otherRole(role), box);
  const content = openBox(key, fromBase64Url(sealed), receiptBytes(transcript));
  return content === null ? null : unpad(content);
}

/** What a finished exchange leaves with a device. */
export interface Met {
  readonly peer: VerifiedPeer;
  /** As it came; kept beside the receipt, for which it is the proof. */
  readonly opening: IdentityOpening;
  /** 32 bytes each, by who sends: pre-shared keys of the sessions that start from prekeys. */
  readonly sessionKeys: { readonly own: Uint8Array; readonly peer: Uint8Array };
  /** The card's bytes, empty for none; null when the box did not open. */
  readonly card: Uint8Array | null;
}

/** Verifies what the server released. Null when anything but the card fails: the peer is then not proven. */
export function conclude(
  agreement: Agreement,
  ownNonce: Uint8Array,
  release: { confirmation: string; identity: string; card: string },
): Met | null {
  const { role, isk, transcript } = agreement;
  if (!isConfirmedBy(agreement, release.confirmation)) return null;
  const opening = parseOpening(openSealed(agreement, "identity", release.identity));
  if (opening === null) return null;
  const receipt = receiptBytes(transcript);
  const commitment = fromBase64Url(transcript[otherRole(role)].commitment);
  const peer = verifyOpening(opening, commitment, receipt);
  if (peer === null) return null;
  const [initiatorNonce, responderNonce] =
    role === "initiator" ? [ownNonce, peer.nonce] : [peer.nonce, ownNonce];
  const input = { isk, initiatorNonce, responderNonce, transcript: receipt };
  return {
    peer,
    opening,
    sessionKeys: { own: sessionKey(input, role), peer: sessionKey(input, otherRole(role)) },
    card: openSealed(agreement, "card", release.card),
  };
}

function parseOpening(content: Uint8Array | null): IdentityOpening | null {
  if (content === null) return null;
  try {
    const json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content)) as unknown;
    const parsed = identityOpeningSchema.safeParse(json);
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
