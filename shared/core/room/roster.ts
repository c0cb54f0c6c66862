// Who is in a room, as everyone, or as one of them, is told.

import type { UserId } from "../../wire/ids.ts";
import type { Invitation, Knocker, Member, RoomNotice } from "../../wire/roomLine.ts";
import type { Draft } from "./draft.ts";
import { missedFor } from "./feedEntries.ts";
import type { Feed } from "./feed.ts";
import {
  knockersOf,
  pairAsideOf,
  roleOf,
  type Away,
  type Present,
  type RoomState,
  seatedOf,
} from "./state.ts";

export function memberOf(state: RoomState, seated: Present | Away): Member {
  const { seat, userId, name, handle, joinedAt } = seated;
  const tracks = "sockets" in seated ? seated.tracks : null;
  return {
    seat,
    userId,
    name,
    handle,
    role: roleOf(state.record, userId),
    joinedAt,
    ...("until" in seated && { isAway: true }),
    ...(state.asides.pairs.length > 0 && pairAsideOf(state, userId) !== null && { isAside: true }),
    ...(tracks !== null && tracks.audio !== "off" && { audio: tracks.audio }),
    ...(tracks !== null && tracks.video !== "off" && { video: tracks.video }),
  };
}

/** All hear how a member stands now; nothing of who is not in the room. */
export function tellChanged(draft: Draft, userId: UserId): void {
  const seated = seatedOf(draft.state, userId);
  if (seated === null) return;
  draft.happened({ kind: "changed", member: memberOf(draft.state, seated) }, userId);
}

/** Everyone, in no order. */
function rosterOf(state: RoomState): readonly Member[] {
  const members: Member[] = [];
  for (const seated of state.present.values()) members.push(memberOf(state, seated));
  for (const seated of state.away.values()) members.push(memberOf(state, seated));
  return members;
}

/** Without those who are hidden from the viewer. */
export function rosterFor(state: RoomState, viewer: UserId): readonly Member[] {
  const everyone = rosterOf(state);
  const hidden = state.apart.get(viewer);
  return hidden === undefined ? everyone : everyone.filter(({ userId }) => !hidden.has(userId));
}

/** Invitations of a member, either way, of which it has not been told the end. */
function invitationsFor({ asides }: RoomState, viewer: UserId): Invitation[] {
  const waiting = asides.invitations.filter(
    ({ from, to, isIdle }) => from === viewer || (to === viewer && !isIdle),
  );
  // Accepted, but the pair room does not stand yet.
  const accepted = asides.pairs
    .filter(({ members }) => members.includes(viewer))
    .flatMap((pair) => pair.accepted);
  return [...waiting, ...accepted].map(plain);
}

/** As it travels. */
export function plain({ invitationId, from, to, expiresAt }: Invitation): Invitation {
  return { invitationId, from, to, expiresAt };
}

/** All who wait, as a moderator is shown them; nobody to others. */
export function knockingFor(state: RoomState, viewer: UserId): Knocker[] {
  if (state.waiting.size === 0 || roleOf(state.record, viewer) === "member") return [];
  const hidden = seatedOf(state, viewer)?.hidden;
  return knockersOf(state)
    .filter((knocker) => !hidden?.has(knocker.userId) && !knocker.hidden.has(viewer))
    .map(({ userId, name, handle, at }) => ({ userId, name, handle, at }));
}

/** What a member's clients may know of the pair room that it is in. */
function pairFor(state: RoomState, viewer: UserId) {
  const aside = pairAsideOf(state, viewer);
  if (aside === null || aside.accepted.length > 0) return null;
  const [one, other] = aside.members;
  return { roomId: aside.pairId, with: one === viewer ? other : one };
}

export interface Arrival {
  readonly feed: Pick<Feed, "through" | "missed">;
  /** Of the `entered` effect. */
  readonly after: number | null;
  readonly isGap: boolean;
  readonly now: number;
}

type Entered = Extract<RoomNotice, { type: "entered" }>;

/**
 * All that is, for a socket that has entered, but for its members (`rosterFor`), which are most of it. Null when its
 * account is not in the room.
 */
export function enteredNotice(
  state: RoomState,
  userId: UserId,
  { feed, after, isGap, now }: Arrival,
): Omit<Entered, "members"> | null {
  const seated = seatedOf(state, userId);
  if (seated === null) return null;
  const missed = after === null ? [] : feed.missed(after, seated.since);
  const hidden = state.apart.get(userId) ?? null;
  return {
    type: "entered",
    room: state.record.room,
    seat: seated.seat,
    through: feed.through,
    missed: [...missedFor(missed ?? [], userId, hidden)],
    isGap: isGap || missed === null,
    invitations: invitationsFor(state, userId),
    pair: pairFor(state, userId),
    knocking: knockingFor(state, userId),
    now,
  };
}
