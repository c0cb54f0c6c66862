// The line on the wire: prekeys, and sealed envelopes between the devices of contacts (BOX-1). What is in
// a box the server never knows; docs/protocol.md, Sessions of two, says how it is made.

import * as z from "zod/mini";
import { deviceLogSchema } from "./deviceLog.ts";
import { boxSchema, bytesSchema, deviceNumberSchema, userIdSchema } from "./ids.ts";
import {
  BOX_MAX_BYTES,
  BOX_MIN_BYTES,
  DEVICES_MAX,
  PREKEYS_MAX,
  TRANSIENT_MAX_BYTES,
} from "./limits.ts";

const prekeyIdSchema = z.int().check(z.minimum(1), z.maximum(2_147_483_647));

const oneTimePrekeySchema = z.strictObject({ id: prekeyIdSchema, key: bytesSchema(32) });
export type OneTimePrekey = z.infer<typeof oneTimePrekeySchema>;

export const signedPrekeySchema = z.strictObject({
  id: prekeyIdSchema,
  key: bytesSchema(32),
  /** By the device's signing key (docs/protocol.md, Prekeys). */
  signature: bytesSchema(64),
});
export type SignedPrekey = z.infer<typeof signedPrekeySchema>;

/** What a device leaves for those who begin a session with it. Replaces the signed prekey, adds the others. */
export const prekeysUploadSchema = z.strictObject({
  signed: signedPrekeySchema,
  oneTime: z.array(oneTimePrekeySchema).check(z.maxLength(PREKEYS_MAX)),
});
export type PrekeysUpload = z.infer<typeof prekeysUploadSchema>;

export const prekeysLeftSchema = z.object({ left: z.int() });

export const prekeysDrawSchema = z.strictObject({
  devices: z.array(deviceNumberSchema).check(z.minLength(1), z.maxLength(DEVICES_MAX)),
});

const prekeyBundleSchema = z.object({
  device: deviceNumberSchema,
  signed: signedPrekeySchema,
  /** Drawn for this one session; null when none is left, which the signed one then bears alone. */
  oneTime: z.nullable(oneTimePrekeySchema),
});
export type PrekeyBundle = z.infer<typeof prekeyBundleSchema>;

/** Devices that have left no prekeys yet are missing. */
export const prekeysDrawnSchema = z.object({ bundles: z.array(prekeyBundleSchema) });

export const accountLogSchema = z.object({ log: deviceLogSchema });

const sealedBoxSchema = boxSchema(BOX_MIN_BYTES, BOX_MAX_BYTES);

const deviceBoxSchema = z.strictObject({ device: deviceNumberSchema, box: sealedBoxSchema });
export type DeviceBox = z.infer<typeof deviceBoxSchema>;

/** One for each device of the receiver, or for each of one's own but this one. */
const boxesSchema = z.array(deviceBoxSchema).check(z.minLength(1), z.maxLength(DEVICES_MAX));

const transientBoxSchema = boxSchema(BOX_MIN_BYTES, TRANSIENT_MAX_BYTES);

/** The sender's number for a message, counted on each connection anew; answers name it. */
const submissionSchema = z.int().check(z.minimum(0), z.maximum(2_147_483_647));

export const sendMessageSchema = z.strictObject({
  type: z.literal("send"),
  number: submissionSchema,
  to: userIdSchema,
  boxes: boxesSchema,
});
export type SendMessage = z.infer<typeof sendMessageSchema>;

/** Of no lasting worth, such as typing: goes to whoever listens now, and is never stored. */
export const transientMessageSchema = z.strictObject({
  type: z.literal("transient"),
  to: userIdSchema,
  boxes: z
    .array(z.strictObject({ device: deviceNumberSchema, box: transientBoxSchema }))
    .check(z.minLength(1), z.maxLength(DEVICES_MAX)),
});
export type TransientMessage = z.infer<typeof transientMessageSchema>;

/** This device keeps all envelopes up to that sequence; the server forgets them. */
export const receivedMessageSchema = z.strictObject({
  type: z.literal("received"),
  through: z.int().check(z.minimum(0)),
});

/** The sequence grows within a mailbox; it is about the server's receipt time in milliseconds. */
const envelopeSchema = z.object({
  sequence: z.int(),
  from: userIdSchema,
  device: deviceNumberSchema,
  box: sealedBoxSchema,
});
export type Envelope = z.infer<typeof envelopeSchema>;

/** In the order of their sequence. */
export const envelopesNoticeSchema = z.object({
  type: z.literal("envelopes"),
  envelopes: z.array(envelopeSchema),
});

/** The server stores these in the receivers' mailboxes. */
export const storedNoticeSchema = z.object({
  type: z.literal("stored"),
  numbers: z.array(submissionSchema),
});

export const transientNoticeSchema = z.object({
  type: z.literal("transient"),
  from: userIdSchema,
  device: deviceNumberSchema,
  box: transientBoxSchema,
});
export type TransientNotice = z.infer<typeof transientNoticeSchema>;
