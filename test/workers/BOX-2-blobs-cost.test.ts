// BOX-2: what a blob costs. One row, however many chunks there are; for each chunk a request to the mailbox, and to the
// bucket two operations when it is stored, and one when it is read.

import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { registerAccount, request, type TestAccount } from "./support/accounts.ts";
import { begun, readChunk, SMALLEST, uploaded } from "./support/blobs.ts";
import { Ledger } from "./support/ledger.ts";

const CALLS = ["put", "list", "head", "get", "delete"] as const;

let ann: TestAccount;
let ledger: Ledger;

beforeEach(async () => {
  ann = await registerAccount();
  await begun(ann, SMALLEST); // the first one sets the alarm
  ledger = await Ledger.open();
});

afterEach(() => vi.restoreAllMocks());

/** How often each operation of the bucket was called. */
function bucketCalls(): () => Record<string, number> {
  const bucket = Object.getPrototypeOf(env.BLOBS) as R2Bucket;
  const spies = CALLS.map((call) => [call, vi.spyOn(bucket, call)] as const);
  return () => {
    const counts = spies.map(([call, spy]) => [call, spy.mock.calls.length] as const);
    for (const [, spy] of spies) spy.mockClear();
    return Object.fromEntries(counts.filter(([, count]) => count > 0));
  };
}

test("uploading three chunks is a row, four requests to the mailbox, four writes and three reads", async () => {
  const calls = bucketCalls();
  const { upload } = await uploaded(ann);
  expect(calls()).toEqual({ put: 4, head: 3 });
  expect(ledger.calls).toEqual(["Mailbox.blob", ...Array<string>(3).fill("Mailbox.account")]);
  expect(ledger.rowsWritten, String(ledger)).toBe(1);

  ledger.reset();
  for (const index of [0, 1, 2]) await (await readChunk(ann, upload.blobId, index)).arrayBuffer();
  expect(calls()).toEqual({ get: 3 });
  await request("GET", `/v1/blobs/${upload.blobId}`, { actor: ann });
  expect(calls()).toEqual({ list: 1 });
  expect(ledger.calls).toEqual(Array(4).fill("Mailbox.account"));
  expect(ledger.rowsWritten).toBe(0);

  ledger.reset();
  await request("DELETE", `/v1/blobs/${upload.blobId}`, { actor: ann });
  expect(calls(), "the mark first, then all chunks").toEqual({ delete: 2 });
  expect(ledger.calls).toEqual(["Mailbox.blob"]);
  expect(ledger.rowsWritten, String(ledger)).toBe(1);
});

test("what is refused costs no row", async () => {
  const calls = bucketCalls();
  await request("POST", "/v1/blobs", { actor: ann, body: { size: 1 } });
  await request("POST", "/v1/blobs/AAAAAAAAAAAAAAAAAAAAAA/token", { actor: ann });
  await request("DELETE", "/v1/blobs/AAAAAAAAAAAAAAAAAAAAAA", { actor: ann });
  await request("PUT", "/v1/blobs/AAAAAAAAAAAAAAAAAAAAAA/0", { actor: ann });
  expect([ledger.rowsWritten, calls()]).toEqual([0, {}]);
});
