// The worked example of blobs: one that is shorter than the least padding, and one of two chunks.

import { sha256 } from "@noble/hashes/sha2.js";
import { lvCat, toBase64Url, utf8 } from "../../shared/core/crypto/bytes.ts";
import { chunkRange, chunksOf, sealChunk } from "../../shared/core/crypto/blobSeal.ts";
import type { BlobReference } from "../../shared/wire/blobs.ts";
import { exampleBytes, type ExampleValue, type Step } from "./exampleValues.ts";

const SHORT = utf8("A few words in a file.\n");
const LONG_SIZE = 1_048_581;

export function blobSteps(): Step[] {
  const shortKey = exampleBytes("short blob key", 32);
  const longKey = exampleBytes("long blob key", 32);
  const long = Uint8Array.from({ length: LONG_SIZE }, (_, index) => index % 251);
  return [
    {
      title: "A blob of one chunk",
      values: [
        ["bytes", SHORT],
        ...lengths(SHORT.length),
        ["key (random)", shortKey],
        ["associated data", lvCat(utf8("acquaint blob v1"))],
        ["nonce of chunk 0", nonceOf(0, 1)],
        ["chunk 0, sealed", sealChunk(shortKey, SHORT.length, 0, SHORT)],
        ["reference", JSON.stringify(referenceOf("short", shortKey, SHORT.length))],
      ],
    },
    {
      title: "A blob of two chunks",
      values: [
        ["bytes", `${LONG_SIZE} of them; the one at place i is i modulo 251`],
        ...lengths(LONG_SIZE),
        ["key (random)", longKey],
        ...[0, 1].flatMap((index) => chunkValues(longKey, long, index)),
      ],
    },
  ];
}

function lengths(size: number): ExampleValue[] {
  const { count, paddedSize, sealedSize } = chunksOf(size);
  return [
    ["size", size],
    ["padded size", paddedSize],
    ["chunks", count],
    ["body of POST /v1/blobs", JSON.stringify({ size: sealedSize })],
  ];
}

function chunkValues(key: Uint8Array, blob: Uint8Array, index: number): ExampleValue[] {
  const { start, end } = chunkRange(blob.length, index);
  const sealed = sealChunk(key, blob.length, index, blob.subarray(start, end));
  return [
    [`nonce of chunk ${index}`, nonceOf(index, chunksOf(blob.length).count)],
    [`chunk ${index}, sealed: bytes`, sealed.length],
    [`chunk ${index}, sealed: the first 32`, sealed.subarray(0, 32)],
    [`chunk ${index}, sealed: the tag`, sealed.subarray(-16)],
    [`chunk ${index}, sealed: SHA-256`, sha256(sealed)],
  ];
}

function nonceOf(index: number, count: number): Uint8Array {
  const nonce = new Uint8Array(24);
  nonce[22] = index;
  nonce[23] = index === count - 1 ? 1 : 0;
  return nonce;
}

function referenceOf(name: string, key: Uint8Array, size: number): BlobReference {
  const blobId = toBase64Url(exampleBytes(`${name} blob id`, 16));
  return { blobId, key: toBase64Url(key), size };
}
