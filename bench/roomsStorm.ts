// How long it takes until 500 people who come at once are all in a room and know it.

import { type BenchAccount, makeAccounts } from "./accounts.ts";
import type { RoomKind } from "./roomsClients.ts";
import { RoomsLoad } from "./roomsLoad.ts";
import { type RoomHouse, startHouse } from "./roomsServers.ts";
import { ratio, verdict } from "./roomsTargets.ts";
import { median, short, tableOf } from "./tables.ts";

const FULL = { rounds: 9, members: 500 };
const SMOKE = { rounds: 1, members: 20 };
const THREADS = 2;

const KINDS = [
  "raw object",
  "bare, gathers alike",
  "bare, checks tokens",
  "product, JSON",
  "product, CBOR",
] as const;

interface Figures {
  /** Until each has its upgrade token; nothing where there are none. */
  readonly tokensMs: number[];
  readonly enterMs: number[];
  readonly cpuMs: number[];
}

export async function benchStorm(stateDir: string, quick: boolean): Promise<void> {
  const size = quick ? SMOKE : FULL;
  const figures = await measure(stateDir, size);
  const bare = figures["bare, gathers alike"];
  const checked = figures["bare, checks tokens"];
  const raw = figures["raw object"];
  const rows = KINDS.map((kind) => {
    const { tokensMs, enterMs, cpuMs } = figures[kind];
    const isProduct = kind.startsWith("product");
    return [
      kind,
      short(median(enterMs)),
      short(ratio(enterMs, raw.enterMs)),
      short(ratio(enterMs, bare.enterMs)),
      short(ratio(enterMs, checked.enterMs)),
      short(median(cpuMs)),
      isProduct ? short(median(tokensMs)) : "-",
    ];
  });
  const header = [`${size.members} come at once`, "all are in, ms", "x raw", "x bare", "x checked"];
  console.log(`\n${tableOf([...header, "CPU ms", "tokens beforehand, ms"], rows)}`);
  for (const kind of ["product, JSON", "product, CBOR"] as const) {
    for (const other of ["raw object", "bare, gathers alike", "bare, checks tokens"] as const) {
      const times = ratio(figures[kind].enterMs, figures[other].enterMs);
      console.log(verdict(`${kind}: join storm, x ${other}`, times, "<=", 1.15));
    }
  }
  console.log(`
From the opening of the first socket until each has been answered that it is in. "raw" answers just that; "bare" tells
each who is there and the others who has come, gathered as the product's are, and knows no seats; the other one lets in
whoever brings an upgrade token, checked as the product's are, by the same functions.`);
}

async function measure(stateDir: string, { rounds, members }: typeof FULL) {
  const rooms = await startHouse("rooms", stateDir);
  const product = await startHouse("product", stateDir);
  const load = await RoomsLoad.start(THREADS);
  const none = (): Figures => ({ tokensMs: [], enterMs: [], cpuMs: [] });
  const figures: Record<(typeof KINDS)[number], Figures> = {
    "raw object": none(),
    "bare, gathers alike": none(),
    "bare, checks tokens": none(),
    "product, JSON": none(),
    "product, CBOR": none(),
  };
  try {
    const accounts = await makeAccounts(product.server.url, members);
    for (let round = 0; round <= rounds; round += 1) {
      for (const kind of KINDS) {
        const isProduct = kind.startsWith("product");
        const people = accounts.map((account) => (isProduct ? account : null));
        const storm = await comeAtOnce(load, isProduct ? product : rooms, kind, people);
        if (round === 0) continue; // to warm up
        figures[kind].tokensMs.push(storm.tokensMs);
        figures[kind].enterMs.push(storm.enterMs);
        figures[kind].cpuMs.push(storm.cpuMs);
      }
    }
    return figures;
  } finally {
    await load.stop();
    await rooms.server.stop();
    await product.server.stop();
  }
}

async function comeAtOnce(
  load: RoomsLoad,
  { server, open }: RoomHouse,
  kind: RoomKind,
  people: readonly (BenchAccount | null)[],
) {
  const place = await open(kind);
  const startedAt = performance.now();
  await load.prepare("storm", place, people);
  const preparedAt = performance.now();
  const cpuBefore = server.cpuMs();
  await load.enter("storm");
  const enterMs = performance.now() - preparedAt;
  const cpuMs = server.cpuMs() - cpuBefore;
  await load.leave("storm");
  return { tokensMs: preparedAt - startedAt, enterMs, cpuMs };
}
