// Drives one attempt over its socket, for either role. Notices are handled one after another, and what
// must not be lost is stored before it is said. The two roles differ in initiatorRun.ts and responderRun.ts.

import type { Upgrade, UpgradeRequest } from "../wire/auth.ts";
import type { Locator } from "../wire/ids.ts";
import {
  type AttemptNotice,
  attemptNoticeSchema,
  type AttemptRequest,
  type MatchedNotice,
} from "../wire/pairing.ts";
import { type Problem, ProblemError } from "../wire/problem.ts";
import { ConnectionError } from "./api.ts";
import { type AttemptRecord, verifyMatch, withoutSecrets } from "./attemptRecord.ts";
import type { ContactBook, ReceivedCard } from "./contactBook.ts";
import { deferred } from "./deferred.ts";
import type { Device } from "./device.ts";
import { LiveSocket, requestUpgrade } from "./liveSocket.ts";
import { adviceFor, Meeting } from "./meeting.ts";
import type { Contact, FailureReason } from "./model.ts";
import { type Ports, within } from "./ports.ts";
import type { Store } from "./store/store.ts";

/** What every attempt of a device shares. */
export interface RunContext {
  readonly device: Device;
  readonly ports: Ports;
  readonly store: Store;
  readonly contacts: ContactBook;
  /** As the peer will see it. */
  readonly ownName: () => string;
  readonly onEnd: (run: AttemptRun) => void;
}

/** How long after its deadline an attempt without connection is given up. */
const GIVE_UP_MS = 10_000;
/** How long a cancellation waits for the server to confirm it. */
const CANCEL_MS = 3_000;

export abstract class AttemptRun {
  readonly meeting: Meeting;
  protected readonly context: RunContext;
  protected record: AttemptRecord;
  #socket: LiveSocket<AttemptNotice> | null = null;
  #work: Promise<void> = Promise.resolve();
  /** A run that is being cancelled answers no claim. */
  protected isCancelling = false;
  #isLost = false;
  #isStopped = false;
  #stopTimer: () => void = () => {};
  /** Resolves once the key can be shown, or the claim is made; rejects when the server refuses that. */
  readonly ready: Promise<void>;
  protected readonly settleReady = deferred();
  /** Resolves once nothing is left to do, the acknowledgement included. */
  readonly settled: Promise<void>;
  readonly #settled = deferred();

  constructor(context: RunContext, record: AttemptRecord) {
    this.context = context;
    this.record = record;
    this.meeting = new Meeting(record.role, { cancel: () => this.#cancel() });
    this.ready = this.settleReady.promise;
    this.settled = this.#settled.promise;
  }

  get id(): string {
    return this.record.id;
  }

  protected abstract upgrade(): UpgradeRequest;
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
    this.#isStopped = true;
    const interruption = new ConnectionError("The meeting was interrupted. It can be resumed.");
    this.settleReady.reject(interruption);
    this.meeting.interrupt(interruption);
    this.#socket?.close();
    this.#stopTimer();
    this.#settled.resolve();
  }

  /** Of an attempt that never came to stand: nobody holds anything of it. */
  async abandon(): Promise<void> {
    if (!this.meeting.isOver) await this.finish();
  }

  /** Something that the server evaluates has been said, now or by an earlier run. */
  get #hasSpoken(): boolean {
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
    await this.context.store.put("attempts", this.record.id, this.record);
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
    if (answerBy === null || this.#hasSpoken || this.meeting.isOver) return;
    const wait = Math.max(0, answerBy + GIVE_UP_MS - this.context.ports.now());
    this.#stopTimer = this.context.ports.after(wait, () => {
      this.enqueue(async () => {
        if (!this.#hasSpoken) await this.fail("timedOut");
      });
    });
  }

  protected async matched(notice: MatchedNotice): Promise<void> {
    if (this.record.concluded !== null) return this.#concluded();
    const { device, contacts } = this.context;
    const match = verifyMatch(this.record, device.identity.userId, notice);
    this.meeting.emit({ event: "matched" });
    if (match === null) return this.fail("tampered");
    const { contact, received } = await contacts.keepMet(match.agreement, match.met, match.opening);
    // What is left of the secrets has served; the record stays until the server has forgotten, too.
    await this.remember(withoutSecrets(this.record, contact.receiptHash));
    this.#connected(contact, received);
    this.say({ type: "acknowledge" });
  }

  /**
   * The server has nothing more to tell of the attempt. Before a restart this device may have kept and
   * acknowledged the contact already; otherwise there is none.
   */
  protected async forgotten(reason: FailureReason): Promise<void> {
    if (await this.takeRelease()) return;
    return this.meeting.isOver ? this.finish() : this.fail(reason);
  }

  /** True when the attempt had matched: what it released lies in the mailbox, or is kept already. */
  protected async takeRelease(): Promise<boolean> {
    const { concluded, said, sid } = this.record;
    if (concluded === null) {
      if (said === null || this.meeting.isOver) return false;
      const { release } = await this.context.device.call("release", { params: { sid } });
      if (release === null) return false;
      await this.matched(release);
      await this.context.device.call("acknowledgeRelease", { params: { sid } });
    } else {
      if (!this.meeting.isOver) await this.#concluded();
      // An acknowledgement that the server has lost is made good; if not now, its copy goes in 7 days.
      await this.context.device.call("acknowledgeRelease", { params: { sid } }).catch(() => {});
    }
    await this.finish();
    return true;
  }

  /** Tells of a contact that an earlier run of the program has kept, and acknowledges it again. */
  async #concluded(): Promise<void> {
    const { concluded } = this.record;
    const contact = concluded === null ? null : await this.context.contacts.metBy(concluded);
    this.meeting.emit({ event: "matched" });
    if (contact === null) return this.finish(); // removed since
    this.#connected(contact);
    this.say({ type: "acknowledge" });
  }

  #connected(contact: Contact, { card, cardProblem }: ReceivedCard = contact): void {
    this.meeting.emit({ event: "card", card, problem: cardProblem });
    this.meeting.emit({ event: "connected", contact });
  }

  /** Ends the attempt on this device; the record goes once the server knows that the notice came. */
  protected async fail(reason: FailureReason): Promise<void> {
    this.meeting.emit({ event: "failed", reason, advice: adviceFor(reason, this.record.role) });
    // Of a fault that only this device sees, the other side hears as a cancellation.
    if (reason === "tampered") this.say({ type: "cancel" });
    // Whoever has not spoken as a responder is no side: another run of this device may be.
    if (this.record.role === "initiator" || this.#hasSpoken) this.say({ type: "acknowledge" });
    await this.finish();
  }

  protected async finish(): Promise<void> {
    await this.context.store.delete("attempts", this.record.id);
    this.settleReady.resolve();
    this.stop();
    this.context.onEnd(this);
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
        return this.meeting.isOver ? this.#acknowledged() : this.forgotten("timedOut");
      case "problem":
        return this.refused(notice.problem);
      default:
        return this.noticed(notice);
    }
  }

  /** After T2 a copy may have gone to the mailbox before the acknowledgement came; it is to go as well. */
  async #acknowledged(): Promise<void> {
    const { concluded, answerBy, sid } = this.record;
    if (concluded !== null && answerBy !== null && this.context.ports.now() > answerBy) {
      await this.context.device.call("acknowledgeRelease", { params: { sid } }).catch(() => {});
    }
    return this.finish();
  }

  async #cancel(): Promise<void> {
    if (this.meeting.isOver) return;
    this.isCancelling = true;
    this.say({ type: "cancel" });
    this.enqueue(async () => {
      if (this.#isLost && !this.#hasSpoken) await this.fail("cancelled");
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
    this.#work = this.#work.then(task).catch((fault: unknown) => {
      if (isPassing(fault)) return this.reconnect();
      this.settleReady.reject(fault as Error);
      this.meeting.interrupt(fault as Error);
      this.stop();
    });
  }
}

/** A call that failed for want of a connection is made again after the next one. */
function isPassing(fault: unknown): boolean {
  if (fault instanceof ConnectionError) return true;
  return (
    fault instanceof ProblemError && (fault.problem.status >= 500 || fault.problem.status === 429)
  );
}
