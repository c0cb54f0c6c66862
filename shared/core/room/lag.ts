// How far the readers of a room are behind: what they were told and have not said that they heard, as the feed counts
// bytes. Nobody waits for a reader, and what it does not read lies in memory; so whoever stands still is closed, and those
// furthest behind are when all of them together are behind too much. For each reader a few numbers, which are compared.

import {
  EVENT_BYTES,
  HEARD_EVERY_BYTES,
  ROOM_BEHIND_MAX_BYTES,
  ROOM_WINDOW_BYTES,
  SIGNAL_MAX_BYTES,
} from "../../wire/limits.ts";
import type { Feed } from "./feed.ts";

/** Nobody may be so far behind, even where nobody hears anything. */
const FURTHEST_BEHIND_BYTES = 16 * ROOM_WINDOW_BYTES;
/** Whoever reads says so before it is so far behind; and whoever reads, however late, says something within that time. */
const OVERDUE_BYTES = 2 * HEARD_EVERY_BYTES;
const STALLED_MS = 1_000;
/** JSON writes a control character as six. */
const SIGNAL_MAX_ENCODED_BYTES = 6 * SIGNAL_MAX_BYTES;
/** What a word for so many bytes may have been late by: the last thing before it can be a large one. */
const WORD_BYTES = HEARD_EVERY_BYTES + SIGNAL_MAX_ENCODED_BYTES + SIGNAL_MAX_BYTES;
/** However much the closed lack, those who are there may lack that much: nobody takes it all from them. */
const LEFT_TO_READERS_BYTES = ROOM_BEHIND_MAX_BYTES / 4;

export interface Reader {
  /** What it has said it heard of the events, as the feed counts bytes. */
  mark: number;
  /** What it was told beside them and has not said it heard, and the number of the last event before the latest of that. */
  apartBytes: number;
  apartAt: number;
  /** Of how everything stood when it came in, and of what it had missed; until it has said that it heard something later. */
  welcomeBytes: number;
  /** Since when it should have said that it has heard more. */
  overdueSince: number | null;
}

/** @param sentBytes of all events; 0 for one that does not hear them */
export function lackingBytesOf(reader: Reader, sentBytes: number): number {
  return Math.max(0, sentBytes - reader.mark) + reader.apartBytes + reader.welcomeBytes;
}

export class Lag {
  readonly #feed: Feed;
  /** Of whoever has heard most. */
  #furthestMark = 0;

  constructor(feed: Feed) {
    this.#feed = feed;
  }

  /** It was told something beside the events. True when it should have said by now that it has heard more. */
  toldApart(reader: Reader, bytes: number): boolean {
    reader.apartBytes += bytes + EVENT_BYTES;
    reader.apartAt = this.#feed.through;
    return this.#feed.sentBytes - positionOf(reader) > OVERDUE_BYTES;
  }

  /**
   * It has said up to which event it has heard everything. As it says so once for so many bytes, whatever they are of,
   * those that were no events were told beside them.
   */
  heard(reader: Reader, through: number): void {
    if (through > this.#feed.through) return;
    const mark = this.#feed.markAt(through);
    if (mark > this.#furthestMark) this.#furthestMark = mark;
    const heardBytes = Math.max(0, mark - reader.mark);
    const apart =
      through > reader.apartAt ? reader.apartBytes : Math.max(0, WORD_BYTES - heardBytes);
    const heardApart = Math.min(reader.apartBytes, apart);
    if (heardBytes + heardApart === 0) return;
    if (heardBytes > 0) reader.welcomeBytes = 0;
    reader.mark += heardBytes;
    reader.apartBytes -= heardApart;
    reader.overdueSince = null;
  }

  /**
   * Those to be closed, of all that listen.
   * @param closedBytes what lies in memory still for those who were closed
   */
  tooFar<One extends Reader>(
    readers: Iterable<One>,
    now: number,
    closedBytes: number,
  ): readonly One[] {
    const { sentBytes } = this.#feed;
    // In a busy room words are late, of some more than of others: so far behind is nobody yet who reads.
    const expected = Math.max(this.#furthestMark, sentBytes - OVERDUE_BYTES) - ROOM_WINDOW_BYTES;
    const tooFar: One[] = [];
    let lackingBytes = 0;
    for (const reader of readers) {
      const position = positionOf(reader);
      if (sentBytes - position <= OVERDUE_BYTES) continue;
      reader.overdueSince ??= now;
      if (this.#isTooFar(reader, position, now)) tooFar.push(reader);
      else if (position < expected) lackingBytes += expected - position;
    }
    // Many who are slow may be closed at once, who read on to their end: so much of theirs costs nobody else anything.
    const leftBytes = Math.min(ROOM_BEHIND_MAX_BYTES, 2 * ROOM_BEHIND_MAX_BYTES - closedBytes);
    const mostBytes = Math.max(leftBytes, LEFT_TO_READERS_BYTES);
    if (lackingBytes <= mostBytes) return tooFar;
    // So many that the others lack half of that, so that it is not to be done again at once.
    const excessBytes = lackingBytes - mostBytes / 2;
    return [...tooFar, ...furthestOf(readers, tooFar, expected, excessBytes)];
  }

  /**
   * It stands still, and the others, whose word comes through a busy room as late as its own, do not; or it is so far
   * behind that it does not matter why.
   */
  #isTooFar({ overdueSince }: Reader, position: number, now: number): boolean {
    if (this.#feed.sentBytes - position > FURTHEST_BEHIND_BYTES) return true;
    const isBehindOthers = this.#furthestMark - position > ROOM_WINDOW_BYTES;
    return isBehindOthers && overdueSince !== null && now - overdueSince >= STALLED_MS;
  }
}

function positionOf({ mark, apartBytes }: Reader): number {
  return mark - apartBytes;
}

/** Those furthest behind, who together lack so much. */
function furthestOf<One extends Reader>(
  readers: Iterable<One>,
  except: readonly One[],
  expected: number,
  bytes: number,
): readonly One[] {
  const furthest = [...readers]
    .filter((reader) => !except.includes(reader) && positionOf(reader) < expected)
    .toSorted((one, other) => positionOf(one) - positionOf(other));
  let left = bytes;
  return furthest.filter((reader) => {
    if (left <= 0) return false;
    left -= expected - positionOf(reader);
    return true;
  });
}
