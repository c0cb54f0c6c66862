// How fast strangers' requests to become contacts come by one way: a burst, then so many an hour.

import { BADGE_BURST, BADGE_REQUESTS_PER_HOUR } from "../../wire/limits.ts";
import { type FadingCount, levelAt, raised } from "../fadingCount.ts";

const FADES_MS = (60 * 60_000) / BADGE_REQUESTS_PER_HOUR;

/** How long no more come, in seconds; 0 when one may come now. */
export function restSeconds(pace: FadingCount, now: number): number {
  const excess = levelAt(pace, now, FADES_MS) - (BADGE_BURST - 1);
  const restMs = Math.round(excess * FADES_MS);
  return Math.max(0, Math.ceil(restMs / 1_000));
}

/** With one more that came. */
export function pacedOn(pace: FadingCount, now: number): FadingCount {
  return raised(pace, now, FADES_MS);
}
