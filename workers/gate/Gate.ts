// What one network prefix has tried in vain. It asks for proof of work, and never refuses anyone.

import { DurableObject } from "cloudflare:workers";
import {
  afterNetworkFailure,
  type FadingCount,
  networkWorkBits,
  NO_FAILURES,
} from "../../shared/core/pairing/backoff.ts";
import type { Env } from "../env.ts";

const FAILURES_KEY = "failures";

export class Gate extends DurableObject<Env> {
  /** Registrations cost no row: an object that is busy stays awake and remembers them. */
  #registrations: FadingCount = NO_FAILURES;

  claimWorkBits(): number {
    return networkWorkBits(this.#failures(), Date.now());
  }

  registrationWorkBits(): number {
    const bits = networkWorkBits(this.#registrations, Date.now());
    this.#registrations = afterNetworkFailure(this.#registrations, Date.now());
    return bits;
  }

  countFailure(): void {
    this.ctx.storage.kv.put(FAILURES_KEY, afterNetworkFailure(this.#failures(), Date.now()));
  }

  #failures(): FadingCount {
    return this.ctx.storage.kv.get<FadingCount>(FAILURES_KEY) ?? NO_FAILURES;
  }
}
