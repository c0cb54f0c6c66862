// Decoys of free locators, made from the server's secret (shared/core/pairing/decoy.ts).

import { decoyDelayMs, decoyOffer, type DecoySeed } from "../../shared/core/pairing/decoy.ts";
import type { Locator } from "../../shared/wire/ids.ts";
import { keyedSeed } from "../auth/keys.ts";
import type { Env } from "../env.ts";

export function offerOfFree(env: Env, locator: Locator, now: number) {
  return decoyOffer(seedsOf(env, locator), now);
}

export function delayOfFree(env: Env, locator: Locator, now: number): number {
  return decoyDelayMs(seedsOf(env, locator), now);
}

function seedsOf(env: Env, locator: Locator): DecoySeed {
  return (slot) => keyedSeed(env.SERVER_SECRET, "decoy", `${locator} ${slot}`);
}
