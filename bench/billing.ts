// What a run was heard to write and ask, and what that costs at Cloudflare's published prices.

import type { BenchServer } from "./servers.ts";
import { short, tableOf } from "./tables.ts";

/** Dollars per million, beyond what the paid plan includes. */
export const PRICES = {
  rows: 1,
  objectRequests: 0.15,
  workerRequests: 0.3,
  gigabyteSeconds: 12.5,
  cpuMs: 0.02,
  /** Of R2: class A and class B operations. */
  bucketWrites: 4.5,
  bucketReads: 0.36,
};
export const FRAMES_PER_REQUEST = 20;
export const OBJECT_GB = 0.128;
/** What was said last on a socket is heard by then. */
const HEARD_MS = 100;

interface Ledger {
  /** Each by what it was: `kv.put`, `setAlarm`, `sql`. */
  readonly rows: Readonly<Record<string, number>>;
  readonly calls: Readonly<Record<string, number>>;
  readonly bucket: Readonly<Partial<Record<"put" | "list" | "get" | "head", number>>>;
  readonly workerRequests: number;
  readonly frames: number;
  readonly awakeMs: number;
}

export interface Counted {
  readonly ledger: Ledger;
  readonly times: number;
  readonly cpuMs: number;
}

/** @param times how many things the run did */
export async function counted(
  server: BenchServer,
  times: number,
  run: () => Promise<unknown>,
): Promise<Counted> {
  await heard(server);
  const cpuBefore = server.cpuMs();
  await run();
  const cpuMs = server.cpuMs() - cpuBefore;
  return { ledger: await heard(server), times, cpuMs };
}

async function heard({ url }: BenchServer): Promise<Ledger> {
  await new Promise((resolve) => setTimeout(resolve, HEARD_MS));
  return (await (await fetch(`${url}/bench/ledger`)).json()) as Ledger;
}

/** What one of them is billed: a figure each, and dollars for a million. */
export function bill({ ledger, times, cpuMs }: Counted) {
  const sum = (tally: Readonly<Record<string, number>>) =>
    Object.values(tally).reduce((total, n) => total + n, 0);
  const { put = 0, list = 0, get = 0, head = 0 } = ledger.bucket;
  const each = {
    rows: sum(ledger.rows) / times,
    objectRequests: (sum(ledger.calls) + ledger.frames / FRAMES_PER_REQUEST) / times,
    workerRequests: ledger.workerRequests / times,
    gigabyteSeconds: ((ledger.awakeMs / 1_000) * OBJECT_GB) / times,
    cpuMs: cpuMs / times,
    bucketWrites: (put + list) / times,
    bucketReads: (get + head) / times,
  };
  const dollars = (Object.keys(PRICES) as (keyof typeof PRICES)[]).reduce(
    (total, item) => total + each[item] * PRICES[item],
    0,
  );
  return { ...each, dollars };
}

/** @param names what stands in the first column, by the thing */
export function costTable<Thing extends string>(
  names: Readonly<Record<Thing, string>>,
  things: Readonly<Record<NoInfer<Thing>, Counted>>,
): string {
  const rows = (Object.keys(names) as Thing[]).map((thing) => {
    const cost = bill(things[thing]);
    return [
      names[thing],
      ...[cost.rows, cost.objectRequests, cost.workerRequests].map(short),
      ...[cost.cpuMs, cost.gigabyteSeconds * 1_000_000].map(short),
      `$${cost.dollars.toFixed(2)}`,
    ];
  });
  const header = ["each", "rows", "object requests", "Worker requests", "CPU ms"];
  return tableOf([...header, "GB-s a million", "a million"], rows);
}

/** What one of them did, by name. */
export function listOf(tally: Readonly<Record<string, number>>, times: number): string {
  return Object.entries(tally)
    .filter(([, n]) => n > 0)
    .map(([name, n]) => `${short(n / times)} ${name}`)
    .join(", ");
}
