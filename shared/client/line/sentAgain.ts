// What a device says anew to someone who has lost a session: whatever a box of that session may have carried. To
// say it twice does no harm, since applied again it changes nothing.

import {
  type Content,
  type FileContent,
  isCaption,
  type TextContent,
} from "../../core/line/content.ts";
import { RECEIPT_MAX_IDS } from "../../core/line/contentLimits.ts";
import { hasText, messageKey, type MessageRecord } from "../../core/line/messageRecord.ts";
import type { UserId } from "../../wire/ids.ts";
import { ENVELOPE_TTL_SECONDS } from "../../wire/limits.ts";
import type { ConversationWork, TimelineEntry } from "./conversationWork.ts";
import type { LineContext } from "./lineContext.ts";
import { toReference } from "./references.ts";

const MESSAGES_MAX = 500;

/** Of the latest messages with an account. */
export async function allAgain(
  { store, ports }: LineContext,
  conversations: ConversationWork,
  peer: UserId,
): Promise<Content[]> {
  const now = ports.now();
  const latest = await store.range<TimelineEntry>("timeline", {
    prefix: `${peer}.`,
    isReversed: true,
    limit: MESSAGES_MAX,
  });
  const records: MessageRecord[] = [];
  for (const { key } of latest.toReversed()) {
    const record = await conversations.record(peer, key);
    if (record !== null) records.push(record);
  }
  return sentAgain(records, { since: now - ENVELOPE_TTL_SECONDS * 1_000, now });
}

/** In an order in which it can be followed. @param since texts that are older are not said any more */
export function sentAgain(
  records: readonly MessageRecord[],
  { since, now }: { readonly since: number; readonly now: number },
): Content[] {
  const isMine = ({ author }: MessageRecord) => author === "me";
  return [
    ...records.flatMap((record) => [
      ...(isMine(record) ? ownAgain(record, since, now) : []),
      ...reactionAgain(record),
    ]),
    ...receiptsAgain(records.filter((record) => !isMine(record))),
  ];
}

function ownAgain(record: MessageRecord, since: number, now: number): Content[] {
  const { id, kind, at, state, text, edit, isDeleted, isExpired } = record;
  if (kind === "timer") {
    const { timerSeconds: seconds = 0, timerCount: count = 1 } = record;
    return [{ kind, count, at, seconds }];
  }
  if (!hasText(kind) || isExpired || state === "refused") return [];
  if (isDeleted) return [{ kind: "delete", at: now, of: id }];
  const content = contentOf(record);
  const isConfirmed = state === "delivered" || state === "read";
  const isNeeded = content !== null && !isConfirmed && at >= since;
  return [
    ...(isNeeded ? [{ ...content, isRepeated: true as const }] : []),
    ...(edit === undefined ? [] : [{ kind: "edit" as const, ...edit, of: id, text }]),
  ];
}

/** An own message, as it is by now; null for one that cannot be said yet, or any more. */
export function contentOf(record: MessageRecord): TextContent | FileContent | null {
  const { id, at, text, replyTo, lifetimeSeconds, file } = record;
  const message = {
    id,
    at,
    ...(replyTo && { replyTo: toReference(messageKey(replyTo.author, replyTo.id)) }),
    ...(lifetimeSeconds !== undefined && { lifetimeSeconds }),
  };
  if (record.kind === "text") return { kind: "text", ...message, text };
  if (file?.blob === undefined) return null;
  const { size: _size, blob, ...facts } = file;
  // An edit may be longer than a caption; it follows.
  const caption = text !== "" && isCaption(text) && { text };
  return { kind: "file", ...message, ...facts, blob, ...caption };
}

function reactionAgain({ author, id, reactions }: MessageRecord): Content[] {
  const { me } = reactions;
  if (me === undefined) return [];
  const by = author === "me" ? "sender" : "receiver";
  return [{ kind: "reaction", at: me.at, of: { by, id }, emoji: me.emoji }];
}

function receiptsAgain(theirs: readonly MessageRecord[]): Content[] {
  const messages = theirs.filter(({ kind }) => hasText(kind) || kind === "unknown");
  const states = { read: true, delivered: false };
  return Object.entries(states).flatMap(([state, isRead]) => {
    const ids = messages.filter(({ readAt }) => (readAt !== undefined) === isRead).map(idOf);
    return inParts(ids).map((of): Content => {
      return { kind: "receipt", state: state as keyof typeof states, of };
    });
  });
}

const idOf = ({ id }: MessageRecord) => id;

function inParts(ids: readonly string[]): string[][] {
  const count = Math.ceil(ids.length / RECEIPT_MAX_IDS);
  return Array.from({ length: count }, (_, part) =>
    ids.slice(part * RECEIPT_MAX_IDS, (part + 1) * RECEIPT_MAX_IDS),
  );
}
