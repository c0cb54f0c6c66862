// BOX-6 on a bad network: two people write to each other while frames are lost, repeated and held back, connections
// are reset, fall silent or are left behind, and requests fail before or after the server has seen them.

import type { Ports } from "../../shared/client/node.ts";
import { type Frame, type Rules, startChaosProxy, type Verdict } from "./chaosProxy.ts";
import { IMPATIENT } from "./clients.ts";
import { asPart } from "./endings.ts";
import { pseudoRandom } from "./pseudoRandom.ts";
import { expectShownOnce, openTalkers, textsOf, whenSo, whenTold, write } from "./talkers.ts";

/** Of shared/client/liveSocket.ts. */
const KEEP_ALIVE_MS = 25_000;
/** In its place, so that silence is noticed within a test, and a busy machine is not taken for it. */
const SOON_MS = 500;
/** How many frames and requests of a session may come to harm; then the network is sound. */
const MISFORTUNES = 40;
const DELAY_MAX_MS = 15;

const ATTENTIVE: Partial<Ports> = {
  ...IMPATIENT,
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs === KEEP_ALIVE_MS ? SOON_MS : delayMs);
    return () => clearTimeout(timer);
  },
};

/** Of many accounts that one network makes, the server asks ever more work. */
function portsAt(seed: number): Partial<Ports> {
  const address = `10.${(seed >> 16) & 255}.${(seed >> 8) & 255}.${seed & 255}`;
  const fetchThence: Ports["fetch"] = (url, init) =>
    fetch(url, { ...init, headers: { ...init.headers, "cf-connecting-ip": address } });
  return { ...ATTENTIVE, fetch: fetchThence };
}

export interface Session {
  /** Of each of the two. */
  readonly messages: number;
  /** Of what befalls them. */
  readonly seed: number;
}

/**
 * One session of two over a network of their own. Rejects when a message is lost, repeated or out of order, or
 * when something stays in an outbox.
 */
export function converseInChaos(url: string, session: Session): Promise<void> {
  return asPart(() => converse(url, session));
}

async function converse(url: string, { messages, seed }: Session): Promise<void> {
  const chance = pseudoRandom(seed);
  let left = 0;
  const proxies = [
    await startChaosProxy(
      url,
      rulesOf(chance, () => left-- > 0),
    ),
    await startChaosProxy(
      url,
      rulesOf(chance, () => left-- > 0),
    ),
  ] as const;
  const options = { ports: portsAt(seed) };
  const [a, b] = await openTalkers([proxies[0].url, proxies[1].url], [options, options]);
  left = MISFORTUNES;
  const [ofA, ofB] = [textsOf("a", messages), textsOf("b", messages)];
  await Promise.all([
    write(a, b, { texts: ofA, window: 3 }),
    write(b, a, { texts: ofB, window: 3 }),
    whenTold(a, messages),
    whenTold(b, messages),
  ]);
  left = 0;
  await expectShownOnce(b, a, ofA, `seed ${seed}`);
  await expectShownOnce(a, b, ofB, `seed ${seed}`);
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    await one.client.messages.settled(other.client.me.userId);
    const { messages: own } = one.client;
    const isConfirmed = async (): Promise<boolean> => {
      const shown = await own.page(other.client.me.userId, { limit: 2 * messages });
      return shown.every(({ author, state }) => author === "peer" || state === "delivered");
    };
    await whenSo(one.client, isConfirmed);
  }
  await Promise.all([a.client.close(), b.client.close()]);
}

function rulesOf(chance: () => number, isHarmed: () => boolean): Rules {
  const later = (): Promise<void> =>
    new Promise((resolve) => setTimeout(resolve, chance() * DELAY_MAX_MS));
  return {
    onFrame: async (frame): Promise<Verdict> => {
      const dice = chance();
      if (dice >= 0.3 || !isHarmed()) return "pass";
      if (dice < 0.04) return "cut";
      if (dice < 0.08) return "passAndCut";
      if (dice < 0.1) return "stall";
      if (dice < 0.14) return "orphan";
      if (dice < 0.19) return twice(frame);
      await later();
      return "pass";
    },
    onRequest: () => {
      const dice = chance();
      if (dice >= 0.2 || !isHarmed()) return "pass";
      return dice < 0.1 ? "cut" : "cutAfter";
    },
  };
}

/** What is said of envelopes comes twice. A frame without messages is a keep-alive. */
function twice({ messages, types }: Frame): Verdict {
  const isOfLine = types.some((type) => ["send", "envelopes", "stored", "received"].includes(type));
  return isOfLine ? { replace: [...messages, ...messages] } : "pass";
}
