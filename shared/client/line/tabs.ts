// What the tabs of a device tell each other. One of them, the holder of the line, has the socket to the mailbox; the
// others follow it, and take its place when it says nothing any more. Nothing is told here before it is stored.

import type { MailboxNotice, MeetingRequest } from "../../wire/mailbox.ts";
import type { Listeners } from "../listeners.ts";
import type { AcquaintEvent } from "../model.ts";
import type { Ports } from "../ports.ts";
import type { Store } from "../store/store.ts";
import type { ContactRequestNotice, WaitingNotice } from "../taps/contactRequests.ts";
import type { Line } from "./line.ts";

const SIGNAL = "tabs";
/** How often a tab that follows asks for news; a holder that has none by then is taken for frozen. */
const ASK_AGAIN_MS = 2_000;

/** What happens at the device, in whichever tab; the rest each tab finds out for itself. */
const SHARED: readonly AcquaintEvent["event"][] = [
  "contacts",
  "message",
  "typing",
  "refused",
  "forked",
  "history",
  "tapped",
  "undone",
  "table",
  "groups",
];

export type Connection = "connecting" | "online" | "offline";
export type RequestNotice =
  | Extract<MailboxNotice, { type: "request" | "requestOver" }>
  | ContactRequestNotice;

/** The mailbox as the holder sees it. */
export interface MailboxState {
  readonly connection: Connection;
  /** All that wait, with the server's time; null while they are being listed. */
  readonly requests: readonly { readonly request: MeetingRequest; readonly now: number }[] | null;
  /** Those to become contacts that wait; null as well. */
  readonly contactRequests: readonly WaitingNotice[] | null;
}

type Told =
  | { readonly type: "hello" }
  | { readonly type: "mailbox"; readonly state: MailboxState }
  | { readonly type: "notice"; readonly notice: RequestNotice }
  | { readonly type: "event"; readonly event: AcquaintEvent };

interface TabEvents {
  /** A tab asks for the state of the mailbox. */
  readonly onHello: () => void;
  readonly onMailbox: (state: MailboxState) => void;
  readonly onNotice: (notice: RequestNotice) => void;
}

export class Tabs {
  readonly #ports: Ports;
  readonly #store: Store;
  readonly #listeners: Listeners<AcquaintEvent>;
  readonly #line: Line;
  readonly #events: TabEvents;
  readonly #id = crypto.randomUUID();
  #stops: (() => void)[] = [];
  #stopTimer: () => void = () => {};
  /** Since this one asked last. */
  #hasHeard = true;
  /** What happens was told by another tab. */
  #isEcho = false;

  constructor(
    ports: Ports,
    store: Store,
    listeners: Listeners<AcquaintEvent>,
    line: Line,
    events: TabEvents,
  ) {
    this.#ports = ports;
    this.#store = store;
    this.#listeners = listeners;
    this.#line = line;
    this.#events = events;
  }

  open(): void {
    this.#stops = [
      this.#store.onSignal((name, content) => {
        if (name === SIGNAL) this.#heard(content as Told & { from: string });
      }),
      this.#listeners.add((event) => {
        if (SHARED.includes(event.event) && !this.#isEcho) this.#tell({ type: "event", event });
      }),
    ];
  }

  close(): void {
    this.#stopTimer();
    for (const stop of this.#stops.splice(0)) stop();
  }

  /** If this one is the holder. */
  tellMailbox(state: MailboxState): void {
    if (this.#line.isHolder) this.#tell({ type: "mailbox", state });
  }

  /** If this one is the holder, when it is done with the notice. */
  passOn(notice: RequestNotice): void {
    if (this.#line.isHolder) this.#tell({ type: "notice", notice });
  }

  /** From now on this tab asks the holder, until it holds the line itself. */
  follow(): void {
    this.#hasHeard = true;
    this.#ask();
  }

  #ask(): void {
    this.#stopTimer();
    if (this.#line.isHolder) return;
    if (!this.#hasHeard) this.#line.overtake();
    this.#tell({ type: "hello" });
    this.#hasHeard = false;
    const dueAt = this.#ports.now() + ASK_AGAIN_MS;
    this.#stopTimer = this.#ports.after(ASK_AGAIN_MS, () => {
      // Asleep itself, it has not heard yet what was said meanwhile.
      if (this.#ports.now() > dueAt + ASK_AGAIN_MS) this.#hasHeard = true;
      this.#ask();
    });
  }

  #tell(told: Told): void {
    if (this.#stops.length > 0) this.#store.signal(SIGNAL, { ...told, from: this.#id });
  }

  #heard(told: Told & { readonly from: string }): void {
    if (told.from === this.#id) return;
    const { isHolder } = this.#line;
    if (told.type === "event") this.#echo(told.event);
    else if (told.type === "hello") {
      if (isHolder) this.#events.onHello();
    } else if (!isHolder) {
      this.#hasHeard = true;
      if (told.type === "mailbox") this.#events.onMailbox(told.state);
      else this.#events.onNotice(told.notice);
    }
  }

  #echo(event: AcquaintEvent): void {
    this.#isEcho = true;
    this.#listeners.tell(event);
    this.#isEcho = false;
  }
}
