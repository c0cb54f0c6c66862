// The rooms that one account or operator has opened: a row each. A room is noted before it is opened and forgotten when
// it has ended, so that none stands which its owner's end would not reach.

import { earliest } from "../../shared/core/deadlines.ts";
import type { RoomId } from "../../shared/wire/ids.ts";
import type { Env } from "../env.ts";
import { roomAt } from "../objects.ts";

const PREFIX = "ownRoom:";
/** Within so long a room that is noted may be about to be opened. */
const OPENING_MS = 60_000;
const RETRY_MS = 10_000;
/** Rooms that are asked, or closed, at a time. */
const BATCH = 50;

export class OwnedRooms {
  readonly #env: Env;
  readonly #values: SyncKvStorage;
  readonly #max: number;
  /** When each was noted, in milliseconds since 1970; undefined until it has been read. */
  #noted: Map<RoomId, number> | undefined;

  constructor(env: Env, values: SyncKvStorage, max: number) {
    this.#env = env;
    this.#values = values;
    this.#max = max;
  }

  list(): RoomId[] {
    return [...this.#all().keys()];
  }

  /** Where no more may be noted, those are forgotten that have ended without a word. */
  async makePlace(): Promise<void> {
    if (this.#all().size < this.#max) return;
    const before = Date.now() - OPENING_MS;
    const oldest = [...this.#all()]
      .filter(([, at]) => at < before)
      .toSorted(([, a], [, b]) => a - b)
      .slice(0, BATCH);
    await Promise.allSettled(
      oldest.map(async ([roomId]) => {
        if ((await roomAt(this.#env, roomId).occupancy()) === null) this.forget(roomId);
      }),
    );
  }

  /** False where there is no place for one more. */
  note(roomId: RoomId): boolean {
    if (this.#all().size >= this.#max) return false;
    const now = Date.now();
    this.#values.put(PREFIX + roomId, now);
    this.#all().set(roomId, now);
    return true;
  }

  forget(roomId: RoomId): void {
    if (this.#all().delete(roomId)) this.#values.delete(PREFIX + roomId);
  }

  /** Closes them. When to go on; null once none is left. */
  async closeAll(): Promise<number | null> {
    const left: (number | null)[] = [];
    const noted = [...this.#all()];
    for (let from = 0; from < noted.length; from += BATCH) {
      const batch = noted.slice(from, from + BATCH);
      left.push(...(await Promise.all(batch.map((one) => this.#close(...one)))));
    }
    return earliest(...left);
  }

  /** When to try again; null if that need not be. */
  async #close(roomId: RoomId, notedAt: number): Promise<number | null> {
    try {
      const closed = await roomAt(this.#env, roomId).close({ kind: "house" });
      const mayOpen = !closed.ok && Date.now() < notedAt + OPENING_MS;
      if (mayOpen) return notedAt + OPENING_MS;
      this.forget(roomId);
      return null;
    } catch {
      return Date.now() + RETRY_MS;
    }
  }

  #all(): Map<RoomId, number> {
    this.#noted ??= new Map(
      [...this.#values.list<number>({ prefix: PREFIX })].map(([key, at]) => [
        key.slice(PREFIX.length) as RoomId,
        at,
      ]),
    );
    return this.#noted;
  }
}
