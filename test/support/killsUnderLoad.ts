// BOX-6: people write to each other while the server is killed again and again. What it said was stored must
// arrive, once and in order.

import type { MortalServer } from "./mortalServer.ts";
import { expectShownOnce, openTalkers, textsOf, whenTold, write } from "./talkers.ts";

export interface KillsUnderLoad {
  readonly kills: number;
  /** By both together. */
  readonly messages: number;
  /** How many of each side may wait for the server at a time. */
  readonly window?: number;
}

/** Rejects when a message is lost, repeated or out of order. */
export async function writeUnderKills(
  server: MortalServer,
  { kills, messages, window = 24 }: KillsUnderLoad,
): Promise<void> {
  const [a, b] = await openTalkers([server.url]);
  const each = Math.ceil(messages / 2);
  const [ofA, ofB] = [textsOf("a", each), textsOf("b", each)];
  let stored = 0;
  let killed = 0;
  let restarting: Promise<void> = Promise.resolve();
  const failed = Promise.withResolvers<never>();
  /** Evenly among what is stored, so that each kill meets frames under way. */
  const onStored = (): void => {
    stored += 1;
    if (killed >= kills || stored < ((killed + 1) * 2 * each) / (kills + 1)) return;
    killed += 1;
    restarting = restarting.then(() => server.kill());
    restarting.catch(failed.reject);
  };
  const written = Promise.all([
    write(a, b, { texts: ofA, window, onStored }),
    write(b, a, { texts: ofB, window, onStored }),
  ]);
  await Promise.race([written, failed.promise]);
  await restarting;
  await Promise.all([whenTold(a, each), whenTold(b, each)]);
  await expectShownOnce(b, a, ofA, "what Ada wrote");
  await expectShownOnce(a, b, ofB, "what Ben wrote");
}
