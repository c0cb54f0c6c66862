// Errands to one object run one after another, so that it hears of an attempt in the order in which it
// happened: a request before its end. Errands to different objects do not wait for each other.

export class ErrandQueue {
  readonly #last = new Map<string, Promise<void>>();

  /** Resolves once it has run; what went wrong with an earlier one is no matter of a later one. */
  async add(receiver: string, run: () => Promise<void>): Promise<void> {
    const before = this.#last.get(receiver);
    const mine = before === undefined ? run() : before.then(run, run);
    this.#last.set(receiver, mine);
    try {
      await mine;
    } finally {
      if (this.#last.get(receiver) === mine) this.#last.delete(receiver);
    }
  }
}
