// Load from several threads, since one core of clients cannot saturate a server. Each thread holds its
// own people; a run starts on all of them at once and ends with the last.

import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { Acquaint, memoryStore } from "../shared/client/node.ts";
import { CARD_MAX_BYTES } from "../shared/wire/limits.ts";
import { type BenchAccount, makeAccounts, portsAt } from "./accounts.ts";
import { meetByExchange, meetByKey, meetByPassphrase, meetByPosts, type Timed } from "./clients.ts";
import { answerOf } from "./threads.ts";

export type ClientKind =
  | "posts"
  | "posts and a row"
  | "exchange"
  | "product"
  | "product, asked by passphrase"
  | "product, 64 KiB cards"
  | "SDK";

interface Setup {
  readonly kind: ClientKind;
  readonly url: string;
  readonly accounts: readonly BenchAccount[];
  readonly thread: number;
  readonly people: number;
}

interface Order {
  readonly count: number;
  readonly inFlight: number;
}

export interface Run {
  readonly seconds: number;
  readonly pairings: readonly Timed[];
}

export class Load {
  readonly #threads: readonly Worker[];

  private constructor(threads: readonly Worker[]) {
    this.#threads = threads;
  }

  /** @param people for each thread; half of them show keys, the others enter them, one at a time each */
  static async start(
    kind: ClientKind,
    url: string,
    options: { threads: number; people: number },
  ): Promise<Load> {
    const { threads, people } = options;
    const accounts = kind.startsWith("product") ? await makeAccounts(url, people * threads) : [];
    const workers = Array.from({ length: threads }, (_, thread) => {
      const own = accounts.slice(thread * people, (thread + 1) * people);
      const setup: Setup = { kind, url, accounts: own, thread, people };
      return new Worker(new URL(import.meta.url), { workerData: setup });
    });
    await Promise.all(workers.map((worker) => answerOf(worker)));
    return new Load(workers);
  }

  /** @param order `count` pairings, `inFlight` of them at a time, over all threads */
  async run({ count, inFlight }: Order): Promise<Run> {
    const threads = Math.min(this.#threads.length, inFlight);
    const share = { count: Math.ceil(count / threads), inFlight: Math.ceil(inFlight / threads) };
    const startedAt = performance.now();
    const parts = await Promise.all(
      this.#threads.slice(0, threads).map((worker) => {
        const answer = answerOf(worker);
        worker.postMessage(share satisfies Order);
        return answer as Promise<Timed[]>;
      }),
    );
    const seconds = (performance.now() - startedAt) / 1_000;
    return { seconds, pairings: parts.flat() };
  }

  async stop(): Promise<void> {
    await Promise.all(this.#threads.map((worker) => worker.terminate()));
  }
}

/** @param turn counts the meetings of the thread */
type Meet = (turn: number) => Promise<Timed>;

async function meetingsOf({ kind, url, accounts, thread, people }: Setup): Promise<Meet> {
  const rawName = (turn: number) => `${kind} ${thread}-${turn}`.replaceAll(" ", "-");
  switch (kind) {
    case "posts":
      return (turn) => meetByPosts(url, rawName(turn), "");
    case "posts and a row":
      return (turn) => meetByPosts(url, rawName(turn), "?row");
    case "exchange":
      return (turn) => meetByExchange(url, rawName(turn));
    case "product, asked by passphrase": {
      const takingTurns = pairsOf(accounts);
      return () => takingTurns((a, b) => meetByPassphrase(url, a, b, 0));
    }
    case "product":
    case "product, 64 KiB cards": {
      const cardBytes = kind === "product" ? 0 : CARD_MAX_BYTES;
      const takingTurns = pairsOf(accounts);
      return () => takingTurns((a, b) => meetByKey(url, a, b, cardBytes));
    }
    case "SDK": {
      const clients = Array.from({ length: people }, (_, i) => openSdk(url, thread * people + i));
      const takingTurns = pairsOf(await Promise.all(clients));
      return () => takingTurns(meetBySdk);
    }
  }
}

function openSdk(url: string, index: number): Promise<Acquaint> {
  const { fetch } = portsAt(`10.200.${index >> 8}.${index & 255}`);
  return Acquaint.open({
    server: url,
    store: memoryStore(),
    name: `Person ${index}`,
    ports: { fetch },
  });
}

async function meetBySdk(a: Acquaint, b: Acquaint): Promise<Timed> {
  const startedAt = performance.now();
  const shown = await a.showKey();
  const entered = await b.enterKey(shown.key!.code);
  await Promise.all([shown.contact, entered.contact]);
  const took = performance.now() - startedAt;
  return { knownMs: took, committedMs: took };
}

/** Half of the people show keys and the others enter them, each one at a time. */
function pairsOf<Person>(people: readonly Person[]) {
  const showing = people.slice(0, people.length / 2);
  const entering = people.slice(people.length / 2);
  return async (meet: (a: Person, b: Person) => Promise<Timed>): Promise<Timed> => {
    const a = showing.shift()!;
    const b = entering.shift()!;
    const timed = await meet(a, b);
    showing.push(a);
    entering.push(b);
    return timed;
  };
}

async function serve(setup: Setup): Promise<void> {
  const meet = await meetingsOf(setup);
  let turn = 0;
  const fill = async ({ count, inFlight }: Order): Promise<void> => {
    const timed: Timed[] = [];
    let left = count;
    const work = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        timed.push(await meet(turn++));
      }
    };
    await Promise.all(Array.from({ length: inFlight }, work));
    parentPort!.postMessage(timed);
  };
  parentPort!.on("message", (order: Order) => void fill(order));
  parentPort!.postMessage("ready");
}

if (!isMainThread) await serve(workerData as Setup);
