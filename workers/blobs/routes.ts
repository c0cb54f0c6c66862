// Handlers of blobs. The acting account's mailbox says what is let in and when it goes; of chunks it hears nothing but
// whose device wants one.

import { chunkCount, sealedChunkLength, type Upload } from "../../shared/wire/blobs.ts";
import { ProblemError } from "../../shared/wire/problem.ts";
import { brake } from "../auth/brake.ts";
import { type Actor, issueToken, verifyToken } from "../auth/tokens.ts";
import type { Env } from "../env.ts";
import type { Handlers } from "../http/handlers.ts";
import type { BlobWish } from "../mailbox/blobList.ts";
import { valueOf } from "../mailbox/routes.ts";
import { mailboxOf } from "../objects.ts";
import { putChunk, readChunk, storedChunks } from "./bucket.ts";

type BlobRoute =
  | "beginBlob"
  | "continueBlob"
  | "putChunk"
  | "storedChunks"
  | "chunk"
  | "deleteBlob";

export const blobHandlers: Pick<Handlers, BlobRoute> = {
  beginBlob: ({ env, actor, body }) => upload(env, actor, { kind: "begin", size: body.size }),

  continueBlob: ({ env, actor, params }) =>
    upload(env, actor, { kind: "find", blobId: params.blobId }),

  putChunk: async ({ env, actor, params, header, body }) => {
    const { blobId } = params;
    const index = Number(params.index);
    await brake(env.CHUNKS, actor.userId, "chunk");
    const claims = await verifyToken(env.SERVER_SECRET, "upload", header);
    await requireDevice(env, actor);
    const isTheirs =
      claims?.blobId === blobId &&
      claims.userId === actor.userId &&
      claims.deviceId === actor.deviceId;
    if (!isTheirs) throw new ProblemError("upload-refused");
    requireFit(claims.size, index, body.length);
    if (!(await stored(env, blobId, index, body.stream))) throw new ProblemError("blob-unknown");
    return null;
  },

  storedChunks: async ({ env, actor, params }) => {
    await brake(env.CHUNKS, actor.userId, "chunk");
    await requireDevice(env, actor);
    const indices = await storedChunks(env.BLOBS, params.blobId);
    if (indices === null) throw new ProblemError("blob-unknown");
    return { stored: indices };
  },

  chunk: async ({ env, actor, params }) => {
    await brake(env.CHUNKS, actor.userId, "chunk");
    await requireDevice(env, actor);
    const stream = await readChunk(env.BLOBS, params.blobId, Number(params.index));
    if (stream === null) throw new ProblemError("blob-unknown");
    return stream;
  },

  deleteBlob: async ({ env, actor, params }) => {
    await askMailbox(env, actor, { kind: "delete", blobId: params.blobId });
    return null;
  },
};

/** A session may outlast its device's removal. */
async function requireDevice(env: Env, actor: Actor): Promise<void> {
  valueOf(await mailboxOf(env, actor.userId).account(actor));
}

async function upload(env: Env, actor: Actor, wish: BlobWish): Promise<Upload> {
  const { blobId, size, expiresAt } = await askMailbox(env, actor, wish);
  const claims = { ...actor, blobId, size };
  const { token, expiresAt: tokenExpiresAt } = await issueToken(
    env.SERVER_SECRET,
    "upload",
    claims,
  );
  return { blobId, expiresAt, token, tokenExpiresAt };
}

async function askMailbox(env: Env, actor: Actor, wish: BlobWish) {
  await brake(env.RETURNS, actor.userId, "blob");
  return valueOf(await mailboxOf(env, actor.userId).blob(actor, wish));
}

/** @throws ProblemError unless the blob has that chunk, of exactly that length */
function requireFit(size: number, index: number, length: number): void {
  if (index >= chunkCount(size)) {
    throw new ProblemError("malformed-request", {
      fields: { index: `must be below ${chunkCount(size)}` },
    });
  }
  const expected = sealedChunkLength(size, index);
  if (length > expected) throw new ProblemError("payload-too-large");
  if (length < expected) {
    throw new ProblemError("malformed-request", {
      fields: { "content-length": `must be ${expected}` },
    });
  }
}

/** A body that broke off is as good as a bucket that failed: nothing is stored, and the chunk may come again. */
async function stored(
  env: Env,
  blobId: string,
  index: number,
  body: ReadableStream,
): Promise<boolean> {
  try {
    return await putChunk(env.BLOBS, blobId, index, body);
  } catch {
    throw new ProblemError("try-again", { retryAfterSeconds: 1 });
  }
}
