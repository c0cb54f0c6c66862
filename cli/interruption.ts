// Ctrl-C, a closed terminal, a reader that has gone: what is under way is undone first, so that
// the other side is told, but never for longer than the grace period. A second Ctrl-C ends at once.

const GRACE_MS = 5_000;

export type Undo = () => Promise<void>;

export class Interruption {
  /** Resolves once all is undone, or the grace period is over. */
  readonly over: Promise<void>;
  #exitCode: number | null = null;
  #undo: Undo | null = null;
  #markOver: () => void = () => {};

  constructor() {
    this.over = new Promise((resolve) => (this.#markOver = resolve));
  }

  /** Null as long as nothing has interrupted. */
  get exitCode(): number | null {
    return this.#exitCode;
  }

  /** What has to be undone if an interruption comes from now on. */
  undoBy(undo: Undo | null): void {
    this.#undo = undo;
  }

  /** @returns false when it had been raised before */
  raise(exitCode: number): boolean {
    if (this.#exitCode !== null) return false;
    this.#exitCode = exitCode;
    const giveUp = setTimeout(this.#markOver, GRACE_MS);
    void Promise.resolve(this.#undo?.())
      .catch(() => {})
      .finally(() => {
        clearTimeout(giveUp);
        this.#markOver();
      });
    return true;
  }
}
