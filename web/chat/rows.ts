// The rows of a conversation on screen: messages under the day on which they were written, those of one author
// close together, and the line from which on they are unread.

import { keyOf, type MessageKey, type MessageRecord } from "../../shared/client/index.ts";

/** Messages of one author that are no further apart stand together. */
const TOGETHER_MS = 5 * 60_000;

export interface MessageRow {
  readonly kind: "message";
  readonly id: MessageKey;
  readonly record: MessageRecord;
  readonly isFirstOfGroup: boolean;
  readonly isLastOfGroup: boolean;
  /** Written on another day than the heading above says, as what comes late can be. */
  readonly isOfOtherDay: boolean;
}

export type Row =
  | { readonly kind: "day"; readonly id: string; readonly at: number }
  | { readonly kind: "unread"; readonly id: string }
  | { readonly kind: "notice"; readonly id: MessageKey; readonly record: MessageRecord }
  | MessageRow;

export function rowsOf(
  messages: readonly MessageRecord[],
  firstUnread: MessageKey | null,
): readonly Row[] {
  const rows: Row[] = [];
  let day = -Infinity;
  for (const [index, record] of messages.entries()) {
    const id = keyOf(record);
    const ownDay = startOfDay(record.at);
    if (ownDay > day) {
      day = ownDay;
      rows.push({ kind: "day", id: `day ${day}`, at: day });
    }
    if (id === firstUnread) rows.push({ kind: "unread", id: "unread" });
    if (isNotice(record)) {
      rows.push({ kind: "notice", id, record });
      continue;
    }
    const next = messages[index + 1];
    rows.push({
      kind: "message",
      id,
      record,
      isFirstOfGroup: rows.at(-1)?.kind !== "message" || !areTogether(messages[index - 1], record),
      isLastOfGroup:
        next === undefined || keyOf(next) === firstUnread || !areTogether(record, next),
      isOfOtherDay: ownDay !== day,
    });
  }
  return rows;
}

/** Where a message is in the document. */
export function elementId(key: MessageKey): string {
  return `message-${key}`;
}

export function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}

/** What stands between messages as a line of its own. */
export function isNotice({ kind }: MessageRecord): boolean {
  return kind === "timer" || kind === "devices";
}

function areTogether(one: MessageRecord | undefined, next: MessageRecord): boolean {
  if (one === undefined || isNotice(one) || isNotice(next)) return false;
  const isClose = Math.abs(next.at - one.at) <= TOGETHER_MS;
  return one.author === next.author && isClose && startOfDay(one.at) === startOfDay(next.at);
}
