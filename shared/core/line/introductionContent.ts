// What two who have become contacts by a touch or a request tell each other of themselves, since neither's name nor
// card goes by the server: once, from the devices that took part.

import * as z from "zod/mini";
import { blobReferenceSchema } from "../../wire/blobs.ts";
import { boxSchema, timeSchema } from "../../wire/ids.ts";
import { CARD_MAX_BYTES, NAME_MAX_CHARS } from "../../wire/limits.ts";
import { CARD_INLINE_MAX_BYTES } from "./contentLimits.ts";

const members = {
  kind: z.literal("introduction"),
  /** By the clock of the sender: the latest counts. */
  at: timeSchema,
  /** Empty for who has given none. */
  name: z.string().check(z.maxLength(NAME_MAX_CHARS)),
};

export const introductionContentSchema = z.union([
  z.strictObject({
    ...members,
    /** As in a meeting; left out by who sends none. */
    card: z.exactOptional(boxSchema(1, CARD_INLINE_MAX_BYTES)),
  }),
  z.strictObject({
    ...members,
    /** A card that is longer. */
    blob: blobReferenceSchema.check(
      z.refine(({ size }) => size <= CARD_MAX_BYTES, "must be at most 64 KiB"),
    ),
  }),
]);
export type IntroductionContent = z.infer<typeof introductionContentSchema>;
