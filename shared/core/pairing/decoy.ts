// The offer that a free locator shows: random to anyone without the server's secret, yet the same
// to everyone who looks within its time, so that looking does not tell a free locator from a used one.

import { ristretto255_hasher } from "@noble/curves/ed25519.js";
import { KEY_T1_SECONDS, KEY_T2_SECONDS } from "../../wire/limits.ts";
import type { OfferNotice } from "../../wire/pairing.ts";
import { toBase64Url } from "../crypto/bytes.ts";

const PERIOD_MS = KEY_T1_SECONDS * 1_000;

/** The period in which a decoy of this locator shows the same face. `phase` is any number of 32 bits. */
export function decoyEpoch(phase: number, now: number): { startedAt: number } {
  const offset = phase % PERIOD_MS;
  return { startedAt: Math.floor((now - offset) / PERIOD_MS) * PERIOD_MS + offset };
}

/** @param seed 128 bytes that only the server can make of locator and epoch */
export function decoyOffer(seed: Uint8Array, startedAt: number, now: number): OfferNotice {
  const share = ristretto255_hasher.deriveToCurve?.(seed.subarray(0, 64));
  if (share === undefined) throw new Error("ristretto255 cannot hash to a point");
  return {
    type: "offer",
    method: "key",
    sid: toBase64Url(seed.subarray(64, 80)),
    share: toBase64Url(share.toBytes()),
    commitment: toBase64Url(seed.subarray(80, 112)),
    openedAt: startedAt,
    claimBy: startedAt + PERIOD_MS,
    answerBy: startedAt + KEY_T2_SECONDS * 1_000,
    now,
  };
}

/** Milliseconds that a peer's device would have taken to answer a claim, for a claim on a decoy. */
export function decoyDelayMs(seed: Uint8Array): number {
  return 40 + ((seed[112] ?? 0) + (seed[113] ?? 0)) / 2;
}
