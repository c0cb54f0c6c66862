// Where blobs lie. Each has an empty mark under its id for as long as it is let in, and its chunks behind it. A chunk
// that is there is never replaced, and one that comes while its blob is being deleted goes as well.

import { chunkCount } from "../../shared/wire/blobs.ts";

export interface StoredBlob {
  readonly blobId: string;
  /** Of all chunks, sealed. */
  readonly size: number;
}

/** A call deletes as many objects at most. */
const DELETES_MAX = 1_000;
const IF_ABSENT = new Headers({ "if-none-match": "*" });

export async function letIn(bucket: R2Bucket, blobId: string): Promise<void> {
  await bucket.put(blobId, "");
}

/**
 * Takes a body that knows its length. False when the blob is not there.
 * @throws what the bucket throws, also when the body breaks off; nothing is stored then
 */
export async function putChunk(
  bucket: R2Bucket,
  blobId: string,
  index: number,
  body: ReadableStream,
): Promise<boolean> {
  const key = keyOf(blobId, index);
  await bucket.put(key, body, { onlyIf: IF_ABSENT });
  // Looked for afterwards: who deletes takes the mark away first, and so either finds this chunk or is seen here.
  if ((await bucket.head(blobId)) !== null) return true;
  await bucket.delete(key);
  return false;
}

export async function readChunk(
  bucket: R2Bucket,
  blobId: string,
  index: number,
): Promise<ReadableStream | null> {
  return (await bucket.get(keyOf(blobId, index)))?.body ?? null;
}

/** Indices in ascending order; null when the blob is not there. */
export async function storedChunks(bucket: R2Bucket, blobId: string): Promise<number[] | null> {
  const { objects } = await bucket.list({ prefix: blobId });
  const keys = objects.map(({ key }) => key);
  if (!keys.includes(blobId)) return null;
  const chunks = keys.filter((key) => key !== blobId);
  return chunks.map((key) => Number(key.slice(blobId.length + 1))).toSorted((a, b) => a - b);
}

/** All that there can be of them, be it there or not. */
export async function deleteBlobs(bucket: R2Bucket, blobs: readonly StoredBlob[]): Promise<void> {
  const marks = blobs.map(({ blobId }) => blobId);
  const chunks = blobs.flatMap(({ blobId, size }) =>
    Array.from({ length: chunkCount(size) }, (_, index) => keyOf(blobId, index)),
  );
  for (const keys of [marks, chunks]) {
    for (let start = 0; start < keys.length; start += DELETES_MAX) {
      await bucket.delete(keys.slice(start, start + DELETES_MAX));
    }
  }
}

function keyOf(blobId: string, index: number): string {
  return `${blobId}/${index}`;
}
