// Performs a change of the handle, or of the recovery id (shared/core/mailbox/handle.ts): one after another, each
// step stored before the next, and finished by the alarm should this object die in between. Where a handle is shown, that
// is told before the directory lets go of the former: nobody is shown by what may be another's by then.

import { retryDelayMs } from "../../shared/core/deadlines.ts";
import * as handles from "../../shared/core/mailbox/handle.ts";
import type { UserId } from "../../shared/wire/ids.ts";
import type { ProblemCode } from "../../shared/wire/problem.ts";

const CHECK_MS = 10_000;

/** What is changed: where the directory has it, and where the mailbox. */
export interface Listing<Name extends string> {
  readonly entryOf: (
    name: Name,
    owner: UserId,
  ) => {
    claim(owner: UserId): Promise<boolean>;
    release(owner: UserId): Promise<void>;
  };
  /** Null without an account. */
  readonly owner: () => UserId | null;
  readonly state: () => handles.HandleState<Name>;
  readonly store: (state: handles.HandleState<Name>) => void;
  /** Wherever it is shown. @throws when it cannot be told there now */
  readonly tell?: (handle: Name | null) => Promise<void>;
  /** When another account has it. */
  readonly taken: ProblemCode;
}

/** Runs one piece of work with the directory after another. */
export type InTurn = <Value>(task: () => Promise<Value>) => Promise<Value>;

export function inTurn(): InTurn {
  let work: Promise<unknown> = Promise.resolve();
  return (task) => {
    const done = work.then(task);
    work = done.catch(() => {});
    return done;
  };
}

export class HandleChange<Name extends string> {
  readonly #listing: Listing<Name>;
  readonly #inTurn: InTurn;
  readonly #wakeBy: (at: number) => Promise<void>;
  #tries = 0;

  constructor(listing: Listing<Name>, turns: InTurn, wakeBy: (at: number) => Promise<void>) {
    this.#listing = listing;
    this.#inTurn = turns;
    this.#wakeBy = wakeBy;
  }

  /** Null once the handle is the one wanted. */
  change(wanted: Name | null): Promise<ProblemCode | null> {
    return this.#inTurn(async () => {
      this.#set((state) => handles.wish(state, wanted));
      if (!handles.isSettled(this.#state())) await this.#wakeBy(Date.now() + CHECK_MS);
      const nextTry = await this.#settle();
      if (this.#state().handle === wanted) return null;
      return nextTry === null ? this.#listing.taken : "try-again";
    });
  }

  /** Goes on where a change was cut short. When to try again; null when nothing is left. */
  settle(): Promise<number | null> {
    return this.#inTurn(() => this.#settle());
  }

  async #settle(): Promise<number | null> {
    const owner = this.#listing.owner();
    if (owner === null) return null;
    try {
      const { claiming } = this.#state();
      let isOther = false;
      if (claiming !== null) {
        isOther = await this.#listing.entryOf(claiming, owner).claim(owner);
        this.#set(isOther ? handles.granted : handles.denied);
      }
      if (isOther || this.#state().releasing.length > 0) {
        await this.#listing.tell?.(this.#state().handle);
      }
      for (const handle of this.#state().releasing) {
        await this.#listing.entryOf(handle, owner).release(owner);
        this.#set((state) => handles.released(state, handle));
      }
      this.#tries = 0;
      return null;
    } catch {
      this.#tries += 1;
      this.#set(handles.abandon);
      const nextTry = Date.now() + retryDelayMs(this.#tries);
      await this.#wakeBy(nextTry);
      return nextTry;
    }
  }

  #state(): handles.HandleState<Name> {
    return this.#listing.state();
  }

  #set(change: (state: handles.HandleState<Name>) => handles.HandleState<Name>): void {
    this.#listing.store(change(this.#state()));
  }
}
