// What devices of this account send, at a bounded pace and to contacts alone. To one receiver one call is under
// way at a time, and what comes meanwhile goes together in the next, so that messages arrive in the order in
// which they were sent. When a call fails, nothing overtakes what it carried.

import { NOTHING_COUNTED } from "../../shared/core/fadingCount.ts";
import { grouped, type Load, loadOf } from "../../shared/core/mailbox/load.ts";
import { afterSending } from "../../shared/core/mailbox/pace.ts";
import type { UserId } from "../../shared/wire/ids.ts";
import type { SendMessage, TransientMessage } from "../../shared/wire/line.ts";
import { FRAME_MAX_MESSAGES, SEND_BURST, SENDS_PER_SECOND } from "../../shared/wire/limits.ts";
import type { MailboxNotice } from "../../shared/wire/mailbox.ts";
import { problem, type ProblemCode } from "../../shared/wire/problem.ts";
import { AnswerBudget } from "../http/answerBudget.ts";
import { sendFrame } from "../http/sockets.ts";
import type { Message, Outcome } from "./envelopeBox.ts";
import { attach, attachmentOf, type Pause } from "./socketAttachment.ts";

/** What one call carries. */
const CALL: Load = { envelopes: 64, bytes: 1024 * 1024 };
/** What may wait here altogether before more is refused. */
const WAITING_MAX_BYTES = 8 * 1024 * 1024;
/** When to try again; until then, what was on its way when a call failed is refused as well. */
const RETRY_SECONDS = 2;
const PAUSES_MAX = 100;
const TRANSIENTS_MAX_UNDER_WAY = 32;

interface Submission extends Message {
  readonly socket: WebSocket;
  readonly number: number;
}

/** How this mailbox reaches others, and itself. */
export interface Carrier {
  /** Whether it is this account, or a contact of it: nobody else is written to. */
  mayReach(to: UserId): boolean;
  deliver(to: UserId, messages: readonly Message[]): Promise<Outcome[]>;
  relay(to: UserId, message: Message): Promise<void>;
}

export class Submissions {
  readonly #ctx: DurableObjectState;
  readonly #carrier: Carrier;
  /** By receiver: what waits while a call is under way. */
  readonly #waiting = new Map<UserId, Submission[]>();
  #waitingBytes = 0;
  #transients = 0;
  #sent = NOTHING_COUNTED;
  /** As many refusals as messages could be stored. */
  readonly #refusals = new AnswerBudget(SEND_BURST, SENDS_PER_SECOND);
  /** Asked once for each receiver, and forgotten with the turn. */
  readonly #reachable = new Map<UserId, boolean>();

  /** @param ctx keeps the object in memory while an answer is owed; a crash closes the sockets, which send again */
  constructor(ctx: DurableObjectState, carrier: Carrier) {
    this.#ctx = ctx;
    this.#carrier = carrier;
  }

  /** @param device the number of the device that sends */
  submit(socket: WebSocket, device: number, { number, to, boxes }: SendMessage): void {
    if (this.#refusals.hasEnded(socket)) return;
    const submission: Submission = { socket, number, device, boxes };
    const { bytes } = loadOf(boxes);
    const isTooMuch = this.#waitingBytes + bytes > WAITING_MAX_BYTES;
    if (isTooMuch || isPaused(socket, to, number)) return this.#refuse(to, [submission]);
    if (!this.#isInPace()) return this.#refuse(to, [submission], "too-many-requests");
    if (!this.#mayReach(to)) {
      if (!this.#refusals.takeOrEnd(socket)) return;
      tell(socket, [{ type: "refused", number, problem: problem("not-a-contact") }]);
      return;
    }
    if (attachmentOf(socket).paused.length > 0) attach(socket, { paused: others(socket, to) });
    this.#waitingBytes += bytes;
    const waiting = this.#waiting.get(to);
    if (waiting !== undefined) {
      waiting.push(submission);
      return;
    }
    this.#waiting.set(to, [submission]);
    this.#ctx.waitUntil(this.#serve(to));
  }

  /** Never answered, and not repeated. */
  pass(device: number, { to, boxes }: TransientMessage): void {
    if (this.#transients >= TRANSIENTS_MAX_UNDER_WAY) return;
    if (!this.#isInPace() || !this.#mayReach(to)) return;
    this.#transients += 1;
    const relayed = this.#carrier.relay(to, { device, boxes }).catch(() => {});
    this.#ctx.waitUntil(relayed.finally(() => (this.#transients -= 1)));
  }

  #isInPace(): boolean {
    const sent = afterSending(this.#sent, Date.now());
    this.#sent = sent ?? this.#sent;
    return sent !== null;
  }

  #mayReach(to: UserId): boolean {
    const known = this.#reachable.get(to);
    if (known !== undefined) return known;
    if (this.#reachable.size === 0) queueMicrotask(() => this.#reachable.clear());
    const mayReach = this.#carrier.mayReach(to);
    this.#reachable.set(to, mayReach);
    return mayReach;
  }

  async #serve(to: UserId): Promise<void> {
    // Lets the rest of the frame in first.
    await Promise.resolve();
    for (;;) {
      const waiting = this.#waiting.get(to) ?? [];
      const [taken] = grouped(waiting.slice(0, CALL.envelopes), CALL, weigh);
      if (taken === undefined) break;
      waiting.splice(0, taken.length);
      const messages = taken.map(({ device, boxes }) => ({ device, boxes }));
      const outcomes = await this.#carrier.deliver(to, messages).catch(() => null);
      if (outcomes === null) {
        taken.push(...waiting.splice(0));
        this.#refuse(to, taken);
      } else this.#answer(taken, outcomes);
      this.#waitingBytes -= taken.reduce((sum, one) => sum + weigh(one).bytes, 0);
    }
    this.#waiting.delete(to);
  }

  #answer(taken: readonly Submission[], outcomes: readonly Outcome[]): void {
    const answers = taken.map(({ socket, number }, index) => {
      const outcome: Outcome | "try-again" = outcomes[index] ?? "try-again";
      return { socket, number, outcome };
    });
    const bySocket = Map.groupBy(answers, ({ socket }) => socket);
    for (const [socket, answered] of bySocket) {
      const numbers = answered.flatMap(({ number, outcome }) =>
        outcome === "stored" ? [number] : [],
      );
      const notices: MailboxNotice[] = numbers.length > 0 ? [{ type: "stored", numbers }] : [];
      for (const { number, outcome } of answered) {
        if (outcome === "stored") continue;
        notices.push({ type: "refused", number, problem: problem(outcome) });
      }
      tell(socket, notices);
    }
  }

  #refuse(to: UserId, submissions: readonly Submission[], code: ProblemCode = "try-again"): void {
    const why = problem(code, { retryAfterSeconds: RETRY_SECONDS });
    for (const [socket, refused] of Map.groupBy(submissions, (one) => one.socket)) {
      if (!this.#refusals.takeOrEnd(socket, refused.length)) continue;
      keepBack(socket, to, refused[0]?.number ?? 0);
      const notices = refused.map(({ number }): MailboxNotice => {
        return { type: "refused", number, problem: why };
      });
      tell(socket, notices);
    }
  }
}

/** Whether something earlier to that receiver was just refused and has not come again under its number. */
function isPaused(socket: WebSocket, to: UserId, number: number): boolean {
  const now = Date.now();
  return attachmentOf(socket).paused.some(
    (pause) => pause.to === to && pause.number < number && now < pause.until,
  );
}

/** On the socket itself, since what is on its way outlives this object's memory. */
function keepBack(socket: WebSocket, to: UserId, number: number): void {
  if (isPaused(socket, to, number)) return;
  const until = Date.now() + RETRY_SECONDS * 1_000;
  attach(socket, { paused: [...others(socket, to), { to, number, until }].slice(-PAUSES_MAX) });
}

function others(socket: WebSocket, to: UserId): Pause[] {
  const now = Date.now();
  return attachmentOf(socket).paused.filter((pause) => pause.to !== to && now < pause.until);
}

function tell(socket: WebSocket, notices: readonly MailboxNotice[]): void {
  for (let start = 0; start < notices.length; start += FRAME_MAX_MESSAGES) {
    sendFrame(socket, notices.slice(start, start + FRAME_MAX_MESSAGES));
  }
}

function weigh({ boxes }: Submission): Load {
  return { envelopes: 1, bytes: loadOf(boxes).bytes };
}
