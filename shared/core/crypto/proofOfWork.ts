// Proof of work: a number whose hash together with the challenge begins with enough zero bits.

import { sha256 } from "@noble/hashes/sha2.js";
import { concat, u64be, utf8 } from "./bytes.ts";

/** Whether SHA-256(SHA-256(challenge) || solution as 8 bytes big-endian) begins with `bits` zero bits. */
export function isSolution(challenge: string, solution: number, bits: number): boolean {
  return isSolutionOf(sha256(utf8(challenge)), solution, bits);
}

/** Tries numbers from 0 upward; about 2^bits of them. Yields now and then, so that a page stays alive. */
export async function solve(challenge: string, bits: number): Promise<number> {
  const digest = sha256(utf8(challenge));
  for (let solution = 0; ; solution++) {
    if (isSolutionOf(digest, solution, bits)) return solution;
    if (solution % 5_000 === 4_999) await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

function isSolutionOf(challengeDigest: Uint8Array, solution: number, bits: number): boolean {
  let zeros = 0;
  for (const byte of sha256(concat(challengeDigest, u64be(solution)))) {
    zeros += Math.clz32(byte) - 24;
    if (byte !== 0) break;
  }
  return zeros >= bits;
}
