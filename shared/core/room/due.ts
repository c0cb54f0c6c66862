// What is due in a room by time alone: seats that were kept, invitations, pair rooms that wait for both, and the end of
// a room that nobody comes to.

import { earliest } from "../deadlines.ts";
import type { Draft } from "./draft.ts";
import { endRoom } from "./endings.ts";
import { endInvitations } from "./invitationEnds.ts";
import { letOut } from "./leaving.ts";
import { areBothHere } from "./pairComing.ts";
import { lookAt } from "./standing.ts";
import { occupancyOf, type RoomState } from "./state.ts";

/** When the room changes by itself, in milliseconds since 1970; null for never. */
export function deadlineOf({ record, away, asides }: RoomState): number | null {
  if (record.end !== null) return null;
  let first = earliest(lookAt(record), record.pair?.comeBy);
  for (const { until } of away.values()) first = earliest(first, until);
  for (const { expiresAt } of asides.invitations) first = earliest(first, expiresAt);
  return first;
}

/** One after another as they were due, however late that is. */
export function serveDue(draft: Draft): void {
  for (;;) {
    const due = deadlineOf(draft.state);
    if (due === null || draft.now < due) return;
    serveAt(draft, due);
  }
}

function serveAt(draft: Draft, due: number): void {
  const { away, record } = draft.state;
  endInvitations(draft, ({ expiresAt }) => (expiresAt === due ? "timedOut" : null));
  for (const { userId, until } of away.values()) {
    if (until === due) letOut(draft, userId, "left");
  }
  if (record.pair?.comeBy === due) endRoom(draft, "over");
  if (lookAt(record) === due) look(draft);
}

function look(draft: Draft): void {
  const { state } = draft;
  const isHere =
    state.record.pair === null ? occupancyOf(state) + state.waiting.size > 0 : areBothHere(state);
  if (isHere) draft.setRecord({ seenAt: draft.now });
  else endRoom(draft, state.record.pair === null ? "closed" : "over");
}
