// How fast the devices of one account may send, together, and how fast a device is passed what is of no lasting
// worth: so many at once, and so many a second from then on. What is refused does not count, so nobody who waits
// is kept waiting.

import {
  SEND_BURST,
  SENDS_PER_SECOND,
  TRANSIENTS_BURST,
  TRANSIENTS_PER_SECOND,
} from "../../wire/limits.ts";
import { type FadingCount, levelAt, raised } from "../fadingCount.ts";

/** The count with one message more; null when that would be too fast. */
export function afterSending(sent: FadingCount, now: number): FadingCount | null {
  return oneMore(sent, now, SEND_BURST, SENDS_PER_SECOND);
}

/** The count with one transient more; null when that would be too fast. */
export function afterRelaying(relayed: FadingCount, now: number): FadingCount | null {
  return oneMore(relayed, now, TRANSIENTS_BURST, TRANSIENTS_PER_SECOND);
}

function oneMore(count: FadingCount, now: number, burst: number, perSecond: number) {
  const fadesMs = 1_000 / perSecond;
  return levelAt(count, now, fadesMs) > burst - 1 ? null : raised(count, now, fadesMs);
}
