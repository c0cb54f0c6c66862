// Blobs, written from docs/protocol.md ("Blobs") alone.

import { randomBytes } from "node:crypto";
import { b64, fromB64, lvCat, u64be } from "./independentCrypto.ts";
import { decrypt, encrypt } from "./independentSeal.ts";

const CHUNK = 1_048_576;
const TAG = 16;
export const ASSOCIATED_DATA = lvCat("acquaint blob v1");

export interface Reference {
  readonly blobId: string;
  readonly key: string;
  readonly size: number;
}

export function paddedSize(size: number): number {
  const least = Math.max(size, 1_024);
  let e = 0;
  while (2 ** (e + 1) <= least) e += 1;
  let s = 1;
  while (2 ** s <= e) s += 1;
  let padded = least;
  while (padded % 2 ** (e - s) !== 0) padded += 1;
  return padded;
}

export const chunkCount = (size: number): number => Math.ceil(paddedSize(size) / CHUNK);

export const sealedSize = (size: number): number => paddedSize(size) + TAG * chunkCount(size);

export function nonceOf(size: number, index: number): Buffer {
  const isLast = index === chunkCount(size) - 1;
  return Buffer.concat([Buffer.alloc(15), u64be(index), Buffer.of(isLast ? 1 : 0)]);
}

export function sealed(key: Buffer, blob: Buffer): Buffer[] {
  const padded = Buffer.concat([blob, Buffer.alloc(paddedSize(blob.length) - blob.length)]);
  return Array.from({ length: chunkCount(blob.length) }, (_, index) => {
    const bytes = padded.subarray(index * CHUNK, (index + 1) * CHUNK);
    return encrypt(key, nonceOf(blob.length, index), ASSOCIATED_DATA, bytes);
  });
}

/** Throws for what is not that blob. */
export function opened(key: Buffer, size: number, chunks: readonly Buffer[]): Buffer {
  if (chunks.length !== chunkCount(size)) throw new Error("chunks");
  const padded = Buffer.concat(
    chunks.map((chunk, index) => decrypt(key, nonceOf(size, index), ASSOCIATED_DATA, chunk)),
  );
  const isRight = padded.length === paddedSize(size) && padded.subarray(size).every((b) => b === 0);
  if (!isRight) throw new Error("padding");
  return padded.subarray(0, size);
}

/** A signed-in client's way to the server. */
export interface Caller {
  readonly origin: string;
  readonly token: string;
}

async function ask({ origin, token }: Caller, path: string, init: RequestInit = {}) {
  const headers = { authorization: `Bearer ${token}`, ...(init.headers as object) };
  const response = await fetch(`${origin}${path}`, { ...init, headers });
  if (!response.ok) throw new Error(((await response.json()) as { code: string }).code);
  return response;
}

export async function upload(caller: Caller, blob: Buffer): Promise<Reference> {
  const begun = await ask(caller, "/v1/blobs", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ size: sealedSize(blob.length) }),
  });
  const { blobId, token } = (await begun.json()) as { blobId: string; token: string };
  const key = randomBytes(32);
  for (const [index, chunk] of sealed(key, blob).entries()) {
    await ask(caller, `/v1/blobs/${blobId}/${index}`, {
      method: "PUT",
      headers: { "content-type": "application/octet-stream", "acquaint-upload-token": token },
      body: Uint8Array.from(chunk),
    });
  }
  return { blobId, key: b64(key), size: blob.length };
}

export async function download(caller: Caller, { blobId, key, size }: Reference): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (let index = 0; index < chunkCount(size); index += 1) {
    const response = await ask(caller, `/v1/blobs/${blobId}/${index}`);
    chunks.push(Buffer.from(await response.arrayBuffer()));
  }
  return opened(fromB64(key), size, chunks);
}
