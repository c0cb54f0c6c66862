// What a file costs on its way: its chunks to the bucket and from there, and the mailbox that lets it in.

import { randomBytes } from "node:crypto";
import { callRoute } from "../shared/client/api.ts";
import { chunksOf } from "../shared/core/crypto/blobSeal.ts";
import { sealedChunkLength } from "../shared/wire/blobs.ts";
import { BLOB_CHUNK_BYTES } from "../shared/wire/limits.ts";
import { type BenchAccount, portsAt } from "./accounts.ts";
import { bill, type Counted, counted, PRICES } from "./billing.ts";
import type { BenchServer } from "./servers.ts";
import { short, tableOf } from "./tables.ts";

const LARGE_CHUNKS = 10;
const NAMES = {
  smallUp: "a file of one chunk (up to 1 MiB), uploaded",
  smallDown: "the same, read by one device",
  largeUp: `a file of ${LARGE_CHUNKS} chunks, uploaded`,
  largeDown: "the same, read by one device",
  progress: "which chunks are stored, asked to go on with an upload",
  deletion: "a file, deleted by its owner",
} as const;

type BlobThing = keyof typeof NAMES;
const TIMES = 20;
const STORAGE_DOLLARS_PER_GB_MONTH = 0.015;

/** @param accounts the first of them begin them all */
export async function countBlobs(
  server: BenchServer,
  accounts: readonly BenchAccount[],
): Promise<Record<BlobThing, Counted>> {
  const { url } = server;
  const owner = (index: number) => accounts[index % accounts.length]!;
  const count = <Value>(thing: (index: number) => Promise<Value>): Promise<[Counted, Value[]]> =>
    countedWith(server, thing);
  for (let index = 0; index < TIMES; index += 1) await upload(url, owner(index), 1); // sets the alarms
  const [smallUp, small] = await count((index) => upload(url, owner(index), 1));
  const [smallDown] = await count((index) => download(url, owner(index), small[index]!, 1));
  const [largeUp, large] = await count((index) => upload(url, owner(index), LARGE_CHUNKS));
  const [largeDown] = await count((index) =>
    download(url, owner(index), large[index]!, LARGE_CHUNKS),
  );
  const call = (name: "storedChunks" | "deleteBlob") => async (index: number) => {
    const { token, address } = owner(index);
    await callRoute(portsAt(address), url, name, { params: { blobId: large[index]! } }, token);
  };
  const [progress] = await count(call("storedChunks"));
  const [deletion] = await count(call("deleteBlob"));
  return { smallUp, smallDown, largeUp, largeDown, progress, deletion };
}

async function countedWith<Value>(
  server: BenchServer,
  thing: (index: number) => Promise<Value>,
): Promise<[Counted, Value[]]> {
  const values: Value[] = [];
  const count = await counted(server, TIMES, async () => {
    for (let index = 0; index < TIMES; index += 1) values.push(await thing(index));
  });
  return [count, values];
}

/** Its id. The server does not look into what it keeps. */
async function upload(url: string, account: BenchAccount, chunks: number): Promise<string> {
  const { token: session, address } = account;
  const { sealedSize } = chunksOf(chunks * BLOB_CHUNK_BYTES);
  const ports = portsAt(address);
  const body = { size: sealedSize };
  const { blobId, token } = await callRoute(ports, url, "beginBlob", { body }, session);
  for (let index = 0; index < chunks; index += 1) {
    const input = {
      params: { blobId, index: String(index) },
      header: token,
      body: randomBytes(sealedChunkLength(sealedSize, index)),
    };
    await callRoute(ports, url, "putChunk", input, session);
  }
  return blobId;
}

async function download(
  url: string,
  { token, address }: BenchAccount,
  blobId: string,
  chunks: number,
): Promise<void> {
  for (let index = 0; index < chunks; index += 1) {
    const params = { blobId, index: String(index) };
    await callRoute(portsAt(address), url, "chunk", { params }, token);
  }
}

export function blobsSection(things: Record<BlobThing, Counted>): string {
  const rows = (Object.keys(NAMES) as BlobThing[]).map((thing) => {
    const cost = bill(things[thing]);
    return [
      NAMES[thing],
      ...[cost.bucketWrites, cost.bucketReads, cost.rows, cost.objectRequests].map(short),
      ...[cost.workerRequests, cost.cpuMs].map(short),
      `$${cost.dollars.toFixed(2)}`,
    ];
  });
  const header = ["each", "bucket writes", "bucket reads", "rows", "object requests"];
  const month = (BLOB_CHUNK_BYTES / 1e9) * STORAGE_DOLLARS_PER_GB_MONTH * 1_000_000;
  return `## Files

${tableOf([...header, "Worker requests", "CPU ms", "a million"], rows)}

Operations on the bucket are $${PRICES.bucketWrites.toFixed(2)} a million that write or list, and $${PRICES.bucketReads.toFixed(2)} that read; deleting is free, and so is
what leaves the bucket. Each chunk is one write and, to see whether its blob is still there, one read; a blob has one
more write, its mark. Of each chunk the mailbox is asked whether the device is one of the account still. The CPU is that of workerd with its own stand-in for the bucket, which
production does not bill: by far an upper bound. Kept for its 30 days, a full chunk costs as much as storage does,
$${STORAGE_DOLLARS_PER_GB_MONTH} per GB: $${short(month)} for a million of them.`;
}
