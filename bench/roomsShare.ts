// One thread's members of every room, and what they are told to do. What threads measure together lies in memory that
// they share.

import { performance } from "node:perf_hooks";
import { parentPort, workerData } from "node:worker_threads";
import type { DeviceId, RoomId, UserId } from "../shared/wire/ids.ts";
import {
  SUBPROTOCOL_CBOR,
  SUBPROTOCOL_JSON,
  SUBPROTOCOL_TOKEN_PREFIX,
} from "../shared/wire/limits.ts";
import { sealHidden } from "../workers/auth/sealing.ts";
import { issueToken } from "../workers/auth/tokens.ts";
import { upgradeFor } from "./clients.ts";
import { type Door, Member } from "./roomsClients.ts";
import type { Order, Person, Place } from "./roomsLoad.ts";
import { SERVER_SECRET } from "./servers.ts";

export interface Shared {
  /** How many sockets have the lone message, and whether all have. */
  readonly counts: Int32Array;
  /** When the last of them got it, in nanoseconds. */
  readonly lastAt: BigInt64Array;
}

const ARRIVED = 0;
const ALL_HAVE = 1;
const STUCK_MS = 120_000;

/** Obeys one order at a time. */
export function serveShares(): void {
  const shared = workerData as Shared;
  const shares = new Map<string, Share>();
  const obey = async (order: Order): Promise<unknown> => {
    const { key } = order;
    if (order.what === "prepare") {
      shares.set(key, await Share.prepare(order.place, order.people, shared));
      return undefined;
    }
    const share = shares.get(key)!;
    switch (order.what) {
      case "enter":
        return share.enter();
      case "talk":
        return share.talk(order);
      case "listen":
        return share.listen(order);
      case "alone":
        return share.alone(order.times);
      case "leave":
        shares.delete(key);
        return share.leave();
    }
  };
  parentPort!.on("message", (order: Order) => {
    void obey(order).then((answer) => parentPort!.postMessage(answer));
  });
  parentPort!.postMessage("ready");
}

class Share {
  readonly #place: Place;
  readonly #people: readonly Person[];
  readonly #doors: readonly Door[];
  readonly #shared: Shared;
  #members: readonly Member[] = [];
  #isLeaving = false;
  /** So many messages each member is to have had, and how many have not yet. */
  #due = 0;
  #behind = 0;
  #noneBehind: () => void = () => {};
  /** While lone messages are timed, how many sockets of all threads get each. */
  #listeners = 0;

  private constructor(
    place: Place,
    people: readonly Person[],
    doors: readonly Door[],
    shared: Shared,
  ) {
    this.#place = place;
    this.#people = people;
    this.#doors = doors;
    this.#shared = shared;
  }

  static async prepare(place: Place, people: readonly Person[], shared: Shared): Promise<Share> {
    const doors = await Promise.all(people.map((person) => doorOf(place, person)));
    return new Share(place, people, doors, shared);
  }

  async enter(): Promise<void> {
    const { kind } = this.#place;
    const told = (member: Member, messages: number): void => this.#count(member, messages);
    this.#members = await Promise.all(
      this.#people.map(({ index }, at) => Member.enter(kind, this.#doors[at]!, index, told)),
    );
    for (const member of this.#members) {
      void member.closed.then((code) => {
        if (!this.#isLeaving) throw new Error(`${kind} has closed a socket (${code})`);
      });
    }
  }

  async leave(): Promise<void> {
    this.#isLeaving = true;
    await Promise.all(this.#members.map((member) => member.leave()));
  }

  /** Resolves once its members have all that is due, with how busy the thread was. */
  async talk({ talkers, messages, due }: Extract<Order, { what: "talk" }>): Promise<number> {
    this.#listeners = 0;
    const before = performance.eventLoopUtilization();
    const allHave = this.#until(due);
    for (const member of this.#members) if (member.index < talkers) member.say(messages);
    await allHave;
    return performance.eventLoopUtilization(before).utilization;
  }

  listen({ members, due }: Extract<Order, { what: "listen" }>): void {
    this.#listeners = members;
    this.#due = due;
  }

  async alone(times: number): Promise<number[]> {
    const { counts, lastAt } = this.#shared;
    const taken: number[] = [];
    while (taken.length < times) {
      counts.fill(0);
      const saidAt = process.hrtime.bigint();
      this.#members[0]!.say(1);
      await Atomics.waitAsync(counts, ALL_HAVE, 0).value;
      taken.push(Number(lastAt[0]! - saidAt) / 1e6);
    }
    return taken;
  }

  /** @param messages that the member has just got */
  #count(member: Member, messages: number): void {
    if (member.received >= this.#due && member.received - messages < this.#due) {
      this.#behind -= 1;
      if (this.#behind === 0) this.#noneBehind();
    }
    if (this.#listeners === 0) return;
    const { counts, lastAt } = this.#shared;
    if (Atomics.add(counts, ARRIVED, messages) + messages < this.#listeners) return;
    lastAt[0] = process.hrtime.bigint();
    Atomics.store(counts, ALL_HAVE, 1);
    Atomics.notify(counts, ALL_HAVE);
  }

  async #until(due: number): Promise<void> {
    this.#due = due;
    this.#behind = this.#members.filter(({ received }) => received < due).length;
    if (this.#behind === 0) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#noneBehind = resolve;
    const stuck = setTimeout(() => {
      reject(new Error(`${this.#place.kind}: ${this.#behind} members lack messages`));
    }, STUCK_MS);
    await promise;
    clearTimeout(stuck);
  }
}

export async function doorOf(
  { kind, url, room }: Place,
  { account, index }: Person,
): Promise<Door> {
  const socketsUrl = url.replace("http", "ws");
  const bare = (path: string): Door => ({ url: `${socketsUrl}/${path}`, protocols: [] });
  switch (kind) {
    case "raw object":
      return bare(`raw/${room}`);
    case "bare, gathers alike":
      return bare(`bare/${room}`);
    case "bare, checks tokens": {
      const protocols = [SUBPROTOCOL_JSON, `${SUBPROTOCOL_TOKEN_PREFIX}${await tokenOf(index)}`];
      return { ...bare(`checked/${room}`), protocols };
    }
    case "partyserver":
      return bare(`parties/party/${room}`);
    case "ws on Node":
      return bare(room);
    case "Socket.IO on Node":
      return bare(`socket.io/?EIO=4&transport=websocket&room=${room}`);
    case "product, JSON":
    case "product, CBOR": {
      const wanted = { purpose: "room", roomId: room } as const;
      const { socketUrl, tokenProtocol } = await upgradeFor(url, account!, wanted);
      const encoding = kind === "product, JSON" ? SUBPROTOCOL_JSON : SUBPROTOCOL_CBOR;
      return { url: socketUrl, protocols: [encoding, tokenProtocol] };
    }
  }
}

/** As long as the product's, of somebody made up. */
async function tokenOf(index: number): Promise<string> {
  const letters = String(index).replaceAll(/\d/g, (digit) => "abcdefghij".charAt(Number(digit)));
  const userId = letters.padStart(32, "z") as UserId;
  const actor = { userId, deviceId: "c".repeat(16) as DeviceId };
  const roomId = "d".repeat(16) as RoomId;
  const sealed = await sealHidden(SERVER_SECRET, actor, roomId, []);
  const { token } = await issueToken(SERVER_SECRET, "upgrade", {
    ...actor,
    id: String(index).padStart(22, "0"),
    issuedAt: Date.now(),
    network: "n".repeat(22),
    purpose: "room",
    locator: null,
    sid: null,
    method: null,
    to: null,
    handle: null,
    room: { roomId, linkHash: null, sealed },
  });
  return token;
}
