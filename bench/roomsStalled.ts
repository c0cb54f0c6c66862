// What one member that stops reading does to a room at full load: to the server's memory, and to the others.

import { once } from "node:events";
import { WebSocket } from "ws";
import { CODECS } from "../shared/wire/codec/codecs.ts";
import type { RoomNotice, RoomRequest } from "../shared/wire/roomLine.ts";
import { type BenchAccount, makeAccounts } from "./accounts.ts";
import { MESSAGE_BYTES, type RoomKind } from "./roomsClients.ts";
import { type Place, RoomsLoad, type Talk } from "./roomsLoad.ts";
import { type RoomHouse, startHouse } from "./roomsServers.ts";
import { doorOf } from "./roomsShare.ts";
import { verdict } from "./roomsTargets.ts";
import { median, short, tableOf } from "./tables.ts";

const FULL = { messages: 480_000, turns: 8 };
const SMOKE = { messages: 80_000, turns: 2 };
const THREADS = 2;
const MEMBERS = 20;
const TALKERS = 10;
/** Sixteen windows (ROOM_WINDOW_BYTES) at the most, what the system holds of a socket, and how the heap wavers anyway. */
const BOUND_MB = 48;

interface Figures {
  readonly kind: RoomKind;
  /** Of deliveries to the others, before and while one member stands still. */
  readonly before: number;
  readonly during: number;
  /** In the first half of the turns, and in the second. */
  readonly grownMb: readonly [number, number];
  readonly outcome: string;
}

export async function benchStalled(stateDir: string, quick: boolean): Promise<void> {
  const size = quick ? SMOKE : FULL;
  const bare = await withHouse("rooms", stateDir, size, "bare, gathers alike");
  const product = await withHouse("product", stateDir, size, "product, JSON");
  const rows = [bare, product].map(({ kind, before, during, grownMb, outcome }) => [
    kind,
    short(before),
    short(during),
    ...grownMb.map(short),
    outcome,
  ]);
  const header = ["one of 21 stops reading", "deliveries/s before", "while it stands still"];
  console.log(`\n${tableOf([...header, "workerd grew by MB", "and then by", "in the end"], rows)}`);
  const grownMb = product.grownMb[0] + product.grownMb[1];
  console.log(verdict("memory, MB", grownMb, "<=", BOUND_MB));
  console.log(verdict("the others, x before", product.during / product.before, ">=", 0.85));
  const said = (size.messages * (MESSAGE_BYTES + 50)) / 1_000_000;
  console.log(`
${size.messages.toLocaleString("en")} messages (some ${short(said)} MB) are said meanwhile, in ${size.turns} turns.`);
}

async function withHouse(
  which: "rooms" | "product",
  stateDir: string,
  size: typeof FULL,
  kind: RoomKind,
): Promise<Figures> {
  const house = await startHouse(which, stateDir);
  const load = await RoomsLoad.start(THREADS);
  try {
    const accounts = which === "product" ? await makeAccounts(house.server.url, MEMBERS + 1) : null;
    return await measure(house, load, accounts, size, kind);
  } finally {
    await load.stop();
    await house.server.stop();
  }
}

async function measure(
  { server, open }: RoomHouse,
  load: RoomsLoad,
  accounts: readonly BenchAccount[] | null,
  { messages, turns }: typeof FULL,
  kind: RoomKind,
): Promise<Figures> {
  const place = await open(kind);
  const people = Array.from({ length: MEMBERS }, (_, i) => accounts?.[i] ?? null);
  await load.prepare(kind, place, people);
  await load.enter(kind);
  const each = Math.ceil(messages / turns / TALKERS);
  const talk = async (count: number): Promise<Talk[]> => {
    const talks: Talk[] = [];
    while (talks.length < count) talks.push(await load.talk(kind, TALKERS, each));
    return talks;
  };
  const perSecond = (talks: readonly Talk[]): number =>
    (each * TALKERS * MEMBERS) / median(talks.map(({ seconds }) => seconds));
  await talk(2 * turns); // until the heap is as large as it becomes
  const before = perSecond(await talk(turns));
  const reader = await Reader.enter(place, accounts?.[MEMBERS] ?? null, undefined);
  reader.stall();
  const resident = [server.residentMb()];
  const talks = await talk(turns / 2);
  resident.push(server.residentMb());
  talks.push(...(await talk(turns / 2)));
  resident.push(server.residentMb());
  const [first, second, third] = resident as [number, number, number];
  const grownMb = [second - first, third - second] as const;
  const during = perSecond(talks);
  const outcome =
    accounts === null ? await reader.catchUp() : await reader.comeBack(place, accounts[MEMBERS]!);
  return { kind, before, during, grownMb, outcome };
}

/** A member of a room that is, or is not, the product's; reads every frame in full. */
class Reader {
  readonly #socket: WebSocket;
  readonly #closed: Promise<number>;
  #heard = 0;
  #through = 0;
  #entered: Extract<RoomNotice, { type: "entered" }> | null = null;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.#closed = once(socket, "close").then(([code]) => code as number);
  }

  static async enter(
    place: Place,
    account: BenchAccount | null,
    after: number | undefined,
  ): Promise<Reader> {
    const { url, protocols } = await doorOf(place, { index: MEMBERS, account });
    const socket = new WebSocket(url, [...protocols], { perMessageDeflate: false });
    const reader = new Reader(socket);
    const { promise, resolve } = Promise.withResolvers<void>();
    socket.on("message", (data: Buffer) => {
      for (const notice of JSON.parse(data.toString()) as RoomNotice[])
        reader.#hear(notice, resolve);
    });
    await once(socket, "open");
    const line = Buffer.from("reader00").toString("base64url");
    const enter: RoomRequest = {
      type: "enter",
      line,
      name: "Reader",
      ...(after !== undefined && { after }),
    };
    socket.send(CODECS.json.encode([enter]));
    await promise;
    return reader;
  }

  stall(): void {
    this.#socket.pause();
  }

  /** Reads on, what the server has kept for it. */
  async catchUp(): Promise<string> {
    this.#socket.resume();
    let heard = -1;
    while (heard < this.#heard) {
      heard = this.#heard;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    this.#socket.close(1000);
    await this.#closed;
    return `gets all ${short(heard)}, late`;
  }

  /** Finds itself closed, and resumes from what it has heard. */
  async comeBack(place: Place, account: BenchAccount): Promise<string> {
    this.#socket.resume();
    const code = await this.#closed;
    const back = await Reader.enter(place, account, this.#through);
    const { isGap, missed, through } = back.#entered!;
    back.#socket.close(1000, "done");
    await back.#closed;
    const isWhole = through - this.#through === missed.length;
    if (!isGap && !isWhole) throw new Error("events are missing, and no gap was told");
    const told = isGap ? "is told of a gap" : `gets ${short(missed.length)} that it has missed`;
    return `closed (${code}) after ${short(this.#heard)}, comes back, ${told}`;
  }

  #hear(notice: RoomNotice, entered: () => void): void {
    if (notice.type === "entered") {
      this.#entered = notice;
      this.#through = notice.through;
      entered();
    } else if (notice.type === "events") {
      const { through, events } = notice;
      if (through - events.length !== this.#through) throw new Error("events are missing");
      this.#through = through;
      this.#heard += events.length;
    } else if ((notice.type as string) === "say") this.#heard += 1;
  }
}
