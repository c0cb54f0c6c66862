// Those who listen to something. A fault of one listener is its own: it disturbs neither the others nor
// what is being told.

export class Listeners<Event> {
  readonly #all = new Set<(event: Event) => void>();

  /** The function returned ends it. */
  add(listener: (event: Event) => void): () => void {
    this.#all.add(listener);
    return () => this.#all.delete(listener);
  }

  tell(event: Event): void {
    for (const listener of this.#all) tellOne(listener, event);
  }
}

/** What the listener throws surfaces as an uncaught error, where faults of a program are looked for. */
export function tellOne<Event>(listener: (event: Event) => void, event: Event): void {
  try {
    listener(event);
  } catch (fault) {
    queueMicrotask(() => {
      throw fault;
    });
  }
}
