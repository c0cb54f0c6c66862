// The recovery phrase: twelve BIP39 words that make the recovery key listed in the device log.
// Whoever holds the words can speak for the account, so they never leave the device.

import { ed25519 } from "@noble/curves/ed25519.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { entropyToMnemonic, mnemonicToEntropy } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { utf8 } from "../crypto/bytes.ts";

/** What a phrase can do: it stands in the log as `publicKey` and signs entries as `recovery`. */
export interface RecoverySigner {
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** An Ed25519 signature, 64 bytes. */
  readonly sign: (message: Uint8Array) => Uint8Array;
}

/** @param entropy 16 random bytes */
export function recoveryPhraseOf(entropy: Uint8Array): string {
  return entropyToMnemonic(entropy, wordlist);
}

/**
 * The Ed25519 public key of a phrase.
 * @throws Error when a word is unknown or the checksum does not hold
 */
export function recoveryKeyOf(phrase: string): Uint8Array {
  return recoverySignerOf(phrase).publicKey;
}

/**
 * Under what the server finds the account of a phrase: 16 bytes that tell nothing of the phrase or its key.
 * @throws Error when a word is unknown or the checksum does not hold
 */
export function recoveryIdOf(phrase: string): Uint8Array {
  const entropy = mnemonicToEntropy(phrase, wordlist);
  return hkdf(sha512, entropy, undefined, utf8("acquaint recovery id v1"), 16);
}

/**
 * The key pair of a phrase. Its private half stays inside.
 * @throws Error when a word is unknown or the checksum does not hold
 */
export function recoverySignerOf(phrase: string): RecoverySigner {
  const entropy = mnemonicToEntropy(phrase, wordlist);
  const seed = hkdf(sha512, entropy, undefined, utf8("acquaint recovery v1"), 32);
  return {
    publicKey: ed25519.getPublicKey(seed),
    sign: (message) => ed25519.sign(message, seed),
  };
}
