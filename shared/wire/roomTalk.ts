// `say` and `heard` are nearly all that a room hears, and `enter` comes from hundreds at once. They are known here without
// their schema (roomLine.ts), which takes many times as long and stays the one that says what is wrong with a message.

import { bytesPattern } from "./ids.ts";
import { NAME_MAX_CHARS, ROOM_TEXT_MAX_BYTES } from "./limits.ts";
import { LINE_BYTES, type RoomRequest } from "./roomLine.ts";

type Talk = Extract<RoomRequest, { type: "say" | "heard" | "enter" }>;

/** So long a text is within the limit, whatever its characters. */
const SURE_CHARS = Math.floor(ROOM_TEXT_MAX_BYTES / 3);
const LINE = bytesPattern(LINE_BYTES);
/** As most people are called: there is something to see, and nothing unfit. */
const SURE_NAME = /^[\p{L}\p{N}](?:[ .'-]?[\p{L}\p{N}\p{M}])*$/u;

/** Null for what only the schema can judge; never a message that the schema would refuse. */
export function talkIn(item: unknown): Talk | null {
  if (typeof item !== "object" || item === null) return null;
  const { type, number, text, through } = item as Record<string, unknown>;
  if (type === "enter") return isEnter(item) ? (item as Talk) : null;
  if (type === "heard") return isCount(through) && hasOnly(item, 2) ? (item as Talk) : null;
  if (type !== "say" || !isCount(number) || typeof text !== "string") return null;
  const isText = text.length > 0 && text.length <= SURE_CHARS && text.isWellFormed();
  return isText && hasOnly(item, 3) ? (item as Talk) : null;
}

function isEnter(item: object): boolean {
  const { line, name, after } = item as Record<string, unknown>;
  const isReturn = after !== undefined;
  if (typeof line !== "string" || !LINE.test(line) || typeof name !== "string") return false;
  if (name.length > NAME_MAX_CHARS || !SURE_NAME.test(name)) return false;
  return (!isReturn || isCount(after)) && hasOnly(item, isReturn ? 4 : 3);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function hasOnly(item: object, members: number): boolean {
  return Object.keys(item).length === members;
}
