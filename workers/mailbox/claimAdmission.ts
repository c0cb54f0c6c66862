// Whether the account may make another guess (PAS-8). Claims whose outcome is not known yet count as
// failures until it is; they are held in memory, failures in storage.

import { accountDelayMs, afterAccountFailure } from "../../shared/core/pairing/backoff.ts";
import type { Locator } from "../../shared/wire/ids.ts";
import { CLAIM_UNDER_WAY_SECONDS } from "../../shared/wire/limits.ts";
import type { MailboxStore } from "./mailboxStore.ts";

export class ClaimAdmission {
  readonly #store: MailboxStore;
  readonly #underWayUntil = new Map<Locator, number>();

  constructor(store: MailboxStore) {
    this.#store = store;
  }

  /** Milliseconds to wait; 0 when the claim may go ahead. */
  admit(locator: Locator, now: number): number {
    for (const [other, until] of this.#underWayUntil) {
      if (until <= now || other === locator) this.#underWayUntil.delete(other);
    }
    const delay = accountDelayMs(this.#store.failures(), this.#underWayUntil.size, now);
    if (delay === 0) this.#underWayUntil.set(locator, now + CLAIM_UNDER_WAY_SECONDS * 1_000);
    const soonest = Math.min(...this.#underWayUntil.values());
    return delay > 0 && Number.isFinite(soonest) ? Math.max(delay, soonest - now) : delay;
  }

  settle(locator: Locator): void {
    this.#underWayUntil.delete(locator);
  }

  countFailure(now: number): void {
    this.#store.setFailures(afterAccountFailure(this.#store.failures(), now));
  }
}
