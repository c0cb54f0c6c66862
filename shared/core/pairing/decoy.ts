// The offer that a free locator shows: random to anyone without the server's secret, yet the same
// to everyone who looks within its time, so that looking does not tell a free locator from a used one.

import { ristretto255_hasher } from "@noble/curves/ed25519.js";
import {
  KEY_T1_SECONDS,
  KEY_T2_SECONDS,
  PASSPHRASE_T1_SECONDS,
  PASSPHRASE_T2_SECONDS,
} from "../../wire/limits.ts";
import type { Method, OfferNotice } from "../../wire/pairing.ts";
import { toBase64Url } from "../crypto/bytes.ts";

/** As attempts are that say nothing else. */
const KEY_TERMS = { t1: KEY_T1_SECONDS * 1_000, t2: KEY_T2_SECONDS * 1_000 };
const TERMS_MS: Readonly<Record<Method, { readonly t1: number; readonly t2: number }>> = {
  key: KEY_TERMS,
  passphrase: { t1: PASSPHRASE_T1_SECONDS * 1_000, t2: PASSPHRASE_T2_SECONDS * 1_000 },
  link: KEY_TERMS,
};

/** 128 bytes that only the server can make of a slot's number. */
export type DecoySeed = (slot: number) => Uint8Array;

/** The decoy on offer now, to someone who would claim by that method. */
export function decoyOffer(seedOf: DecoySeed, method: Method, now: number): OfferNotice {
  const { t1, t2 } = TERMS_MS[method];
  const { openedAt, seed } = slotAt(seedOf, method, now);
  const share = ristretto255_hasher.deriveToCurve?.(seed.subarray(0, 64));
  if (share === undefined) throw new Error("the curve library lacks the ristretto255 map");
  return {
    type: "offer",
    method,
    sid: toBase64Url(seed.subarray(64, 80)),
    share: toBase64Url(share.toBytes()),
    commitment: toBase64Url(seed.subarray(80, 112)),
    openedAt,
    claimBy: openedAt + t1,
    answerBy: openedAt + t2,
    now,
  };
}

/** Milliseconds, about what a peer's device takes to answer a claim. */
export function decoyDelayMs(seedOf: DecoySeed, method: Method, now: number): number {
  const { seed } = slotAt(seedOf, method, now);
  return 40 + ((seed[116] ?? 0) + (seed[117] ?? 0)) / 2;
}

/** A decoy begins at a random moment of each slot; two slots are as long as it lives, so one is always on offer. */
function slotAt(seedOf: DecoySeed, method: Method, now: number) {
  const slotMs = TERMS_MS[method].t1 / 2;
  const current = Math.floor(now / slotMs);
  const [newest, last] = [current, current - 1].map((slot) => {
    const seed = seedOf(slot);
    const random = new DataView(seed.buffer, seed.byteOffset).getUint32(112);
    return { seed, openedAt: slot * slotMs + (random % slotMs) };
  }) as [DecoySlot, DecoySlot];
  return newest.openedAt <= now ? newest : last;
}

interface DecoySlot {
  readonly seed: Uint8Array;
  readonly openedAt: number;
}
