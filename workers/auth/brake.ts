// A coarse bound on how fast one account does what others must not be able to do by the thousand.
// Guesses are counted exactly, in objects; this only keeps the pace down.

import type { UserId } from "../../shared/wire/ids.ts";
import { ProblemError } from "../../shared/wire/problem.ts";
import type { Env } from "../env.ts";

/** @throws ProblemError `too-many-requests` */
export async function brake(
  env: Env,
  userId: UserId,
  doing: "open" | "claim" | "find",
): Promise<void> {
  const { success } = await env.PACE.limit({ key: `${doing} ${userId}` });
  if (!success) throw new ProblemError("too-many-requests", { retryAfterSeconds: 60 });
}
