// What a room owes to others (shared/core/room/errands.ts): brought as soon as it is stored, and again by the alarm until
// it is confirmed. Repeating any of it is harmless. To one receiver one errand follows on another.

import { earliest, retryDelayMs } from "../../shared/core/deadlines.ts";
import type { ErrandName } from "../../shared/core/room/errandNames.ts";
import { type Errand, errandFor, isDone } from "../../shared/core/room/errands.ts";
import { shardOf, topicsOf } from "../../shared/core/room/lobby.ts";
import type { RoomState } from "../../shared/core/room/state.ts";
import type { Env } from "../env.ts";
import { lobbyShard, mailboxOf, operatorAt, roomAt } from "../objects.ts";
import { ErrandQueue } from "../pairing/errandQueue.ts";

/** How soon the alarm goes on with what a crash has cut short. */
const CHECK_MS = 10_000;
const RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 300_000;
/** How soon a lobby is asked again that has no place for one more room. */
const FULL_RETRY_MS = 600_000;

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
  /** What has failed, and when to try it again. */
  readonly #failed = new Map<ErrandName, { readonly tries: number; readonly at: number }>();

  constructor(env: Env, debtor: Debtor) {
    this.#env = env;
    this.#debtor = debtor;
  }

  /** When the alarm is to look after what is owed. */
  retryAt(state: RoomState): number | null {
    const soon = Date.now() + CHECK_MS;
    return earliest(...state.outbox.map((name) => this.#failed.get(name)?.at ?? soon));
  }

  /** What is owed, but for what is to wait longer. */
  dueOf({ outbox }: RoomState): ErrandName[] {
    const now = Date.now();
    return outbox.filter((name) => (this.#failed.get(name)?.at ?? now) <= now);
  }

  /** It may be otherwise now: what has failed is not made to wait. */
  async hurry(name: ErrandName): Promise<void> {
    if (this.#failed.delete(name)) await this.serve(name);
  }

  /** Resolves once it has been tried. */
  serve(name: ErrandName): Promise<void> {
    return this.#queue.add(receiverOf(name), () => this.#run(name));
  }

  async #run(name: ErrandName): Promise<void> {
    const state = this.#debtor.state();
    const errand = state === null ? null : errandFor(state, name);
    if (errand === null) return;
    const tries = this.#failed.get(name)?.tries ?? 0;
    try {
      if (!(await perform(this.#env, errand))) {
        const now = this.#debtor.state();
        if (now !== null && !isDone(now, name, errand)) return await this.#run(name);
        return await this.#later(name, tries, FULL_RETRY_MS);
      }
    } catch {
      return this.#later(name, tries + 1, retryDelayMs(tries, RETRY_MS, LONGEST_RETRY_MS));
    }
    this.#failed.delete(name);
    if (this.#debtor.state() !== null) this.#debtor.served(name, errand);
  }

  async #later(name: ErrandName, tries: number, delayMs: number): Promise<void> {
    const at = Date.now() + delayMs;
    this.#failed.set(name, { tries, at });
    await this.#debtor.wakeBy(at);
  }
}

/** False where there is no place for it now. */
async function perform(env: Env, errand: Errand): Promise<boolean> {
  switch (errand.kind) {
    case "list": {
      const { listing } = errand;
      const shard = shardOf(listing.roomId);
      const areListed = await Promise.all(
        topicsOf(listing).map((topic) => lobbyShard(env, topic, shard).list(listing)),
      );
      return areListed.every(Boolean);
    }
    case "unlist": {
      const shard = shardOf(errand.roomId);
      await Promise.all(
        errand.topics.map((topic) => lobbyShard(env, topic, shard).unlist(errand.roomId)),
      );
      return true;
    }
    case "forgetRoom": {
      const { opener, roomId } = errand;
      if (opener.kind === "account") await mailboxOf(env, opener.userId).forgetOwnRoom(roomId);
      if (opener.kind === "operator") await operatorAt(env, opener.operatorId).forgetRoom(roomId);
      return true;
    }
    case "pairOver":
      await roomAt(env, errand.parent).pairOver(errand.pairId);
      return true;
    case "openPair":
      await roomAt(env, errand.roomId).openPair(errand);
      return true;
    case "endPair":
      await roomAt(env, errand.roomId).endPair();
      return true;
  }
}

/** The lobby, whoever has opened the room, or another room. */
function receiverOf(name: ErrandName): string {
  if (name.startsWith("unlist:")) return "lobby";
  return name.replace(/^(openPair|endPair):/, "");
}
