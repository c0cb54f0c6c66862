// Contents and conversations for tests: arbitrary ones, and a conversation that keeps its records in memory.

import fc from "fast-check";
import { toBase64Url } from "../../../shared/core/crypto/bytes.ts";
import { type Content, isText, type PlainContent } from "../../../shared/core/line/content.ts";
import { LIFETIME_MAX_SECONDS } from "../../../shared/core/line/contentLimits.ts";
import { isFileName } from "../../../shared/core/line/fileNames.ts";
import { BLOB_MAX_BYTES } from "../../../shared/wire/limits.ts";
import {
  type AppliedContent,
  applyContent,
  type Change,
  type Conversation,
  expire,
  newConversation,
  setDelivery,
  touchedKeys,
  withdraw,
} from "../../../shared/core/line/conversation.ts";
import {
  type Author,
  keyOf,
  type MessageKey,
  type MessageRecord,
  type OwnState,
} from "../../../shared/core/line/messageRecord.ts";
import type { UserId } from "../../../shared/wire/ids.ts";

export const PEER = "b".repeat(32) as UserId;
export const NOW = 1_780_000_000_000;

/** The id with that number. */
export function idOf(number: number): string {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setUint32(4, number);
  return toBase64Url(bytes);
}

const anyId = fc.uint8Array({ minLength: 8, maxLength: 8 }).map(toBase64Url);
const anyAt = fc.integer({ min: 0, max: 8_640_000_000_000_000 });
const anyText = fc.string({ unit: "binary", minLength: 1, maxLength: 300 }).filter(isText);
const anyReference = fc.record({ by: fc.constantFrom("sender", "receiver"), id: anyId });
const anyLifetime = fc.integer({ min: 1, max: LIFETIME_MAX_SECONDS });
export const EMOJI = ["❤️", "👍🏽", "👨‍👩‍👧‍👦", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🇨🇭", "1️⃣", "!"] as const;

const anyPlainContent: fc.Arbitrary<PlainContent> = fc.oneof(
  fc.record(
    {
      kind: fc.constant("text"),
      id: anyId,
      at: anyAt,
      text: anyText,
      replyTo: anyReference,
      lifetimeSeconds: anyLifetime,
      isRepeated: fc.constant(true),
    },
    { requiredKeys: ["kind", "id", "at", "text"] },
  ),
  fc.record({ kind: fc.constant("edit"), id: anyId, at: anyAt, of: anyId, text: anyText }),
  fc.record({
    kind: fc.constant("reaction"),
    at: anyAt,
    of: anyReference,
    emoji: fc.constantFrom("", ...EMOJI),
  }),
  fc.record({ kind: fc.constant("delete"), at: anyAt, of: anyId }),
  fc.record({
    kind: fc.constant("receipt"),
    state: fc.constantFrom("delivered", "read"),
    of: fc.array(anyId, { minLength: 1, maxLength: 200 }),
  }),
  fc.record({
    kind: fc.constant("timer"),
    count: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    at: anyAt,
    seconds: fc.nat(LIFETIME_MAX_SECONDS),
  }),
  fc.record({ kind: fc.constant("resend") }),
  fc.record(
    {
      kind: fc.constant("file"),
      id: anyId,
      at: anyAt,
      name: fc.string({ unit: "binary", minLength: 1, maxLength: 60 }).filter(isFileName),
      type: fc.constantFrom("image/jpeg", "application/vnd.a+json", "text/plain"),
      blob: fc.record({
        blobId: fc.uint8Array({ minLength: 16, maxLength: 16 }).map(toBase64Url),
        key: fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toBase64Url),
        size: fc.nat(BLOB_MAX_BYTES),
      }),
      text: anyText,
      thumbnail: fc.uint8Array({ minLength: 1, maxLength: 300 }).map(toBase64Url),
      width: fc.integer({ min: 1, max: 65_535 }),
      height: fc.integer({ min: 1, max: 65_535 }),
      replyTo: anyReference,
      lifetimeSeconds: anyLifetime,
      isRepeated: fc.constant(true),
    },
    { requiredKeys: ["kind", "id", "at", "name", "type", "blob"] },
  ),
  fc.record({ kind: fc.constant("typing"), isTyping: fc.boolean() }),
) as fc.Arbitrary<PlainContent>;

const anyHandover = fc.record(
  {
    kind: fc.constant("handover"),
    for: fc.nat(39),
    done: fc.nat(),
    total: fc.nat(),
    records: fc.uint8Array({ minLength: 1, maxLength: 300 }).map(toBase64Url),
  },
  { requiredKeys: ["kind", "records"] },
) as fc.Arbitrary<Content>;

const anyIntroduction = fc.record(
  {
    kind: fc.constant("introduction"),
    at: anyAt,
    name: fc.string({ unit: "binary", maxLength: 30 }).filter((name) => name.isWellFormed()),
    card: fc.uint8Array({ minLength: 1, maxLength: 300 }).map(toBase64Url),
  },
  { requiredKeys: ["kind", "at", "name"] },
) as fc.Arbitrary<Content>;

export const anyContent: fc.Arbitrary<Content> = fc.oneof(
  { weight: 4, arbitrary: anyPlainContent },
  anyPlainContent.map((content): Content => ({ kind: "sync", to: PEER, content })),
  anyHandover,
  anyIntroduction,
);

/** What one side says, and the other things that a message can be told. */
export interface Said {
  readonly author: Author;
  readonly content: AppliedContent;
}

/** A conversation on one device: loads, applies and stores as the SDK does. */
export class Device {
  conversation: Conversation = newConversation(PEER);
  readonly records = new Map<MessageKey, MessageRecord>();
  now = NOW;

  apply(author: Author, content: AppliedContent, state?: OwnState): Change {
    return this.#take(
      applyContent(this.#before(touchedKeys(author, content)), author, content, this.now, state),
    );
  }

  applyAll(all: readonly Said[]): this {
    for (const { author, content } of all) this.apply(author, content);
    return this;
  }

  tell(key: MessageKey, state: OwnState): Change {
    return this.#take(setDelivery(this.#before([key]), key, state));
  }

  withdraw(key: MessageKey): Change {
    return this.#take(withdraw(this.#before([key]), key));
  }

  expire(...keys: MessageKey[]): Change {
    return this.#take(expire(this.#before(keys), keys, this.now));
  }

  get(author: Author, number: number): MessageRecord {
    const record = this.records.get(`${author}/${idOf(number)}`);
    if (record === undefined) throw new Error(`no message ${number} by ${author}`);
    return record;
  }

  has(author: Author, number: number): boolean {
    return this.records.has(`${author}/${idOf(number)}`);
  }

  /** What can be seen, in order. */
  get shown(): MessageRecord[] {
    return [...this.records.values()]
      .filter((record) => record.order !== "" && !record.isExpired)
      .toSorted((a, b) => (a.order < b.order ? -1 : 1));
  }

  #before(keys: readonly MessageKey[]) {
    const found = keys.map((key) => [key, this.records.get(key)] as const);
    const records = found.filter((entry): entry is [MessageKey, MessageRecord] => !!entry[1]);
    return { conversation: this.conversation, records: new Map(records) };
  }

  #take(change: Change): Change {
    this.conversation = change.conversation;
    for (const record of change.records) this.records.set(keyOf(record), record);
    for (const key of change.removed) this.records.delete(key);
    return change;
  }
}
