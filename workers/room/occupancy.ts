// How many people a listed room has, as its shards of the lobby are told: when it changes, and at most every few seconds.

import { listingOf, shardOf, topicsOf } from "../../shared/core/room/lobby.ts";
import { occupancyOf, type RoomState } from "../../shared/core/room/state.ts";
import { OCCUPANCY_EVERY_SECONDS } from "../../shared/wire/limits.ts";
import type { Env } from "../env.ts";
import { lobbyShard } from "../objects.ts";

export class OccupancyNews {
  readonly #env: Env;
  readonly #state: () => RoomState | null;
  #told: number | null = null;
  #toldAt = 0;
  #isDue = false;

  constructor(env: Env, state: () => RoomState | null) {
    this.#env = env;
    this.#state = state;
  }

  /** To be called when it may have changed. */
  changed(): void {
    const state = this.#state();
    if (this.#isDue || state === null || !isListed(state)) return;
    if (occupancyOf(state) === this.#told) return;
    this.#isDue = true;
    const waitMs = this.#toldAt + OCCUPANCY_EVERY_SECONDS * 1_000 - Date.now();
    if (waitMs > 0) setTimeout(() => this.#tell(), waitMs);
    else this.#tell();
  }

  #tell(): void {
    this.#isDue = false;
    const state = this.#state();
    if (state === null || !isListed(state)) return;
    const { room } = state.record;
    const occupancy = occupancyOf(state);
    [this.#told, this.#toldAt] = [occupancy, Date.now()];
    const telling = topicsOf(room).map((topic) =>
      lobbyShard(this.#env, topic, shardOf(room.roomId)).occupancy(room.roomId, occupancy),
    );
    void Promise.all(telling).catch(() => this.#missed(occupancy));
  }

  /** The lobby asks by itself after people that have gone, but not after people where it knows of none. */
  #missed(occupancy: number): void {
    if (occupancy === 0) return;
    this.#told = null;
    this.changed();
  }
}

function isListed(state: RoomState): boolean {
  return listingOf(state.record, 0) !== null;
}
