// Pair rooms as the room of their two members sees them (ROOM-5): made by an accepted invitation, opened by errand,
// over when the pair room says so or when one of the two leaves this room. Nobody is ever in two.

import type { RoomId, UserId } from "../../wire/ids.ts";
import type { Draft } from "./draft.ts";
import type { RoomEventOf } from "./events.ts";
import { endInvitations, tellOver } from "./invitationEnds.ts";
import { plain, tellChanged } from "./roster.ts";
import { type PairAside, pairAsideOf, type WaitingInvitation } from "./state.ts";

/** The two go into a room of their own; all other invitations of either are over. */
export function beginPair(
  draft: Draft,
  accepted: readonly WaitingInvitation[],
  pairId: RoomId,
): void {
  const [first] = accepted;
  if (first === undefined) return;
  const members = [first.from, first.to] as const;
  const { invitations, pairs } = draft.state.asides;
  draft.setAsides({
    invitations: invitations.filter((one) => !accepted.includes(one)),
    pairs: [...pairs, { pairId, members, accepted: accepted.map(plain) }],
  });
  endInvitations(draft, (one) => {
    const isOfThem = members.includes(one.from) || (members.includes(one.to) && !one.isIdle);
    return isOfThem ? "taken" : null;
  });
  draft.owe(`openPair:${pairId}`);
  for (const member of members) tellChanged(draft, member);
}

/** The pair room stands: now both may go. */
export function opened(draft: Draft, pairId: RoomId): void {
  const pair = draft.state.asides.pairs.find((one) => one.pairId === pairId);
  if (pair === undefined) {
    // It was over before it stood: nobody was told of it, and nobody is to find it.
    draft.owe(`endPair:${pairId}`);
    return;
  }
  if (pair.accepted.length === 0) return;
  tellAccepted(draft, pair);
  const { pairs } = draft.state.asides;
  draft.setAsides({ pairs: pairs.map((one) => (one === pair ? { ...pair, accepted: [] } : one)) });
}

/** A pair room says that it is over, once or again. */
export function pairOver(draft: Draft, { pairId }: RoomEventOf<"pairOver">): null {
  const pair = draft.state.asides.pairs.find((one) => one.pairId === pairId);
  if (pair === undefined) return null;
  // It stood, though nobody has said so yet.
  if (pair.accepted.length > 0) tellAccepted(draft, pair);
  letGo(draft, pair);
  draft.settle(`openPair:${pairId}`);
  for (const userId of pair.members) draft.tell(userId, { type: "returned", roomId: pairId });
  for (const member of pair.members) tellChanged(draft, member);
  return null;
}

/** Ends the pair that a member is in, if it is in one: it leaves this room, or the two are hidden from each other. */
export function endPairOf(draft: Draft, userId: UserId): void {
  const pair = pairAsideOf(draft.state, userId);
  if (pair === null) return;
  letGo(draft, pair);
  draft.settle(`openPair:${pair.pairId}`);
  draft.owe(`endPair:${pair.pairId}`);
  for (const invitation of pair.accepted) tellOver(draft, invitation, "gone");
  if (pair.accepted.length === 0) {
    for (const member of pair.members) {
      draft.tell(member, { type: "returned", roomId: pair.pairId });
    }
  }
  for (const member of pair.members) tellChanged(draft, member);
}

function tellAccepted(draft: Draft, { accepted, pairId }: PairAside): void {
  for (const invitation of accepted) tellOver(draft, invitation, "accepted", pairId);
}

function letGo(draft: Draft, pair: PairAside): void {
  const { pairs } = draft.state.asides;
  draft.setAsides({ pairs: pairs.filter((one) => one !== pair) });
}
