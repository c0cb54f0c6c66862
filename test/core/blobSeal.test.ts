// BOX-2: a blob opens to what was sealed and to nothing else: no chunk can be changed, left out, moved, appended,
// or taken from another blob, and its length says little.

import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chunkRange, chunksOf, openChunk, sealChunk } from "../../shared/core/crypto/blobSeal.ts";
import { chunkCount, sealedChunkLength } from "../../shared/wire/blobs.ts";
import { BLOB_CHUNK_BYTES, BLOB_MAX_BYTES } from "../../shared/wire/limits.ts";

const MIB = 1024 * 1024;
const KEY = Uint8Array.from({ length: 32 }, (_, i) => i);
const OTHER_KEY = KEY.with(31, 0);

/** Bytes that differ from place to place. */
function fileOf(size: number): Uint8Array {
  const file = new Uint8Array(size);
  for (let i = 0; i < size; i += 1) file[i] = (i * 31 + (i >>> 8) * 7 + (i >>> 16)) | 1;
  return file;
}

function sealAll(file: Uint8Array, key = KEY): Uint8Array[] {
  return Array.from({ length: chunksOf(file.length).count }, (_, index) => {
    const { start, end } = chunkRange(file.length, index);
    return sealChunk(key, file.length, index, file.subarray(start, end));
  });
}

const joined = (parts: readonly Uint8Array[]) => Buffer.concat(parts);
const at = (chunks: readonly Uint8Array[], index: number) => chunks[index] as Uint8Array;

const sizes = fc.oneof(
  fc.integer({ min: 0, max: BLOB_MAX_BYTES }),
  fc
    .tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: -20, max: 20 }))
    .map(([chunks, around]) => Math.min(BLOB_MAX_BYTES, Math.max(0, chunks * MIB + around))),
);

describe("lengths", () => {
  test.for([
    [0, 1, 1_024],
    [1, 1, 1_024],
    [1_024, 1, 1_024],
    [1_025, 1, 1_088],
    [1_088, 1, 1_088],
    [1_089, 1, 1_152],
    [65_536, 1, 65_536],
    [65_537, 1, 67_584],
    [MIB - 1, 1, MIB],
    [MIB, 1, MIB],
    [MIB + 1, 2, MIB + 32_768],
    [3_000_000, 3, 3_014_656],
    [50_000_000, 48, 50_331_648],
    [100_000_000, 96, 100_663_296],
    [100 * MIB - 1, 100, 100 * MIB],
    [100 * MIB, 100, 100 * MIB],
  ] as const)(
    "%i bytes are %i chunks of %i bytes, padding included",
    ([size, count, paddedSize]) => {
      expect(chunksOf(size)).toEqual({ count, paddedSize, sealedSize: paddedSize + 16 * count });
    },
  );

  test("padding adds an eighth at most, grows with the size, and stays within the largest blob", () => {
    fc.assert(
      fc.property(sizes, sizes, (size, other) => {
        const { paddedSize, count, sealedSize } = chunksOf(size);
        expect(paddedSize).toBeGreaterThanOrEqual(Math.max(size, 1_024));
        expect(paddedSize).toBeLessThanOrEqual(Math.max(size * 1.125, 1_024));
        expect(paddedSize).toBeLessThanOrEqual(BLOB_MAX_BYTES);
        expect(chunksOf(paddedSize).paddedSize).toBe(paddedSize);
        expect(count).toBe(chunkCount(sealedSize));
        if (other <= size) expect(chunksOf(other).paddedSize).toBeLessThanOrEqual(paddedSize);
      }),
      { numRuns: 2_000 },
    );
  });

  test("all sizes from 1 MB to 100 MB have fewer than 220 padded sizes", () => {
    const seen = new Set<number>();
    for (let size = 1_000_000; size <= 100_000_000; size += 999) {
      seen.add(chunksOf(size).paddedSize);
    }
    expect(seen.size).toBeLessThan(220);
  });

  test("the chunks of a blob are its bytes, in order, each once", () => {
    fc.assert(
      fc.property(sizes, (size) => {
        const { count, sealedSize } = chunksOf(size);
        let reached = 0;
        let sealed = 0;
        for (let index = 0; index < count; index += 1) {
          const { start, end } = chunkRange(size, index);
          expect([start, end >= start, end - start <= BLOB_CHUNK_BYTES]).toEqual([
            reached,
            true,
            true,
          ]);
          reached = end;
          const length = sealedChunkLength(sealedSize, index);
          expect(length).toBeGreaterThan(16);
          if (index < count - 1) expect(length).toBe(BLOB_CHUNK_BYTES + 16);
          sealed += length;
        }
        expect([reached, sealed]).toEqual([size, sealedSize]);
      }),
    );
  });

  test.for([-1, 0.5, BLOB_MAX_BYTES + 1, 2 ** 32 + 5, Number.NaN, Infinity])(
    "a blob of %d bytes is a mistake of the caller",
    (size) => {
      expect(() => chunksOf(size)).toThrow(RangeError);
      expect(() => sealChunk(KEY, size, 0, new Uint8Array())).toThrow(RangeError);
      expect(() => openChunk(KEY, size, 0, new Uint8Array(17))).toThrow(RangeError);
    },
  );
});

describe("sealing", () => {
  test.for([0, 1, 1_023, 1_024, 5_000, MIB - 1, MIB, MIB + 1, 2 * MIB, 3 * MIB - 7])(
    "a blob of %i bytes opens to what was sealed, chunk by chunk",
    (size) => {
      const file = fileOf(size);
      const sealed = sealAll(file);
      const { sealedSize } = chunksOf(size);
      expect(sealed.map(({ length }) => length)).toEqual(
        sealed.map((_, index) => sealedChunkLength(sealedSize, index)),
      );
      const opened = sealed.map((chunk, index) => openChunk(KEY, size, index, chunk));
      expect(opened.every((chunk) => chunk !== null)).toBe(true);
      expect(joined(opened as Uint8Array[]).equals(file)).toBe(true);
    },
  );

  test("each chunk is XChaCha20-Poly1305 under its place, the last marked, over bytes and zeros", () => {
    const size = MIB + 5;
    const file = fileOf(size);
    const associated = Uint8Array.from([16, ...Buffer.from("acquaint blob v1")]);
    for (const [index, chunk] of sealAll(file).entries()) {
      const nonce = new Uint8Array(24);
      nonce[22] = index;
      nonce[23] = index;
      const opened = xchacha20poly1305(KEY, nonce, associated).decrypt(chunk);
      const bytes = file.subarray(index * MIB, index * MIB + MIB);
      expect(Buffer.from(opened.subarray(0, bytes.length)).equals(bytes)).toBe(true);
      expect(opened.subarray(bytes.length).every((byte) => byte === 0)).toBe(true);
      expect(opened.length).toBe(index === 0 ? MIB : 32_768);
    }
  });

  test("the same bytes at the same place give the same chunk, so that it may be uploaded again", () => {
    const file = fileOf(2_000);
    expect(sealAll(file)).toEqual(sealAll(file.slice()));
  });

  test("a chunk with any bit flipped does not open", () => {
    const file = fileOf(1_500);
    const [chunk] = sealAll(file) as [Uint8Array];
    fc.assert(
      fc.property(fc.integer({ min: 0, max: chunk.length * 8 - 1 }), (bit) => {
        const changed = chunk.slice();
        changed[bit >>> 3] = (changed[bit >>> 3] as number) ^ (1 << (bit & 7));
        expect(openChunk(KEY, file.length, 0, changed)).toBeNull();
      }),
    );
    for (const bit of [0, 7, chunk.length * 8 - 1, (chunk.length - 16) * 8]) {
      const changed = chunk.slice();
      changed[bit >>> 3] = (changed[bit >>> 3] as number) ^ (1 << (bit & 7));
      expect(openChunk(KEY, file.length, 0, changed)).toBeNull();
    }
    expect(openChunk(OTHER_KEY, file.length, 0, chunk)).toBeNull();
  });

  test("a chunk opens at its own place only", () => {
    const size = 3 * MIB;
    const chunks = sealAll(fileOf(size));
    for (const from of [0, 1, 2]) {
      for (const to of [0, 1, 2]) {
        const opened = openChunk(KEY, size, to, at(chunks, from));
        expect(opened !== null, `${from} at ${to}`).toBe(from === to);
      }
    }
  });

  test("a blob that lacks its end, or has more behind it, does not open", () => {
    const two = sealAll(fileOf(2 * MIB));
    const three = sealAll(fileOf(3 * MIB));
    // The longer one, cut to the shorter one's length: its new last chunk is not marked as the last.
    expect(openChunk(KEY, 2 * MIB, 0, at(three, 0))).not.toBeNull();
    expect(openChunk(KEY, 2 * MIB, 1, at(three, 1))).toBeNull();
    // The shorter one, with something appended: what was its last chunk is no other.
    expect(openChunk(KEY, 3 * MIB, 1, at(two, 1))).toBeNull();
  });

  test("a chunk of another length never opens, nor does nothing at all", () => {
    const size = MIB + 5;
    const chunks = sealAll(fileOf(size));
    for (const chunk of [
      at(chunks, 1).subarray(1),
      at(chunks, 1).subarray(0, -1),
      joined([at(chunks, 1), Uint8Array.of(0)]),
      new Uint8Array(),
      new Uint8Array(16),
    ]) {
      expect(openChunk(KEY, size, 1, chunk)).toBeNull();
    }
  });

  test("what an author who has the key sealed otherwise is refused: padding that is none, a chunk too short", () => {
    const size = 1_030;
    const nonce = new Uint8Array(24).with(23, 1);
    const associated = Uint8Array.from([16, ...Buffer.from("acquaint blob v1")]);
    const sealedAs = (padded: Uint8Array) =>
      xchacha20poly1305(KEY, nonce, associated).encrypt(padded);
    const right = new Uint8Array(1_088);
    expect(openChunk(KEY, size, 0, sealedAs(right))).toEqual(new Uint8Array(size));
    expect(openChunk(KEY, size, 0, sealedAs(right.with(size, 1)))).toBeNull();
    expect(openChunk(KEY, size, 0, sealedAs(right.with(1_087, 1)))).toBeNull();
    for (const length of [0, size - 1, size, 1_087, 1_089]) {
      expect(openChunk(KEY, size, 0, sealedAs(new Uint8Array(length))), `${length}`).toBeNull();
    }
  });

  test("a size other than the sealed one is refused where bytes would be lost or made of padding", () => {
    const size = 1_100;
    const [chunk] = sealAll(fileOf(size)) as [Uint8Array];
    for (const other of [1_089, 1_099]) expect(openChunk(KEY, other, 0, chunk)).toBeNull();
    for (const other of [1_024, 1_088, 1_153]) expect(openChunk(KEY, other, 0, chunk)).toBeNull();
  });

  test("what is no chunk, no key, or not the bytes of a chunk is a mistake of the caller", () => {
    const bytes = new Uint8Array(1_000);
    expect(() => sealChunk(KEY, 1_000, 1, new Uint8Array())).toThrow(RangeError);
    expect(() => sealChunk(KEY, 1_000, -1, bytes)).toThrow(RangeError);
    expect(() => sealChunk(KEY, 1_000, 0.5, bytes)).toThrow(RangeError);
    expect(() => sealChunk(KEY, 1_000, 0, bytes.subarray(1))).toThrow(RangeError);
    expect(() => sealChunk(KEY, 999, 0, bytes)).toThrow(RangeError);
    expect(() => sealChunk(KEY.subarray(1), 1_000, 0, bytes)).toThrow(RangeError);
    expect(() => openChunk(KEY.subarray(1), 1_000, 0, bytes)).toThrow(RangeError);
    expect(() => openChunk(KEY, 1_000, 1, bytes)).toThrow(RangeError);
  });

  test("arbitrary bytes never open and never throw", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1_100 }), (bytes) => {
        expect(openChunk(KEY, 1_000, 0, bytes)).toBeNull();
      }),
    );
  });
});
