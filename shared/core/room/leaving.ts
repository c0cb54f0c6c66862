// How people leave a room: a connection that is lost keeps the seat for a while; whoever leaves, or is let go of, is out
// at once, and so are its invitations and its pair room.

import { SEAT_KEPT_SECONDS } from "../../wire/limits.ts";
import type { UserId } from "../../wire/ids.ts";
import type { Leaving } from "../../wire/roomLine.ts";
import { withApart } from "./apart.ts";
import type { Draft } from "./draft.ts";
import { endRoom } from "./endings.ts";
import type { Refusal, RoomEventOf } from "./events.ts";
import { endInvitationsOf } from "./invitationEnds.ts";
import { tellKnocking } from "./knocking.ts";
import { endPairOf } from "./pairs.ts";
import { tellChanged } from "./roster.ts";
import { type Present, type Seated, seatedOf, type SocketRef } from "./state.ts";

/** A socket is gone. One that is not known, as after it was replaced, changes nothing. */
export function lost(draft: Draft, { userId, socket, isDone }: RoomEventOf<"lost">): null {
  const { present, waiting } = draft.state;
  const member = present.get(userId);
  const waits = waiting.get(userId);
  const isIt = (ref: SocketRef) => ref.socket === socket;
  if (member?.sockets.some(isIt)) {
    const rest = member.sockets.filter((ref) => !isIt(ref));
    if (rest.length > 0) keepOn(draft, member, rest);
    else if (isDone) letOut(draft, userId, "left");
    else keepSeat(draft, member);
  } else if (waits?.sockets.some(isIt)) {
    const rest = waits.sockets.filter((ref) => !isIt(ref));
    if (rest.length > 0) draft.setWaiting({ ...waits, sockets: rest });
    else letOut(draft, userId, "left");
  }
  return null;
}

/** The account leaves, with all of its clients. */
export function leave(draft: Draft, { userId, socket }: RoomEventOf<"leave">): Refusal | null {
  const { present, waiting } = draft.state;
  const person = present.get(userId) ?? waiting.get(userId);
  if (!person?.sockets.some((ref) => ref.socket === socket)) return { code: "not-in-room" };
  letOut(draft, userId, "left");
  return null;
}

/** A device has no say in its account any more, or the account is no more, and the room that it has opened with it. */
export function expel(draft: Draft, { userId, deviceId }: RoomEventOf<"expel">): null {
  const { record, present, waiting } = draft.state;
  if (deviceId === null) {
    if (record.room.owner === userId) endRoom(draft, "closed", false);
    else forget(draft, userId);
    return null;
  }
  const person = present.get(userId) ?? waiting.get(userId);
  if (person === undefined) return null;
  const gone = person.sockets.filter((ref) => ref.deviceId === deviceId);
  const rest = person.sockets.filter((ref) => ref.deviceId !== deviceId);
  if (gone.length === 0) return null;
  if (rest.length === 0) {
    letOut(draft, userId, "removed");
    return null;
  }
  draft.end(gone, "removed");
  if ("seat" in person) keepOn(draft, person, rest);
  else draft.setWaiting({ ...person, sockets: rest });
  return null;
}

/** A ban stays, since the account can come back empty, but not the name that it had here. */
function forget(draft: Draft, userId: UserId): void {
  letOut(draft, userId, "removed");
  const { record } = draft.state;
  const isIt = (one: UserId) => one === userId;
  if (record.moderators.some(isIt)) {
    draft.setRecord({ moderators: record.moderators.filter((one) => !isIt(one)) });
  }
  if (record.approved.some(isIt)) {
    draft.setRecord({ approved: record.approved.filter((one) => !isIt(one)) });
  }
  if (record.bans.some((ban) => isIt(ban.userId) && ban.name !== null)) {
    const bans = record.bans.map((ban) => (isIt(ban.userId) ? { ...ban, name: null } : ban));
    draft.setRecord({ bans });
  }
}

/** Out at once, whether in the room or waiting; nothing for anyone else. */
export function letOut(draft: Draft, userId: UserId, leaving: Leaving): void {
  const { state } = draft;
  const waits = state.waiting.get(userId);
  if (waits !== undefined) {
    draft.end(waits.sockets, leaving);
    draft.drop("waiting", userId);
    tellKnocking(draft);
    return;
  }
  const seated = seatedOf(state, userId);
  if (seated === null) return;
  draft.happened({ kind: "left", seat: seated.seat }, userId);
  if ("sockets" in seated) draft.end(seated.sockets, leaving);
  draft.drop("present", userId);
  draft.drop("away", userId);
  draft.setApart(withApart(state.apart, userId, []));
  if (state.record.pair !== null) {
    endRoom(draft, "over");
    return;
  }
  endInvitationsOf(draft, userId);
  endPairOf(draft, userId);
}

/** With fewer sockets; its tracks end with the socket that has them. */
function keepOn(draft: Draft, member: Present, sockets: readonly SocketRef[]): void {
  const { tracks } = member;
  const hasTracks = tracks !== null && sockets.some(({ socket }) => socket === tracks.socket);
  draft.setPresent({ ...member, sockets, tracks: hasTracks ? tracks : null });
  if (tracks !== null && !hasTracks) tellChanged(draft, member.userId);
}

function keepSeat(draft: Draft, member: Present): void {
  draft.drop("present", member.userId);
  draft.setAway({ ...seatOf(member), until: draft.now + SEAT_KEPT_SECONDS * 1_000 });
  tellChanged(draft, member.userId);
}

/** What stays of a member while it is away. */
function seatOf({ userId, name, handle, hidden, seat, joinedAt, since }: Seated): Seated {
  return { userId, name, handle, hidden, seat, joinedAt, since };
}
