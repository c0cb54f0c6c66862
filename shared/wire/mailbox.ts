// Contacts, blocks and the mailbox socket on the wire.

import * as z from "zod/mini";
import {
  askedSchema,
  contactRequestEndSchema,
  contactRequestSchema,
  requestProofSchema,
} from "./contactRequests.ts";
import { deviceLogSchema } from "./deviceLog.ts";
import {
  bytesSchema,
  deviceNumberSchema,
  handleSchema,
  locatorSchema,
  timeSchema,
  userIdSchema,
} from "./ids.ts";
import {
  envelopesNoticeSchema,
  receivedMessageSchema,
  sendMessageSchema,
  storedNoticeSchema,
  transientMessageSchema,
  transientNoticeSchema,
} from "./line.ts";
import { contactMethodSchema, failureSchema, matchedNoticeSchema } from "./pairing.ts";
import { problemSchema } from "./problem.ts";
import { tapProofSchema, tapSchema } from "./tap.ts";

const contactProofSchema = z.discriminatedUnion("kind", [tapProofSchema, requestProofSchema]);
export type ContactProof = z.infer<typeof contactProofSchema>;

/** A contact as the mailbox keeps it. Names, keys and cards live on the devices alone. */
export const contactRecordSchema = z.object({
  userId: userIdSchema,
  method: contactMethodSchema,
  /** The server's receipt time of the opening or submission; a receipt of an attempt covers it. */
  metAt: timeSchema,
  /** SHA-256 of the receipt that both devices signed. */
  receiptHash: bytesSchema(32),
  /** Grows with each change to the list; a device remembers the highest that it has seen. */
  sequence: z.int(),
  blocked: z.boolean(),
  /** Of a tap, one for each direction, the earlier first; of an approved request, one. Each device verifies them. */
  proofs: z.exactOptional(z.array(contactProofSchema)),
});
export type ContactRecord = z.infer<typeof contactRecordSchema>;

export const contactPageSchema = z.object({
  contacts: z.array(contactRecordSchema),
  /** Pass as `after` for the next page; null on the last. */
  next: z.nullable(z.int()),
});
export type ContactPage = z.infer<typeof contactPageSchema>;

export const contactQuerySchema = z.strictObject({
  after: z.optional(z.coerce.number().check(z.int(), z.minimum(0))),
});

/** Sealed boxes that waited for one device. */
export const keptReleaseSchema = z.object({ release: z.nullable(matchedNoticeSchema) });

export const blockListSchema = z.object({ blocked: z.array(userIdSchema) });

/** What a request says of its asker. The server vouches for it; the exchange proves it. */
const askedMembers = {
  sid: bytesSchema(16),
  from: userIdSchema,
  handle: z.nullable(handleSchema),
  openedAt: timeSchema,
};

/** Someone asks this account to meet by a passphrase that both know. */
const meetingRequestSchema = z.object({
  ...askedMembers,
  locator: locatorSchema,
  claimBy: timeSchema,
  answerBy: timeSchema,
});
export type MeetingRequest = z.infer<typeof meetingRequestSchema>;

/** `answered` by another device of this account; `blocked` with its asker. */
const requestOutcomeSchema = z.enum(["answered", "blocked", ...failureSchema.options]);
export type RequestOutcome = z.infer<typeof requestOutcomeSchema>;

const endedRequestSchema = z.object({
  ...askedMembers,
  outcome: requestOutcomeSchema,
  sequence: z.int(),
});
export type EndedRequest = z.infer<typeof endedRequestSchema>;

export const mailboxRequestSchema = z.discriminatedUnion("type", [
  /** First message of every mailbox socket; answered with all that came after that sequence. */
  z.strictObject({
    type: z.literal("hello"),
    after: z.int().check(z.minimum(0)),
    /** Whether this connection takes envelopes; of several tabs or processes of a device, the latest does. */
    reads: z.optional(z.boolean()),
  }),
  sendMessageSchema,
  transientMessageSchema,
  receivedMessageSchema,
]);
export type MailboxRequest = z.infer<typeof mailboxRequestSchema>;

export const mailboxNoticeSchema = z.discriminatedUnion("type", [
  /** New or changed contacts, oldest first. */
  z.object({ type: z.literal("contacts"), contacts: z.array(contactRecordSchema) }),
  /** A contact was removed by a device of this account. */
  z.object({ type: z.literal("removed"), userId: userIdSchema, sequence: z.int() }),
  /** A request that waits; told again after each hello until it is over. */
  z.object({ type: z.literal("request"), request: meetingRequestSchema, now: timeSchema }),
  /** A request needs no answer any more, or was missed. */
  z.object({ type: z.literal("requestOver"), request: endedRequestSchema }),
  /** The account is no more. Its device of that number has signed for it, over the erasing transcript. */
  z.object({
    type: z.literal("erased"),
    device: deviceNumberSchema,
    challenge: z.string(),
    signature: bytesSchema(64),
  }),
  /** Entries were appended to the account's own device log, which has so many now. */
  z.object({ type: z.literal("log"), length: z.int() }),
  /** This device is of the account no more, as the log shows; the server closes the socket. */
  z.object({ type: z.literal("deviceRemoved"), log: deviceLogSchema }),
  /** A table that this account is at, as it stands; told again after each hello until it is over. */
  z.object({ type: z.literal("table"), tap: tapSchema }),
  /** The account is in other groups now; read them anew. */
  z.object({ type: z.literal("groups") }),
  /** Someone asks to become a contact; told again after each hello until it is over. */
  z.object({ type: z.literal("contactRequest"), request: contactRequestSchema, now: timeSchema }),
  /** An own request waits; told again after each hello until it is over. */
  z.object({ type: z.literal("asked"), asked: askedSchema, now: timeSchema }),
  /** Either side's request is over. */
  z.object({
    type: z.literal("contactRequestOver"),
    requestId: bytesSchema(16),
    end: contactRequestEndSchema,
  }),
  /** All that waited has been sent; what follows is live. */
  z.object({
    type: z.literal("ready"),
    sequence: z.int(),
    /** Entries of the account's own device log. */
    logLength: z.int(),
    /** One-time prekeys of this device that are left; told to whoever reads. */
    prekeys: z.optional(z.int()),
    /** Envelopes for this device that wait, all of which follow; told to whoever reads. */
    waiting: z.optional(z.int()),
    /** By the server's clock. */
    now: z.optional(timeSchema),
  }),
  envelopesNoticeSchema,
  storedNoticeSchema,
  /** That message was not stored: nothing has changed. */
  z.object({ type: z.literal("refused"), number: z.int(), problem: problemSchema }),
  transientNoticeSchema,
  z.object({ type: z.literal("problem"), problem: problemSchema }),
]);
export type MailboxNotice = z.infer<typeof mailboxNoticeSchema>;
