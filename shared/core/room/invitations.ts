// Invitations to step aside in a pair (ROOM-5): invited, answered, crossed. One of a member waits at a time, for thirty
// seconds; whoever is in a pair room, or about to be, is asked nothing.

import type { UserId } from "../../wire/ids.ts";
import { INVITATION_TTL_SECONDS } from "../../wire/limits.ts";
import type { Draft } from "./draft.ts";
import type { Refusal, RoomEventOf } from "./events.ts";
import { endInvitations, tellOver } from "./invitationEnds.ts";
import { beginPair } from "./pairs.ts";
import { plain } from "./roster.ts";
import { speakerOf } from "./speaking.ts";
import { isApart, pairAsideOf, type RoomState, seatedOf, type WaitingInvitation } from "./state.ts";

export function invite(draft: Draft, event: RoomEventOf<"invite">): Refusal | null {
  const { userId: from, socket, number, to, invitationId, pairId } = event;
  const { state, now } = draft;
  if (speakerOf(state, from, socket) === null) return { code: "not-in-room" };
  if (from === to) return { code: "own-account" };
  // Of two whom one has blocked, neither learns whether the other is there: that waits as if nobody answered.
  const isIdle = seatedOf(state, to) === null || isApart(state, from, to);
  const isEngaged = pairAsideOf(state, from) !== null || state.record.pair !== null;
  if (isEngaged || (!isIdle && pairAsideOf(state, to) !== null)) return { code: "engaged-already" };
  const expiresAt = now + INVITATION_TTL_SECONDS * 1_000;
  const invitation: WaitingInvitation = { invitationId, from, to, expiresAt, isIdle };
  const crossed = state.asides.invitations.find(
    (one) => one.from === to && one.to === from && !one.isIdle,
  );
  endInvitations(draft, (one) => {
    if (one.from !== from) return null;
    return crossed === undefined ? "cancelled" : "taken";
  });
  draft.setAsides({ invitations: [...draft.state.asides.invitations, invitation] });
  const notice = { type: "invitation", invitation: plain(invitation), now } as const;
  draft.tell(from, { ...notice, number });
  if (!isIdle) draft.tell(to, { ...notice, number: null });
  if (crossed !== undefined && !isIdle) beginPair(draft, [crossed, invitation], pairId);
  return null;
}

export function reply(draft: Draft, event: RoomEventOf<"reply">): Refusal | null {
  const { userId, socket, invitationId, pairId } = event;
  const { state } = draft;
  if (speakerOf(state, userId, socket) === null) return { code: "not-in-room" };
  const invitation = state.asides.invitations.find((one) => one.invitationId === invitationId);
  const isCancel = event.reply === "cancel";
  // Said once more, as by a client that has come back before the pair room stands.
  if (event.reply === "accept" && isAccepted(state, userId, invitationId)) return null;
  const answerer = isCancel ? invitation?.from : invitation?.to;
  // One that was never shown to anybody is nobody's to answer.
  const isTheirs = answerer === userId && (isCancel || invitation?.isIdle === false);
  if (invitation === undefined || !isTheirs) return { code: "invitation-over" };
  if (event.reply === "accept") {
    beginPair(draft, [invitation], pairId);
    return null;
  }
  const { invitations } = state.asides;
  draft.setAsides({ invitations: invitations.filter((one) => one !== invitation) });
  tellOver(draft, invitation, isCancel ? "cancelled" : "declined");
  return null;
}

function isAccepted({ asides }: RoomState, by: UserId, invitationId: string): boolean {
  const accepted = asides.pairs.flatMap((pair) => pair.accepted);
  return accepted.some((one) => one.to === by && one.invitationId === invitationId);
}
