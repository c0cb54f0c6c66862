// What the links of rooms have held that lets people in, since the address does not hold it any more.

import { parseRoomLink, roomUrl } from "../../shared/client/rooms/links.ts";
import type { RoomId } from "../../shared/client/index.ts";
import { Store, useStore } from "../store.ts";
import { KeptHere } from "./keptHere.ts";

const tokens = new KeptHere("acquaint.rooms");
/** Grows with each that is kept. */
const kept = new Store({ count: 0 });

function tokenOf(roomId: string): string | null {
  return tokens.of(roomId);
}

export function useToken(roomId: string): string | null {
  useStore(kept, ({ count }) => count);
  return tokenOf(roomId);
}

export function keepToken(roomId: string, token: string): void {
  tokens.keep(roomId, token);
  kept.change({ count: kept.state.count + 1 });
}

/** Keeps what a link holds; of an id, nothing. */
export function keepTokenOf(link: string): void {
  const { roomId, token = null } = parseRoomLink(link) ?? {};
  if (roomId !== undefined && token !== null) keepToken(roomId, token);
}

/** What a link holds lets nobody in any more. */
export function forgetTokenOf(link: string): void {
  const { roomId, token = null } = parseRoomLink(link) ?? {};
  if (roomId === undefined || token === null || token !== tokenOf(roomId)) return;
  tokens.drop(roomId);
  kept.change({ count: kept.state.count + 1 });
}

/** The link of a room, with what lets people in where this window has that. */
export function wayInto(roomId: string): string {
  return linkOf(roomId, tokenOf(roomId));
}

export function linkOf(roomId: string, token: string | null): string {
  return roomUrl(location.origin, roomId as RoomId, token);
}
