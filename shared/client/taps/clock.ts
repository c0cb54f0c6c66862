// Learns the server's clock whenever the server says its time, and keeps it, so that tickets are timed well without a
// network, on a phone whose own clock is wrong.

import type { Ports } from "../ports.ts";
import { type KnownClock, SERVER_CLOCK, serverAheadMs } from "../serverClock.ts";
import type { Store } from "../store/store.ts";

/** How long a notice may have been on its way; it tells of no more than that the server was there already. */
const NOTICE_LATE_MS = 5_000;

export class ServerClock {
  readonly #ports: Ports;
  readonly #store: Store;

  constructor(ports: Ports, store: Store) {
    this.#ports = ports;
    this.#store = store;
  }

  /** What the server's clock is ahead of this device's. */
  aheadMs(): Promise<number> {
    return serverAheadMs(this.#store);
  }

  /** Milliseconds since 1970, by the server's clock. */
  async now(): Promise<number> {
    return this.#ports.now() + (await this.aheadMs());
  }

  /** An answer that says the time; the server has said it somewhere between question and answer. */
  async learn(serverNow: number, askedAt: number, answeredAt: number): Promise<void> {
    if (answeredAt < askedAt) return; // the device's own clock was set meanwhile
    const withinMs = (answeredAt - askedAt) / 2;
    const aheadMs = Math.round(serverNow - askedAt - withinMs);
    const known = await this.#known();
    const fits = known !== null && Math.abs(known.aheadMs - aheadMs) <= known.withinMs + withinMs;
    if (fits && known.withinMs <= withinMs) return;
    await this.#keep({ aheadMs, withinMs });
  }

  /**
   * A notice that says the time, some time after the server did.
   * @returns false when what is known does not fit, or nothing was: the server should be asked
   */
  async heard(serverNow: number, heardAt: number): Promise<boolean> {
    const leastMs = serverNow - heardAt;
    const known = await this.#known();
    if (known === null || leastMs > known.aheadMs + known.withinMs) {
      await this.#keep({ aheadMs: leastMs, withinMs: NOTICE_LATE_MS });
      return false;
    }
    return known.aheadMs - known.withinMs <= leastMs + NOTICE_LATE_MS;
  }

  #known(): Promise<KnownClock | null> {
    return this.#store.get<KnownClock>("settings", SERVER_CLOCK);
  }

  #keep(known: KnownClock): Promise<void> {
    return this.#store.put("settings", SERVER_CLOCK, known);
  }
}
