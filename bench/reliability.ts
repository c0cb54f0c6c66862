// The promises of BOX-6 in their long form: what the server said it stored is shown once and in order, however
// often it is killed and whatever the network does. Not a measure of speed: it fails, or it does not.

import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { converseInChaos } from "../test/support/chaosConversation.ts";
import { endAll } from "../test/support/endings.ts";
import { writeUnderKills } from "../test/support/killsUnderLoad.ts";
import { MortalServer } from "../test/support/mortalServer.ts";
import { startServer } from "../test/support/serverProcess.ts";
import { answerOf } from "./threads.ts";

/** What clients compute takes most of the time, so that one thread keeps only a few of them busy. */
const THREADS = 3;
/** Sessions at a time, of each thread. */
const LANES = 4;

interface Share {
  readonly url: string;
  /** Of the sessions, each its own. */
  readonly seeds: readonly number[];
}

export async function benchReliability({ quick }: { quick: boolean }): Promise<void> {
  await underKills(quick ? { kills: 3, messages: 300 } : { kills: 50, messages: 20_000 });
  await inChaos(quick ? 20 : 500);
  await endAll();
}

async function underKills(load: { kills: number; messages: number }): Promise<void> {
  const server = await MortalServer.start();
  const begun = performance.now();
  try {
    await writeUnderKills(server, load);
  } finally {
    await server.stop();
  }
  console.log(
    `\n${load.messages} messages both ways under ${server.kills} kill -9 of the server: none lost, none shown twice, all in order (${since(begun)} s)`,
  );
}

async function inChaos(sessions: number): Promise<void> {
  const server = await startServer();
  const begun = performance.now();
  const seed = Math.trunc(performance.timeOrigin) % 1_000_000;
  const seeds = Array.from({ length: sessions }, (_, session) => seed + session);
  const threads = Array.from({ length: THREADS }, (_, thread) => {
    const share: Share = {
      url: server.url,
      seeds: seeds.filter((one) => one % THREADS === thread),
    };
    return new Worker(new URL(import.meta.url), { workerData: share });
  });
  try {
    await Promise.all(threads.map(answerOf));
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
    await server.stop();
  }
  console.log(
    `${sessions} sessions of 40 messages over a network that resets, delays, repeats and falls silent: the same (${since(begun)} s, seed ${seed})`,
  );
}

async function converseAll({ url, seeds }: Share): Promise<void> {
  const left = [...seeds];
  const lane = async (): Promise<void> => {
    for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
      await converseInChaos(url, { messages: 40, seed });
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  parentPort!.postMessage("done");
}

function since(begun: number): string {
  return ((performance.now() - begun) / 1_000).toFixed(0);
}

if (!isMainThread) await converseAll(workerData as Share);
