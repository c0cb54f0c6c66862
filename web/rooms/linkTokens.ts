// What the links of rooms have held that lets people in, since the address does not hold it any more.

import { paths } from "../router.ts";
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
  const [, roomId, token] = /#\/rooms\/([^/]+)\/([^/]+)$/.exec(link) ?? [];
  if (roomId !== undefined && token !== undefined) keepToken(roomId, token);
}

/** What leads into a room: its link where this window has one, else its id. */
export function wayInto(roomId: string): string {
  const token = tokenOf(roomId);
  return token === null ? roomId : `${location.origin}/${paths.room(roomId)}/${token}`;
}
