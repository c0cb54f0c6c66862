// How fast the devices of one account may send, together: so many at once, and so many a second from then on.
// A message that is refused does not count, so nobody who waits is kept waiting.

import { SEND_BURST, SENDS_PER_SECOND } from "../../wire/limits.ts";
import { type FadingCount, levelAt, raised } from "../fadingCount.ts";

const FADES_MS = 1_000 / SENDS_PER_SECOND;

/** The count with one message more; null when that would be too fast. */
export function afterSending(sent: FadingCount, now: number): FadingCount | null {
  if (levelAt(sent, now, FADES_MS) > SEND_BURST - 1) return null;
  return raised(sent, now, FADES_MS);
}
