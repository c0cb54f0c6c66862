// The rows of the talk on screen: messages, those of one person close together, and what stands between them. Only the
// latest are drawn, however long the room has talked.

import type { RoomMessage } from "../../shared/client/index.ts";
import type { Between } from "./stay.ts";

/** Messages of one person that are no further apart stand together. */
const TOGETHER_MS = 5 * 60_000;

export type LogRow =
  | {
      readonly kind: "message";
      readonly message: RoomMessage;
      readonly isFirst: boolean;
      readonly isLast: boolean;
    }
  | { readonly kind: "between"; readonly between: Between };

/** @param from the place of the first message that is drawn */
export function logRows(
  messages: readonly RoomMessage[],
  between: readonly Between[],
  from: number,
): readonly LogRow[] {
  const after = new Map<string, Between[]>();
  for (const line of between) {
    // Whoever left and is back needs no line.
    if (line.text !== "") after.set(line.after, [...(after.get(line.after) ?? []), line]);
  }
  const lines = (key: string): LogRow[] =>
    (after.get(key) ?? []).map((line) => ({ kind: "between", between: line }));
  const rows: LogRow[] = from === 0 ? lines("") : [];
  for (let at = from; at < messages.length; at++) {
    const message = messages[at]!;
    const [before, next] = [messages[at - 1], messages[at + 1]];
    rows.push({
      kind: "message",
      message,
      isFirst: rows.at(-1)?.kind !== "message" || !areTogether(before, message),
      isLast: after.has(message.key) || !areTogether(message, next),
    });
    rows.push(...lines(message.key));
  }
  return rows;
}

function areTogether(one: RoomMessage | undefined, next: RoomMessage | undefined): boolean {
  if (one === undefined || next === undefined) return false;
  const isSame = one.isOwn === next.isOwn && one.from.userId === next.from.userId;
  return isSame && one.from.name === next.from.name && Math.abs(next.at - one.at) <= TOGETHER_MS;
}
