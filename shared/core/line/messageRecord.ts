// A message as a device keeps it: the facts that are known about it, which add up to the same record in
// whatever order they come. What is deleted or has expired is empty, and stays so. Plain JSON.

import { sha256 } from "@noble/hashes/sha2.js";
import type { UserId } from "../../wire/ids.ts";
import { lvCat, toBase64Url, u64be, utf8 } from "../crypto/bytes.ts";
import type { EditContent, MessageId, TimerContent } from "./content.ts";

export type Author = "me" | "peer";

/** Unique within a conversation: ids are so for each author only. */
export type MessageKey = `${Author}/${string}`;

/** How far an own message has come. */
type Delivery = "waiting" | "sent" | "delivered" | "read" | "refused";

interface Reaction {
  /** Empty when it was taken back. */
  readonly emoji: string;
  readonly at: number;
}

export interface MessageRecord {
  readonly peer: UserId;
  readonly author: Author;
  /** Of the notice of a timer, {@link timerId}. */
  readonly id: MessageId;
  /**
   * `unknown` is a message of a later version, `timer` the notice of a new lifetime. `awaited` has not come
   * yet, though an edit, a reaction, a deletion or a receipt of it has: never shown, of no place in the order.
   */
  readonly kind: "text" | "unknown" | "timer" | "awaited";
  /** Milliseconds by the author's clock; 0 while awaited. */
  readonly at: number;
  /** Its place in the conversation on this device; sorts as a string. Empty while awaited. */
  readonly order: string;
  /** As its author wrote it; plainText.ts says what to show. Empty in all kinds but `text`. */
  readonly text: string;
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
  /** Of own messages only. */
  readonly state?: Delivery;
  /** Of the other's messages only: milliseconds by this device's clock. */
  readonly readAt?: number;
}

/** Longer than a mailbox and a device that was away can hold back a repetition. */
const REMAINS_KEPT_MS = 60 * 24 * 60 * 60 * 1000;

const RANK: Readonly<Record<Delivery, number>> = {
  refused: 0,
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

/** A timer carries no id: the same timer gives the same one, on every device. */
export function timerId({ count, at, seconds }: TimerContent): MessageId {
  const said = [count, at, seconds].map((number) => u64be(number));
  return toBase64Url(sha256(lvCat(utf8("acquaint timer"), ...said)).subarray(0, 8));
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
    Pick<MessageRecord, "replyTo" | "lifetimeSeconds" | "timerSeconds" | "timerCount" | "state">
  >;

/** The first message with an id stands: another one, be it a repetition, changes nothing. */
export function arrived(record: MessageRecord, arrival: Arrival): MessageRecord {
  if (record.kind !== "awaited") return record;
  const { edit, text, state, ...known } = record;
  const isEdited = edit !== undefined && arrival.kind === "text";
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
  const isText = record.kind === "text" || record.kind === "awaited";
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

/** What the outbox tells. A message that was refused can be tried again; one that was sent is sent for good. */
export function delivered(
  record: MessageRecord,
  state: "waiting" | "sent" | "refused",
): MessageRecord {
  const isOpen = record.state === "waiting" || record.state === "refused";
  return isOpen && record.state !== state ? settled({ ...record, state }) : record;
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
  return (kind === "text" || kind === "unknown") && !isExpired;
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
function settled(record: MessageRecord): MessageRecord {
  const kept = isEmpty(record) ? emptied(record) : record;
  const from = kept.author === "peer" ? kept.readAt : isSent(kept) ? kept.at : undefined;
  if (kept.lifetimeSeconds === undefined || from === undefined) return kept;
  return { ...kept, expiresAt: from + kept.lifetimeSeconds * 1000 };
}

function emptied({ edit: _edit, replyTo: _replyTo, ...record }: MessageRecord): MessageRecord {
  return { ...record, text: "", reactions: {} };
}

function isSent({ state }: MessageRecord): boolean {
  return state !== undefined && state !== "waiting" && state !== "refused";
}
