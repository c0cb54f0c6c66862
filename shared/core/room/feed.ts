// The numbered sequence of all that everyone in a room is told, in memory alone: what is gathered for the next frame,
// what those who come back have missed, and how many bytes a reader is behind. The hot path: nothing here is done for
// each socket but to compare two numbers.

import type { UserId } from "../../wire/ids.ts";
import {
  BACKLOG_MAX_BYTES,
  BACKLOG_MAX_EVENTS,
  EVENT_BYTES,
  ROOM_WINDOW_BYTES,
} from "../../wire/limits.ts";
import type { RoomEvent } from "../../wire/roomLine.ts";
import type { FeedEntry } from "./feedEntries.ts";

/** Numbers of one life of a room are above all of the lives before, unless they had more than these in a millisecond. */
const NUMBERS_PER_MS = 1_000;
/** How exactly it is known at which number a reader has had how many bytes. */
const CHECK_EVERY_BYTES = 4 * 1024;
/** How far back that is known: a busy room may be many windows ahead of what it has read that they have heard. */
const CHECKED_WINDOWS = 20;

export interface SaidMessage {
  readonly number: number;
  readonly text: string;
  readonly at: number;
  readonly hiddenFrom: ReadonlySet<UserId> | null;
}

export class Feed {
  /** The number before its first event: all that this instance has told is above it. */
  readonly birth: number;
  #through: number;
  #sentBytes = 0;
  /** Of the earliest entry that is kept; entries before it in the list are cut off from time to time. */
  #first = 0;
  #entries: FeedEntry[] = [];
  #keptBytes = 0;
  #gathered: FeedEntry[] = [];
  #checks: { readonly number: number; readonly bytes: number }[];

  /** @param bornAt the server's clock at the birth of this instance, in milliseconds since 1970 */
  constructor(bornAt: number) {
    this.birth = bornAt * NUMBERS_PER_MS;
    this.#through = this.birth;
    this.#checks = [{ number: this.#through, bytes: 0 }];
  }

  /** The number of the last event. */
  get through(): number {
    return this.#through;
  }

  /** Of all events of this life, in bytes; the mark of a reader that has had everything. */
  get sentBytes(): number {
    return this.#sentBytes;
  }

  /** @return its number */
  append(event: RoomEvent, subject: UserId | null, hiddenFrom: ReadonlySet<UserId> | null): number {
    const bytes = bytesOf(event);
    this.#through += 1;
    this.#sentBytes += bytes;
    const entry = { number: this.#through, event, subject, hiddenFrom, bytes };
    this.#gathered.push(entry);
    this.#entries.push(entry);
    this.#keptBytes += bytes;
    this.#check();
    this.#forget();
    return this.#through;
  }

  /** What was gathered since the last time; null for nothing. */
  take(): { readonly through: number; readonly entries: readonly FeedEntry[] } | null {
    if (this.#gathered.length === 0) return null;
    const entries = this.#gathered;
    this.#gathered = [];
    return { through: this.#through, entries };
  }

  /**
   * What came after that event.
   * @param since from that number on it may be told
   * @return null when something of it is not known any more
   */
  missed(after: number, since: number): readonly FeedEntry[] | null {
    const earliest = this.#through - (this.#entries.length - this.#first);
    if (after < earliest || after < since || after > this.#through) return null;
    return this.#entries.slice(this.#entries.length - (this.#through - after));
  }

  /**
   * How many bytes a reader has had that has heard all up to that number, or a little less. Its mark is the highest of
   * all that it has said. Nobody has heard what has not happened yet: that is no mark at all.
   */
  markAt(number: number): number {
    if (number > this.#through) return 0;
    if (number === this.#through) return this.#sentBytes;
    let [low, high] = [0, this.#checks.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#checks[middle]?.number ?? Infinity) <= number) low = middle + 1;
      else high = middle;
    }
    return this.#checks[low - 1]?.bytes ?? 0;
  }

  /** Messages of that account, of those that are kept still. */
  said(userId: UserId, numbers: readonly number[]): SaidMessage[] {
    return this.#kept().flatMap(({ number, event, subject, hiddenFrom }) =>
      event.kind === "said" && subject === userId && numbers.includes(number)
        ? [{ number, text: event.text, at: event.at, hiddenFrom }]
        : [],
    );
  }

  /**
   * What that account was called last, as far as it is known still; for a viewer that was told something of it.
   * @param since from that number on the viewer was told
   */
  nameOf(userId: UserId, viewer: UserId, since: number): string | null {
    const own = this.#kept().filter(
      ({ subject, hiddenFrom }) => subject === userId && !hiddenFrom?.has(viewer),
    );
    if (!own.some(({ number }) => number >= since)) return null;
    const named = own.findLast(({ event }) => "member" in event);
    return named !== undefined && "member" in named.event ? named.event.member.name : null;
  }

  #kept(): readonly FeedEntry[] {
    return this.#entries.slice(this.#first);
  }

  #check(): void {
    const last = this.#checks.at(-1)?.bytes ?? 0;
    if (this.#sentBytes - last < CHECK_EVERY_BYTES) return;
    this.#checks.push({ number: this.#through, bytes: this.#sentBytes });
    const most = (CHECKED_WINDOWS * ROOM_WINDOW_BYTES) / CHECK_EVERY_BYTES;
    if (this.#checks.length > 2 * most) this.#checks = this.#checks.slice(-most);
  }

  #forget(): void {
    while (
      this.#entries.length - this.#first > BACKLOG_MAX_EVENTS ||
      this.#keptBytes > BACKLOG_MAX_BYTES
    ) {
      this.#keptBytes -= this.#entries[this.#first]?.bytes ?? 0;
      this.#first += 1;
    }
    // Cut off when half of it is waste, so that each is moved once on the average.
    if (this.#first < this.#entries.length - this.#first) return;
    this.#entries = this.#entries.slice(this.#first);
    this.#first = 0;
  }
}

/** Looked for first: natively, and nearly always in vain. */
const ASCII = /^[\0-\x7f]*$/;

/** About; never less than its text in UTF-8. */
function bytesOf(event: RoomEvent): number {
  if (event.kind !== "said") return JSON.stringify(event).length + EVENT_BYTES;
  let bytes = event.text.length + EVENT_BYTES;
  if (ASCII.test(event.text)) return bytes;
  for (let index = 0; index < event.text.length; index++) {
    const unit = event.text.charCodeAt(index);
    if (unit >= 0x800) bytes += 2;
    else if (unit >= 0x80) bytes += 1;
  }
  return bytes;
}
