// What rides on the sockets of a room: all that is needed to know again, after an eviction, who is present and who waits,
// without a row written when people come and go.

import type { DeviceId, Handle, UserId } from "../../wire/ids.ts";
import { hiddenAmong, withApart } from "./apart.ts";
import { People } from "./people.ts";
import {
  type Apart,
  type Away,
  type Present,
  type RoomState,
  type SocketRef,
  type Stored,
  type Tracks,
  type Waiting,
} from "./state.ts";

/** As many hidden accounts travel with a socket, or are stored with a seat that is kept; of more, the mailbox is asked. */
export const HIDDEN_ABOARD_MAX = 40;

export interface Presence {
  readonly userId: UserId;
  readonly deviceId: DeviceId;
  readonly line: string;
  /** When this socket has entered. */
  readonly at: number;
  readonly name: string;
  readonly handle: Handle | null;
  /** Null for too many. */
  readonly hidden: readonly UserId[] | null;
  /** Null of someone who waits. */
  readonly seat: number | null;
  /** When its member has joined, or has knocked, in milliseconds since 1970. */
  readonly cameAt: number;
  /** Of this socket; null while both are off. */
  readonly tracks: Tracks | null;
}

/** One that has entered, as it was found after an eviction. */
export interface FoundSocket {
  readonly socket: string;
  readonly presence: Presence & { readonly hidden: readonly UserId[] };
}

/** Null for a socket that has no part in the room. */
export function presenceOf(state: RoomState, userId: UserId, socket: string): Presence | null {
  const member = state.present.get(userId);
  const person = member ?? state.waiting.get(userId);
  const ref = person?.sockets.find((one) => one.socket === socket);
  if (person === undefined || ref === undefined) return null;
  const { name, handle, hidden } = person;
  const { deviceId, line, at } = ref;
  const tracks = member?.tracks ?? null;
  return {
    userId,
    deviceId,
    line,
    at,
    name,
    handle,
    hidden: hidden.size > HIDDEN_ABOARD_MAX ? null : [...hidden],
    seat: member?.seat ?? null,
    cameAt: "joinedAt" in person ? person.joinedAt : person.at,
    tracks: tracks?.socket === socket ? { audio: tracks.audio, video: tracks.video } : null,
  };
}

/**
 * A room as it was before the eviction. What has become due meanwhile is served by the next event.
 * @param asked whom those hide of whom it was not stored; one of whom it cannot be told keeps its seat no longer
 */
export function revive(
  stored: Stored,
  found: readonly FoundSocket[],
  asked: ReadonlyMap<UserId, readonly UserId[] | null> = new Map(),
): RoomState {
  const present = new Map<UserId, Present>();
  const waiting = new Map<UserId, Waiting>();
  const inOrder = found.toSorted((one, other) => one.presence.at - other.presence.at);
  for (const { socket, presence } of inOrder) {
    const { userId, deviceId, line, at, name, handle, seat, cameAt, tracks } = presence;
    const former = seat === null ? waiting.get(userId) : present.get(userId);
    const ref: SocketRef = { socket, deviceId, line, at };
    const sockets = [...(former?.sockets ?? []), ref];
    const person = { userId, name, handle, hidden: new Set(presence.hidden), sockets };
    if (seat === null) {
      waiting.set(userId, { ...person, at: cameAt });
      continue;
    }
    const shown = tracks === null ? (present.get(userId)?.tracks ?? null) : { ...tracks, socket };
    // Nothing of before is known any more, so all that is known is for them.
    present.set(userId, { ...person, seat, joinedAt: cameAt, since: 0, tracks: shown });
  }
  const state: RoomState = {
    ...stored,
    away: People.of(awayOf(stored, present, asked)),
    present: People.of(present.values()),
    waiting: People.of(waiting.values()),
    apart: new Map(),
  };
  return { ...state, apart: apartOf(state) };
}

/** Whoever is connected is not away, whatever was stored when all was cut off. */
function awayOf(
  stored: Stored,
  present: ReadonlyMap<UserId, unknown>,
  asked: ReadonlyMap<UserId, readonly UserId[] | null>,
): Away[] {
  return stored.away
    .filter(({ userId }) => !present.has(userId))
    .map((seated) => {
      const hidden = seated.hidden ?? asked.get(seated.userId) ?? null;
      const until = hidden === null ? 0 : seated.until;
      return { ...seated, hidden: new Set(hidden), until };
    });
}

function apartOf(state: RoomState): Apart {
  let apart: Apart = new Map();
  for (const people of [state.present, state.away]) {
    for (const person of people.values()) {
      if (person.hidden.size === 0) continue;
      const others = hiddenAmong(state, person);
      if (others.length > 0) apart = withApart(apart, person.userId, others);
    }
  }
  return apart;
}
