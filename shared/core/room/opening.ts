// A room at its beginning: opened by an account or an operator (ROOM-1), or made for a pair (ROOM-5).

import type { RoomId } from "../../wire/ids.ts";
import { ROOM_CAPACITY, SAYS_PER_SECOND } from "../../wire/limits.ts";
import type { OpenRoom, RoomRecord } from "../../wire/rooms.ts";
import { unfit } from "./arranging.ts";
import type { NewPair } from "./errands.ts";
import type { Refusal } from "./events.ts";
import { comeByFrom } from "./pairComing.ts";
import { People } from "./people.ts";
import type { Opener, RoomState, StoredRoom } from "./state.ts";

export interface NewRoom {
  readonly roomId: RoomId;
  readonly opener: Exclude<Opener, { kind: "room" }>;
  /** As people see it; null for an account's. */
  readonly operatorName: string | null;
  readonly request: OpenRoom;
  /** Of what its link holds. */
  readonly linkHash: string | null;
  readonly now: number;
}

/** What is left out is as most rooms are: joined by anyone, not listed, with sound and pictures. */
export function newRoom(opening: NewRoom): StoredRoom | Refusal {
  const { roomId, opener, operatorName, request, linkHash, now } = opening;
  const { moderators = [], ...arrangements } = request;
  const owner = opener.kind === "account" ? opener.userId : null;
  const room: RoomRecord = {
    roomId,
    kind: "room",
    topic: null,
    capacity: ROOM_CAPACITY,
    isListed: false,
    admission: "anyone",
    media: { audio: true, video: true },
    pace: SAYS_PER_SECOND,
    ...arrangements,
    isLocked: false,
    owner,
    operator: operatorName,
    createdAt: now,
  };
  const refusal = unfit(room, arrangements, opener.kind === "account");
  if (refusal !== null) return refusal;
  return {
    ...NOBODY,
    room,
    opener,
    linkHash,
    moderators: [...new Set(moderators)].filter((userId) => userId !== owner),
    pair: null,
    seenAt: now,
  };
}

/** Both have so long to come. */
export function newPair(pair: NewPair, now: number): StoredRoom {
  const { roomId, parent, members, title, media, pace } = pair;
  const room: RoomRecord = {
    roomId,
    kind: "pair",
    title,
    topic: null,
    capacity: 2,
    isListed: false,
    admission: "anyone",
    media,
    pace,
    isLocked: false,
    owner: null,
    operator: null,
    createdAt: now,
  };
  return {
    ...NOBODY,
    room,
    opener: { kind: "room", roomId: parent },
    linkHash: null,
    moderators: [],
    pair: { members, comeBy: comeByFrom(now) },
    seenAt: now,
  };
}

const NOBODY = { bans: [], approved: [], denied: [], end: null } as const;

/** Nobody is in it; the lobby is to be told of it. */
export function begun(record: StoredRoom): RoomState {
  const nobody = People.of<never>();
  return {
    record,
    asides: { invitations: [], pairs: [] },
    outbox: record.room.isListed ? ["lobby"] : [],
    present: nobody,
    away: nobody,
    waiting: nobody,
    apart: new Map(),
  };
}
