// Blocks in a room: two of whom one is hidden from the other are not there for each other, whoever of them has blocked.
// What comes of it while both are in the room.

import type { UserId } from "../../wire/ids.ts";
import { hiddenAmong, withApart } from "./apart.ts";
import type { Draft } from "./draft.ts";
import { endRoom } from "./endings.ts";
import type { RoomEventOf } from "./events.ts";
import { endInvitationsBetween } from "./invitationEnds.ts";
import { tellKnocking } from "./knocking.ts";
import { endPairOf } from "./pairs.ts";
import { memberOf } from "./roster.ts";
import { isApart, pairAsideOf, personOf, seatedOf } from "./state.ts";

/** The mailbox of one says whether it hides another. Whoever is not in the room is no matter of it. */
export function setHidden(draft: Draft, event: RoomEventOf<"setHidden">): null {
  const { userId, other, isHidden } = event;
  const { state } = draft;
  const person = personOf(state, userId);
  if (person === null || userId === other || person.hidden.has(other) === isHidden) return null;
  const hidden = new Set(person.hidden);
  if (isHidden) hidden.add(other);
  else hidden.delete(other);
  hide(draft, userId, hidden);
  return null;
}

/** What is hidden from someone in the room, or waiting, is this from now on. */
export function hide(draft: Draft, userId: UserId, hidden: ReadonlySet<UserId>): void {
  const before = draft.state;
  draft.changePerson(userId, { hidden });
  const seated = seatedOf(draft.state, userId);
  if (seated === null) {
    tellKnocking(draft);
    return;
  }
  const others = hiddenAmong(draft.state, seated);
  draft.setApart(withApart(before.apart, userId, others));
  const former = before.apart.get(userId) ?? new Set<UserId>();
  for (const other of others) if (!former.has(other)) part(draft, userId, other);
  for (const other of former) if (!others.includes(other)) meet(draft, userId, other);
  if (before.waiting.size > 0) tellKnocking(draft);
}

/** Each sees the other leave; what was between them is over. */
function part(draft: Draft, one: UserId, other: UserId): void {
  if (draft.state.record.pair !== null) {
    endRoom(draft, "over");
    return;
  }
  for (const [viewer, gone] of [
    [one, other],
    [other, one],
  ] as const) {
    const seat = seatedOf(draft.state, gone)?.seat;
    if (seat !== undefined) draft.tellApart(viewer, { kind: "left", seat });
  }
  endInvitationsBetween(draft, one, other);
  const pair = pairAsideOf(draft.state, one);
  if (pair?.members.includes(other)) endPairOf(draft, one);
}

function meet(draft: Draft, one: UserId, other: UserId): void {
  for (const [viewer, come] of [
    [one, other],
    [other, one],
  ] as const) {
    const seated = seatedOf(draft.state, come);
    if (seated === null || isApart(draft.state, viewer, come)) continue;
    draft.tellApart(viewer, { kind: "joined", member: memberOf(draft.state, seated) });
  }
}
