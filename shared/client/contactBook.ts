// The contacts as this device knows them: what it verified itself, its own notes, and what the mailbox lists.

import { bytesToCard, cardTitle } from "../core/cards/card.ts";
import { toBase64Url } from "../core/crypto/bytes.ts";
import type { Agreement, Met } from "../core/pairing/exchange.ts";
import { hashOfReceipt, type Transcript } from "../core/pairing/transcript.ts";
import type { Card } from "../wire/card.ts";
import type { IdentityOpening } from "../wire/identity.ts";
import type { UserId } from "../wire/ids.ts";
import type { ContactRecord } from "../wire/mailbox.ts";
import { NAME_MAX_CHARS } from "../wire/limits.ts";
import { ProblemError } from "../wire/problem.ts";
import type { Device } from "./device.ts";
import type { Contact } from "./model.ts";
import type { Store } from "./store/store.ts";

const NOTE_MAX_CHARS = 2_000;

/** What this device itself holds as proof of a meeting. */
interface Proof {
  readonly transcript: Transcript;
  readonly ownOpening: IdentityOpening;
  readonly peerOpening: IdentityOpening;
  /** 32 bytes in base64url that both devices share; enters the sessions to come. */
  readonly pairingSecret: string;
}

interface StoredContact {
  readonly userId: UserId;
  readonly method: Contact["method"];
  readonly metAt: number;
  readonly receiptHash: string;
  readonly peerName: string;
  readonly alias: string;
  readonly note: string;
  readonly blocked: boolean;
  readonly card: Card | null;
  readonly cardProblem: string | null;
  /** Null for a contact that another device of this account has met. */
  readonly proof: Proof | null;
  /** The mailbox has listed it; if it no longer does, it was removed elsewhere. */
  readonly isListed: boolean;
}

export class ContactBook {
  readonly #device: Device;
  readonly #store: Store;
  readonly #changed: () => void;
  /** Changes come from meetings, from the mailbox and from the user; each is made by itself. */
  #work: Promise<unknown> = Promise.resolve();

  constructor(device: Device, store: Store, changed: () => void) {
    this.#device = device;
    this.#store = store;
    this.#changed = changed;
  }

  /** By name. Reads the mailbox's list first where it can be reached. */
  async list(): Promise<Contact[]> {
    await this.refresh().catch(ignoreConnectionLoss);
    const stored = await this.#store.all<StoredContact>("contacts");
    return stored.map(toContact).toSorted((a, b) => a.name.localeCompare(b.name));
  }

  async get(userId: string): Promise<Contact | null> {
    const stored = await this.#find(userId);
    return stored === null ? null : toContact(stored);
  }

  /** Keeps what a finished exchange has proven; doing it again changes nothing. */
  async keepMet(agreement: Agreement, met: Met, ownOpening: IdentityOpening): Promise<Contact> {
    const { peer, opening: peerOpening, pairingSecret } = met;
    const { transcript } = agreement;
    return this.#change(peer.userId, (known) => ({
      userId: peer.userId,
      method: transcript.method,
      metAt: transcript.openedAt,
      receiptHash: toBase64Url(hashOfReceipt(transcript)),
      peerName: peer.name,
      alias: known?.alias ?? "",
      note: known?.note ?? "",
      blocked: known?.blocked ?? false,
      ...readCard(met.card),
      proof: { transcript, ownOpening, peerOpening, pairingSecret: toBase64Url(pairingSecret) },
      isListed: false,
    }));
  }

  /** The contact as that meeting has left it, once this device has verified and kept it. */
  async metIn(transcript: Transcript): Promise<Contact | null> {
    const hash = toBase64Url(hashOfReceipt(transcript));
    const stored = await this.#store.all<StoredContact>("contacts");
    const met = stored.find(({ proof, receiptHash }) => proof !== null && receiptHash === hash);
    return met === undefined ? null : toContact(met);
  }

  async update(userId: string, change: { alias?: string; note?: string }): Promise<Contact> {
    const { userId: peer } = await this.#known(userId);
    return this.#change(peer, (known) => {
      if (known === null) throw new ProblemError("contact-unknown");
      return {
        ...known,
        alias: change.alias?.trim().slice(0, NAME_MAX_CHARS) ?? known.alias,
        note: change.note?.slice(0, NOTE_MAX_CHARS) ?? known.note,
      };
    });
  }

  /** Removes it from one's own list, on the server and here. */
  async remove(userId: string): Promise<void> {
    const { userId: peer } = await this.#known(userId);
    await this.#device
      .call("removeContact", { params: { userId: peer } })
      .catch((error: unknown) => {
        if (!(error instanceof ProblemError) || error.code !== "contact-unknown") throw error;
      });
    await this.forget(peer);
  }

  async block(userId: string): Promise<void> {
    await this.#setBlocked(userId, true);
  }

  async unblock(userId: string): Promise<void> {
    await this.#setBlocked(userId, false);
  }

  /** Takes over what the mailbox says of contacts. */
  async learn(records: readonly ContactRecord[]): Promise<void> {
    for (const record of records) {
      const { blocked } = record;
      await this.#change(record.userId, (known) => {
        if (known === null) return stubOf(record);
        const isNews = !known.isListed || known.blocked !== blocked;
        return isNews ? { ...known, blocked, isListed: true } : known;
      });
    }
  }

  async forget(userId: UserId): Promise<void> {
    await this.#alone(() => this.#delete(userId));
  }

  /** Brings this device's list in line with the mailbox's. */
  async refresh(): Promise<void> {
    const before = await this.#store.all<StoredContact>("contacts");
    const listed = new Set<string>();
    for (let after: number | null = 0; after !== null;) {
      const page: { contacts: ContactRecord[]; next: number | null } = await this.#device.call(
        "contacts",
        { query: { after } },
      );
      await this.learn(page.contacts);
      for (const { userId } of page.contacts) listed.add(userId);
      after = page.next;
    }
    const gone = before.filter(({ userId, isListed }) => isListed && !listed.has(userId));
    for (const contact of gone) await this.#forgetUnlessMetSince(contact);
  }

  /** While the list was being read, one may have met again, or another device may have. */
  #forgetUnlessMetSince({ userId, receiptHash }: StoredContact): Promise<void> {
    return this.#alone(async () => {
      const known = await this.#find(userId);
      if (known?.receiptHash === receiptHash) await this.#delete(userId);
    });
  }

  async #setBlocked(userId: string, blocked: boolean): Promise<void> {
    const known = await this.#known(userId);
    await this.#device.call(blocked ? "block" : "unblock", { params: { userId: known.userId } });
    await this.#change(known.userId, (current) => ({ ...(current ?? known), blocked }));
  }

  async #known(userId: string): Promise<StoredContact> {
    const known = await this.#find(userId);
    if (known === null) throw new ProblemError("contact-unknown");
    return known;
  }

  #find(userId: string): Promise<StoredContact | null> {
    return this.#store.get<StoredContact>("contacts", userId);
  }

  /** Returning what is stored already changes nothing. */
  #change(
    userId: UserId,
    change: (known: StoredContact | null) => StoredContact,
  ): Promise<Contact> {
    return this.#alone(async () => {
      const known = await this.#find(userId);
      const changed = change(known);
      if (changed !== known) {
        await this.#store.put("contacts", userId, changed);
        this.#changed();
      }
      return toContact(changed);
    });
  }

  async #delete(userId: UserId): Promise<void> {
    await this.#store.delete("contacts", userId);
    this.#changed();
  }

  /** Between reading and writing a contact nothing else may write it. */
  #alone<Value>(task: () => Promise<Value>): Promise<Value> {
    const done = this.#work.then(task);
    this.#work = done.catch(() => {});
    return done;
  }
}

function readCard(bytes: Uint8Array | null): Pick<StoredContact, "card" | "cardProblem"> {
  if (bytes === null) return { card: null, cardProblem: "The card that came could not be opened." };
  if (bytes.length === 0) return { card: null, cardProblem: null };
  const read = bytesToCard(bytes);
  return read.ok
    ? { card: read.card, cardProblem: null }
    : { card: null, cardProblem: `The card that came could not be read: ${read.message}` };
}

function stubOf({ userId, method, metAt, receiptHash, blocked }: ContactRecord): StoredContact {
  return {
    userId,
    method,
    metAt,
    receiptHash,
    blocked,
    peerName: "",
    alias: "",
    note: "",
    card: null,
    cardProblem: null,
    proof: null,
    isListed: true,
  };
}

function toContact(stored: StoredContact): Contact {
  const { userId, method, metAt, receiptHash, blocked, card, cardProblem, note } = stored;
  return {
    userId,
    method,
    metAt,
    receiptHash,
    blocked,
    card,
    cardProblem,
    note,
    name: nameOf(stored),
    verified: stored.proof !== null,
  };
}

function nameOf({ alias, peerName, card, userId }: StoredContact): string {
  if (alias !== "") return alias;
  if (peerName !== "") return peerName;
  if (card !== null) return cardTitle(card);
  return `${userId.slice(0, 4)}…${userId.slice(-4)}`;
}

function ignoreConnectionLoss(error: unknown): void {
  if (error instanceof ProblemError && error.problem.status < 500) throw error;
}
