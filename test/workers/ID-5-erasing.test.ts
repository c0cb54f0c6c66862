// ID-5: an account can be erased. Its mailbox, its place in the directory and the bucket hold nothing afterwards, wherever
// a crash came in between, and it is answered for as if it had never been registered.

import { env } from "cloudflare:workers";
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { ed25519 } from "@noble/curves/ed25519.js";
import { afterEach, expect, test, vi } from "vitest";
import { toBase64Url } from "../../shared/core/crypto/bytes.ts";
import { eraseTranscript, sessionTranscript } from "../../shared/core/identity/deviceLog.ts";
import type { UserId } from "../../shared/wire/ids.ts";
import { mailboxNoticeSchema } from "../../shared/wire/mailbox.ts";
import { Directory } from "../../workers/directory/Directory.ts";
import {
  type Answer,
  codeOf,
  ORIGIN,
  randomText,
  registerAccount,
  request,
  type TestAccount,
} from "./support/accounts.ts";
import { addDevice } from "./support/asking.ts";
import { keysOf, SMALLEST, uploaded } from "./support/blobs.ts";
import { answersTo, befriend, mailboxOf, read, sendTo, storedBy } from "./support/line.ts";
import { contactErrand } from "./support/pairing.ts";
import { connectToMailbox } from "./support/sockets.ts";

afterEach(() => vi.restoreAllMocks());

const freshHandle = () => `h${crypto.randomUUID().replaceAll("-", "").slice(0, 20)}`;

async function signedFor(account: TestAccount, transcript = eraseTranscript, origin = ORIGIN) {
  const { userId, deviceId, signKey } = account;
  const { body } = await request("POST", "/v1/challenges", { body: { userId, deviceId } });
  const { challenge } = body as { challenge: string };
  const signature = toBase64Url(ed25519.sign(transcript(origin, challenge), signKey));
  return { challenge, signature };
}

async function erase(account: TestAccount, body?: object): Promise<Answer> {
  return request("DELETE", "/v1/account", {
    actor: account,
    body: body ?? (await signedFor(account)),
  });
}

/** All that an object holds: names of tables, values, the alarm. */
async function contentOf(stub: DurableObjectStub): Promise<unknown> {
  return runInDurableObject(stub, async (_, { storage }) => ({
    tables: storage.sql
      .exec<{ name: string }>(
        "SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf\\_%' ESCAPE '\\'",
      )
      .toArray(),
    values: [...storage.kv.list()],
    alarm: await storage.getAlarm(),
  }));
}

/** Of accounts that have one. */
const blobIds = new Map<UserId, string>();

const NOTHING = { tables: [], values: [], alarm: null };

async function expectNothingLeft(account: TestAccount, handle: string): Promise<void> {
  expect(await contentOf(mailboxOf(account) as never)).toEqual(NOTHING);
  expect(await contentOf(env.DIRECTORY.getByName(handle) as never)).toEqual(NOTHING);
  const blobId = blobIds.get(account.userId);
  if (blobId !== undefined) expect(await keysOf(blobId)).toEqual([]);
}

/** An account with a handle, a contact, a block, prekeys, a file, a message that waits and one that went. */
async function settledAccount(): Promise<{ ann: TestAccount; ben: TestAccount; handle: string }> {
  const [ann, ben] = [await registerAccount(), await registerAccount()];
  const handle = freshHandle();
  await request("PATCH", "/v1/account", { actor: ann, body: { handle } });
  await befriend(ann, ben);
  await request("PUT", `/v1/blocks/${(await registerAccount()).userId}`, { actor: ann });
  const prekeys = { signed: { id: 1 }, oneTime: [], drawn: [] };
  await runInDurableObject(mailboxOf(ann), (_, { storage }) => {
    storage.kv.put("prekeys:0", prekeys);
  });
  const { upload } = await uploaded(ann, SMALLEST);
  blobIds.set(ann.userId, upload.blobId);
  const socket = await read(ben);
  socket.send(sendTo(ann, 1));
  await storedBy(socket, 1);
  socket.close();
  return { ann, ben, handle };
}

test("ID-5: after erasing, neither the mailbox nor the directory holds a row, a value or an alarm", async () => {
  const { ann, handle } = await settledAccount();
  const before = (await contentOf(mailboxOf(ann) as never)) as { tables: object[]; alarm: number };
  expect(before.tables.length).toBeGreaterThan(3);
  expect(before.alarm).not.toBe(null);
  expect((await erase(ann)).status).toBe(204);
  await expectNothingLeft(ann, handle);
});

test("ID-5: an erased account answers as one that was never registered", async () => {
  const { ann, ben, handle } = await settledAccount();
  const challenge = await signedFor(ann, sessionTranscript);
  const bens = await read(ben);
  await erase(ann);
  const own = await request("GET", "/v1/account", { actor: ann });
  expect(codeOf(own), "a session that has not run out").toBe("unauthenticated");
  expect(codeOf(await request("POST", "/v1/sessions", { body: challenge }))).toBe(
    "unauthenticated",
  );
  expect(codeOf(await erase(ann, await signedFor(ann)))).toBe("unauthenticated");
  const found = await request("GET", `/v1/handles/${handle}`, { actor: ben });
  expect(codeOf(found)).toBe("handle-unknown");
  const drawn = await request("POST", `/v1/accounts/${ann.userId}/prekeys`, {
    actor: ben,
    body: { devices: [0] },
  });
  expect(codeOf(drawn)).toBe("not-a-contact");
  expect(codeOf(await request("GET", `/v1/accounts/${ann.userId}/log`, { actor: ben }))).toBe(
    "not-a-contact",
  );
  bens.send(sendTo(ann, 7));
  expect((await answersTo(bens, [7])).get(7)).toBe("not-a-contact");
  expect(await mailboxOf(ann).take(contactErrand(ann.userId, ben.userId))).toBe(false);
  await expectNothingLeft(ann, handle);
});

test("ID-5: contacts keep what is theirs", async () => {
  const { ann, ben } = await settledAccount();
  await erase(ann);
  const { body } = await request("GET", "/v1/contacts", { actor: ben });
  expect(body.contacts.map(({ userId }: { userId: UserId }) => userId)).toEqual([ann.userId]);
});

test("ID-5: every socket of the account is told, with the signature that erased it, and closed", async () => {
  const { ann, handle } = await settledAccount();
  const second = await addDevice(ann);
  const sockets = [await read(ann), await read(second), await connectToMailbox(second)];
  const signed = await signedFor(second);
  expect((await erase(second, signed)).status).toBe(204);
  for (const socket of sockets) {
    expect(await socket.closed).toBe(1000);
    expect(mailboxNoticeSchema.parse(socket.told.at(-1))).toEqual({
      type: "erased",
      device: 1,
      ...signed,
    });
  }
  await expectNothingLeft(ann, handle);
});

test("ID-5: a session alone erases nothing: it takes a challenge of that device, signed for this", async () => {
  const [ann, ben] = [await registerAccount(), await registerAccount()];
  const good = await signedFor(ann);
  const refused = [
    await signedFor(ann, sessionTranscript),
    await signedFor(ann, eraseTranscript, "https://elsewhere.example"),
    await signedFor(ben),
    { ...(await signedFor({ ...ann, signKey: ben.signKey })) },
    { ...good, signature: randomText(64) },
    { ...good, challenge: "a.b.c" },
  ];
  for (const body of refused) {
    const answer = await erase(ann, body);
    expect([answer.status, codeOf(answer)]).toEqual([401, "unauthenticated"]);
  }
  expect((await request("GET", "/v1/account", { actor: ann })).status).toBe(200);
  expect(codeOf(await request("POST", "/v1/sessions", { body: good })), "the other way").toBe(
    "unauthenticated",
  );
});

async function abortMailbox(account: TestAccount): Promise<void> {
  const abort = (_: unknown, state: DurableObjectState): void => state.abort("crash");
  await runInDurableObject(mailboxOf(account), abort).catch(() => {});
}

/** Has the mailbox die when it gives the handle back, before the directory has done so or after. */
function crashAtRelease(account: TestAccount, at: "before" | "after"): void {
  const release = Directory.prototype.release;
  vi.spyOn(Directory.prototype, "release").mockImplementationOnce(async function (
    this: Directory,
    userId: UserId,
  ) {
    if (at === "after") await release.call(this, userId);
    await abortMailbox(account);
    if (at === "before") throw new Error("crash");
  });
}

for (const at of ["before", "after"] as const) {
  test(`ID-5: a crash ${at} the directory has the handle back is made good by the alarm`, async () => {
    const { ann, ben, handle } = await settledAccount();
    await runDurableObjectAlarm(mailboxOf(ann)); // what is due next is a month away
    crashAtRelease(ann, at);
    expect(codeOf(await erase(ann))).toBe("internal-error");
    const { alarm } = (await contentOf(mailboxOf(ann) as never)) as { alarm: number };
    expect(alarm, "soon, not when something else is due").toBeLessThan(Date.now() + 60_000);
    const meanwhile = await request("GET", "/v1/account", { actor: ann });
    expect(codeOf(meanwhile), "decided").toBe("unauthenticated");
    expect(await mailboxOf(ann).deliver(ben.userId, [{ device: 0, boxes: [] }])).toEqual([
      "not-a-contact",
    ]);
    expect(await runDurableObjectAlarm(mailboxOf(ann))).toBe(true);
    await expectNothingLeft(ann, handle);
  });
}

test("ID-5: a crash before anything is deleted is made good by the alarm", async () => {
  const { ann, handle } = await settledAccount();
  await runInDurableObject(mailboxOf(ann), (_, { storage }) => {
    vi.spyOn(storage, "deleteAll").mockRejectedValueOnce(new Error("crash"));
  });
  expect((await erase(ann)).status).toBe(204);
  expect(codeOf(await request("GET", "/v1/account", { actor: ann }))).toBe("unauthenticated");
  await abortMailbox(ann);
  expect(await runDurableObjectAlarm(mailboxOf(ann))).toBe(true);
  await expectNothingLeft(ann, handle);
});

test("ID-5: a crash before it is decided leaves the account as it was, and its handle", async () => {
  const { ann, handle } = await settledAccount();
  await runInDurableObject(mailboxOf(ann), (_, { storage }) => {
    vi.spyOn(storage.kv, "put").mockImplementationOnce(() => {
      throw new Error("crash");
    });
  });
  expect(codeOf(await erase(ann))).toBe("internal-error");
  await abortMailbox(ann);
  expect((await request("GET", "/v1/account", { actor: ann })).body.handle).toBe(handle);
  await runDurableObjectAlarm(mailboxOf(ann));
  expect((await request("GET", "/v1/account", { actor: ann })).body.handle).toBe(handle);
  expect((await erase(ann)).status).toBe(204);
  await expectNothingLeft(ann, handle);
});

test("ID-5: erasing at once with claims of handles leaves none of them taken", async () => {
  const { ann, handle } = await settledAccount();
  const wanted = Array.from({ length: 5 }, freshHandle);
  const claims = wanted.map((one) =>
    request("PATCH", "/v1/account", { actor: ann, body: { handle: one } }),
  );
  await Promise.all([...claims, erase(ann)]);
  await runDurableObjectAlarm(mailboxOf(ann));
  for (const one of [handle, ...wanted]) await expectNothingLeft(ann, one);
});

test("ID-5: whoever registers again begins with nothing, as soon as the old account is gone", async () => {
  const { ann, handle } = await settledAccount();
  crashAtRelease(ann, "before");
  await erase(ann);
  const body = { log: ann.log };
  expect((await request("POST", "/v1/accounts", { body })).status).toBe(201);
  expect(await env.DIRECTORY.getByName(handle).owner()).toBe(null);
  const account = await request("GET", "/v1/account", { actor: ann });
  expect(account.body).toMatchObject({ userId: ann.userId, handle: null });
  expect((await request("GET", "/v1/contacts", { actor: ann })).body.contacts).toEqual([]);
  const socket = await read(ann);
  expect(socket.told.map(({ type }) => type)).toEqual(["ready"]);
});
