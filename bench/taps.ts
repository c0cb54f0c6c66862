// Taps a second and the latency of a lone one, against raw objects that take one POST and write the same rows, on the
// same disk in the same run; and how large what travels is.

import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { fromBase64Url } from "../shared/core/crypto/bytes.ts";
import { ticketUrl } from "../shared/core/tap/links.ts";
import { TAP_MAX_PEERS } from "../shared/wire/limits.ts";
import { post } from "./clients.ts";
import { withStateFolder } from "./folders.ts";
import { type BenchServer, startServer } from "./servers.ts";
import { median, short, tableOf } from "./tables.ts";
import {
  makePhones,
  type Phone,
  Strangers,
  submissionOf,
  submit,
  ticketOf,
  touchOf,
} from "./tapClients.ts";

const WORKLOADS = ["one peer", "two, crossed", `${TAP_MAX_PEERS} peers at once`] as const;
type Workload = (typeof WORKLOADS)[number];
const WAYS = ["raw, one object", "raw, an object each", "product"] as const;
type Way = (typeof WAYS)[number];

/** How many are measured, at a time and alone; a turn is a touch, a crossing or a crowd. */
const FULL = { rounds: 5, phones: 192, alone: 30, crowdsAlone: 8, turns: 240, crowds: 12 };
const SMOKE = { rounds: 1, phones: 128, alone: 5, crowdsAlone: 2, turns: 48, crowds: 2 };
const IN_FLIGHT = 48;
const CROWDS_IN_FLIGHT = 4;

type Size = typeof FULL;

interface Figures {
  readonly perSecond: number[];
  readonly cpuMs: number[];
  readonly aloneMs: number[];
}

/** Of what is sent together; built beforehand, and timed until the last is answered. */
interface Turn {
  readonly outcomes: number;
  readonly run: () => Promise<unknown>;
}

export async function benchTaps({ quick }: { quick: boolean }): Promise<void> {
  const size = quick ? SMOKE : FULL;
  let sizes = "";
  for (const [disk, folder] of [
    ["disk", tmpdir()],
    ["RAM disk", "/dev/shm"],
  ] as const) {
    const measured = await withStateFolder(folder, (stateDir) => measure(stateDir, size));
    sizes = measured.sizes;
    print(disk, measured.figures);
  }
  console.log(`
"each" is an outcome: one ticket, answered. A crossing is two submissions at once, each of the other's ticket.
Raw objects look at no signature and ask nobody first. "one object" writes all rows itself; "an object each" has each
person's rows written by an object that is theirs, as mailboxes do.

${sizes}`);
}

async function measure(stateDir: string, size: Size) {
  const raw = await startServer("raw", stateDir);
  const product = await startServer("product", stateDir);
  const figures = new Map<string, Figures>();
  try {
    const phones = await makePhones(product.url, size.phones);
    const strangers = new Strangers(phones, TAP_MAX_PEERS);
    const turnsOf = (way: Way, workload: Workload, count: number): Turn[] =>
      Array.from({ length: count }, () =>
        way === "product"
          ? productTurn(product.url, strangers, workload)
          : rawTurn(raw.url, phones, workload, way === "raw, an object each"),
      );
    // The first round is to warm up.
    for (let round = 0; round <= size.rounds; round += 1) {
      for (const workload of WORKLOADS) {
        for (const way of WAYS) {
          const server = way === "product" ? product : raw;
          const make = (count: number) => turnsOf(way, workload, count);
          const measured = await measureOnce(server, make, workload, size);
          if (round > 0) record(figures, `${workload}: ${way}`, measured);
        }
      }
    }
    return { figures, sizes: await sizesOf(product.url, strangers) };
  } finally {
    await raw.stop();
    await product.stop();
  }
}

async function measureOnce(
  server: BenchServer,
  make: (count: number) => Turn[],
  workload: Workload,
  { turns, crowds, alone, crowdsAlone }: Size,
) {
  const isCrowd = workload === WORKLOADS[2];
  const crossings = workload === WORKLOADS[1] ? 2 : 1;
  const many = make(isCrowd ? crowds : turns / crossings);
  const outcomes = many.reduce((sum, turn) => sum + turn.outcomes, 0);
  const cpuBefore = server.cpuMs();
  const startedAt = performance.now();
  await runAll(many, isCrowd ? CROWDS_IN_FLIGHT : IN_FLIGHT / crossings);
  const seconds = (performance.now() - startedAt) / 1_000;
  const cpuMs = (server.cpuMs() - cpuBefore) / outcomes;
  const times: number[] = [];
  for (const turn of make(isCrowd ? crowdsAlone : alone)) {
    const aloneSince = performance.now();
    await turn.run();
    times.push(performance.now() - aloneSince);
  }
  return { perSecond: outcomes / seconds, cpuMs, aloneMs: median(times) };
}

async function runAll(turns: readonly Turn[], inFlight: number): Promise<void> {
  const left = [...turns];
  const work = async (): Promise<void> => {
    for (let turn = left.pop(); turn !== undefined; turn = left.pop()) await turn.run();
  };
  await Promise.all(Array.from({ length: inFlight }, work));
}

function record(
  figures: Map<string, Figures>,
  name: string,
  { perSecond, cpuMs, aloneMs }: { perSecond: number; cpuMs: number; aloneMs: number },
): void {
  const known = figures.get(name) ?? { perSecond: [], cpuMs: [], aloneMs: [] };
  known.perSecond.push(perSecond);
  known.cpuMs.push(cpuMs);
  known.aloneMs.push(aloneMs);
  figures.set(name, known);
}

function productTurn(url: string, strangers: Strangers, workload: Workload): Turn {
  if (workload === WORKLOADS[2]) {
    const { by, peers } = strangers.crowd();
    const touch = touchOf(by, peers);
    return { outcomes: peers.length, run: () => submit(url, touch) };
  }
  const [a, b] = strangers.pair();
  const touches =
    workload === WORKLOADS[0] ? [touchOf(a, [b])] : [touchOf(a, [b]), touchOf(b, [a])];
  return {
    outcomes: touches.length,
    run: () => Promise.all(touches.map((touch) => submit(url, touch))),
  };
}

let rawTouches = 0;

/** As many bytes of a ticket and a signature as the product takes. */
function rawTurn(
  url: string,
  phones: readonly Phone[],
  workload: Workload,
  isSpread: boolean,
): Turn {
  const count = workload === WORKLOADS[2] ? TAP_MAX_PEERS : 1;
  const touches = Array.from({ length: workload === WORKLOADS[1] ? 2 : 1 }, () => {
    rawTouches += 1;
    const nameOf = (index: number) => phones[index % phones.length]!.userId;
    const people = Array.from({ length: count }, (_, i) => ({
      name: nameOf(rawTouches + 1 + i),
      ticket: randomBytes(259).toString("base64url"),
      signature: randomBytes(64).toString("base64url"),
    }));
    const body = JSON.stringify({ by: nameOf(rawTouches), people });
    return { path: `${url}/touch/${rawTouches}${isSpread ? "?spread" : ""}`, body };
  });
  return {
    outcomes: touches.length * count,
    run: () => Promise.all(touches.map(({ path, body }) => post(path, {}, body))),
  };
}

function print(disk: string, figures: ReadonlyMap<string, Figures>): void {
  const rows = WORKLOADS.flatMap((workload) => {
    const [alone, each] = WAYS.map((way) => figures.get(`${workload}: ${way}`)!);
    return WAYS.map((way) => {
      const { perSecond, cpuMs, aloneMs } = figures.get(`${workload}: ${way}`)!;
      return [
        `${workload}: ${way}`,
        short(median(perSecond)),
        short(median(perSecond) / median(alone!.perSecond)),
        short(median(perSecond) / median(each!.perSecond)),
        short(median(cpuMs)),
        short(median(aloneMs)),
        short(median(aloneMs) - median(alone!.aloneMs)),
      ];
    });
  });
  const header = [
    `taps, ${disk}`,
    "each per second",
    "x raw, one object",
    "x raw, an object each",
    "server CPU ms each",
    "alone, answered ms",
    "beyond raw, one object, ms",
  ];
  console.log(`\n${tableOf(header, rows)}`);
}

async function sizesOf(url: string, strangers: Strangers): Promise<string> {
  const [a, b] = strangers.pair();
  const { by, peers } = strangers.crowd();
  const shown = ticketOf(b);
  const one = { by: a, body: JSON.stringify(submissionOf(a, [shown])) };
  const all = touchOf(by, peers);
  const rows = [
    ["certificate", fromBase64Url(b.certificate).length],
    ["ticket", fromBase64Url(shown.ticket).length],
    [
      "its URL, at https://acquaint.example",
      ticketUrl("https://acquaint.example", shown.ticket).length,
    ],
    ["body of a submission, one peer", one.body.length],
    ["its answer", (await submit(url, one)).length],
    [`body of a submission, ${peers.length} peers`, all.body.length],
    ["its answer", (await submit(url, all)).length],
  ].map(([name, bytes]) => [String(name), (bytes as number).toLocaleString("en")]);
  return tableOf(["tap", "bytes"], rows);
}
