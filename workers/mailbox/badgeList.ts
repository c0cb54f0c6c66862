// The badge of the account: one at a time, which its owner makes, replaces and revokes. Whoever reads it finds the
// account by it, unless the owner has blocked them: to those it does not exist.

import { type KeptBadge, toBadge, tokenOf, used } from "../../shared/core/mailbox/badge.ts";
import { restSeconds } from "../../shared/core/mailbox/requestPace.ts";
import type { Badge, FoundBadge } from "../../shared/wire/contactRequests.ts";
import type { UserId } from "../../shared/wire/ids.ts";
import type { HandleChange } from "./handleChange.ts";
import type { MailboxStore } from "./mailboxStore.ts";
import { malformed, type Result } from "./results.ts";

export type BadgeWish =
  | { readonly kind: "show" | "revoke" }
  | { readonly kind: "make"; readonly token: string; readonly salt: string };

const NONE = { ok: true, value: null } as const;

export class BadgeList {
  readonly #store: MailboxStore;
  readonly #listing: HandleChange<string>;

  constructor(store: MailboxStore, listing: HandleChange<string>) {
    this.#store = store;
    this.#listing = listing;
  }

  /** Of a device of the account; the badge as it is then, null when there is none. */
  async serve(wish: BadgeWish): Promise<Result<Badge | null>> {
    if (wish.kind !== "show") {
      const refusal = await this.#change(wish);
      if (refusal !== null) return refusal;
    }
    const [owner, badge] = [this.#owner(), this.#present()];
    return owner === null || badge === null ? NONE : { ok: true, value: toBadge(badge, owner) };
  }

  /** To someone who has the token; null when it is not of the badge that counts, or not for them. */
  find(asker: UserId, token: string): FoundBadge | null {
    const [account, badge] = [this.#store.account(), this.#present()];
    if (account === null || badge === null || token !== tokenOf(account.userId, badge.salt)) {
      return null;
    }
    if (this.#store.contacts.isBlocked(asker)) return null;
    return { userId: account.userId, salt: badge.salt, handle: account.handle.handle };
  }

  isPresent(token: string): boolean {
    const [owner, badge] = [this.#owner(), this.#present()];
    return owner !== null && badge !== null && token === tokenOf(owner, badge.salt);
  }

  /** How long it brings no more requests, in seconds; otherwise 0, and one more is counted. */
  use(now: number): number {
    const badge = this.#present();
    const rest = badge === null ? 0 : restSeconds(badge.pace, now);
    if (badge !== null && rest === 0) this.#store.asking.setBadge(used(badge, now));
    return rest;
  }

  /** Null once it is as wished. */
  async #change(wish: Exclude<BadgeWish, { kind: "show" }>): Promise<Result<never> | null> {
    const owner = this.#owner();
    if (owner === null) return { ok: false, code: "unauthenticated" };
    if (wish.kind === "make" && wish.token !== tokenOf(owner, wish.salt)) {
      return malformed("token", "does not commit to this account with this salt");
    }
    const code = await this.#listing.change(wish.kind === "make" ? wish.salt : null);
    return code === null ? null : { ok: false, code };
  }

  #owner(): UserId | null {
    return this.#store.account()?.userId ?? null;
  }

  #present(): KeptBadge | null {
    return this.#store.account() === null ? null : this.#store.asking.badge();
  }
}
