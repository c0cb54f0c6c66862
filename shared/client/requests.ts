// Requests of others to meet (PAS-2): what waits for an answer, told by the mailbox's line. It also sees
// when two ask each other at once, so that one of the two attempts goes on (PAS-9).

import type { EndedRequest, MeetingRequest } from "../wire/mailbox.ts";
import type { UserId } from "../wire/ids.ts";
import { PASSPHRASE_TERM_MAX_SECONDS } from "../wire/limits.ts";
import { ProblemError } from "../wire/problem.ts";
import type { ContactBook } from "./contactBook.ts";
import type { Device } from "./device.ts";
import type { InitiatorRun } from "./initiatorRun.ts";
import type { Meeting } from "./meeting.ts";
import { nameOfStranger } from "./metContact.ts";
import type { AcquaintEvent, IncomingRequest, MeetingOptions } from "./model.ts";
import type { Ports } from "./ports.ts";
import { refuseRequest } from "./refusal.ts";
import type { SpokenMeetings } from "./spokenMeetings.ts";

/** How long the lower of two crossed attempts waits for the other device to come over, if the other's time allows. */
const CROSSING_PATIENCE_MS = 5_000;
/** How often a tab looks whether another one has let go of a crossed request, which still waits then. */
const LOOK_AGAIN_MS = 1_000;
/** Of two crossed requests, the later one was made at most this long after the one that led to the meeting. */
const CROSSING_WINDOW_MS = PASSPHRASE_TERM_MAX_SECONDS * 1_000;

const OVER: readonly string[] = ["attempt-over", "attempt-unknown", "answered-elsewhere"];

interface Waiting {
  readonly request: MeetingRequest;
  readonly shown: IncomingRequest;
  /** Own request to its asker is under way, and one of the two will make way. */
  readonly isCrossed: boolean;
}

export class Requests {
  readonly #device: Device;
  readonly #ports: Ports;
  readonly #contacts: ContactBook;
  readonly #spoken: SpokenMeetings;
  readonly #tell: (event: AcquaintEvent) => void;
  readonly #waiting = new Map<string, Waiting>();
  /** What this device has answered or refused: it hears of the end from the attempt. */
  readonly #own = new Set<string>();
  /** Crossed requests that this tab is to settle, not another one of the device; each lets go of its hold. */
  readonly #held = new Map<string, () => void>();
  /** Ends that were told of, since whichever tab takes over hears of the last ones again. */
  readonly #over = new Set<string>();
  /** Those that the server has listed since the last hello. */
  #listed = new Set<string>();
  readonly #timers = new Set<() => void>();

  constructor(
    device: Device,
    ports: Ports,
    contacts: ContactBook,
    spoken: SpokenMeetings,
    tell: (event: AcquaintEvent) => void,
  ) {
    this.#device = device;
    this.#ports = ports;
    this.#contacts = contacts;
    this.#spoken = spoken;
    this.#tell = tell;
  }

  /** The oldest first. They arrive over the line that `connect` holds. */
  get waiting(): readonly IncomingRequest[] {
    return [...this.#waiting.values()]
      .filter(({ isCrossed, shown }) => !isCrossed && this.#ports.now() < shown.expiresAt)
      .map(({ shown }) => shown);
  }

  /**
   * Answers with the passphrase. Resolves once the answer is made.
   * @throws PassphraseError for one that is empty, too long or used up: then the request still waits
   * @throws ConnectionError when the server cannot be reached
   * @throws ProblemError `attempt-over` for a request that is over, `answered-elsewhere`
   */
  answer(sid: string, passphrase: string, options: MeetingOptions = {}): Promise<Meeting> {
    return this.#settle(sid, (request) => this.#spoken.answer(request, passphrase, options));
  }

  /**
   * Says no; the asker is told.
   * @throws ConnectionError when that cannot be sent
   * @throws ProblemError `attempt-over` for a request that is over, `answered-elsewhere`
   */
  refuse(sid: string): Promise<void> {
    return this.#settle(sid, async (request) => {
      const release = await this.#spoken.holdRequest(sid);
      if (release === null) throw new ProblemError("answered-elsewhere");
      await refuseRequest(this.#device, this.#ports, request).finally(release);
    });
  }

  /** Puts it off, or takes it up again; it waits as long as before, and nobody is told. */
  postpone(sid: string, isPostponed = true): void {
    const waiting = this.#known(sid);
    this.#put({ ...waiting, shown: { ...waiting.shown, isPostponed } });
  }

  /** Blocks the asker, who is not told: to them it ends as if nobody were there. */
  block(sid: string): Promise<void> {
    return this.#settle(sid, ({ from, handle }) =>
      this.#contacts.block(from, nameOfStranger(from, handle)),
    );
  }

  /** The request of that account, if one waits. */
  of(userId: UserId): MeetingRequest | null {
    const all = [...this.#waiting.values()].map(({ request }) => request);
    return all.find(({ from, sid }) => from === userId && this.#isInTime(sid)) ?? null;
  }

  /** Of the mailbox's line: from now until {@link listed} the server lists all that waits. */
  listing(): void {
    this.#listed = new Set();
  }

  /** What was answered on another device while this one was away waits no more. */
  listed(): void {
    for (const sid of this.#waiting.keys()) if (!this.#listed.has(sid)) this.#remove(sid);
  }

  /** Of the mailbox's line. */
  async arrived(request: MeetingRequest, now: number): Promise<void> {
    const { sid, from, handle, claimBy, answerBy } = request;
    this.#listed.add(sid);
    if (this.#waiting.has(sid) || this.#isOwn(sid) || this.#over.has(`${sid} answered`)) return;
    const contact = await this.#contacts.get(from);
    const expiresAt = this.#ports.now() + claimBy - now;
    const shown: IncomingRequest = {
      sid,
      from,
      name: contact?.name ?? nameOfStranger(from, handle),
      handle,
      isContact: contact !== null,
      expiresAt,
      answerBy: this.#ports.now() + answerBy - now,
      isPostponed: false,
    };
    const isCrossed = this.#spoken.ownTo(from) !== null;
    this.#put({ request, shown, isCrossed });
    this.#after(expiresAt - this.#ports.now(), () => this.#remove(sid));
    if (isCrossed) await this.#meetHalfway(request);
  }

  /** Own request to that account begins: theirs, if one is shown already, is crossed by it. */
  crossedBy(userId: UserId): void {
    const theirs = this.of(userId);
    const waiting = theirs === null ? undefined : this.#waiting.get(theirs.sid);
    if (theirs === null || waiting === undefined || waiting.isCrossed) return;
    this.#put({ ...waiting, isCrossed: true });
    void this.#meetHalfway(theirs);
  }

  /** Of the mailbox's line. What this device answers itself, it hears of from the attempt. */
  async ended({ sid, from, handle, openedAt, outcome }: EndedRequest): Promise<void> {
    const waiting = this.#waiting.get(sid);
    this.#remove(sid);
    const news = `${sid} ${outcome}`;
    if (waiting?.isCrossed === true || this.#isOwn(sid) || this.#over.has(news)) return;
    this.#over.add(news);
    const contact = await this.#contacts.get(from);
    // One that was never shown here and made way for another attempt (PAS-9) has not come to nothing.
    const hasMet = contact !== null && openedAt < contact.metAt + CROSSING_WINDOW_MS;
    const hasMadeWay = this.#spoken.isWith(from) || (waiting === undefined && hasMet);
    if (outcome === "cancelled" && hasMadeWay) return;
    const name = contact?.name ?? nameOfStranger(from, handle);
    this.#tell({ event: "requestOver", request: { sid, from, name, openedAt, outcome } });
  }

  /** The attempt with the lower id goes on, so that both devices choose the same one. */
  async #meetHalfway(request: MeetingRequest): Promise<void> {
    const { sid, from } = request;
    const own = this.#spoken.ownTo(from);
    if (own === null) return this.#uncross(sid);
    void own.meeting.contact.then(
      () => this.#letGo(sid),
      () => this.#uncross(sid),
    );
    const patience = sid < own.sid ? 0 : this.#patienceFor(sid);
    // Taken now, so that later own attempt makes way in one step, and no notice of its end comes in between.
    await this.#hold(sid);
    this.#goOverIn(patience, own, request);
  }

  #goOverIn(ms: number, own: InitiatorRun, request: MeetingRequest): void {
    if (this.#isInTime(request.sid)) this.#after(ms, () => void this.#goOver(own, request));
  }

  /** What another tab holds is for that one to settle; should it let go while the request waits, for this one. */
  async #goOver(own: InitiatorRun, request: MeetingRequest): Promise<void> {
    const { sid } = request;
    if (!own.isUnanswered || !this.#isInTime(sid)) return;
    const release = this.#held.get(sid);
    if (release === undefined) {
      if (await this.#hold(sid)) return this.#goOver(own, request);
      return this.#goOverIn(LOOK_AGAIN_MS, own, request);
    }
    this.#held.delete(sid); // from here on the answer's
    const waiting = this.#take(sid);
    try {
      await this.#spoken.turnAround(own, request, waiting.shown.answerBy, release);
    } catch (error) {
      this.#putBack({ ...waiting, isCrossed: false }, error);
    }
  }

  /** False while another tab has it, while the store fails, and once nothing is crossed any more. */
  async #hold(sid: string): Promise<boolean> {
    const release = await this.#spoken.holdRequest(sid).catch(() => null);
    if (release === null) return false;
    if (this.#waiting.get(sid)?.isCrossed === true) this.#held.set(sid, release);
    else release();
    return this.#held.has(sid);
  }

  #letGo(sid: string): void {
    this.#held.get(sid)?.();
    this.#held.delete(sid);
  }

  #patienceFor(sid: string): number {
    const left = (this.#waiting.get(sid)?.shown.expiresAt ?? 0) - this.#ports.now();
    return Math.max(0, Math.min(CROSSING_PATIENCE_MS, left / 2));
  }

  /** Own attempt came to nothing: what still waits is shown after all. */
  #uncross(sid: string): void {
    const waiting = this.#waiting.get(sid);
    if (waiting !== undefined) this.#put({ ...waiting, isCrossed: false });
  }

  close(): void {
    for (const stop of this.#timers) stop();
    this.#timers.clear();
    this.#waiting.clear();
    for (const sid of this.#held.keys()) this.#letGo(sid);
  }

  #isOwn(sid: string): boolean {
    return this.#own.has(sid) || this.#spoken.isAnswering(sid);
  }

  #isInTime(sid: string): boolean {
    const waiting = this.#waiting.get(sid);
    return waiting !== undefined && this.#ports.now() < waiting.shown.expiresAt;
  }

  #known(sid: string): Waiting {
    const waiting = this.#waiting.get(sid);
    if (waiting === undefined) throw new ProblemError("attempt-over");
    return waiting;
  }

  /** Takes it off the list; what fails puts it back. */
  async #settle<Result>(sid: string, settle: (request: MeetingRequest) => Promise<Result>) {
    const waiting = this.#take(sid);
    try {
      return await settle(waiting.request);
    } catch (error) {
      this.#putBack(waiting, error);
      throw error;
    }
  }

  #take(sid: string): Waiting {
    const waiting = this.#known(sid);
    this.#own.add(sid);
    this.#remove(sid);
    return waiting;
  }

  /** What could not be answered waits on, unless it is over. */
  #putBack(waiting: Waiting, error: unknown): void {
    const isOver = error instanceof ProblemError && OVER.includes(error.code);
    if (!isOver) this.#put(waiting);
  }

  #put(waiting: Waiting): void {
    if (!waiting.isCrossed) this.#letGo(waiting.request.sid);
    this.#own.delete(waiting.request.sid);
    this.#waiting.set(waiting.request.sid, waiting);
    this.#tell({ event: "requests" });
  }

  #remove(sid: string): void {
    this.#letGo(sid);
    if (this.#waiting.delete(sid)) this.#tell({ event: "requests" });
  }

  #after(ms: number, then: () => void): void {
    const stop = this.#ports.after(ms, () => {
      this.#timers.delete(stop);
      then();
    });
    this.#timers.add(stop);
  }
}
