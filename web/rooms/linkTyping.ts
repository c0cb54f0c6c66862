// The link or id of a room in what somebody has typed or pasted: a whole message around it does no harm, and neither do
// capitals in an id.

import { parseRoomLink, type RoomLink } from "../../shared/client/rooms/links.ts";

/** Up to where a link to a room can go, without what a sentence puts behind it. */
const LINKS = /https?:\/\/[^\s#]+#\/rooms\/[a-z2-7]+(?:\/[\w-]+)?/giu;

/** Null where there is none; the first of several. */
export function linkIn(text: string): RoomLink | null {
  const bare = text.trim();
  const id = /^[a-z2-7]+$/iu.test(bare) ? bare.toLowerCase() : bare;
  for (const one of [id, ...(bare.match(LINKS) ?? [])]) {
    const link = parseRoomLink(one);
    if (link !== null) return link;
  }
  return null;
}
