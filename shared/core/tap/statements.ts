// What devices sign of a touch, of a table and of a request (docs/protocol.md, Taps), and the receipts that come
// of it: the same bytes on both sides, and at the server.

import { sha256 } from "@noble/hashes/sha2.js";
import { concat, fromBase64Url, lvCat, utf8 } from "../crypto/bytes.ts";
import type { DeviceId, UserId } from "../../wire/ids.ts";
import type { RequestProof, RequestVia } from "../../wire/contactRequests.ts";
import type { TapProof } from "../../wire/tap.ts";

/** Of whoever has read a ticket: who it is, and in which submission the ticket goes. */
export function tapStatement(
  tapId: string,
  by: UserId,
  device: DeviceId,
  ticket: Uint8Array,
): Uint8Array {
  return lvCat(
    utf8("acquaint tap v1"),
    fromBase64Url(tapId),
    utf8(by),
    utf8(device),
    sha256(ticket),
  );
}

/** SHA-256, 32 bytes; the same for both sides. */
export function tapReceiptHash({ tapId, by, device, ticket }: TapProof): Uint8Array {
  const bytes = fromBase64Url(ticket);
  return sha256(
    lvCat(utf8("acquaint tap receipt v1"), bytes, tapStatement(tapId, by, device, bytes)),
  );
}

/**
 * What all at a table see, in the order of its members: tickets and the shares that these have committed to.
 * @param members tickets of 259 bytes, shares of 16
 */
export function tableStatement(
  tapId: string,
  members: readonly { readonly ticket: Uint8Array; readonly share: Uint8Array }[],
): Uint8Array {
  return lvCat(
    utf8("acquaint table v1"),
    fromBase64Url(tapId),
    concat(...members.map(({ ticket, share }) => lvCat(ticket, share))),
  );
}

const TABLE_WORDS = 6;
const WORD_BITS = 11;

/**
 * Indexes into a list of 2,048 words: 66 bits, which nobody could aim at, since every share was committed to
 * before any was shown.
 */
export function tablePhrase(statement: Uint8Array): number[] {
  const digest = sha256(lvCat(utf8("acquaint table phrase v1"), statement));
  return Array.from({ length: TABLE_WORDS }, (_, index) => bitsAt(digest, index * WORD_BITS));
}

/** Of whoever asks to become a contact. */
export function requestStatement(
  requestId: string,
  from: UserId,
  device: DeviceId,
  to: UserId,
  via: RequestVia,
): Uint8Array {
  return lvCat(
    utf8("acquaint contact request v1"),
    fromBase64Url(requestId),
    utf8(from),
    utf8(device),
    utf8(to),
    utf8(via),
  );
}

/** Of whoever says yes to it. @param device of the one who approves */
export function approvalStatement(request: Uint8Array, device: DeviceId): Uint8Array {
  return lvCat(utf8("acquaint contact approval v1"), sha256(request), utf8(device));
}

/** SHA-256, 32 bytes. @param to the account that was asked */
export function requestReceiptHash(proof: RequestProof, to: UserId): Uint8Array {
  const request = requestStatement(proof.requestId, proof.by, proof.device, to, proof.via);
  const approval = approvalStatement(request, proof.approvedBy);
  return sha256(lvCat(utf8("acquaint request receipt v1"), request, approval));
}

/** The token of a badge: a commitment to its account, 16 bytes. @param salt 16 random bytes */
export function badgeToken(userId: UserId, salt: Uint8Array): Uint8Array {
  return sha256(lvCat(utf8("acquaint badge v1"), utf8(userId), salt)).slice(0, 16);
}

function bitsAt(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let bit = at; bit < at + WORD_BITS; bit++) {
    value = value * 2 + (((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1);
  }
  return value;
}
