// X25519 (RFC 7748) on raw keys. A peer's key that would make the result predictable gives null,
// never a secret.
import { x25519 } from "@noble/curves/ed25519.js";

export const AGREEMENT_KEY_BYTES = 32;

export interface AgreementPair {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** 32 random bytes. */
  readonly secretKey: Uint8Array;
}

/** @throws RangeError unless `secretKey` has 32 bytes */
export function publicKeyOf(secretKey: Uint8Array): Uint8Array {
  requireSecretKey(secretKey);
  return x25519.getPublicKey(secretKey);
}

/**
 * The 32-byte agreement, or null for a public key of another length, with its top bit set (no
 * implementation makes one, and RFC 7748 would take it for another key) or of low order (the
 * result would be zeros).
 * @throws RangeError unless `secretKey` has 32 bytes
 * @see RFC 7748, section 6.1
 */
export function sharedSecret(secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array | null {
  requireSecretKey(secretKey);
  if (!isAgreementKey(publicKey)) return null;
  try {
    return x25519.getSharedSecret(secretKey, publicKey);
  } catch {
    return null;
  }
}

/** Whether bytes are encoded as a public key is; they may still be of low order. */
export function isAgreementKey(key: Uint8Array): boolean {
  return key.length === AGREEMENT_KEY_BYTES && (key[AGREEMENT_KEY_BYTES - 1] as number) < 0x80;
}

function requireSecretKey(secretKey: Uint8Array): void {
  if (secretKey.length !== AGREEMENT_KEY_BYTES) throw new RangeError("a secret key has 32 bytes");
}
