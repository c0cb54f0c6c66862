// Whether the account may make another guess (PAS-8). Guesses whose outcome is not known yet count as
// failures until it is; they are held in memory, failures in storage.

import { accountDelayMs, afterAccountFailure } from "../../shared/core/pairing/backoff.ts";
import type { GuessKey } from "../../shared/core/pairing/state.ts";
import { CLAIM_UNDER_WAY_SECONDS } from "../../shared/wire/limits.ts";
import type { Env } from "../env.ts";
import { gateOf } from "../objects.ts";
import type { MailboxStore } from "./mailboxStore.ts";

/** More than an account has attempts that may still report their end. */
const COUNTED_MAX = 8;

export class GuessAdmission {
  readonly #ctx: Pick<DurableObjectState, "waitUntil">;
  readonly #env: Env;
  readonly #store: MailboxStore;
  readonly #underWayUntil = new Map<GuessKey, number>();

  constructor(ctx: Pick<DurableObjectState, "waitUntil">, env: Env, store: MailboxStore) {
    this.#ctx = ctx;
    this.#env = env;
    this.#store = store;
  }

  /** Milliseconds to wait; 0 when the guess may go ahead. */
  admit(guess: GuessKey, now: number): number {
    for (const [other, until] of this.#underWayUntil) {
      if (until <= now || other === guess) this.#underWayUntil.delete(other);
    }
    const delay = accountDelayMs(this.#store.failures(), this.#underWayUntil.size, now);
    if (delay === 0) this.#underWayUntil.set(guess, now + CLAIM_UNDER_WAY_SECONDS * 1_000);
    const soonest = Math.min(...this.#underWayUntil.values());
    return delay > 0 && Number.isFinite(soonest) ? Math.max(delay, soonest - now) : delay;
  }

  settle(guess: GuessKey): void {
    this.#underWayUntil.delete(guess);
  }

  /**
   * Against the account, and against the network that the guess came from. An attempt may report its end more than
   * once, so its failure is known by its `sid`.
   * @param sid null for a guess that no attempt evaluated; its end is reported once
   */
  countFailure(sid: string | null, network: string): void {
    const failures = this.#store.failures();
    const { counted = [] } = failures;
    if (sid !== null && counted.includes(sid)) return;
    const latest = sid === null ? counted : [...counted, sid].slice(-COUNTED_MAX);
    this.#store.setFailures({ ...afterAccountFailure(failures, Date.now()), counted: latest });
    const told = gateOf(this.#env, network).countFailure();
    this.#ctx.waitUntil(told.catch(() => {}));
  }
}
