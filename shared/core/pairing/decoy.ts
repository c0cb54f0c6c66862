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
export function decoyAt(seedOf: DecoySeed, now: number): { offer: OfferNotice; delayMs: number } {
  const current = Math.floor(now / SLOT_MS);
  const slot = beginningOf(current, seedOf(current)) <= now ? current : current - 1;
  const seed = seedOf(slot);
  const openedAt = beginningOf(slot, seed);
  const share = ristretto255_hasher.deriveToCurve?.(seed.subarray(0, 64));
  if (share === undefined) throw new Error("the curve library lacks the ristretto255 map");
  const offer: OfferNotice = {
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
  return { offer, delayMs: answerDelayMs(seed) };
}

function beginningOf(slot: number, seed: Uint8Array): number {
  const random = new DataView(seed.buffer, seed.byteOffset).getUint32(112);
  return slot * SLOT_MS + (random % SLOT_MS);
}

/** About what a peer's device takes to answer a claim. */
function answerDelayMs(seed: Uint8Array): number {
  return 40 + ((seed[116] ?? 0) + (seed[117] ?? 0)) / 2;
}
