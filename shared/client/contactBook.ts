// The contacts as this device knows them. Three records make one, each with one writer, so that tabs and
// processes never undo each other: what this device has verified, what the mailbox lists, and own notes.

import { toBase64Url } from "../core/crypto/bytes.ts";
import type { Agreement, Met } from "../core/pairing/exchange.ts";
import { hashOfReceipt } from "../core/pairing/transcript.ts";
import type { IdentityOpening } from "../wire/identity.ts";
import type { DeviceLog } from "../wire/auth.ts";
import type { UserId } from "../wire/ids.ts";
import { NOTE_MAX_CHARS } from "../core/handover/limits.ts";
import { laterThan } from "../core/line/laterThan.ts";
import { NAME_MAX_CHARS } from "../wire/limits.ts";
import type { ContactPage, ContactRecord } from "../wire/mailbox.ts";
import { ProblemError } from "../wire/problem.ts";
import { blockedNames, dropBlockedName, keepBlockedName } from "./blockedNames.ts";
import { aboutContact } from "./contactSettings.ts";
import { isWithinBlock, type Listing, withBlocks } from "./contactListing.ts";
import { readContact, readContacts } from "./contactReading.ts";
import type { Device } from "./device.ts";
import { readCard, type ReceivedCard } from "./receivedCard.ts";
import { type MetContact, type Notes, type Pairing, pairingOf, toHanded } from "./metContact.ts";
import type { BlockedAccount, Contact } from "./model.ts";
import { type Sharing, UNSHARED } from "./sharing.ts";
import type { Store } from "./store/store.ts";
import { type Introduced, introducedId } from "./taps/witnessed.ts";

export class ContactBook {
  readonly #device: Device;
  readonly #store: Store;
  readonly #changed: () => void;
  /** With the account's other devices. */
  sharing: Sharing = UNSHARED;
  /** Whether a safety phrase was compared with that account, whose keys have not been swapped since. */
  isCompared: (userId: UserId) => Promise<boolean> = async () => false;
  /** Told when the mailbox lists something new, of which there may be a proof to verify. */
  onNews: () => void = () => {};
  /**
   * This device's own word on one whom the mailbox lists with proofs, or has just made a contact; unverified while
   * the server cannot be asked.
   */
  verify: (userId: UserId) => Promise<Contact | null> = (userId) => this.find(userId);
  #notesWork: Promise<unknown> = Promise.resolve();

  constructor(device: Device, store: Store, changed: () => void) {
    this.#device = device;
    this.#store = store;
    this.#changed = changed;
  }

  get #reader() {
    const { sharing, isCompared } = this;
    return { device: this.#device, store: this.#store, now: () => sharing.now(), isCompared };
  }

  /** People, by name. Reads the mailbox's list first where it can be reached. */
  async list(): Promise<Contact[]> {
    await this.refresh().catch(ignoreConnectionLoss);
    const contacts = await readContacts(this.#reader);
    return contacts.toSorted((a, b) => a.name.localeCompare(b.name));
  }

  get(userId: string): Promise<Contact | null> {
    return readContact(this.#reader, userId as UserId);
  }

  /** What an account is called here, contact or not yet. */
  async nameOf(userId: UserId): Promise<string | undefined> {
    const called = await this.#store.get<Introduced>("settings", introducedId(userId));
    return (await this.get(userId))?.name ?? called?.name;
  }

  /** Asks the mailbox for one that another device of this account may just have met. */
  async find(userId: string): Promise<Contact | null> {
    const known = await this.get(userId);
    if (known !== null) return known;
    await this.refresh().catch(ignoreConnectionLoss);
    return this.get(userId);
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
    const introduced = await this.#store.get<Introduced>("settings", introducedId(peer.userId));
    const received = readCard(met.card);
    if (transcript.method === "link" && before !== null && before.method !== "link") {
      return { contact: await this.#known(peer.userId), received }; // a person is no device of one's own
    }
    const known: MetContact = {
      userId: peer.userId,
      method: transcript.method,
      metAt: transcript.openedAt,
      receiptHash: toBase64Url(hashOfReceipt(transcript)),
      peerName: peer.name,
      // Who comes without a card the second time has not taken the first one back.
      card: received.card ?? before?.card ?? introduced?.card ?? null,
      cardProblem: received.cardProblem,
      transcript,
      ownOpening,
      peerOpening,
      sessionKeys: { own: toBase64Url(sessionKeys.own), peer: toBase64Url(sessionKeys.peer) },
    };
    const shared = transcript.method === "link" ? [] : this.sharing.changes(toHanded(known));
    await this.#store.apply([{ collection: "contacts", id: peer.userId, value: known }, ...shared]);
    this.sharing.look();
    this.#changed();
    return { contact: await this.#known(peer.userId), received };
  }

  /** Who the peer has proven to be at the meeting, if this device was there. */
  async openingOf(userId: UserId): Promise<IdentityOpening | null> {
    return (await this.#store.get<MetContact>("contacts", userId))?.peerOpening ?? null;
  }

  /** The device log that the meeting proved. */
  async provenLog(userId: UserId): Promise<DeviceLog | null> {
    return (await this.openingOf(userId))?.log ?? null;
  }

  /** Accounts that are contacts for no more than a link. @param before milliseconds, by the server's clock */
  async linkedIds(before = Infinity): Promise<UserId[]> {
    const listed = await this.#store.all<ContactRecord>("listings");
    // A touch makes a contact of whoever was one for a link.
    const people = new Set(listed.filter(isPerson).map(({ userId }) => userId));
    const linked = [...(await this.#store.all<MetContact>("contacts")), ...listed].filter(
      ({ method, metAt, userId }) => method === "link" && metAt < before && !people.has(userId),
    );
    return [...new Set(linked.map(({ userId }) => userId))];
  }

  /** What the last meeting left for sessions between the two devices that were there. */
  async pairingWith(userId: UserId): Promise<Pairing | null> {
    const met = await this.#store.get<MetContact>("contacts", userId);
    return met && pairingOf(met);
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
    const changedAt = laterThan(before?.changedAt, this.sharing.now());
    const notes = { userId: id, alias, note, changedAt } satisfies Notes;
    await this.#store.apply([
      { collection: "notes", id, value: notes },
      ...this.sharing.changes({ kind: "notes", ...notes }),
    ]);
    this.sharing.look();
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
  async blocked(): Promise<BlockedAccount[]> {
    // Of a block that is made meanwhile, the name is kept.
    const names = await blockedNames(this.#store);
    const { blocked } = await this.#device.call("blocks", {});
    const over = [...names.keys()].filter((userId) => !blocked.includes(userId));
    for (const userId of over) await dropBlockedName(this.#store, userId);
    const named = async (userId: UserId): Promise<BlockedAccount> => {
      return { userId, name: (await this.get(userId))?.name ?? names.get(userId) ?? null };
    };
    return Promise.all(blocked.map(named));
  }

  /** Anyone, contact or not. @param name of one who is none: kept here until the block ends, and told to nobody */
  async block(userId: string, name?: string): Promise<void> {
    const id = userId as UserId;
    const names = [await this.nameOf(id), name];
    await this.#device.call("block", { params: { userId } });
    await keepBlockedName(this.#store, id, names);
    await this.refresh();
  }

  async unblock(userId: string): Promise<void> {
    await this.#device.call("unblock", { params: { userId } });
    await dropBlockedName(this.#store, userId as UserId);
    await this.refresh();
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
    if (!isNews) return;
    this.#changed();
    this.onNews();
  }

  /** Another device has removed it; one that was met again since stays. Sequences are times of the server, too. */
  async forgetBefore(userId: UserId, sequence: number): Promise<void> {
    const listed = await this.#store.get<ContactRecord>("listings", userId);
    const met = await this.#store.get<MetContact>("contacts", userId);
    // What was witnessed stands for nothing without its listing.
    const isOlder = (listed?.sequence ?? 0) <= sequence && (met?.metAt ?? 0) < sequence;
    if (isOlder) await this.forget(userId);
  }

  async forget(userId: UserId): Promise<void> {
    for (const collection of ["contacts", "listings", "notes"] as const) {
      await this.#store.delete(collection, userId);
    }
    for (const id of aboutContact(userId)) await this.#store.delete("settings", id);
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

  async #known(userId: string): Promise<Contact> {
    const contact = await this.get(userId);
    if (contact === null) throw new ProblemError("contact-unknown");
    return contact;
  }
}

function byUserId<Value extends { readonly userId: UserId }>(all: readonly Value[]) {
  return new Map(all.map((one) => [one.userId, one]));
}

function isPerson({ method }: ContactRecord): boolean {
  return method !== "link";
}

function ignoreConnectionLoss(error: unknown): void {
  if (error instanceof ProblemError && error.problem.status < 500) throw error;
}
