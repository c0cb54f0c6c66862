// All that a device keeps of its account and a person can read, as one JSON document (docs/export.md). Members
// are named one by one, so that no key or secret ever slips in.

import type { Conversation } from "../core/line/conversation.ts";
import type { FileFacts, MessageRecord } from "../core/line/messageRecord.ts";
import type { Transcript } from "../core/pairing/transcript.ts";
import type { DeviceLog } from "../wire/auth.ts";
import type { Card } from "../wire/card.ts";
import type { IdentityOpening } from "../wire/identity.ts";
import type { UserId } from "../wire/ids.ts";
import type { ContactProof } from "../wire/mailbox.ts";
import type { CardBox } from "./cardBox.ts";
import type { ContactBook } from "./contactBook.ts";
import type { Device } from "./device.ts";
import type { Messages } from "./line/messages.ts";
import type { Comparison, Verification } from "./line/verification.ts";
import type { MetContact } from "./metContact.ts";
import type { Contact, Me } from "./model.ts";
import type { Store } from "./store/store.ts";
import { type WitnessedContact, witnessedId } from "./taps/witnessed.ts";

/** Grows with each change that a reader of earlier ones would misread. */
const VERSION = 1;
const PAGE = 200;

export interface AccountExport {
  readonly format: "acquaint-export";
  readonly version: typeof VERSION;
  /** Milliseconds since 1970, by this device's clock. */
  readonly exportedAt: number;
  readonly server: string;
  readonly account: Me & { readonly log: DeviceLog };
  readonly contacts: readonly ExportedContact[];
  readonly cards: readonly Card[];
  /** The one that goes along by itself. */
  readonly chosenCard: string | null;
  readonly conversations: readonly ExportedConversation[];
}

/** What proves a meeting: the transcript that both signed, and who each proved to be (docs/protocol.md, Receipts). */
interface Receipt {
  readonly transcript: Transcript;
  readonly ownOpening: IdentityOpening;
  readonly peerOpening: IdentityOpening;
}

interface ExportedContact extends Contact {
  /** Null for a contact whom another device of this account has met, and of whom it has handed over no proof. */
  readonly receipt: Receipt | null;
  /** What this device has verified of a touch, or of a request that was approved. */
  readonly proofs: readonly ContactProof[];
  /** As this device has verified it last. */
  readonly log: DeviceLog | null;
  readonly comparison: Comparison;
}

interface ExportedConversation {
  readonly userId: UserId;
  readonly unread: number;
  /** The lifetime of messages from now on; 0 is none. */
  readonly timerSeconds: number;
  readonly draft: string;
  /** The oldest first. */
  readonly messages: readonly ExportedMessage[];
}

export interface ExportedMessage extends Omit<MessageRecord, "file"> {
  readonly file?: ExportedFile;
}

/** Without what opens it at the server. */
export interface ExportedFile extends Omit<FileFacts, "blob"> {
  /** Whether its bytes are on this device. */
  readonly isHere: boolean;
  /** Where whoever wrote this document has put them beside it. */
  readonly path?: string;
}

/** The parts of an open account that are read. */
interface Exported {
  readonly me: Me;
  readonly contacts: ContactBook;
  readonly cards: CardBox;
  readonly messages: Messages;
  readonly verification: Verification;
}

export async function exportAccount(
  account: Exported,
  device: Device,
  store: Store,
  now: number,
): Promise<AccountExport> {
  const { me, contacts, cards, messages, verification } = account;
  const exportedContacts: ExportedContact[] = [];
  for (const contact of await contacts.list()) {
    const { userId } = contact;
    const pinned = await store.get<{ log: DeviceLog }>("logs", userId);
    exportedContacts.push({
      ...contact,
      receipt: await receiptOf(store, contact),
      proofs: await proofsOf(store, contact),
      log: pinned?.log ?? (await contacts.provenLog(userId)),
      comparison: await verification.state(userId),
    });
  }
  const conversations: ExportedConversation[] = [];
  const begun = await store.all<Conversation>("conversations");
  const peers = [...begun.map(({ peer }) => peer), ...exportedContacts.map((one) => one.userId)];
  for (const userId of new Set(peers)) {
    const conversation = begun.find(({ peer }) => peer === userId);
    const draft = await messages.draft(userId);
    if (conversation === undefined && draft === "") continue;
    conversations.push({
      userId,
      unread: conversation?.unread ?? 0,
      timerSeconds: conversation?.timer.seconds ?? 0,
      draft,
      messages: await allOf(messages, userId),
    });
  }
  return {
    format: "acquaint-export",
    version: VERSION,
    exportedAt: now,
    server: device.origin,
    account: { ...me, log: device.log },
    contacts: exportedContacts,
    cards: await cards.list(),
    chosenCard: (await cards.chosen())?.uid ?? null,
    conversations,
  };
}

async function receiptOf(store: Store, { userId, receiptHash }: Contact): Promise<Receipt | null> {
  const met = await store.get<MetContact>("contacts", userId);
  if (met?.receiptHash !== receiptHash) return null;
  const { transcript, ownOpening, peerOpening } = met;
  return { transcript, ownOpening, peerOpening };
}

/** Of how the contact is shown to be one. */
async function proofsOf(
  store: Store,
  { userId, receiptHash }: Contact,
): Promise<readonly ContactProof[]> {
  const witnessed = await store.get<WitnessedContact>("settings", witnessedId(userId));
  return witnessed?.receiptHash === receiptHash ? witnessed.proofs : [];
}

async function allOf(messages: Messages, userId: UserId): Promise<ExportedMessage[]> {
  const pages: ExportedMessage[][] = [];
  for (let before: string | undefined; ;) {
    const place = before === undefined ? {} : { before };
    const page = await messages.page(userId, { limit: PAGE, ...place });
    pages.unshift(await Promise.all(page.map((message) => withoutKey(messages, message))));
    before = page[0]?.order;
    if (page.length < PAGE || before === undefined) return pages.flat();
  }
}

async function withoutKey(messages: Messages, message: MessageRecord): Promise<ExportedMessage> {
  const { file, ...rest } = message;
  if (file === undefined) return rest;
  const { blob: _, ...facts } = file;
  const isHere = (await messages.files.kept(message)) !== null;
  return { ...rest, file: { ...facts, isHere } };
}
