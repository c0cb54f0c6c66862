// All that is done about touches, put together; loaded when first needed. What is kept in the store outlives it.

import { isUserId } from "../model.ts";
import { ProblemError } from "../../wire/problem.ts";
import type { Tap } from "../../wire/tap.ts";
import { ConnectionError } from "../connectionError.ts";
import { Certificates } from "./certificates.ts";
import { ServerClock } from "./clock.ts";
import { GroupWork } from "./groupWork.ts";
import type { ShownTicket, Table, TappedPeer, TapResult } from "./model.ts";
import { ticketsIn } from "./reading.ts";
import { Retrying } from "./retrying.ts";
import { Submissions } from "./submissions.ts";
import { Tables } from "./tables.ts";
import { adviceForTap } from "./tapAdvice.ts";
import type { TapsContext } from "./tapsContext.ts";
import { Tickets } from "./tickets.ts";
import { Touches } from "./touches.ts";

/** A certificate that could not be renewed is asked for again after this. */
const RENEW_AGAIN_MS = 60_000;
/** Timers of most surroundings last no longer than 24 days; a certificate's lasts half a day. */
const LONGEST_TIMER_MS = 24 * 60 * 60 * 1_000;

export class TapWork {
  readonly groups: GroupWork;
  readonly #context: TapsContext;
  readonly #retrying: Retrying;
  readonly #clock: ServerClock;
  readonly #certificates: Certificates;
  readonly #tickets: Tickets;
  readonly #touches: Touches;
  readonly #tables: Tables;
  readonly #submissions: Submissions;
  #stopTimer: () => void = () => {};
  #isClosed = false;

  constructor(context: TapsContext) {
    this.#context = context;
    this.#retrying = new Retrying(context.ports);
    this.#clock = new ServerClock(context.ports, context.store);
    this.#certificates = new Certificates(context, this.#clock);
    this.#tickets = new Tickets(context, this.#clock, this.#certificates);
    this.#touches = new Touches(context, this.#clock, this.#retrying);
    this.#tables = new Tables(context, this.#retrying, this.#tickets, () => this.#refresh());
    this.#submissions = new Submissions(context, this.#retrying, (tap) => this.#answered(tap));
    this.groups = new GroupWork(context);
  }

  ticket(): Promise<ShownTicket> {
    this.#context.leavePrekeys();
    return this.#tickets.show();
  }

  async tap(urls: readonly string[]): Promise<TapResult> {
    const tickets = ticketsIn(urls, this.#context.device.origin);
    this.#open();
    const tap = await this.#submissions.submit(this.#submissions.newId(), tickets);
    return this.#resultOf(tap);
  }

  async together(urls: readonly string[]): Promise<Table> {
    const tickets = ticketsIn(urls, this.#context.device.origin);
    this.#open();
    this.#context.connect();
    const tapId = this.#submissions.newId();
    const { ticket } = await this.#tickets.make();
    await this.#tables.gather(tapId, ticket, tickets);
    await this.#submissions
      .submit(tapId, tickets, ticket)
      .finally(() => this.#tables.gathered(tapId));
    const by = this.#context.device.identity.userId;
    const table = this.#tables.shown({ by, tapId });
    if (table === null) throw new ConnectionError("What the server answered is about no table.");
    return table;
  }

  confirm(tapId: string): Promise<void> {
    this.#open();
    return this.#tables.confirm(tapId);
  }

  decline(tapId: string): Promise<void> {
    return this.#tables.decline(tapId);
  }

  async undo(userId: string): Promise<void> {
    if (!isUserId(userId)) throw new ProblemError("contact-unknown");
    await this.#touches.undo(userId);
  }

  /** The line to the mailbox stands: what was left undone goes on. @param now by the server's clock */
  async online(now: number | undefined, heardAt: number): Promise<void> {
    this.#open();
    this.#retrying.wake();
    const fits = now === undefined || (await this.#clock.heard(now, heardAt));
    await Promise.allSettled([
      this.#renew(!fits),
      this.#submissions.resume(),
      this.#tables.look(),
      this.#touches.look(true),
    ]);
  }

  /** A table as the mailbox tells of it. */
  take(tap: Tap): Promise<unknown> {
    return this.#tables.take(tap).catch(() => {}); // told of again, or asked for when its time is up
  }

  close(): void {
    this.#isClosed = true;
    this.#stopTimer();
    this.#retrying.close();
    this.#tables.close();
  }

  #open(): void {
    this.#isClosed = false;
    this.#retrying.open();
    this.#tables.open();
  }

  /** Ahead of time, as long as there is a connection. */
  async #renew(isDoubtful = false): Promise<void> {
    const { ports } = this.#context;
    const certificates = this.#certificates;
    this.#stopTimer();
    const isDue = isDoubtful || (await certificates.dueInMs()) === 0;
    const isFresh = isDue && (await certificates.renew().then(isTrue, isFalse));
    const waitMs = isDue && !isFresh ? RENEW_AGAIN_MS : await certificates.dueInMs();
    this.#stopTimer();
    if (this.#isClosed) return;
    this.#stopTimer = ports.after(
      Math.min(LONGEST_TIMER_MS, Math.max(RENEW_AGAIN_MS, waitMs)),
      () => void this.#renew(),
    );
  }

  async #answered(tap: Tap): Promise<void> {
    if (tap.table !== null) await this.#tables.take(tap);
    await this.#refresh();
  }

  async #refresh(): Promise<void> {
    // What cannot be looked at now is told of by the mailbox, or with the next connection.
    await this.#context.contacts.refresh().catch(() => {});
    await this.#touches.look().catch(() => {});
  }

  async #resultOf({ tapId, groupId, outcomes = [] }: Tap): Promise<TapResult> {
    const peers: TappedPeer[] = [];
    for (const { outcome, userId } of outcomes) {
      if (outcome === null) throw new ConnectionError("The server left out what came of a code.");
      const isContact = outcome === "established" || outcome === "already";
      const contact = isContact && userId !== null ? await this.#contactOf(userId) : null;
      peers.push({ outcome, userId, contact, advice: adviceForTap(outcome) });
    }
    return { tapId, peers, groupId };
  }

  #contactOf(userId: NonNullable<TappedPeer["userId"]>) {
    return this.#touches.settle(userId).catch(() => this.#context.contacts.get(userId));
  }
}

const isTrue = () => true;
const isFalse = () => false;
