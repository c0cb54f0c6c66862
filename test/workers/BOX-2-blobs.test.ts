// BOX-2: blobs are stored chunk by chunk, each once and whole, by the device that began them alone; whoever knows the
// id reads them. What does not fit is refused and changes nothing.

import { env, exports } from "cloudflare:workers";
import { expect, test } from "vitest";
import { issueToken } from "../../workers/auth/tokens.ts";
import { codeOf, randomText, registerAccount, request, sessionOf } from "./support/accounts.ts";
import { addDevice } from "./support/asking.ts";
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
  SEALED_CHUNK_BYTES,
  SMALLEST,
  THREE_CHUNKS,
  uploaded,
} from "./support/blobs.ts";
import { advanceClock, useStoppedClock } from "./support/clock.ts";
import { Household, removeSecond } from "./support/devices.ts";

useStoppedClock();

const MIB = 1024 * 1024;
/** 100 MiB in 100 chunks, each with its tag. */
const LARGEST = 100 * (MIB + 16);

/** Bytes whose number is not known before they come. */
function unmeasured(bytes: Uint8Array): ReadableStream {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
}

test("a blob is read as it was uploaded, by whoever has its id and a session", async () => {
  const [ann, ben] = [await registerAccount(), await registerAccount()];
  const { upload, chunks } = await uploaded(ann);
  for (const reader of [ann, ben]) {
    for (const [index, bytes] of chunks.entries()) {
      const response = await readChunk(reader, upload.blobId, index);
      expect(response.status).toBe(200);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        "content-type": "application/octet-stream",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
      });
      expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
    }
  }
  for (const index of [3, 99]) {
    const answer = await readChunk(ben, upload.blobId, index);
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([
      404,
      "blob-unknown",
    ]);
  }
  expect((await readChunk(ben, randomText(16), 0)).status).toBe(404);
});

test("a blob is kept for 30 days, and may be uploaded for one with the token that it came with", async () => {
  const ann = await registerAccount();
  const upload = await begun(ann);
  expect(upload.expiresAt).toBe(Date.now() + 30 * DAY_MS);
  expect(upload.tokenExpiresAt).toBeGreaterThan(Date.now() + DAY_MS - 1_000);
  expect(upload.tokenExpiresAt).toBeLessThanOrEqual(Date.now() + DAY_MS);
  advanceClock(DAY_MS - 2_000);
  expect((await putChunk(ann, upload, 0, chunkBytes(0))).status).toBe(204);
  advanceClock(3_000);
  expect(codeOf(await putChunk(ann, upload, 1, chunkBytes(1)))).toBe("upload-refused");

  const path = `/v1/blobs/${upload.blobId}`;
  const again = await request("POST", `${path}/token`, { actor: ann });
  expect([again.status, again.body.blobId]).toEqual([201, upload.blobId]);
  expect(again.body.expiresAt, "not put off").toBe(upload.expiresAt);
  expect((await putChunk(ann, again.body, 2, chunkBytes(2))).status).toBe(204);
  expect((await request("GET", path, { actor: ann })).body).toEqual({ stored: [0, 2] });
  expect((await putChunk(ann, again.body, 1, chunkBytes(1))).status).toBe(204);
  expect((await request("GET", path, { actor: ann })).body).toEqual({ stored: [0, 1, 2] });
});

test("the chunks of the largest blob are listed in their order", async () => {
  const ann = await registerAccount();
  const { blobId } = await begun(ann, LARGEST);
  for (const index of [99, 10, 9, 2, 0]) await env.BLOBS.put(`${blobId}/${index}`, "x");
  const { body } = await request("GET", `/v1/blobs/${blobId}`, { actor: ann });
  expect(body).toEqual({ stored: [0, 2, 9, 10, 99] });
});

test("a chunk that is stored is never replaced, and putting it again is no failure", async () => {
  const ann = await registerAccount();
  const { upload, chunks } = await uploaded(ann);
  for (const index of [0, 2]) {
    expect((await putChunk(ann, upload, index, chunkBytes(index))).status).toBe(204);
    const kept = await (await readChunk(ann, upload.blobId, index)).arrayBuffer();
    expect(Buffer.from(kept).equals(chunks[index]!)).toBe(true);
  }
});

test("of one chunk that is put many times at once, one stands, whole", async () => {
  const ann = await registerAccount();
  const upload = await begun(ann);
  const candidates = Array.from({ length: 8 }, () => chunkBytes(1));
  const answers = await Promise.all(candidates.map((bytes) => putChunk(ann, upload, 1, bytes)));
  expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(204));
  const kept = Buffer.from(await (await readChunk(ann, upload.blobId, 1)).arrayBuffer());
  expect(candidates.filter((bytes) => kept.equals(bytes))).toHaveLength(1);
  expect(await keysOf(upload.blobId)).toEqual([upload.blobId, `${upload.blobId}/1`]);
});

test("a chunk is exactly as long as its place says, and says so", async () => {
  const ann = await registerAccount();
  const upload = await begun(ann);
  const full = chunkBytes(0);
  const last = chunkBytes(2);
  const longer = new Uint8Array(SEALED_CHUNK_BYTES + 1);
  const cases = [
    [0, full.slice(1), {}, "malformed-request"],
    [0, last, {}, "malformed-request"],
    [0, new Uint8Array(), { "content-length": "0" }, "malformed-request"],
    [0, longer, {}, "payload-too-large"],
    [2, full, {}, "payload-too-large"],
    [2, last.slice(1), {}, "malformed-request"],
    [0, unmeasured(full), { "content-length": null }, "malformed-request"],
    [3, last, {}, "malformed-request"],
    [99, last, {}, "malformed-request"],
    [100, last, {}, "malformed-request"],
    ["01", full, {}, "malformed-request"],
    ["1.0", full, {}, "malformed-request"],
    ["-0", full, {}, "malformed-request"],
    ["x", full, {}, "malformed-request"],
    [0, full, { "content-type": "application/json" }, "unsupported-media-type"],
    [0, full, { "content-type": null }, "unsupported-media-type"],
  ] as const;
  for (const [index, bytes, headers, code] of cases) {
    const answer = await putChunk(ann, upload, index, bytes, { headers });
    expect(codeOf(answer), `${index}: ${code}`).toBe(code);
  }
  expect(await keysOf(upload.blobId)).toEqual([upload.blobId]);
  const { body } = await putChunk(ann, upload, 0, full.slice(1));
  expect(body.fields).toEqual({ "content-length": `must be ${SEALED_CHUNK_BYTES}` });
  expect((await putChunk(ann, upload, 3, last)).body.fields).toEqual({ index: "must be below 3" });
});

test("only the token of that blob, of that device, lets chunks in", async () => {
  const [ann, ben] = [await registerAccount(), await registerAccount()];
  const laptop = await addDevice(ann);
  const upload = await begun(ann);
  const others = await begun(ben);
  const laptops = await begun(laptop);
  const own = await issueToken(env.SERVER_SECRET, "upload", {
    userId: ann.userId,
    deviceId: ann.deviceId,
    blobId: upload.blobId,
    size: THREE_CHUNKS,
  });
  // Whoever has two accounts can have one key on both.
  const twin = await issueToken(env.SERVER_SECRET, "upload", {
    userId: ben.userId,
    deviceId: ann.deviceId,
    blobId: upload.blobId,
    size: THREE_CHUNKS,
  });
  const { userId, deviceId } = ann;
  const forged = await issueToken("another secret".repeat(3), "upload", {
    userId,
    deviceId,
    blobId: upload.blobId,
    size: THREE_CHUNKS,
  });
  const bytes = chunkBytes(0);
  const refused = [
    [ann, others.token, "of another account and blob"],
    [ben, upload.token, "of another account"],
    [ann, laptops.token, "of another device and blob"],
    [laptop, upload.token, "of another device"],
    [ann, twin.token, "of the same key on another account"],
    [ann, (await begun(ann)).token, "of another blob"],
    [ann, forged.token, "of another server"],
    [ann, `${upload.token.slice(0, -4)}AAAA`, "with another signature"],
    [ann, await sessionOf(ann), "a session"],
    [ann, "", "nothing"],
    [ann, "eyJhbGciOiJub25lIn0.e30.", "unsigned"],
  ] as const;
  for (const [actor, token, what] of refused) {
    const answer = await putChunk(actor, upload, 0, bytes, { token });
    expect([answer.status, codeOf(answer)], what).toEqual([403, "upload-refused"]);
  }
  const without = await putChunk(ann, upload, 0, bytes, {
    headers: { "acquaint-upload-token": null },
  });
  expect(codeOf(without)).toBe("upload-refused");
  const asSession = { headers: { authorization: `Bearer ${upload.token}` } };
  expect(codeOf(await putChunk(ann, upload, 0, bytes, asSession))).toBe("unauthenticated");
  expect(await keysOf(upload.blobId)).toEqual([upload.blobId]);
  expect((await putChunk(ann, upload, 0, bytes, { token: own.token })).status).toBe(204);
});

test("a session is needed for everything, and a URL never carries a token", async () => {
  const ann = await registerAccount();
  const upload = await begun(ann);
  const path = `/v1/blobs/${upload.blobId}`;
  for (const [method, at] of [
    ["POST", `${path}/token`],
    ["GET", path],
    ["GET", `${path}/0`],
    ["PUT", `${path}/0`],
    ["DELETE", path],
  ] as const) {
    expect(codeOf(await request(method, at)), `${method} ${at}`).toBe("unauthenticated");
  }
  const body = { size: THREE_CHUNKS };
  expect(codeOf(await request("POST", "/v1/blobs", { body }))).toBe("unauthenticated");
  const answer = await putChunk(ann, upload, `0?token=${upload.token}`, chunkBytes(0), {
    headers: { "acquaint-upload-token": null },
  });
  expect(codeOf(answer)).toBe("upload-refused");
});

test("pages of other origins may upload and read", async () => {
  const asked = await exports.default.fetch(
    new Request("http://localhost/v1/blobs/AAAAAAAAAAAAAAAAAAAAAA/0", {
      method: "OPTIONS",
      headers: {
        origin: "https://elsewhere.example",
        "access-control-request-method": "PUT",
        "access-control-request-headers": "authorization,content-type,acquaint-upload-token",
      },
    }),
  );
  expect(asked.status).toBe(204);
  expect(asked.headers.get("access-control-allow-headers")).toContain("acquaint-upload-token");
  const ann = await registerAccount();
  const { upload } = await uploaded(ann, SMALLEST);
  const read = await readChunk(ann, upload.blobId, 0);
  expect(read.headers.get("access-control-allow-origin")).toBe("*");
});

test("an account stores and reads 1,000 chunks a minute", async () => {
  const [ann, ben] = [await registerAccount(), await registerAccount()];
  const { upload } = await uploaded(ann, SMALLEST);
  const session = await sessionOf(ben);
  const ask = () =>
    exports.default.fetch(
      new Request(`http://localhost/v1/blobs/${upload.blobId}/1`, {
        headers: { authorization: `Bearer ${session}` },
      }),
    );
  const statuses: number[] = [];
  while (!statuses.includes(429) && statuses.length <= 2_000) {
    const answers = await Promise.all(Array.from({ length: 100 }, ask));
    statuses.push(...answers.map(({ status }) => status));
  }
  // A minute may have ended in between, after which all counts anew.
  expect(statuses.filter((status) => status === 404).length).toBeGreaterThanOrEqual(1_000);
  expect(statuses).toContain(429);
  expect((await readChunk(ann, upload.blobId, 0)).status, "each for itself").toBe(200);
});

test("100 MiB are let in, and not a byte more", async () => {
  const ann = await registerAccount();
  const refused = [
    LARGEST + 1,
    LARGEST + MIB,
    SMALLEST - 1,
    0,
    -1,
    SEALED_CHUNK_BYTES + 1,
    SEALED_CHUNK_BYTES + 16,
    1.5 * MIB + 0.5,
    2 ** 60,
    "1040",
  ];
  for (const size of refused) {
    expect(codeOf(await begin(ann, size as number)), String(size)).toBe("malformed-request");
  }
  expect(await keptOf(ann)).toEqual([]);
  for (const size of [
    LARGEST,
    LARGEST - 1,
    SMALLEST,
    SEALED_CHUNK_BYTES,
    SEALED_CHUNK_BYTES + 17,
  ]) {
    expect((await begin(ann, size)).status, String(size)).toBe(201);
  }
});

test("an account keeps 1 GiB at a time; what is deleted makes room", async () => {
  const ann = await registerAccount();
  const expiresAt = Date.now() + DAY_MS;
  await keepMany(ann, 1, { size: 1024 * MIB - LARGEST - SMALLEST, expiresAt });
  const large = await begin(ann, LARGEST);
  expect(large.status).toBe(201);
  expect(codeOf(await begin(ann, SMALLEST + 1))).toBe("storage-full");
  expect((await begin(ann, SMALLEST)).status, "to the last byte").toBe(201);
  const refused = await begin(ann, SMALLEST);
  expect([refused.status, codeOf(refused)]).toEqual([507, "storage-full"]);
  await request("DELETE", `/v1/blobs/${large.body.blobId}`, { actor: ann });
  expect((await begin(ann, SMALLEST)).status).toBe(201);
  expect((await begin(await registerAccount(), LARGEST)).status, "of others").toBe(201);
});

test("an account keeps 1,000 blobs at a time, however small", async () => {
  const ann = await registerAccount();
  await keepMany(ann, 999, { size: SMALLEST, expiresAt: Date.now() + DAY_MS });
  const last = await begin(ann, SMALLEST);
  expect(last.status).toBe(201);
  expect(codeOf(await begin(ann, SMALLEST))).toBe("storage-full");
  expect(await keptOf(ann)).toHaveLength(1_000);
});

test("beginnings at once stay within what the account may keep", async () => {
  const ann = await registerAccount();
  await keepMany(ann, 995, { size: SMALLEST, expiresAt: Date.now() + DAY_MS });
  const answers = await Promise.all(Array.from({ length: 12 }, () => begin(ann, SMALLEST)));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(5);
  expect(await keptOf(ann)).toHaveLength(1_000);
});

test("ID-2: a device that was removed begins, continues, stores, reads and deletes nothing", async () => {
  const house = await Household.of(2);
  const [phone, laptop] = [house.member(0), house.member(1)];
  const upload = await begun(laptop);
  await removeSecond(house);
  const path = `/v1/blobs/${upload.blobId}`;
  expect(codeOf(await begin(laptop))).toBe("unauthenticated");
  expect(codeOf(await request("POST", `${path}/token`, { actor: laptop }))).toBe("unauthenticated");
  expect(codeOf(await request("DELETE", path, { actor: laptop }))).toBe("unauthenticated");
  expect(codeOf(await request("GET", path, { actor: laptop }))).toBe("unauthenticated");
  expect((await putChunk(laptop, upload, 0, chunkBytes(0))).status).toBe(401);
  expect((await readChunk(laptop, upload.blobId, 0)).status).toBe(401);
  expect(await keptOf(phone)).toEqual([upload.blobId]);
  const others = await request("POST", `${path}/token`, { actor: phone });
  expect(others.status, "another device of the account goes on with it").toBe(201);
  expect((await putChunk(phone, others.body, 0, chunkBytes(0))).status).toBe(204);
});

test("of a foreign blob nothing can be continued or deleted", async () => {
  const [ann, ben] = [await registerAccount(), await registerAccount()];
  const { upload } = await uploaded(ann, SMALLEST);
  const path = `/v1/blobs/${upload.blobId}`;
  expect(codeOf(await request("POST", `${path}/token`, { actor: ben }))).toBe("blob-unknown");
  expect(codeOf(await request("DELETE", path, { actor: ben }))).toBe("blob-unknown");
  expect(await keysOf(upload.blobId)).toHaveLength(2);
  expect(codeOf(await request("GET", `/v1/blobs/${randomText(16)}`, { actor: ben }))).toBe(
    "blob-unknown",
  );
});
