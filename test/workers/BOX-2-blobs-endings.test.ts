// BOX-2, ID-5: nothing is left of a blob that has expired, was deleted, or whose account was erased; not in the bucket,
// not in the mailbox, and whatever fails or happens at once.

import { env } from "cloudflare:workers";
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { ed25519 } from "@noble/curves/ed25519.js";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { toBase64Url } from "../../shared/core/crypto/bytes.ts";
import { eraseTranscript } from "../../shared/core/identity/deviceLog.ts";
import type { Upload } from "../../shared/wire/blobs.ts";
import { codeOf, ORIGIN, registerAccount, request, type TestAccount } from "./support/accounts.ts";
import {
  begin,
  begun,
  chunkBytes,
  DAY_MS,
  keepMany,
  keysOf,
  putChunk,
  readChunk,
  keptOf,
  SMALLEST,
  uploaded,
} from "./support/blobs.ts";
import { advanceClock, useStoppedClock } from "./support/clock.ts";
import { befriend, mailboxOf, read, sendTo, storedBy } from "./support/line.ts";

useStoppedClock();
afterEach(() => vi.restoreAllMocks());

const MIB = 1024 * 1024;

let ann: TestAccount;

beforeEach(async () => {
  ann = await registerAccount();
});

const bucket = Object.getPrototypeOf(env.BLOBS) as R2Bucket;

/** Has the bucket fail so many times from now on. */
function failing(method: "put" | "delete", times: number) {
  const spy = vi.spyOn(bucket, method);
  for (let i = 0; i < times; i += 1) spy.mockRejectedValueOnce(new Error("the bucket is away"));
  return spy;
}

/** Has something happen once, right after the bucket has stored what is put. */
function afterPut(happens: () => Promise<unknown>): void {
  const put = bucket.put;
  vi.spyOn(bucket, "put").mockImplementationOnce(async function (
    this: R2Bucket,
    ...given: unknown[]
  ) {
    const stored: unknown = await Reflect.apply(put, this, given);
    await happens();
    return stored as never;
  });
}

const remove = ({ blobId }: Pick<Upload, "blobId">) =>
  request("DELETE", `/v1/blobs/${blobId}`, { actor: ann });

async function erase(account: TestAccount) {
  const { userId, deviceId, signKey } = account;
  const { body } = await request("POST", "/v1/challenges", { body: { userId, deviceId } });
  const { challenge } = body as { challenge: string };
  const signature = toBase64Url(ed25519.sign(eraseTranscript(ORIGIN, challenge), signKey));
  return request("DELETE", "/v1/account", { actor: account, body: { challenge, signature } });
}

function alarmOf(account: TestAccount): Promise<number | null> {
  return runInDurableObject(mailboxOf(account), (_, { storage }) => storage.getAlarm());
}

test("after 30 days the alarm deletes a blob, and later ones when their time has come", async () => {
  const { upload: first } = await uploaded(ann);
  advanceClock(DAY_MS);
  const { upload: second } = await uploaded(ann, SMALLEST);
  expect(await alarmOf(ann)).toBe(first.expiresAt);

  advanceClock(first.expiresAt - Date.now() - 1);
  await runDurableObjectAlarm(mailboxOf(ann));
  expect(await keysOf(first.blobId), "not before").toHaveLength(4);

  advanceClock(1);
  await runDurableObjectAlarm(mailboxOf(ann));
  expect(await keysOf(first.blobId)).toEqual([]);
  expect(await keysOf(second.blobId)).toHaveLength(2);
  expect(await keptOf(ann)).toEqual([second.blobId]);
  expect(await alarmOf(ann)).toBe(second.expiresAt);

  advanceClock(DAY_MS);
  expect(await runDurableObjectAlarm(mailboxOf(ann))).toBe(true);
  expect([await keysOf(second.blobId), await keptOf(ann), await alarmOf(ann)]).toEqual([
    [],
    [],
    null,
  ]);
  const gone = await readChunk(ann, second.blobId, 0);
  expect([gone.status, ((await gone.json()) as { code: string }).code]).toEqual([
    404,
    "blob-unknown",
  ]);
  const token = await request("POST", `/v1/blobs/${second.blobId}/token`, { actor: ann });
  expect(codeOf(token)).toBe("blob-unknown");
});

test("what the bucket would not delete when it was due, the alarm deletes later, and forgets it only then", async () => {
  const { upload } = await uploaded(ann);
  advanceClock(30 * DAY_MS);
  for (const waitedMs of [2_000, 4_000]) {
    failing("delete", 1);
    await runDurableObjectAlarm(mailboxOf(ann));
    expect(await keptOf(ann)).toEqual([upload.blobId]);
    expect(await alarmOf(ann)).toBe(Date.now() + waitedMs);
    vi.restoreAllMocks();
    advanceClock(waitedMs);
  }
  // The mark goes, then the bucket fails: the chunks are still to go.
  const { delete: original } = bucket;
  const spy = vi.spyOn(bucket, "delete");
  spy.mockImplementationOnce(function (this: R2Bucket, ...keys) {
    return Reflect.apply(original, this, keys);
  });
  spy.mockRejectedValueOnce(new Error("the bucket is away"));
  await runDurableObjectAlarm(mailboxOf(ann));
  expect(await keysOf(upload.blobId)).toHaveLength(3);
  expect(await keptOf(ann)).toEqual([upload.blobId]);
  vi.restoreAllMocks();
  expect(await runDurableObjectAlarm(mailboxOf(ann))).toBe(true);
  expect([await keysOf(upload.blobId), await keptOf(ann), await alarmOf(ann)]).toEqual([
    [],
    [],
    null,
  ]);
});

test("a blob that its owner deletes is gone, whole", async () => {
  const { upload } = await uploaded(ann);
  const { upload: other } = await uploaded(ann, SMALLEST);
  expect((await remove(upload)).status).toBe(204);
  expect(await keysOf(upload.blobId)).toEqual([]);
  expect(await keptOf(ann)).toEqual([other.blobId]);
  expect(codeOf(await remove(upload)), "once").toBe("blob-unknown");
  expect(await keysOf(other.blobId)).toHaveLength(2);
});

test("deleting while the bucket fails is to be tried again, and stands until then", async () => {
  const { upload } = await uploaded(ann);
  failing("delete", 1);
  expect(codeOf(await remove(upload))).toBe("try-again");
  expect(await keptOf(ann)).toEqual([upload.blobId]);
  expect((await remove(upload)).status).toBe(204);
  expect(await keysOf(upload.blobId)).toEqual([]);
});

test("a chunk that comes after its blob was deleted is refused, and leaves nothing", async () => {
  const upload = await begun(ann);
  await remove(upload);
  expect(codeOf(await putChunk(ann, upload, 0, chunkBytes(0)))).toBe("blob-unknown");
  expect(await keysOf(upload.blobId)).toEqual([]);
});

test("a chunk that is stored while its blob is deleted goes as well, whichever is first", async () => {
  const before = await begun(ann);
  afterPut(() => remove(before));
  expect(codeOf(await putChunk(ann, before, 0, chunkBytes(0)))).toBe("blob-unknown");
  expect(await keysOf(before.blobId)).toEqual([]);
  for (let round = 0; round < 20; round += 1) {
    const upload = await begun(ann);
    await Promise.all([remove(upload), putChunk(ann, upload, 2, chunkBytes(2))]);
    expect(await keysOf(upload.blobId)).toEqual([]);
  }
});

test("a blob that the bucket does not let in is not begun", async () => {
  failing("put", 1);
  expect(codeOf(await begin(ann))).toBe("try-again");
  expect(await keptOf(ann)).toEqual([]);
});

test("a chunk that the bucket does not take may be put again", async () => {
  const upload = await begun(ann);
  failing("put", 1);
  const failed = await putChunk(ann, upload, 0, chunkBytes(0));
  expect([failed.status, codeOf(failed)]).toEqual([503, "try-again"]);
  expect(await keysOf(upload.blobId)).toEqual([upload.blobId]);
  expect((await putChunk(ann, upload, 0, chunkBytes(0))).status).toBe(204);
});

test("ID-5: erasing leaves no byte of any blob, and lets none in afterwards", async () => {
  const { upload: one } = await uploaded(ann);
  const { upload: two } = await uploaded(ann, SMALLEST);
  const unfinished = await begun(ann);
  const { upload: others } = await uploaded(await registerAccount(), SMALLEST);
  expect((await erase(ann)).status).toBe(204);
  for (const { blobId } of [one, two, unfinished]) expect(await keysOf(blobId)).toEqual([]);
  expect(codeOf(await begin(ann))).toBe("unauthenticated");
  expect(codeOf(await putChunk(ann, unfinished, 0, chunkBytes(0)))).toBe("unauthenticated");
  expect(await keysOf(unfinished.blobId)).toEqual([]);
  expect(await keysOf(others.blobId)).toHaveLength(2);
});

test("ID-5: erasing deletes as much as an account can keep, 1,000 objects to a call", async () => {
  const { upload } = await uploaded(ann);
  const expiresAt = Date.now() + 40 * DAY_MS;
  const small = await keepMany(ann, 989, { size: SMALLEST, expiresAt });
  const large = await keepMany(ann, 10, { size: 100 * (MIB + 16), expiresAt });
  const objects = [...large, ...small.slice(0, 50)].flatMap((id) => [id, `${id}/0`]);
  await Promise.all(
    [...objects, ...large.map((id) => `${id}/99`)].map((key) => env.BLOBS.put(key, "x")),
  );
  const deletions = vi.spyOn(bucket, "delete");
  expect((await erase(ann)).status).toBe(204);
  const gone = new Set([upload.blobId, ...large, ...small]);
  const { objects: left, truncated } = await env.BLOBS.list();
  expect([left.filter(({ key }) => gone.has(key.slice(0, 22))), truncated]).toEqual([[], false]);
  const sizes = deletions.mock.calls.map(([keys]) => keys.length);
  expect(Math.max(...sizes), "what R2 takes").toBe(1_000);
  expect(sizes.reduce((sum, size) => sum + size)).toBe(1_000 + 3 + 989 + 10 * 100);
  expect(await alarmOf(ann)).toBe(null);
});

test("ID-5: what the bucket would not delete at once, the alarm of the erased account deletes", async () => {
  const { upload } = await uploaded(ann);
  failing("delete", 1);
  expect((await erase(ann)).status).toBe(204);
  expect(await keysOf(upload.blobId)).toHaveLength(4);
  expect(codeOf(await begin(ann)), "decided").toBe("unauthenticated");
  expect(await runDurableObjectAlarm(mailboxOf(ann))).toBe(true);
  expect(await keysOf(upload.blobId)).toEqual([]);
  expect(await alarmOf(ann)).toBe(null);
});

test("ID-5: a blob that begins while its account is erased does not outlive it", async () => {
  let blobId = "";
  const put = bucket.put;
  vi.spyOn(bucket, "put").mockImplementationOnce(async function (
    this: R2Bucket,
    ...given: unknown[]
  ) {
    blobId = given[0] as string;
    await erase(ann);
    return (await Reflect.apply(put, this, given)) as never;
  });
  expect(codeOf(await begin(ann))).toBe("unauthenticated");
  expect(blobId).not.toBe("");
  expect(await keysOf(blobId)).toEqual([]);
  expect(await alarmOf(ann)).toBe(null);
});

test("ID-5: an account that is erased while its blobs expire leaves nothing, and no alarm", async () => {
  const { upload } = await uploaded(ann);
  advanceClock(30 * DAY_MS);
  const ben = await registerAccount();
  await befriend(ann, ben);
  const socket = await read(ben); // leaves a message, which has a deadline of its own
  socket.send(sendTo(ann, 1));
  await storedBy(socket, 1);
  const { delete: original } = bucket;
  vi.spyOn(bucket, "delete").mockImplementationOnce(async function (this: R2Bucket, ...keys) {
    await erase(ann);
    await Reflect.apply(original, this, keys);
  });
  await runDurableObjectAlarm(mailboxOf(ann));
  expect(await keysOf(upload.blobId)).toEqual([]);
  expect(await alarmOf(ann)).toBe(null);
  const values = await runInDurableObject(mailboxOf(ann), (_, { storage }) => [
    ...storage.kv.list(),
  ]);
  expect(values).toEqual([]);
});

test("a blob whose mark is gone is unknown, though a chunk of it is still there", async () => {
  const { upload } = await uploaded(ann, SMALLEST);
  await env.BLOBS.delete(upload.blobId);
  const answer = await request("GET", `/v1/blobs/${upload.blobId}`, { actor: ann });
  expect(codeOf(answer)).toBe("blob-unknown");
});
