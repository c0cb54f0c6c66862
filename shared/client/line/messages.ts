// Conversations with contacts: what an app shows and does. Every text is durable on this device once `send`
// resolves; the server stores it soon after, and `stored` says when.

import { toBase64Url } from "../../core/crypto/bytes.ts";
import type { Content, TextContent } from "../../core/line/content.ts";
import {
  applyContent,
  type Conversation,
  laterThan,
  newConversation,
} from "../../core/line/conversation.ts";
import {
  isAwaitingBlob,
  isUnread,
  keyOf,
  type MessageKey,
  messageKey,
  type MessageRecord,
} from "../../core/line/messageRecord.ts";
import type { UserId } from "../../wire/ids.ts";
import { ProblemError } from "../../wire/problem.ts";
import type { ContactBook } from "../contactBook.ts";
import { deferred } from "../deferred.ts";
import { introduceTask } from "../handover/tasks.ts";
import type { Listeners } from "../listeners.ts";
import type { AcquaintEvent } from "../model.ts";
import type { Ports } from "../ports.ts";
import type { Store } from "../store/store.ts";
import { requireContent, requireEmoji, requireOwn, requireText } from "./contentChecks.ts";
import { messageId, type TimelineEntry } from "./conversationWork.ts";
import type { Files } from "./files.ts";
import type { Line } from "./line.ts";
import { matching } from "./matching.ts";
import { byPlace, toReference } from "./references.ts";
import { contentOf } from "./sentAgain.ts";

const PAGE = 50;
const LOOK_AGAIN_MS = 1_000;
/** Unread messages that one reading marks. */
const READ_AT_ONCE = 200;

export interface Page {
  /** The `order` of a message: only those before it. */
  readonly before?: string;
  readonly limit?: number;
}

interface Draft {
  readonly text: string;
}

interface MessagesContext {
  readonly line: Line;
  readonly store: Store;
  readonly ports: Ports;
  readonly contacts: ContactBook;
  readonly files: Files;
  readonly connect: () => void;
  readonly listeners: Listeners<AcquaintEvent>;
}

export class Messages {
  readonly #context: MessagesContext;

  constructor(context: MessagesContext) {
    this.#context = context;
  }

  /** Those that are messages, and how they are sent and opened. */
  get files(): Files {
    return this.#context.files;
  }

  /** All that have a message; the one with the newest first. */
  async conversations(): Promise<Conversation[]> {
    const all = await this.#context.store.all<Conversation>("conversations");
    return all
      .filter(({ preview }) => preview !== null)
      .toSorted((a, b) => byPlace(b.preview, a.preview));
  }

  conversation(userId: string): Promise<Conversation | null> {
    return this.#context.store.get<Conversation>("conversations", userId);
  }

  /** A page of a conversation, the oldest first; without `before` the latest one. */
  async page(userId: string, { before, limit = PAGE }: Page = {}): Promise<MessageRecord[]> {
    const found: MessageRecord[] = [];
    for (let end = before; ;) {
      const entries = await this.#context.store.range<TimelineEntry>("timeline", {
        prefix: `${userId}.`,
        isReversed: true,
        limit,
        ...(end !== undefined && { before: `${userId}.${end}` }),
      });
      const read = await Promise.all(entries.map(({ key }) => this.message(userId, key)));
      for (const record of read) {
        const isShown = record !== null && !record.isExpired;
        if (isShown && found.length < limit) found.push(record);
      }
      end = entries.at(-1)?.order;
      if (found.length >= limit || entries.length < limit) return found.toReversed();
    }
  }

  message(userId: string, key: MessageKey): Promise<MessageRecord | null> {
    const id = messageId(userId as UserId, key);
    return this.#context.store.get<MessageRecord>("messages", id);
  }

  /**
   * Writes to a contact. Resolves once this device keeps it: it goes as soon as there is a connection.
   * @throws ProblemError `contact-unknown`, `malformed-request` for a text that is empty or over 8 KiB
   */
  async send(
    userId: string,
    text: string,
    { replyTo }: { replyTo?: MessageKey } = {},
  ): Promise<MessageRecord> {
    const to = await this.#contact(userId);
    requireText(text);
    const { seconds } = (await this.conversation(to))?.timer ?? { seconds: 0 };
    const { ports } = this.#context;
    const content: TextContent = {
      kind: "text",
      id: toBase64Url(ports.random(8)),
      at: ports.now(),
      text,
      ...(replyTo !== undefined && { replyTo: toReference(replyTo) }),
      ...(seconds > 0 && { lifetimeSeconds: seconds }),
    };
    const key = messageKey("me", content.id);
    await this.#submit(to, content, key);
    // Where another tab or process holds the line, its conversation has it a moment later.
    return (await this.message(to, key)) ?? provisionalRecord(to, content, ports.now());
  }

  /**
   * Resolves once the server has stored an own message, and the bytes of a file before.
   * @throws ProblemError when it refused: `not-a-contact`, `mailbox-full`; a file: `storage-full`
   * @throws ConnectionError when the account is closed before that is known
   */
  async stored(message: MessageRecord): Promise<MessageRecord> {
    const key = keyOf(message);
    const isOpen = ({ state }: MessageRecord) => state === "waiting" || state === "uploading";
    const settled = await this.#until(message.peer, key, (record) => !isOpen(record));
    if (settled.state !== "refused") return settled;
    throw new ProblemError(settled.refusal ?? "not-a-contact");
  }

  /** Tries a message again that the server refused. */
  async sendAgain(message: MessageRecord): Promise<void> {
    const content = contentOf(message);
    if (content === null) return this.files.again(message);
    await this.#submit(message.peer, content, keyOf(message));
  }

  /** Only one's own. @throws ProblemError `malformed-request` */
  async edit({ peer, id, edit, author }: MessageRecord, text: string): Promise<void> {
    requireOwn(author);
    requireText(text);
    const { ports } = this.#context;
    const at = laterThan(edit?.at, ports.now());
    const content: Content = { kind: "edit", id: toBase64Url(ports.random(8)), at, of: id, text };
    await this.#submit(peer, content);
  }

  /** For everyone; only one's own. What others have copied of it stays theirs. */
  async delete(message: MessageRecord): Promise<void> {
    const { peer, id, author } = message;
    requireOwn(author);
    if (isAwaitingBlob(message)) return this.files.cancel(message);
    await this.#submit(peer, { kind: "delete", at: this.#context.ports.now(), of: id });
  }

  /** @param emoji one, or empty to take it back */
  async react(message: MessageRecord, emoji: string): Promise<void> {
    requireEmoji(emoji);
    const at = laterThan(message.reactions.me?.at, this.#context.ports.now());
    const of = toReference(keyOf(message));
    await this.#submit(message.peer, { kind: "reaction", at, of, emoji });
  }

  /** Messages from now on disappear so long after they were read; 0 lets them stay. */
  async setTimer(userId: string, seconds: number): Promise<void> {
    const to = await this.#contact(userId);
    const { count } = (await this.conversation(to))?.timer ?? { count: 0 };
    const at = this.#context.ports.now();
    await this.#submit(to, { kind: "timer", count: count + 1, at, seconds });
  }

  /**
   * Resolves once all that waited at the server has come, to whichever tab or process holds the line.
   * @throws ConnectionError when the account is closed before
   */
  caughtUp(): Promise<void> {
    this.#context.connect();
    return this.#context.line.caughtUp();
  }

  /** Marks what came as read, all of it or up to the `order` of a message, and tells its author. */
  async read(userId: string, through?: string): Promise<void> {
    let { unread } = (await this.conversation(userId)) ?? { unread: 0 };
    // No order begins so: this one comes after the message, and before the next.
    let before = through === undefined ? undefined : `${through}~`;
    while (unread > 0) {
      const place = before === undefined ? {} : { before };
      const page = await this.page(userId, { limit: READ_AT_ONCE, ...place });
      const of = page.filter(isUnread).map(({ id }) => id);
      const content: Content = { kind: "receipt", state: "read", of };
      if (of.length > 0) await this.#submit(userId as UserId, content);
      unread -= of.length;
      before = page[0]?.order;
      if (before === undefined) return;
    }
  }

  /**
   * Resolves once the server has stored all that this device has said to that account until now: edits, reactions,
   * receipts, and the name and card after a touch, too.
   * @throws ProblemError when it refused any of it
   */
  async settled(userId: string): Promise<void> {
    this.#context.connect();
    const { line } = this.#context;
    const whileOpen = <Value>(waiting: Promise<Value>) => line.whileOpen(waiting);
    await line.handover.done(introduceTask(userId as UserId), whileOpen);
    await line.outbox.settled(userId as UserId, whileOpen);
  }

  /** What is being written, kept on this device alone. */
  async draft(userId: string): Promise<string> {
    return (await this.#context.store.get<Draft>("drafts", userId))?.text ?? "";
  }

  setDraft(userId: string, text: string): Promise<void> {
    if (text === "") return this.#context.store.delete("drafts", userId);
    return this.#context.store.put("drafts", userId, { text } satisfies Draft);
  }

  /** Tells a contact who is there now. */
  setTyping(userId: string, isTyping: boolean): Promise<void> {
    return this.#context.line.sayTyping(userId as UserId, isTyping).catch(() => {});
  }

  /** Messages on this device that contain the words, the newest first. */
  async search(words: string, limit = PAGE): Promise<MessageRecord[]> {
    const all = await this.#context.store.all<MessageRecord>("messages");
    return matching(all, words)
      .toSorted((a, b) => byPlace(b, a))
      .slice(0, limit);
  }

  async #submit(to: UserId, content: Content, message: MessageKey | null = null): Promise<void> {
    this.#context.connect();
    requireContent(content);
    const { line } = this.#context;
    await line.submit(await line.outbox.makeSubmission({ to, content, message }));
  }

  /** Another tab or process may be the one that does it. */
  #until(
    userId: UserId,
    key: MessageKey,
    isIt: (record: MessageRecord) => boolean,
  ): Promise<MessageRecord> {
    const { promise, resolve, reject } = deferred<MessageRecord>();
    const look = () => {
      this.message(userId, key).then((record) => {
        if (record !== null && record.kind !== "awaited" && isIt(record)) resolve(record);
      }, reject);
    };
    const off = this.#context.listeners.add((event) => {
      if (event.event === "conversation" && event.userId === userId) look();
    });
    // What another one does is told by signals, which may get lost.
    let stopTimer = () => {};
    const lookRegularly = () => {
      look();
      stopTimer = this.#context.ports.after(LOOK_AGAIN_MS, lookRegularly);
    };
    lookRegularly();
    return this.#context.line.whileOpen(promise).finally(() => {
      off();
      stopTimer();
    });
  }

  async #contact(userId: string): Promise<UserId> {
    const contact = await this.#context.contacts.find(userId);
    if (contact === null) throw new ProblemError("contact-unknown");
    return contact.userId;
  }
}

function provisionalRecord(peer: UserId, content: TextContent, now: number): MessageRecord {
  const before = { conversation: newConversation(peer), records: new Map() };
  return applyContent(before, "me", content, now, "waiting").records[0] as MessageRecord;
}
