// People by their user ids, immutable: a change gives a new collection, which shares nearly all with the one before, so
// that each of hundreds who come at once costs little.

import type { UserId } from "../../wire/ids.ts";

interface Someone {
  readonly userId: UserId;
}
type Shelf<One> = ReadonlyMap<UserId, One>;

/** One for each digit of base32; user ids are hashes, so each gets its share. */
const SHELVES = 32;
const LETTER_A = 97;
const DIGIT_2 = 50;
const LETTERS = 26;

export class People<One extends Someone> {
  readonly size: number;
  readonly #shelves: readonly Shelf<One>[];
  /** Gathered when they are first asked for, since they are looked through more often than they change. */
  #all: readonly One[] | null;

  private constructor(
    shelves: readonly Shelf<One>[],
    size: number,
    all: readonly One[] | null = null,
  ) {
    this.#shelves = shelves;
    this.size = size;
    this.#all = all;
  }

  /** @param everyone once each */
  static of<One extends Someone>(everyone: Iterable<One> = []): People<One> {
    const shelves = Array.from({ length: SHELVES }, () => new Map<UserId, One>());
    for (const one of everyone) shelves[placeOf(one.userId)]?.set(one.userId, one);
    return new People(
      shelves,
      shelves.reduce((size, shelf) => size + shelf.size, 0),
    );
  }

  get(userId: UserId): One | undefined {
    return this.#shelves[placeOf(userId)]?.get(userId);
  }

  has(userId: UserId): boolean {
    return this.get(userId) !== undefined;
  }

  /** In no order. */
  values(): readonly One[] {
    this.#all ??= this.#shelves.flatMap((shelf) => (shelf.size === 0 ? [] : [...shelf.values()]));
    return this.#all;
  }

  /** Whoever has come or changed, and undefined for whoever is gone. Costs as little as has changed. */
  *changesSince(before: People<One>): Generator<readonly [UserId, One | undefined], void> {
    if (before === this) return;
    for (const [place, now] of this.#shelves.entries()) {
      const then = before.#shelves[place];
      if (then === undefined || now === then) continue;
      for (const [userId, one] of now) if (then.get(userId) !== one) yield [userId, one];
      for (const userId of then.keys()) if (!now.has(userId)) yield [userId, undefined];
    }
  }

  /** In place of who was there by the same user id. */
  with(one: One): People<One> {
    const place = placeOf(one.userId);
    const shelf = new Map(this.#shelves[place]);
    const isNew = !shelf.has(one.userId);
    shelf.set(one.userId, one);
    const shelves = this.#shelves.with(place, shelf);
    if (!isNew) return new People(shelves, this.size);
    return new People(shelves, this.size + 1, this.#all === null ? null : [...this.#all, one]);
  }

  without(userId: UserId): People<One> {
    if (!this.has(userId)) return this;
    const shelf = new Map(this.#shelves[placeOf(userId)]);
    shelf.delete(userId);
    return new People(this.#shelves.with(placeOf(userId), shelf), this.size - 1);
  }
}

function placeOf(userId: UserId): number {
  const digit = userId.charCodeAt(0);
  return digit < LETTER_A ? digit - DIGIT_2 + LETTERS : digit - LETTER_A;
}
