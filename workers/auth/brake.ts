// A coarse bound on how fast one account, or one operator's key, does what nobody must be able to do by the thousand.
// Guesses are counted exactly, in objects; this only keeps the pace down.

import { ProblemError } from "../../shared/wire/problem.ts";

const PERIOD_SECONDS = 60;

/** @param who an account, or the digest of an operator's key. @throws ProblemError `too-many-requests` */
export async function brake(
  limiter: RateLimit,
  who: string,
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
    | "steward"
    | "operator"
    | "report",
): Promise<void> {
  const { success } = await limiter.limit({ key: `${doing} ${who}` });
  if (!success) throw new ProblemError("too-many-requests", { retryAfterSeconds: PERIOD_SECONDS });
}
