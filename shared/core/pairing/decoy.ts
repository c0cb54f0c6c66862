// The offer that a free locator shows: random to anyone without the server's secret, yet the same
// to everyone who looks within its time, so that looking does not tell a free locator from a used one.

import { ristretto255_hasher } from "@noble/curves/ed25519.js";
import { KEY_T1_SECONDS, KEY_T2_SECONDS } from "../../wire/limits.ts";
import type { OfferNotice } from "../../wire/pairing.ts";
import { toBase64Url } from "../crypto/bytes.ts";

/** A new decoy begins at a random moment of each slot; two slots are as long as a key lives, so one is always on offer. */
const SLOT_MS = (KEY_T1_SECONDS * 1_000) / 2;

/** 128 bytes that only the server can make of a slot's number. */
export type DecoySeed = (slot: number) => Uint8Array;

/** The decoy on offer now. */
export function decoyOffer(seedOf: DecoySeed, now: number): OfferNotice {
  const { slot, seed } = slotAt(seedOf, now);
  const openedAt = beginningOf(slot, seed);
  const share = ristretto255_hasher.deriveToCurve?.(seed.subarray(0, 64));
  if (share === undefined) throw new Error("the curve library lacks the ristretto255 map");
  return {
    type: "offer",
    method: "key",
    sid: toBase64Url(seed.subarray(64, 80)),
    share: toBase64Url(share.toBytes()),
    commitment: toBase64Url(seed.subarray(80, 112)),
    openedAt,
    claimBy: openedAt + KEY_T1_SECONDS * 1_000,
    answerBy: openedAt + KEY_T2_SECONDS * 1_000,
    now,
  };
}

/** Milliseconds, about what a peer's device takes to answer a claim. */
export function decoyDelayMs(seedOf: DecoySeed, now: number): number {
  const { seed } = slotAt(seedOf, now);
  return 40 + ((seed[116] ?? 0) + (seed[117] ?? 0)) / 2;
}

function slotAt(seedOf: DecoySeed, now: number): { slot: number; seed: Uint8Array } {
  const slot = Math.floor(now / SLOT_MS);
  const seed = seedOf(slot);
  return beginningOf(slot, seed) <= now
    ? { slot, seed }
    : { slot: slot - 1, seed: seedOf(slot - 1) };
}

function beginningOf(slot: number, seed: Uint8Array): number {
  const random = new DataView(seed.buffer, seed.byteOffset).getUint32(112);
  return slot * SLOT_MS + (random % SLOT_MS);
}
