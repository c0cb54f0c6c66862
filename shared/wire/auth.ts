// Accounts, sessions and upgrade tokens on the wire (ID-1, ID-2, ID-4).

import * as z from "zod/mini";
import { deviceLogSchema, laterEntrySchema } from "./deviceLog.ts";
import {
  bytesSchema,
  deviceIdSchema,
  handleSchema,
  locatorSchema,
  roomIdSchema,
  timeSchema,
  userIdSchema,
} from "./ids.ts";
import { APPEND_MAX_ENTRIES } from "./limits.ts";
import { signedPrekeySchema } from "./line.ts";
import { methodSchema } from "./pairing.ts";

export { deviceLogSchema, laterEntrySchema } from "./deviceLog.ts";
export type {
  AddEntry,
  DeviceLog,
  GenesisEntry,
  LaterEntry,
  LogEntry,
  LogSigner,
  RecoveryEntry,
  RemoveEntry,
} from "./deviceLog.ts";

/** A solved proof of work: the challenge as given, and a number that solves it. */
export const proofSchema = z.strictObject({
  challenge: z.string().check(z.maxLength(1_000)),
  solution: z.int().check(z.minimum(0)),
});
export type Proof = z.infer<typeof proofSchema>;

export const registerRequestSchema = z.strictObject({
  /** All of it: a server that has lost the account learns all its devices. */
  log: deviceLogSchema,
  proof: z.optional(proofSchema),
});

/** Which strangers may do something; contacts always may. */
export const audienceSchema = z.enum(["anyone", "contactsOfContacts", "nobody"]);
export type Audience = z.infer<typeof audienceSchema>;

/** What registering tells: nothing that its log does not say, since logs are known to others. */
export const registeredSchema = z.object({ userId: userIdSchema, logHead: bytesSchema(32) });

export const accountSchema = z.object({
  userId: userIdSchema,
  logHead: bytesSchema(32),
  handle: z.nullable(handleSchema),
  /** Who may find the account by its handle. */
  visibility: audienceSchema,
  /** Whose meeting requests the account is shown. */
  requestsFrom: audienceSchema,
});
export type Account = z.infer<typeof accountSchema>;

export const accountChangeSchema = z.strictObject({
  /** `null` gives the handle up. */
  handle: z.optional(z.nullable(handleSchema)),
  visibility: z.optional(audienceSchema),
  requestsFrom: z.optional(audienceSchema),
});
export type AccountChange = z.infer<typeof accountChangeSchema>;

export const appendRequestSchema = z.strictObject({
  /** Those that follow on what the server has; any that it has already are passed over. */
  entries: z.array(laterEntrySchema).check(z.minLength(1), z.maxLength(APPEND_MAX_ENTRIES)),
  /** Of the device that the last of them adds: so that it can be written to from the first moment. */
  prekey: z.optional(signedPrekeySchema),
});

/** What the log has come to. */
export const appendedSchema = z.object({ length: z.int(), logHead: bytesSchema(32) });

/** What a recovery phrase makes to find its account by (docs/protocol.md, Recovery ids). */
export const recoveryIdSchema = bytesSchema(16);

export const recoveryRequestSchema = z.strictObject({ recoveryId: recoveryIdSchema });

/** What a look-up by handle or recovery id tells: enough to verify the account's keys. */
export const foundAccountSchema = z.object({ userId: userIdSchema, log: deviceLogSchema });

export const challengeRequestSchema = z.strictObject({
  userId: userIdSchema,
  deviceId: deviceIdSchema,
});
export const challengeSchema = z.object({ challenge: z.string().check(z.maxLength(1_000)) });

export const sessionRequestSchema = z.strictObject({
  challenge: z.string().check(z.maxLength(1_000)),
  /** By the device's signing key over the session transcript (docs/protocol.md, Sessions). */
  signature: bytesSchema(64),
});
export const sessionSchema = z.object({ token: z.string(), expiresAt: timeSchema });

export const eraseRequestSchema = z.strictObject({
  /** A fresh one, given to the acting device. */
  challenge: z.string().check(z.maxLength(1_000)),
  /** By the device's signing key over the erasing transcript (docs/protocol.md, Erasing an account). */
  signature: bytesSchema(64),
});

/** What a socket is wanted for. `open` is answered with a fresh locator. */
export const upgradeRequestSchema = z.discriminatedUnion("purpose", [
  z.strictObject({
    purpose: z.literal("open"),
    /** How many locators were taken or burnt before; each makes the next one longer. */
    tried: z.optional(z.int().check(z.minimum(0), z.maximum(20))),
    /** The account that is asked to meet; left out, whoever enters the locator. */
    to: z.optional(userIdSchema),
    proof: z.optional(proofSchema),
  }),
  z.strictObject({
    purpose: z.literal("claim"),
    locator: locatorSchema,
    /** What the person entered: a key or a passphrase. */
    method: methodSchema,
    proof: z.optional(proofSchema),
  }),
  /** To an attempt that asks for this account. */
  z.strictObject({ purpose: z.literal("answer"), locator: locatorSchema, sid: bytesSchema(16) }),
  /** Back to an attempt that this device is a side of; the `sid` tells it from others at the same locator. */
  z.strictObject({ purpose: z.literal("resume"), locator: locatorSchema, sid: bytesSchema(16) }),
  z.strictObject({ purpose: z.literal("mailbox") }),
  z.strictObject({
    purpose: z.literal("room"),
    roomId: roomIdSchema,
    /** What a link to the room holds; needed where people join by link. */
    linkToken: z.exactOptional(bytesSchema(16)),
  }),
]);
export type UpgradeRequest = z.infer<typeof upgradeRequestSchema>;

export const upgradeSchema = z.object({
  /** Offered as the second subprotocol, `acquaint.token.<token>`; never put in a URL. */
  token: z.string(),
  /** The socket's path. */
  path: z.string(),
  locator: z.nullable(locatorSchema),
});
export type Upgrade = z.infer<typeof upgradeSchema>;
