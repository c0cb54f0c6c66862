// Conversations as this device stores them, changed in units of work: what a unit touches is read once, its
// rules are those of shared/core/line/conversation.ts, and its changes are stored together.

import { toBase32, utf8 } from "../../core/crypto/bytes.ts";
import {
  type AppliedContent,
  applyContent,
  type Before,
  type Change as ConversationChange,
  type Conversation,
  expire,
  newConversation,
  setDelivery,
  touchedKeys,
  withdraw,
  withPreview,
} from "../../core/line/conversation.ts";
import {
  type Author,
  isDue,
  isForgettable,
  isMessage,
  keyOf,
  type MessageKey,
  type MessageRecord,
  type OwnState,
} from "../../core/line/messageRecord.ts";
import type { UserId } from "../../wire/ids.ts";
import type { ProblemCode } from "../../wire/problem.ts";
import type { Change, Store } from "../store/store.ts";
import { FILE_TASKS, toDo } from "./fileTask.ts";

/** When the remains of a message that has disappeared are looked at again. */
const REMAINS_MS = 61 * 24 * 60 * 60 * 1_000;

interface Expiry {
  readonly at: number;
  readonly peer: UserId;
  readonly key: MessageKey;
}

export class ConversationWork {
  readonly #store: Store;
  readonly #now: number;
  readonly #conversations = new Map<UserId, Conversation>();
  readonly #records = new Map<string, MessageRecord | null>();
  readonly #changes: Change[] = [];
  readonly #changedRecords = new Map<string, MessageRecord>();
  readonly #changedPeers = new Set<UserId>();

  constructor(store: Store, now: number) {
    this.#store = store;
    this.#now = now;
  }

  /** Those that are to be stored, each conversation once. */
  changes(): Change[] {
    const conversations = [...this.#changedPeers].map((peer): Change => {
      return { collection: "conversations", id: peer, value: this.#conversations.get(peer) };
    });
    return [...this.#changes, ...conversations];
  }

  /** As they are after the work, each once. */
  get changedRecords(): MessageRecord[] {
    return [...this.#changedRecords.values()];
  }

  /** Whether files are left of messages that are no more. */
  get leavesFiles(): boolean {
    return this.#changes.some(({ collection }) => collection === FILE_TASKS);
  }

  get changedPeers(): UserId[] {
    return [...this.#changedPeers];
  }

  async apply(
    peer: UserId,
    author: Author,
    content: AppliedContent,
    initialState: OwnState = "sent",
  ): Promise<void> {
    const before = await this.#before(peer, touchedKeys(author, content));
    this.#take(peer, applyContent(before, author, content, this.#now, initialState));
  }

  async setDelivery(
    peer: UserId,
    key: MessageKey,
    state: OwnState,
    refusal?: ProblemCode,
  ): Promise<void> {
    this.#take(peer, setDelivery(await this.#before(peer, [key]), key, state, refusal));
  }

  /** Takes back an own file that nobody has heard of. */
  async withdraw(peer: UserId, key: MessageKey): Promise<void> {
    await this.#takeAway(peer, withdraw(await this.#before(peer, [key]), key));
  }

  /** By a rule that is given, of those messages. */
  async change(
    peer: UserId,
    keys: readonly MessageKey[],
    rule: (before: Before, now: number) => ConversationChange,
  ): Promise<void> {
    await this.#takeAway(peer, rule(await this.#before(peer, keys), this.#now));
  }

  async conversation(peer: UserId): Promise<Conversation> {
    const known = this.#conversations.get(peer);
    if (known !== undefined) return known;
    const stored = await this.#store.get<Conversation>("conversations", peer);
    const conversation = stored ?? newConversation(peer);
    this.#conversations.set(peer, conversation);
    return conversation;
  }

  async record(peer: UserId, key: MessageKey): Promise<MessageRecord | null> {
    const id = messageId(peer, key);
    const known = this.#records.get(id);
    if (known !== undefined) return known;
    const stored = await this.#store.get<MessageRecord>("messages", id);
    this.#records.set(id, stored);
    return stored;
  }

  /** Takes away what has come to its time. */
  async sweep(): Promise<void> {
    const due = await this.#store.range<Expiry>("expiries", {
      prefix: "",
      before: timeId(this.#now + 1),
    });
    for (const { at, peer, key } of due) {
      this.#changes.push({ collection: "expiries", id: expiryId(at, peer, key) });
      const record = await this.record(peer, key);
      if (record !== null && isDue(record, this.#now)) await this.#expire(peer, key);
      else if (record !== null && isForgettable(record, this.#now)) this.#forget(peer, key);
    }
  }

  async #expire(peer: UserId, key: MessageKey): Promise<void> {
    await this.#takeAway(peer, expire(await this.#before(peer, [key]), [key], this.#now));
    this.#remindAt(this.#now + REMAINS_MS, peer, key);
  }

  /** What may have been the last message: then another one is. */
  async #takeAway(peer: UserId, change: ConversationChange): Promise<void> {
    const before = await this.conversation(peer);
    this.#take(peer, change);
    const after = await this.conversation(peer);
    if (before.preview !== null && after.preview === null) {
      this.#setConversation(withPreview(after, await this.#lastShown(peer)));
    }
  }

  async #lastShown(peer: UserId): Promise<MessageRecord | null> {
    const isShown = (record: MessageRecord | null) => record?.peer === peer && isMessage(record);
    let [last = null] = this.changedRecords
      .filter(isShown)
      .toSorted((a, b) => (a.order < b.order ? 1 : -1));
    for (const entry of await this.#store.range<TimelineEntry>("timeline", {
      prefix: `${peer}.`,
      isReversed: true,
      limit: 200,
    })) {
      const record = await this.record(peer, entry.key);
      if (!isShown(record)) continue;
      if (last === null || entry.order > last.order) last = record;
      break;
    }
    return last;
  }

  async #before(peer: UserId, keys: readonly MessageKey[]): Promise<Before> {
    const records = new Map<MessageKey, MessageRecord>();
    for (const key of keys) {
      const record = await this.record(peer, key);
      if (record !== null) records.set(key, record);
    }
    return { conversation: await this.conversation(peer), records };
  }

  #take(peer: UserId, { conversation, records, removed }: ConversationChange): void {
    if (conversation !== this.#conversations.get(peer)) this.#setConversation(conversation);
    for (const record of records) this.#put(record);
    for (const key of removed) this.#forget(peer, key);
  }

  #setConversation(conversation: Conversation): void {
    this.#conversations.set(conversation.peer, conversation);
    this.#changedPeers.add(conversation.peer);
  }

  #put(record: MessageRecord): void {
    const { peer, order, expiresAt } = record;
    const key = keyOf(record);
    const id = messageId(peer, key);
    const before = this.#records.get(id);
    if (before?.file !== undefined && record.file === undefined) this.#leave(id, before, record);
    this.#records.set(id, record);
    this.#changedRecords.set(id, record);
    this.#changedPeers.add(peer);
    this.#changes.push({ collection: "messages", id, value: record });
    if (order !== "" && order !== before?.order) {
      const entry: TimelineEntry = { key, order };
      this.#changes.push({ collection: "timeline", id: `${peer}.${order}`, value: entry });
    }
    if (expiresAt !== undefined && expiresAt !== before?.expiresAt) {
      this.#remindAt(expiresAt, peer, key);
    }
  }

  /** Its bytes are no more to be, and those at the server neither if its author has deleted it. */
  #leave(id: string, { file, author }: MessageRecord, { isDeleted }: MessageRecord): void {
    const isOwn = author === "me" && isDeleted;
    const blobId = isOwn ? (file?.blob?.blobId ?? null) : null;
    this.#changes.push(toDo({ kind: "gone", id, blobId }));
  }

  #forget(peer: UserId, key: MessageKey): void {
    const id = messageId(peer, key);
    const order = this.#records.get(id)?.order ?? "";
    this.#records.set(id, null);
    this.#changedRecords.delete(id);
    this.#changes.push({ collection: "messages", id });
    if (order !== "") this.#changes.push({ collection: "timeline", id: `${peer}.${order}` });
  }

  #remindAt(at: number, peer: UserId, key: MessageKey): void {
    const value: Expiry = { at, peer, key };
    this.#changes.push({ collection: "expiries", id: expiryId(at, peer, key), value });
  }
}

/** Where a message stands in its conversation, by its order. */
export interface TimelineEntry {
  readonly key: MessageKey;
  readonly order: string;
}

/** Letters and digits alone, alike in file systems that know no case. */
export function messageId(peer: UserId, key: MessageKey): string {
  const [author, id] = key.split("/") as [Author, string];
  return `${peer}.${author}.${toBase32(utf8(id))}`;
}

function expiryId(at: number, peer: UserId, key: MessageKey): string {
  return `${timeId(at)}.${messageId(peer, key)}`;
}

export function messageIdOf(record: MessageRecord): string {
  return messageId(record.peer, keyOf(record));
}

export function timeId(time: number): string {
  return String(time).padStart(15, "0");
}
