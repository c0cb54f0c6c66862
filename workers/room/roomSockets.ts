// The live sockets of a room, by name. They are known from their attachments, which are read once when the object has woken
// and at no message.

import type { Feed } from "../../shared/core/room/feed.ts";
import { lackingBytesOf, type Reader } from "../../shared/core/room/lag.ts";
import { HIDDEN_ABOARD_MAX, type Presence } from "../../shared/core/room/presence.ts";
import { type Unread, UnreadSockets } from "../../shared/core/room/unread.ts";
import type { Codec } from "../../shared/wire/codec/codec.ts";
import { CODECS } from "../../shared/wire/codec/codecs.ts";
import type { UserId } from "../../shared/wire/ids.ts";
import { MEMBER_MAX_SOCKETS, ROOM_MAX_CAPACITY, SILENT_SECONDS } from "../../shared/wire/limits.ts";
import { problem } from "../../shared/wire/problem.ts";
import { problemResponse } from "../http/problems.ts";
import {
  answerKeepAlive,
  closeSocket,
  NORMAL_CLOSURE,
  switchProtocols,
  TRY_AGAIN_LATER,
} from "../http/sockets.ts";
import { attach, attachmentOf, type Visitor } from "./attachment.ts";

/** Sockets at a time that have not entered yet. */
const VISITORS_MAX = 2 * ROOM_MAX_CAPACITY;
/** More than one, since the first that is heard of after a sleep may be that one is gone. */
const MARKED_SOCKETS = 2;

export interface LiveSocket extends Reader {
  readonly name: string;
  readonly socket: WebSocket;
  readonly codec: Codec;
  readonly userId: UserId;
  /** Until it enters. */
  visitor: Visitor | null;
  /** Whether it hears what happens in the room: it was told all that is. */
  isListening: boolean;
}

/** A socket that has entered before this instance of the object began. */
export interface Survivor {
  readonly socket: string;
  readonly presence: Presence;
}

export class RoomSockets {
  readonly #ctx: DurableObjectState;
  readonly #feed: Feed;
  readonly #visitorsMax: number;
  readonly #byName = new Map<string, LiveSocket>();
  readonly #bySocket = new Map<WebSocket, LiveSocket>();
  readonly #listeners = new Set<LiveSocket>();
  /** Those that have not entered. */
  readonly #visitors = new Set<LiveSocket>();
  /** Those that were closed. */
  readonly #unread = new UnreadSockets<WebSocket>();
  #restedAt: number | null = null;
  #marked: LiveSocket[] = [];

  constructor(ctx: DurableObjectState, feed: Feed, visitorsMax = VISITORS_MAX) {
    this.#ctx = ctx;
    this.#feed = feed;
    this.#visitorsMax = visitorsMax;
    answerKeepAlive(ctx);
  }

  /**
   * To be called once, before anything else. One that is closing counts still: it is heard of as lost.
   * @param closing what woke the object, if that was the end of a socket
   */
  wake(closing: WebSocket | null): Survivor[] {
    // Of those who hear the room: an instance that has just begun has sent them nothing.
    const mark = this.#feed.sentBytes;
    const survivors: Survivor[] = [];
    const sockets = new Set(this.#ctx.getWebSockets());
    if (closing !== null) sockets.add(closing);
    for (const socket of sockets) {
      const { name, wire, visitor, presence, closed, restedAt } = attachmentOf(socket);
      if (closed !== undefined) this.#unread.closed(socket, closed);
      if (restedAt !== undefined) this.#restedAt = restedAt;
      const userId = presence?.userId ?? visitor?.userId;
      if (userId === undefined) continue;
      const isListening = presence !== null && presence.seat !== null;
      const codec = CODECS[wire];
      const live = { name, socket, codec, userId, visitor, isListening, ...nothingTold(mark, 0) };
      this.#know(live);
      if (restedAt !== undefined) this.#marked.push(live);
      if (presence !== null) survivors.push({ socket: name, presence });
    }
    return survivors;
  }

  /** The number of the last event before the object slept; null if that is not known. */
  get restedAt(): number | null {
    return this.#restedAt;
  }

  /** The room has come to rest, and may sleep: some sockets carry how far it had come. */
  rest(through: number): void {
    for (const live of this.#listeners) {
      if (this.#marked.length >= MARKED_SOCKETS) return;
      attach(live.socket, { ...attachmentOf(live.socket), restedAt: through });
      this.#marked.push(live);
    }
  }

  /** Something has happened since. */
  stir(): void {
    for (const live of this.#marked) {
      if (this.#byName.get(live.name) !== live) continue;
      const { restedAt: _, ...attachment } = attachmentOf(live.socket);
      attach(live.socket, attachment);
    }
    this.#marked = [];
  }

  names(): string[] {
    return [...this.#byName.keys()];
  }

  /**
   * An account's newest socket that has not entered replaces its oldest; of too many of all accounts, the oldest goes,
   * which has had the most time to enter. One that has left too much unread is refused for now.
   */
  accept(name: string, visitor: Visitor, codec: Codec): Response {
    const { userId, hidden } = visitor;
    if (this.#unread.isTooMuch(userId, Date.now())) return problemResponse(problem("try-again"));
    const visitors = [...this.#visitors];
    const own = visitors.filter((live) => live.userId === userId);
    if (own.length >= MEMBER_MAX_SOCKETS) this.close(oldestOf(own), NORMAL_CLOSURE, "");
    else if (visitors.length >= this.#visitorsMax) {
      this.close(oldestOf(visitors), TRY_AGAIN_LATER, "too late");
    }
    const { 0: client, 1: socket } = new WebSocketPair();
    this.#ctx.acceptWebSocket(socket);
    const fits = hidden !== null && hidden.length <= HIDDEN_ABOARD_MAX;
    const aboard = { ...visitor, hidden: fits ? hidden : null };
    attach(socket, { wire: codec.wire, name, visitor: aboard, presence: null });
    const isListening = false;
    this.#know({ name, socket, codec, userId, visitor, isListening, ...nothingTold(0, 0) });
    return switchProtocols(client, codec);
  }

  /** Undefined once it was closed. */
  of(socket: WebSocket): LiveSocket | undefined {
    return this.#bySocket.get(socket);
  }

  named(name: string): LiveSocket | undefined {
    return this.#byName.get(name);
  }

  /** Those that hear the room. */
  get listeners(): ReadonlySet<LiveSocket> {
    return this.#listeners;
  }

  /** Those that have sent keep-alives, and none of late: their connections have died without a word. */
  silent(now: number): LiveSocket[] {
    return this.all().filter(({ socket }) => {
      const at = this.#ctx.getWebSocketAutoResponseTimestamp(socket);
      return at !== null && now - at.getTime() > SILENT_SECONDS * 1_000;
    });
  }

  all(): LiveSocket[] {
    return [...this.#byName.values()];
  }

  /** It has entered, or waits to be let in, or sits otherwise than before. */
  settle(live: LiveSocket, presence: Presence): void {
    live.visitor = null;
    this.#visitors.delete(live);
    if (presence.seat === null) this.#listen(live, false);
    const { name, codec } = live;
    attach(live.socket, { wire: codec.wire, name, visitor: null, presence });
  }

  /** From now on it hears the room. @param welcomeBytes that it was told of how it stands */
  listen(live: LiveSocket, welcomeBytes: number): void {
    Object.assign(live, nothingTold(this.#feed.sentBytes, welcomeBytes));
    this.#listen(live, true);
  }

  /** Its last frames are sent still; what it says counts no more, even if its client never answers. */
  close(live: LiveSocket, code: number, reason: string): void {
    const { socket, name, codec } = live;
    const closed = this.#unreadOf(live);
    this.#forget(live);
    this.#unread.closed(socket, closed);
    attach(socket, { wire: codec.wire, name, visitor: null, presence: null, closed });
    closeSocket(socket, code, reason);
  }

  /** Its end has been heard of, whoever has closed it. */
  end(socket: WebSocket): void {
    const live = this.#bySocket.get(socket);
    this.#unread.ended(socket, live === undefined ? null : this.#unreadOf(live), Date.now());
    if (live !== undefined) this.#forget(live);
  }

  /** What lies in memory for those that were closed and have not ended. */
  get closedBytes(): number {
    return this.#unread.bytes;
  }

  #unreadOf(live: LiveSocket): Unread {
    const sentBytes = live.isListening ? this.#feed.sentBytes : 0;
    return { userId: live.userId, bytes: lackingBytesOf(live, sentBytes) };
  }

  #forget(live: LiveSocket): void {
    this.#byName.delete(live.name);
    this.#bySocket.delete(live.socket);
    this.#visitors.delete(live);
    this.#listen(live, false);
  }

  #know(live: LiveSocket): void {
    this.#byName.set(live.name, live);
    this.#bySocket.set(live.socket, live);
    if (live.isListening) this.#listeners.add(live);
    if (live.visitor !== null) this.#visitors.add(live);
  }

  #listen(live: LiveSocket, isListening: boolean): void {
    live.isListening = isListening;
    if (isListening) this.#listeners.add(live);
    else this.#listeners.delete(live);
  }
}

function nothingTold(mark: number, welcomeBytes: number): Reader {
  return { mark, apartBytes: 0, apartAt: 0, welcomeBytes, overdueSince: null };
}

/** @param visitors one at least */
function oldestOf(visitors: readonly LiveSocket[]): LiveSocket {
  const enterBy = (live: LiveSocket) => live.visitor?.enterBy ?? Infinity;
  return visitors.reduce((one, other) => (enterBy(other) < enterBy(one) ? other : one));
}
