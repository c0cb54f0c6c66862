// What was said in a room, as this client knows it: the last messages that the room has taken, and after them those of
// one's own that are under way or wait to be. A message that has changed is a new object.

import type { Problem } from "../../wire/problem.ts";
import { ProblemError } from "../../wire/problem.ts";
import type { Member, RoomEvent, RoomRequest } from "../../wire/roomLine.ts";
import { ConnectionError } from "../connectionError.ts";
import { type Deferred, deferred } from "../deferred.ts";
import type { RoomMessage, Speaker } from "./model.ts";
import { Pacing, type PacingContext } from "./pacing.ts";

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

interface TalkContext extends PacingContext {
  /** Runs the task after a delay; the function returned calls it off. */
  readonly after: (delayMs: number, task: () => void) => () => void;
  /** False when there is no connection. */
  readonly send: (...requests: readonly Saying[]) => boolean;
  readonly tell: (message: RoomMessage) => void;
}

export class Talk {
  readonly #context: TalkContext;
  readonly #pacing: Pacing;
  #settled: RoomMessage[] = [];
  readonly #pending = new Map<number, Pending>();
  /** Those of them that wait: for a connection, or for what was said before them. */
  #queue: Pending[] = [];
  #stopTimer: () => void = () => {};
  #shown: readonly RoomMessage[] | null = null;
  #lastKey = 0;

  constructor(context: TalkContext) {
    this.#context = context;
    this.#pacing = new Pacing(context);
  }

  /** Until something may be said again that was too fast. */
  get waitMs(): number {
    return this.#pacing.waitMs;
  }

  /** The numbers of what was said and not answered yet. */
  get underWay(): number[] {
    return [...this.#pending].flatMap(([number, { isSent }]) => (isSent ? [number] : []));
  }

  /** The last 1,000 in the order of the room, then those that it has not taken yet. */
  get messages(): readonly RoomMessage[] {
    this.#shown ??= [
      ...this.#settled.slice(-SHOWN_MAX),
      ...[...this.#pending.values()].map(({ message }) => message),
    ];
    return this.#shown;
  }

  /** Says something. The promise resolves when the room has taken it, and rejects with what it was refused for. */
  say(request: Saying, from: Speaker): Promise<RoomMessage> {
    const { text } = request;
    const at = this.#context.now();
    const key = this.#nextKey();
    const message = { key, number: null, from, isOwn: true, text, at, status: "sending" } as const;
    const pending = { request, message, taken: deferred<RoomMessage>(), isSent: false };
    this.#pending.set(request.number, pending);
    this.#changed(message);
    pending.isSent = this.#queue.length === 0 && this.#context.send(request);
    if (!pending.isSent) this.#queue.push(pending);
    return pending.taken.promise;
  }

  /** @param number of the event */
  heard({ number: ownNumber, text, at }: Said, author: Member, isOwn: boolean, number: number) {
    if (isOwn) this.#pacing.taken();
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
   * After a loss: all that the room has not taken is said again, under the same numbers and no faster than it takes it.
   * What was on its way before a gap is `unsure`.
   */
  resume(isGap: boolean): void {
    for (const pending of this.#pending.values()) {
      if (!pending.isSent) continue;
      this.#pacing.taken();
      if (isGap) this.#doubt(pending);
      else pending.isSent = false;
    }
    this.#queue = [...this.#pending.values()];
    this.#sayOn();
  }

  /** The stay is over: what was on its way may have been said; what was not was not. */
  over(error: Error): void {
    this.#stopTimer();
    this.#queue = [];
    for (const pending of this.#pending.values()) {
      const status = pending.isSent ? "unsure" : "refused";
      this.#settle({ ...pending.message, status }, pending);
      pending.taken.reject(error);
    }
  }

  /** Says of what waits as much as the room takes; without a connection it waits for the next one. */
  #sayOn(): void {
    this.#stopTimer();
    if (this.#queue.length === 0) return;
    const next = this.#queue.slice(0, this.#pacing.allowance(this.underWay.length));
    if (next.length > 0 && !this.#context.send(...next.map(({ request }) => request))) return;
    for (const pending of next) pending.isSent = true;
    this.#queue = this.#queue.slice(next.length);
    if (this.#queue.length === 0) return;
    this.#stopTimer = this.#context.after(this.#pacing.waitMs, () => this.#sayOn());
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
    this.#context.tell(message);
  }

  #nextKey(): string {
    this.#lastKey += 1;
    return `m${this.#lastKey}`;
  }
}
