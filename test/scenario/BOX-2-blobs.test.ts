// BOX-2: blobs on a real server. What it has acknowledged outlives `kill -9`; what breaks off on the way is not stored;
// the largest blob goes up and comes down.

import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type CallInput, type CallOutput, callRoute } from "../../shared/client/api.ts";
import { STANDARD_PORTS } from "../../shared/client/ports.ts";
import {
  chunkCount,
  SEALED_CHUNK_BYTES,
  sealedChunkLength,
  type Upload,
  UPLOAD_TOKEN_HEADER,
} from "../../shared/wire/blobs.ts";
import { IndependentClient } from "../docs/independentClient.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";

type BlobCall = "beginBlob" | "continueBlob" | "putChunk" | "storedChunks" | "chunk";

const TWO_CHUNKS = SEALED_CHUNK_BYTES + 5_000;
/** 100 MiB with their tags. */
const LARGEST = 100 * SEALED_CHUNK_BYTES;

let server: ServerProcess;
let session: string;

beforeEach(async () => {
  server = await startServer();
  const client = new IndependentClient(server.url, "Ann");
  await client.signIn();
  session = client.connection.token;
});

afterEach(() => server.stop());

function call<Name extends BlobCall>(
  name: Name,
  input: CallInput<Name>,
): Promise<CallOutput<Name>> {
  return callRoute(STANDARD_PORTS, server.url, name, input, session);
}

function put({ blobId, token }: Upload, index: number, body: Uint8Array): Promise<null> {
  return call("putChunk", { params: { blobId, index: String(index) }, header: token, body });
}

const read = ({ blobId }: Upload, index: number) =>
  call("chunk", { params: { blobId, index: String(index) } });

const stored = async ({ blobId }: Upload) =>
  (await call("storedChunks", { params: { blobId } })).stored;

const chunkHeaders = ({ token }: Upload) => ({
  authorization: `Bearer ${session}`,
  "content-type": "application/octet-stream",
  [UPLOAD_TOKEN_HEADER]: token,
});

test("a chunk that was acknowledged outlives kill -9, and its upload goes on afterwards", async () => {
  const upload = await call("beginBlob", { body: { size: TWO_CHUNKS } });
  const chunks = [0, 1].map((index) => randomBytes(sealedChunkLength(TWO_CHUNKS, index)));
  await put(upload, 0, chunks[0]!);
  await server.kill9();
  const { stateDir, url } = server;
  server = await startServer({ stateDir, port: Number(new URL(url).port) });
  expect(await stored(upload)).toEqual([0]);
  await put(upload, 1, chunks[1]!);
  for (const [index, bytes] of chunks.entries()) {
    expect(bytes.equals(await read(upload, index))).toBe(true);
  }
});

test("a chunk whose connection breaks off in its middle is not stored, and is put again", async () => {
  const upload = await call("beginBlob", { body: { size: TWO_CHUNKS } });
  const { hostname, port, host } = new URL(server.url);
  const head = [
    `PUT /v1/blobs/${upload.blobId}/0 HTTP/1.1`,
    `host: ${host}`,
    ...Object.entries(chunkHeaders(upload)).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${SEALED_CHUNK_BYTES}`,
  ];
  for (const bytes of [0, 1, 500_000, SEALED_CHUNK_BYTES - 1]) {
    const socket = connect(Number(port), hostname);
    await once(socket, "connect");
    await new Promise((done) => {
      socket.write(`${head.join("\r\n")}\r\n\r\n`);
      socket.write(Buffer.alloc(bytes), done);
    });
    socket.destroy();
  }
  const whole = randomBytes(SEALED_CHUNK_BYTES);
  await put(upload, 0, whole);
  expect(whole.equals(await read(upload, 0))).toBe(true);
  expect(await stored(upload)).toEqual([0]);
});

test("a chunk that does not say how long it is, is refused before it is read", async () => {
  const upload = await call("beginBlob", { body: { size: TWO_CHUNKS } });
  const asked = request(`${server.url}/v1/blobs/${upload.blobId}/0`, {
    method: "PUT",
    headers: { ...chunkHeaders(upload), "transfer-encoding": "chunked" },
  });
  asked.on("error", () => {}); // the server need not take what it has refused
  asked.end(randomBytes(SEALED_CHUNK_BYTES));
  const [response] = (await once(asked, "response")) as [{ statusCode: number }];
  expect(response.statusCode).toBe(400);
  expect(await stored(upload)).toEqual([]);
});

test("100 MiB go up, three chunks at a time, and come down", { timeout: 120_000 }, async () => {
  const upload = await call("beginBlob", { body: { size: LARGEST } });
  const digests: string[] = [];
  const todo = Array.from({ length: chunkCount(LARGEST) }, (_, index) => index);
  const left = todo.values();
  const digestOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
  const work = async () => {
    for (const index of left) {
      const bytes = randomBytes(sealedChunkLength(LARGEST, index));
      digests[index] = digestOf(bytes);
      await put(upload, index, bytes);
    }
  };
  await Promise.all([work(), work(), work()]);
  expect(await stored(upload)).toEqual(todo);
  for (const index of todo) expect(digestOf(await read(upload, index))).toBe(digests[index]);
});
