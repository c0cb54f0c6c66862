// Errands to one mailbox run one after another, so that it hears of an attempt in the order in which it
// happened: a request before its end. Errands to different mailboxes do not wait for each other.

import type { UserId } from "../../shared/wire/ids.ts";

export class ErrandQueue {
  readonly #last = new Map<UserId, Promise<void>>();

  /** Resolves once it has run; what went wrong with an earlier one is no matter of a later one. */
  async add(owner: UserId, run: () => Promise<void>): Promise<void> {
    const before = this.#last.get(owner);
    const mine = before === undefined ? run() : before.then(run, run);
    this.#last.set(owner, mine);
    try {
      await mine;
    } finally {
      if (this.#last.get(owner) === mine) this.#last.delete(owner);
    }
  }
}
