// Who waits is told to those who may let them in.

import type { UserId } from "../../wire/ids.ts";
import type { Draft } from "./draft.ts";
import { knockingFor } from "./roster.ts";
import type { RoomState, Waiting } from "./state.ts";

/** To all moderators who are here. */
export function tellKnocking(draft: Draft): void {
  const { room, moderators } = draft.state.record;
  const all = room.owner === null ? moderators : [room.owner, ...moderators];
  for (const userId of new Set(all)) tellKnockingTo(draft, userId);
}

/** Also to someone who was a moderator until now, who sees nobody wait any more. */
export function tellKnockingTo(draft: Draft, userId: UserId): void {
  const { state } = draft;
  if (!state.present.has(userId)) return;
  draft.tell(userId, { type: "knocking", knocking: knockingFor(state, userId) });
}

/** All who wait, the longest first. */
export function knockersFirst({ waiting }: RoomState): Waiting[] {
  return [...waiting.values()].sort((one, other) => one.at - other.at);
}
