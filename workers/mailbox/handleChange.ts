// Performs a change of the handle (shared/core/mailbox/handle.ts): one after another, each step stored
// before the next, and finished by the alarm should this object die in between.

import { retryDelayMs } from "../../shared/core/deadlines.ts";
import * as handles from "../../shared/core/mailbox/handle.ts";
import type { Handle } from "../../shared/wire/ids.ts";
import type { ProblemCode } from "../../shared/wire/problem.ts";
import type { Env } from "../env.ts";
import { directoryEntry } from "../objects.ts";
import type { MailboxStore } from "./mailboxStore.ts";

const CHECK_MS = 10_000;

export class HandleChange {
  readonly #env: Env;
  readonly #store: MailboxStore;
  readonly #wakeBy: (at: number) => Promise<void>;
  #work: Promise<unknown> = Promise.resolve();
  #tries = 0;

  constructor(env: Env, store: MailboxStore, wakeBy: (at: number) => Promise<void>) {
    this.#env = env;
    this.#store = store;
    this.#wakeBy = wakeBy;
  }

  /** Null once the handle is the one wanted. */
  change(wanted: Handle | null): Promise<ProblemCode | null> {
    return this.alone(async () => {
      this.#set((state) => handles.wish(state, wanted));
      if (!handles.isSettled(this.#state())) await this.#wakeBy(Date.now() + CHECK_MS);
      const nextTry = await this.#settle();
      if (this.#state().handle === wanted) return null;
      return nextTry === null ? "handle-taken" : "try-again";
    });
  }

  /** Goes on where a change was cut short. When to try again; null when nothing is left. */
  settle(): Promise<number | null> {
    return this.alone(() => this.#settle());
  }

  /** One piece of work with handles after another. */
  alone<Value>(task: () => Promise<Value>): Promise<Value> {
    const done = this.#work.then(task);
    this.#work = done.catch(() => {});
    return done;
  }

  async #settle(): Promise<number | null> {
    const userId = this.#store.account()?.userId;
    if (userId === undefined) return null;
    try {
      const { claiming } = this.#state();
      if (claiming !== null) {
        const isGranted = await directoryEntry(this.#env, claiming).claim(userId);
        this.#set(isGranted ? handles.granted : handles.denied);
      }
      for (const handle of this.#state().releasing) {
        await directoryEntry(this.#env, handle).release(userId);
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

  #state(): handles.HandleState {
    return this.#store.account()?.handle ?? handles.NO_HANDLE;
  }

  #set(change: (state: handles.HandleState) => handles.HandleState): void {
    this.#store.changeAccount({ handle: change(this.#state()) });
  }
}
