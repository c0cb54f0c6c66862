// What attempts do beside answering: errands to mailboxes, and disappointing visitors. A run waits for it
// by counting what objects pass to `waitUntil`; nothing is changed by listening.

import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { vi } from "vitest";

interface Waiting {
  waitUntil(promise: Promise<unknown>): void;
}

export class ErrandsUnderWay {
  #count = 0;
  #generation = 0;

  /** Listens until `vi.restoreAllMocks`. */
  static async watch(): Promise<ErrandsUnderWay> {
    const errands = new ErrandsUnderWay();
    await runInDurableObject(env.ATTEMPTS.getByName("999999999"), (_, state) => {
      errands.#listenTo(Object.getPrototypeOf(state) as Waiting);
    });
    return errands;
  }

  get isAny(): boolean {
    return this.#count > 0;
  }

  /** Of an object that is torn down nothing comes to its end. */
  abandon(): void {
    this.#generation += 1;
    this.#count = 0;
  }

  async done(locator: string): Promise<void> {
    while (this.#count > 0) {
      await runInDurableObject(env.ATTEMPTS.getByName(locator), () => {});
    }
  }

  #listenTo(prototype: Waiting): void {
    const original = prototype.waitUntil;
    const begun = (promise: Promise<unknown>) => this.#begun(promise);
    vi.spyOn(prototype, "waitUntil").mockImplementation(function (
      this: Waiting,
      promise: Promise<unknown>,
    ) {
      begun(promise);
      Reflect.apply(original, this, [promise]);
    });
  }

  #begun(promise: Promise<unknown>): void {
    const generation = this.#generation;
    this.#count += 1;
    const ended = () => {
      if (generation === this.#generation) this.#count -= 1;
    };
    promise.then(ended, ended);
  }
}
