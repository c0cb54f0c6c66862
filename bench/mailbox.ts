// Messages that a mailbox stores and acknowledges in a second, and how long a lone one takes, against raw objects
// on the same disk in the same run.

import { tmpdir } from "node:os";
import { withStateFolder } from "./folders.ts";
import { BATCH, MAILBOX_KINDS, type MailboxKind } from "./mailboxClients.ts";
import { MailboxLoad } from "./mailboxLoad.ts";
import { type BenchServer, startServer } from "./servers.ts";
import { median, quantile, short, tableOf } from "./tables.ts";

interface Shape {
  readonly name: string;
  /** At a time. */
  readonly senders: number;
  /** Of each sender. */
  readonly batches: number;
  /** How often so many senders send so much, one turn after another. */
  readonly turns: number;
  readonly isOnline: boolean;
}

/** `alone`: messages that are sent one by one. */
interface Size {
  readonly rounds: number;
  readonly senders: number;
  readonly alone: number;
  readonly shapes: readonly Shape[];
}

const FULL: Size = { rounds: 5, senders: 50, alone: 200, shapes: shapesOf(50, 50, 10) };
const SMOKE: Size = { rounds: 1, senders: 6, alone: 20, shapes: shapesOf(6, 10, 5) };
/** Threads that send; the reader has one of its own. */
const THREADS = 2;

/** A sender has at most 1,000 messages at once (SEND_BURST), so four take turns where one sends at a time. */
function shapesOf(many: number, batchesAlone: number, batchesOfMany: number): Shape[] {
  return [true, false].flatMap((isOnline) => {
    const where = isOnline ? "online" : "offline";
    return [
      { name: `1 sender, ${where}`, senders: 1, batches: batchesAlone, turns: 4, isOnline },
      {
        name: `${many} senders, ${where}`,
        senders: many,
        batches: batchesOfMany,
        turns: 1,
        isOnline,
      },
    ];
  });
}

const messagesOf = ({ senders, batches, turns }: Shape): number =>
  senders * batches * turns * BATCH;

interface Figures {
  /** By the shape's name, a figure for each round. */
  readonly perSecond: Record<string, number[]>;
  readonly cpuMs: Record<string, number[]>;
  readonly p50: number[];
  readonly p95: number[];
}

const noFigures = (): Figures => ({ perSecond: {}, cpuMs: {}, p50: [], p95: [] });

type AllFigures = ReadonlyMap<MailboxKind, Figures>;

export async function benchMailbox({ quick }: { quick: boolean }): Promise<void> {
  const size = quick ? SMOKE : FULL;
  for (const [disk, folder] of [
    ["disk", tmpdir()],
    ["RAM disk", "/dev/shm"],
  ] as const) {
    const figures = await withStateFolder(folder, (stateDir) => measure(stateDir, size));
    console.log(`\n${throughputTable(disk, size, figures)}`);
    console.log(`\n${latencyTable(disk, figures)}`);
  }
  console.log(`
Messages of 200 bytes to one mailbox, ${BATCH} in a frame, the next frame of a sender once the last one is stored.
The time runs until every sender knows that all is stored and, "online", the reader has got all and confirmed what
came before. "raw" inserts as the mailbox does: a row a message, all of a turn behind one timer and in one commit;
"one hop" has the senders' sockets itself, "two hops" has one object of each sender in between, as the product has
the sender's own mailbox. "behind a raw hop" is the receiver's mailbox alone, with that raw object in between: it is
to reach 0.9 of two hops. All objects of a server share one core. x: the median of the rounds' ratios.
"alone": from the sending of one message to its coming, both clients in one thread.`);
}

async function measure(stateDir: string, size: Size): Promise<AllFigures> {
  const raw = await startServer("raw", stateDir);
  const product = await startServer("product", stateDir);
  const relayed = await startServer("relayed", stateDir);
  const serverOf = (kind: MailboxKind): BenchServer => {
    if (kind.startsWith("raw")) return raw;
    return kind === "product behind a raw hop" ? relayed : product;
  };
  const loads = new Map<MailboxKind, MailboxLoad>();
  const figures = new Map<MailboxKind, Figures>();
  try {
    for (const kind of MAILBOX_KINDS) {
      const options = { threads: THREADS, senders: size.senders };
      loads.set(kind, await MailboxLoad.start(kind, serverOf(kind).url, options));
      figures.set(kind, noFigures());
    }
    for (let round = 0; round <= size.rounds; round += 1) {
      // The first round is not counted: the code is only just being compiled.
      const figuresOf = (kind: MailboxKind) => (round === 0 ? noFigures() : figures.get(kind)!);
      for (const shape of size.shapes) {
        for (const [kind, load] of loads) {
          await measureOnce(load, serverOf(kind), size, shape, figuresOf(kind));
        }
      }
      for (const [kind, load] of loads) await measureAlone(load, size.alone, figuresOf(kind));
    }
  } finally {
    for (const load of loads.values()) await load.stop();
    await raw.stop();
    await product.stop();
    await relayed.stop();
  }
  return figures;
}

async function measureOnce(
  load: MailboxLoad,
  server: BenchServer,
  size: Size,
  shape: Shape,
  { perSecond, cpuMs }: Figures,
): Promise<void> {
  const { name, senders, batches, turns, isOnline } = shape;
  const messages = messagesOf(shape);
  const warmUp = size.senders * BATCH;
  if (isOnline) await load.read();
  await load.send(size.senders, 1); // wakes every object
  if (isOnline) await load.take(warmUp);
  const cpuBefore = server.cpuMs();
  const startedAt = performance.now();
  for (let turn = 0; turn < turns; turn += 1) await load.send(senders, batches);
  if (isOnline) await load.take(messages);
  const seconds = (performance.now() - startedAt) / 1_000;
  (perSecond[name] ??= []).push(messages / seconds);
  (cpuMs[name] ??= []).push(server.cpuMs() - cpuBefore);
  if (!isOnline) {
    await load.read();
    await load.take(warmUp + messages);
  }
  await load.closeReader();
}

async function measureAlone(
  load: MailboxLoad,
  messages: number,
  { p50, p95 }: Figures,
): Promise<void> {
  await load.read();
  await load.alone(Math.ceil(messages / 10));
  const times = await load.alone(messages);
  p50.push(median(times));
  p95.push(quantile(times, 0.95));
  await load.closeReader();
}

function throughputTable(disk: string, { shapes }: Size, figures: AllFigures): string {
  const header = [`mailbox, ${disk}`, "", "per second", "x one hop", "x two hops"];
  const rows = shapes.flatMap((shape) =>
    [...figures].map(([kind, { perSecond, cpuMs }], index) => [
      index === 0 ? shape.name : "",
      kind,
      short(median(perSecond[shape.name]!)),
      ...(["raw, one hop", "raw, two hops"] as const).map((raw) =>
        short(medianRatio(perSecond[shape.name]!, figures.get(raw)!.perSecond[shape.name]!)),
      ),
      short((median(cpuMs[shape.name]!) / messagesOf(shape)) * 1_000),
    ]),
  );
  return tableOf([...header, "server CPU us each"], rows);
}

function latencyTable(disk: string, figures: AllFigures): string {
  const raw = figures.get("raw, two hops")!;
  const rows = [...figures].map(([kind, { p50, p95 }]) => [
    kind,
    short(median(p50)),
    short(median(p95)),
    short(median(p50) - median(raw.p50)),
  ]);
  return tableOf([`alone, ${disk}`, "p50 ms", "p95 ms", "p50 beyond two hops ms"], rows);
}

function medianRatio(values: readonly number[], others: readonly number[]): number {
  return median(values.map((value, round) => value / others[round]!));
}
