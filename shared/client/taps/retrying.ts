// Calls that may be made again: until the server answers, or time is up. A connection that is back wakes those that
// wait, and closing ends them.

import { ConnectionError } from "../connectionError.ts";
import { askedMs, isPassing } from "../passing.ts";
import { jitteredDelayMs, type Ports } from "../ports.ts";

export class Retrying {
  readonly #ports: Ports;
  readonly #waiting = new Set<() => void>();
  #isClosed = false;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** What was closed may go on. */
  open(): void {
    this.#isClosed = false;
  }

  /** Whoever waits tries at once. */
  wake(): void {
    this.#waiting.forEach((go) => go());
  }

  close(): void {
    this.#isClosed = true;
    this.wake();
  }

  /**
   * @param endAt milliseconds by this device's clock; what has begun by then is waited for
   * @throws ConnectionError at the end, or when it was closed; whatever does not pass by itself at once
   */
  async call<Value>(task: () => Promise<Value>, endAt: number): Promise<Value> {
    for (let tries = 0; ; tries++) {
      if (this.#isClosed) throw new ConnectionError("It was closed before the server answered.");
      try {
        return await task();
      } catch (error) {
        if (!isPassing(error)) throw error;
        const { now, random } = this.#ports;
        const delayMs = Math.max(jitteredDelayMs(tries, random), askedMs(error));
        if (this.#isClosed || now() + delayMs >= endAt) throw asConnectionError(error);
        await this.#pause(delayMs);
      }
    }
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const go = (): void => {
        stop();
        this.#waiting.delete(go);
        resolve();
      };
      const stop = this.#ports.after(delayMs, go);
      this.#waiting.add(go);
    });
  }
}

function asConnectionError(error: unknown): ConnectionError {
  if (error instanceof ConnectionError) return error;
  return new ConnectionError("The server has not answered yet.", error);
}
