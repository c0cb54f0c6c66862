// One alarm carries many deadlines: the earliest one is set, and when it fires all that are due are served.

/** The earliest of the given times; null when there is none. */
export function earliest(...times: readonly (number | null | undefined)[]): number | null {
  let first: number | null = null;
  for (const time of times) {
    if (time !== null && time !== undefined && (first === null || time < first)) first = time;
  }
  return first;
}

/** Delay before the next of several tries of the same thing: doubling, bounded, never zero. */
export function retryDelayMs(tries: number, firstMs = 1_000, longestMs = 3_600_000): number {
  return Math.min(longestMs, firstMs * 2 ** Math.min(Math.max(tries, 0), 30));
}
