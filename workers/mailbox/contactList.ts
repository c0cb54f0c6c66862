// Contacts and blocks of the account, as its devices change them and are told of it; and to whom else the account
// shows itself.

import type { MeetingCommit } from "../../shared/core/mailbox/contactStanding.ts";
import type { UserId } from "../../shared/wire/ids.ts";
import { BLOCKS_MAX, CONTACTS_PAGE } from "../../shared/wire/limits.ts";
import type { ContactPage } from "../../shared/wire/mailbox.ts";
import type { ContactRequestBox } from "./contactRequestBox.ts";
import type { MailboxSockets } from "./mailboxSockets.ts";
import type { MailboxStore } from "./mailboxStore.ts";
import type { RequestBox } from "./requestBox.ts";
import { DONE, type Result, type Reveal, UNAUTHENTICATED } from "./results.ts";
import type { RoomNews } from "./roomNews.ts";

export class ContactList {
  readonly #store: MailboxStore;
  readonly #sockets: MailboxSockets;
  readonly #requests: RequestBox;
  readonly #asking: ContactRequestBox;
  readonly #rooms: RoomNews;

  constructor(
    store: MailboxStore,
    sockets: MailboxSockets,
    requests: RequestBox,
    asking: ContactRequestBox,
    rooms: RoomNews,
  ) {
    this.#store = store;
    this.#sockets = sockets;
    this.#requests = requests;
    this.#asking = asking;
    this.#rooms = rooms;
  }

  page(after: number): Result<ContactPage> {
    const contacts = this.#store.contacts.after(after, CONTACTS_PAGE);
    const isLast = contacts.length < CONTACTS_PAGE;
    return {
      ok: true,
      value: { contacts, next: isLast ? null : (contacts.at(-1)?.sequence ?? null) },
    };
  }

  /** Stored, then told, if there is news of it. */
  keep(commit: MeetingCommit): void {
    const stored = this.#store.contacts.put(commit, Date.now());
    if (stored !== null) this.#sockets.tell({ type: "contacts", contacts: [stored] });
  }

  remove(peer: UserId): Result<null> {
    if (!this.#store.contacts.remove(peer, Date.now()))
      return { ok: false, code: "contact-unknown" };
    const sequence = this.#store.lastSequence();
    this.#sockets.tell({ type: "removed", userId: peer, sequence });
    return DONE;
  }

  blocks(): Result<UserId[]> {
    return { ok: true, value: this.#store.contacts.blocks() };
  }

  async setBlocked(peer: UserId, isBlocked: boolean): Promise<Result<null>> {
    if (isBlocked === this.#store.contacts.isBlocked(peer)) return DONE;
    if (isBlocked && this.#store.contacts.blocks().length >= BLOCKS_MAX) {
      return { ok: false, code: "list-full" };
    }
    await this.#asking.prepare();
    if (this.#store.account() === null) return UNAUTHENTICATED;
    const now = Date.now();
    if (isBlocked) this.#store.contacts.block(peer, now);
    else this.#store.contacts.unblock(peer);
    const hidden = [this.#rooms.changed(peer), this.#asking.hide(peer, isBlocked)];
    if (isBlocked) {
      const dropped = this.#asking.drop(peer);
      await this.#requests.drop(peer);
      await dropped;
    }
    await Promise.all(hidden);
    const contact = this.#store.contacts.touch(peer, now);
    if (contact !== null) this.#sockets.tell({ type: "contacts", contacts: [contact] });
    return DONE;
  }

  /** To someone who looks the account up by its handle. */
  reveal(asker: UserId): Reveal {
    const account = this.#store.account();
    if (account === null || this.#store.contacts.isBlocked(asker)) return { kind: "hidden" };
    const { userId, log, visibility } = account;
    const isOpen =
      visibility === "anyone" || asker === userId || this.#store.contacts.find(asker) !== null;
    if (isOpen) return { kind: "found", userId, log };
    if (visibility === "nobody") return { kind: "hidden" };
    return { kind: "ask", contacts: this.#store.contacts.ids() };
  }
}
