// Messages of a pairing attempt's socket. A frame is a JSON array of messages, either way.
// The same messages serve every method; a method differs in deadlines and in who may claim.

import * as z from "zod/mini";
import { boxSchema, bytesSchema, locatorSchema, timeSchema } from "./ids.ts";
import {
  PASSPHRASE_TERM_MAX_SECONDS,
  PASSPHRASE_TERM_MIN_SECONDS,
  SEALED_CARD_MAX_BYTES,
  SEALED_IDENTITY_MAX_BYTES,
} from "./limits.ts";
import { problemSchema } from "./problem.ts";

/** How two meet at an attempt. */
export const methodSchema = z.enum(["key", "passphrase", "link"]);
export type Method = z.infer<typeof methodSchema>;

/** How a contact came to be: at an attempt, by a touch, or by a request that was approved. */
export const contactMethodSchema = z.enum([...methodSchema.options, "tap", "badge", "room"]);
export type ContactMethod = z.infer<typeof contactMethodSchema>;

/** CPace public share with the commitment that its associated data carries. */
const shareMembers = { share: bytesSchema(32), commitment: bytesSchema(32) };
const sealedIdentitySchema = boxSchema(40, SEALED_IDENTITY_MAX_BYTES);
const sealedCardSchema = boxSchema(40, SEALED_CARD_MAX_BYTES);

const openMembers = { type: z.literal("open"), sid: bytesSchema(16), ...shareMembers };
const termSchema = z
  .int()
  .check(z.minimum(PASSPHRASE_TERM_MIN_SECONDS), z.maximum(PASSPHRASE_TERM_MAX_SECONDS));
const openMessageSchema = z.discriminatedUnion("method", [
  z.strictObject({ ...openMembers, method: z.literal("key") }),
  z
    .strictObject({
      ...openMembers,
      method: z.literal("passphrase"),
      /** T1: from the request to the claim. */
      t1Seconds: termSchema,
      /** T2: from the request to the answer. */
      t2Seconds: termSchema,
    })
    .check(
      z.refine(({ t1Seconds, t2Seconds }) => t2Seconds > t1Seconds, {
        path: ["t2Seconds"],
        error: "must be greater than t1Seconds",
      }),
    ),
  /** A new device comes into an account; its times are a key's. */
  z.strictObject({ ...openMembers, method: z.literal("link") }),
]);
export type OpenMessage = z.infer<typeof openMessageSchema>;

const claimMessageSchema = z.strictObject({
  type: z.literal("claim"),
  ...shareMembers,
  tag: bytesSchema(32),
  confirmation: bytesSchema(64),
  identity: sealedIdentitySchema,
  card: sealedCardSchema,
});
export type ClaimMessage = z.infer<typeof claimMessageSchema>;

const answerMessageSchema = z.strictObject({
  type: z.literal("answer"),
  tag: bytesSchema(32),
  confirmation: bytesSchema(64),
  /** Both boxes are null when the claim's confirmation did not verify. */
  identity: z.nullable(sealedIdentitySchema),
  card: z.nullable(sealedCardSchema),
});
export type AnswerMessage = z.infer<typeof answerMessageSchema>;

export const attemptRequestSchema = z.discriminatedUnion("type", [
  openMessageSchema,
  claimMessageSchema,
  answerMessageSchema,
  z.strictObject({ type: z.literal("cancel") }),
  z.strictObject({ type: z.literal("refuse") }),
  z.strictObject({ type: z.literal("acknowledge") }),
]);
export type AttemptRequest = z.infer<typeof attemptRequestSchema>;

/** How an attempt may end without a match. */
export const failureSchema = z.enum([
  "mismatch",
  "timedOut",
  "cancelled",
  "refused",
  "unreachable",
]);
export type Failure = z.infer<typeof failureSchema>;

/** Terminal, to both: the tags were equal; the peer's boxes are released. */
export const matchedNoticeSchema = z.object({
  type: z.literal("matched"),
  confirmation: bytesSchema(64),
  identity: sealedIdentitySchema,
  card: sealedCardSchema,
  matchedAt: timeSchema,
});
export type MatchedNotice = z.infer<typeof matchedNoticeSchema>;

export const attemptNoticeSchema = z.discriminatedUnion("type", [
  /** To the initiator: the attempt stands. */
  z.object({
    type: z.literal("opened"),
    locator: locatorSchema,
    openedAt: timeSchema,
    claimBy: timeSchema,
    answerBy: timeSchema,
    now: timeSchema,
  }),
  /** To a visitor, and to the one who is asked: the initiator's first message. */
  z.object({
    type: z.literal("offer"),
    method: methodSchema,
    sid: bytesSchema(16),
    ...shareMembers,
    openedAt: timeSchema,
    claimBy: timeSchema,
    answerBy: timeSchema,
    now: timeSchema,
  }),
  /** To the responder: the claim is stored and will be evaluated. */
  z.object({ type: z.literal("claimed"), answerBy: timeSchema, now: timeSchema }),
  /** To the initiator: the one claim to answer. */
  z.object({ type: z.literal("claim"), ...shareMembers, confirmation: bytesSchema(64) }),
  matchedNoticeSchema,
  /** Terminal, to both: there is no match. */
  z.object({ type: z.literal("ended"), outcome: failureSchema }),
  /** The acknowledgement of the terminal notice is stored; the server closes the socket. */
  z.object({ type: z.literal("acknowledged") }),
  z.object({ type: z.literal("problem"), problem: problemSchema }),
]);
export type AttemptNotice = z.infer<typeof attemptNoticeSchema>;
export type OfferNotice = Extract<AttemptNotice, { type: "offer" }>;
