// Every key that comes out of a pairing's ISK, by HKDF-SHA512 (RFC 5869), 32 bytes each. The
// labels stand in one record, so that no two purposes ever share one.
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { lvCat, utf8 } from "./bytes.ts";
import type { Role } from "./cpace.ts";

/** What is sealed during a pairing: the opening of the identity, and the business card. */
export type SealedBox = "identity" | "card";

const KEY_BYTES = 32;

const LABELS = {
  matchTag: "acquaint match",
  session: {
    initiator: "acquaint session initiator",
    responder: "acquaint session responder",
  },
  seal: {
    initiator: {
      identity: "acquaint seal initiator identity",
      card: "acquaint seal initiator card",
    },
    responder: {
      identity: "acquaint seal responder identity",
      card: "acquaint seal responder card",
    },
  },
} as const satisfies {
  matchTag: string;
  session: Record<Role, string>;
  seal: Record<Role, Record<SealedBox, string>>;
};

/** What the server compares (KEY-2); it tells nothing of the secret or of any other key. */
export function matchTag(isk: Uint8Array): Uint8Array {
  return hkdf(sha512, isk, undefined, utf8(LABELS.matchTag), KEY_BYTES);
}

/** The key of one box; `direction` is the role of the side that seals it. */
export function sealKey(isk: Uint8Array, direction: Role, box: SealedBox): Uint8Array {
  return hkdf(sha512, isk, undefined, utf8(LABELS.seal[direction][box]), KEY_BYTES);
}

/** What session keys come from: the secret that both proved to know, what each drew, and all that was said. */
interface SessionKeyInput {
  readonly isk: Uint8Array;
  /** The nonces that open the commitments; the server never sees them. */
  readonly initiatorNonce: Uint8Array;
  readonly responderNonce: Uint8Array;
  /** The canonical bytes of the exchange; they enter as their SHA-256. */
  readonly transcript: Uint8Array;
}

/**
 * The key that a pairing leaves behind for one direction (PAS-11); `direction` is the role of the side that sends.
 * Mixed as a pre-shared key into the sessions that start from prekeys.
 */
export function sessionKey(input: SessionKeyInput, direction: Role): Uint8Array {
  const salt = lvCat(input.initiatorNonce, input.responderNonce);
  const info = lvCat(utf8(LABELS.session[direction]), sha256(input.transcript));
  return hkdf(sha512, input.isk, salt, info, KEY_BYTES);
}
