// How often a client is answered that does something wrong. Each answer is small, but one that reads none of them has them
// all lie in the memory of the object, so a socket has so many at once and so many a second, and is then closed. In
// memory: an object that has slept begins anew.

import { type FadingCount, levelAt, NOTHING_COUNTED } from "../../shared/core/fadingCount.ts";
import { ANSWERS_BURST, ANSWERS_PER_SECOND } from "../../shared/wire/limits.ts";
import { closeSocket, POLICY_VIOLATION } from "./sockets.ts";

/** What a socket is closed with that has used it up. */
export const TOO_MANY_MISTAKES = "too many mistakes";

export class AnswerBudget {
  readonly #burst: number;
  readonly #fadesMs: number;
  readonly #counts = new WeakMap<WebSocket, FadingCount>();
  readonly #ended = new WeakSet<WebSocket>();

  /** @param perSecond 0: never more than the burst */
  constructor(burst: number = ANSWERS_BURST, perSecond: number = ANSWERS_PER_SECOND) {
    this.#burst = burst;
    this.#fadesMs = 1_000 / perSecond;
  }

  /** Counts one more answer. False for one too many: the socket is to be closed instead. @param weight as so many */
  take(socket: WebSocket, weight = 1): boolean {
    const now = Date.now();
    const level = levelAt(this.#counts.get(socket) ?? NOTHING_COUNTED, now, this.#fadesMs) + weight;
    if (level > this.#burst) return false;
    this.#counts.set(socket, { level, at: now });
    return true;
  }

  /** The same, and closes it. */
  takeOrEnd(socket: WebSocket, weight = 1): boolean {
    if (this.#ended.has(socket)) return false;
    if (this.take(socket, weight)) return true;
    this.#ended.add(socket);
    closeSocket(socket, POLICY_VIOLATION, TOO_MANY_MISTAKES);
    return false;
  }

  /** Whether nothing counts any more of what still comes on it. */
  hasEnded(socket: WebSocket): boolean {
    return this.#ended.has(socket);
  }
}
