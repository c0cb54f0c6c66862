// What lies in memory for sockets that are no more: a client that reads nothing keeps what it was sent there after it was
// closed, for as long as it likes. So that counts on, and an account that leaves too much comes in no more for a while.
// Until the end of a socket is heard of it counts in full. From then on it fades: whoever has read all is not to be told
// from whoever has only said goodbye. A few sockets are always forgiven: a connection that has died looks the same.

import type { UserId } from "../../wire/ids.ts";
import { MEMBER_MAX_SOCKETS, ROOM_BEHIND_MAX_BYTES, ROOM_WINDOW_BYTES } from "../../wire/limits.ts";
import { type FadingCount, levelAt, NOTHING_COUNTED } from "../fadingCount.ts";

const FORGIVEN_SOCKETS = 2;
/** What one account may leave: as much as if the connections of all its clients died at once in a busy room. */
const ACCOUNT_MAX_BYTES = MEMBER_MAX_SOCKETS * 2 * ROOM_WINDOW_BYTES;
/** And where those of all that have not ended are too much. */
const ACCOUNT_LESS_BYTES = ACCOUNT_MAX_BYTES / 4;
/** What a socket takes itself that has not ended, about. */
const SOCKET_BYTES = 64 * 1024;
/** How long a byte counts on after the end, if it is the only one. */
const FADES_MS = 1_000 / (64 * 1024);

/** Of a socket that was closed. */
export interface Unread {
  readonly userId: UserId;
  readonly bytes: number;
}

interface Left {
  readonly sockets: number;
  readonly bytes: number;
}

interface Ended {
  readonly sockets: number;
  readonly bytes: FadingCount;
}

const NOTHING_LEFT: Left = { sockets: 0, bytes: 0 };
const NOTHING_ENDED: Ended = { sockets: 0, bytes: NOTHING_COUNTED };

export class UnreadSockets<Socket extends object> {
  readonly #bySocket = new Map<Socket, Unread>();
  readonly #left = new Map<UserId, Left>();
  /** In the order of the last of each. */
  readonly #ended = new Map<UserId, Ended>();
  #bytes = 0;

  /** Of all sockets whose end has not been heard of. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The server has closed it. */
  closed(socket: Socket, unread: Unread): void {
    if (this.#bySocket.has(socket)) return;
    this.#bySocket.set(socket, unread);
    this.#count(unread, 1);
  }

  /** @param unread of one that the server has not closed */
  ended(socket: Socket, unread: Unread | null, now: number): void {
    const known = this.#bySocket.get(socket);
    if (known !== undefined) {
      this.#bySocket.delete(socket);
      this.#count(known, -1);
    }
    const of = known ?? unread;
    if (of === null || of.bytes === 0) return;
    const { sockets, level } = this.#endedOf(of.userId, now);
    const bytes = { level: level + of.bytes, at: now };
    this.#ended.delete(of.userId);
    this.#ended.set(of.userId, { sockets: sockets + 1, bytes });
    this.#forgetFaded(now);
  }

  /** Whether that account is to wait before it comes with another socket. */
  isTooMuch(userId: UserId, now: number): boolean {
    const left = this.#left.get(userId) ?? NOTHING_LEFT;
    const ended = this.#endedOf(userId, now);
    if (left.sockets + ended.sockets <= FORGIVEN_SOCKETS) return false;
    const most = this.#bytes > ROOM_BEHIND_MAX_BYTES ? ACCOUNT_LESS_BYTES : ACCOUNT_MAX_BYTES;
    return left.bytes + ended.level > most;
  }

  #endedOf(userId: UserId, now: number): { readonly sockets: number; readonly level: number } {
    const { sockets, bytes } = this.#ended.get(userId) ?? NOTHING_ENDED;
    const level = levelAt(bytes, now, FADES_MS);
    return level > 0 ? { sockets, level } : { sockets: 0, level };
  }

  #forgetFaded(now: number): void {
    for (const [userId, { bytes }] of this.#ended) {
      if (levelAt(bytes, now, FADES_MS) > 0) return;
      this.#ended.delete(userId);
    }
  }

  #count({ userId, bytes: unreadBytes }: Unread, by: 1 | -1): void {
    const change = by * (unreadBytes + SOCKET_BYTES);
    const { sockets, bytes } = this.#left.get(userId) ?? NOTHING_LEFT;
    this.#bytes += change;
    if (sockets + by === 0) this.#left.delete(userId);
    else this.#left.set(userId, { sockets: sockets + by, bytes: bytes + change });
  }
}
