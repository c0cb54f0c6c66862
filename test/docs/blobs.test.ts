// BOX-2: blobs in docs/protocol.md are true: the worked example comes out by the document alone, and what was written
// from it alone exchanges blobs with this project's own code, over a running server.

import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "../../scripts/paths.ts";
import { type CallInput, type CallOutput, callRoute } from "../../shared/client/api.ts";
import { STANDARD_PORTS } from "../../shared/client/ports.ts";
import { chunkRange, chunksOf, openChunk, sealChunk } from "../../shared/core/crypto/blobSeal.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";
import {
  ASSOCIATED_DATA,
  type Caller,
  chunkCount,
  download,
  nonceOf,
  opened,
  paddedSize,
  type Reference,
  sealed,
  sealedSize,
  upload,
} from "./independentBlob.ts";
import { IndependentClient } from "./independentClient.ts";
import { fromB64, sha256 } from "./independentCrypto.ts";

const PROTOCOL = readFileSync(join(ROOT, "docs/protocol.md"), "utf8");

/** A value of a step of the example, as printed. */
function valuesOf(title: string): (name: string) => string {
  const section = PROTOCOL.split(`### Example: ${title}\n`)[1]?.split("\n### ")[0] ?? "";
  return (name) => {
    const line = section.split("\n").find((candidate) => candidate.startsWith(`- ${name}: \``));
    if (line === undefined) throw new Error(`the example has no "${name}" in "${title}"`);
    return line.slice(`- ${name}: \``.length, -1);
  };
}

const bytes = (hex: string) => Buffer.from(hex, "hex");
const hex = (value: Buffer | undefined) => value?.toString("hex");

test("the example of one chunk comes out by the document, and opens", () => {
  const value = valuesOf("A blob of one chunk");
  const blob = bytes(value("bytes"));
  const key = bytes(value("key (random)"));
  expect(blob.length).toBe(Number(value("size")));
  expect(paddedSize(blob.length)).toBe(Number(value("padded size")));
  expect(chunkCount(blob.length)).toBe(Number(value("chunks")));
  expect(JSON.parse(value("body of POST /v1/blobs"))).toEqual({ size: sealedSize(blob.length) });
  expect(hex(ASSOCIATED_DATA)).toBe(value("associated data"));
  expect(hex(nonceOf(blob.length, 0))).toBe(value("nonce of chunk 0"));
  expect(sealed(key, blob).map(hex)).toEqual([value("chunk 0, sealed")]);
  expect(opened(key, blob.length, [bytes(value("chunk 0, sealed"))])).toEqual(blob);
  const reference = JSON.parse(value("reference")) as Reference;
  expect(fromB64(reference.blobId)).toHaveLength(16);
  expect(fromB64(reference.key)).toEqual(key);
  expect(reference.size).toBe(blob.length);
});

test("the example of two chunks comes out by the document", () => {
  const value = valuesOf("A blob of two chunks");
  const size = Number(value("size"));
  const blob = Buffer.from(Uint8Array.from({ length: size }, (_, index) => index % 251));
  expect(paddedSize(size)).toBe(Number(value("padded size")));
  expect(JSON.parse(value("body of POST /v1/blobs"))).toEqual({ size: sealedSize(size) });
  const chunks = sealed(bytes(value("key (random)")), blob);
  expect(chunks).toHaveLength(Number(value("chunks")));
  for (const [index, chunk] of chunks.entries()) {
    const of = (what: string) => value(`chunk ${index}, sealed: ${what}`);
    expect(hex(nonceOf(size, index))).toBe(value(`nonce of chunk ${index}`));
    expect(chunk.length).toBe(Number(of("bytes")));
    expect(hex(chunk.subarray(0, 32))).toBe(of("the first 32"));
    expect(hex(chunk.subarray(-16))).toBe(of("the tag"));
    expect(hex(sha256(chunk))).toBe(of("SHA-256"));
  }
});

test("padding by the document is padding by the code", () => {
  const sizes = [0, 1, 1_023, 1_024, 1_025, 5_000, 65_537, 1_048_575, 1_048_577, 3_000_000];
  for (const size of [...sizes, 20_971_521, 104_857_599, 104_857_600]) {
    const { count, ...lengths } = chunksOf(size);
    expect([paddedSize(size), sealedSize(size), chunkCount(size)], String(size)).toEqual([
      lengths.paddedSize,
      lengths.sealedSize,
      count,
    ]);
  }
});

let server: ServerProcess;
let caller: Caller;

beforeAll(async () => {
  server = await startServer();
  const client = new IndependentClient(server.url, "Ben");
  await client.signIn();
  caller = { origin: server.url, token: client.connection.token };
});

afterAll(() => server.stop());

function call<Name extends "beginBlob" | "putChunk" | "chunk">(
  name: Name,
  input: CallInput<Name>,
): Promise<CallOutput<Name>> {
  return callRoute(STANDARD_PORTS, server.url, name, input, caller.token);
}

const SIZES = [1, 2_500_000];

test.for(SIZES)("a blob of %i bytes by the document opens by the code", async (size) => {
  const blob = randomBytes(size);
  const { blobId, key } = await upload(caller, blob);
  const parts: Uint8Array[] = [];
  for (let index = 0; index < chunksOf(size).count; index += 1) {
    const sealedChunk = await call("chunk", { params: { blobId, index: String(index) } });
    const chunk = openChunk(fromB64(key), size, index, sealedChunk);
    parts.push(chunk ?? new Uint8Array());
  }
  expect(Buffer.concat(parts).equals(blob)).toBe(true);
});

test.for(SIZES)("a blob of %i bytes by the code opens by the document", async (size) => {
  const blob = randomBytes(size);
  const key = randomBytes(32);
  const { count, sealedSize: total } = chunksOf(size);
  const { blobId, token } = await call("beginBlob", { body: { size: total } });
  for (let index = 0; index < count; index += 1) {
    const { start, end } = chunkRange(size, index);
    const body = sealChunk(key, size, index, blob.subarray(start, end));
    await call("putChunk", { params: { blobId, index: String(index) }, header: token, body });
  }
  const reference = { blobId, key: key.toString("base64url"), size };
  expect((await download(caller, reference)).equals(blob)).toBe(true);
});
