// Blobs as devices upload and read them. What they hold is made up: the server cannot look into it.

import { env, exports } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import {
  SEALED_CHUNK_BYTES,
  sealedChunkLength,
  type Upload,
  uploadSchema,
} from "../../../shared/wire/blobs.ts";
import type { Actor } from "../../../workers/auth/tokens.ts";
import type { KeptBlob } from "../../../workers/mailbox/keptBlobs.ts";
import { type Answer, ORIGIN, randomBytes, randomText, request, sessionOf } from "./accounts.ts";
import { mailboxOf } from "./line.ts";

export { SEALED_CHUNK_BYTES };

/** Two full chunks and a short one. */
export const THREE_CHUNKS = 2 * SEALED_CHUNK_BYTES + 5_000;
/** The least that the server takes, in one chunk. */
export const SMALLEST = 1_040;
export const DAY_MS = 24 * 60 * 60 * 1_000;

export function begin(actor: Actor, size = THREE_CHUNKS): Promise<Answer> {
  return request("POST", "/v1/blobs", { actor, body: { size } });
}

/** @throws when the server refuses */
export async function begun(actor: Actor, size = THREE_CHUNKS): Promise<Upload> {
  return uploadSchema.parse((await begin(actor, size)).body);
}

/** As many random bytes as that chunk has; most of them repeat. */
export function chunkBytes(index: number, size = THREE_CHUNKS): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.max(0, sealedChunkLength(size, index)));
  const seed = randomBytes(32);
  for (let at = 0; at < bytes.length; at += seed.length) {
    bytes.set(seed.subarray(0, bytes.length - at), at);
  }
  return bytes;
}

export interface PutOptions {
  readonly token?: string;
  /** Sent in place of the usual ones; null leaves one out. */
  readonly headers?: Readonly<Record<string, string | null>>;
}

export async function putChunk(
  actor: Actor,
  { blobId, token }: Pick<Upload, "blobId" | "token">,
  index: number | string,
  body: Uint8Array<ArrayBuffer> | ReadableStream,
  options: PutOptions = {},
): Promise<Answer> {
  const given: Record<string, string | null> = {
    authorization: `Bearer ${await sessionOf(actor)}`,
    "content-type": "application/octet-stream",
    ...(body instanceof Uint8Array && { "content-length": String(body.length) }),
    "acquaint-upload-token": options.token ?? token,
    ...options.headers,
  };
  const headers = Object.fromEntries(
    Object.entries(given).filter((header): header is [string, string] => header[1] !== null),
  );
  const response = await exports.default.fetch(
    new Request(`${ORIGIN}/v1/blobs/${blobId}/${index}`, { method: "PUT", headers, body }),
  );
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === "" ? null : (JSON.parse(text) as unknown),
  };
}

/** A blob with all its chunks. */
export async function uploaded(
  actor: Actor,
  size = THREE_CHUNKS,
): Promise<{ upload: Upload; chunks: Uint8Array[] }> {
  const upload = await begun(actor, size);
  const chunks: Uint8Array[] = [];
  for (let index = 0; sealedChunkLength(size, index) > 0; index += 1) {
    const bytes = chunkBytes(index, size);
    const { status } = await putChunk(actor, upload, index, bytes);
    if (status !== 204) throw new Error(`chunk ${index} was refused with ${status}`);
    chunks.push(bytes);
  }
  return { upload, chunks };
}

export async function readChunk(actor: Actor, blobId: string, index: number | string) {
  return exports.default.fetch(
    new Request(`${ORIGIN}/v1/blobs/${blobId}/${index}`, {
      headers: { authorization: `Bearer ${await sessionOf(actor)}` },
    }),
  );
}

/** Keys of all objects that the bucket holds of a blob. */
export async function keysOf(blobId: string): Promise<string[]> {
  return (await env.BLOBS.list({ prefix: blobId })).objects.map(({ key }) => key);
}

/** Ids of the blobs that the account's mailbox knows. */
export async function keptOf(actor: Actor): Promise<string[]> {
  return runInDurableObject(mailboxOf(actor), (_, { storage }) =>
    [...storage.kv.list<KeptBlob>({ prefix: "blob:" })].map(([, { blobId }]) => blobId),
  );
}

/** As if the account had begun so many of that size. Their ids. */
export async function keepMany(
  actor: Actor,
  count: number,
  { size, expiresAt }: Omit<KeptBlob, "blobId">,
): Promise<string[]> {
  const blobIds = Array.from({ length: count }, () => randomText(16));
  await runInDurableObject(mailboxOf(actor), (_, { storage }) => {
    for (const blobId of blobIds) {
      storage.kv.put(`blob:${blobId}`, { blobId, size, expiresAt } satisfies KeptBlob);
    }
  });
  return blobIds;
}
