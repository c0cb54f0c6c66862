// The promises of BOX-6 in their long form: what the server said it stored is shown once and in order, however
// often it is killed and whatever the network does. Not a measure of speed: it fails, or it does not.

import { converseInChaos } from "../test/support/chaosConversation.ts";
import { endAll } from "../test/support/endings.ts";
import { writeUnderKills } from "../test/support/killsUnderLoad.ts";
import { MortalServer } from "../test/support/mortalServer.ts";
import { startServer } from "../test/support/serverProcess.ts";

const LANES = 10;

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
  let next = 0;
  const lane = async () => {
    for (let session = next++; session < sessions; session = next++) {
      await converseInChaos(server.url, { messages: 40, seed: seed + session });
    }
  };
  try {
    await Promise.all(Array.from({ length: LANES }, lane));
  } finally {
    await server.stop();
  }
  console.log(
    `${sessions} sessions of 40 messages over a network that resets, delays, repeats and falls silent: the same (${since(begun)} s, seed ${seed})`,
  );
}

function since(begun: number): string {
  return ((performance.now() - begun) / 1_000).toFixed(0);
}
