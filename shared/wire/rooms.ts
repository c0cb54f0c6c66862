// Rooms over HTTP (ROOM-1, ROOM-7, ROOM-8): opened, listed, looked at, arranged, moderated and reported on. What is said
// in them travels on their sockets (roomLine.ts).

import * as z from "zod/mini";
import { bytesSchema, roomIdSchema, timeSchema, userIdSchema } from "./ids.ts";
import {
  NAME_MAX_CHARS,
  OPERATOR_NAME_MAX_CHARS,
  REPORT_MAX_MESSAGES,
  REPORT_NOTE_MAX_CHARS,
  ROOM_MAX_CAPACITY,
  ROOM_MAX_MODERATORS,
  ROOM_MAX_PACE,
  ROOM_TEXT_MAX_BYTES,
  ROOM_TITLE_MAX_CHARS,
  ROOM_TOPIC_MAX_CHARS,
} from "./limits.ts";

/** What a line may not have: control characters, and marks that turn the direction of what stands around it. */
export const UNFIT_IN_LINE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/** A line for people: trimmed, and something to see. */
function lineSchema(maxChars: number) {
  return z.string().check(
    z.minLength(1, "must not be empty"),
    z.maxLength(maxChars, `must have at most ${maxChars} characters`),
    z.refine(
      (text) => !UNFIT_IN_LINE.test(text) && text.isWellFormed(),
      "must be one line, without controls",
    ),
    z.refine((text) => /[^\p{Cc}\p{Cf}\p{M}\p{Z}]/u.test(text), "must have something to see"),
    z.refine((text) => text.trim() === text, "must not begin or end with a blank"),
  );
}
const encoder = new TextEncoder();
/** What a member says: some text, as it is. */
export function textSchema(maxBytes: number) {
  return z.string().check(
    z.minLength(1, "must not be empty"),
    z.maxLength(maxBytes, `must be at most ${maxBytes} bytes in UTF-8`),
    z.refine((text) => text.length * 3 <= maxBytes || encoder.encode(text).length <= maxBytes, {
      error: `must be at most ${maxBytes} bytes in UTF-8`,
    }),
    z.refine((text) => text.isWellFormed(), "must be well-formed Unicode"),
  );
}

export const roomNameSchema = lineSchema(NAME_MAX_CHARS);
const titleSchema = lineSchema(ROOM_TITLE_MAX_CHARS);

/** Lower case, words joined by hyphens: `street-photography`. */
export const topicSchema = z.string().check(
  z.maxLength(ROOM_TOPIC_MAX_CHARS, `must have at most ${ROOM_TOPIC_MAX_CHARS} characters`),
  z.regex(
    /^[\p{Ll}\p{Lo}\p{Lm}\p{M}\p{Nd}]+(?:-[\p{Ll}\p{Lo}\p{Lm}\p{M}\p{Nd}]+)*$/u,
    "must be lower-case letters and digits, words joined by single hyphens",
  ),
  z.refine((text) => text.normalize("NFKC") === text, "must be in normal form (NFKC)"),
);

/** Who may join: anyone, whoever has its link, or whom a moderator lets in. */
const roomAdmissionSchema = z.enum(["anyone", "link", "approval"]);
export type RoomAdmission = z.infer<typeof roomAdmissionSchema>;

const roomMediaSchema = z.strictObject({ audio: z.boolean(), video: z.boolean() });
export type RoomMedia = z.infer<typeof roomMediaSchema>;

const CAPACITIES = `must be a whole number from 2 to ${ROOM_MAX_CAPACITY}`;
const PACES = `must be a whole number from 1 to ${ROOM_MAX_PACE}`;

const arrangements = {
  title: titleSchema,
  /** Null for none. */
  topic: z.nullable(topicSchema),
  capacity: z
    .int(CAPACITIES)
    .check(z.minimum(2, CAPACITIES), z.maximum(ROOM_MAX_CAPACITY, CAPACITIES)),
  /** Whether the lobby shows it; one that is joined by link alone is never listed. */
  isListed: z.boolean(),
  admission: roomAdmissionSchema,
  media: roomMediaSchema,
  /** Messages of one member in a second; null, for operators alone, for as many as come. */
  pace: z.nullable(z.int(PACES).check(z.minimum(1, PACES), z.maximum(ROOM_MAX_PACE, PACES))),
};

export const openRoomSchema = z.strictObject({
  title: arrangements.title,
  topic: z.exactOptional(arrangements.topic),
  capacity: z.exactOptional(arrangements.capacity),
  isListed: z.exactOptional(arrangements.isListed),
  admission: z.exactOptional(arrangements.admission),
  media: z.exactOptional(arrangements.media),
  pace: z.exactOptional(arrangements.pace),
  /** Those who moderate besides the owner. */
  moderators: z.exactOptional(z.array(userIdSchema).check(z.maxLength(ROOM_MAX_MODERATORS))),
});
export type OpenRoom = z.infer<typeof openRoomSchema>;

export const openedRoomSchema = z.object({
  roomId: roomIdSchema,
  /** What its link holds, where people join by link; the server keeps a digest alone. */
  linkToken: z.nullable(bytesSchema(16)),
});
export type OpenedRoom = z.infer<typeof openedRoomSchema>;

/** What is to be otherwise; what is left out stays. */
export const arrangeRoomSchema = z.strictObject({
  title: z.exactOptional(arrangements.title),
  topic: z.exactOptional(arrangements.topic),
  capacity: z.exactOptional(arrangements.capacity),
  isListed: z.exactOptional(arrangements.isListed),
  admission: z.exactOptional(arrangements.admission),
  media: z.exactOptional(arrangements.media),
  pace: z.exactOptional(arrangements.pace),
  isLocked: z.exactOptional(z.boolean()),
});
export type ArrangeRoom = z.infer<typeof arrangeRoomSchema>;

/** A room as anyone may know it who knows its id. */
export const roomSchema = z.object({
  roomId: roomIdSchema,
  /** `pair`: for two members of another room, made by an invitation. */
  kind: z.enum(["room", "pair"]),
  ...arrangements,
  isLocked: z.boolean(),
  /** The account that has opened it; null for an operator's. */
  owner: z.nullable(userIdSchema),
  /** The name of the operator that has opened it. */
  operator: z.nullable(z.string().check(z.maxLength(OPERATOR_NAME_MAX_CHARS))),
  createdAt: timeSchema,
});
export type RoomRecord = z.infer<typeof roomSchema>;

export const roomInfoSchema = z.object({
  room: roomSchema,
  /** People in it now. */
  occupancy: z.int(),
});
export type RoomInfo = z.infer<typeof roomInfoSchema>;

/** A room as the lobby shows it. */
export const listingSchema = z.object({
  roomId: roomIdSchema,
  title: z.string(),
  topic: z.nullable(z.string()),
  capacity: z.int(),
  admission: roomAdmissionSchema,
  media: roomMediaSchema,
  isLocked: z.boolean(),
  owner: z.nullable(userIdSchema),
  operator: z.nullable(z.string()),
  createdAt: timeSchema,
  occupancy: z.int(),
});
export type Listing = z.infer<typeof listingSchema>;

export const lobbyQuerySchema = z.strictObject({
  topic: z.exactOptional(topicSchema),
});
/** The fullest first, a page of them; and the topics that listed rooms have, the fullest first. */
export const lobbySchema = z.object({
  rooms: z.array(listingSchema),
  topics: z.array(z.object({ topic: z.string(), rooms: z.int(), people: z.int() })),
});
export type LobbyPage = z.infer<typeof lobbySchema>;

export const ownRoomsSchema = z.object({ rooms: z.array(roomIdSchema) });
export const roomParams = { roomId: roomIdSchema };

/** `appoint` and `dismiss` make moderators and make them members again, which the owner alone may. */
export const moderationSchema = z.strictObject({
  act: z.enum(["admit", "deny", "remove", "ban", "unban", "appoint", "dismiss"]),
  userId: userIdSchema,
  /** Of a ban: what whoever bans knows the account by. It counts where the room does not know. */
  name: z.exactOptional(roomNameSchema),
});
export type Moderation = z.infer<typeof moderationSchema>;

const banSchema = z.object({
  userId: userIdSchema,
  /** What they were called in the room when they were banned, or else by whoever banned them; null if neither knew. */
  name: z.nullable(z.string()),
  at: timeSchema,
});
export type Ban = z.infer<typeof banSchema>;
/** In the order in which they were made. */
export const bansSchema = z.object({ banned: z.array(banSchema) });

export const reportReasonSchema = z.enum([
  "harassment",
  "hate",
  "sexual",
  "violence",
  "spam",
  "other",
]);
export type ReportReason = z.infer<typeof reportReasonSchema>;

/** A message as whoever reports it has it. */
const reportedMessageSchema = z.strictObject({
  /** Its number in the room. */
  number: z.int(),
  text: textSchema(ROOM_TEXT_MAX_BYTES),
  at: timeSchema,
});
export type ReportedMessage = z.infer<typeof reportedMessageSchema>;

export const reportRequestSchema = z.strictObject({
  /** Names the report; said again, it is the same one. */
  reportId: bytesSchema(16),
  userId: userIdSchema,
  reason: reportReasonSchema,
  note: z.exactOptional(z.string().check(z.maxLength(REPORT_NOTE_MAX_CHARS))),
  /** Messages of that member; the room confirms those that it still has. */
  messages: z.exactOptional(z.array(reportedMessageSchema).check(z.maxLength(REPORT_MAX_MESSAGES))),
});
export type ReportRequest = z.infer<typeof reportRequestSchema>;

export const reportSchema = z.object({
  reportId: bytesSchema(16),
  by: userIdSchema,
  userId: userIdSchema,
  /** What the reported is called in the room; null where the room does not know it. */
  name: z.nullable(z.string()),
  reason: reportReasonSchema,
  note: z.string(),
  /** As the room itself has relayed them to the reporter, where that is confirmed; else as the reporter says. */
  messages: z.array(z.object({ text: z.string(), at: timeSchema, isConfirmed: z.boolean() })),
  at: timeSchema,
});
export type Report = z.infer<typeof reportSchema>;
export const reportListSchema = z.object({ reports: z.array(reportSchema) });
export const reportParams = { roomId: roomIdSchema, reportId: bytesSchema(16) };

/** A platform that opens rooms for its own users. */
const operatorIdSchema = z
  .string()
  .check(z.regex(/^[a-z2-7]{16}$/, "must be 16 base32 characters"));
export const operatorParams = { operatorId: operatorIdSchema };
export const addOperatorSchema = z.strictObject({ name: lineSchema(OPERATOR_NAME_MAX_CHARS) });
/** The key is told once; the server keeps a digest. `acq_<operatorId>_<64 base64url characters>`, see docs/protocol.md. */
export const operatorKeySchema = z.object({ operatorId: operatorIdSchema, apiKey: z.string() });
export const operatorSchema = z.object({
  operatorId: operatorIdSchema,
  name: z.string(),
  createdAt: timeSchema,
  rooms: z.array(roomIdSchema),
});
export type OperatorRecord = z.infer<typeof operatorSchema>;
