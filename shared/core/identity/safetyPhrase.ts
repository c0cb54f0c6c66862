// The safety phrase of two accounts: words that are alike on both ends exactly if both see the same device
// logs. Nobody chooses anything here after the other, so no commitment is needed, but what an attacker could
// try at leisure must be long: twelve words are 132 bits.

import { sha256 } from "@noble/hashes/sha2.js";
import { lvCat, utf8 } from "../crypto/bytes.ts";
import type { VerifiedLog } from "./deviceLog.ts";

const LABEL = utf8("acquaint safety phrase v1");
export const SAFETY_WORDS = 12;
const WORD_BITS = 11n;

type Seen = Pick<VerifiedLog, "userId" | "head">;

/**
 * Indexes into a list of 2,048 words, the same whichever account comes first.
 * @see docs/protocol.md, Safety phrase
 */
export function safetyPhrase(a: Seen, b: Seen): number[] {
  const [first, second] = a.userId < b.userId ? [a, b] : [b, a];
  const parts = [first, second].flatMap(({ userId, head }) => [utf8(userId), head]);
  const digest = sha256(lvCat(LABEL, ...parts));
  let rest = digest.reduce((bits, byte) => (bits << 8n) | BigInt(byte), 0n);
  rest >>= BigInt(digest.length * 8) - BigInt(SAFETY_WORDS) * WORD_BITS;
  const indexes: number[] = [];
  for (let i = 0; i < SAFETY_WORDS; i++) {
    indexes.unshift(Number(rest & 2047n));
    rest >>= WORD_BITS;
  }
  return indexes;
}
