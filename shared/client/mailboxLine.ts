// The line to one's own mailbox: after each connection it says what this device has seen, hears what came
// since, and then what happens.

import { type MailboxNotice, mailboxNoticeSchema } from "../wire/mailbox.ts";
import type { ContactBook } from "./contactBook.ts";
import type { Device } from "./device.ts";
import type { Line } from "./line/line.ts";
import { LiveSocket } from "./liveSocket.ts";
import type { Ports } from "./ports.ts";
import type { Requests } from "./requests.ts";
import type { Store } from "./store/store.ts";

const CURSOR_ID = "mailboxCursor";

export class MailboxLine {
  readonly #device: Device;
  readonly #ports: Ports;
  readonly #store: Store;
  readonly #contacts: ContactBook;
  readonly #requests: Requests;
  readonly #line: Line;
  readonly #onState: (state: "connecting" | "online" | "offline") => void;
  #socket: LiveSocket<MailboxNotice> | null = null;
  #work: Promise<void> = Promise.resolve();
  #isOnline = false;
  /** Grows when what is still to be done has become void. */
  #era = 0;

  constructor(
    device: Device,
    ports: Ports,
    store: Store,
    contacts: ContactBook,
    requests: Requests,
    line: Line,
    onState: (state: "connecting" | "online" | "offline") => void,
  ) {
    this.#device = device;
    this.#ports = ports;
    this.#store = store;
    this.#contacts = contacts;
    this.#requests = requests;
    this.#line = line;
    this.#onState = onState;
    line.onHold = () => this.#isOnline && this.#enqueue(() => this.#sayHello());
  }

  open(): void {
    this.#socket ??= new LiveSocket(this.#device, this.#ports, {
      upgrade: () => ({ purpose: "mailbox" }),
      notices: mailboxNoticeSchema,
      onOpen: () => this.#enqueue(() => this.#hello()),
      onNotice: (notice) => this.#enqueue(() => this.#learn(notice)),
      onState: (state) => this.#stateChanged(state),
      onRefused: () => false,
    });
  }

  close(): void {
    this.#socket?.close();
    this.#socket = null;
    this.#isOnline = false;
    this.#era += 1;
    this.#line.lost();
  }

  #stateChanged(state: "connecting" | "online" | "offline"): void {
    this.#isOnline = state === "online";
    if (!this.#isOnline) this.#line.lost();
    this.#onState(state);
  }

  async #hello(): Promise<void> {
    await this.#sayHello();
    await this.#contacts.refresh();
  }

  async #sayHello(): Promise<void> {
    const cursor = await this.#store.get<{ sequence: number }>("settings", CURSOR_ID);
    this.#requests.listing();
    const after = cursor?.sequence ?? 0;
    const reads = this.#line.isHolder;
    this.#socket?.send({ type: "hello", after, ...(reads && { reads }) });
  }

  async #learn(notice: MailboxNotice): Promise<void> {
    switch (notice.type) {
      case "contacts":
        await this.#contacts.learn(notice.contacts);
        return this.#seen(notice.contacts.at(-1)?.sequence);
      case "removed":
        await this.#contacts.forgetBefore(notice.userId, notice.sequence);
        return this.#seen(notice.sequence);
      case "request":
        return this.#requests.arrived(notice.request, notice.now);
      case "requestOver":
        await this.#requests.ended(notice.request);
        return this.#seen(notice.request.sequence);
      case "erased":
        return this.#device.erasure.learn(notice, this.#device.origin, this.#device.identity);
      case "ready":
        this.#requests.listed();
        return this.#line.ready((messages) => this.#socket?.send(...messages) ?? false, notice);
      case "problem":
        return; // of a message that this line does not send
      default:
        return this.#line.take(notice);
    }
  }

  async #seen(sequence: number | undefined): Promise<void> {
    const before = await this.#store.get<{ sequence: number }>("settings", CURSOR_ID);
    if (sequence === undefined || sequence <= (before?.sequence ?? 0)) return;
    await this.#store.put("settings", CURSOR_ID, { sequence });
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
