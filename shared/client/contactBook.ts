// The contacts as this device knows them. Three records make one, each with one writer, so that tabs and
// processes never undo each other: what this device has verified, what the mailbox lists, and own notes.

import { bytesToCard, cardTitle } from "../core/cards/card.ts";
import { toBase64Url } from "../core/crypto/bytes.ts";
import type { Agreement, Met } from "../core/pairing/exchange.ts";
import { hashOfReceipt, type Transcript } from "../core/pairing/transcript.ts";
import type { Card } from "../wire/card.ts";
import type { IdentityOpening } from "../wire/identity.ts";
import type { DeviceLog } from "../wire/auth.ts";
import type { DeviceId, UserId } from "../wire/ids.ts";
import { NAME_MAX_CHARS } from "../wire/limits.ts";
import type { ContactPage, ContactRecord } from "../wire/mailbox.ts";
import { ProblemError } from "../wire/problem.ts";
import { isWithinBlock, type Listing, withBlocks } from "./contactListing.ts";
import type { Device } from "./device.ts";
import type { Contact } from "./model.ts";
import type { Store } from "./store/store.ts";

const NOTE_MAX_CHARS = 2_000;

/** What this device itself holds of a meeting, and as proof of it. */
interface MetContact {
  readonly userId: UserId;
  readonly method: Contact["method"];
  readonly metAt: number;
  readonly receiptHash: string;
  readonly peerName: string;
  readonly card: Card | null;
  readonly cardProblem: string | null;
  readonly transcript: Transcript;
  readonly ownOpening: IdentityOpening;
  readonly peerOpening: IdentityOpening;
  /** In base64url, by who sends; mixed as pre-shared keys into the sessions that start from prekeys. */
  readonly sessionKeys: { readonly own: string; readonly peer: string };
}

/** Session keys in base64url, and between which devices (PAS-11). */
export interface Pairing extends Pick<MetContact, "receiptHash" | "sessionKeys"> {
  readonly ownDeviceId: DeviceId;
  readonly peerDeviceId: DeviceId;
}

interface Notes {
  readonly userId: UserId;
  readonly alias: string;
  readonly note: string;
}

/** The card of one meeting, as it came. */
export type ReceivedCard = Pick<Contact, "card" | "cardProblem">;

export class ContactBook {
  readonly #device: Device;
  readonly #store: Store;
  readonly #changed: () => void;
  #notesWork: Promise<unknown> = Promise.resolve();

  constructor(device: Device, store: Store, changed: () => void) {
    this.#device = device;
    this.#store = store;
    this.#changed = changed;
  }

  /** By name. Reads the mailbox's list first where it can be reached. */
  async list(): Promise<Contact[]> {
    await this.refresh().catch(ignoreConnectionLoss);
    const [met, listed, notes] = await Promise.all([
      this.#store.all<MetContact>("contacts").then(byUserId),
      this.#store.all<ContactRecord>("listings").then(byUserId),
      this.#store.all<Notes>("notes").then(byUserId),
    ]);
    return [...new Set([...met.keys(), ...listed.keys()])]
      .map((id) => toContact(met.get(id) ?? null, listed.get(id) ?? null, notes.get(id) ?? null))
      .filter((contact) => contact !== null)
      .toSorted((a, b) => a.name.localeCompare(b.name));
  }

  async get(userId: string): Promise<Contact | null> {
    const [met, listed, notes] = await Promise.all([
      this.#store.get<MetContact>("contacts", userId),
      this.#store.get<ContactRecord>("listings", userId),
      this.#store.get<Notes>("notes", userId),
    ]);
    return toContact(met, listed, notes);
  }

  /** Keeps what a finished exchange has proven; doing it again changes nothing. */
  async keepMet(
    agreement: Agreement,
    met: Met,
    ownOpening: IdentityOpening,
  ): Promise<{ contact: Contact; received: ReceivedCard }> {
    const { peer, opening: peerOpening, sessionKeys } = met;
    const { transcript } = agreement;
    const before = await this.#store.get<MetContact>("contacts", peer.userId);
    const received = readCard(met.card);
    await this.#store.put("contacts", peer.userId, {
      userId: peer.userId,
      method: transcript.method,
      metAt: transcript.openedAt,
      receiptHash: toBase64Url(hashOfReceipt(transcript)),
      peerName: peer.name,
      // Who comes without a card the second time has not taken the first one back.
      card: received.card ?? before?.card ?? null,
      cardProblem: received.cardProblem,
      transcript,
      ownOpening,
      peerOpening,
      sessionKeys: { own: toBase64Url(sessionKeys.own), peer: toBase64Url(sessionKeys.peer) },
    } satisfies MetContact);
    this.#changed();
    return { contact: await this.#known(peer.userId), received };
  }

  /** The device log that the meeting proved, if this device was there. */
  async provenLog(userId: UserId): Promise<DeviceLog | null> {
    return (await this.#store.get<MetContact>("contacts", userId))?.peerOpening.log ?? null;
  }

  /** What the last meeting left for sessions between the two devices that were there. */
  async pairingWith(userId: UserId): Promise<Pairing | null> {
    const met = await this.#store.get<MetContact>("contacts", userId);
    if (met === null) return null;
    const { receiptHash, ownOpening, peerOpening, sessionKeys } = met;
    const devices = { ownDeviceId: ownOpening.deviceId, peerDeviceId: peerOpening.deviceId };
    return { receiptHash, ...devices, sessionKeys };
  }

  /** The contact that was made under this receipt, if it is still there. */
  async metBy(receiptHash: string): Promise<Contact | null> {
    const all = await this.#store.all<MetContact>("contacts");
    const met = all.find((contact) => contact.receiptHash === receiptHash);
    return met === undefined ? null : this.get(met.userId);
  }

  /** Changes are made one after another, so that an alias and a note given at once are both kept. */
  update(userId: string, change: { alias?: string; note?: string }): Promise<Contact> {
    const done = this.#notesWork.then(() => this.#update(userId, change));
    this.#notesWork = done.catch(() => {});
    return done;
  }

  async #update(userId: string, change: { alias?: string; note?: string }): Promise<Contact> {
    const { userId: id } = await this.#known(userId);
    const before = await this.#store.get<Notes>("notes", id);
    const alias = change.alias?.trim().slice(0, NAME_MAX_CHARS) ?? before?.alias ?? "";
    const note = change.note?.slice(0, NOTE_MAX_CHARS) ?? before?.note ?? "";
    await this.#store.put("notes", id, { userId: id, alias, note } satisfies Notes);
    this.#changed();
    return this.#known(id);
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

  /** All accounts that are blocked, those among them that are no contacts. */
  async blocked(): Promise<UserId[]> {
    return (await this.#device.call("blocks", {})).blocked;
  }

  /** Anyone, contact or not. */
  async block(userId: string): Promise<void> {
    await this.#setBlocked(userId, true);
  }

  async unblock(userId: string): Promise<void> {
    await this.#setBlocked(userId, false);
  }

  /** Whether that time lies in a block that is over. @param at milliseconds */
  async wasBlockedAt(userId: UserId, at: number): Promise<boolean> {
    const listing = await this.#store.get<Listing>("listings", userId);
    return listing !== null && isWithinBlock(listing, at);
  }

  /** Takes over what the mailbox says of contacts. */
  async learn(records: readonly ContactRecord[]): Promise<void> {
    let isNews = false;
    for (const record of records) {
      const known = await this.#store.get<Listing>("listings", record.userId);
      if (known !== null && known.sequence >= record.sequence) continue;
      await this.#store.put("listings", record.userId, withBlocks(record, known));
      isNews = true;
    }
    if (isNews) this.#changed();
  }

  /** Another device has removed it; one that was met again since stays. Sequences are times of the server, too. */
  async forgetBefore(userId: UserId, sequence: number): Promise<void> {
    const listed = await this.#store.get<ContactRecord>("listings", userId);
    const met = await this.#store.get<MetContact>("contacts", userId);
    const isOlder = (listed?.sequence ?? 0) <= sequence && (met?.metAt ?? 0) < sequence;
    if (isOlder) await this.forget(userId);
  }

  async forget(userId: UserId): Promise<void> {
    for (const collection of ["contacts", "listings", "notes"] as const) {
      await this.#store.delete(collection, userId);
    }
    this.#changed();
  }

  /** Brings this device's list in line with the mailbox's. */
  async refresh(): Promise<void> {
    const before = await this.#store.all<ContactRecord>("listings");
    const metBefore = byUserId(await this.#store.all<MetContact>("contacts"));
    const listed = new Set<string>();
    for (let after: number | null = 0; after !== null;) {
      const page: ContactPage = await this.#device.call("contacts", { query: { after } });
      await this.learn(page.contacts);
      for (const { userId } of page.contacts) listed.add(userId);
      after = page.next;
    }
    for (const { userId, sequence } of before) {
      if (listed.has(userId)) continue;
      // While the list was being read, one may have met again.
      const now = await this.#store.get<ContactRecord>("listings", userId);
      const met = await this.#store.get<MetContact>("contacts", userId);
      const isSameMeeting = met?.receiptHash === metBefore.get(userId)?.receiptHash;
      if (now?.sequence === sequence && isSameMeeting) await this.forget(userId);
    }
  }

  async #setBlocked(userId: string, blocked: boolean): Promise<void> {
    await this.#device.call(blocked ? "block" : "unblock", { params: { userId } });
    await this.refresh();
  }

  async #known(userId: string): Promise<Contact> {
    const contact = await this.get(userId);
    if (contact === null) throw new ProblemError("contact-unknown");
    return contact;
  }
}

function byUserId<Value extends { readonly userId: UserId }>(all: readonly Value[]) {
  return new Map(all.map((one) => [one.userId, one]));
}

function readCard(bytes: Uint8Array | null): ReceivedCard {
  if (bytes === null) return { card: null, cardProblem: "The card that came could not be opened." };
  if (bytes.length === 0) return { card: null, cardProblem: null };
  const read = bytesToCard(bytes);
  return read.ok
    ? { card: read.card, cardProblem: null }
    : { card: null, cardProblem: `The card that came could not be read: ${read.message}` };
}

function toContact(
  met: MetContact | null,
  listed: ContactRecord | null,
  notes: Notes | null,
): Contact | null {
  const source = met ?? listed;
  if (source === null) return null;
  const { userId, method, metAt, receiptHash } = source;
  const cardName = met?.card ? cardTitle(met.card) : "";
  return {
    userId,
    name: notes?.alias || met?.peerName || cardName || `${userId.slice(0, 4)}…${userId.slice(-4)}`,
    method,
    metAt,
    verified: met !== null,
    blocked: listed?.blocked ?? false,
    card: met?.card ?? null,
    cardProblem: met?.cardProblem ?? null,
    note: notes?.note ?? "",
    receiptHash,
  };
}

function ignoreConnectionLoss(error: unknown): void {
  if (error instanceof ProblemError && error.problem.status < 500) throw error;
}
