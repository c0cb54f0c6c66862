// Contents about accounts themselves, not shown as they are: how a device comes into an account (docs/protocol.md,
// Linking), and what contacts are told when the devices of an account have changed.

import * as z from "zod/mini";
import { bytesSchema, timeSchema } from "../../wire/ids.ts";
import { signedPrekeySchema } from "../../wire/line.ts";
import { LOG_MAX_ENTRIES, NAME_MAX_CHARS } from "../../wire/limits.ts";

/** Of a device that asks to belong to the account: its part of the entry that would add it. */
const joinContentSchema = z.strictObject({
  kind: z.literal("join"),
  /** The entry's `createdAt`. */
  at: timeSchema,
  /** What its person calls it. */
  name: z.string().check(z.maxLength(NAME_MAX_CHARS)),
  possession: bytesSchema(64),
  /** So that it can be written to as soon as it is listed. */
  prekey: signedPrekeySchema,
});
export type JoinContent = z.infer<typeof joinContentSchema>;

/** The entry stands: from now on the device speaks for the account. */
const joinedContentSchema = z.strictObject({ kind: z.literal("joined") });

const joinRefusedContentSchema = z.strictObject({ kind: z.literal("joinRefused") });

export const DEVICE_CHANGES = ["added", "removed", "recovery"] as const;
export type DeviceChange = (typeof DEVICE_CHANGES)[number];

/** The sender's log has grown. Whoever knows another head at that length sees a fork. */
const devicesContentSchema = z.strictObject({
  kind: z.literal("devices"),
  at: timeSchema,
  length: z.int().check(z.minimum(2), z.maximum(LOG_MAX_ENTRIES)),
  /** After so many entries. */
  head: bytesSchema(32),
  change: z.enum(DEVICE_CHANGES),
});
export type DevicesContent = z.infer<typeof devicesContentSchema>;

/** Said only between two accounts that are linking. */
export const linkingContentSchema = z.discriminatedUnion("kind", [
  joinContentSchema,
  joinedContentSchema,
  joinRefusedContentSchema,
]);
export type LinkingContent = z.infer<typeof linkingContentSchema>;

export const accountContentSchema = z.discriminatedUnion("kind", [
  joinContentSchema,
  joinedContentSchema,
  joinRefusedContentSchema,
  devicesContentSchema,
]);
