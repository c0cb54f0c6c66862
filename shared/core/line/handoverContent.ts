// What a device tells the others of its account of own data: records (shared/core/handover/bundle.ts), in the
// content itself or, where they are many, in a blob. Of one's own account alone; anyone else's counts for nothing.

import * as z from "zod/mini";
import { blobReferenceSchema } from "../../wire/blobs.ts";
import { boxSchema, deviceNumberSchema } from "../../wire/ids.ts";
import { BUNDLE_MAX_BYTES, HANDOVER_INLINE_MAX_BYTES } from "../handover/limits.ts";

const messageCount = z.int().check(z.minimum(0));

const members = {
  kind: z.literal("handover"),
  /** The only device that takes it; left out, all do. */
  for: z.exactOptional(deviceNumberSchema),
  /** Messages handed over up to and with this part, and in all: of a history, for those who watch. */
  done: z.exactOptional(messageCount),
  total: z.exactOptional(messageCount),
};

export const handoverContentSchema = z.union([
  z.strictObject({ ...members, records: boxSchema(1, HANDOVER_INLINE_MAX_BYTES) }),
  z.strictObject({
    ...members,
    blob: blobReferenceSchema.check(
      z.refine(({ size }) => size <= BUNDLE_MAX_BYTES, "must be at most 5 MiB"),
    ),
  }),
]);
export type HandoverContent = z.infer<typeof handoverContentSchema>;
