// Authenticated encryption of one message under one key with XChaCha20-Poly1305, and padding
// that hides a message's exact length. What was not sealed under the same key and associated
// data never opens.
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { concat } from "./bytes.ts";

const SEAL_KEY_BYTES = 32;
const SEAL_NONCE_BYTES = 24;
/** What sealing adds: the nonce in front and the tag behind. */
export const SEAL_OVERHEAD_BYTES = SEAL_NONCE_BYTES + 16;
const LENGTH_BYTES = 4;

/**
 * nonce ‖ ciphertext ‖ tag. A nonce of 24 random bytes may be drawn for every message.
 * @throws RangeError on a key that is not 32 bytes or a nonce that is not 24 bytes
 * @see draft-irtf-cfrg-xchacha-03
 */
export function seal(
  key: Uint8Array,
  plaintext: Uint8Array,
  nonce24: Uint8Array,
  associatedData: Uint8Array,
): Uint8Array {
  requireKey(key);
  if (nonce24.length !== SEAL_NONCE_BYTES) throw new RangeError("a nonce has 24 bytes");
  return concat(nonce24, xchacha20poly1305(key, nonce24, associatedData).encrypt(plaintext));
}

/**
 * The plaintext, or null when `sealed` is too short or not authentic.
 * @throws RangeError on a key that is not 32 bytes
 */
export function open(
  key: Uint8Array,
  sealed: Uint8Array,
  associatedData: Uint8Array,
): Uint8Array | null {
  requireKey(key);
  if (sealed.length < SEAL_OVERHEAD_BYTES) return null;
  const nonce = sealed.subarray(0, SEAL_NONCE_BYTES);
  const cipher = xchacha20poly1305(key, nonce, associatedData);
  try {
    return cipher.decrypt(sealed.subarray(SEAL_NONCE_BYTES));
  } catch {
    return null;
  }
}

/**
 * Length (4 bytes, big endian) ‖ plaintext ‖ zeros, up to the next multiple of `step` bytes.
 * @throws RangeError unless `step` is an integer >= 1
 */
export function pad(plaintext: Uint8Array, step: number): Uint8Array {
  if (!Number.isSafeInteger(step) || step < 1) throw new RangeError("a step is 1 byte or more");
  const used = LENGTH_BYTES + plaintext.length;
  const padded = new Uint8Array(Math.ceil(used / step) * step);
  new DataView(padded.buffer).setUint32(0, plaintext.length);
  padded.set(plaintext, LENGTH_BYTES);
  return padded;
}

/** The inverse of {@link pad}; null when the length does not fit or the padding is not zeros. */
export function unpad(padded: Uint8Array): Uint8Array | null {
  if (padded.length < LENGTH_BYTES) return null;
  const length = new DataView(padded.buffer, padded.byteOffset).getUint32(0);
  const end = LENGTH_BYTES + length;
  if (end > padded.length) return null;
  if (padded.subarray(end).some((byte) => byte !== 0)) return null;
  return padded.slice(LENGTH_BYTES, end);
}

function requireKey(key: Uint8Array): void {
  if (key.length !== SEAL_KEY_BYTES) throw new RangeError("a key has 32 bytes");
}
