// The secrets of boxes that were passed over, for when they arrive late. Each opens one box and is
// gone; however much a peer skips, the list stays bounded.
import { toBase64Url } from "./bytes.ts";

/**
 * How many boxes one box may pass over, and how far a forged one makes its receiver walk. The server keeps
 * the order: boxes are passed over only where some were refused, or have waited too long.
 */
export const MAX_SKIPPED_AT_ONCE = 500;
/** How many secrets are kept; the oldest go first. */
export const MAX_SKIPPED_KEPT = 2_000;

/** Epoch and number of the box, and its secret (base64url). */
export type SkippedKey = readonly [epoch: number, n: number, secret: string];

export function findSkipped(
  skipped: readonly SkippedKey[],
  epoch: number,
  n: number,
): SkippedKey | undefined {
  return skipped.find((key) => key[0] === epoch && key[1] === n);
}

/** With the secrets of the boxes from `firstN` on, as the newest. */
export function withSkipped(
  skipped: readonly SkippedKey[],
  epoch: number,
  firstN: number,
  secrets: readonly Uint8Array[],
): readonly SkippedKey[] {
  const added = secrets.map((secret, i): SkippedKey => [epoch, firstN + i, toBase64Url(secret)]);
  return [...skipped, ...added].slice(-MAX_SKIPPED_KEPT);
}
