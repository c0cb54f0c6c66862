// Blobs, sealed in chunks: each under the blob's own random key, at its place, the last marked as such (the STREAM
// construction). So chunks cannot be left out, appended, exchanged, or taken over from another blob. Zeros
// at the end hide the exact size.
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { chunkCount, sealedChunkLength } from "../../wire/blobs.ts";
import {
  BLOB_CHUNK_BYTES,
  BLOB_MAX_BYTES,
  BLOB_MIN_BYTES,
  BLOB_TAG_BYTES,
} from "../../wire/limits.ts";
import { concat, lvCat, u64be, utf8 } from "./bytes.ts";

const KEY_BYTES = 32;
const NONCE_PADDING_BYTES = 15;
const ASSOCIATED_DATA = lvCat(utf8("acquaint blob v1"));

export interface BlobChunks {
  readonly count: number;
  /** Padding included. */
  readonly paddedSize: number;
  /** What the server keeps: with the tag of each chunk. */
  readonly sealedSize: number;
}

/** @throws RangeError unless `size` is an integer of 0 to BLOB_MAX_BYTES */
export function chunksOf(size: number): BlobChunks {
  if (!Number.isInteger(size) || size < 0 || size > BLOB_MAX_BYTES) {
    throw new RangeError(`a blob has at most ${BLOB_MAX_BYTES} bytes`);
  }
  const paddedSize = padme(Math.max(size, BLOB_MIN_BYTES));
  const count = Math.ceil(paddedSize / BLOB_CHUNK_BYTES);
  return { count, paddedSize, sealedSize: paddedSize + count * BLOB_TAG_BYTES };
}

/**
 * Which bytes of a blob a chunk holds: from `start` to before `end`; none where the chunk is padding alone.
 * @param size without the padding
 */
export function chunkRange(size: number, index: number): { start: number; end: number } {
  const start = Math.min(size, index * BLOB_CHUNK_BYTES);
  return { start, end: Math.min(size, start + BLOB_CHUNK_BYTES) };
}

/**
 * Ciphertext ‖ tag. The same bytes at the same place give the same chunk.
 * @param key 32 random bytes, drawn for this blob and used for nothing else
 * @param size of the whole blob, without the padding
 * @param bytes those of {@link chunkRange}; the padding is added here
 * @throws RangeError when a chunk, its bytes or the key do not fit
 * @see Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and its Nonce-Reuse
 *   Misuse-Resistance, 2015 (STREAM)
 */
export function sealChunk(
  key: Uint8Array,
  size: number,
  index: number,
  bytes: Uint8Array,
): Uint8Array {
  const { nonce, plainLength } = placeOf(key, size, index);
  const { start, end } = chunkRange(size, index);
  if (bytes.length !== end - start) throw new RangeError("these are not the bytes of the chunk");
  const padded = new Uint8Array(plainLength);
  padded.set(bytes);
  return xchacha20poly1305(key, nonce, ASSOCIATED_DATA).encrypt(padded);
}

/**
 * The bytes of {@link chunkRange}; null for what {@link sealChunk} did not make with this key, size and index.
 * @throws RangeError when there is no such chunk, or the key is not 32 bytes
 */
export function openChunk(
  key: Uint8Array,
  size: number,
  index: number,
  sealed: Uint8Array,
): Uint8Array | null {
  const { nonce, plainLength } = placeOf(key, size, index);
  if (sealed.length !== plainLength + BLOB_TAG_BYTES) return null;
  const { start, end } = chunkRange(size, index);
  try {
    const padded = xchacha20poly1305(key, nonce, ASSOCIATED_DATA).decrypt(sealed);
    const isPadded = padded.subarray(end - start).every((byte) => byte === 0);
    return isPadded ? padded.subarray(0, end - start) : null;
  } catch {
    return null;
  }
}

/** Nonce: 15 zeros ‖ index (8 bytes, big endian) ‖ 1 for the last chunk, else 0. */
function placeOf(key: Uint8Array, size: number, index: number) {
  if (key.length !== KEY_BYTES) throw new RangeError("a key has 32 bytes");
  const { count, sealedSize } = chunksOf(size);
  if (!Number.isInteger(index) || index < 0 || index >= count) {
    throw new RangeError(`a blob of ${size} bytes has ${count} chunks`);
  }
  const isLast = index === chunkCount(sealedSize) - 1;
  const plainLength = sealedChunkLength(sealedSize, index) - BLOB_TAG_BYTES;
  const mark = Uint8Array.of(isLast ? 1 : 0);
  return { nonce: concat(new Uint8Array(NONCE_PADDING_BYTES), u64be(index), mark), plainLength };
}

/**
 * The length with all but its leading bits rounded up, which adds 12 % at most and leaves few lengths.
 * @see Nikitin et al.: Reducing Metadata Leakage from Encrypted Files and Communication with PURBs, 2019
 */
function padme(length: number): number {
  const exponent = 31 - Math.clz32(length);
  const keptBits = 32 - Math.clz32(exponent);
  const step = 2 ** (exponent - keptBits);
  return Math.ceil(length / step) * step;
}
