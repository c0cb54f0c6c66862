// What a room owes to others (shared/core/room/errands.ts): brought as soon as it is stored, and again by the alarm until
// it is confirmed. Repeating any of it is harmless. To one receiver one errand follows on another.

import { retryDelayMs } from "../../shared/core/deadlines.ts";
import type { ErrandName } from "../../shared/core/room/errandNames.ts";
import { type Errand, errandFor } from "../../shared/core/room/errands.ts";
import { shardOf } from "../../shared/core/room/lobby.ts";
import type { RoomState } from "../../shared/core/room/state.ts";
import type { Listing } from "../../shared/wire/rooms.ts";
import type { Env } from "../env.ts";
import { lobbyShard, mailboxOf, operatorAt, roomAt } from "../objects.ts";
import { ErrandQueue } from "../pairing/errandQueue.ts";

/** How soon the alarm goes on with what a crash has cut short. */
const CHECK_MS = 10_000;
const RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 300_000;

export interface Debtor {
  /** Null once all is deleted. */
  readonly state: () => RoomState | null;
  readonly served: (name: ErrandName, errand: Errand) => void;
  readonly wakeBy: (at: number) => Promise<void>;
}

export class RoomErrands {
  readonly #env: Env;
  readonly #debtor: Debtor;
  readonly #queue = new ErrandQueue();
  #tries = 0;

  constructor(env: Env, debtor: Debtor) {
    this.#env = env;
    this.#debtor = debtor;
  }

  /** When the alarm is to look after what is owed. */
  retryAt(state: RoomState): number | null {
    if (state.outbox.length === 0) return null;
    const delay = retryDelayMs(this.#tries - 1, RETRY_MS, LONGEST_RETRY_MS);
    return Date.now() + (this.#tries === 0 ? CHECK_MS : delay);
  }

  /** Resolves once it has been tried. */
  serve(name: ErrandName): Promise<void> {
    return this.#queue.add(receiverOf(name), () => this.#run(name));
  }

  async #run(name: ErrandName): Promise<void> {
    const state = this.#debtor.state();
    const errand = state === null ? null : errandFor(state, name);
    if (errand === null) return;
    try {
      await perform(this.#env, errand);
    } catch {
      this.#tries += 1;
      const delay = retryDelayMs(this.#tries - 1, RETRY_MS, LONGEST_RETRY_MS);
      await this.#debtor.wakeBy(Date.now() + delay);
      return;
    }
    this.#tries = 0;
    if (this.#debtor.state() !== null) this.#debtor.served(name, errand);
  }
}

async function perform(env: Env, errand: Errand): Promise<void> {
  switch (errand.kind) {
    case "list": {
      const { listing } = errand;
      const shard = shardOf(listing.roomId);
      await Promise.all(
        topicsOf(listing).map((topic) => lobbyShard(env, topic, shard).list(listing)),
      );
      return;
    }
    case "unlist": {
      const shard = shardOf(errand.roomId);
      await Promise.all(
        errand.topics.map((topic) => lobbyShard(env, topic, shard).unlist(errand.roomId)),
      );
      return;
    }
    case "forgetRoom": {
      const { opener, roomId } = errand;
      if (opener.kind === "account") await mailboxOf(env, opener.userId).forgetOwnRoom(roomId);
      if (opener.kind === "operator") await operatorAt(env, opener.operatorId).forgetRoom(roomId);
      return;
    }
    case "pairOver":
      await roomAt(env, errand.parent).pairOver(errand.pairId);
      return;
    case "openPair":
      await roomAt(env, errand.roomId).openPair(errand);
      return;
    case "endPair":
      await roomAt(env, errand.roomId).endPair();
  }
}

/** What its shards of the lobby are shards of: its topic, if it has one, and all rooms. */
export function topicsOf({ topic }: Pick<Listing, "topic">): string[] {
  return topic === null ? [""] : [topic, ""];
}

/** The lobby, whoever has opened the room, or another room. */
function receiverOf(name: ErrandName): string {
  if (name.startsWith("unlist:")) return "lobby";
  return name.replace(/^(openPair|endPair):/, "");
}
