// Who comes into a room (ROOM-1, ROOM-7): refused in one order, made to wait, seated anew, or back on the seat that was
// kept. All clients of an account share its seat.

import type { UserId } from "../../wire/ids.ts";
import { MEMBER_MAX_SOCKETS, ROOM_MAX_WAITING } from "../../wire/limits.ts";
import type { Member } from "../../wire/roomLine.ts";
import type { ProblemCode } from "../../wire/problem.ts";
import { hiddenAmong, withApart } from "./apart.ts";
import type { Draft } from "./draft.ts";
import { endRoom } from "./endings.ts";
import type { Entry, Refusal } from "./events.ts";
import { hide } from "./hiding.ts";
import { tellKnocking } from "./knocking.ts";
import { noteComing } from "./pairComing.ts";
import { memberOf, tellChanged } from "./roster.ts";
import { seenEveryMs } from "./standing.ts";
import {
  type Away,
  knockersOf,
  occupancyOf,
  pairAsideOf,
  type Present,
  roleOf,
  type RoomState,
  seatedOf,
  type SocketRef,
  type Waiting,
} from "./state.ts";

export function enter(draft: Draft, entry: Entry): Refusal | null {
  const { state, now } = draft;
  const code = refusalOf(state, entry, now);
  if (code !== null) return { code };
  const { userId, name, handle } = entry;
  const seated = seatedOf(state, userId);
  if (seated !== null) {
    comeBack(draft, seated, entry);
    return null;
  }
  const waits = state.waiting.get(userId);
  const sockets = withSocket(draft, waits?.sockets ?? [], entry);
  const hidden = new Set(entry.hidden);
  const person: Waiting = { userId, name, handle, hidden, at: waits?.at ?? now, sockets };
  if (mustWait(state, userId)) wait(draft, person, entry.socket);
  else sit(draft, person, entry);
  return null;
}

/** The first that applies. */
function refusalOf(state: RoomState, entry: Entry, now: number): ProblemCode | null {
  const { record } = state;
  const { userId, linkHash } = entry;
  const { room, pair } = record;
  if (record.end !== null) return "room-unknown";
  if (pair !== null && !pair.members.includes(userId)) return "room-full";
  if (isBarred(state, userId, now)) return "room-barred";
  if (seatedOf(state, userId) !== null) return null;
  if (pair === null && roleOf(record, userId) === "member") {
    if (state.waiting.has(userId) && mustWait(state, userId)) return null;
    const hasLink = linkHash !== null && linkHash === record.linkHash;
    if (room.admission === "link" && !hasLink) return "link-needed";
    if (room.isLocked) return "room-locked";
    if (mustWait(state, userId) && state.waiting.size >= ROOM_MAX_WAITING) return "room-full";
  }
  return isFull(state) ? "room-full" : null;
}

export function isFull(state: RoomState): boolean {
  return occupancyOf(state) >= state.record.room.capacity;
}

function isBarred({ record }: RoomState, userId: UserId, now: number): boolean {
  if (record.bans.some((ban) => ban.userId === userId)) return true;
  return (
    roleOf(record, userId) === "member" &&
    record.denied.some((one) => one.userId === userId && now < one.until)
  );
}

function mustWait({ record }: RoomState, userId: UserId): boolean {
  if (record.room.admission !== "approval" || record.pair !== null) return false;
  return roleOf(record, userId) === "member" && !record.approved.includes(userId);
}

/**
 * With the new one, in place of an earlier one of the same client, or of the oldest of too many, whose client is told so:
 * if it came back, it would take the place of another.
 */
function withSocket(draft: Draft, refs: readonly SocketRef[], entry: Entry): SocketRef[] {
  const { socket, deviceId, line } = entry;
  const others = refs.filter((ref) => ref.line !== line);
  const spare = Math.max(0, others.length - (MEMBER_MAX_SOCKETS - 1));
  for (const ref of refs) if (ref.line === line) draft.close(ref, "replaced");
  draft.end(others.slice(0, spare), "elsewhere");
  const kept = others.slice(spare);
  return [...kept, { socket, deviceId, line, at: draft.now }];
}

function wait(draft: Draft, person: Waiting, socket: string): void {
  draft.setWaiting(person);
  draft.attach(person.userId, person.sockets);
  draft.tellSocket(socket, { type: "waiting", room: draft.state.record.room });
  tellKnocking(draft);
}

/** Takes a seat, with all of its sockets. @param entry of whoever has just entered; null for who has waited */
export function sit(draft: Draft, person: Waiting, entry: Entry | null): void {
  const { userId, name, handle, hidden, sockets } = person;
  const { record, apart, waiting } = draft.state;
  const others = hiddenAmong(draft.state, person);
  const member: Present = {
    userId,
    name,
    handle,
    hidden,
    seat: freeSeat(draft.state),
    joinedAt: draft.now,
    since: draft.through + 1,
    sockets,
    tracks: null,
  };
  draft.drop("waiting", userId);
  draft.setPresent(member);
  draft.setApart(withApart(apart, userId, others));
  draft.attach(userId, sockets);
  if (record.pair !== null && others.length > 0) {
    endRoom(draft, "over");
    return;
  }
  draft.happened({ kind: "joined", member: memberOf(draft.state, member) }, userId);
  if (draft.now - record.seenAt >= seenEveryMs(record)) draft.setRecord({ seenAt: draft.now });
  noteComing(draft);
  checkAside(draft, userId);
  for (const { socket } of sockets) {
    const isGap = entry?.socket === socket && entry.after !== null;
    draft.entered.push({ do: "entered", socket, userId, after: null, isGap });
  }
  if (waiting.has(userId)) tellKnocking(draft);
}

/** Whoever was appointed while it waited comes in as soon as there is a place. */
export function seatAppointed(draft: Draft): void {
  const { record, waiting } = draft.state;
  if (waiting.size === 0 || isFull(draft.state)) return;
  for (const person of knockersOf(draft.state)) {
    if (isFull(draft.state)) return;
    if (roleOf(record, person.userId) !== "member") sit(draft, person, null);
  }
}

/** A further client of a member, or the first that is back. */
function comeBack(draft: Draft, seated: Present | Away, entry: Entry): void {
  const { userId, handle, socket, after } = entry;
  const before = memberOf(draft.state, seated);
  const former = "sockets" in seated ? seated : null;
  // A client that comes beside another renames nobody.
  const { name } = former ?? entry;
  const sockets = withSocket(draft, former?.sockets ?? [], entry);
  const tracks = former?.tracks ?? null;
  const hasTracks = tracks !== null && sockets.some((ref) => ref.socket === tracks.socket);
  const { hidden, seat, joinedAt, since } = seated;
  const next: Present = {
    userId,
    name,
    handle,
    hidden,
    seat,
    joinedAt,
    since,
    sockets,
    tracks: hasTracks ? tracks : null,
  };
  draft.drop("away", userId);
  draft.setPresent(next);
  noteComing(draft);
  checkAside(draft, userId);
  draft.attach(userId, sockets);
  const asOfNow = new Set(entry.hidden);
  if (!isSameSet(hidden, asOfNow)) hide(draft, userId, asOfNow);
  if (draft.state.record.end !== null) return;
  if (!isSame(before, memberOf(draft.state, next))) tellChanged(draft, userId);
  const isKnown = after !== null && after >= since;
  draft.entered.push({
    do: "entered",
    socket,
    userId,
    after: isKnown ? after : null,
    isGap: after !== null && !isKnown,
  });
}

/** Whoever has lost its connection here may have lost that to its pair room, too, and not go back there. */
function checkAside(draft: Draft, userId: UserId): void {
  const aside = pairAsideOf(draft.state, userId);
  if (aside !== null) draft.owe(`openPair:${aside.pairId}`);
}

/** One above all that are taken, so that it does not depend on who was there before. */
function freeSeat({ present, away }: RoomState): number {
  let highest = 0;
  for (const { seat } of present.values()) highest = Math.max(highest, seat);
  for (const { seat } of away.values()) highest = Math.max(highest, seat);
  return highest + 1;
}

function isSame(one: Member, other: Member): boolean {
  return (
    one.name === other.name &&
    one.handle === other.handle &&
    one.isAway === other.isAway &&
    one.audio === other.audio &&
    one.video === other.video
  );
}

function isSameSet(one: ReadonlySet<UserId>, other: ReadonlySet<UserId>): boolean {
  return one.size === other.size && [...one].every((item) => other.has(item));
}
