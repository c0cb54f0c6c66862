// The names of what a room owes to others, as they are kept (errands.ts says what each carries).

import type { RoomId } from "../../wire/ids.ts";

/**
 * `lobby`: to be listed as it is now, or not at all. `unlist`: under that topic no more. `opener`: whose room it was
 * forgets it. `parent`: of a pair room, that it is over.
 */
export type ErrandName =
  | "lobby"
  | "opener"
  | "parent"
  | `unlist:${string}`
  | `openPair:${RoomId}`
  | `endPair:${RoomId}`;

export function withOwed(
  owes: readonly ErrandName[],
  ...names: readonly ErrandName[]
): readonly ErrandName[] {
  const more = names.filter((name) => !owes.includes(name));
  return more.length === 0 ? owes : [...owes, ...new Set(more)];
}

export function without(
  owes: readonly ErrandName[],
  ...names: readonly ErrandName[]
): readonly ErrandName[] {
  return owes.some((name) => names.includes(name))
    ? owes.filter((name) => !names.includes(name))
    : owes;
}
