// What one device of an account hands to another: one schema for each kind of record. No keys, sessions or drafts,
// and nothing that is only on its way. What a later version adds is passed over, member by member.

import * as z from "zod/mini";
import { cardSchema } from "../../wire/card.ts";
import { identityOpeningSchema } from "../../wire/identity.ts";
import {
  boxSchema,
  bytesSchema,
  deviceNumberSchema,
  timeSchema,
  userIdSchema,
} from "../../wire/ids.ts";
import { NAME_MAX_CHARS, TEXT_MAX_BYTES } from "../../wire/limits.ts";
import { methodSchema } from "../../wire/pairing.ts";
import { DEVICE_CHANGES } from "../line/accountContents.ts";
import { isText } from "../line/content.ts";
import { LIFETIME_MAX_SECONDS, THUMBNAIL_MAX_BYTES } from "../line/contentLimits.ts";
import { isEmoji } from "../line/emoji.ts";
import { fileMembers } from "../line/fileContent.ts";
import type { MessageRecord } from "../line/messageRecord.ts";
import { NOTE_MAX_CHARS } from "./limits.ts";

/** By the clock of the device that made the change: the latest counts. */
const changedAt = timeSchema;
const nameSchema = z.string().check(z.maxLength(NAME_MAX_CHARS));

/** What the account's person is called by others. */
const ownNameSchema = z.object({ kind: z.literal("name"), name: nameSchema, changedAt });

const deviceNameSchema = z.object({
  kind: z.literal("deviceName"),
  number: deviceNumberSchema,
  name: nameSchema,
  changedAt,
});

const ownCardSchema = z.object({ kind: z.literal("card"), card: cardSchema });

/** The card that goes along by itself; null for none. */
const chosenCardSchema = z.object({
  kind: z.literal("chosenCard"),
  uid: z.nullable(z.string().check(z.maxLength(1_000))),
});

const sideSchema = z.object({ share: bytesSchema(32), commitment: bytesSchema(32) });

/** A contact with its proof, by which the receiving device verifies it as if it had been there. */
const contactSchema = z.object({
  kind: z.literal("contact"),
  transcript: z.object({
    method: methodSchema,
    sid: bytesSchema(16),
    openedAt: timeSchema,
    initiator: sideSchema,
    responder: sideSchema,
  }),
  ownOpening: identityOpeningSchema,
  peerOpening: identityOpeningSchema,
  card: z.nullable(cardSchema),
  cardProblem: z.nullable(z.string().check(z.maxLength(1_000))),
});
export type HandedContact = z.infer<typeof contactSchema>;

/** How a contact that was not met at an attempt has introduced itself: name and card, of which the latest counts. */
const introductionSchema = z.object({
  kind: z.literal("introduction"),
  userId: userIdSchema,
  /** By the contact's clock. */
  at: timeSchema,
  name: nameSchema,
  card: z.nullable(cardSchema),
  cardProblem: z.nullable(z.string().check(z.maxLength(1_000))),
});
export type HandedIntroduction = z.infer<typeof introductionSchema>;

const notesSchema = z.object({
  kind: z.literal("notes"),
  userId: userIdSchema,
  alias: nameSchema,
  note: z.string().check(z.maxLength(NOTE_MAX_CHARS)),
  changedAt,
});
export type HandedNotes = z.infer<typeof notesSchema>;

const secondsSchema = z.int().check(z.minimum(0), z.maximum(LIFETIME_MAX_SECONDS));
const countSchema = z.int().check(z.minimum(0));

const conversationSchema = z.object({
  kind: z.literal("conversation"),
  peer: userIdSchema,
  timer: z.object({ count: countSchema, at: timeSchema, seconds: secondsSchema }),
});

const idSchema = bytesSchema(8);
const authorSchema = z.enum(["me", "peer"]);
const reactionSchema = z.object({
  emoji: z.string().check(z.refine((emoji) => emoji === "" || isEmoji(emoji))),
  at: timeSchema,
});
const { name, type, blob, width, height } = fileMembers;

/** A message as a device keeps it (messageRecord.ts); when it ends follows from the rest. */
const recordSchema = z.object({
  peer: userIdSchema,
  author: authorSchema,
  id: idSchema,
  kind: z.enum(["text", "file", "unknown", "timer", "devices", "awaited"]),
  at: timeSchema,
  order: z.string().check(z.regex(/^([0-9a-z]{9}(\.[mp][a-z2-7]{1,32})?)?$/)),
  text: z.string().check(
    z.maxLength(TEXT_MAX_BYTES),
    z.refine((text) => text === "" || isText(text)),
  ),
  file: z.exactOptional(
    z.object({
      name,
      type,
      size: countSchema,
      blob: z.exactOptional(blob),
      thumbnail: z.exactOptional(boxSchema(1, THUMBNAIL_MAX_BYTES)),
      width,
      height,
    }),
  ),
  edit: z.exactOptional(z.object({ id: idSchema, at: timeSchema })),
  replyTo: z.exactOptional(z.object({ author: authorSchema, id: idSchema })),
  reactions: z.object({
    me: z.exactOptional(reactionSchema),
    peer: z.exactOptional(reactionSchema),
  }),
  isDeleted: z.boolean(),
  isExpired: z.boolean(),
  lifetimeSeconds: z.exactOptional(secondsSchema),
  timerSeconds: z.exactOptional(secondsSchema),
  timerCount: z.exactOptional(countSchema),
  devicesChange: z.exactOptional(z.enum(DEVICE_CHANGES)),
  state: z.exactOptional(z.enum(["waiting", "sent", "delivered", "read", "refused"])),
  readAt: z.exactOptional(timeSchema),
});
const KINDS: readonly string[] = recordSchema.shape.kind.options;

const messageSchema = z.object({ kind: z.literal("message"), record: recordSchema });

const handedSchema = z.discriminatedUnion("kind", [
  ownNameSchema,
  deviceNameSchema,
  ownCardSchema,
  chosenCardSchema,
  contactSchema,
  notesSchema,
  conversationSchema,
  messageSchema,
  introductionSchema,
]);
export type HandedRecord = z.infer<typeof handedSchema>;

/** Null for what is of a kind that only a later version knows, or keeps no limit. */
export function parseHanded(value: unknown): HandedRecord | null {
  return handedSchema.safeParse(asOfThisVersion(value)).data ?? null;
}

/** @returns null for what is not handed over: a file that is not at the server yet */
export function handedMessage(record: MessageRecord): HandedRecord | null {
  if (record.state === "uploading") return null;
  return handedSchema.safeParse({ kind: "message", record }).data ?? null;
}

/** A message of a kind that this version does not know is one that it cannot show. */
function asOfThisVersion(value: unknown): unknown {
  const { kind, record } = (value ?? {}) as { kind?: unknown; record?: { kind?: unknown } };
  const isLater =
    kind === "message" && typeof record?.kind === "string" && !KINDS.includes(record.kind);
  if (!isLater) return value;
  const { edit: _edit, file: _file, ...rest } = record as Partial<MessageRecord>;
  return { kind, record: { ...rest, kind: "unknown", text: "" } };
}
