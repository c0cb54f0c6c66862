// What is to be done and sent in this account's name, in the store until the server has stored it: so it
// survives a crash, and any tab or process of the device may put something in.

import { toBase32 } from "../../core/crypto/bytes.ts";
import type { Content } from "../../core/line/content.ts";
import type { MessageKey } from "../../core/line/messageRecord.ts";
import type { UserId } from "../../wire/ids.ts";
import { type Problem, ProblemError } from "../../wire/problem.ts";
import type { Ports } from "../ports.ts";
import type { Change, Store } from "../store/store.ts";
import { timeId } from "./conversationWork.ts";
import type { Sealed } from "./sessionBook.ts";

const LOOK_AGAIN_MS = 50;

/** A sealed box, and the device that it is for. */
export interface SealedFor extends Sealed {
  readonly device: number;
}

export interface OutboxEntry {
  readonly id: string;
  /** Who gets it: a contact, or this account itself, for its other devices. */
  readonly to: UserId;
  readonly content: Content;
  /** Own text whose state it decides. */
  readonly message: MessageKey | null;
  /** The very bytes that are said, again if need be; null before they are made. */
  readonly boxes: readonly SealedFor[] | null;
  /** The one device that it is for, since a box of that device could not be opened here; a new session begins. */
  readonly lostDevice: number | null;
}

export type NewEntry = Pick<OutboxEntry, "to" | "content"> & Partial<OutboxEntry>;

/** Before an entry's place while the conversation on this device does not have it; its receiver from then on. */
const SUBMITTED = "new";

export class Outbox {
  readonly #store: Store;
  readonly #ports: Ports;
  /** As long as this program runs. */
  readonly #refused = new Map<string, Problem>();
  #lastTime = 0;
  #resumed: Promise<void> | null = null;

  constructor(store: Store, ports: Ports) {
    this.#store = store;
    this.#ports = ports;
  }

  /** What an earlier run of the program has left, or another one, comes before all that is made now, whatever the clock says. */
  async resume(): Promise<void> {
    const times = (await this.all()).map((entry) => Number.parseInt(placeOf(entry), 10));
    this.#lastTime = Math.max(this.#lastTime, ...times);
  }

  /** To be sealed and sent, in the order in which they are made. */
  make(entry: NewEntry): OutboxEntry {
    this.#lastTime = Math.max(this.#lastTime + 1, this.#ports.now());
    const id = `${entry.to}.${timeId(this.#lastTime)}.${toBase32(this.#ports.random(5))}`;
    return { message: null, boxes: null, lostDevice: null, ...entry, id };
  }

  /** For the line's holder to put into its conversation first. */
  async makeSubmission(entry: NewEntry): Promise<OutboxEntry> {
    await (this.#resumed ??= this.resume());
    const made = this.make(entry);
    return { ...made, id: `${SUBMITTED}.${placeOf(made)}` };
  }

  submissions(): Promise<OutboxEntry[]> {
    return this.#store.range("outbox", { prefix: `${SUBMITTED}.` });
  }

  /** The oldest first; without what was only submitted. */
  entriesTo(to: UserId, limit: number): Promise<OutboxEntry[]> {
    return this.#store.range("outbox", { prefix: `${to}.`, limit });
  }

  all(): Promise<OutboxEntry[]> {
    return this.#store.range("outbox", { prefix: "" });
  }

  /** Another process may be the one that sends, and tells of texts only: so this looks again and again. */
  async settled(to: UserId, whileOpen: (waiting: Promise<void>) => Promise<void>): Promise<void> {
    const places = await this.#placesTo(to);
    for (let open = places; open.length > 0;) {
      await whileOpen(
        new Promise<void>((resolve) => {
          this.#ports.after(LOOK_AGAIN_MS, resolve);
        }),
      );
      const waiting = new Set(await this.#placesTo(to));
      open = open.filter((place) => waiting.has(place));
    }
    const problem = places
      .map((place) => this.#refused.get(place))
      .find((one) => one !== undefined);
    if (problem !== undefined) throw ProblemError.from(problem);
  }

  /** The server does not take it, now or later. */
  refused(entry: OutboxEntry, problem: Problem): void {
    this.#refused.set(placeOf(entry), problem);
  }

  async #placesTo(to: UserId): Promise<string[]> {
    // In this order, since one that is applied meanwhile would be missed in the other.
    const submitted = (await this.submissions()).filter((entry) => entry.to === to);
    return [...submitted, ...(await this.entriesTo(to, Infinity))].map(placeOf);
  }
}

/** One that was submitted, for when its conversation has it: its place among all stays. */
export function applied(entry: OutboxEntry): OutboxEntry {
  return { ...entry, id: `${entry.to}.${placeOf(entry)}` };
}

/** When it was made, by which entries are in order. */
function placeOf({ id }: OutboxEntry): string {
  return id.slice(id.indexOf(".") + 1);
}

export function kept(entry: OutboxEntry): Change {
  return { collection: "outbox", id: entry.id, value: entry };
}

export function done({ id }: OutboxEntry): Change {
  return { collection: "outbox", id };
}
