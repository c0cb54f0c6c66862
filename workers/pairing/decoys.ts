// Decoys of free locators, made from the server's secret (shared/core/pairing/decoy.ts). Making one takes
// over a millisecond, so that the latest is kept: a rush comes upon one locator.

import { decoyDelayMs, decoyEpoch, decoyOffer } from "../../shared/core/pairing/decoy.ts";
import type { Locator } from "../../shared/wire/ids.ts";
import type { OfferNotice } from "../../shared/wire/pairing.ts";
import { keyedSeed } from "../auth/keys.ts";
import type { Env } from "../env.ts";

interface Decoy {
  readonly offer: OfferNotice;
  readonly delayMs: number;
}

let latest: (Decoy & { readonly locator: Locator }) | undefined;

export function decoyAt(env: Env, locator: Locator, now: number): Decoy {
  if (latest?.locator !== locator || now < latest.offer.openedAt || now >= latest.offer.claimBy) {
    latest = { locator, ...decoyOf(env, locator, now) };
  }
  const { offer, delayMs } = latest;
  return { offer: { ...offer, now }, delayMs };
}

function decoyOf(env: Env, locator: Locator, now: number): Decoy {
  const phase = new DataView(keyedSeed(env.SERVER_SECRET, "decoy", locator).buffer).getUint32(0);
  const { startedAt } = decoyEpoch(phase, now);
  const seed = keyedSeed(env.SERVER_SECRET, "decoy", `${locator} ${startedAt}`);
  return { offer: decoyOffer(seed, startedAt, now), delayMs: decoyDelayMs(seed) };
}
