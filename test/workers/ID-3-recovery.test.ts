// ID-3: an account is found by what its recovery phrase makes: one id at a time, each of one account only, and none
// is left behind, whatever comes in between.

import { env } from "cloudflare:workers";
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, expect, test, vi } from "vitest";
import { ed25519 } from "@noble/curves/ed25519.js";
import { toBase64Url } from "../../shared/core/crypto/bytes.ts";
import { eraseTranscript } from "../../shared/core/identity/deviceLog.ts";
import { Directory } from "../../workers/directory/Directory.ts";
import {
  codeOf,
  ORIGIN,
  randomText,
  registerAccount,
  request,
  type TestAccount,
} from "./support/accounts.ts";
import { Household } from "./support/devices.ts";
import { Ledger } from "./support/ledger.ts";
import { mailboxOf } from "./support/line.ts";

afterEach(() => vi.restoreAllMocks());

const freshId = () => randomText(16);

const list = (actor: TestAccount, recoveryId: string) =>
  request("PUT", "/v1/account/recovery", { actor, body: { recoveryId } });

const find = async (recoveryId: string) =>
  request("GET", `/v1/recoveries/${recoveryId}`, { actor: await registerAccount() });

/** Values in the object of an id. */
const valuesAt = (recoveryId: string) =>
  runInDurableObject(
    env.DIRECTORY.getByName(`recovery ${recoveryId}`),
    (_, { storage }) => [...storage.kv.list()].length,
  );

async function expectFree(...ids: string[]): Promise<void> {
  for (const id of ids) {
    const answer = await find(id);
    expect([answer.status, codeOf(answer)]).toEqual([404, "recovery-unknown"]);
    expect(await valuesAt(id)).toBe(0);
  }
}

test("ID-3: whoever has the id of the phrase finds the account, with the log as it is now", async () => {
  const house = await Household.of(1);
  const id = freshId();
  const put = await request("PUT", "/v1/account/recovery", {
    actor: house.member(0),
    body: { recoveryId: id },
  });
  expect([put.status, put.body]).toEqual([204, null]);
  await house.append(house.add());
  expect((await find(id)).body).toEqual({ userId: house.userId, log: house.log });
  await expectFree(freshId());
});

test("ID-3: a newer id takes the place of the older, which is given back", async () => {
  const ann = await registerAccount();
  const [first, second] = [freshId(), freshId()];
  await list(ann, first);
  expect((await list(ann, second)).status).toBe(204);
  expect((await find(second)).body.userId).toBe(ann.userId);
  await expectFree(first);
  expect((await list(ann, first)).status).toBe(204);
  await expectFree(second);
});

test("ID-3: the id of another account is refused, and changes nothing", async () => {
  const [ann, ben] = [await registerAccount(), await registerAccount()];
  const [anns, bens] = [freshId(), freshId()];
  await list(ann, anns);
  await list(ben, bens);
  const refused = await list(ben, anns);
  expect([refused.status, codeOf(refused)]).toEqual([409, "recovery-taken"]);
  expect((await find(anns)).body.userId).toBe(ann.userId);
  expect((await find(bens)).body.userId).toBe(ben.userId);
});

test("ID-3: the same id again writes nothing more", async () => {
  const ann = await registerAccount();
  const id = freshId();
  await list(ann, id);
  const ledger = await Ledger.open();
  expect((await list(ann, id)).status).toBe(204);
  expect(ledger.rows.length, String(ledger)).toBeLessThanOrEqual(1);
});

test("ID-3: a handle and a recovery id do not meet, though both are in the directory", async () => {
  const [ann, ben] = [await registerAccount(), await registerAccount()];
  const handle = `h${crypto.randomUUID().replaceAll("-", "").slice(0, 20)}`;
  await request("PATCH", "/v1/account", { actor: ann, body: { handle } });
  const id = freshId();
  await list(ann, id);
  await request("PATCH", "/v1/account", { actor: ann, body: { handle: null } });
  expect((await find(id)).body.userId).toBe(ann.userId);
  const given = await request("PATCH", "/v1/account", { actor: ben, body: { handle } });
  expect(given.status).toBe(200);
});

test("ID-3: erasing the account gives its id back, and one that was being claimed", async () => {
  const ann = await registerAccount();
  const [id, claiming] = [freshId(), freshId()];
  await list(ann, id);
  const { userId, deviceId, signKey } = ann;
  const { body } = await request("POST", "/v1/challenges", { body: { userId, deviceId } });
  const signature = toBase64Url(ed25519.sign(eraseTranscript(ORIGIN, body.challenge), signKey));
  const [, erased] = await Promise.all([
    list(ann, claiming),
    request("DELETE", "/v1/account", {
      actor: ann,
      body: { challenge: body.challenge, signature },
    }),
  ]);
  expect(erased.status).toBe(204);
  await expectFree(id, claiming);
});

test("ID-3: what a failing directory has cut short, the alarm ends, in an object that woke anew", async () => {
  // Ahead of the real time, so that no alarm fires by itself.
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
  const ann = await registerAccount();
  const [first, second] = [freshId(), freshId()];
  await list(ann, first);
  vi.spyOn(Directory.prototype, "release").mockRejectedValueOnce(new Error("it is away"));
  expect((await list(ann, second)).status).toBe(204);
  expect(await valuesAt(first)).toBe(1);
  await evictDurableObject(mailboxOf(ann));
  vi.setSystemTime(Date.now() + 60_000);
  expect(await runDurableObjectAlarm(mailboxOf(ann))).toBe(true);
  await expectFree(first);
  expect((await find(second)).body.userId).toBe(ann.userId);
  vi.useRealTimers();
});
