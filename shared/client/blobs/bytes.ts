// Bytes in memory as a sealed blob, up and down: what is too long for a content.

import { concat } from "../../core/crypto/bytes.ts";
import type { BlobReference } from "../../wire/blobs.ts";
import type { Blobs } from "./blobs.ts";
import { FileError } from "./transfer.ts";

interface Carriage {
  /** Attempts in a row that fail before a lost connection is thrown. */
  readonly tries: number;
  readonly signal: AbortSignal;
}

/**
 * @param begunBlob one that an earlier run began: it has a key for what it held then, so these bytes never go under it
 * @param onBegun awaited before any of it leaves
 * @throws as {@link Blobs.upload}
 */
export async function uploadBytes(
  blobs: Blobs,
  bytes: Uint8Array<ArrayBuffer>,
  begunBlob: string | null | undefined,
  onBegun: (blobId: string) => Promise<void>,
  carriage: Carriage,
): Promise<BlobReference> {
  if (begunBlob) await blobs.delete(begunBlob);
  const source = {
    size: bytes.length,
    read: async (offset: number, length: number) => bytes.subarray(offset, offset + length),
  };
  return blobs.upload(source, { ...carriage, onState: ({ blobId }) => onBegun(blobId) });
}

/** Null for what the server has lost or spoilt. @throws ConnectionError; FileError `cancelled` */
export async function downloadBytes(
  blobs: Blobs,
  blob: BlobReference,
  carriage: Carriage,
): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  try {
    await blobs.download(blob, async (_, chunk) => void chunks.push(chunk), carriage);
  } catch (error) {
    const isGone = error instanceof FileError && error.code !== "cancelled";
    if (!isGone) throw error;
    return null;
  }
  return concat(...chunks);
}
