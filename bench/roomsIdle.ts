// What a socket in a quiet room costs in memory once the room hibernates, and how long the room takes to wake up.

import { makeAccounts } from "./accounts.ts";
import type { RoomKind } from "./roomsClients.ts";
import { RoomsLoad } from "./roomsLoad.ts";
import { type RoomHouse, startHouse } from "./roomsServers.ts";
import { ratio, verdict } from "./roomsTargets.ts";
import { median, short, tableOf } from "./tables.ts";

const FULL = { rounds: 5, members: 1_000 };
const SMOKE = { rounds: 1, members: 50 };
const THREADS = 2;
/** An object hibernates after 10 seconds in which nothing happens. */
const IDLE_MS = 13_000;

interface Candidate {
  readonly kind: RoomKind;
  readonly house: RoomHouse;
  /** At the end of each round, all its rooms hibernating. */
  readonly residentMb: number[];
  readonly wakeMs: number[];
  /** The same again, once awake. */
  readonly awakeMs: number[];
}

export async function benchIdle(stateDir: string, quick: boolean): Promise<void> {
  const { rounds, members } = quick ? SMOKE : FULL;
  const [raw, product] = await measure(stateDir, rounds, members);
  const rows = [raw, product].map(({ kind, residentMb, wakeMs, awakeMs }) => [
    kind,
    short(bytesOf(residentMb, members) / 1_000),
    short(median(wakeMs)),
    short(ratio(wakeMs, raw.wakeMs)),
    short(median(awakeMs)),
  ]);
  const header = [`rooms of ${members.toLocaleString("en")}`, "KB a hibernated socket"];
  console.log(`\n${tableOf([...header, "wake-up ms", "x raw", "awake ms"], rows)}`);
  const times = bytesOf(product.residentMb, members) / bytesOf(raw.residentMb, members);
  console.log(verdict("memory of a hibernated socket, x raw", times, "<=", 1.15));
  console.log(verdict("wake-up, x raw", ratio(product.wakeMs, raw.wakeMs), "<=", 1.15));
  console.log(`
Memory: by how much workerd has grown, a room of ${members.toLocaleString("en")} more in each of ${rounds} rounds, ${IDLE_MS / 1_000} s after the last had anything
to do. wake-up: from the first message then until all members have it; awake: the same of the next one.`);
}

async function measure(stateDir: string, rounds: number, members: number) {
  const raw = candidateOf("raw object", await startHouse("rooms", stateDir));
  const product = candidateOf("product, JSON", await startHouse("product", stateDir));
  const load = await RoomsLoad.start(THREADS);
  try {
    const accounts = await makeAccounts(product.house.server.url, members);
    for (let round = 0; round <= rounds; round += 1) {
      const keyOf = ({ kind }: Candidate): string => `${kind}, ${round}`;
      for (const candidate of [raw, product]) {
        const { kind, house } = candidate;
        const people = accounts.map((account) => (candidate === product ? account : null));
        await load.prepare(keyOf(candidate), await house.open(kind), people);
        await load.enter(keyOf(candidate));
      }
      await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
      for (const candidate of [raw, product]) {
        candidate.residentMb.push(candidate.house.server.residentMb());
        const [wakeMs] = await load.alone(keyOf(candidate), 1);
        const [awakeMs] = await load.alone(keyOf(candidate), 1);
        if (round === 0) continue; // to warm up
        candidate.wakeMs.push(wakeMs!);
        candidate.awakeMs.push(awakeMs!);
      }
    }
    return [raw, product] as const;
  } finally {
    await load.stop();
    await raw.house.server.stop();
    await product.house.server.stop();
  }
}

function candidateOf(kind: RoomKind, house: RoomHouse): Candidate {
  return { kind, house, residentMb: [], wakeMs: [], awakeMs: [] };
}

/** Growth from the first round to the last, for each socket. */
function bytesOf(residentMb: readonly number[], members: number): number {
  const grown = residentMb.at(-1)! - residentMb[0]!;
  return (grown * 1_048_576) / ((residentMb.length - 1) * members);
}
