// A coarse bound on how fast one account does what others must not be able to do by the thousand.
// Guesses are counted exactly, in objects; this only keeps the pace down.

import type { UserId } from "../../shared/wire/ids.ts";
import { ProblemError } from "../../shared/wire/problem.ts";

const PERIOD_SECONDS = 60;

/** @throws ProblemError `too-many-requests` */
export async function brake(
  limiter: RateLimit,
  userId: UserId,
  doing:
    | "open"
    | "claim"
    | "answer"
    | "find"
    | "resume"
    | "mailbox"
    | "prekeys"
    | "log"
    | "block"
    | "append"
    | "recover"
    | "blob"
    | "chunk"
    | "certificate"
    | "tap"
    | "tapState"
    | "share"
    | "confirm"
    | "decline"
    | "undo"
    | "group"
    | "badge"
    | "ask"
    | "room"
    | "openRoom"
    | "lobby"
    | "lookAtRoom"
    | "report",
): Promise<void> {
  const { success } = await limiter.limit({ key: `${doing} ${userId}` });
  if (!success) throw new ProblemError("too-many-requests", { retryAfterSeconds: PERIOD_SECONDS });
}
