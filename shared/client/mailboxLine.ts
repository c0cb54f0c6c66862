// The line to one's own mailbox: after each connection it says what this device has seen, hears what came
// since, and then what happens.

import { type MailboxNotice, mailboxNoticeSchema } from "../wire/mailbox.ts";
import type { ContactBook } from "./contactBook.ts";
import type { Device } from "./device.ts";
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
  readonly #onState: (state: "connecting" | "online" | "offline") => void;
  #socket: LiveSocket<MailboxNotice> | null = null;
  #work: Promise<void> = Promise.resolve();

  constructor(
    device: Device,
    ports: Ports,
    store: Store,
    contacts: ContactBook,
    requests: Requests,
    onState: (state: "connecting" | "online" | "offline") => void,
  ) {
    this.#device = device;
    this.#ports = ports;
    this.#store = store;
    this.#contacts = contacts;
    this.#requests = requests;
    this.#onState = onState;
  }

  open(): void {
    this.#socket ??= new LiveSocket(this.#device, this.#ports, {
      upgrade: () => ({ purpose: "mailbox" }),
      notices: mailboxNoticeSchema,
      onOpen: () => this.#enqueue(() => this.#hello()),
      onNotice: (notice) => this.#enqueue(() => this.#learn(notice)),
      onState: this.#onState,
      onRefused: () => false,
    });
  }

  close(): void {
    this.#socket?.close();
    this.#socket = null;
  }

  async #hello(): Promise<void> {
    const cursor = await this.#store.get<{ sequence: number }>("settings", CURSOR_ID);
    this.#requests.listing();
    this.#socket?.send({ type: "hello", after: cursor?.sequence ?? 0 });
    await this.#contacts.refresh();
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
      case "ready":
        return this.#requests.listed();
      case "problem":
        return; // of a message that this line does not send
    }
  }

  async #seen(sequence: number | undefined): Promise<void> {
    const before = await this.#store.get<{ sequence: number }>("settings", CURSOR_ID);
    if (sequence === undefined || sequence <= (before?.sequence ?? 0)) return;
    await this.#store.put("settings", CURSOR_ID, { sequence });
  }

  /** A notice that could not be kept comes again after the next connection. */
  #enqueue(task: () => Promise<void>): void {
    this.#work = this.#work.then(task).catch(() => this.#socket?.reconnect());
  }
}
