// Proof of work, asked of whoever comes from a network where much has failed, or tries a long locator.

import { isSolution } from "../../shared/core/crypto/proofOfWork.ts";
import type { Proof } from "../../shared/wire/auth.ts";
import { ProblemError } from "../../shared/wire/problem.ts";
import type { Env } from "../env.ts";
import { issueToken, verifyToken } from "./tokens.ts";

/**
 * The challenge is a token of its own; the work counts for one subject, at the difficulty that was asked.
 * @throws ProblemError `proof-of-work-required`
 */
export async function demandWork(
  env: Env,
  subject: string,
  bits: number,
  proof: Proof | undefined,
): Promise<void> {
  if (bits === 0) return;
  if (proof !== undefined) {
    const claims = await verifyToken(env.SERVER_SECRET, "proof", proof.challenge);
    const isFor = claims !== null && claims.subject === subject;
    if (isFor && isSolution(proof.challenge, proof.solution, claims.bits)) return;
  }
  const { token } = await issueToken(env.SERVER_SECRET, "proof", { subject, bits });
  throw new ProblemError("proof-of-work-required", { work: { challenge: token, bits } });
}
