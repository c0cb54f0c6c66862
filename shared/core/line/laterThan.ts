// The times that an account gives to its own changes, of which the latest counts, whatever its clocks do.

const LATEST_AT = 8_640_000_000_000_000;

/**
 * The time to give to an own edit, reaction or note: now, but after the one that it replaces, so that it counts even if
 * that was made by a clock that is ahead. Only the own account's times stand in its way.
 */
export function laterThan(previousAt: number | undefined, now: number): number {
  return Math.min(Math.max(now, (previousAt ?? -1) + 1), LATEST_AT);
}
