// Who waits is told to those who may let them in.

import type { UserId } from "../../wire/ids.ts";
import type { Draft } from "./draft.ts";
import { knockingFor } from "./roster.ts";
import { stewardsOf } from "./state.ts";

/** To all moderators who are here. */
export function tellKnocking(draft: Draft): void {
  for (const userId of stewardsOf(draft.state.record)) tellKnockingTo(draft, userId);
}

/** Also to someone who was a moderator until now, who sees nobody wait any more. */
export function tellKnockingTo(draft: Draft, userId: UserId): void {
  const { state } = draft;
  if (!state.present.has(userId)) return;
  draft.tell(userId, { type: "knocking", knocking: knockingFor(state, userId) });
}
