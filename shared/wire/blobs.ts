// Blobs: what is too large for a message, as sealed chunks that the server keeps for a while. How many chunks
// there are and how long each is follows from the sealed size alone.

import * as z from "zod/mini";
import { bytesSchema, timeSchema } from "./ids.ts";
import { BLOB_CHUNK_BYTES, BLOB_MAX_BYTES, BLOB_MIN_BYTES, BLOB_TAG_BYTES } from "./limits.ts";

/** A full chunk as it is sealed; all but the last are. */
export const SEALED_CHUNK_BYTES = BLOB_CHUNK_BYTES + BLOB_TAG_BYTES;
/** The most chunks that a blob can have. */
const BLOB_MAX_CHUNKS = Math.ceil(BLOB_MAX_BYTES / BLOB_CHUNK_BYTES);
/** Carries the upload token, which must not stand in a URL. */
export const UPLOAD_TOKEN_HEADER = "acquaint-upload-token";

/** Made by the server, at random. */
export const blobIdSchema = bytesSchema(16);

/** Where a blob is, and how it is opened. Travels sealed inside a content, never to the server. */
export const blobReferenceSchema = z.strictObject({
  blobId: blobIdSchema,
  /** Random, of this blob alone. */
  key: bytesSchema(32),
  /** Without the padding. */
  size: z.int().check(z.minimum(0), z.maximum(BLOB_MAX_BYTES)),
});
export type BlobReference = z.infer<typeof blobReferenceSchema>;

/** All chunks of a blob together, as they are sealed. */
const sealedSizeSchema = z.int().check(
  z.minimum(BLOB_MIN_BYTES + BLOB_TAG_BYTES),
  z.maximum(BLOB_MAX_BYTES + BLOB_MAX_CHUNKS * BLOB_TAG_BYTES),
  z.refine(
    (size) => sealedChunkLength(size, chunkCount(size) - 1) > BLOB_TAG_BYTES,
    "must leave more than a tag for the last chunk",
  ),
);

export const blobBeginningSchema = z.strictObject({ size: sealedSizeSchema });

/** A blob of the acting account, and what lets its device upload the chunks. */
export const uploadSchema = z.object({
  blobId: blobIdSchema,
  /** When the server deletes the blob. */
  expiresAt: timeSchema,
  /** For the header {@link UPLOAD_TOKEN_HEADER}. */
  token: z.string(),
  tokenExpiresAt: timeSchema,
});
export type Upload = z.infer<typeof uploadSchema>;

const chunkIndexSchema = z.int().check(z.minimum(0), z.maximum(BLOB_MAX_CHUNKS - 1));

/** The indices of the chunks that are stored, in ascending order. */
export const storedChunksSchema = z.object({ stored: z.array(chunkIndexSchema) });

export const blobParams = { blobId: blobIdSchema };

export const chunkParams = {
  blobId: blobIdSchema,
  /** One spelling of each number. */
  index: z
    .string()
    .check(z.regex(new RegExp(`^(0|[1-9][0-9]{0,${String(BLOB_MAX_CHUNKS - 1).length - 1}})$`))),
};

export function chunkCount(sealedSize: number): number {
  return Math.ceil(sealedSize / SEALED_CHUNK_BYTES);
}

/** 0 or less where there is no such chunk. */
export function sealedChunkLength(sealedSize: number, index: number): number {
  return Math.min(SEALED_CHUNK_BYTES, sealedSize - index * SEALED_CHUNK_BYTES);
}
