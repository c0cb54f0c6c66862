// The turns of this tab or process at the line. What it does alone, it does one after another and in one turn:
// whatever another has gone on with meanwhile, nothing of it is stored.

import { ConnectionError } from "../connectionError.ts";
import type { Change, Store } from "../store/store.ts";
import { type Place, type Turn, TurnOver } from "../store/turns.ts";

interface HoldingEvents {
  /** It holds the line from now on. @param hasWaited another has held it meanwhile */
  readonly onBegin: (hasWaited: boolean) => Promise<void>;
  /** It does no more, though it was not closed. */
  readonly onOver: () => void;
}

export class Holding {
  readonly #store: Store;
  readonly #name: string;
  readonly #events: HoldingEvents;
  #place: Place | null = null;
  #turn: Turn | null = null;
  /** In which the work has begun that is being done. */
  #workTurn: Turn | null = null;
  #isOpen = false;
  #work: Promise<unknown> = Promise.resolve();
  #beginning: Promise<void> = Promise.resolve();

  constructor(store: Store, name: string, events: HoldingEvents) {
    this.#store = store;
    this.#name = name;
    this.#events = events;
  }

  get isHolder(): boolean {
    return this.#turn !== null;
  }

  open(): void {
    this.#isOpen = true;
    this.#queue();
  }

  /** From now on nothing begins. Resolves with what lets go, once all that has begun is done. */
  async close(): Promise<() => void> {
    this.#isOpen = false;
    if (!this.isHolder) this.#place?.leave();
    const place = this.#place;
    await this.#beginning;
    await this.#work;
    return () => {
      this.#turn = null;
      place?.leave();
    };
  }

  /** For when the holder says nothing any more: its turn ends, whatever it is at. */
  overtake(): void {
    if (!this.isHolder) this.#place?.overtake();
  }

  /** @throws ConnectionError unless this one holds the line */
  alone<Value>(work: () => Promise<Value>): Promise<Value> {
    const working = this.#work.then(() => {
      if (!this.#isOpen || !this.isHolder) throw new ConnectionError("The line was closed.");
      this.#workTurn = this.#turn;
      return work();
    });
    this.#work = working.catch(() => {});
    return working;
  }

  /** Stores what was done alone. @throws TurnOver if another has gone on meanwhile */
  async apply(changes: readonly Change[]): Promise<void> {
    const turn = this.#workTurn;
    if (turn === null) throw new TurnOver();
    try {
      await this.#store.apply(changes, turn);
    } catch (error) {
      // Overtaken, and not told so yet.
      if (error instanceof TurnOver && turn === this.#turn) this.#queueAnew();
      throw error;
    }
  }

  #queue(): void {
    this.#place = this.#store.queue(this.#name, {
      onTurn: (turn) => {
        this.#turn = turn;
        this.#beginning = this.#events.onBegin(turn.hasWaited).catch(() => {});
      },
      onOver: () => this.#over(),
    });
  }

  #queueAnew(): void {
    this.#place?.leave();
    this.#over();
    if (this.#isOpen) this.#queue();
  }

  #over(): void {
    this.#turn = null;
    this.#events.onOver();
  }
}
