// What two devices of an account know of the same messages, put together: the facts add up as if one device had
// heard all that either has. Nothing comes back that was deleted or is over, and no state goes back. A message
// that has a place on this device keeps it. But for places, merging is commutative, associative and idempotent.

import { toBase32, utf8 } from "../crypto/bytes.ts";
import { canonicalJson } from "./canonicalJson.ts";
import { type Before, type Change, changed, type Timer, withTimer } from "./conversation.ts";
import {
  type Author,
  awaited,
  type Delivery,
  expired,
  hasText,
  isDue,
  keyOf,
  type MessageRecord,
  RANK,
  settled,
} from "./messageRecord.ts";

/** What another device of the account hands over of one conversation. */
export interface Handed {
  /** Each of another message. */
  readonly records: readonly MessageRecord[];
  readonly timer?: Timer;
}

/** States of one rank: what this device's own outbox is at stands above what has failed. */
const OPEN_STATES: readonly Delivery[] = ["refused", "uploading", "waiting"];
/** Between the place of another device and whose message it is. */
const PLACE_MARK = ".";

/** The records of {@link Before} are those of the same messages. What is over by now comes as such. */
export function mergeHanded(before: Before, { records, timer }: Handed, now: number): Change {
  const steps = records.map((handed) => {
    const from = before.records.get(keyOf(handed));
    const start = from ?? awaited(handed.peer, handed.author, handed.id);
    const merged = mergedRecord(start, { ...handed, order: handedPlace(handed) });
    const to = isDue(merged, now) ? expired(merged) : merged;
    return to === start ? { from: start, to } : { from, to };
  });
  const change = changed(before.conversation, steps);
  if (timer === undefined) return change;
  return { ...change, conversation: withTimer(change.conversation, timer) };
}

/**
 * Two records of one message as one, in the place of the first, if it has one; the first itself when the other
 * tells nothing new.
 */
export function mergedRecord(mine: MessageRecord, other: MessageRecord): MessageRecord {
  const base = standing(mine, other);
  const { text: _text, edit: _edit, state: _state, readAt: _readAt, ...rest } = base;
  const { expiresAt: _expiresAt, ...lasting } = rest;
  const edit = canBeEdited(base) ? lastEdit(mine, other) : undefined;
  const state = furthest(mine.state, other.state);
  const readAt = earliest(mine.readAt, other.readAt);
  const merged = settled({
    ...lasting,
    order: mine.order === "" ? other.order : mine.order,
    text: edit === undefined ? base.text : edit.text,
    reactions: lastReactions(mine, other),
    isDeleted: mine.isDeleted || other.isDeleted,
    isExpired: mine.isExpired || other.isExpired,
    ...(edit?.edit !== undefined && { edit: edit.edit }),
    ...(state !== undefined && { state }),
    ...(readAt !== undefined && { readAt }),
  });
  return canonicalJson(merged) === canonicalJson(mine) ? mine : merged;
}

/**
 * The place that a message gets which another device has put there: as there among those that came from there,
 * and never that of another message.
 */
function handedPlace({ order, author, id }: MessageRecord): string {
  if (order === "" || order.includes(PLACE_MARK)) return order;
  return `${order}${PLACE_MARK}${author[0] ?? ""}${toBase32(utf8(id))}`;
}

/**
 * The one that says what the message is: one that has come before one that has not, one that could be read before
 * one that could not. Of two that an author has told differently, both devices take the same.
 */
function standing(one: MessageRecord, other: MessageRecord): MessageRecord {
  const ahead = known(one) - known(other);
  if (ahead !== 0) return ahead > 0 ? one : other;
  const [mine, theirs] = [facts(one), facts(other)];
  const at = mine.findIndex((fact, i) => fact !== theirs[i]);
  return at < 0 || (mine[at] ?? "") < (theirs[at] ?? "") ? one : other;
}

function known({ kind, file, isDeleted, isExpired }: MessageRecord): number {
  if (kind === "awaited") return 0;
  if (kind === "unknown") return 1;
  const isUploading = kind === "file" && !isDeleted && !isExpired && file?.blob === undefined;
  return isUploading ? 2 : 3;
}

/** In the order in which they decide; what deletion takes away comes after what it leaves. */
function facts(record: MessageRecord): (number | string)[] {
  const { kind, at, lifetimeSeconds, timerSeconds, timerCount, devicesChange } = record;
  const { replyTo, file, edit, text } = record;
  const lasting = [kind, lifetimeSeconds, timerSeconds, timerCount, devicesChange];
  const passing = [replyTo, file];
  return [at, canonicalJson(lasting), canonicalJson(passing), edit === undefined ? text : ""];
}

function canBeEdited({ kind }: MessageRecord): boolean {
  return hasText(kind) || kind === "awaited";
}

/** As `edited` has it (messageRecord.ts): the latest counts; of two with the same time, the one with the greater id. */
function lastEdit(one: MessageRecord, other: MessageRecord): MessageRecord | undefined {
  if (one.edit === undefined || other.edit === undefined) {
    return [one, other].find(({ edit }) => edit !== undefined);
  }
  const ahead =
    one.edit.at - other.edit.at ||
    byUnits(one.edit.id, other.edit.id) ||
    byUnits(one.text, other.text);
  return ahead >= 0 ? one : other;
}

function lastReactions(one: MessageRecord, other: MessageRecord): MessageRecord["reactions"] {
  const reactions: { -readonly [By in Author]?: MessageRecord["reactions"][By] } = {};
  for (const by of ["me", "peer"] as const) {
    const [mine, theirs] = [one.reactions[by], other.reactions[by]];
    const ahead =
      mine && theirs ? mine.at - theirs.at || byUnits(mine.emoji, theirs.emoji) : mine ? 1 : -1;
    const last = ahead >= 0 ? mine : theirs;
    if (last !== undefined) reactions[by] = last;
  }
  return reactions;
}

function furthest(one: Delivery | undefined, other: Delivery | undefined): Delivery | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  const ahead = RANK[one] - RANK[other] || OPEN_STATES.indexOf(one) - OPEN_STATES.indexOf(other);
  return ahead >= 0 ? one : other;
}

function earliest(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}

function byUnits(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
