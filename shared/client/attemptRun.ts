// Drives one attempt over its socket, for either role. Notices are handled one after another, and what
// must not be lost is stored before it is said. The two roles differ in initiatorRun.ts and responderRun.ts.

import type { Role } from "../core/crypto/cpace.ts";
import type { Upgrade, UpgradeRequest } from "../wire/auth.ts";
import type { Locator, UserId } from "../wire/ids.ts";
import {
  type AttemptNotice,
  attemptNoticeSchema,
  type AttemptRequest,
  type MatchedNotice,
  type Method,
} from "../wire/pairing.ts";
import type { Problem, ProblemError } from "../wire/problem.ts";
import { adviceFor } from "./advice.ts";
import { ConnectionError } from "./connectionError.ts";
import type { AttemptRecord } from "./attemptRecord.ts";
import { deferred } from "./deferred.ts";
import { LiveSocket, requestUpgrade } from "./liveSocket.ts";
import { Meeting } from "./meeting.ts";
import type { FailureReason } from "./model.ts";
import { isPassing } from "./passing.ts";
import { within } from "./ports.ts";
import type { RunContext } from "./runContext.ts";

/** How long after its deadline an attempt without connection is given up. */
const GIVE_UP_MS = 10_000;
/** How long a cancellation waits for the server to confirm it. */
const CANCEL_MS = 3_000;

export abstract class AttemptRun {
  #meeting: Meeting;
  protected readonly context: RunContext;
  protected record: AttemptRecord;
  #socket: LiveSocket<AttemptNotice> | null = null;
  #work: Promise<void> = Promise.resolve();
  /** A run that is being cancelled answers no claim. */
  protected isCancelling = false;
  #hasMadeWay = false;
  #isLost = false;
  #isStopped = false;
  #stopTimer: () => void = () => {};
  /** Resolves once the key can be shown, or the claim is made; rejects when the server refuses that. */
  readonly ready: Promise<void>;
  protected readonly settleReady = deferred();
  /** Resolves once nothing is left to do, the acknowledgement included. */
  readonly settled: Promise<void>;
  readonly #settled = deferred();

  constructor(context: RunContext, record: AttemptRecord, meeting?: Meeting) {
    this.context = context;
    this.record = record;
    this.#meeting = meeting ?? new Meeting();
    this.meeting.takeOver(record.role, { method: record.method, cancel: () => this.#cancel() });
    this.ready = this.settleReady.promise;
    this.settled = this.#settled.promise;
  }

  get meeting(): Meeting {
    return this.#meeting;
  }

  get id(): string {
    return this.record.id;
  }

  get role(): Role {
    return this.record.role;
  }

  get method(): Method {
    return this.record.method;
  }

  get sid(): string {
    return this.record.sid;
  }

  /** The account that is asked, or that asks; null where nobody is named. */
  get peerId(): UserId | null {
    return this.record.peerId;
  }

  /** It may still lead to a meeting. */
  get isUnderWay(): boolean {
    return !this.isCancelling && !this.meeting.isOver;
  }

  /** The peer has said nothing yet: another attempt may still take its place. */
  get isUnanswered(): boolean {
    return this.record.peer === null && this.isUnderWay;
  }

  protected abstract upgrade(): UpgradeRequest;
  /** The server says that it is a match. */
  protected abstract matched(notice: MatchedNotice): Promise<void>;
  /** The server has nothing more to tell of the attempt. */
  protected abstract forgotten(reason: FailureReason): Promise<void>;
  /** The server knows that the end was heard. */
  protected abstract acknowledged(): Promise<void>;
  protected abstract opened(locator: Locator): Promise<void>;
  protected abstract noticed(notice: AttemptNotice): Promise<void>;
  /** A refusal that came on the socket. */
  protected abstract refused(problem: Problem): Promise<void>;
  /** The server will not let this device connect; true gives up. */
  protected abstract barred(error: ProblemError): boolean;

  /** Asks for the first connection by itself, so that its refusal reaches whoever started the attempt. */
  async begin(): Promise<void> {
    this.start(await requestUpgrade(this.context.device, this.upgrade()));
  }

  start(first?: Upgrade): void {
    if (this.#isStopped) return;
    const { device, ports } = this.context;
    this.#socket = new LiveSocket(device, ports, {
      upgrade: () => this.upgrade(),
      notices: attemptNoticeSchema,
      onOpen: (locator) => this.enqueue(() => this.#opened(locator)),
      onNotice: (notice) => this.enqueue(() => this.#noticed(notice)),
      onState: (state) => this.#connectionChanged(state),
      onRefused: (error) => this.barred(error),
      ...(first !== undefined && { first }),
    });
    this.watchDeadline();
  }

  /** Lets go of the socket; the record stays, so that a later run can go on. */
  stop(): void {
    const interruption = new ConnectionError("The meeting was interrupted. It can be resumed.");
    this.settleReady.reject(interruption);
    this.meeting.interrupt(interruption);
    this.#letGo();
  }

  #letGo(): void {
    this.#isStopped = true;
    this.#socket?.close();
    this.#stopTimer();
    this.#settled.resolve();
  }

  /**
   * Of one that {@link isUnanswered}: makes way for another attempt, which takes over the meeting. From this
   * very moment on it answers no claim, so that the secret is never offered twice, and how it ends concerns
   * nobody any more. What is left is to {@link leave}.
   */
  makeWay(): Meeting {
    const { meeting } = this;
    this.isCancelling = true;
    this.#hasMadeWay = true;
    this.#meeting = new Meeting();
    return meeting;
  }

  /** Once what takes its place is stored: the record goes first, then the attempt is cancelled. */
  async leave(): Promise<void> {
    await this.context.store.delete("attempts", this.record.id);
    this.settleReady.resolve();
    if (this.record.locator === null) await this.finish();
    else this.say({ type: "cancel" });
  }

  /** Of an attempt that never came to stand: nobody holds anything of it. */
  async abandon(): Promise<void> {
    if (!this.meeting.isOver) await this.finish();
  }

  /** Something that the server evaluates has been said, now or by an earlier run. */
  protected get hasSpoken(): boolean {
    return this.record.said !== null || this.record.concluded !== null;
  }

  /** Before, there is nothing to lose: a first connection that fails is part of the beginning. */
  get #stands(): boolean {
    return this.record.openedAt !== null;
  }

  protected say(message: AttemptRequest): void {
    this.#socket?.send(message);
  }

  protected reconnect(): void {
    this.#socket?.reconnect();
  }

  protected async remember(change: Partial<AttemptRecord>): Promise<void> {
    this.record = { ...this.record, ...change };
    if (!this.#hasMadeWay) await this.context.store.put("attempts", this.record.id, this.record);
  }

  /** This device's clock when the server's shows `time`. */
  protected localTime(time: number, now: number): number {
    return this.context.ports.now() + time - now;
  }

  /**
   * Without a connection and with nothing evaluated said, an attempt past its deadlines cannot have
   * matched; otherwise only the server knows, and it is asked until it answers.
   */
  protected watchDeadline(): void {
    this.#stopTimer();
    const { answerBy } = this.record;
    if (answerBy === null || this.hasSpoken || this.meeting.isOver) return;
    const wait = Math.max(0, answerBy + GIVE_UP_MS - this.context.ports.now());
    this.#stopTimer = this.context.ports.after(wait, () => {
      this.enqueue(async () => {
        if (!this.hasSpoken) await this.fail("timedOut");
      });
    });
  }

  /** Ends the attempt on this device; the record goes once the server knows that the notice came. */
  protected async fail(reason: FailureReason): Promise<void> {
    const { method, role } = this.record;
    this.meeting.emit({ event: "failed", reason, advice: adviceFor(reason, method, role) });
    // Of a fault that only this device sees, the other side hears as a cancellation.
    if (reason === "tampered") this.say({ type: "cancel" });
    // Whoever has not spoken as a responder is no side: another run of this device may be.
    if (this.record.role === "initiator" || this.hasSpoken) this.say({ type: "acknowledge" });
    await this.finish();
  }

  protected async finish(): Promise<void> {
    await this.context.store.delete("attempts", this.record.id);
    this.settleReady.resolve();
    this.stop();
    this.context.onEnd(this.id);
  }

  async #opened(locator: Locator | null): Promise<void> {
    if (this.#isLost) {
      this.#isLost = false;
      if (this.#stands) this.meeting.emit({ event: "connection", state: "restored" });
    }
    if (locator !== null) await this.opened(locator);
    if (this.isCancelling) this.say({ type: "cancel" });
  }

  async #noticed(notice: AttemptNotice): Promise<void> {
    switch (notice.type) {
      case "matched":
        return this.matched(notice);
      case "ended":
        return this.fail(notice.outcome);
      case "acknowledged":
        return this.meeting.isOver ? this.acknowledged() : this.forgotten("timedOut");
      case "problem":
        return this.refused(notice.problem);
      default:
        return this.noticed(notice);
    }
  }

  async #cancel(): Promise<void> {
    if (this.meeting.isOver) return;
    this.isCancelling = true;
    this.say({ type: "cancel" });
    this.enqueue(async () => {
      if (this.#isLost && !this.hasSpoken) await this.fail("cancelled");
    });
    await within(
      this.context.ports,
      CANCEL_MS,
      this.meeting.contact.catch(() => {}),
    );
  }

  #connectionChanged(state: "connecting" | "online" | "offline"): void {
    if (state !== "offline" || this.#isLost || this.meeting.isOver) return;
    this.#isLost = true;
    if (this.#stands) this.meeting.emit({ event: "connection", state: "lost" });
  }

  /** One thing after another. A fault of this device's own, such as a full disk, interrupts the attempt openly. */
  protected enqueue(task: () => Promise<void>): void {
    const unlessStopped = async () => {
      if (!this.#isStopped) await task();
    };
    this.#work = this.#work.then(unlessStopped).catch((fault: unknown) => {
      // What failed for want of a connection is done again after the next one.
      if (isPassing(fault)) return this.reconnect();
      this.settleReady.reject(fault as Error);
      this.meeting.interrupt(fault as Error);
      this.stop();
    });
  }
}
