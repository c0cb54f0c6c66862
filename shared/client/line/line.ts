// The line of this device: who of its tabs and processes holds it, and what comes and goes on it. The one that
// holds it reads, seals and changes conversations; the others leave their part in the outbox.

import type { UserId } from "../../wire/ids.ts";
import type { MailboxNotice, MailboxRequest } from "../../wire/mailbox.ts";
import { ConnectionError } from "../connectionError.ts";
import type { ContactBook } from "../contactBook.ts";
import { deferred } from "../deferred.ts";
import type { Device } from "../device.ts";
import type { AcquaintEvent } from "../model.ts";
import { type Ports, within } from "../ports.ts";
import type { Change, Store } from "../store/store.ts";
import { AccountLogs } from "./accountLogs.ts";
import { CatchingUp } from "./catchingUp.ts";
import { ConversationWork } from "./conversationWork.ts";
import { Courier } from "./courier.ts";
import { FileDesk } from "./fileDesk.ts";
import { HandoverDesk } from "../handover/desk.ts";
import { Holding } from "./holding.ts";
import { Inbox } from "./inbox.ts";
import { type LineContext, lineName } from "./lineContext.ts";
import { kept, type NewEntry, Outbox, type OutboxEntry } from "./outbox.ts";
import { PrekeyBox } from "./prekeyBox.ts";
import { takeSubmitted } from "./submitted.ts";
import { sayTyping } from "./typing.ts";

const SWEEP_MS = 30_000;
/** How long closing waits for prekeys to be left. */
const SETTLE_MS = 2_000;
/** Signals, some of which name an account after a space. */
const OUTBOX = "outbox";
const CONVERSATION = "conversation";
const TAKEN_OVER = "takenOver";
const TYPING = "typing";

type Ready = Pick<Extract<MailboxNotice, { type: "ready" }>, "prekeys" | "waiting">;
type Say = (messages: readonly MailboxRequest[]) => boolean;

export class Line {
  readonly outbox: Outbox;
  readonly logs: AccountLogs;
  readonly files: FileDesk;
  /** With the account's other devices. */
  readonly handover: HandoverDesk;
  readonly #context: LineContext;
  readonly #courier: Courier;
  readonly #inbox: Inbox;
  readonly #tell: (event: AcquaintEvent) => void;
  readonly #holding: Holding;
  #say: Say | null = null;
  #isStarted = false;
  #stops: (() => void)[] = [];
  #preparing: Promise<void> = Promise.resolve();
  readonly #catchingUp: CatchingUp;
  #closing = deferred();
  /** From now on this tab or process holds the line. */
  onHold: () => void = () => {};
  /** It does no more. */
  onLost: () => void = () => {};

  constructor(
    device: Device,
    ports: Ports,
    store: Store,
    contacts: ContactBook,
    tell: (event: AcquaintEvent) => void,
  ) {
    this.#catchingUp = new CatchingUp(ports, store, () => this.isHolder);
    this.#tell = tell;
    this.outbox = new Outbox(store, ports);
    this.logs = new AccountLogs(device, store, contacts);
    this.#holding = new Holding(store, lineName(device), {
      onBegin: (hasWaited) => this.#begin(hasWaited),
      onOver: () => {
        this.lost();
        void this.files.release();
        void this.handover.release();
        this.onLost();
      },
    });
    this.#context = {
      device,
      ports,
      store,
      contacts,
      logs: this.logs,
      prekeys: new PrekeyBox(device, ports, store),
      outbox: this.outbox,
      alone: (work) => this.#holding.alone(work),
      apply: (changes) => this.#holding.apply(changes),
      say: (messages) => this.#say?.(messages) ?? false,
      keep: (work, others) => this.#keep(work, others),
      tell,
    };
    this.#courier = new Courier(this.#context);
    this.files = new FileDesk(this.#context, () => this.#applySubmitted());
    this.handover = new HandoverDesk(this.#context, this);
    this.#inbox = new Inbox(this.#context, this.handover, {
      nudge: (to) => this.#courier.nudge(to),
      came: (count) => this.#catchingUp.came(count),
    });
  }

  get isHolder(): boolean {
    return this.#holding.isHolder;
  }

  /** From now on this tab or process holds the line, or will as soon as nobody else does. */
  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#closing = deferred();
    const { store } = this.#context;
    this.#stops.push(store.onSignal((name) => this.#heard(name)));
    this.#holding.open();
    this.#sweepRegularly();
  }

  async stop(): Promise<void> {
    this.#isStarted = false;
    this.#closing.reject(new ConnectionError("The account was closed before that was known."));
    this.#courier.close();
    this.#inbox.close();
    for (const stop of this.#stops.splice(0)) stop();
    await Promise.all([this.files.release(), this.handover.release()]);
    const letGo = await this.#holding.close();
    await within(this.#context.ports, SETTLE_MS, this.#preparing);
    letGo();
  }

  get prekeys(): PrekeyBox {
    return this.#context.prekeys;
  }

  /** Leaves prekeys at the server if this device has left none. */
  preparePrekeys(): void {
    this.#preparing = this.#context.prekeys.replenish(null).catch(() => {}); // the next connection tries again
  }

  /** Of the mailbox socket, once it is ready: reading, if this one holds the line. */
  async ready(say: Say, { prekeys, waiting = 0 }: Ready): Promise<void> {
    this.#say = say;
    if (prekeys === undefined) return;
    this.#catchingUp.expect(waiting + this.#inbox.late);
    const preparing = this.#context.prekeys.replenish(prekeys);
    this.#preparing = preparing.catch(() => {}); // for who stops meanwhile
    await preparing;
    await this.#courier.open();
    this.handover.look();
  }

  lost(): void {
    this.#say = null;
    this.#catchingUp.expect(null);
    this.#inbox.lost();
    this.#courier.close();
  }

  async take(notice: MailboxNotice): Promise<void> {
    switch (notice.type) {
      case "envelopes":
        return this.isHolder ? this.#inbox.take(notice.envelopes) : undefined;
      case "transient":
        return this.isHolder ? this.#inbox.takeTransient(notice) : undefined;
      case "stored":
        return this.#courier.answered(notice.numbers, "stored");
      case "refused":
        return this.#courier.answered([notice.number], notice.problem);
      default:
    }
  }

  /** Resolves once all that waited at the server has come, here or to whoever holds the line. @throws ConnectionError */
  caughtUp(): Promise<void> {
    this.start();
    return this.whileOpen(this.#catchingUp.once(() => this.#isStarted));
  }

  /** Of the line's holder: resolves once all has come that the server had taken on before. @throws ConnectionError */
  caughtUpAnew(): Promise<void> {
    return this.whileOpen(this.#catchingUp.anew(() => this.onHold()));
  }

  /** What is waited for, for as long as the line is open. @throws ConnectionError once it is closed */
  async whileOpen<Value>(waited: Promise<Value>): Promise<Value> {
    const closed = this.#closing.promise.then(() => waited);
    return Promise.race([waited, closed]);
  }

  /** Durable once resolved. The line's holder does what it asks for, sooner or later. */
  submit(...entries: OutboxEntry[]): Promise<void> {
    return this.#submit(entries.map(kept));
  }

  /** As `submit`, together with changes of other records. @param inTurn only while this one holds the line */
  async submitWith(
    entries: readonly NewEntry[],
    others: readonly Change[],
    { inTurn = false } = {},
  ): Promise<void> {
    const made: OutboxEntry[] = [];
    for (const entry of entries) made.push(await this.outbox.makeSubmission(entry));
    await this.#submit([...made.map(kept), ...others], inTurn);
  }

  async #submit(changes: readonly Change[], inTurn = false): Promise<void> {
    const { alone, apply, store } = this.#context;
    await (inTurn ? alone(() => apply(changes)) : store.apply(changes));
    // From here on it is certain; what fails now is done by the next look.
    if (this.isHolder) await this.#applySubmitted().catch(() => {});
    else this.#context.store.signal(OUTBOX);
  }

  /** To whoever of that account listens now; lost otherwise. */
  async sayTyping(to: UserId, isTyping: boolean): Promise<void> {
    if (!this.isHolder) this.#context.store.signal([TYPING, to, isTyping].join(" "));
    else if (this.#say !== null) await sayTyping(this.#context, to, isTyping);
  }

  async #begin(hasWaited: boolean): Promise<void> {
    await this.outbox.resume().catch(() => {}); // what is made now may come before what was left
    if (!this.isHolder) return;
    this.onHold();
    if (hasWaited) {
      // What the one before has stored it may not have told of.
      this.#context.store.signal(TAKEN_OVER);
      await this.#tellOfAll();
    }
    this.files.hold();
    this.handover.hold();
    await this.#applySubmitted();
    await this.#sweep();
  }

  /** For when the holder says nothing any more. */
  overtake(): void {
    this.#holding.overtake();
  }

  #heard(name: string): void {
    this.#catchingUp.heard(name);
    this.files.heard(name);
    this.handover.heard(name);
    const [what, of, isSo] = name.split(" ") as [string, UserId, string];
    if (what === TAKEN_OVER) void this.#tellOfAll().catch(() => {});
    if (this.isHolder) {
      if (what === OUTBOX) void this.#applySubmitted().catch(() => {}); // the next look
      if (what === TYPING) void this.sayTyping(of, isSo === "true").catch(() => {});
    } else if (what === CONVERSATION) {
      this.#tell({ event: "conversation", userId: of });
    }
  }

  async #tellOfAll(): Promise<void> {
    const all = await this.#context.store.all<{ peer: UserId }>("conversations");
    for (const { peer } of all) this.#tell({ event: "conversation", userId: peer });
  }

  /** Puts what was submitted into its conversation; then it may go. */
  async #applySubmitted(): Promise<void> {
    const receivers = await takeSubmitted(this.#context);
    for (const to of receivers) this.#courier.nudge(to);
  }

  async #keep(conversations: ConversationWork, others: readonly Change[]): Promise<void> {
    const { store } = this.#context;
    await this.#context.apply([...conversations.changes(), ...others]);
    for (const userId of conversations.changedPeers) {
      this.#tell({ event: "conversation", userId });
      store.signal(`${CONVERSATION} ${userId}`);
    }
    if (conversations.leavesFiles) void this.files.look();
  }

  /** Signals may get lost, and a connection may last longer than a prekey is to serve. */
  async #sweepOnce(): Promise<void> {
    await this.#applySubmitted();
    await this.#sweep();
    if (this.#say !== null) await this.#context.prekeys.replenish(null);
  }

  #sweepRegularly(): void {
    if (this.isHolder) void this.#sweepOnce().catch(() => {}); // the next time comes
    this.#stops.push(this.#context.ports.after(SWEEP_MS, () => this.#sweepRegularly()));
  }

  #sweep(): Promise<void> {
    return this.#context.alone(async () => {
      const { store, ports } = this.#context;
      const conversations = new ConversationWork(store, ports.now());
      await conversations.sweep();
      await this.#keep(conversations, []);
    });
  }
}
