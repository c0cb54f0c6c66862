// What a side seals for its peer once the exchange stands: the opening of its commitment.

import * as z from "zod/mini";
import { deviceLogSchema } from "./auth.ts";
import { bytesSchema, deviceIdSchema } from "./ids.ts";
import { NAME_MAX_CHARS } from "./limits.ts";

export const identityOpeningSchema = z.object({
  log: deviceLogSchema,
  deviceId: deviceIdSchema,
  nonce: bytesSchema(32),
  name: z.string().check(z.maxLength(NAME_MAX_CHARS)),
  /** By the device's signing key over the receipt (docs/protocol.md, Receipts). */
  receiptSignature: bytesSchema(64),
});
export type IdentityOpening = z.infer<typeof identityOpeningSchema>;
