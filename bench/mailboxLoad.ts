// One mailbox and those who send to it, from several threads: one has the reader and a sender of its own, the
// others share the rest of the senders.

import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { type BenchAccount, makeAccounts } from "./accounts.ts";
import { meetByKey } from "./clients.ts";
import { type Place, Reader, Sender, type MailboxKind } from "./mailboxClients.ts";
import { answerOf } from "./threads.ts";

/** Whom a thread speaks for: accounts, or names at a raw box. */
type Person = BenchAccount | string;

interface Setup {
  readonly place: Place;
  /** Null on the threads that only send. */
  readonly reader: Person | null;
  readonly senders: readonly Person[];
}

type Order =
  | { readonly what: "read" | "close" }
  | { readonly what: "take"; readonly messages: number }
  | {
      readonly what: "send";
      readonly first: number;
      readonly senders: number;
      readonly batches: number;
    }
  | { readonly what: "alone"; readonly messages: number };

export class MailboxLoad {
  readonly #reading: Worker;
  readonly #sending: readonly Worker[];
  #first = 0;

  private constructor([reading, ...sending]: readonly Worker[]) {
    this.#reading = reading!;
    this.#sending = sending;
  }

  /** @param senders besides the one that sends lone messages; each is a contact of the receiver */
  static async start(
    kind: MailboxKind,
    url: string,
    options: { threads: number; senders: number },
  ): Promise<MailboxLoad> {
    const { threads, senders } = options;
    const [receiver, lone, ...others] = await peopleFor(kind, url, senders + 2);
    const box = typeof receiver === "string" ? receiver : receiver!.userId;
    const place: Place = { kind, url, box };
    const setups: Setup[] = [{ place, reader: receiver!, senders: [lone!] }];
    for (let thread = 0; thread < threads; thread += 1) {
      const share = others.filter((_, index) => index % threads === thread);
      setups.push({ place, reader: null, senders: share });
    }
    const workers = setups.map((setup) => {
      return new Worker(new URL(import.meta.url), { workerData: setup });
    });
    await Promise.all(workers.map(answerOf));
    return new MailboxLoad(workers);
  }

  async read(): Promise<void> {
    await ask(this.#reading, { what: "read" });
  }

  /** Resolves once the reader has that many more. */
  async take(messages: number): Promise<void> {
    await ask(this.#reading, { what: "take", messages });
  }

  async closeReader(): Promise<void> {
    await ask(this.#reading, { what: "close" });
  }

  /**
   * Resolves once each of so many senders has had all its batches acknowledged. Others than the last time, if
   * there are: an account may send only so much at once.
   */
  async send(senders: number, batches: number): Promise<void> {
    const threads = Math.min(this.#sending.length, senders);
    const share = Math.ceil(senders / threads);
    const order: Order = { what: "send", first: this.#first, senders: share, batches };
    this.#first += share;
    await Promise.all(this.#sending.slice(0, threads).map((worker) => ask(worker, order)));
  }

  /** Milliseconds from the sending of a lone message to its coming, for each of so many. */
  async alone(messages: number): Promise<number[]> {
    return (await ask(this.#reading, { what: "alone", messages })) as number[];
  }

  async stop(): Promise<void> {
    await Promise.all([this.#reading, ...this.#sending].map((worker) => worker.terminate()));
  }
}

async function ask(worker: Worker, order: Order): Promise<unknown> {
  const answer = answerOf(worker);
  worker.postMessage(order);
  return answer;
}

/** The first has all the others as contacts. */
async function peopleFor(kind: MailboxKind, url: string, count: number): Promise<Person[]> {
  if (kind.startsWith("raw")) {
    return Array.from({ length: count }, (_, i) => `${kind}-${i}`.replaceAll(/\W+/g, "-"));
  }
  const [receiver, ...senders] = await makeAccounts(url, count);
  for (const sender of senders) await meetByKey(url, sender, receiver!, 0);
  return [receiver!, ...senders];
}

async function serve({ place, reader: receiver, senders: people }: Setup): Promise<void> {
  const senders = await Promise.all(people.map((person) => Sender.open(place, person)));
  let reader: Reader | null = null;
  const obey = async (order: Order): Promise<unknown> => {
    switch (order.what) {
      case "read":
        reader = await Reader.open(place, receiver!);
        return undefined;
      case "take":
        return reader!.take(order.messages);
      case "close":
        return reader!.close();
      case "send": {
        const from = order.first % senders.length;
        const sending = [...senders.slice(from), ...senders.slice(0, from)].slice(0, order.senders);
        await Promise.all(sending.map((sender) => sender.sendBatches(order.batches)));
        return undefined;
      }
      case "alone":
        return timeAlone(senders[0]!, reader!, order.messages);
    }
  };
  parentPort!.on("message", (order: Order) => {
    void obey(order).then((answer) => parentPort!.postMessage(answer));
  });
  parentPort!.postMessage("ready");
}

async function timeAlone(sender: Sender, reader: Reader, messages: number): Promise<number[]> {
  const times: number[] = [];
  for (let sent = 0; sent < messages; sent += 1) {
    const startedAt = performance.now();
    const stored = sender.sendOne();
    await reader.take(1);
    times.push(performance.now() - startedAt);
    await stored;
  }
  return times;
}

if (!isMainThread) await serve(workerData as Setup);
