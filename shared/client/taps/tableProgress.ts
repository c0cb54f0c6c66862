// How far a table has come. The server's word on it comes by answers and by notices, which overtake each other: what is
// heard last need not be the latest. Pure.

import type { Tap } from "../../wire/tap.ts";

/** Who has gathered it, and its id among those of that account: only both together name a table. */
export type TableKey = Pick<Tap, "by" | "tapId">;

export interface Progress {
  readonly at: Tap["at"];
  /** Grow together; the first that differ tell which is later. */
  readonly steps: readonly number[];
}

/** Who is there is shown from `revealing` on: a table that is settling then is one that all have confirmed. */
const STAGES: Readonly<Record<Tap["at"], number>> = {
  revealing: 0,
  comparing: 1,
  settling: 2,
  settled: 3,
  aborted: 3,
};

export function keyOf({ by, tapId }: TableKey): string {
  return `${by}.${tapId}`;
}

export function isEnded({ at }: Pick<Tap, "at">): boolean {
  return at === "settled" || at === "aborted";
}

export function progressOf({ at, table, undone }: Tap): Progress {
  const members = table?.members ?? [];
  const arrived = members.filter(({ hasArrived }) => hasArrived).length;
  const confirmed = members.filter(({ hasConfirmed }) => hasConfirmed).length;
  return { at, steps: [STAGES[at], confirmed, arrived, undone.length] };
}

/** Whether the one comes before the other, or would end it in another way. */
export function isBehind(one: Progress, other: Progress): boolean {
  if (isEnded(other) && one.at !== other.at) return true;
  const index = one.steps.findIndex((step, place) => step !== other.steps[place]);
  return index >= 0 && (one.steps[index] ?? 0) < (other.steps[index] ?? 0);
}
