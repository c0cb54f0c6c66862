// What links to rooms hold: a token that lets people in, of which the server keeps a digest alone.

import { sha256 } from "@noble/hashes/sha2.js";
import { fromBase64Url, toBase32, toBase64Url } from "../../shared/core/crypto/bytes.ts";
import type { RoomId } from "../../shared/wire/ids.ts";

const LINK_BYTES = 16;
const ROOM_ID_BYTES = 10;

/** Base64url. */
export function newLinkToken(): string {
  return toBase64Url(crypto.getRandomValues(new Uint8Array(LINK_BYTES)));
}

/** Base64url of SHA-256; a token is random, so nothing slower is needed. */
export function linkHashOf(linkToken: string): string {
  return toBase64Url(sha256(fromBase64Url(linkToken)));
}

export function newRoomId(): RoomId {
  return toBase32(crypto.getRandomValues(new Uint8Array(ROOM_ID_BYTES))) as RoomId;
}
