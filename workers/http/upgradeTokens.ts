// "Once" for upgrade tokens. An object remembers the tokens that it took in memory and on their sockets;
// it cannot know what an earlier instance took, so a fresh instance takes none issued long before its birth.

import { COLD_TOKEN_AGE_MS, UPGRADE_TOKEN_TTL_SECONDS } from "../../shared/wire/limits.ts";
import type { UserId } from "../../shared/wire/ids.ts";
import type { UpgradeClaims } from "../auth/tokens.ts";

/** How the Worker hands verified claims to the object; the Worker never passes on a client's own header of this name. */
export const UPGRADE_HEADER = "acquaint-upgrade";

const TTL_MS = UPGRADE_TOKEN_TTL_SECONDS * 1_000;

export class SpentTokens {
  readonly #bornAt = Date.now();
  readonly #spentUntil = new Map<string, number>();

  /** @param onSockets ids of the tokens that opened the sockets which outlived an earlier instance */
  constructor(onSockets: readonly string[]) {
    for (const id of onSockets) this.#spentUntil.set(id, this.#bornAt + TTL_MS);
  }

  /** Whether it was issued before this instance began, which may know less than the one before. */
  isOlder(issuedAt: number): boolean {
    return issuedAt < this.#bornAt;
  }

  take(claims: Pick<UpgradeClaims, "id" | "issuedAt">): boolean {
    const now = Date.now();
    for (const [id, until] of this.#spentUntil) {
      if (until >= now) break;
      this.#spentUntil.delete(id);
    }
    if (claims.issuedAt < this.#bornAt - COLD_TOKEN_AGE_MS) return false;
    if (this.#spentUntil.has(claims.id)) return false;
    this.#spentUntil.set(claims.id, now + TTL_MS);
    return true;
  }
}

/** What the Worker hands over. */
export interface HandedClaims extends UpgradeClaims {
  /** To a room: those whom the actor does not meet; null for too many. */
  readonly hidden?: readonly UserId[] | null;
}

export function claimsOf(request: Request): HandedClaims {
  return JSON.parse(request.headers.get(UPGRADE_HEADER) ?? "null") as HandedClaims;
}
