// The badge of one account (TAP-8): by its salt, from which the token follows, with how often it was used, and at
// what pace.

import type { Badge } from "../../wire/contactRequests.ts";
import type { UserId } from "../../wire/ids.ts";
import { fromBase64Url, toBase64Url } from "../crypto/bytes.ts";
import { type FadingCount, NOTHING_COUNTED } from "../fadingCount.ts";
import { badgeToken } from "../tap/statements.ts";
import { pacedOn } from "./requestPace.ts";

export interface KeptBadge {
  /** Base64url of 16 bytes. */
  readonly salt: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly uses: number;
  readonly pace: FadingCount;
}

export function newBadge(salt: string, now: number): KeptBadge {
  return { salt, createdAt: now, uses: 0, pace: NOTHING_COUNTED };
}

/** Base64url of 16 bytes. */
export function tokenOf(userId: UserId, salt: string): string {
  return toBase64Url(badgeToken(userId, fromBase64Url(salt)));
}

/** With one request more that came by it. */
export function used(badge: KeptBadge, now: number): KeptBadge {
  return { ...badge, uses: badge.uses + 1, pace: pacedOn(badge.pace, now) };
}

/** As its owner sees it. */
export function toBadge({ salt, createdAt, uses }: KeptBadge, userId: UserId): Badge {
  return { token: tokenOf(userId, salt), createdAt, uses };
}
