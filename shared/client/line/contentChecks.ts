// What an app may ask to be said. @throws ProblemError `malformed-request`, all of them

import { type Content, contentSchema, isText } from "../../core/line/content.ts";
import { isEmoji } from "../../core/line/emoji.ts";
import type { MessageRecord } from "../../core/line/messageRecord.ts";
import { ProblemError } from "../../wire/problem.ts";

/** One, or empty to take it back. */
export function requireEmoji(emoji: string): void {
  if (emoji !== "" && !isEmoji(emoji)) throw malformed("emoji", "One emoji is a reaction.");
}

export function requireText(text: string): void {
  if (!isText(text)) throw malformed("text", "A message has 1 to 8,192 bytes of text.");
}

/** What cannot be sealed must not stand before what can. */
export function requireContent(content: Content): void {
  if (!contentSchema.safeParse(content).success) {
    throw malformed("content", "A message keeps to the limits of its kind.");
  }
}

export function requireOwn(author: MessageRecord["author"]): void {
  if (author !== "me") throw malformed("message", "Only its author can change a message.");
}

export function malformed(field: string, detail: string): ProblemError {
  return new ProblemError("malformed-request", { detail, fields: { [field]: detail } });
}
