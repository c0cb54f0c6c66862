// What a room owes to others, by the state that it is in: to the lobby, to whose room it is, to its pair rooms, and of a
// pair room, to the room that has made it. What an errand carries is computed when it is run; it is served until it is
// confirmed, and may be served twice.

import type { RoomId, UserId } from "../../wire/ids.ts";
import type { Listing, RoomMedia } from "../../wire/rooms.ts";
import type { ErrandName } from "./errandNames.ts";
import { listingOf, topicsOf } from "./lobby.ts";
import { occupancyOf, type Opener, type RoomState } from "./state.ts";

/** What a pair room is made of. */
export interface NewPair {
  readonly roomId: RoomId;
  readonly parent: RoomId;
  readonly members: readonly [UserId, UserId];
  readonly title: string;
  readonly media: RoomMedia;
  readonly pace: number | null;
}

export interface OwedPair extends NewPair {
  /** Its members know of it, so that their time to come runs. */
  readonly areTold: boolean;
}

export type Errand =
  /** In its shards of its topic, if it has one, and of all rooms. */
  | { readonly kind: "list"; readonly listing: Listing }
  /** No more in its shards of these topics; "" is that of all rooms. */
  | { readonly kind: "unlist"; readonly roomId: RoomId; readonly topics: readonly string[] }
  /** The room is no more, so it does not count any more. */
  | {
      readonly kind: "forgetRoom";
      readonly opener: Exclude<Opener, { kind: "room" }>;
      readonly roomId: RoomId;
    }
  /** To the room that has made this pair room; done if there is none any more. */
  | { readonly kind: "pairOver"; readonly parent: RoomId; readonly pairId: RoomId }
  /** To be made, unless it is there. */
  | ({ readonly kind: "openPair" } & OwedPair)
  /** Done if there is none. */
  | { readonly kind: "endPair"; readonly roomId: RoomId };

/** Null when the state does not owe it. */
export function errandFor(state: RoomState, name: ErrandName): Errand | null {
  const { record, outbox, asides } = state;
  const { room, opener } = record;
  const { roomId } = room;
  if (!outbox.includes(name)) return null;
  if (name === "lobby") {
    const listing = listingOf(record, occupancyOf(state));
    if (listing !== null) return { kind: "list", listing };
    return { kind: "unlist", roomId, topics: topicsOf(room) };
  }
  if (name === "opener") {
    return opener.kind === "room" ? null : { kind: "forgetRoom", opener, roomId };
  }
  if (name === "parent") {
    if (opener.kind !== "room") return null;
    return { kind: "pairOver", parent: opener.roomId, pairId: roomId };
  }
  const [kind, of] = split(name);
  if (kind === "unlist") return { kind, roomId, topics: [of] };
  if (kind === "endPair") return { kind, roomId: of as RoomId };
  const pair = asides.pairs.find(({ pairId }) => pairId === of);
  if (pair === undefined) return null;
  const { title, media, pace } = room;
  const { pairId, members } = pair;
  const areTold = pair.accepted.length === 0;
  return { kind, roomId: pairId, parent: roomId, members, title, media, pace, areTold };
}

/** Whether what was done is what is owed still. People come and go meanwhile, which the lobby is told otherwise. */
export function isDone(state: RoomState, name: ErrandName, done: Errand): boolean {
  const owed = errandFor(state, name);
  return owed === null || comparable(owed) === comparable(done);
}

/** All that is owed, as after an eviction, or when it is time to try again. */
export function owedBy({ outbox }: RoomState) {
  return outbox.map((name) => ({ do: "serve", name }) as const);
}

function comparable(errand: Errand): string {
  return JSON.stringify(
    errand.kind === "list" ? { ...errand, listing: { ...errand.listing, occupancy: 0 } } : errand,
  );
}

type Split<Name> = Name extends `${infer Kind}:${string}` ? [kind: Kind, of: string] : never;

function split(name: Extract<ErrandName, `${string}:${string}`>): Split<typeof name> {
  const at = name.indexOf(":");
  return [name.slice(0, at), name.slice(at + 1)] as Split<typeof name>;
}
