// The recovery phrase: twelve BIP39 words that make the recovery key listed in the device log.
// Whoever holds the words can speak for the account, so they never leave the device.

import { ed25519 } from "@noble/curves/ed25519.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { entropyToMnemonic, mnemonicToEntropy } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { utf8 } from "../crypto/bytes.ts";

/** @param entropy 16 random bytes */
export function recoveryPhraseOf(entropy: Uint8Array): string {
  return entropyToMnemonic(entropy, wordlist);
}

/**
 * The Ed25519 public key of a phrase.
 * @throws Error when a word is unknown or the checksum does not hold
 */
export function recoveryKeyOf(phrase: string): Uint8Array {
  const entropy = mnemonicToEntropy(phrase, wordlist);
  const seed = hkdf(sha512, entropy, undefined, utf8("acquaint recovery v1"), 32);
  return ed25519.getPublicKey(seed);
}
