// Decoys of free locators, made from the server's secret (shared/core/pairing/decoy.ts).

import { decoyDelayMs, decoyEpoch, decoyOffer } from "../../shared/core/pairing/decoy.ts";
import type { Locator } from "../../shared/wire/ids.ts";
import { keyedSeed } from "../auth/keys.ts";
import type { Env } from "../env.ts";

export function decoyAt(env: Env, locator: Locator, now: number) {
  const phase = new DataView(keyedSeed(env.SERVER_SECRET, "decoy", locator).buffer).getUint32(0);
  const { startedAt } = decoyEpoch(phase, now);
  const seed = keyedSeed(env.SERVER_SECRET, "decoy", `${locator} ${startedAt}`);
  return { offer: decoyOffer(seed, startedAt, now), delayMs: decoyDelayMs(seed) };
}
