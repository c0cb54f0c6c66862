// What a mailbox holds, altogether and of each sender, for its quotas: counted on from what was counted once.

import type { UserId } from "../../wire/ids.ts";
import { type Load, minus, NO_LOAD, plus } from "./load.ts";

/** What is held when a message of a sender comes: of all senders, and of this one. */
export interface Held {
  readonly all: Load;
  readonly ofSender: Load;
}

export class Holdings {
  readonly #bySender = new Map<UserId, Load>();
  #all = NO_LOAD;

  /** @param counted what is held already, of each sender once */
  constructor(counted: Iterable<readonly [UserId, Load]> = []) {
    for (const [sender, load] of counted) this.add(sender, load);
  }

  heldOf(sender: UserId): Held {
    return { all: this.#all, ofSender: this.#bySender.get(sender) ?? NO_LOAD };
  }

  add(sender: UserId, load: Load): void {
    this.#all = plus(this.#all, load);
    this.#bySender.set(sender, plus(this.#bySender.get(sender) ?? NO_LOAD, load));
  }

  remove(sender: UserId, load: Load): void {
    this.#all = minus(this.#all, load);
    const left = minus(this.#bySender.get(sender) ?? NO_LOAD, load);
    if (left.envelopes === 0) this.#bySender.delete(sender);
    else this.#bySender.set(sender, left);
  }
}
