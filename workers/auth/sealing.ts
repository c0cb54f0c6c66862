// Whom an account does not meet, as an upgrade token carries it to a room: its bearer can read the token, and would
// learn there who has blocked it. Sealed with AES-GCM (NIST SP 800-38D), and padded, so that it tells little by its size.

import { fromBase64Url, toBase64Url, utf8 } from "../../shared/core/crypto/bytes.ts";
import { type RoomId, type UserId, userIdSchema } from "../../shared/wire/ids.ts";
import { sealingKeyFor } from "./keys.ts";
import type { Actor } from "./tokens.ts";

/** More of them would make the token too long for a header; the room then asks the mailbox. */
const HIDDEN_MAX = 40;
const STEP = 8;
const USER_ID_CHARS = 32;
const NONCE_BYTES = 12;
/** In no user id. */
const PADDING = "-";

/** Base64url; null for more than a token holds. */
export async function sealHidden(
  secret: string,
  actor: Actor,
  roomId: RoomId,
  hidden: readonly UserId[],
): Promise<string | null> {
  if (hidden.length > HIDDEN_MAX) return null;
  const places = Math.max(STEP, Math.ceil(hidden.length / STEP) * STEP);
  const plain = utf8(hidden.join("").padEnd(places * USER_ID_CHARS, PADDING));
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const sealed = await crypto.subtle.encrypt(
    algorithm(nonce, actor, roomId),
    await sealingKeyFor(secret, "hidden"),
    plain as Uint8Array<ArrayBuffer>,
  );
  const box = new Uint8Array(NONCE_BYTES + sealed.byteLength);
  box.set(nonce);
  box.set(new Uint8Array(sealed), NONCE_BYTES);
  return toBase64Url(box);
}

/** @throws for what this server has not sealed for that actor and room */
export async function openHidden(
  secret: string,
  actor: Actor,
  roomId: RoomId,
  sealed: string,
): Promise<UserId[]> {
  const box = fromBase64Url(sealed);
  const plain = await crypto.subtle.decrypt(
    algorithm(box.subarray(0, NONCE_BYTES), actor, roomId),
    await sealingKeyFor(secret, "hidden"),
    box.subarray(NONCE_BYTES) as Uint8Array<ArrayBuffer>,
  );
  const text = new TextDecoder().decode(plain).replaceAll(PADDING, "");
  return (text.match(/.{32}/g) ?? []).map((userId) => userIdSchema.parse(userId));
}

function algorithm(nonce: Uint8Array, { userId, deviceId }: Actor, roomId: RoomId) {
  return {
    name: "AES-GCM",
    iv: nonce as Uint8Array<ArrayBuffer>,
    additionalData: utf8(`${userId} ${deviceId} ${roomId}`) as Uint8Array<ArrayBuffer>,
  };
}
