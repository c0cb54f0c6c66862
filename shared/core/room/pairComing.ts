// Until when both have to have come to a pair room (ROOM-5), which ends if they have not.

import { PAIR_COMING_SECONDS } from "../../wire/limits.ts";
import type { Draft } from "./draft.ts";
import type { RoomEventOf } from "./events.ts";
import { occupancyOf, type PairPlace, type RoomState } from "./state.ts";

export function comeByFrom(now: number): number {
  return now + PAIR_COMING_SECONDS * 1_000;
}

/** Of a pair room, those who are away counted. */
export function areBothHere(state: RoomState): boolean {
  return occupancyOf(state) === 2;
}

/** Somebody has come, or is to: now both are here, or whoever is not has so long to come. */
export function noteComing(draft: Draft): void {
  const { pair, end } = draft.state.record;
  if (pair === null || end !== null) return;
  const areBoth = areBothHere(draft.state);
  if (areBoth && pair.comeBy !== null) draft.setRecord({ pair: { ...pair, comeBy: null } });
  // Both were here, and all sockets were lost at once, without a word.
  if (!areBoth && pair.comeBy === null) awaitFrom(draft, pair);
}

/**
 * A pair room is opened once more. Before anybody was told of it, both have their time from then on. Afterwards a time
 * that runs is not prolonged: one of the two has it opened by coming back to the parent, as often as it likes.
 */
export function awaitBoth(draft: Draft, { areTold }: RoomEventOf<"awaitBoth">): null {
  const { pair } = draft.state.record;
  if (pair !== null && !areTold && occupancyOf(draft.state) === 0) awaitFrom(draft, pair);
  else noteComing(draft);
  return null;
}

function awaitFrom(draft: Draft, pair: PairPlace): void {
  if (draft.state.record.end !== null) return;
  draft.setRecord({ pair: { ...pair, comeBy: comeByFrom(draft.now) } });
}
