// Taps on the wire (TAP-1 to TAP-7): certificates and tickets of devices, what is submitted of a touch, what came of
// it, and the contacts' proof of it.

import * as z from "zod/mini";
import { boxSchema, bytesSchema, deviceIdSchema, timeSchema, userIdSchema } from "./ids.ts";
import { CERTIFICATE_BYTES, TAP_MAX_PEERS, TICKET_BYTES } from "./limits.ts";

/** A device's certificate, with the server's clock, by which tickets are timed. */
export const certificateSchema = z.object({
  certificate: bytesSchema(CERTIFICATE_BYTES),
  expiresAt: timeSchema,
  now: timeSchema,
});
export type Certificate = z.infer<typeof certificateSchema>;

/** The keys that certificates verify with (JWK Set, RFC 7517; Ed25519 as in RFC 8037). */
export const issuerKeysSchema = z.object({
  keys: z.array(
    z.object({
      kty: z.literal("OKP"),
      crv: z.literal("Ed25519"),
      alg: z.literal("EdDSA"),
      use: z.literal("sig"),
      kid: bytesSchema(2),
      x: bytesSchema(32),
    }),
  ),
});
export type IssuerKeys = z.infer<typeof issuerKeysSchema>;

export const ticketSchema = bytesSchema(TICKET_BYTES);
/** Names a submission among those of its account; a retry says the same. */
const tapIdSchema = bytesSchema(16);
const groupIdSchema = bytesSchema(16);
/** What a ticket's nonce is a commitment to (docs/protocol.md, Tables). */
const shareSchema = bytesSchema(16);

export const tapRequestSchema = z.strictObject({
  tapId: tapIdSchema,
  taps: z
    .array(
      z.strictObject({
        /** As it was read: whatever is no ticket is `forged`, and spoils no other. */
        ticket: boxSchema(1, 2 * TICKET_BYTES),
        /** By the acting device over the tap statement (docs/protocol.md, Taps). */
        signature: bytesSchema(64),
      }),
    )
    .check(z.minLength(1), z.maxLength(TAP_MAX_PEERS)),
  /** All or nothing: the acting device's own ticket, for the table that all compare a phrase at. */
  together: z.exactOptional(ticketSchema),
});
export type TapRequest = z.infer<typeof tapRequestSchema>;

/** Of each ticket, the first that applies (TAP-3). */
export const tapOutcomeSchema = z.enum([
  "forged",
  "self",
  "duplicate",
  "expired",
  "revoked",
  "blocked",
  "replayed",
  "already",
  "established",
]);
export type TapOutcome = z.infer<typeof tapOutcomeSchema>;

/** A member of a table, the initiator first. */
const tableMemberSchema = z.object({
  userId: userIdSchema,
  ticket: ticketSchema,
  /** Null until its device has shown it, or another is still awaited. */
  share: z.nullable(shareSchema),
  hasArrived: z.boolean(),
  hasConfirmed: z.boolean(),
});

/** Why a table came to nothing. `refused`: one of the tickets was not good. */
const tableEndSchema = z.enum(["refused", "declined", "timedOut"]);
export type TableEnd = z.infer<typeof tableEndSchema>;

/** A submission as it stands, for those who take part. */
export const tapSchema = z.object({
  tapId: tapIdSchema,
  /** The initiator. */
  by: userIdSchema,
  at: z.enum(["settling", "revealing", "comparing", "settled", "aborted"]),
  submittedAt: timeSchema,
  /** While revealing and comparing, by when all must have; once settled, until when it can be undone. */
  until: timeSchema,
  /** In the order of the tickets; for the initiator alone. */
  outcomes: z.exactOptional(
    z.array(
      z.object({
        /** Null while the other's mailbox has not said. */
        outcome: z.nullable(tapOutcomeSchema),
        /** Null for what is forged. */
        userId: z.nullable(userIdSchema),
      }),
    ),
  ),
  /** Those who were let go again. */
  undone: z.array(userIdSchema),
  groupId: z.nullable(groupIdSchema),
  table: z.nullable(
    z.object({
      members: z.array(tableMemberSchema),
      end: z.nullable(tableEndSchema),
      /** Who declined, or whose ticket was refused, or was awaited in vain; null for none in particular. */
      endedBy: z.nullable(userIdSchema),
    }),
  ),
  now: timeSchema,
});
export type Tap = z.infer<typeof tapSchema>;

export const tapParams = { userId: userIdSchema, tapId: tapIdSchema };
export const shareRequestSchema = z.strictObject({ share: shareSchema });
export const confirmRequestSchema = z.strictObject({
  /** By the acting device over the table statement (docs/protocol.md, Tables). */
  signature: bytesSchema(64),
});
export const undoRequestSchema = z.strictObject({
  /** The other side; the actor is one of the two. */
  userId: userIdSchema,
});

/** What proves a touch to either side: the one's signed ticket, and the other's signature over it. */
export const tapProofSchema = z.object({
  kind: z.literal("tap"),
  tapId: tapIdSchema,
  /** Who read the ticket, with which device. */
  by: userIdSchema,
  device: deviceIdSchema,
  ticket: ticketSchema,
  signature: bytesSchema(64),
  /** The server's receipt time of the submission. */
  at: timeSchema,
  /** All have compared the phrase of their table. */
  isCompared: z.exactOptional(z.literal(true)),
});
export type TapProof = z.infer<typeof tapProofSchema>;

/** The people of one submission, as its group keeps them. */
const groupMemberSchema = z.object({
  userId: userIdSchema,
  deviceId: deviceIdSchema,
  /** Null for an initiator without a table. */
  ticket: z.nullable(ticketSchema),
  /** The initiator's over the ticket; null for the initiator. */
  signature: z.nullable(bytesSchema(64)),
  /** The member's own over the table, which all have compared; null without one. */
  confirmation: z.nullable(bytesSchema(64)),
  share: z.nullable(shareSchema),
});
export type GroupMember = z.infer<typeof groupMemberSchema>;

export const groupSchema = z.object({
  groupId: groupIdSchema,
  createdAt: timeSchema,
  tapId: tapIdSchema,
  by: userIdSchema,
  members: z.array(groupMemberSchema),
});
export type Group = z.infer<typeof groupSchema>;

export const groupListSchema = z.object({ groups: z.array(groupIdSchema) });
export const groupParams = { groupId: groupIdSchema };
