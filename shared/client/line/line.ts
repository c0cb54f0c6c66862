// The line of this device: who of its tabs and processes holds it, and what comes and goes on it. The one that
// holds it reads, seals and changes conversations; the others leave their part in the outbox.

import type { UserId } from "../../wire/ids.ts";
import type { MailboxNotice, MailboxRequest } from "../../wire/mailbox.ts";
import { ConnectionError } from "../api.ts";
import type { ContactBook } from "../contactBook.ts";
import { deferred } from "../deferred.ts";
import type { Device } from "../device.ts";
import type { AcquaintEvent } from "../model.ts";
import { type Ports, within } from "../ports.ts";
import type { Change, Store } from "../store/store.ts";
import { AccountLogs } from "./accountLogs.ts";
import { ConversationWork } from "./conversationWork.ts";
import { Courier } from "./courier.ts";
import { Inbox } from "./inbox.ts";
import { type LineContext, lineName } from "./lineContext.ts";
import { applied, done, kept, Outbox, type OutboxEntry } from "./outbox.ts";
import { PrekeyBox } from "./prekeyBox.ts";
import { SessionWork } from "./sessionBook.ts";
import { encodeContent } from "../../core/line/contentCoding.ts";

/** How soon another tab or process takes over from one that is gone. */
const LOOK_AGAIN_MS = 1_000;
const SWEEP_MS = 30_000;
/** How long closing waits for prekeys to be left. */
const SETTLE_MS = 2_000;
const OUTBOX = "outbox";
const CONVERSATION = "conversation ";

type Ready = Pick<Extract<MailboxNotice, { type: "ready" }>, "prekeys" | "waiting">;
type Say = (messages: readonly MailboxRequest[]) => boolean;

export class Line {
  readonly outbox: Outbox;
  readonly logs: AccountLogs;
  readonly #context: LineContext;
  readonly #courier: Courier;
  readonly #inbox: Inbox;
  readonly #tell: (event: AcquaintEvent) => void;
  #work: Promise<unknown> = Promise.resolve();
  #say: Say | null = null;
  #holding: Promise<void> | null = null;
  #release: (() => void) | null = null;
  #isStarted = false;
  #stops: (() => void)[] = [];
  #preparing: Promise<void> = Promise.resolve();
  readonly #catchingUp: Promise<void>;
  readonly #caughtUp: () => void;
  #closing = deferred();
  #toCome = 0;
  /** Whoever the holder changes for: the mailbox socket says hello again. */
  onHold: () => void = () => {};

  constructor(
    device: Device,
    ports: Ports,
    store: Store,
    contacts: ContactBook,
    tell: (event: AcquaintEvent) => void,
  ) {
    const catchingUp = deferred();
    this.#catchingUp = catchingUp.promise;
    this.#caughtUp = catchingUp.resolve;
    this.#tell = tell;
    this.outbox = new Outbox(store, ports);
    this.logs = new AccountLogs(device, store, contacts);
    this.#context = {
      device,
      ports,
      store,
      contacts,
      logs: this.logs,
      prekeys: new PrekeyBox(device, ports, store),
      outbox: this.outbox,
      alone: (work) => this.#alone(work),
      say: (messages) => this.#say?.(messages) ?? false,
      keep: (work, others) => this.#keep(work, others),
      tell,
    };
    this.#courier = new Courier(this.#context);
    this.#inbox = new Inbox(this.#context, (to) => this.#courier.nudge(to));
  }

  get isHolder(): boolean {
    return this.#release !== null;
  }

  /** From now on this tab or process holds the line, or will as soon as nobody else does. */
  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#closing = deferred();
    const { store } = this.#context;
    this.#stops.push(store.onSignal((name) => this.#heard(name)));
    this.#look();
    this.#sweepRegularly();
  }

  async stop(): Promise<void> {
    this.#isStarted = false;
    this.#closing.reject(new ConnectionError("The account was closed before that was known."));
    this.#courier.close();
    this.#inbox.close();
    for (const stop of this.#stops.splice(0)) stop();
    await this.#holding?.catch(() => {});
    await this.#work; // nothing begins any more
    await within(this.#context.ports, SETTLE_MS, this.#preparing);
    this.#release?.();
    this.#release = null;
  }

  /** Leaves prekeys at the server if this device has left none. */
  preparePrekeys(): void {
    this.#preparing = this.#context.prekeys.replenish(null).catch(() => {}); // the next connection tries again
  }

  /** Of the mailbox socket, once it is ready: reading, if this one holds the line. */
  async ready(say: Say, { prekeys, waiting = 0 }: Ready): Promise<void> {
    this.#say = say;
    if (prekeys === undefined) return;
    this.#toCome = waiting;
    if (waiting === 0) this.#caughtUp();
    const preparing = this.#context.prekeys.replenish(prekeys);
    this.#preparing = preparing.catch(() => {}); // for who stops meanwhile
    await preparing;
    await this.#courier.open();
  }

  lost(): void {
    this.#say = null;
    this.#courier.close();
  }

  async take(notice: MailboxNotice): Promise<void> {
    switch (notice.type) {
      case "envelopes":
        if (!this.isHolder) return;
        await this.#inbox.take(notice.envelopes);
        this.#toCome -= notice.envelopes.length;
        if (this.#toCome <= 0) this.#caughtUp();
        return;
      case "transient":
        return this.isHolder ? this.#inbox.takeTransient(notice) : undefined;
      case "stored":
        return this.#courier.answered(notice.numbers, "stored");
      case "refused":
        return this.#courier.answered([notice.number], notice.problem);
      default:
    }
  }

  /**
   * Resolves once all that waited at the server has come; at once where another tab or process takes it.
   */
  async caughtUp(): Promise<void> {
    this.start();
    await this.#holding;
    if (this.isHolder) await this.#catchingUp;
  }

  /** What is waited for, for as long as the line is open. @throws ConnectionError once it is closed */
  async whileOpen<Value>(waited: Promise<Value>): Promise<Value> {
    const closed = this.#closing.promise.then(() => waited);
    return Promise.race([waited, closed]);
  }

  /** Durable once resolved. The line's holder does what it asks for, sooner or later. */
  async submit(...entries: OutboxEntry[]): Promise<void> {
    await this.#context.store.apply(entries.map(kept));
    // From here on it is certain; what fails now is done by the next look.
    if (this.isHolder) await this.#applySubmitted().catch(() => {});
    else this.#context.store.signal(OUTBOX);
  }

  /** To whoever of that account listens now; lost otherwise. */
  async sayTyping(to: UserId, isTyping: boolean): Promise<void> {
    if (!this.isHolder || this.#say === null) return;
    const { logs } = this.#context;
    const { devices } = await logs.of(to);
    const content = encodeContent({ kind: "typing", isTyping });
    const boxes = await this.#alone(async () => {
      const work = new SessionWork(this.#context);
      const sealed = devices.map(async (device) => ({
        device: device.number,
        box: await work.sealTransient({ ...device, userId: to }, content),
      }));
      return Promise.all(sealed);
    });
    const known = boxes.flatMap(({ device, box }) => (box === null ? [] : [{ device, box }]));
    if (known.length > 0) this.#say?.([{ type: "transient", to, boxes: known }]);
  }

  #look(): void {
    if (!this.#isStarted) return;
    this.#holding = this.#tryHold().catch(() => {});
    void this.#holding.then(() => {
      if (this.#release !== null || !this.#isStarted) return;
      this.#stops.push(this.#context.ports.after(LOOK_AGAIN_MS, () => this.#look()));
    });
  }

  async #tryHold(): Promise<void> {
    const { store, device } = this.#context;
    const release = await store.hold(lineName(device));
    if (release === null) return;
    if (!this.#isStarted) return release();
    this.#release = release;
    await this.outbox.resume();
    this.onHold();
    await this.#applySubmitted();
    await this.#sweep();
  }

  #heard(name: string): void {
    if (name === OUTBOX && this.isHolder) void this.#applySubmitted().catch(() => {}); // the next look
    if (name.startsWith(CONVERSATION) && !this.isHolder) {
      this.#tell({ event: "conversation", userId: name.slice(CONVERSATION.length) as UserId });
    }
  }

  /** Puts what was submitted into its conversation; then it may go. */
  async #applySubmitted(): Promise<void> {
    const { store, ports, device } = this.#context;
    const { userId } = device.identity;
    const entries = await this.#alone(async () => {
      const submitted = await this.outbox.submissions();
      const conversations = new ConversationWork(store, ports.now());
      const changes: Change[] = [];
      for (const entry of submitted) {
        const { to, content } = entry;
        changes.push(done(entry), kept(applied(entry)));
        if (to === userId || content.kind === "sync" || content.kind === "resend") continue;
        await conversations.apply(to, "me", content, "waiting");
        if (entry.message !== null) await conversations.setDelivery(to, entry.message, "waiting");
        const copy: OutboxEntry = this.outbox.make({
          to: userId,
          content: { kind: "sync", to, content },
        });
        if (device.identity.devices.length > 1) changes.push(kept(copy));
      }
      if (changes.length > 0) await this.#keep(conversations, changes);
      return submitted;
    });
    if (entries.length > 0) this.#courier.nudge(userId);
    for (const to of new Set(entries.map((entry) => entry.to))) this.#courier.nudge(to);
  }

  async #keep(conversations: ConversationWork, others: readonly Change[]): Promise<void> {
    const { store } = this.#context;
    await store.apply([...conversations.changes(), ...others]);
    for (const userId of conversations.changedPeers) {
      this.#tell({ event: "conversation", userId });
      store.signal(CONVERSATION + userId);
    }
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
    return this.#alone(async () => {
      const { store, ports } = this.#context;
      const conversations = new ConversationWork(store, ports.now());
      await conversations.sweep();
      await this.#keep(conversations, []);
    });
  }

  /** Whoever holds the line next goes on from what is stored: nothing may begin once it is let go of. */
  #alone<Value>(work: () => Promise<Value>): Promise<Value> {
    const working = this.#work.then(() => {
      if (!this.#isStarted || !this.isHolder) throw new ConnectionError("The line was closed.");
      return work();
    });
    this.#work = working.catch(() => {});
    return working;
  }
}
