// PAS-9: two who ask each other at the same time, each with a second tab in which the other's request is answered at
// once: whatever the order, each side meets the other once, in one of its tabs.

import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type Acquaint,
  ConnectionError,
  type Meeting,
  PassphraseError,
  ProblemError,
} from "../../shared/client/node.ts";
import { type Frame, startChaosProxy, type Verdict } from "../support/chaosProxy.ts";
import { IMPATIENT, outcomeOf, watchedStore } from "../support/clients.ts";
import { pseudoRandom } from "../support/pseudoRandom.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";
import { openListener } from "../support/spoken.ts";
import { storedAttempts } from "../support/storedState.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const PAIRS = 12;
const ROUNDS = 6;
const LONGEST_DELAY_MS = 16;

type Chance = () => number;

/**
 * Two tabs of one device, on lines where each frame takes its time. In the second its user answers whatever
 * is shown there, at once.
 */
async function openDevice(name: string, chance: Chance, onPassing: (type: string) => void) {
  const onFrame = async ({ types }: Frame): Promise<Verdict> => {
    const delayMs = chance() * LONGEST_DELAY_MS;
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    for (const type of types) onPassing(type);
    return "pass";
  };
  const { url } = await startChaosProxy(server.url, { onFrame });
  const { store, settled } = watchedStore();
  const first = await openListener(url, { name, store, ports: IMPATIENT });
  const second = await openListener(url, { name, store, ports: IMPATIENT });
  const seen = new Set<string>();
  let words = "";
  let answers: Promise<Meeting | null>[] = [];
  second.on(({ event }) => {
    if (event !== "requests") return;
    for (const { sid } of second.requests.waiting) {
      if (seen.has(sid)) continue;
      seen.add(sid);
      answers.push(unlessTurnedAway(second.requests.answer(sid, words)));
    }
  });
  return {
    first,
    settled,
    /** Another round begins, with other words. */
    begin: (chosen: string): void => {
      words = chosen;
      answers = [];
    },
    /** All that was begun in the second tab. */
    answered: () => Promise.all(answers),
  };
}

type Device = Awaited<ReturnType<typeof openDevice>>;

/** Null where another tab is at it, or was: then nothing was begun. */
async function unlessTurnedAway(begun: Promise<Meeting>): Promise<Meeting | null> {
  try {
    return await begun;
  } catch (error) {
    const isTold = error instanceof ProblemError || error instanceof PassphraseError;
    if (!isTold && !(error instanceof ConnectionError)) throw error;
    return null;
  }
}

/** Answered too late: the request had made way, and nothing was said on it. */
const cameTooLate = ({ events }: Meeting): boolean =>
  events.every(({ event }) => event === "failed") &&
  events.some((event) => event.event === "failed" && event.reason === "timedOut");

const ask = (from: Device, { me: { userId } }: Acquaint, passphrase: string) =>
  unlessTurnedAway(from.first.ask({ to: userId, passphrase }));

/** The other asks at once, when the first request goes out, or when the server has taken it. */
const MOMENTS = [null, "open", "opened"] as const;

test(`PAS-9: in ${PAIRS * ROUNDS} rounds of crossed requests with two tabs on each side each side meets once`, async () => {
  let turned = 0;
  const passed = async (pair: number): Promise<void> => {
    const chance = pseudoRandom(pair + 1);
    let onPassing: (type: string) => void = () => {};
    const passing = (type: string): void => onPassing(type);
    const ada = await openDevice("Ada", chance, passing);
    const ben = await openDevice("Ben", chance, passing);
    for (let round = 0; round < ROUNDS; round++) {
      const words = `crossing number ${round}`;
      const moment = MOMENTS[(pair + round) % MOMENTS.length]!;
      const label = `pair ${pair}, round ${round}, asked at ${moment ?? "once"}`;
      for (const device of [ada, ben]) device.begin(words);
      const go = new Promise<void>((resolve) => {
        if (moment === null) resolve();
        else onPassing = (type) => void (type === moment && resolve());
      });
      const asking = [
        ask(ada, ben.first, words),
        go.then(() => ask(ben, ada.first, words)),
      ] as const;
      const asked = await Promise.all(asking);
      const outcomes = await Promise.all(
        [ada, ben].map(async (device, index) => {
          const own = asked[index]!;
          const ownOutcome = own === null ? [] : [await outcomeOf(own)];
          const others = (await device.answered()).filter((meeting) => meeting !== null);
          const otherOutcomes = await Promise.all(others.map(outcomeOf));
          return [...ownOutcome, ...otherOutcomes.filter((_, at) => !cameTooLate(others[at]!))];
        }),
      );
      expect(outcomes, label).toEqual([["connected"], ["connected"]]);
      await Promise.all([ada.settled(), ben.settled()]);
      turned += asked.filter((one) => one?.role === "responder" && one.asked !== null).length;
    }
  };
  await Promise.all(Array.from({ length: PAIRS }, (_, pair) => passed(pair)));
  expect(turned).toBeGreaterThan(5); // they did cross
  await expect.poll(() => storedAttempts(server.stateDir)).toEqual([]);
});
