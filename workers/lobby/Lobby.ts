// One shard of the lobby (ROOM-8): the listed rooms of one topic, or of all, whose ids fall to it. Listings are stored;
// how many people are in each is in memory, as the rooms say, and asked of them when it is not known or may be old.

import { DurableObject } from "cloudflare:workers";
import { shardPage } from "../../shared/core/room/lobby.ts";
import type { RoomId, UserId } from "../../shared/wire/ids.ts";
import { LOBBY_SHARD_MAX } from "../../shared/wire/limits.ts";
import type { Listing, LobbyPage } from "../../shared/wire/rooms.ts";
import type { Env } from "../env.ts";
import { roomAt } from "../objects.ts";

const PREFIX = "listing:";
/** A room says when people come and go, but not when it has lost them all in a crash. */
const TRUSTED_MS = 60_000;
/** Rooms that are woken for one look at a shard; the others at the next. */
const ASKED_AT_ONCE = 100;

interface Occupancy {
  readonly people: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export class Lobby extends DurableObject<Env> {
  #listings: Map<RoomId, Listing> | undefined;
  readonly #occupancies = new Map<RoomId, Occupancy>();
  /** Those that were asked, and how often, so that each has its turn though others do not answer. */
  readonly #turns = new Map<RoomId, number>();
  #asking: Promise<void> | null = null;

  /** As the room is now; false when there is no place for one more. */
  async list(listing: Listing): Promise<boolean> {
    const { roomId, occupancy } = listing;
    if (!this.#hasPlaceFor(roomId)) await this.#ask();
    if (!this.#hasPlaceFor(roomId)) return false;
    this.#hear(roomId, occupancy);
    const kept = { ...listing, occupancy: 0 };
    if (JSON.stringify(this.#all().get(roomId)) === JSON.stringify(kept)) return true;
    this.ctx.storage.kv.put(PREFIX + roomId, kept);
    this.#all().set(roomId, kept);
    return true;
  }

  unlist(roomId: RoomId): void {
    if (this.#all().delete(roomId)) this.ctx.storage.kv.delete(PREFIX + roomId);
    this.#occupancies.delete(roomId);
    this.#turns.delete(roomId);
  }

  /** By word of the room. */
  occupancy(roomId: RoomId, people: number): void {
    if (this.#all().has(roomId)) this.#hear(roomId, people);
  }

  /** @param hidden owners whose rooms are left out */
  async browse(hidden: readonly UserId[]): Promise<LobbyPage> {
    await this.#ask();
    const unseen = new Set<string | null>(hidden);
    const listings = [...this.#all().values()].filter(({ owner }) => !unseen.has(owner));
    return shardPage(
      listings.map((listing) => ({
        ...listing,
        occupancy: this.#occupancies.get(listing.roomId)?.people ?? 0,
      })),
    );
  }

  #hasPlaceFor(roomId: RoomId): boolean {
    return this.#all().has(roomId) || this.#all().size < LOBBY_SHARD_MAX;
  }

  /** Whoever comes while rooms are being asked waits for the same answers. */
  #ask(): Promise<void> {
    this.#asking ??= this.#askAll().finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  /** What a room says by itself meanwhile counts; one that does not answer is asked again the next time. */
  async #askAll(): Promise<void> {
    const now = Date.now();
    const unknown = [...this.#all().keys()].filter((roomId) => {
      const known = this.#occupancies.get(roomId);
      return known === undefined || (known.people > 0 && now - known.at >= TRUSTED_MS);
    });
    const turnsOf = (roomId: RoomId) => this.#turns.get(roomId) ?? 0;
    const first = unknown.toSorted((one, other) => turnsOf(one) - turnsOf(other));
    await Promise.allSettled(
      first.slice(0, ASKED_AT_ONCE).map(async (roomId) => {
        this.#turns.set(roomId, turnsOf(roomId) + 1);
        const before = this.#occupancies.get(roomId);
        const people = await roomAt(this.env, roomId).occupancy();
        if (people === null) this.unlist(roomId);
        else if (this.#occupancies.get(roomId) === before) this.#hear(roomId, people);
      }),
    );
  }

  #hear(roomId: RoomId, people: number): void {
    this.#occupancies.set(roomId, { people, at: Date.now() });
  }

  #all(): Map<RoomId, Listing> {
    this.#listings ??= new Map(
      [...this.ctx.storage.kv.list<Listing>({ prefix: PREFIX })].map(([, listing]) => [
        listing.roomId,
        listing,
      ]),
    );
    return this.#listings;
  }
}
