// How much of what has waited may be said now, so that the room does not refuse it as too fast. The room counts when it
// takes a message; here one counts when it is heard of, which is never earlier, and until then it is under way.

import { type FadingCount, levelAt, NOTHING_COUNTED, raised } from "../../core/fadingCount.ts";
import { SAY_BURST } from "../../wire/limits.ts";

/** Left for what counts as well and does not wait: tracks, signals, what is said right afterwards. */
const SPARE = 8;
const SHORTEST_WAIT_MS = 250;

export interface PacingContext {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Messages of a member in a second; null for as many as come. */
  readonly pace: () => number | null;
}

export class Pacing {
  readonly #context: PacingContext;
  #count: FadingCount = NOTHING_COUNTED;

  constructor(context: PacingContext) {
    this.#context = context;
  }

  /** The room has taken one of this account, or may have. */
  taken(): void {
    const fadesMs = this.#fadesMs();
    if (fadesMs !== null) this.#count = raised(this.#count, this.#context.now(), fadesMs);
  }

  /** @param underWay those that were said and not heard of yet */
  allowance(underWay: number): number {
    const fadesMs = this.#fadesMs();
    if (fadesMs === null) return Infinity;
    const level = levelAt(this.#count, this.#context.now(), fadesMs);
    return Math.max(0, Math.floor(SAY_BURST - SPARE - level) - underWay);
  }

  /** Until it is worth looking again. */
  get waitMs(): number {
    return Math.max(SHORTEST_WAIT_MS, this.#fadesMs() ?? 0);
  }

  #fadesMs(): number | null {
    const pace = this.#context.pace();
    return pace === null ? null : 1_000 / pace;
  }
}
