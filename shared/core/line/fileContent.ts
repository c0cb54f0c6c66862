// A file as a message: what its author says of it. The bytes lie sealed at the server; name, type, caption and
// thumbnail travel in the message itself, so their limits leave room for all of them in one box.

import * as z from "zod/mini";
import { blobReferenceSchema } from "../../wire/blobs.ts";
import { boxSchema } from "../../wire/ids.ts";
import { THUMBNAIL_MAX_BYTES } from "./contentLimits.ts";
import { isFileName } from "./fileNames.ts";

/** Of either side of an image. */
const PIXELS_MAX = 65_535;
const TYPE_MAX_CHARS = 127;
/** The essence of a media type, without parameters (RFC 6838, section 4.2; in lower case). */
const TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/;
export const UNKNOWN_TYPE = "application/octet-stream";

const pixelsSchema = z.int().check(z.minimum(1), z.maximum(PIXELS_MAX));

/** Members of the content `file` beyond those that a text has as well. */
export const fileMembers = {
  name: z.string().check(z.refine(isFileName, "must be a name without a path")),
  type: z.string().check(z.maxLength(TYPE_MAX_CHARS), z.regex(TYPE, "must be type/subtype")),
  blob: blobReferenceSchema,
  thumbnail: z.exactOptional(boxSchema(1, THUMBNAIL_MAX_BYTES)),
  /** Pixels as it is shown: the place to reserve. */
  width: z.exactOptional(pixelsSchema),
  height: z.exactOptional(pixelsSchema),
};

/** @returns the essence of a media type, or that of any bytes when it is none */
export function fileTypeFrom(type: string): string {
  const essence = type.split(";")[0]?.trim().toLowerCase() ?? "";
  return essence.length <= TYPE_MAX_CHARS && TYPE.test(essence) ? essence : UNKNOWN_TYPE;
}
