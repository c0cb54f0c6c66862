// How far the server's clock is ahead of this device's, as it was learnt last (taps/clock.ts) and is kept.

import type { Store } from "./store/store.ts";

export const SERVER_CLOCK = "serverClock";

/** The true value lies within `aheadMs` ± `withinMs`. */
export interface KnownClock {
  readonly aheadMs: number;
  readonly withinMs: number;
}

/** Milliseconds; 0 before the server has said anything. */
export async function serverAheadMs(store: Store): Promise<number> {
  return (await store.get<KnownClock>("settings", SERVER_CLOCK))?.aheadMs ?? 0;
}
