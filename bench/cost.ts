// What a pairing, an account and an idle device cost at published prices, from what a run was heard to
// write and ask. Writes docs/cost.md.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../scripts/paths.ts";
import { type BenchAccount, newIdentity, register, signIn } from "./accounts.ts";
import {
  connect,
  framesWith,
  holdLine,
  lineOf,
  meetByKey,
  meetByPassphrase,
  openAttempt,
} from "./clients.ts";
import { withStateFolder } from "./folders.ts";
import { type BenchServer, startServer } from "./servers.ts";
import { short, tableOf } from "./tables.ts";

/** Dollars per million, beyond what the paid plan includes. */
const PRICES = {
  rows: 1,
  objectRequests: 0.15,
  workerRequests: 0.3,
  gigabyteSeconds: 12.5,
  cpuMs: 0.02,
};
const FRAMES_PER_REQUEST = 20;
const OBJECT_GB = 0.128;
const PING_SECONDS = 25;
const DAYS = 30;

interface Ledger {
  /** Each by what it was: `kv.put`, `setAlarm`, `sql`. */
  readonly rows: Readonly<Record<string, number>>;
  readonly calls: Readonly<Record<string, number>>;
  readonly workerRequests: number;
  readonly frames: number;
  readonly awakeMs: number;
}

interface Counted {
  readonly ledger: Ledger;
  readonly times: number;
  readonly cpuMs: number;
}

export async function benchCost({ quick }: { quick: boolean }): Promise<void> {
  const times = quick ? 20 : 200;
  const counted = await withStateFolder("/dev/shm", async (stateDir) => {
    const server = await startServer("counting", stateDir);
    try {
      return await countAll(server, times);
    } finally {
      await server.stop();
    }
  });
  const document = documentOf(counted);
  console.log(`\n${document}`);
  if (!quick) writeFileSync(join(ROOT, "docs/cost.md"), document);
}

type Things = Readonly<
  Record<"account" | "session" | "line" | "pairing" | "asked" | "mismatch", Counted>
>;

async function countAll(server: BenchServer, times: number): Promise<Things> {
  const { url } = server;
  const identities = Array.from({ length: times + 1 }, (_, index) => newIdentity(index));
  const accounts: BenchAccount[] = [];
  const count = async (thing: (index: number) => Promise<unknown>): Promise<Counted> => {
    await fetch(`${url}/bench/ledger`);
    const cpuBefore = server.cpuMs();
    for (let index = 0; index < times; index += 1) await thing(index);
    const cpuMs = server.cpuMs() - cpuBefore;
    const ledger = (await (await fetch(`${url}/bench/ledger`)).json()) as Ledger;
    return { ledger, times, cpuMs };
  };
  const next = (index: number): BenchAccount => accounts[(index + 1) % accounts.length]!;
  return {
    account: await count((index) => register(url, identities[index]!)),
    session: await count(async (index) => accounts.push(await signIn(url, identities[index]!))),
    line: await count(async (index) => (await holdLine(url, accounts[index]!)).close()),
    pairing: await count((index) => meetByKey(url, accounts[index]!, next(index), 0)),
    asked: await countAsked(url, accounts, count, next),
    mismatch: await count((index) => guessWrong(url, accounts[index]!, next(index))),
  };
}

/** The lines of those who are asked are opened beforehand: they have a row of their own. */
async function countAsked(
  url: string,
  accounts: readonly BenchAccount[],
  count: (thing: (index: number) => Promise<unknown>) => Promise<Counted>,
  next: (index: number) => BenchAccount,
): Promise<Counted> {
  for (const account of accounts) await lineOf(url, account);
  return count((index) => meetByPassphrase(url, accounts[index]!, next(index), 0));
}

async function guessWrong(url: string, a: BenchAccount, b: BenchAccount): Promise<void> {
  const frames = framesWith(0);
  const { initiator, locator } = await openAttempt(url, a, frames.open);
  const { socket: responder } = await connect(url, b, { purpose: "claim", locator, method: "key" });
  await responder.next("offer");
  responder.send(frames.claim);
  await initiator.next("claim");
  initiator.send(frames.refusal);
  const sockets = [initiator, responder];
  await Promise.all(sockets.map((socket) => socket.next("ended")));
  for (const socket of sockets) socket.send([{ type: "acknowledge" }]);
  await Promise.all(sockets.map((socket) => socket.next("acknowledged")));
  for (const socket of sockets) socket.close();
}

/** What one of them is billed: a figure each, and dollars for a million. */
function bill({ ledger, times, cpuMs }: Counted) {
  const sum = (tally: Readonly<Record<string, number>>) =>
    Object.values(tally).reduce((total, n) => total + n, 0);
  const each = {
    rows: sum(ledger.rows) / times,
    objectRequests: (sum(ledger.calls) + ledger.frames / FRAMES_PER_REQUEST) / times,
    workerRequests: ledger.workerRequests / times,
    gigabyteSeconds: ((ledger.awakeMs / 1_000) * OBJECT_GB) / times,
    cpuMs: cpuMs / times,
  };
  const dollars = (Object.keys(PRICES) as (keyof typeof PRICES)[]).reduce(
    (total, item) => total + each[item] * PRICES[item],
    0,
  );
  return { ...each, dollars };
}

function documentOf(things: Things): string {
  const names = {
    pairing: "a pairing by key, contacts stored on both sides",
    asked: "a pairing by passphrase, asked of an account",
    mismatch: "a wrong guess, counted against the one who made it",
    account: "a new account",
    session: "a session (15 minutes)",
    line: "a mailbox socket, opened",
  } as const;
  const rows = (Object.keys(names) as (keyof typeof names)[]).map((thing) => {
    const cost = bill(things[thing]);
    return [
      names[thing],
      ...[cost.rows, cost.objectRequests, cost.workerRequests].map(short),
      ...[cost.cpuMs, cost.gigabyteSeconds * 1_000_000].map(short),
      `$${cost.dollars.toFixed(2)}`,
    ];
  });
  const header = ["each", "rows", "object requests", "Worker requests", "CPU ms"];
  header.push("GB-s a million", "a million");
  const { ledger, times } = things.pairing;
  const asked = things.asked.ledger;
  const daily = bill(things.session).dollars + bill(things.line).dollars;
  const pings = ((DAYS * 86_400) / PING_SECONDS / FRAMES_PER_REQUEST) * PRICES.objectRequests;
  return `# What it costs

Generated by \`npm run bench -- cost\`, which counts what ${times} runs of each write and ask; nothing is
estimated but where it says so. Prices are Cloudflare's published ones beyond the paid plan's
allowances, in dollars per million: rows written $${PRICES.rows.toFixed(2)}, requests to Durable Objects $${PRICES.objectRequests}
(${FRAMES_PER_REQUEST} incoming socket messages are one), requests to the Worker $${PRICES.workerRequests.toFixed(2)}, GB-seconds $${PRICES.gigabyteSeconds.toFixed(2)},
CPU milliseconds $${PRICES.cpuMs}.

${tableOf(header, rows)}

A put, a delete, a \`setAlarm\` and a \`deleteAll\` are a row each, as workerd counts them; SQL tells its own.
A pairing's rows by key: ${listOf(ledger.rows, times)};
by passphrase, asked of an account: ${listOf(asked.rows, times)}.
Its requests to objects by key: ${listOf(ledger.calls, times)}; and ${short(ledger.frames / times)} frames;
by passphrase: ${listOf(asked.calls, times)}; and ${short(asked.frames / times)} frames.

- CPU is all that workerd used, the objects' own part included, which production bills as duration
  instead: an upper bound.
- GB-seconds are counted on one machine, where objects lie next to each other. For every 100 ms that an
  attempt waits for mailboxes far away, a million pairings cost $${(0.1 * OBJECT_GB * PRICES.gigabyteSeconds).toFixed(2)} more. While people think,
  the attempt hibernates and costs nothing.
- A mismatch that repeats is slowed down by the account's back-off and by proof of work.

## Idle users, a month

An account that is idle costs its storage: no row is written and no object wakes. A device that holds
its mailbox socket lets the mailbox hibernate, so that no duration is billed. If it reconnects once a
day, with a fresh session, a million devices cost $${short(daily * DAYS)} a month. Its pings (one in ${PING_SECONDS} s) are answered
without waking the object; should they be billed as the incoming messages that they are, that is
$${short(pings)} a month for a million devices that never sleep.
`;
}

function listOf(tally: Readonly<Record<string, number>>, times: number): string {
  return Object.entries(tally)
    .filter(([, n]) => n > 0)
    .map(([name, n]) => `${short(n / times)} ${name}`)
    .join(", ");
}
