// What a device says anew to someone who has lost a session: whatever a box of that session may have carried. To
// say it twice does no harm, since applied again it changes nothing.

import { type Content, RECEIPT_MAX_IDS, type TextContent } from "../../core/line/content.ts";
import type { MessageRecord } from "../../core/line/messageRecord.ts";

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
  if (kind !== "text" || isExpired || state === "refused") return [];
  if (isDeleted) return [{ kind: "delete", at: now, of: id }];
  const isConfirmed = state === "delivered" || state === "read";
  return [
    ...(isConfirmed || at < since ? [] : [{ ...textOf(record), isRepeated: true as const }]),
    ...(edit === undefined ? [] : [{ kind: "edit" as const, ...edit, of: id, text }]),
  ];
}

/** The text of an own message, as it is by now. */
export function textOf({ id, at, text, replyTo, lifetimeSeconds }: MessageRecord): TextContent {
  return {
    kind: "text",
    id,
    at,
    text,
    ...(replyTo && {
      replyTo: { by: replyTo.author === "me" ? "sender" : "receiver", id: replyTo.id },
    }),
    ...(lifetimeSeconds !== undefined && { lifetimeSeconds }),
  };
}

function reactionAgain({ author, id, reactions }: MessageRecord): Content[] {
  const { me } = reactions;
  if (me === undefined) return [];
  const by = author === "me" ? "sender" : "receiver";
  return [{ kind: "reaction", at: me.at, of: { by, id }, emoji: me.emoji }];
}

function receiptsAgain(theirs: readonly MessageRecord[]): Content[] {
  const messages = theirs.filter(({ kind }) => kind === "text" || kind === "unknown");
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
