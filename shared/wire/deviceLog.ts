// The device log on the wire: who an account is, entry by entry (ID-1, ID-3). What it must keep to is said in
// shared/core/identity.

import * as z from "zod/mini";
import { bytesSchema, deviceNumberSchema, timeSchema } from "./ids.ts";
import { LOG_MAX_ENTRIES } from "./limits.ts";

/** First entry of a device log; the `userId` is the truncated hash of its signed bytes. */
export const genesisEntrySchema = z.strictObject({
  kind: z.literal("genesis"),
  signKey: bytesSchema(32),
  agreeKey: bytesSchema(32),
  /** Ed25519 key that the recovery phrase makes; it may sign later entries. */
  recoveryKey: bytesSchema(32),
  createdAt: timeSchema,
  signature: bytesSchema(64),
});
export type GenesisEntry = z.infer<typeof genesisEntrySchema>;

/** Who signs a later entry: a device, by its number, or the recovery key that counts at that place. */
const logSignerSchema = z.union([z.literal("recovery"), deviceNumberSchema]);
export type LogSigner = z.infer<typeof logSignerSchema>;

const laterMembers = {
  /** SHA-256 of the signed bytes of the entry before. */
  previous: bytesSchema(32),
  by: logSignerSchema,
  createdAt: timeSchema,
  signature: bytesSchema(64),
};

const addEntrySchema = z.strictObject({
  kind: z.literal("add"),
  signKey: bytesSchema(32),
  agreeKey: bytesSchema(32),
  ...laterMembers,
  /** By the new device's own signing key, over the same bytes. */
  possession: bytesSchema(64),
});
export type AddEntry = z.infer<typeof addEntrySchema>;

const removeEntrySchema = z.strictObject({
  kind: z.literal("remove"),
  device: deviceNumberSchema,
  ...laterMembers,
});
export type RemoveEntry = z.infer<typeof removeEntrySchema>;

const recoveryEntrySchema = z.strictObject({
  kind: z.literal("recovery"),
  /** In place of the one before, which counts no more. */
  recoveryKey: bytesSchema(32),
  ...laterMembers,
});
export type RecoveryEntry = z.infer<typeof recoveryEntrySchema>;

export const laterEntrySchema = z.discriminatedUnion("kind", [
  addEntrySchema,
  removeEntrySchema,
  recoveryEntrySchema,
]);
export type LaterEntry = z.infer<typeof laterEntrySchema>;
export type LogEntry = GenesisEntry | LaterEntry;

export type DeviceLog = LogEntry[];

/** The genesis entry, then later ones. Whether they hold is for `verifyLog` to say. */
export const deviceLogSchema: z.ZodMiniType<DeviceLog, DeviceLog> = z
  .tuple([genesisEntrySchema], laterEntrySchema)
  .check(z.maxLength(LOG_MAX_ENTRIES));
