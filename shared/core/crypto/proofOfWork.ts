// Proof of work: a number whose hash together with the challenge begins with enough zero bits.

import { sha256 } from "@noble/hashes/sha2.js";
import { concat, u64be, utf8 } from "./bytes.ts";

/** Whether SHA-256(challenge || solution as 8 bytes big-endian) begins with `bits` zero bits. */
export function isSolution(challenge: string, solution: number, bits: number): boolean {
  const digest = sha256(concat(utf8(challenge), u64be(solution)));
  let zeros = 0;
  for (const byte of digest) {
    if (byte === 0) {
      zeros += 8;
      continue;
    }
    zeros += Math.clz32(byte) - 24;
    break;
  }
  return zeros >= bits;
}

/** Tries numbers from 0 upward; about 2^bits of them. Yields now and then, so that a page stays alive. */
export async function solve(challenge: string, bits: number): Promise<number> {
  for (let solution = 0; ; solution++) {
    if (isSolution(challenge, solution, bits)) return solution;
    if (solution % 2_000 === 1_999) await new Promise((resolve) => setTimeout(resolve, 0));
  }
}
