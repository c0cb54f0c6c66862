// `say` and `heard` are nearly all that a room hears. They are known here without their schema (roomLine.ts), which takes
// many times as long and stays the one that says what is wrong with a message.

import { ROOM_TEXT_MAX_BYTES } from "./limits.ts";
import type { RoomRequest } from "./roomLine.ts";

type Talk = Extract<RoomRequest, { type: "say" | "heard" }>;

/** So long a text is within the limit, whatever its characters. */
const SURE_CHARS = Math.floor(ROOM_TEXT_MAX_BYTES / 3);

/** Null for what only the schema can judge; never a message that the schema would refuse. */
export function talkIn(item: unknown): Talk | null {
  if (typeof item !== "object" || item === null) return null;
  const { type, number, text, through } = item as Record<string, unknown>;
  if (type === "heard") return isCount(through) && hasOnly(item, 2) ? (item as Talk) : null;
  if (type !== "say" || !isCount(number) || typeof text !== "string") return null;
  const isText = text.length > 0 && text.length <= SURE_CHARS && text.isWellFormed();
  return isText && hasOnly(item, 3) ? (item as Talk) : null;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function hasOnly(item: object, members: number): boolean {
  return Object.keys(item).length === members;
}
