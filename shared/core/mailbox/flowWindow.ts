// How much is under way to a reader at a time: what it has not confirmed bounds what it is sent, so that
// a reader that stalls costs neither memory nor anything of what waits for it.

import { STALLED_SECONDS, WINDOW_MAX_BYTES, WINDOW_MAX_ENVELOPES } from "../../wire/limits.ts";
import { fitting, grouped, type Load, minus } from "./load.ts";

const WINDOW: Load = { envelopes: WINDOW_MAX_ENVELOPES, bytes: WINDOW_MAX_BYTES };
const NOTICE: Load = { envelopes: 200, bytes: 100 * 1024 };

/** How many of the next envelopes may go out, in order, while so much is under way. */
export function admitted(underWay: Load, next: readonly { readonly box: string }[]): number {
  return fitting(next.map(weigh), minus(WINDOW, underWay));
}

/** How many more envelopes may be under way, be they ever so light. */
export function roomFor(underWay: Load): number {
  return minus(WINDOW, underWay).envelopes;
}

/** As many notices as the envelopes need, so that each is a frame of moderate size. */
export function noticesOf<Item extends { readonly box: string }>(
  envelopes: readonly Item[],
): Item[][] {
  return grouped(envelopes, NOTICE, weigh);
}

/** When a reader counts as stalled whose window is full and that has confirmed nothing since then. */
export function stalledAt(fullSince: number): number {
  return fullSince + STALLED_SECONDS * 1_000;
}

function weigh({ box }: { readonly box: string }): Load {
  return { envelopes: 1, bytes: box.length };
}
