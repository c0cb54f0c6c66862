// What was said in a room, as this client knows it: the last messages that the room has taken, and after them those of
// one's own that are under way. A message that has changed is a new object.

import type { Problem } from "../../wire/problem.ts";
import { ProblemError } from "../../wire/problem.ts";
import type { Member, RoomEvent, RoomRequest } from "../../wire/roomLine.ts";
import { ConnectionError } from "../connectionError.ts";
import { type Deferred, deferred } from "../deferred.ts";
import type { RoomMessage, Speaker } from "./model.ts";

type Said = Extract<RoomEvent, { kind: "said" }>;
type Saying = Extract<RoomRequest, { type: "say" }>;

/** So many are shown; a few more are held, so that not every new one moves all others. */
const SHOWN_MAX = 1_000;
const HELD_MAX = 1_250;

interface Pending {
  readonly request: Saying;
  readonly message: RoomMessage;
  readonly taken: Deferred<RoomMessage>;
  /** It has gone over a connection; of one that was lost it cannot be known whether it arrived. */
  isSent: boolean;
}

export class Talk {
  readonly #tell: (message: RoomMessage) => void;
  #settled: RoomMessage[] = [];
  readonly #pending = new Map<number, Pending>();
  #shown: readonly RoomMessage[] | null = null;
  #lastKey = 0;

  constructor(tell: (message: RoomMessage) => void) {
    this.#tell = tell;
  }

  /** The last 1,000 in the order of the room, then those that it has not taken yet. */
  get messages(): readonly RoomMessage[] {
    this.#shown ??= [
      ...this.#settled.slice(-SHOWN_MAX),
      ...[...this.#pending.values()].map(({ message }) => message),
    ];
    return this.#shown;
  }

  /**
   * Says something. The promise resolves when the room has taken it, and rejects with what it was refused for.
   * @param send false when there is no connection: it waits for the next
   */
  say(
    request: Saying,
    from: Speaker,
    at: number,
    send: (request: Saying) => boolean,
  ): Promise<RoomMessage> {
    const { text } = request;
    const key = this.#nextKey();
    const message = { key, number: null, from, isOwn: true, text, at, status: "sending" } as const;
    const pending = { request, message, taken: deferred<RoomMessage>(), isSent: false };
    this.#pending.set(request.number, pending);
    this.#changed(message);
    pending.isSent = send(request);
    return pending.taken.promise;
  }

  /** @param number of the event */
  heard({ number: ownNumber, text, at }: Said, author: Member, isOwn: boolean, number: number) {
    const pending = isOwn ? this.#pending.get(ownNumber) : undefined;
    // Another client of this account may have chosen the same number.
    const own = pending?.request.text === text ? pending : undefined;
    const { userId, name, handle } = author;
    const from = { userId, name, handle };
    const key = own?.message.key ?? this.#nextKey();
    const message = { key, number, from, isOwn, text, at, status: "said" } as const;
    this.#settle(message, own);
    own?.taken.resolve(message);
  }

  /** False when the number is of none of these. */
  refused(number: number, problem: Problem): boolean {
    const pending = this.#pending.get(number);
    if (pending === undefined) return false;
    this.#settle({ ...pending.message, status: "refused", problem: problem.code }, pending);
    pending.taken.reject(ProblemError.from(problem));
    return true;
  }

  /**
   * After a loss: what is to be said again, under the same numbers. What was on its way before a gap is `unsure`.
   */
  resume(isGap: boolean): Saying[] {
    for (const pending of this.#pending.values()) {
      if (isGap && pending.isSent) this.#doubt(pending);
    }
    return [...this.#pending.values()].map((pending) => {
      pending.isSent = true;
      return pending.request;
    });
  }

  /** The stay is over: what was on its way may have been said; what was not was not. */
  over(error: Error): void {
    for (const pending of this.#pending.values()) {
      const status = pending.isSent ? "unsure" : "refused";
      this.#settle({ ...pending.message, status }, pending);
      pending.taken.reject(error);
    }
  }

  #doubt(pending: Pending): void {
    this.#settle({ ...pending.message, status: "unsure" }, pending);
    pending.taken.reject(
      new ConnectionError(
        "The connection was lost for so long that nobody can tell whether the message was said.",
      ),
    );
  }

  #settle(message: RoomMessage, pending?: Pending): void {
    if (pending !== undefined) this.#pending.delete(pending.request.number);
    this.#settled.push(message);
    if (this.#settled.length > HELD_MAX) this.#settled = this.#settled.slice(-SHOWN_MAX);
    this.#changed(message);
  }

  #changed(message: RoomMessage): void {
    this.#shown = null;
    this.#tell(message);
  }

  #nextKey(): string {
    this.#lastKey += 1;
    return `m${this.#lastKey}`;
  }
}
