// A conversation: in short, as a list of them shows it, and how contents and time change it and its messages.
// Applied in any order, the same contents give the same records, but for what depends on when they came: the
// place of a message, when it was read here, and so when it disappears. Pure: whoever calls loads the records
// concerned, and stores what a change names in one write.

import type { UserId } from "../../wire/ids.ts";
import type { ProblemCode } from "../../wire/problem.ts";
import type { FileContent, ReceivedContent } from "./content.ts";
import { RECEIPT_MAX_IDS } from "./contentLimits.ts";
import { effectOf, targets } from "./effects.ts";
import {
  type Author,
  awaited,
  delivered,
  expired,
  isAwaitingBlob,
  isDue,
  isMessage,
  isUnread,
  keyOf,
  messageKey,
  type MessageKey,
  type MessageRecord,
  type OwnState,
} from "./messageRecord.ts";

export { laterThan } from "./laterThan.ts";

export interface Conversation {
  readonly peer: UserId;
  readonly unread: number;
  readonly preview: Preview | null;
  readonly timer: Timer;
  /** The greatest place given so far. */
  readonly lastOrder: string;
  /** Of which something is kept aside, the oldest first. */
  readonly awaited: readonly MessageKey[];
}

/** The lifetime for messages from now on; 0 seconds is none. */
export interface Timer {
  /** 0 before there was any. */
  readonly count: number;
  readonly at: number;
  readonly seconds: number;
}

/** The last message. */
interface Preview {
  readonly key: MessageKey;
  readonly author: Author;
  readonly kind: "text" | "file" | "unknown";
  /** Its beginning, as its author wrote it; of a file its caption. */
  readonly text: string;
  /** Of a file, unless it is deleted. */
  readonly fileName?: string;
  readonly at: number;
  readonly order: string;
  readonly isDeleted: boolean;
}

/** The records that are concerned, as far as there are such. */
export interface Before {
  readonly conversation: Conversation;
  readonly records: ReadonlyMap<MessageKey, MessageRecord>;
}

/** To be stored together. Without news the conversation is the same object, and both lists are empty. */
export interface Change {
  readonly conversation: Conversation;
  readonly records: readonly MessageRecord[];
  readonly removed: readonly MessageKey[];
}

/** What a sync holds is applied as `me`, in the conversation with the one whom it names. */
export type AppliedContent =
  | Exclude<ReceivedContent, { kind: "sync" | "file" | "handover" | "introduction" }>
  | AppliedFile;

/** An own file is in its conversation before its bytes are at the server: until then it has a size, and no blob. */
export type AppliedFile = Omit<FileContent, "blob"> &
  Partial<Pick<FileContent, "blob">> & { readonly size?: number };

/** A record as it was, if it was, and as it is from now on. */
export interface Step {
  readonly from: MessageRecord | undefined;
  readonly to: MessageRecord;
}

/**
 * Messages that have not come, of which a conversation keeps something aside; the oldest goes first. One receipt
 * has room.
 */
export const AWAITED_MAX = RECEIPT_MAX_IDS;
/**
 * So far a timer's count may be ahead of the one that is known. Nobody who counts by ones comes near it, and in
 * such steps nobody comes to the end of the numbers: whatever the other side says, a next one can be set.
 */
export const TIMER_AHEAD_MAX = 65_536;
const PREVIEW_MAX_CHARS = 200;
/** Milliseconds in base 36: enough for three thousand years. */
const ORDER_CHARS = 9;

export function newConversation(peer: UserId): Conversation {
  return {
    peer,
    unread: 0,
    preview: null,
    timer: { count: 0, at: 0, seconds: 0 },
    lastOrder: "",
    awaited: [],
  };
}

/** @param record the last message that is left, once the one before has expired; null when none is */
export function withPreview(
  conversation: Conversation,
  record: MessageRecord | null,
): Conversation {
  return { ...conversation, preview: record === null ? null : previewOf(record) };
}

/**
 * The next place in a conversation: about the time, and after all places before, whatever the clock does.
 * @param last the greatest place so far, or empty
 */
function nextOrder(last: string, now: number): string {
  const after = last === "" ? 0 : Number.parseInt(last, 36) + 1;
  return Math.max(after, Math.floor(now)).toString(36).padStart(ORDER_CHARS, "0");
}

/** The records that {@link applyContent} must be given, as far as they exist. */
export function touchedKeys(author: Author, content: AppliedContent): MessageKey[] {
  return targets(author, content).map(({ author: by, id }) => messageKey(by, id));
}

/**
 * A repetition changes nothing. What is about a message that has not come is kept aside until it does, for
 * {@link AWAITED_MAX} messages of a conversation. Contents that a conversation does not show (typing, a wish to
 * have something sent again) change nothing here either.
 * @param state of an own message: `waiting` for one of this device, `uploading` for a file whose bytes are still
 *   on their way, `sent` for one that another device has sent
 */
export function applyContent(
  before: Before,
  author: Author,
  content: AppliedContent,
  now: number,
  state: OwnState = "sent",
): Change {
  const { conversation, records } = before;
  if (content.kind === "timer" && content.count > conversation.timer.count + TIMER_AHEAD_MAX) {
    return { conversation, records: [], removed: [] };
  }
  const order = nextOrder(conversation.lastOrder, now);
  const effect = effectOf(author, content, { order, now, state });
  const steps = targets(author, content).map((target) => {
    const from = records.get(messageKey(target.author, target.id));
    const start = from ?? awaited(conversation.peer, target.author, target.id);
    const to = effect(start);
    return to === start ? { from: start, to } : { from, to };
  });
  const change = changed(conversation, steps);
  if (content.kind !== "timer") return change;
  return { ...change, conversation: withTimer(change.conversation, content) };
}

/** What the outbox tells of an own message; what the other's receipts told before stays. */
export function setDelivery(
  before: Before,
  key: MessageKey,
  state: OwnState,
  refusal?: ProblemCode,
): Change {
  const from = before.records.get(key);
  return changed(
    before.conversation,
    from === undefined ? [] : [{ from, to: delivered(from, state, refusal) }],
  );
}

/** Takes back an own file that nobody has heard of. The preview is null when it was of it: see {@link withPreview}. */
export function withdraw(before: Before, key: MessageKey): Change {
  const { conversation, records } = before;
  const record = records.get(key);
  if (record === undefined || !isAwaitingBlob(record)) {
    return { conversation, records: [], removed: [] };
  }
  const preview = conversation.preview?.key === key ? null : conversation.preview;
  return { conversation: { ...conversation, preview }, records: [], removed: [key] };
}

/** Empties those whose lifetime is over. The preview is null when it was of one: see {@link withPreview}. */
export function expire(before: Before, keys: readonly MessageKey[], now: number): Change {
  const due = keys
    .map((key) => before.records.get(key))
    .filter((record) => record !== undefined && isDue(record, now)) as MessageRecord[];
  return changed(
    before.conversation,
    due.map((from) => ({ from, to: expired(from) })),
  );
}

/** What follows for the conversation when records change; steps that change nothing are left out. */
export function changed(conversation: Conversation, all: readonly Step[]): Change {
  const steps = all.filter(({ from, to }) => from !== to);
  if (steps.length === 0) return { conversation, records: [], removed: [] };
  const next = steps.reduce(withStep, conversation);
  const removed = next.awaited.slice(0, -AWAITED_MAX);
  return {
    conversation: { ...next, awaited: next.awaited.slice(-AWAITED_MAX) },
    records: steps.map(({ to }) => to).filter((record) => !removed.includes(keyOf(record))),
    removed,
  };
}

/** The greatest count; of the same, the latest time; of these, the longer lifetime: alike at both ends. */
export function withTimer(conversation: Conversation, { count, at, seconds }: Timer): Conversation {
  const { timer } = conversation;
  const ahead = count - timer.count || at - timer.at || seconds - timer.seconds;
  return ahead <= 0 ? conversation : { ...conversation, timer: { count, at, seconds } };
}

function withStep(conversation: Conversation, { from, to }: Step): Conversation {
  const before = from !== undefined && isUnread(from) ? 1 : 0;
  return {
    ...conversation,
    unread: conversation.unread - before + (isUnread(to) ? 1 : 0),
    preview: previewAfter(conversation.preview, to),
    lastOrder: to.order > conversation.lastOrder ? to.order : conversation.lastOrder,
    awaited: awaitedAfter(conversation.awaited, to),
  };
}

function previewAfter(preview: Preview | null, record: MessageRecord): Preview | null {
  if (!isMessage(record)) return preview?.key === keyOf(record) ? null : preview;
  return preview === null || record.order >= preview.order ? previewOf(record) : preview;
}

function awaitedAfter(keys: readonly MessageKey[], record: MessageRecord): readonly MessageKey[] {
  const key = keyOf(record);
  const isKept = keys.includes(key);
  if (record.kind === "awaited") return isKept ? keys : [...keys, key];
  return isKept ? keys.filter((other) => other !== key) : keys;
}

function previewOf(record: MessageRecord): Preview {
  const { author, kind, at, order, isDeleted, file } = record;
  // Cut by characters, of which none takes more than two UTF-16 units.
  const text = Array.from(record.text.slice(0, 2 * PREVIEW_MAX_CHARS))
    .slice(0, PREVIEW_MAX_CHARS)
    .join("");
  const shown = kind === "unknown" || kind === "file" ? kind : "text";
  const named = file !== undefined && { fileName: file.name };
  return { key: keyOf(record), author, kind: shown, text, ...named, at, order, isDeleted };
}
