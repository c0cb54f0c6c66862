// The URL of a room. What lets people in who come by link stands in the fragment, which browsers send to no server.

import { bytesSchema, type RoomId, roomIdSchema } from "../../wire/ids.ts";

export interface RoomLink {
  /** Where the room is; null for an id alone. */
  readonly origin: string | null;
  readonly roomId: RoomId;
  /** What lets in those who come by link. */
  readonly token: string | null;
}

const tokenSchema = bytesSchema(16);

/** @param token 16 bytes in base64url, of a room that is joined by link */
export function roomUrl(origin: string, roomId: RoomId, token: string | null): string {
  const link = `${origin}/#/rooms/${roomId}`;
  return token === null ? link : `${link}/${token}`;
}

/** Of a room's URL, or of its id alone. Null for what is neither; never throws. */
export function parseRoomLink(text: string): RoomLink | null {
  const trimmed = text.trim();
  const bare = roomIdSchema.safeParse(trimmed);
  if (bare.success) return { origin: null, roomId: bare.data, token: null };
  if (!URL.canParse(trimmed)) return null; // Node 20 has no URL.parse
  const { protocol, hash, origin } = new URL(trimmed);
  if (!["https:", "http:"].includes(protocol)) return null;
  const [, id = "", token = null] =
    /^#\/rooms\/([a-z2-7]+)(?:\/([A-Za-z0-9_-]+))?$/.exec(hash) ?? [];
  const roomId = roomIdSchema.safeParse(id);
  if (!roomId.success || (token !== null && !tokenSchema.safeParse(token).success)) return null;
  return { origin, roomId: roomId.data, token };
}
