// Decoys of free locators, made from the server's secret (shared/core/pairing/decoy.ts).

import { decoyAt } from "../../shared/core/pairing/decoy.ts";
import type { Locator } from "../../shared/wire/ids.ts";
import { keyedSeed } from "../auth/keys.ts";
import type { Env } from "../env.ts";

export function decoyOf(env: Env, locator: Locator, now: number) {
  return decoyAt((slot) => keyedSeed(env.SERVER_SECRET, "decoy", `${locator} ${slot}`), now);
}
