// What both sides and the server agree to have been said in an attempt, as bytes (docs/protocol.md).

import { sha256 } from "@noble/hashes/sha2.js";
import type { Method } from "../../wire/pairing.ts";
import { fromBase64Url, lvCat, u64be, utf8 } from "../crypto/bytes.ts";
import type { Role } from "../crypto/cpace.ts";

/** A side's public part in base64url: its CPace share and its commitment to an identity. */
export interface SharePart {
  readonly share: string;
  readonly commitment: string;
}

export interface Transcript {
  readonly method: Method;
  readonly sid: string;
  /** Receipt time of the opening, by the server's clock in milliseconds. */
  readonly openedAt: number;
  readonly initiator: SharePart;
  readonly responder: SharePart;
}

/** CPace's channel identifier: protocol version and method. */
export function channelIdentifier(method: Method): Uint8Array {
  return lvCat(utf8("acquaint v1"), utf8(method));
}

/** CPace's associated data of one side: its role and its commitment. */
export function associatedData(role: Role, commitment: string): Uint8Array {
  return lvCat(utf8(role), fromBase64Url(commitment));
}

/**
 * The bytes that both devices sign. The commitments inside bind both identities,
 * so that each can sign before it has seen the other's.
 */
export function receiptBytes(transcript: Transcript): Uint8Array {
  return lvCat(
    utf8("acquaint receipt v1"),
    utf8(transcript.method),
    u64be(transcript.openedAt),
    fromBase64Url(transcript.sid),
    fromBase64Url(transcript.initiator.share),
    associatedData("initiator", transcript.initiator.commitment),
    fromBase64Url(transcript.responder.share),
    associatedData("responder", transcript.responder.commitment),
  );
}

export function hashOfReceipt(transcript: Transcript): Uint8Array {
  return sha256(receiptBytes(transcript));
}
