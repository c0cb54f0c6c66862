// Requests to become contacts as they wait: those of others, and one's own. The mailbox tells of them; they are told again
// after each connection, so nothing is kept.

import type {
  AskedContact,
  ContactRequest,
  ContactRequestEnd,
} from "../../wire/contactRequests.ts";
import type { MailboxNotice } from "../../wire/mailbox.ts";
import type { ContactBook } from "../contactBook.ts";
import { deferred } from "../deferred.ts";
import type { Listeners } from "../listeners.ts";
import { nameOfStranger } from "../metContact.ts";
import type { AcquaintEvent } from "../model.ts";
import type { Ports } from "../ports.ts";
import type { AskedContactRequest, IncomingContactRequest } from "./model.ts";

export type ContactRequestNotice = Extract<
  MailboxNotice,
  { type: "contactRequest" | "asked" | "contactRequestOver" }
>;
/** What a tab that follows is told of all that waits. */
export type WaitingNotice = Exclude<ContactRequestNotice, { type: "contactRequestOver" }>;

interface Waiting {
  readonly request: ContactRequest;
  readonly shown: IncomingContactRequest;
}

export class ContactRequests {
  readonly #ports: Ports;
  readonly #contacts: ContactBook;
  readonly #listeners: Listeners<AcquaintEvent>;
  readonly #waiting = new Map<string, Waiting>();
  readonly #asked = new Map<string, AskedContactRequest>();
  /** Resolves once the mailbox has told all that waits. */
  readonly told = deferred();
  /** Those that were told since the last hello. */
  #listed = new Set<string>();

  constructor(ports: Ports, contacts: ContactBook, listeners: Listeners<AcquaintEvent>) {
    this.#ports = ports;
    this.#contacts = contacts;
    this.#listeners = listeners;
  }

  /** Of others, the oldest first. */
  get waiting(): readonly IncomingContactRequest[] {
    return this.#inTime([...this.#waiting.values()].map(({ shown }) => shown));
  }

  /** One's own, the oldest first. */
  get asked(): readonly AskedContactRequest[] {
    return this.#inTime([...this.#asked.values()]);
  }

  /** Of another, as it came. */
  request(requestId: string): ContactRequest | null {
    return this.#waiting.get(requestId)?.request ?? null;
  }

  /** As the mailbox would tell of them now, for tabs that have no connection of their own. */
  notices(aheadMs: number): WaitingNotice[] {
    const now = this.#ports.now() + aheadMs;
    const byServer = (asked: AskedContactRequest): AskedContact => ({
      ...asked,
      createdAt: asked.createdAt + aheadMs,
      expiresAt: asked.expiresAt + aheadMs,
    });
    return [
      ...[...this.#waiting.values()].map(({ request }) => {
        return { type: "contactRequest", request, now } as const;
      }),
      ...[...this.#asked.values()].map((asked) => {
        return { type: "asked", asked: byServer(asked), now } as const;
      }),
    ];
  }

  /** From now until {@link listed} the mailbox tells all that waits. */
  listing(): void {
    this.#listed = new Set();
  }

  /** What ended while this device was away waits no more. */
  listed(): void {
    for (const requestId of [...this.#waiting.keys(), ...this.#asked.keys()]) {
      if (!this.#listed.has(requestId)) this.remove(requestId);
    }
    this.told.resolve();
  }

  async take(notice: ContactRequestNotice): Promise<void> {
    switch (notice.type) {
      case "contactRequest":
        return this.#arrived(notice.request, notice.now - this.#ports.now());
      case "asked":
        return void (await this.hasAsked(notice.asked, notice.now - this.#ports.now()));
      case "contactRequestOver":
        return this.#ended(notice.requestId, notice.end);
    }
  }

  /** @param aheadMs what the server's clock is ahead */
  async hasAsked(asked: AskedContact, aheadMs: number): Promise<AskedContactRequest> {
    const { requestId, to, createdAt, expiresAt } = asked;
    this.#listed.add(requestId);
    const name = (await this.#contacts.nameOf(to)) ?? nameOfStranger(to);
    const known = this.#asked.get(requestId);
    if (known !== undefined) return known;
    const times = { createdAt: createdAt - aheadMs, expiresAt: expiresAt - aheadMs };
    const shown: AskedContactRequest = { ...asked, name, ...times };
    this.#asked.set(requestId, shown);
    this.#listeners.tell({ event: "contactRequests" });
    return shown;
  }

  /** Answered or taken back here. */
  remove(requestId: string): void {
    const isGone = this.#waiting.delete(requestId) || this.#asked.delete(requestId);
    if (isGone) this.#listeners.tell({ event: "contactRequests" });
  }

  async #arrived(request: ContactRequest, aheadMs: number): Promise<void> {
    const { requestId, from, handle, via, name, title = null, createdAt, expiresAt } = request;
    this.#listed.add(requestId);
    if (this.#waiting.has(requestId)) return;
    const contact = await this.#contacts.get(from);
    const shown: IncomingContactRequest = {
      requestId,
      from,
      name: contact?.name ?? name ?? nameOfStranger(from, handle),
      handle,
      via,
      title,
      createdAt: createdAt - aheadMs,
      expiresAt: expiresAt - aheadMs,
    };
    this.#waiting.set(requestId, { request, shown });
    this.#listeners.tell({ event: "contactRequests" });
  }

  #ended(requestId: string, end: ContactRequestEnd): void {
    const own = this.#asked.get(requestId);
    const shown = own ?? this.#waiting.get(requestId)?.shown;
    this.remove(requestId);
    if (shown === undefined) return; // done with here
    const userId = "to" in shown ? shown.to : shown.from;
    const { name } = shown;
    const isOwn = own !== undefined;
    this.#listeners.tell({ event: "contactRequestOver", requestId, userId, name, isOwn, end });
  }

  #inTime<Request extends { readonly createdAt: number; readonly expiresAt: number }>(
    all: readonly Request[],
  ): Request[] {
    const now = this.#ports.now();
    return all
      .filter(({ expiresAt }) => now < expiresAt)
      .toSorted((a, b) => a.createdAt - b.createdAt);
  }
}
