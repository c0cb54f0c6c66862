// Names that the tabs of a test, or parts of a program, hold one at a time, as the store in memory knows them.

import type { Place, Turn, TurnEvents } from "./turns.ts";

interface Holder {
  readonly turn: Turn | null;
  readonly overtaken: () => void;
}

export class MemoryNames {
  readonly #holders = new Map<string, Holder>();
  /** By name, in the order in which they came. */
  readonly #waiting = new Map<string, Set<() => void>>();
  #turns = 0;

  isTurn({ name, id }: Turn): boolean {
    return this.#holders.get(name)?.turn?.id === id;
  }

  hold(name: string): (() => void) | null {
    if (this.#holders.has(name)) return null;
    const holder = { turn: null, overtaken: () => {} };
    this.#holders.set(name, holder);
    return () => this.#release(name, holder);
  }

  queue(name: string, { onTurn, onOver }: TurnEvents): Place {
    const waiting = this.#waiting.get(name) ?? new Set();
    this.#waiting.set(name, waiting);
    let own: Holder | null = null;
    const begin = (hasWaited: boolean): void => {
      this.#turns += 1;
      const turn = { name, id: `${this.#turns}`, hasWaited };
      const overtaken = () => {
        waiting.add(next);
        onOver();
      };
      const holder = { turn, overtaken };
      own = holder;
      this.#holders.set(name, holder);
      queueMicrotask(() => {
        if (this.isTurn(turn)) onTurn(turn);
      });
    };
    const next = () => begin(true);
    if (this.#holders.has(name)) waiting.add(next);
    else begin(false);
    return {
      leave: () => {
        waiting.delete(next);
        if (own !== null) this.#release(name, own);
      },
      overtake: () => {
        const holder = this.#holders.get(name);
        if (holder === undefined || holder === own) return;
        waiting.delete(next);
        next();
        holder.overtaken();
      },
    };
  }

  #release(name: string, holder: Holder): void {
    if (this.#holders.get(name) !== holder) return;
    this.#holders.delete(name);
    const [next] = this.#waiting.get(name) ?? [];
    if (next === undefined) return;
    this.#waiting.get(name)?.delete(next);
    next();
  }
}
