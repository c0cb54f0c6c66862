// BOX-2: bytes that a server serves without end fill no memory: no more is read than shows that they are no chunk.

import { expect, test } from "vitest";
import { callRoute } from "../../shared/client/api.ts";
import { SEALED_CHUNK_BYTES } from "../../shared/wire/blobs.ts";
import { World } from "./world.ts";

const PIECE = 64 * 1024;

/** What the device has of an answer of so many pieces, and how many it has pulled. */
async function answerOf(pieces: number) {
  let pulled = 0;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      if (pulled >= pieces) return controller.close();
      pulled += 1;
      controller.enqueue(new Uint8Array(PIECE).fill(pulled));
    },
  });
  const ports = { ...new World().ports, fetch: async () => new Response(body) };
  const params = { blobId: "A".repeat(22), index: "0" };
  const bytes = await callRoute(ports, "https://acquaint.example", "chunk", { params }, null);
  return { bytes, pulled };
}

test("BOX-2: an answer without end is read up to the size of a chunk", async () => {
  const { bytes, pulled } = await answerOf(Infinity);
  expect(bytes).toHaveLength(SEALED_CHUNK_BYTES + 1);
  expect(pulled * PIECE).toBeLessThan(SEALED_CHUNK_BYTES + 4 * PIECE);
});

test("BOX-2: a chunk that comes in pieces is put together", async () => {
  const { bytes } = await answerOf(3);
  expect(bytes).toHaveLength(3 * PIECE);
  expect([bytes[0], bytes[PIECE], bytes.at(-1)]).toEqual([1, 2, 3]);
});
