// Badges, and requests to become contacts that their receiver approves (TAP-8, ROOM-6).

import * as z from "zod/mini";
import {
  bytesSchema,
  deviceIdSchema,
  handleSchema,
  roomIdSchema,
  timeSchema,
  userIdSchema,
} from "./ids.ts";
import { NAME_MAX_CHARS, ROOM_TITLE_MAX_CHARS } from "./limits.ts";

/** What a badge holds: a commitment to its account (docs/protocol.md, Badges). */
export const badgeTokenSchema = bytesSchema(16);
const saltSchema = bytesSchema(16);

export const badgeRequestSchema = z.strictObject({ token: badgeTokenSchema, salt: saltSchema });

export const badgeSchema = z.object({
  token: badgeTokenSchema,
  createdAt: timeSchema,
  /** How many requests came by it. */
  uses: z.int(),
});
export type Badge = z.infer<typeof badgeSchema>;
export const ownBadgeSchema = z.object({ badge: z.nullable(badgeSchema) });

export const badgeLookupSchema = z.strictObject({ token: badgeTokenSchema });
/** Whoever holds the badge verifies that the token commits to the account. */
export const foundBadgeSchema = z.object({
  userId: userIdSchema,
  salt: saltSchema,
  handle: z.nullable(handleSchema),
});
export type FoundBadge = z.infer<typeof foundBadgeSchema>;

/** By what someone came to ask. */
const requestViaSchema = z.enum(["badge", "room"]);
export type RequestVia = z.infer<typeof requestViaSchema>;

const requestIdSchema = bytesSchema(16);

/** What the asker's device signs (docs/protocol.md, Contact requests), and its receiver is told. */
export const contactRequestSchema = z.object({
  requestId: requestIdSchema,
  from: userIdSchema,
  /** The asker's device, and its signature over the request statement. */
  device: deviceIdSchema,
  signature: bytesSchema(64),
  via: requestViaSchema,
  handle: z.nullable(handleSchema),
  /** Of a room: what its asker is called there, and the room's title, as the room says. */
  name: z.exactOptional(z.string().check(z.maxLength(NAME_MAX_CHARS))),
  title: z.exactOptional(z.string().check(z.maxLength(ROOM_TITLE_MAX_CHARS))),
  createdAt: timeSchema,
  expiresAt: timeSchema,
});
export type ContactRequest = z.infer<typeof contactRequestSchema>;

const askMembers = { requestId: requestIdSchema, to: userIdSchema, signature: bytesSchema(64) };
export const askRequestSchema = z.discriminatedUnion("via", [
  z.strictObject({ ...askMembers, via: z.literal("badge"), token: badgeTokenSchema }),
  /** Of a room or pair room that both are in. */
  z.strictObject({ ...askMembers, via: z.literal("room"), roomId: roomIdSchema }),
]);
export type AskRequest = z.infer<typeof askRequestSchema>;

/** One's own request, as its asker is told of it. Whoever does not answer, or is blocked, lets it expire. */
export const askedSchema = z.object({
  requestId: requestIdSchema,
  to: userIdSchema,
  via: requestViaSchema,
  createdAt: timeSchema,
  expiresAt: timeSchema,
});
export type AskedContact = z.infer<typeof askedSchema>;

export const contactRequestEndSchema = z.enum(["approved", "declined", "withdrawn", "expired"]);
export type ContactRequestEnd = z.infer<typeof contactRequestEndSchema>;

export const requestParams = { requestId: requestIdSchema };
export const approveRequestSchema = z.strictObject({
  /** By the approving device over the approval statement. */
  signature: bytesSchema(64),
});

/** What proves an approved request to either side. */
export const requestProofSchema = z.object({
  kind: z.literal("request"),
  requestId: requestIdSchema,
  via: requestViaSchema,
  by: userIdSchema,
  device: deviceIdSchema,
  signature: bytesSchema(64),
  approvedBy: deviceIdSchema,
  approval: bytesSchema(64),
  /** When it was approved, by the server's clock. */
  at: timeSchema,
});
export type RequestProof = z.infer<typeof requestProofSchema>;
