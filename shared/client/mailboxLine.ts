// The line to one's own mailbox: after each connection it says what this device has seen, hears what came
// since, and then what happens. Of tabs that can tell each other all, one has the connection, and the others follow.

import { type MailboxNotice, mailboxNoticeSchema } from "../wire/mailbox.ts";
import type { ContactBook } from "./contactBook.ts";
import type { Device } from "./device.ts";
import { ERASED_SIGNAL } from "./erasureMark.ts";
import { ForkedLogError } from "./forkedLog.ts";
import type { Line } from "./line/line.ts";
import { type Connection, type MailboxState, Tabs } from "./line/tabs.ts";
import type { Listeners } from "./listeners.ts";
import { LiveSocket } from "./liveSocket.ts";
import type { AcquaintEvent } from "./model.ts";
import type { Ports } from "./ports.ts";
import type { Requests } from "./requests.ts";
import type { Store } from "./store/store.ts";
import type { ContactRequests } from "./taps/contactRequests.ts";
import type { TapsDoor } from "./taps/door.ts";

const CURSOR_ID = "mailboxCursor";

type RequestNotice = Extract<MailboxNotice, { type: "request" }>;

interface MailboxContext {
  readonly device: Device;
  readonly ports: Ports;
  readonly store: Store;
  readonly contacts: ContactBook;
  readonly requests: Requests;
  readonly contactRequests: ContactRequests;
  readonly line: Line;
  readonly taps: TapsDoor;
  readonly listeners: Listeners<AcquaintEvent>;
  /** Of the connection that this tab or process has. */
  readonly onState: (state: Connection) => void;
  readonly onClose: () => void;
}

export class MailboxLine {
  readonly #context: MailboxContext;
  readonly #tabs: Tabs;
  #isOpen = false;
  #socket: LiveSocket<MailboxNotice> | null = null;
  #work: Promise<void> = Promise.resolve();
  #connection: Connection = "connecting";
  /** Grows when what is still to be done has become void. */
  #era = 0;
  /** Up to where this one itself was told of requests that are over; null before it has looked. */
  #through: number | null = null;
  /** Requests that wait at the mailbox, each with what the server's clock is ahead. */
  readonly #waiting = new Map<string, RequestNotice & { readonly aheadMs: number }>();
  #isListed = false;
  /** What the server's clock is ahead, by what it has said last of requests to become contacts. */
  #aheadMs = 0;

  constructor(context: MailboxContext) {
    this.#context = context;
    const { ports, store, listeners, line } = context;
    this.#tabs = new Tabs(ports, store, listeners, line, {
      onHello: () => this.#tellTabs(),
      onMailbox: (state) => this.#enqueue(() => this.#follow(state)),
      onNotice: (notice) => this.#enqueue(() => this.#learn(notice)),
    });
    line.onHold = () => {
      if (this.#socket === null) this.#settle();
      else if (this.#connection === "online") this.#enqueue(() => this.#sayHello());
    };
    line.onLost = () => this.#settle();
  }

  open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#enqueue(async () => void (await this.#cursor()));
    if (this.#context.store.reachesAll) this.#tabs.open();
    this.#settle();
  }

  close(): void {
    this.#isOpen = false;
    this.#context.onClose();
    this.#tabs.close();
    this.#disconnect();
  }

  /** One connection for all tabs, or where they cannot tell each other all, one for each. */
  #settle(): void {
    if (!this.#isOpen) return;
    const { device, ports, store, line } = this.#context;
    if (store.reachesAll && !line.isHolder) {
      if (this.#socket !== null) this.#disconnect();
      return this.#tabs.follow();
    }
    this.#socket ??= new LiveSocket(device, ports, {
      upgrade: () => ({ purpose: "mailbox" }),
      notices: mailboxNoticeSchema,
      onOpen: () => this.#enqueue(() => this.#hello()),
      onNotice: (notice) => this.#enqueue(() => this.#learn(notice)),
      onState: (state) => this.#stateChanged(state),
      onRefused: () => false,
    });
  }

  #disconnect(): void {
    this.#socket?.close();
    this.#socket = null;
    this.#connection = "connecting";
    this.#era += 1;
    this.#context.line.lost();
  }

  #stateChanged(state: Connection): void {
    this.#connection = state;
    if (state !== "online") this.#context.line.lost();
    this.#context.onState(state);
    this.#tellTabs();
  }

  #tellTabs(): void {
    const now = this.#context.ports.now();
    const requests = [...this.#waiting.values()]
      .map(({ request, aheadMs }) => ({ request, now: now + aheadMs }))
      .filter((one) => one.now < one.request.claimBy);
    this.#tabs.tellMailbox({
      connection: this.#connection,
      requests: this.#isListed ? requests : null,
      contactRequests: this.#isListed ? this.#context.contactRequests.notices(this.#aheadMs) : null,
    });
  }

  /** What the tab that has the connection knows of the mailbox. */
  async #follow({ connection, requests, contactRequests }: MailboxState): Promise<void> {
    if (connection !== this.#connection) {
      this.#connection = connection;
      this.#context.listeners.tell({ event: "connection", state: connection });
    }
    if (requests === null || contactRequests === null) return;
    this.#listing();
    for (const { request, now } of requests) await this.#context.requests.arrived(request, now);
    for (const notice of contactRequests) await this.#context.contactRequests.take(notice);
    this.#listed();
  }

  #listing(): void {
    this.#context.requests.listing();
    this.#context.contactRequests.listing();
  }

  #listed(): void {
    this.#context.requests.listed();
    this.#context.contactRequests.listed();
  }

  async #hello(): Promise<void> {
    await this.#sayHello();
    await this.#context.contacts.refresh();
  }

  async #sayHello(): Promise<void> {
    const after = await this.#cursor();
    this.#waiting.clear();
    this.#isListed = false;
    this.#listing();
    const reads = this.#context.line.isHolder;
    this.#socket?.send({ type: "hello", after, ...(reads && { reads }) });
  }

  async #learn(notice: MailboxNotice): Promise<void> {
    const { device, store, contacts, requests, contactRequests, line, taps, listeners } =
      this.#context;
    switch (notice.type) {
      case "contacts":
        await contacts.learn(notice.contacts);
        return this.#seen(notice.contacts.at(-1)?.sequence);
      case "removed":
        await contacts.forgetBefore(notice.userId, notice.sequence);
        return this.#seen(notice.sequence);
      case "request": {
        const aheadMs = notice.now - this.#context.ports.now();
        this.#waiting.set(notice.request.sid, { ...notice, aheadMs });
        await requests.arrived(notice.request, notice.now);
        return this.#tabs.passOn(notice);
      }
      case "requestOver":
        this.#waiting.delete(notice.request.sid);
        await requests.ended(notice.request);
        await this.#seen(notice.request.sequence);
        return this.#tabs.passOn(notice);
      case "contactRequest":
      case "asked":
        this.#aheadMs = notice.now - this.#context.ports.now();
        await contactRequests.take(notice);
        return this.#tabs.passOn(notice);
      case "contactRequestOver":
        await contactRequests.take(notice);
        return this.#tabs.passOn(notice);
      case "erased":
        await device.erasure.learn(notice, device.origin, device.identity);
        return store.signal(ERASED_SIGNAL);
      case "log":
        return this.#logIs(notice.length);
      case "deviceRemoved":
        return void (await device.learnLog(notice.log).catch(() => {})); // told of as an event
      case "table":
        return taps.take(notice.tap);
      case "groups":
        return listeners.tell({ event: "groups" });
      case "ready":
        taps.ready(notice.now);
        await this.#logIs(notice.logLength);
        this.#listed();
        this.#isListed = true;
        this.#tellTabs();
        return line.ready((messages) => this.#socket?.send(...messages) ?? false, notice);
      case "problem":
        return; // of a message that this line does not send
      default:
        return line.take(notice);
    }
  }

  /** The account's own devices have changed, elsewhere perhaps. */
  async #logIs(length: number): Promise<void> {
    const { device } = this.#context;
    if (length <= device.identity.length) return;
    try {
      await device.refreshLog();
    } catch (error) {
      if (!(error instanceof ForkedLogError)) throw error;
      this.#context.listeners.tell({ event: "forked", userId: error.userId });
    }
  }

  /**
   * Up to where it says that it has heard. A tab that takes over may know less than the one before has kept: what
   * that one was told of last it may not have passed on.
   */
  async #cursor(): Promise<number> {
    return (this.#through ??= (await this.#kept()) ?? 0);
  }

  async #kept(): Promise<number | null> {
    const { store } = this.#context;
    return (await store.get<{ sequence: number }>("settings", CURSOR_ID))?.sequence ?? null;
  }

  async #seen(sequence = 0): Promise<void> {
    const { store } = this.#context;
    if (this.#socket !== null && sequence > ((await this.#kept()) ?? 0)) {
      await store.put("settings", CURSOR_ID, { sequence });
    }
    this.#through = Math.max(this.#through ?? 0, sequence);
  }

  /**
   * A notice that could not be kept comes again after the next connection, and so does all that came after
   * it: nothing overtakes it.
   */
  #enqueue(task: () => Promise<void>): void {
    const era = this.#era;
    const unlessOver = async () => {
      if (era === this.#era) await task();
    };
    this.#work = this.#work.then(unlessOver).catch(() => {
      if (era !== this.#era) return;
      this.#era += 1;
      this.#socket?.reconnect();
    });
  }
}
