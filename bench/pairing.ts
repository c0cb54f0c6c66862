// Pairings a second and the latency of a lone one, against the raw object on the same disk in the same run.

import { availableParallelism, tmpdir } from "node:os";
import { withStateFolder } from "./folders.ts";
import { type ClientKind, Load } from "./load.ts";
import { type BenchServer, startServer } from "./servers.ts";
import { median, short, tableOf } from "./tables.ts";

const RAW: readonly ClientKind[] = ["posts", "posts and a row", "exchange"];
const KINDS: readonly ClientKind[] = [
  ...RAW,
  "product",
  "product, asked by passphrase",
  "product, 64 KiB cards",
  "SDK",
];
/** Pairings at a time, and how many are measured. */
const FULL = { rounds: 5, count: 360, alone: 40, inFlight: 48 };
const SMOKE = { rounds: 1, count: 24, alone: 5, inFlight: 12 };

interface Figures {
  readonly perSecond: number[];
  readonly cpuMs: number[];
  readonly knownMs: number[];
  readonly committedMs: number[];
}

export async function benchPairing({ quick }: { quick: boolean }): Promise<void> {
  for (const [disk, folder] of [
    ["disk", tmpdir()],
    ["RAM disk", "/dev/shm"],
  ] as const) {
    print(disk, await withStateFolder(folder, (stateDir) => measure(stateDir, quick)));
  }
  console.log(`
Context, measured elsewhere: magic-wormhole's mailbox server does 19 pairings/s on disk, 153 on a RAM disk.
"known": both clients know. "stored": and both mailboxes have the contact, as both were told.
Frames of "product" are built beforehand, so that it shows the server; "SDK" is two real clients, whose
CPace and signatures share these cores with the server.`);
}

async function measure(stateDir: string, quick: boolean): Promise<Map<ClientKind, Figures>> {
  const size = quick ? SMOKE : FULL;
  const raw = await startServer("raw", stateDir);
  const product = await startServer("product", stateDir);
  const serverOf = (kind: ClientKind): BenchServer => (RAW.includes(kind) ? raw : product);
  const threads = Math.max(1, Math.min(3, availableParallelism() - 1));
  const people = 2 * Math.ceil(size.inFlight / threads) + 8;
  const loads = new Map<ClientKind, Load>();
  const figures = new Map<ClientKind, Figures>();
  try {
    for (const kind of KINDS) {
      const load = await Load.start(kind, serverOf(kind).url, { threads, people });
      loads.set(kind, load);
      figures.set(kind, { perSecond: [], cpuMs: [], knownMs: [], committedMs: [] });
      await load.run(size);
    }
    for (let round = 0; round < size.rounds; round += 1) {
      for (const kind of KINDS) {
        await measureOnce(loads.get(kind)!, serverOf(kind), size, figures.get(kind)!);
      }
    }
  } finally {
    for (const load of loads.values()) await load.stop();
    await raw.stop();
    await product.stop();
  }
  return figures;
}

async function measureOnce(
  load: Load,
  server: BenchServer,
  { count, alone, inFlight }: typeof FULL,
  { perSecond, cpuMs, knownMs, committedMs }: Figures,
): Promise<void> {
  const cpuBefore = server.cpuMs();
  const { seconds, pairings } = await load.run({ count, inFlight });
  perSecond.push(pairings.length / seconds);
  cpuMs.push((server.cpuMs() - cpuBefore) / pairings.length);
  const lone = await load.run({ count: alone, inFlight: 1 });
  knownMs.push(median(lone.pairings.map((timed) => timed.knownMs)));
  committedMs.push(median(lone.pairings.map((timed) => timed.committedMs)));
}

function print(disk: string, figures: ReadonlyMap<ClientKind, Figures>): void {
  const exchange = figures.get("exchange")!;
  const rows = [...figures].map(([kind, { perSecond, cpuMs, knownMs, committedMs }]) => [
    RAW.includes(kind) ? `raw: ${kind}` : kind,
    short(median(perSecond)),
    short(median(perSecond) / median(exchange.perSecond)),
    short(median(cpuMs)),
    short(median(knownMs)),
    short(median(knownMs) - median(exchange.knownMs)),
    short(median(committedMs)),
  ]);
  const header = [
    `pairing, ${disk}`,
    "per second",
    "x raw exchange",
    "server CPU ms",
    "alone, known ms",
    "beyond raw ms",
    "alone, stored ms",
  ];
  console.log(`\n${tableOf(header, rows)}`);
}
