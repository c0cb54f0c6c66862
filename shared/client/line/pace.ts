// How often something is done for the same one: at once the first time, then ever more rarely. What comes too
// soon is not forgotten: it is done when its time has come, once.

import type { Ports } from "../ports.ts";

const FIRST_WAIT_MS = 10_000;
const LONGEST_WAIT_MS = 10 * 60_000;
/** After so much quiet it begins anew. */
const QUIET_MS = 60 * 60_000;

interface Step {
  readonly at: number;
  readonly waitMs: number;
}

export class Pace {
  readonly #ports: Ports;
  readonly #last = new Map<string, Step>();
  readonly #waiting = new Map<string, () => void>();

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** Whether it may be done now; otherwise `later` is called when it may, unless it is waited for already. */
  mayNow(id: string, later: () => void): boolean {
    const last = this.#last.get(id);
    const waitMs = last === undefined ? 0 : last.at + last.waitMs - this.#ports.now();
    if (waitMs <= 0) return true;
    if (this.#waiting.has(id)) return false;
    const stopTimer = this.#ports.after(waitMs, () => {
      this.#waiting.delete(id);
      later();
    });
    this.#waiting.set(id, stopTimer);
    return false;
  }

  /** It failed: `later` is called again after a while. */
  again(id: string, later: () => void): void {
    this.#last.set(id, { at: this.#ports.now(), waitMs: FIRST_WAIT_MS });
    this.mayNow(id, later);
  }

  /** It was done: what waited for it is done as well. */
  done(id: string): void {
    const now = this.#ports.now();
    const last = this.#last.get(id);
    const isQuiet = last === undefined || now - last.at > QUIET_MS;
    const waitMs = isQuiet ? FIRST_WAIT_MS : Math.min(last.waitMs * 2, LONGEST_WAIT_MS);
    this.#last.set(id, { at: now, waitMs });
    this.#waiting.get(id)?.();
    this.#waiting.delete(id);
  }

  stop(): void {
    for (const stopTimer of this.#waiting.values()) stopTimer();
    this.#waiting.clear();
  }
}
