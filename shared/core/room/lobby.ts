// Listings of rooms (ROOM-8): which shards hold a room, and what one shard, and all of them together, show.

import type { RoomId } from "../../wire/ids.ts";
import { LISTINGS_PAGE, LOBBY_SHARDS } from "../../wire/limits.ts";
import type { Listing, LobbyPage } from "../../wire/rooms.ts";
import type { StoredRoom } from "./state.ts";

type Topics = LobbyPage["topics"];

/** Topics in a page. */
const TOPICS_PAGE = 50;

/** A room as the lobby shows it; null when it does not. */
export function listingOf(record: StoredRoom, occupancy: number): Listing | null {
  const { room, end } = record;
  if (!room.isListed || room.kind === "pair" || end !== null) return null;
  const { roomId, title, topic, capacity, admission, media } = room;
  const { isLocked, owner, operator, createdAt } = room;
  const settings = { title, topic, capacity, admission, media, isLocked };
  return { roomId, ...settings, owner, operator, createdAt, occupancy };
}

/** What a room's shards are shards of: its topic, if it has one, and all rooms, which are the topic "". */
export function topicsOf({ topic }: Pick<Listing, "topic">): string[] {
  return topic === null ? [""] : [topic, ""];
}

/** The shard of each topic that a room is in, and of all rooms: FNV-1a over its id. */
export function shardOf(roomId: RoomId): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < roomId.length; index++) {
    hash = Math.imul(hash ^ roomId.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % LOBBY_SHARDS;
}

/** What one shard shows: the fullest rooms, and the topics of all that it holds. */
export function shardPage(listings: Iterable<Listing>): LobbyPage {
  const all = [...listings];
  const rooms = all.toSorted(fullestFirst).slice(0, LISTINGS_PAGE);
  const topics = all.flatMap(({ topic, occupancy }) =>
    topic === null ? [] : [{ topic, rooms: 1, people: occupancy }],
  );
  return { rooms, topics: summed(topics) };
}

/** The fullest of all shards. */
export function mergedRooms(pages: readonly Pick<LobbyPage, "rooms">[]): Listing[] {
  return pages
    .flatMap(({ rooms }) => rooms)
    .sort(fullestFirst)
    .slice(0, LISTINGS_PAGE);
}

export function mergedTopics(pages: readonly Pick<LobbyPage, "topics">[]): Topics {
  return summed(pages.flatMap(({ topics }) => topics)).slice(0, TOPICS_PAGE);
}

/** Of two that are as full, the newer. */
function fullestFirst(one: Listing, other: Listing): number {
  return (
    other.occupancy - one.occupancy ||
    other.createdAt - one.createdAt ||
    (one.roomId < other.roomId ? -1 : 1)
  );
}

function summed(topics: Topics): Topics {
  const sums = new Map<string, Topics[number]>();
  for (const { topic, rooms, people } of topics) {
    const sum = sums.get(topic);
    sums.set(topic, {
      topic,
      rooms: (sum?.rooms ?? 0) + rooms,
      people: (sum?.people ?? 0) + people,
    });
  }
  return [...sums.values()].sort(
    (one, other) =>
      other.people - one.people || other.rooms - one.rooms || (one.topic < other.topic ? -1 : 1),
  );
}
