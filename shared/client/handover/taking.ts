// Takes what another device of the account hands over: merged with what is here, as changes of one unit of work.
// Taken again, it changes nothing. Of contacts only what this device has verified by itself is kept.

import { decodeBundle } from "../../core/handover/bundle.ts";
import type {
  HandedContact,
  HandedIntroduction,
  HandedNotes,
  HandedRecord,
} from "../../core/handover/handed.ts";
import type { Before } from "../../core/line/conversation.ts";
import { mergeHanded } from "../../core/line/merging.ts";
import { keyOf, type MessageRecord } from "../../core/line/messageRecord.ts";
import { canonicalJson } from "../../core/line/canonicalJson.ts";
import { verifyContact } from "../../core/handover/contactProof.ts";
import type { HandoverContent } from "../../core/line/handoverContent.ts";
import { fromBase64Url } from "../../core/crypto/bytes.ts";
import type { UserId } from "../../wire/ids.ts";
import type { ContactRecord } from "../../wire/mailbox.ts";
import { CHOSEN_CARD_ID } from "../cardBox.ts";
import { ForkedLogError } from "../forkedLog.ts";
import type { ConversationWork } from "../line/conversationWork.ts";
import type { LineContext } from "../line/lineContext.ts";
import { fromHanded, type MetContact, type Notes } from "../metContact.ts";
import { NAME_ID, type StoredName } from "../profile.ts";
import type { Change } from "../store/store.ts";
import { type Introduced, introducedId } from "../taps/witnessed.ts";
import type { HandoverDesk } from "./desk.ts";
import { deviceNameId } from "./deviceNames.ts";
import { type HandoverTask, type ParkedTask, toDo } from "./tasks.ts";

/** A contact that the mailbox still does not list is none. */
export const PARKED_MS = 24 * 60 * 60 * 1_000;

/** What has come, by what it is about. */
export interface HandoverNews {
  readonly contacts: boolean;
  readonly name: boolean;
  readonly devices: boolean;
}

/** Of a history, in messages. */
interface HistoryProgress {
  readonly done: number;
  readonly total: number;
}

export class HandoverTaking {
  readonly #desk: HandoverDesk;
  readonly #context: LineContext;
  readonly #conversations: ConversationWork;
  readonly #changes: Change[] = [];
  /** By collection and id, as they are after the changes so far. */
  readonly #values = new Map<string, unknown>();
  #hasRefreshed = false;
  /** What the app is told of once it is stored. */
  readonly news = { contacts: false, name: false, devices: false };
  /** Whether something of it is left to be done. */
  hasTasks = false;
  /** How far a history has come with it. */
  progress: HistoryProgress | null = null;

  /** @param conversations the work that messages are merged in */
  constructor(desk: HandoverDesk, conversations: ConversationWork) {
    this.#desk = desk;
    this.#context = desk.context;
    this.#conversations = conversations;
  }

  /** All but those of conversations. */
  changes(): readonly Change[] {
    return this.#changes;
  }

  /** What is in a blob is left to be done later. */
  async takeContent(content: HandoverContent): Promise<void> {
    if (content.for !== undefined && content.for !== this.#context.device.self.number) return;
    const { done, total } = content;
    const progress = done === undefined || total === undefined ? null : { done, total };
    if ("blob" in content) {
      const { blob } = content;
      const id = this.#desk.newId("take");
      const isForThis = content.for !== undefined;
      this.#leave({ kind: "take", id, blob, progress, isForThis, isTaken: false });
    } else {
      await this.take(decodeBundle(fromBase64Url(content.records)) ?? []);
      this.progress = progress ?? this.progress;
    }
  }

  async take(records: readonly HandedRecord[]): Promise<void> {
    for (const record of records) await this.#takeOne(record);
  }

  /** @returns whether it is done with: else the mailbox does not list the contact yet */
  async takeParked({ record, userId }: ParkedTask): Promise<boolean> {
    if (!(await this.#isListed(userId))) return false;
    await this.#takeOne(record);
    return true;
  }

  async #takeMessage({ record }: Extract<HandedRecord, { kind: "message" }>): Promise<void> {
    // What waits on the other device this one has no part in: as with all that it says, it counts as sent.
    const isWaiting = record.state === "waiting";
    const handed: MessageRecord = isWaiting ? { ...record, state: "sent" } : record;
    const merge = (before: Before, now: number) => mergeHanded(before, { records: [handed] }, now);
    await this.#conversations.change(record.peer, [keyOf(handed)], merge);
  }

  async #takeOne(record: HandedRecord): Promise<void> {
    switch (record.kind) {
      case "name":
        this.news.name = (await this.#takeName(NAME_ID, record)) || this.news.name;
        return;
      case "deviceName": {
        const isNews = await this.#takeName(deviceNameId(record.number), record);
        this.news.devices = isNews || this.news.devices;
        return;
      }
      case "card": {
        const { uid } = record.card;
        if (uid !== undefined && (await this.#get("cards", uid)) === null) {
          this.#put("cards", uid, record.card);
        }
        return;
      }
      case "chosenCard":
        if ((await this.#get("settings", CHOSEN_CARD_ID)) !== null) return;
        return this.#put("settings", CHOSEN_CARD_ID, { uid: record.uid });
      case "contact":
        return this.#takeContact(record);
      case "notes":
        return this.#takeNotes(record);
      case "conversation": {
        const { peer, timer } = record;
        return this.#conversations.change(peer, [], (before, now) =>
          mergeHanded(before, { records: [], timer }, now),
        );
      }
      case "message":
        return this.#takeMessage(record);
      case "introduction":
        return this.#takeIntroduction(record);
    }
  }

  async #takeName(id: string, { name, changedAt }: StoredName): Promise<boolean> {
    const known = await this.#get<StoredName>("settings", id);
    if (known !== null && !isLater({ name, changedAt }, known)) return false;
    this.#put("settings", id, { name, changedAt } satisfies StoredName);
    return true;
  }

  async #takeContact(handed: HandedContact): Promise<void> {
    const { identity } = this.#context.device;
    const verified = verifyContact(handed, identity);
    if (verified === null) return;
    const { userId } = verified;
    if (!(await this.#isListed(userId))) return this.#park(userId, handed);
    if (!(await this.#followsFromKnown(userId, handed))) return;
    const met = fromHanded(handed, verified, await this.#get<MetContact>("contacts", userId));
    if (met === null) return;
    this.#put("contacts", userId, met);
    this.news.contacts = true;
  }

  /** What the meeting has proven may not contradict what the server has shown here since. */
  async #followsFromKnown(userId: UserId, { peerOpening }: HandedContact): Promise<boolean> {
    try {
      await this.#context.logs.learn(userId, peerOpening.log);
      return true;
    } catch (error) {
      if (!(error instanceof ForkedLogError)) throw error;
      this.#context.tell({ event: "forked", userId });
      return false;
    }
  }

  async #takeNotes({ kind: _kind, ...notes }: HandedNotes): Promise<void> {
    const { userId } = notes;
    if (!(await this.#isListed(userId))) return this.#park(userId, { kind: "notes", ...notes });
    const known = await this.#get<Notes>("notes", userId);
    if (known !== null && !isLater(notes, known)) return;
    this.#put("notes", userId, notes satisfies Notes);
    this.news.contacts = true;
  }

  async #takeIntroduction({ kind, ...said }: HandedIntroduction): Promise<void> {
    const { userId, at } = said;
    if (!(await this.#isListed(userId))) return this.#park(userId, { kind, ...said });
    const id = introducedId(userId);
    const known = await this.#get<Introduced>("settings", id);
    if (known !== null && known.at >= at) return;
    const listed = await this.#context.store.get<ContactRecord>("listings", userId);
    const receiptHash = listed?.receiptHash ?? null;
    this.#put("settings", id, { ...said, receiptHash } satisfies Introduced);
    this.news.contacts = true;
  }

  /** One that was removed meanwhile must not come back by a bundle that was made before. */
  async #isListed(userId: UserId): Promise<boolean> {
    const { store, contacts } = this.#context;
    if ((await store.get("listings", userId)) !== null) return true;
    if (this.#hasRefreshed) return false;
    this.#hasRefreshed = true;
    await contacts.refresh();
    return (await store.get("listings", userId)) !== null;
  }

  #park(userId: UserId, record: HandedContact | HandedNotes | HandedIntroduction): void {
    const since = this.#context.ports.now();
    const id = `parked.${userId}.${record.kind}`;
    this.#leave({ kind: "parked", id, userId, record, since });
  }

  #leave(task: HandoverTask): void {
    this.#changes.push(toDo(task));
    this.hasTasks = true;
  }

  async #get<Value>(collection: Change["collection"], id: string): Promise<Value | null> {
    const name = `${collection}/${id}`;
    if (this.#values.has(name)) return this.#values.get(name) as Value;
    return this.#context.store.get<Value>(collection, id);
  }

  #put(collection: Change["collection"], id: string, value: unknown): void {
    this.#values.set(`${collection}/${id}`, value);
    this.#changes.push({ collection, id, value });
  }
}

/** The latest counts; of two with the same time both devices take the same. */
function isLater<Value extends { readonly changedAt?: number }>(one: Value, known: Value): boolean {
  const ahead = (one.changedAt ?? 0) - (known.changedAt ?? 0);
  if (ahead !== 0) return ahead > 0;
  return canonicalJson(one) > canonicalJson(known);
}
