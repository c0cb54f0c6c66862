// How invitations to a pair room end (ROOM-5). Each ends once, and both are told the same, except that nobody hears of
// one that was never shown.

import type { RoomId, UserId } from "../../wire/ids.ts";
import type { Invitation, InvitationOutcome } from "../../wire/roomLine.ts";
import type { Draft } from "./draft.ts";
import { plain } from "./roster.ts";
import type { WaitingInvitation } from "./state.ts";

/** To both, and to the one who has invited alone if nobody else was shown it. */
export function tellOver(
  draft: Draft,
  invitation: Invitation & { readonly isIdle?: boolean },
  outcome: InvitationOutcome,
  pairId: RoomId | null = null,
): void {
  const { from, to, isIdle = false } = invitation;
  for (const userId of isIdle ? [from] : [from, to]) {
    const pair = pairId === null ? null : { roomId: pairId, with: userId === from ? to : from };
    draft.tell(userId, { type: "invitationOver", invitation: plain(invitation), outcome, pair });
  }
}

/** Ends all that the rule names. */
export function endInvitations(
  draft: Draft,
  outcomeOf: (invitation: WaitingInvitation) => InvitationOutcome | null,
): void {
  const left: WaitingInvitation[] = [];
  const ended: [WaitingInvitation, InvitationOutcome][] = [];
  for (const invitation of draft.state.asides.invitations) {
    const outcome = outcomeOf(invitation);
    if (outcome === null) left.push(invitation);
    else ended.push([invitation, outcome]);
  }
  if (ended.length === 0) return;
  draft.setAsides({ invitations: left });
  for (const [invitation, outcome] of ended) tellOver(draft, invitation, outcome);
}

/** One of the two has left. Whoever has invited someone that it cannot see learns nothing by it. */
export function endInvitationsOf(draft: Draft, userId: UserId): void {
  endInvitations(draft, ({ from, to, isIdle }) =>
    from === userId || (to === userId && !isIdle) ? "gone" : null,
  );
}

/** The two are not there for each other any more. */
export function endInvitationsBetween(draft: Draft, one: UserId, other: UserId): void {
  endInvitations(draft, ({ from, to, isIdle }) =>
    !isIdle && [one, other].includes(from) && [one, other].includes(to) ? "gone" : null,
  );
}
