// What a sealed message says (BOX-2): one schema for each kind, with its limits. A content names messages
// relative to whoever sends it, so the same bytes mean the same at both ends; contentCoding.ts makes the bytes.

import * as z from "zod/mini";
import { bytesSchema, timeSchema, userIdSchema } from "../../wire/ids.ts";
import { TEXT_MAX_BYTES } from "../../wire/limits.ts";
import { utf8 } from "../crypto/bytes.ts";
import { accountContentSchema } from "./accountContents.ts";
import { CAPTION_MAX_BYTES, LIFETIME_MAX_SECONDS, RECEIPT_MAX_IDS } from "./contentLimits.ts";
import { isEmoji } from "./emoji.ts";
import { fileMembers } from "./fileContent.ts";
import { handoverContentSchema } from "./handoverContent.ts";
import { introductionContentSchema } from "./introductionContent.ts";

/** Eight random bytes, unique among the messages of one author. */
const messageIdSchema = bytesSchema(8);
export type MessageId = z.infer<typeof messageIdSchema>;

/** A message of whoever sends this content, or of the one who receives it. */
const referenceSchema = z.strictObject({
  by: z.enum(["sender", "receiver"]),
  id: messageIdSchema,
});
export type Reference = z.infer<typeof referenceSchema>;

const textSchema = z.string().check(z.refine(isText, "must be 1 byte to 8 KiB of Unicode text"));

/** What each message has, whatever it consists of. */
const messageMembers = {
  id: messageIdSchema,
  /** By the author's clock, as in all kinds. */
  at: timeSchema,
  replyTo: z.exactOptional(referenceSchema),
  /** Disappears so long after it was read, or at its author's after it was written. */
  lifetimeSeconds: z.exactOptional(z.int().check(z.minimum(1), z.maximum(LIFETIME_MAX_SECONDS))),
  /** Said again since the receiver has asked for what was lost. */
  isRepeated: z.exactOptional(z.literal(true)),
};

const textContentSchema = z.strictObject({
  kind: z.literal("text"),
  ...messageMembers,
  text: textSchema,
});
export type TextContent = z.infer<typeof textContentSchema>;

const fileContentSchema = z.strictObject({
  kind: z.literal("file"),
  ...messageMembers,
  ...fileMembers,
  /** A caption. */
  text: z.exactOptional(
    textSchema.check(z.refine(isCaption, "must be at most 4 KiB beside a file")),
  ),
});
export type FileContent = z.infer<typeof fileContentSchema>;

const editContentSchema = z.strictObject({
  kind: z.literal("edit"),
  /** Of the edit itself: it settles which of two with the same time counts. */
  id: messageIdSchema,
  at: timeSchema,
  /** A message of the sender. */
  of: messageIdSchema,
  text: textSchema,
});
export type EditContent = z.infer<typeof editContentSchema>;

const reactionContentSchema = z.strictObject({
  kind: z.literal("reaction"),
  at: timeSchema,
  of: referenceSchema,
  /** Empty takes the sender's reaction back. */
  emoji: z
    .string()
    .check(z.refine((emoji) => emoji === "" || isEmoji(emoji), "must be one emoji, or empty")),
});

const deleteContentSchema = z.strictObject({
  kind: z.literal("delete"),
  at: timeSchema,
  /** A message of the sender. */
  of: messageIdSchema,
});

const receiptContentSchema = z.strictObject({
  kind: z.literal("receipt"),
  state: z.enum(["delivered", "read"]),
  /** Messages of the receiver. */
  of: z.array(messageIdSchema).check(z.minLength(1), z.maxLength(RECEIPT_MAX_IDS)),
});

const timerContentSchema = z.strictObject({
  kind: z.literal("timer"),
  /** One more than that of the timer it replaces; clocks have no say in which one counts. */
  count: z.int().check(z.minimum(1)),
  at: timeSchema,
  /** The lifetime of the messages from now on, of either side; 0 turns it off. */
  seconds: z.int().check(z.minimum(0), z.maximum(LIFETIME_MAX_SECONDS)),
});

export type TimerContent = z.infer<typeof timerContentSchema>;

/** Asks for what was lost together with a session. */
const resendContentSchema = z.strictObject({ kind: z.literal("resend") });

/** Transient: never stored. */
const typingContentSchema = z.strictObject({ kind: z.literal("typing"), isTyping: z.boolean() });

const plainContentSchema = z.discriminatedUnion("kind", [
  textContentSchema,
  editContentSchema,
  reactionContentSchema,
  deleteContentSchema,
  receiptContentSchema,
  timerContentSchema,
  resendContentSchema,
  typingContentSchema,
  fileContentSchema,
]);
export type PlainContent = z.infer<typeof plainContentSchema>;

/**
 * Of a later version. With an id it is a message, of which only that it cannot be shown here can be shown;
 * without one there is nothing to show.
 */
const unknownContentSchema = z.union([
  z.strictObject({ kind: z.literal("unknown"), id: messageIdSchema, at: timeSchema }),
  z.strictObject({
    kind: z.literal("unknown"),
    id: z.exactOptional(z.never()),
    at: z.exactOptional(z.never()),
  }),
]);

/** What this device said to somebody, for the other devices of its account. */
const syncContentSchema = z.strictObject({
  kind: z.literal("sync"),
  to: userIdSchema,
  content: plainContentSchema,
});

/** What can be said. */
export const contentSchema = z.union([
  plainContentSchema,
  syncContentSchema,
  accountContentSchema,
  handoverContentSchema,
  introductionContentSchema,
]);
export type Content = z.infer<typeof contentSchema>;

/** What can be heard. */
export const receivedContentSchema = z.union([
  plainContentSchema,
  accountContentSchema,
  handoverContentSchema,
  introductionContentSchema,
  unknownContentSchema,
  z.extend(syncContentSchema, { content: z.union([plainContentSchema, unknownContentSchema]) }),
]);
export type ReceivedContent = z.infer<typeof receivedContentSchema>;

/** Whether a text can be sent: not empty, within the limit, without half characters. */
export function isText(text: string): boolean {
  // No text has fewer bytes than UTF-16 units, so a huge one is not encoded first.
  if (text.length === 0 || text.length > TEXT_MAX_BYTES) return false;
  return text.isWellFormed() && utf8(text).length <= TEXT_MAX_BYTES;
}

/** Whether a text can stand beside a file. */
export function isCaption(text: string): boolean {
  return text === "" || (isText(text) && utf8(text).length <= CAPTION_MAX_BYTES);
}

/** What one device has said, and the account's others are to know: not what is between two devices alone. */
export function isForOwnDevices(content: Content): content is PlainContent {
  return content.kind !== "resend" && plainContentSchema.safeParse(content).success;
}
