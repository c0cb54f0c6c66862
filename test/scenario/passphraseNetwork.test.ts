// PAS-3 and PAS-5 on a bad network: whatever is cut, on the attempt's line or the mailbox's, both sides of a
// meeting by passphrase come back with the same bytes, and end alike.

import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type ChaosProxy,
  type Frame,
  startChaosProxy,
  type Verdict,
} from "../support/chaosProxy.ts";
import { IMPATIENT, watchedStore } from "../support/clients.ts";
import { pseudoRandom } from "../support/pseudoRandom.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";
import {
  askAndAnswer,
  BOTH_CONNECTED,
  listedReceipts,
  openListener,
  outcomesOf,
} from "../support/spoken.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const PASSPHRASE = "come wind or weather";
const nameOf = ({ side, types }: Frame) => `${side} ${types.join(" ")}`;

type Rule = (frame: Frame) => Verdict;

/** A meeting of two, each behind a network of its own; resolves with its receipt. */
async function meetOver(
  rules: readonly [Rule, Rule],
  way: "directed" | "open",
  label: string,
): Promise<string> {
  const sides = await Promise.all(
    rules.map(async (onFrame, index) => {
      const proxy = await startChaosProxy(server.url, { onFrame });
      const { store, settled } = watchedStore();
      const name = `Side ${index}`;
      const client = await openListener(proxy.url, { name, store, ports: IMPATIENT });
      return { proxy, client, settled };
    }),
  );
  const [ada, ben] = sides.map(({ client }) => client) as [Client, Client];
  let meetings;
  if (way === "directed") meetings = await askAndAnswer(ada, ben, PASSPHRASE);
  else {
    const asked = await ada.ask({ passphrase: PASSPHRASE });
    meetings = [asked, await ben.enterPassphrase(asked.asked!.locator, PASSPHRASE)];
  }
  expect(await outcomesOf(meetings), label).toEqual(BOTH_CONNECTED);
  await Promise.all(sides.map(({ settled }) => settled()));
  const lists = await Promise.all([ada.contacts.list(), ben.contacts.list()]);
  const receipts = lists.flatMap((list) => list.map(({ receiptHash }) => receiptHash));
  expect(receipts, label).toHaveLength(2);
  expect(receipts[0], label).toBe(receipts[1]);
  expect([...ada.requests.waiting, ...ben.requests.waiting], label).toEqual([]);
  for (const { proxy } of sides) expectSameBytes(proxy, label);
  return receipts[0]!;
}
type Client = Awaited<ReturnType<typeof openListener>>;

/** What was said again was the same to the byte. */
function expectSameBytes(proxy: ChaosProxy, label: string): void {
  for (const type of ["claim", "answer"]) {
    const said = proxy.frames.filter(({ side, types }) => side === "up" && types.includes(type));
    expect(new Set(said.map(({ text }) => text)).size, label).toBeLessThanOrEqual(1);
  }
}

test("PAS-5: 30 meetings by passphrase over connections that are cut at random connect on both sides", async () => {
  const seed = Date.now() % 1_000_000;
  const chance = pseudoRandom(seed);
  const chaos: Rule = ({ connection }) => {
    const dice = chance();
    if (connection > 14) return "pass"; // enough is enough
    return dice < 0.12 ? "cut" : dice < 0.24 ? "passAndCut" : "pass";
  };
  const receipts: string[] = [];
  for (let round = 0; round < 3; round++) {
    const met = await Promise.all(
      Array.from({ length: 10 }, (_, lane) =>
        meetOver([chaos, chaos], lane % 2 === 0 ? "directed" : "open", `seed ${seed}`),
      ),
    );
    receipts.push(...met);
  }
  const listed = listedReceipts(server.stateDir);
  expect(receipts.map((receipt) => listed.get(receipt))).toEqual(Array<number>(30).fill(2));
});

test.each([0, 1])(
  "PAS-5: every connection of one side (%i), cut after each single frame, still leads to both contacts",
  async (victim) => {
    const seen = new Set<string>();
    const cutting: Rule = (frame) => {
      if (seen.has(nameOf(frame))) return "pass";
      seen.add(nameOf(frame));
      return "passAndCut";
    };
    const steady: Rule = () => "pass";
    await meetOver(victim === 0 ? [cutting, steady] : [steady, cutting], "directed", "each frame");
    expect([...seen].join()).toMatch(victim === 0 ? /down \S*\s?claim/ : /down request/);
    expect(seen.size).toBeGreaterThan(6);
  },
);
