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

/**
 * So many at once, and so many a second from then on, for each member. In memory: after an eviction everyone may burst
 * again. What is refused does not count.
 */
export class Paces {
  readonly #counts = new Map<UserId, FadingCount>();

  /** Counts one more, unless that is too fast. @param perSecond null for as many as come */
  take(userId: UserId, perSecond: number | null, now: number): boolean {
    if (perSecond === null) return true;
    const fadesMs = 1_000 / perSecond;
    const count = this.#counts.get(userId) ?? NOTHING_COUNTED;
    if (levelAt(count, now, fadesMs) > SAY_BURST - 1) return false;
    this.#counts.set(userId, raised(count, now, fadesMs));
    return true;
  }

  /** Of someone who has left: whoever comes back at once would find its pace where it was, but after that it is waste. */
  forget(userId: UserId): void {
    this.#counts.delete(userId);
  }
}
