// How requests to become contacts change at a mailbox, of either side: first stored, then told to the account's sockets,
// each end once.

import { toBase64Url } from "../../shared/core/crypto/bytes.ts";
import * as requests from "../../shared/core/mailbox/contactRequests.ts";
import { requestReceiptHash } from "../../shared/core/tap/statements.ts";
import type { ContactRequestEnd, RequestProof } from "../../shared/wire/contactRequests.ts";
import type { UserId } from "../../shared/wire/ids.ts";
import type { ContactRecord } from "../../shared/wire/mailbox.ts";
import type { MailboxSockets } from "./mailboxSockets.ts";
import type { MailboxStore } from "./mailboxStore.ts";

export class RequestLedger {
  readonly #storage: DurableObjectStorage;
  readonly #store: MailboxStore;
  readonly #sockets: MailboxSockets;

  constructor(storage: DurableObjectStorage, store: MailboxStore, sockets: MailboxSockets) {
    this.#storage = storage;
    this.#store = store;
    this.#sockets = sockets;
    sockets.retell((now, after) => requests.retold(this.held(), after, now));
  }

  held(): requests.ContactRequests {
    return this.#store.asking.requests();
  }

  set(held: requests.ContactRequests): void {
    this.#store.asking.setRequests(held);
  }

  /** Those that are over already stay as they ended. */
  over(ids: readonly string[], end: ContactRequestEnd): void {
    this.#tellOver(this.#note(ids, end), end);
  }

  wasEnded(requestId: string, isOwn: boolean, end: ContactRequestEnd): boolean {
    const ended = requests.endOf(this.held(), requestId);
    return ended?.isOwn === isOwn && ended.end === end;
  }

  /** Forgets what was kept long enough, and ends what was not answered in time. When to look again; null for never. */
  prune(now: number): number | null {
    this.over(requests.dueAt(this.held(), now), "expired");
    const held = this.held();
    const kept = requests.pruned(held, now);
    if (kept !== held) this.set(kept);
    return requests.nextDue(kept);
  }

  /**
   * One write holds the contact, the end of all that the two have asked of each other, and what is owed for it.
   * @param owner this account, one of the two between whom the request was
   * @param asked the one that was asked
   */
  approve<Owed>(
    owner: UserId,
    proof: RequestProof,
    asked: UserId,
    owe: (peer: UserId) => Owed,
  ): Owed {
    const { by, via: method, at: metAt } = proof;
    const peer = owner === by ? asked : by;
    const receiptHash = toBase64Url(requestReceiptHash(proof, asked));
    const commit = { owner, peer, method, metAt, receiptHash, proof };
    const settled = requests.between(this.held(), peer);
    let contact: ContactRecord | null = null;
    const owed = this.#inOneWrite(() => {
      contact = this.#store.contacts.put(commit, Date.now());
      this.#note(settled, "approved");
      return owe(peer);
    });
    if (contact !== null) this.#sockets.tell({ type: "contacts", contacts: [contact] });
    this.#tellOver(settled, "approved");
    return owed;
  }

  #inOneWrite<Value>(write: () => Value): Value {
    try {
      return this.#storage.transactionSync(write);
    } catch (error) {
      this.#store.contacts.forget();
      throw error;
    }
  }

  /** Which of them were not over yet. */
  #note(ids: readonly string[], end: ContactRequestEnd): string[] {
    const now = Date.now();
    const before = this.held();
    const open = ids.filter((id) => requests.isOpen(before, id));
    const after = open.reduce(
      (held, id) => requests.over(held, id, end, this.#store.nextSequence(now), now),
      before,
    );
    if (after !== before) this.set(after);
    return open;
  }

  #tellOver(ids: readonly string[], end: ContactRequestEnd): void {
    for (const requestId of ids) this.#sockets.tell({ type: "contactRequestOver", requestId, end });
  }
}
