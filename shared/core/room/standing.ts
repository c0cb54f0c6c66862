// How long a room stands that nobody comes to. When someone was last in it is stored coarsely, so that coming and going
// costs no write.

import { ROOM_TTL_SECONDS } from "../../wire/limits.ts";
import type { StoredRoom } from "./state.ts";

const SEEN_EVERY_MS = 24 * 60 * 60_000;
/** A pair room ends when one of the two leaves; this is for one whose both are gone without a word. */
const PAIR_SEEN_EVERY_MS = 30 * 60_000;

/** How old what is stored may become while people come and go. */
export function seenEveryMs({ pair }: StoredRoom): number {
  return pair === null ? SEEN_EVERY_MS : PAIR_SEEN_EVERY_MS;
}

/** When to look whether anybody is there still. */
export function lookAt(record: StoredRoom): number {
  const ttlMs = record.pair === null ? ROOM_TTL_SECONDS * 1_000 : 0;
  return record.seenAt + seenEveryMs(record) + ttlMs;
}
