// A message as a device keeps it: the facts that are known about it, which add up to the same record in
// whatever order they come. What is deleted or has expired is empty, and stays so. Plain JSON.

import type { BlobReference } from "../../wire/blobs.ts";
import type { UserId } from "../../wire/ids.ts";
import type { ProblemCode } from "../../wire/problem.ts";
import type { DeviceChange } from "./accountContents.ts";
import type { EditContent, MessageId } from "./content.ts";

export type Author = "me" | "peer";

/** Unique within a conversation: ids are so for each author only. */
export type MessageKey = `${Author}/${string}`;

/** How far an own message has come. One that is `uploading` is a file whose bytes are still on their way. */
export type Delivery = "uploading" | "waiting" | "sent" | "delivered" | "read" | "refused";

/** Of an own message before its receiver has said anything of it. */
export type OwnState = "uploading" | "waiting" | "sent" | "refused";

/** Of a file; its bytes are kept beside the records. */
export interface FileFacts {
  /** As its author wrote it: without a path, and to be shown on a line of its own. */
  readonly name: string;
  /** `type/subtype`, as its author claims. */
  readonly type: string;
  /** Bytes. */
  readonly size: number;
  /** Absent while an own file is being uploaded. */
  readonly blob?: BlobReference;
  /** A small JPEG or WebP, base64url. */
  readonly thumbnail?: string;
  /** Pixels as it is shown. */
  readonly width?: number;
  readonly height?: number;
}

interface Reaction {
  /** Empty when it was taken back. */
  readonly emoji: string;
  readonly at: number;
}

export interface MessageRecord {
  readonly peer: UserId;
  readonly author: Author;
  /** Of a notice, one of noticeIds.ts. */
  readonly id: MessageId;
  /**
   * `unknown` is a message of a later version, `timer` the notice of a new lifetime, `devices` the notice that
   * the other's devices have changed. `awaited` has not come yet, though an edit, a reaction, a deletion or a
   * receipt of it has: never shown, of no place in the order.
   */
  readonly kind: "text" | "file" | "unknown" | "timer" | "devices" | "awaited";
  /** Milliseconds by the author's clock; 0 while awaited. */
  readonly at: number;
  /** Its place in the conversation on this device; sorts as a string. Empty while awaited. */
  readonly order: string;
  /** As its author wrote it; plainText.ts says what to show. Of a `file` its caption; empty in all other kinds but `text`. */
  readonly text: string;
  /** Of a `file` only, until it is deleted or over. */
  readonly file?: FileFacts;
  readonly edit?: { readonly id: MessageId; readonly at: number };
  readonly replyTo?: { readonly author: Author; readonly id: MessageId };
  readonly reactions: { readonly [By in Author]?: Reaction };
  readonly isDeleted: boolean;
  /** Its lifetime is over: not shown, and kept for a while so that no repetition brings it back. */
  readonly isExpired: boolean;
  readonly lifetimeSeconds?: number;
  /** Milliseconds; absent for what does not disappear, or has not been sent or read yet. */
  readonly expiresAt?: number;
  /** Of a `timer` only: 0 when it was turned off. */
  readonly timerSeconds?: number;
  /** Of a `timer` only: which one of the conversation it is. */
  readonly timerCount?: number;
  /** Of `devices` only: what has become of them. */
  readonly devicesChange?: DeviceChange;
  /** Of own messages only. */
  readonly state?: Delivery;
  /** Why the server did not take it, of one that is `refused`. */
  readonly refusal?: ProblemCode;
  /** Of the other's messages only: milliseconds by this device's clock. */
  readonly readAt?: number;
}

/** Longer than a mailbox and a device that was away can hold back a repetition. */
const REMAINS_KEPT_MS = 60 * 24 * 60 * 60 * 1000;

/** How far each is: a state goes forward only. */
export const RANK: Readonly<Record<Delivery, number>> = {
  refused: 0,
  uploading: 0,
  waiting: 0,
  sent: 1,
  delivered: 2,
  read: 3,
};

export function messageKey(author: Author, id: string): MessageKey {
  return `${author}/${id}`;
}

export function keyOf({ author, id }: MessageRecord): MessageKey {
  return messageKey(author, id);
}

/** The one who is not `author`. */
export function otherThan(author: Author): Author {
  return author === "me" ? "peer" : "me";
}

export function awaited(peer: UserId, author: Author, id: string): MessageRecord {
  return {
    peer,
    author,
    id,
    kind: "awaited",
    at: 0,
    order: "",
    text: "",
    reactions: {},
    isDeleted: false,
    isExpired: false,
  };
}

/** What a message itself tells, once it has come. */
type Arrival = Pick<MessageRecord, "kind" | "at" | "order" | "text"> &
  Partial<
    Pick<
      MessageRecord,
      | "file"
      | "replyTo"
      | "lifetimeSeconds"
      | "timerSeconds"
      | "timerCount"
      | "devicesChange"
      | "state"
    >
  >;

/**
 * The first message with an id stands: another one, be it a repetition, changes nothing, but that an own file
 * has its blob from when it is uploaded.
 */
export function arrived(record: MessageRecord, arrival: Arrival): MessageRecord {
  if (isAwaitingBlob(record) && arrival.file?.blob !== undefined) {
    return settled({ ...record, file: arrival.file, state: "waiting" });
  }
  if (record.kind !== "awaited") return record;
  const { edit, text, state, ...known } = record;
  const isEdited = edit !== undefined && hasText(arrival.kind);
  const isAhead = state !== undefined && RANK[state] > RANK[arrival.state ?? "waiting"];
  return settled({
    ...known,
    ...arrival,
    ...(isEdited ? { edit, text } : {}),
    ...(isAhead ? { state } : {}),
  });
}

/** The latest counts; of two with the same time, the one with the greater id. */
export function edited(record: MessageRecord, { id, at, text }: EditContent): MessageRecord {
  const { edit } = record;
  const isOlder = edit !== undefined && (at < edit.at || (at === edit.at && id <= edit.id));
  const isText = hasText(record.kind) || record.kind === "awaited";
  if (isOlder || isEmpty(record) || !isText) return record;
  return { ...record, text, edit: { id, at } };
}

/** The latest of each side counts; of two with the same time, the one with the greater emoji. */
export function reacted(record: MessageRecord, by: Author, reaction: Reaction): MessageRecord {
  const { emoji, at } = reaction;
  const known = record.reactions[by];
  const isOlder =
    known !== undefined && (at < known.at || (at === known.at && emoji <= known.emoji));
  if (isOlder || isEmpty(record)) return record;
  return { ...record, reactions: { ...record.reactions, [by]: { emoji, at } } };
}

export function deleted(record: MessageRecord): MessageRecord {
  return record.isDeleted ? record : settled({ ...record, isDeleted: true });
}

export function expired(record: MessageRecord): MessageRecord {
  return settled({ ...record, isExpired: true });
}

/** Read on one of this account's devices: the first time counts. */
export function readAt(record: MessageRecord, now: number): MessageRecord {
  return record.readAt === undefined ? settled({ ...record, readAt: now }) : record;
}

/** Only forward. */
export function received(record: MessageRecord, state: "delivered" | "read"): MessageRecord {
  const isNews = RANK[state] > RANK[record.state ?? "waiting"];
  return isNews ? settled({ ...record, state }) : record;
}

/**
 * What the outbox tells, and whoever uploads. A message that was refused can be tried again; one that was sent is
 * sent for good.
 */
export function delivered(
  record: MessageRecord,
  state: OwnState,
  refusal?: ProblemCode,
): MessageRecord {
  const isOpen = record.state !== undefined && RANK[record.state] === 0;
  if (!isOpen || record.state === state) return record;
  const { refusal: _refusal, ...rest } = record;
  return settled({ ...rest, state, ...(refusal !== undefined && { refusal }) });
}

/** Whether it is an own file whose bytes are not at the server yet. */
export function isAwaitingBlob({ author, file, isDeleted }: MessageRecord): boolean {
  return author === "me" && !isDeleted && file !== undefined && file.blob === undefined;
}

/** Whether its lifetime is over, so that it is to expire. */
export function isDue({ expiresAt, isExpired }: MessageRecord, now: number): boolean {
  return !isExpired && expiresAt !== undefined && now >= expiresAt;
}

/** Whether the empty remains of an expired message can go: no repetition is to be expected any more. */
export function isForgettable({ isExpired, expiresAt = 0 }: MessageRecord, now: number): boolean {
  return isExpired && now >= expiresAt + REMAINS_KEPT_MS;
}

/** Counted as unread, in the conversation's summary. */
export function isUnread(record: MessageRecord): boolean {
  const { author, readAt: read } = record;
  return author === "peer" && read === undefined && isMessage(record) && !record.isDeleted;
}

/** Whether it is there to be seen, as a message; one that was deleted is, as such. */
export function isMessage({ kind, isExpired }: MessageRecord): boolean {
  return (hasText(kind) || kind === "unknown") && !isExpired;
}

/** Whether it says something that its author can change. */
export function hasText(kind: MessageRecord["kind"]): kind is "text" | "file" {
  return kind === "text" || kind === "file";
}

/** The reactions that stand. */
export function shownReactions({ reactions }: MessageRecord): { [By in Author]?: string } {
  const standing = Object.entries(reactions).filter(([, reaction]) => reaction.emoji !== "");
  return Object.fromEntries(standing.map(([by, reaction]) => [by, reaction.emoji]));
}

function isEmpty({ isDeleted, isExpired }: MessageRecord): boolean {
  return isDeleted || isExpired;
}

/** With what follows from the facts: the time of its end, and nothing left in what is deleted or over. */
export function settled(record: MessageRecord): MessageRecord {
  const kept = isEmpty(record) ? emptied(record) : record;
  const from = kept.author === "peer" ? kept.readAt : isSent(kept) ? kept.at : undefined;
  if (kept.lifetimeSeconds === undefined || from === undefined) return kept;
  return { ...kept, expiresAt: from + kept.lifetimeSeconds * 1000 };
}

function emptied(record: MessageRecord): MessageRecord {
  const { edit: _edit, replyTo: _replyTo, file: _file, ...rest } = record;
  return { ...rest, text: "", reactions: {} };
}

function isSent({ state }: MessageRecord): boolean {
  return state !== undefined && RANK[state] > 0;
}
