// The one-way steps of a session: from a root key to the next root and a chain, along a chain from
// box to box, and to the key of one box. None can be taken backwards.
import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8 } from "./bytes.ts";

const RATCHET_LABEL = utf8("acquaint ratchet v1");
const MESSAGE_LABEL = utf8("acquaint message v1");
const MESSAGE_STEP = Uint8Array.of(1);
const CHAIN_STEP = Uint8Array.of(2);
const KEY_BYTES = 32;
const NONCE_BYTES = 24;

/**
 * What an agreement of two ratchet keys makes of the root key; all are 32 bytes.
 * @see "The Double Ratchet Algorithm", revision 1, section 2.3 (KDF_RK)
 */
export function nextRoot(
  root: Uint8Array,
  agreement: Uint8Array,
): { root: Uint8Array; chain: Uint8Array } {
  const both = hkdf(sha256, agreement, root, RATCHET_LABEL, 2 * KEY_BYTES);
  return { root: both.slice(0, KEY_BYTES), chain: both.slice(KEY_BYTES) };
}

/**
 * Takes `boxes` boxes off a chain: the secret of each, in order, and the chain behind them.
 * @see "The Double Ratchet Algorithm", revision 1, section 2.2 (KDF_CK)
 */
export function walkChain(
  chain: Uint8Array,
  boxes: number,
): { secrets: Uint8Array[]; chain: Uint8Array } {
  const secrets: Uint8Array[] = [];
  let at = chain;
  for (let i = 0; i < boxes; i++) {
    secrets.push(hmac(sha256, at, MESSAGE_STEP));
    at = hmac(sha256, at, CHAIN_STEP);
  }
  return { secrets, chain: at };
}

/** The chain behind that many boxes; their secrets, which take as long again, are not made. */
export function chainBehind(chain: Uint8Array, boxes: number): Uint8Array {
  let at = chain;
  for (let i = 0; i < boxes; i++) at = hmac(sha256, at, CHAIN_STEP);
  return at;
}

/** Key and nonce (XChaCha20-Poly1305) of the one box that a secret is for. */
export function messageKeyOf(secret: Uint8Array): { key: Uint8Array; nonce: Uint8Array } {
  const both = hkdf(sha256, secret, undefined, MESSAGE_LABEL, KEY_BYTES + NONCE_BYTES);
  return { key: both.subarray(0, KEY_BYTES), nonce: both.subarray(KEY_BYTES) };
}
