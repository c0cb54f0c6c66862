// The one alarm of an object that has many deadlines: it is only ever moved to an earlier time. Nothing else
// sets it, so that it need be read once only.

export class EarliestAlarm {
  readonly #storage: DurableObjectStorage;
  /** When it is to fire; null for never, undefined until it has been read. */
  #next: number | null | undefined;
  /** Counts the times that all was deleted. */
  #ends = 0;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** Whether it is known to fire by then, so that nothing is to be done. */
  isSetBy(at: number): boolean {
    return typeof this.#next === "number" && this.#next <= at;
  }

  async by(at: number): Promise<void> {
    if (this.#next === undefined) {
      const ends = this.#ends;
      const stored = await this.#storage.getAlarm();
      if (ends !== this.#ends) return;
      this.#next ??= stored;
    }
    if (this.isSetBy(at)) return;
    this.#next = at;
    try {
      await this.#storage.setAlarm(at);
    } catch (error) {
      this.#next = undefined;
      throw error;
    }
  }

  /** To be called when all that is stored is deleted: what was to be done then is no more. */
  deleted(): void {
    this.#next = undefined;
    this.#ends += 1;
  }

  /** To be called when it fires: from then on it is set no more. */
  fired(): void {
    this.#next = null;
  }
}
