// What one network prefix has tried in vain, and how many accounts it has made. It asks for proof of work,
// and never refuses anyone. Once all of it has faded, nothing is kept.

import { DurableObject } from "cloudflare:workers";
import {
  afterNetworkFailure,
  hasFaded,
  networkWorkBits,
} from "../../shared/core/pairing/backoff.ts";
import { type FadingCount, NOTHING_COUNTED } from "../../shared/core/fadingCount.ts";
import type { Env } from "../env.ts";

const LOOK_AGAIN_MS = 60 * 60_000;

type Counted = "failures" | "registrations";

export class Gate extends DurableObject<Env> {
  claimWorkBits(): number {
    return networkWorkBits(this.#count("failures"), Date.now());
  }

  async countFailure(): Promise<void> {
    await this.#raise("failures");
  }

  async countRegistration(): Promise<number> {
    const bits = networkWorkBits(this.#count("registrations"), Date.now());
    await this.#raise("registrations");
    return bits;
  }

  override async alarm(): Promise<void> {
    const now = Date.now();
    const isOver = (["failures", "registrations"] as const).every((counted) =>
      hasFaded(this.#count(counted), now),
    );
    if (isOver) await this.ctx.storage.deleteAll();
    else await this.ctx.storage.setAlarm(now + LOOK_AGAIN_MS);
  }

  async #raise(counted: Counted): Promise<void> {
    const now = Date.now();
    this.ctx.storage.kv.put(counted, afterNetworkFailure(this.#count(counted), now));
    if ((await this.ctx.storage.getAlarm()) === null) {
      await this.ctx.storage.setAlarm(now + LOOK_AGAIN_MS);
    }
  }

  #count(counted: Counted): FadingCount {
    return this.ctx.storage.kv.get<FadingCount>(counted) ?? NOTHING_COUNTED;
  }
}
