// Faults that pass by themselves: the same call may be answered later.

import { ProblemError } from "../wire/problem.ts";
import { ConnectionError } from "./connectionError.ts";

const PASSING: readonly ProblemError["code"][] = [
  "too-many-requests",
  "try-again",
  "internal-error",
];
const LONGEST_WAIT_MS = 60_000;

export function isPassing(error: unknown): boolean {
  if (error instanceof ConnectionError) return true;
  return error instanceof ProblemError && PASSING.includes(error.code);
}

/** How long the server asks to wait, a minute at most. */
export function askedMs(error: unknown): number {
  const { retryAfterSeconds = 0 } = error instanceof ProblemError ? error.problem : {};
  return Math.min(LONGEST_WAIT_MS, retryAfterSeconds * 1_000);
}
