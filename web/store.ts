// One observable value and the hook that reads a part of it. Views render from stores and change
// them through the session's methods, never directly.

import { useLayoutEffect, useState } from "preact/hooks";

export class Store<State extends object> {
  #state: State;
  readonly #listeners = new Set<() => void>();

  constructor(initial: State) {
    this.#state = initial;
  }

  get state(): State {
    return this.#state;
  }

  change(part: Partial<State>): void {
    this.#state = { ...this.#state, ...part };
    for (const listener of this.#listeners) listener();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** The selected part, current in every render. `select` returns state as it stands, nothing new. */
export function useStore<State extends object, Part>(
  store: Store<State>,
  select: (state: State) => Part,
): Part {
  const part = select(store.state);
  const [, setSeen] = useState<unknown>(part);
  useLayoutEffect(() => {
    const follow = () => setSeen(() => select(store.state));
    follow();
    return store.subscribe(follow);
  }, [store]);
  return part;
}
