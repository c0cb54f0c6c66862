// What came of a code that was read, in a few words. What to do next comes from the SDK.

import { ConnectionError, type TapOutcome, type TappedPeer } from "../../shared/client/index.ts";
import { problemText } from "../problems.ts";

const REFUSALS: Readonly<Record<Exclude<TapOutcome, "established" | "already">, string>> = {
  forged: "That code is not genuine",
  self: "That is your own code",
  duplicate: "That code was in the list twice",
  expired: "That code has run out",
  revoked: "That device was removed",
  blocked: "You two are not connected",
  replayed: "That code was used already",
};

/** Why nothing is known of what was submitted. The SDK goes on with it by itself. */
export function tapProblem(error: unknown): string {
  return error instanceof ConnectionError
    ? "It is sent as soon as there is one, and you are told; after a minute their code has run out, then scan a fresh one."
    : problemText(error);
}

/** Why there is no contact, and what to do next. */
export function explainRefusal({ outcome, advice }: TappedPeer): {
  readonly title: string;
  readonly advice: string;
} {
  if (outcome !== "established" && outcome !== "already") {
    return { title: REFUSALS[outcome], advice };
  }
  // What was undone since is not done again by the same code.
  return { title: REFUSALS.replayed, advice: "Each code serves once. Have them show a fresh one." };
}
