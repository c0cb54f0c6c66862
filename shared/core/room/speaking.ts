// Talk (ROOM-4): who may say something, and how fast. No state changes by it, and nothing is stored.

import type { UserId } from "../../wire/ids.ts";
import { SAY_BURST } from "../../wire/limits.ts";
import { type FadingCount, levelAt, NOTHING_COUNTED, raised } from "../fadingCount.ts";
import { isApart, type Present, type RoomState } from "./state.ts";

/** The member whose socket that is; null when it has none, so that what it says is ignored. */
export function speakerOf(
  { present }: Pick<RoomState, "present">,
  userId: UserId,
  socket: string,
): Present | null {
  const member = present.get(userId);
  return member?.sockets.some((ref) => ref.socket === socket) ? member : null;
}

/** Those who are not to hear what a member says; null for nobody. */
export function hiddenFrom({ apart }: RoomState, userId: UserId): ReadonlySet<UserId> | null {
  return apart.size === 0 ? null : (apart.get(userId) ?? null);
}

/** Whether what one member tells another goes there: both are connected, and there for each other. */
export function hears(state: RoomState, from: UserId, to: UserId): boolean {
  return state.present.has(from) && state.present.has(to) && !isApart(state, from, to);
}

/** So many counts are kept before those that have faded are looked for. */
const COUNTS_KEPT = 1_000;

/**
 * So many at once, and so many a second from then on, for each account, whether it stays or comes and goes. In memory:
 * after an eviction everyone may burst again. What is refused does not count.
 */
export class Paces {
  readonly #burst: number;
  readonly #counts = new Map<UserId, FadingCount>();
  #pruneAbove = COUNTS_KEPT;

  constructor(burst: number = SAY_BURST) {
    this.#burst = burst;
  }

  /** Accounts of which something is known. */
  get size(): number {
    return this.#counts.size;
  }

  /** Counts one more, unless that is too fast. @param perSecond null for as many as come */
  take(userId: UserId, perSecond: number | null, now: number): boolean {
    if (perSecond === null) return true;
    const fadesMs = 1_000 / perSecond;
    const count = this.#counts.get(userId) ?? NOTHING_COUNTED;
    if (levelAt(count, now, fadesMs) > this.#burst - 1) return false;
    this.#counts.set(userId, raised(count, now, fadesMs));
    if (this.#counts.size > this.#pruneAbove) this.#prune(now, fadesMs);
    return true;
  }

  /** What has faded is waste. Looked for so seldom that it costs each account the same, however many there are. */
  #prune(now: number, fadesMs: number): void {
    for (const [userId, count] of this.#counts) {
      if (levelAt(count, now, fadesMs) === 0) this.#counts.delete(userId);
    }
    this.#pruneAbove = Math.max(COUNTS_KEPT, 2 * this.#counts.size);
  }
}
