// A count that fades with time: what is counted long ago weighs nothing any more.

/** `level` is what the count was at `at`. */
export interface FadingCount {
  readonly level: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export const NOTHING_COUNTED: FadingCount = { level: 0, at: 0 };

/** The level now, when one is forgotten each `fadesMs`. */
export function levelAt(count: FadingCount, now: number, fadesMs: number): number {
  return Math.max(0, count.level - Math.max(0, now - count.at) / fadesMs);
}

export function raised(count: FadingCount, now: number, fadesMs: number): FadingCount {
  return { level: levelAt(count, now, fadesMs) + 1, at: Math.max(now, count.at) };
}
