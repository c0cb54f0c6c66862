// Contacts, blocks and the mailbox socket on the wire.

import * as z from "zod/mini";
import { bytesSchema, timeSchema, userIdSchema } from "./ids.ts";
import { matchedNoticeSchema, methodSchema } from "./pairing.ts";
import { problemSchema } from "./problem.ts";

/** A contact as the mailbox keeps it. Names, keys and cards live on the devices alone. */
export const contactRecordSchema = z.object({
  userId: userIdSchema,
  method: methodSchema,
  /** The server's receipt time of the opening; the receipt covers it. */
  metAt: timeSchema,
  /** SHA-256 of the receipt that both devices signed. */
  receiptHash: bytesSchema(32),
  /** Grows with each change to the list; a device remembers the highest that it has seen. */
  sequence: z.int(),
  blocked: z.boolean(),
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

export const mailboxRequestSchema = z.discriminatedUnion("type", [
  /** First message of every mailbox socket; answered with all that came after that sequence. */
  z.strictObject({ type: z.literal("hello"), after: z.int().check(z.minimum(0)) }),
]);

export const mailboxNoticeSchema = z.discriminatedUnion("type", [
  /** New or changed contacts, oldest first. */
  z.object({ type: z.literal("contacts"), contacts: z.array(contactRecordSchema) }),
  /** A contact was removed by a device of this account. */
  z.object({ type: z.literal("removed"), userId: userIdSchema, sequence: z.int() }),
  /** All that waited has been sent; what follows is live. */
  z.object({ type: z.literal("ready"), sequence: z.int() }),
  z.object({ type: z.literal("problem"), problem: problemSchema }),
]);
export type MailboxNotice = z.infer<typeof mailboxNoticeSchema>;
