// The members of rooms, on several threads, since one core of clients cannot saturate a server. Each thread holds its
// share of every room.

import { isMainThread, Worker } from "node:worker_threads";
import type { BenchAccount } from "./accounts.ts";
import { serveShares, type Shared } from "./roomsShare.ts";
import type { RoomKind } from "./roomsClients.ts";
import { answerOf } from "./threads.ts";

/** A room of one kind; `room` is its name, or the product's room id. */
export interface Place {
  readonly kind: RoomKind;
  readonly url: string;
  readonly room: string;
}

/** @property account null where nobody asks who it is */
export interface Person {
  readonly index: number;
  readonly account: BenchAccount | null;
}

export type Order = { readonly key: string } & (
  | { readonly what: "prepare"; readonly place: Place; readonly people: readonly Person[] }
  | { readonly what: "enter" | "leave" }
  | {
      readonly what: "talk";
      readonly talkers: number;
      readonly messages: number;
      readonly due: number;
    }
  | { readonly what: "listen"; readonly members: number; readonly due: number }
  | { readonly what: "alone"; readonly times: number }
);

export interface Talk {
  readonly seconds: number;
  /** How busy the busiest thread was, 0 to 1: what is near 1 has measured the clients. */
  readonly busy: number;
}

export class RoomsLoad {
  readonly #threads: readonly Worker[];
  /** By the keys that rooms have here: their members, and how many messages each of these is to have had. */
  readonly #rooms = new Map<string, { readonly members: number; due: number }>();

  private constructor(threads: readonly Worker[]) {
    this.#threads = threads;
  }

  static async start(threads: number): Promise<RoomsLoad> {
    const shared: Shared = {
      counts: new Int32Array(new SharedArrayBuffer(8)),
      lastAt: new BigInt64Array(new SharedArrayBuffer(8)),
    };
    const workers = Array.from({ length: threads }, () => {
      return new Worker(new URL(import.meta.url), { workerData: shared });
    });
    await Promise.all(workers.map(answerOf));
    return new RoomsLoad(workers);
  }

  /**
   * Gets all that its members need to go in.
   * @param people one for each member; as many nulls where nobody asks who they are
   */
  async prepare(
    key: string,
    place: Place,
    people: readonly (BenchAccount | null)[],
  ): Promise<void> {
    this.#rooms.set(key, { members: people.length, due: 0 });
    const persons = people.map((account, index) => ({ index, account }));
    await this.#all((thread) => {
      const share = persons.filter(({ index }) => index % this.#threads.length === thread);
      return { what: "prepare", key, place, people: share };
    });
  }

  /** Resolves once all are in and know it. */
  async enter(key: string): Promise<void> {
    await this.#all(() => ({ what: "enter", key }));
  }

  /** @param messages of each of so many talkers; resolves once every member has all of them */
  async talk(key: string, talkers: number, messages: number): Promise<Talk> {
    const room = this.#rooms.get(key)!;
    room.due += talkers * messages;
    const { due } = room;
    const startedAt = performance.now();
    const busy = await this.#all(() => ({ what: "talk", key, talkers, messages, due }));
    const seconds = (performance.now() - startedAt) / 1_000;
    return { seconds, busy: Math.max(...(busy as number[])) };
  }

  /** Milliseconds from the sending of a lone message until every member has it, for each of so many. */
  async alone(key: string, times: number): Promise<number[]> {
    const room = this.#rooms.get(key)!;
    room.due += times;
    await this.#all(() => ({ what: "listen", key, ...room }));
    const order: Order = { what: "alone", key, times };
    return (await ask(this.#threads[0]!, order)) as number[];
  }

  async leave(key: string): Promise<void> {
    await this.#all(() => ({ what: "leave", key }));
    this.#rooms.delete(key);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#threads.map((worker) => worker.terminate()));
  }

  #all(order: (thread: number) => Order): Promise<unknown[]> {
    return Promise.all(this.#threads.map((worker, thread) => ask(worker, order(thread))));
  }
}

async function ask(worker: Worker, order: Order): Promise<unknown> {
  const answer = answerOf(worker);
  worker.postMessage(order);
  return answer;
}

if (!isMainThread) serveShares();
