// The badge of one account (TAP-8): by its salt, from which the token follows, with how often it was used, and at
// what pace.

import type { Badge } from "../../wire/contactRequests.ts";
import type { UserId } from "../../wire/ids.ts";
import { BADGE_BURST, BADGE_REQUESTS_PER_HOUR } from "../../wire/limits.ts";
import { fromBase64Url, toBase64Url } from "../crypto/bytes.ts";
import { type FadingCount, levelAt, NOTHING_COUNTED, raised } from "../fadingCount.ts";
import { badgeToken } from "../tap/statements.ts";

export interface KeptBadge {
  /** Base64url of 16 bytes. */
  readonly salt: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly uses: number;
  readonly pace: FadingCount;
}

const FADES_MS = (60 * 60_000) / BADGE_REQUESTS_PER_HOUR;

export function newBadge(salt: string, now: number): KeptBadge {
  return { salt, createdAt: now, uses: 0, pace: NOTHING_COUNTED };
}

/** Base64url of 16 bytes. */
export function tokenOf(userId: UserId, salt: string): string {
  return toBase64Url(badgeToken(userId, fromBase64Url(salt)));
}

/** How long the badge brings no more requests, in seconds; 0 when it brings one now. */
export function restSeconds({ pace }: KeptBadge, now: number): number {
  const excess = levelAt(pace, now, FADES_MS) - (BADGE_BURST - 1);
  const restMs = Math.round(excess * FADES_MS);
  return Math.max(0, Math.ceil(restMs / 1_000));
}

/** With one request more that came by it. */
export function used(badge: KeptBadge, now: number): KeptBadge {
  return { ...badge, uses: badge.uses + 1, pace: raised(badge.pace, now, FADES_MS) };
}

/** As its owner sees it. */
export function toBadge({ salt, createdAt, uses }: KeptBadge, userId: UserId): Badge {
  return { token: tokenOf(userId, salt), createdAt, uses };
}
