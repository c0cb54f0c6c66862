// What a room is (ROOM-1, 4, 5, 7): its record, who is in it, who waits, its invitations and pair rooms. Immutable.
// Four parts of it are persisted (storing.ts); who is present is rebuilt from the sockets (presence.ts).

import type { DeviceId, Handle, RoomId, UserId } from "../../wire/ids.ts";
import type { Invitation, Role, Track } from "../../wire/roomLine.ts";
import type { Ban, RoomRecord } from "../../wire/rooms.ts";
import type { ErrandName } from "./errandNames.ts";
import type { People } from "./people.ts";

/** Who looks after a room, or would like to: as the session, the API key or the house's token says. */
export type Steward =
  | { readonly kind: "account"; readonly userId: UserId; readonly deviceId: DeviceId }
  | { readonly kind: "operator"; readonly operatorId: string; readonly name: string }
  | { readonly kind: "house" };

/** Whose room it is; of a pair room, the room that has made it. */
export type Opener =
  | { readonly kind: "account"; readonly userId: UserId }
  | { readonly kind: "operator"; readonly operatorId: string }
  | { readonly kind: "room"; readonly roomId: RoomId };

/** Persisted. */
export interface StoredRoom {
  /** As people see it. */
  readonly room: RoomRecord;
  readonly opener: Opener;
  /** Of what its link holds, where there is one. */
  readonly linkHash: string | null;
  readonly moderators: readonly UserId[];
  readonly bans: readonly Readonly<Ban>[];
  /** Those who were let in once, the latest last. */
  readonly approved: readonly UserId[];
  readonly denied: readonly { readonly userId: UserId; readonly until: number }[];
  readonly pair: PairPlace | null;
  /** When someone was known to be in it; how exactly, standing.ts says. */
  readonly seenAt: number;
  /** It has ended, but owes something still. */
  readonly end: "closed" | "over" | null;
}

/** What makes a room a pair room. */
export interface PairPlace {
  readonly members: readonly [UserId, UserId];
  /** Until when both have to be there; null once they were. */
  readonly comeBy: number | null;
}

export interface WaitingInvitation extends Invitation {
  /** Nobody is shown it: whom it is to is not there, or hidden from who has invited. It waits all the same. */
  readonly isIdle: boolean;
}

/** A pair room of two members, seen from their room. */
export interface PairAside {
  readonly pairId: RoomId;
  readonly members: readonly [UserId, UserId];
  /** Whose acceptance has made it; told to both as soon as it stands, and none from then on. */
  readonly accepted: readonly Invitation[];
}

/** Persisted. */
export interface Asides {
  readonly invitations: readonly WaitingInvitation[];
  readonly pairs: readonly PairAside[];
}

/** A live socket that has entered. */
export interface SocketRef {
  /** Names it for good. */
  readonly socket: string;
  readonly deviceId: DeviceId;
  /** Names the client, of whose sockets the latest counts. */
  readonly line: string;
  /** When it entered, in milliseconds since 1970. */
  readonly at: number;
}

export interface Person {
  readonly userId: UserId;
  readonly name: string;
  readonly handle: Handle | null;
  /** Whom its mailbox hides from it; whether they hide it, they say themselves. */
  readonly hidden: ReadonlySet<UserId>;
}

export interface Seated extends Person {
  readonly seat: number;
  readonly joinedAt: number;
  /** The number of the event by which it joined: what was before is not for it. */
  readonly since: number;
}

export interface Tracks {
  readonly audio: Track;
  readonly video: Track;
}

export interface Present extends Seated {
  /** 1..MEMBER_MAX_SOCKETS, the oldest first. */
  readonly sockets: readonly SocketRef[];
  /** Null while both are off; of the socket that has said so last. */
  readonly tracks: (Tracks & { readonly socket: string }) | null;
}

/** Its seat is kept. Persisted, as {@link StoredAway}. */
export interface Away extends Seated {
  readonly until: number;
}

export interface Waiting extends Person {
  readonly at: number;
  readonly sockets: readonly SocketRef[];
}

export type Apart = ReadonlyMap<UserId, ReadonlySet<UserId>>;

export interface RoomState {
  readonly record: StoredRoom;
  readonly asides: Asides;
  /** What others have not confirmed yet. */
  readonly outbox: readonly ErrandName[];
  readonly away: People<Away>;
  readonly present: People<Present>;
  readonly waiting: People<Waiting>;
  /** Those in the room who are hidden from each other, both ways; mostly nobody. */
  readonly apart: Apart;
}

/** Whom it hides is null where that is too many (presence.ts). */
export type StoredAway = Omit<Away, "hidden"> & { readonly hidden: ReadonlySet<UserId> | null };

/** As it is found again (storing.ts). */
export interface Stored extends Pick<RoomState, "record" | "asides" | "outbox"> {
  readonly away: readonly StoredAway[];
}

export function seatedOf({ present, away }: RoomState, userId: UserId): Present | Away | null {
  return present.get(userId) ?? away.get(userId) ?? null;
}

/** Seats that are taken. */
export function occupancyOf({ present, away }: RoomState): number {
  return present.size + away.size;
}

/** Whoever is in the room, or waits to be let in; nobody does both. */
export function personOf(state: RoomState, userId: UserId): Present | Away | Waiting | null {
  return seatedOf(state, userId) ?? state.waiting.get(userId) ?? null;
}

export function roleOf({ room, moderators }: StoredRoom, userId: UserId): Role {
  if (room.owner === userId) return "owner";
  return moderators.includes(userId) ? "moderator" : "member";
}

/** The owner, if an account is it, and the moderators. */
export function stewardsOf({ room, moderators }: StoredRoom): readonly UserId[] {
  return room.owner === null ? moderators : [room.owner, ...moderators];
}

/** All who wait, the longest first. */
export function knockersOf({ waiting }: RoomState): Waiting[] {
  return [...waiting.values()].sort((one, other) => one.at - other.at);
}

export function isApart({ apart }: RoomState, one: UserId, other: UserId): boolean {
  return apart.get(one)?.has(other) ?? false;
}

/** The pair that a member is in, or is about to be. */
export function pairAsideOf({ asides }: RoomState, userId: UserId): PairAside | null {
  return asides.pairs.find(({ members }) => members.includes(userId)) ?? null;
}

/** What a member may be told of when it asks another to become a contact; null unless both are there for each other. */
export function sharedName(
  state: RoomState,
  from: UserId,
  to: UserId,
): { readonly title: string; readonly name: string } | null {
  const asker = seatedOf(state, from);
  if (asker === null || from === to || seatedOf(state, to) === null) return null;
  return isApart(state, from, to) ? null : { title: state.record.room.title, name: asker.name };
}
