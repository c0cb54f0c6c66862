// Whether all that waited at the server has come. Whoever reads knows; the others ask, since signals may get lost.

import { deferred } from "../deferred.ts";
import type { Ports } from "../ports.ts";
import type { Store } from "../store/store.ts";

const ASK_AGAIN_MS = 1_000;
const CAUGHT_UP = "caughtUp";
const ASKED = "isCaughtUp";

export class CatchingUp {
  readonly #ports: Ports;
  readonly #store: Store;
  readonly #isReader: () => boolean;
  readonly #once = deferred();
  /** Null while this one does not read. */
  #toCome: number | null = null;
  /** Who waits for what had come by the time that they asked. */
  readonly #anew = new Set<{ answersLeft: number; ask: () => void; resolve: () => void }>();

  constructor(ports: Ports, store: Store, isReader: () => boolean) {
    this.#ports = ports;
    this.#store = store;
    this.#isReader = isReader;
  }

  /** So many envelopes wait; null without a connection. */
  expect(count: number | null): void {
    this.#toCome = count;
    if (count === null) return;
    for (const waiter of this.#anew) {
      waiter.answersLeft -= 1;
      if (waiter.answersLeft > 0) waiter.ask();
    }
    this.#look();
  }

  came(count: number): void {
    if (this.#toCome === null) return;
    this.#toCome = Math.max(0, this.#toCome - count);
    this.#look();
  }

  /**
   * Resolves once this one, which reads, has been sent all that the server had taken on before the call.
   * @param ask has the server say again how much waits
   */
  anew(ask: () => void): Promise<void> {
    const { promise, resolve } = deferred();
    // The first answer may be to what was asked before.
    this.#anew.add({ answersLeft: 2, ask, resolve });
    ask();
    return promise;
  }

  heard(signal: string): void {
    if (signal === CAUGHT_UP && !this.#isReader()) this.#once.resolve();
    if (signal === ASKED && this.#isReader() && this.#isDone) this.#store.signal(CAUGHT_UP);
  }

  /** Resolves once it is so for the first time. */
  once(isOpen: () => boolean): Promise<void> {
    const ask = (): void => {
      if (!isOpen()) return;
      if (!this.#isReader()) this.#store.signal(ASKED);
      const stop = this.#ports.after(ASK_AGAIN_MS, ask);
      void this.#once.promise.then(stop);
    };
    ask();
    return this.#once.promise;
  }

  #look(): void {
    if (!this.#isDone) return;
    this.#once.resolve();
    for (const waiter of this.#anew) {
      if (waiter.answersLeft > 0) continue;
      this.#anew.delete(waiter);
      waiter.resolve();
    }
  }

  get #isDone(): boolean {
    return this.#toCome === 0;
  }
}
