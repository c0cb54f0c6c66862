// What a room delivers at full load, and how long a lone message takes, with 10, 100 and 500 members.

import { type BenchAccount, makeAccounts } from "./accounts.ts";
import { MESSAGE_BYTES, ROOM_KINDS, type RoomKind, WINDOW } from "./roomsClients.ts";
import { RoomsLoad } from "./roomsLoad.ts";
import { type RoomHouse, startHouse } from "./roomsServers.ts";
import { ratio, verdict } from "./roomsTargets.ts";
import { median, short, tableOf } from "./tables.ts";

interface Size {
  readonly rounds: number;
  /** How long a candidate is loaded in a round. */
  readonly loadMs: number;
  /** Of each size of a room, how many lone messages are timed in a round. */
  readonly alone: ReadonlyMap<number, number>;
}

const FULL: Size = {
  rounds: 5,
  loadMs: 1_500,
  alone: new Map([
    [10, 200],
    [100, 100],
    [500, 30],
  ]),
};
const SMOKE: Size = { rounds: 1, loadMs: 300, alone: new Map([[10, 10]]) };
const THREADS = 2;
/** Members that talk; all listen. */
const TALKERS = 10;
/** Of the round that warms up, for each talker; the others are as long as the last was fast. */
const FIRST_MESSAGES = 20;

interface Figures {
  /** Deliveries in a second. */
  readonly perSecond: number[];
  /** Of the server, for each delivery. */
  readonly cpuUs: number[];
  readonly busy: number[];
  readonly aloneMs: number[];
}

interface Room {
  readonly key: string;
  readonly kind: RoomKind;
  readonly members: number;
  readonly house: RoomHouse;
  readonly figures: Figures;
  /** Of each talker in the next round. */
  messages: number;
}

export async function benchFanOut(stateDir: string, quick: boolean): Promise<void> {
  const size = quick ? SMOKE : FULL;
  const rooms = await measure(stateDir, size);
  for (const members of size.alone.keys()) {
    const those = rooms.filter((room) => room.members === members);
    console.log(`\n${tableFor(members, those)}\n${targetsFor(members, those)}`);
  }
  console.log(`
${TALKERS} members talk, all listen; messages of ${MESSAGE_BYTES} bytes, a talker has ${WINDOW} on their way at most. A delivery is a message
that has come to one member. The product's clients and those of the room that gathers alike put up to 16 messages that
are ready together into a frame, the others have a frame for each. x: the median of the rounds' ratios. alone: from the
sending of one message in a quiet room until every member has it. clients busy: the busiest of ${THREADS} threads of clients.`);
}

async function measure(stateDir: string, size: Size): Promise<Room[]> {
  const houses = await startHouses(stateDir);
  const load = await RoomsLoad.start(THREADS);
  try {
    const most = Math.max(...size.alone.keys());
    const accounts = await makeAccounts(houses.product.server.url, most);
    const rooms: Room[] = [];
    for (const members of size.alone.keys()) {
      for (const kind of ROOM_KINDS) {
        rooms.push(await openRoom(load, houses[houseOf(kind)], kind, members, accounts));
      }
    }
    for (let round = 0; round <= size.rounds; round += 1) {
      // The first round is not counted: the code is only just being compiled.
      for (const room of rooms) await measureLoad(load, room, size, round > 0);
      for (const room of rooms) await measureAlone(load, room, size, round > 0);
    }
    return rooms;
  } finally {
    await load.stop();
    for (const { server } of Object.values(houses)) await server.stop();
  }
}

async function startHouses(stateDir: string) {
  return {
    rooms: await startHouse("rooms", stateDir),
    "socket.io": await startHouse("socket.io", stateDir),
    ws: await startHouse("ws", stateDir),
    product: await startHouse("product", stateDir),
  };
}

function houseOf(kind: RoomKind): "rooms" | "socket.io" | "ws" | "product" {
  if (kind.startsWith("product")) return "product";
  if (kind === "Socket.IO on Node") return "socket.io";
  return kind === "ws on Node" ? "ws" : "rooms";
}

async function openRoom(
  load: RoomsLoad,
  house: RoomHouse,
  kind: RoomKind,
  members: number,
  accounts: readonly BenchAccount[],
): Promise<Room> {
  const key = `${kind}, ${members}`;
  const place = await house.open(kind);
  const isProduct = kind.startsWith("product");
  const people = Array.from({ length: members }, (_, i) => (isProduct ? accounts[i]! : null));
  await load.prepare(key, place, people);
  await load.enter(key);
  const figures: Figures = { perSecond: [], cpuUs: [], busy: [], aloneMs: [] };
  return { key, kind, members, house, figures, messages: FIRST_MESSAGES };
}

async function measureLoad(
  load: RoomsLoad,
  room: Room,
  { loadMs }: Size,
  isCounted: boolean,
): Promise<void> {
  const { key, members, house, figures, messages } = room;
  const deliveries = TALKERS * messages * members;
  const cpuBefore = house.server.cpuMs();
  const { seconds, busy } = await load.talk(key, TALKERS, messages);
  const cpuUs = ((house.server.cpuMs() - cpuBefore) * 1_000) / deliveries;
  room.messages = Math.max(1, Math.round((messages * loadMs) / (seconds * 1_000)));
  if (!isCounted) return;
  figures.perSecond.push(deliveries / seconds);
  figures.cpuUs.push(cpuUs);
  figures.busy.push(busy);
}

async function measureAlone(
  load: RoomsLoad,
  { key, members, figures }: Room,
  { alone }: Size,
  isCounted: boolean,
): Promise<void> {
  const times = alone.get(members)!;
  await load.alone(key, Math.ceil(times / 10));
  const aloneMs = await load.alone(key, times);
  if (isCounted) figures.aloneMs.push(median(aloneMs));
}

function tableFor(members: number, rooms: readonly Room[]): string {
  const header = [`${members} members`, "deliveries/s", "x raw", "CPU s for 100,000"];
  const raw = figuresOf(rooms, "raw object");
  const rows = rooms.map(({ kind, figures }) => [
    kind,
    short(median(figures.perSecond)),
    short(ratio(figures.perSecond, raw.perSecond)),
    short(median(figures.cpuUs) / 10),
    short(median(figures.aloneMs)),
    short(ratio(figures.aloneMs, raw.aloneMs)),
    `${Math.round(median(figures.busy) * 100)}%`,
  ]);
  return tableOf([...header, "alone p50 ms", "x raw", "clients busy"], rows);
}

function targetsFor(members: number, rooms: readonly Room[]): string {
  const [timesParty, timesSocketIo] = members === 100 ? [10, 5] : [3, 1.5];
  return (["product, JSON", "product, CBOR"] as const)
    .flatMap((kind) => {
      const { perSecond, aloneMs } = figuresOf(rooms, kind);
      const times = (other: RoomKind): number =>
        ratio(perSecond, figuresOf(rooms, other).perSecond);
      const wait = ratio(aloneMs, figuresOf(rooms, "raw object").aloneMs);
      const others = [
        verdict(`${kind}: x partyserver`, times("partyserver"), ">=", timesParty),
        verdict(`${kind}: x Socket.IO`, times("Socket.IO on Node"), ">=", timesSocketIo),
      ];
      if (members !== 100) return others;
      return [
        ...others,
        verdict(`${kind}: x the bare room`, times("bare, gathers alike"), ">=", 0.85),
        verdict(`${kind}: alone, x raw`, wait, "<=", 1.15),
      ];
    })
    .join("\n");
}

function figuresOf(rooms: readonly Room[], kind: RoomKind): Figures {
  return rooms.find((room) => room.kind === kind)!.figures;
}
