// Decoys of free locators, made from the server's secret (shared/core/pairing/decoy.ts).

import { decoyDelayMs, decoyOffer, type DecoySeed } from "../../shared/core/pairing/decoy.ts";
import type { Locator } from "../../shared/wire/ids.ts";
import type { Method } from "../../shared/wire/pairing.ts";
import { keyedSeed } from "../auth/keys.ts";
import type { Env } from "../env.ts";

export function offerOfFree(env: Env, locator: Locator, method: Method, now: number) {
  return decoyOffer(seedsOf(env, locator, method), method, now);
}

export function delayOfFree(env: Env, locator: Locator, method: Method, now: number): number {
  return decoyDelayMs(seedsOf(env, locator, method), method, now);
}

/** Of each method their own, or else equal offers would tell a decoy. */
function seedsOf(env: Env, locator: Locator, method: Method): DecoySeed {
  return (slot) => keyedSeed(env.SERVER_SECRET, "decoy", `${locator} ${method} ${slot}`);
}
