// BOX-1, ID-2: prekeys are left by a device that signs them, and each one-time prekey serves one drawer.

import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { beforeEach, expect, test } from "vitest";
import { ed25519 } from "@noble/curves/ed25519.js";
import { fromBase64Url, toBase64Url } from "../../shared/core/crypto/bytes.ts";
import { signedPrekeyBytes } from "../../shared/core/crypto/prekeys.ts";
import type { OneTimePrekey, PrekeyBundle, SignedPrekey } from "../../shared/wire/line.ts";
import { PREKEYS_MAX } from "../../shared/wire/limits.ts";
import {
  codeOf,
  makeAccount,
  randomText,
  registerAccount,
  request,
  strangerActor,
  type TestAccount,
} from "./support/accounts.ts";
import { addDevice } from "./support/asking.ts";
import { befriend, mailboxOf, read, removeDevice } from "./support/line.ts";

let ann: TestAccount;
let ben: TestAccount;

beforeEach(async () => {
  [ann, ben] = [await registerAccount(), await registerAccount()];
  await befriend(ann, ben);
});

function signedBy({ signKey }: TestAccount, id = 1): SignedPrekey {
  const key = randomText(32);
  const signature = ed25519.sign(signedPrekeyBytes(id, fromBase64Url(key)), signKey);
  return { id, key, signature: toBase64Url(signature) };
}

const oneTime = (first: number, count: number): OneTimePrekey[] =>
  Array.from({ length: count }, (_, index) => ({ id: first + index, key: randomText(32) }));

const leave = (device: TestAccount, keys: OneTimePrekey[], signed = signedBy(device)) =>
  request("PUT", "/v1/prekeys", { actor: device, body: { signed, oneTime: keys } });

const draw = (actor: TestAccount, owner: TestAccount, devices = [0]) =>
  request("POST", `/v1/accounts/${owner.userId}/prekeys`, { actor, body: { devices } });

const bundlesOf = async (...given: Parameters<typeof draw>): Promise<PrekeyBundle[]> =>
  (await draw(...given)).body.bundles;

test("a contact draws the signed prekey and a one-time one, until the signed one bears alone", async () => {
  const signed = signedBy(ben);
  const keys = oneTime(1, 2);
  expect(await bundlesOf(ann, ben), "none are left yet").toEqual([]);
  expect((await leave(ben, keys, signed)).body).toEqual({ left: 2 });
  expect(await bundlesOf(ann, ben)).toEqual([{ device: 0, signed, oneTime: keys[0] }]);
  await evictDurableObject(mailboxOf(ben));
  expect(await bundlesOf(ann, ben)).toEqual([{ device: 0, signed, oneTime: keys[1] }]);
  expect(await bundlesOf(ann, ben)).toEqual([{ device: 0, signed, oneTime: null }]);
});

test("of 100 draws at once none gets what another got", async () => {
  const keys = oneTime(1, PREKEYS_MAX);
  await leave(ben, keys);
  const drawn = await Promise.all(
    Array.from({ length: 100 }, () => mailboxOf(ben).drawPrekeys(ann.userId, [0, 0])),
  );
  const bundles = drawn.flatMap((result) => (result.ok ? result.value : []));
  expect(bundles.length).toBe(100);
  const got = bundles.flatMap((bundle) => (bundle.oneTime === null ? [] : [bundle.oneTime.id]));
  expect(got.toSorted((a, b) => a - b)).toEqual(keys.map(({ id }) => id));
});

test("uploads add up to the limit, change nothing twice, and bring no drawn prekey back", async () => {
  const first = oneTime(1, 30);
  expect((await leave(ben, first)).body).toEqual({ left: 30 });
  const [bundle] = await bundlesOf(ann, ben);
  expect(bundle?.oneTime).toEqual(first[0]);
  // The answer was lost, say; and one id comes with another key.
  const changed = [{ id: 2, key: randomText(32) }];
  expect((await leave(ben, [...first, ...changed])).body).toEqual({ left: 29 });
  expect((await leave(ben, oneTime(100, PREKEYS_MAX))).body).toEqual({ left: PREKEYS_MAX });
  expect((await bundlesOf(ann, ben))[0]?.oneTime).toEqual(first[1]);
  expect(codeOf(await leave(ben, oneTime(1, PREKEYS_MAX + 1)))).toBe("malformed-request");
});

test("a newer signed prekey replaces the older, and keeps the one-time ones", async () => {
  const [key] = oneTime(1, 1);
  await leave(ben, key === undefined ? [] : [key]);
  const newer = signedBy(ben, 2);
  expect((await leave(ben, [], newer)).body).toEqual({ left: 1 });
  expect(await bundlesOf(ann, ben)).toEqual([{ device: 0, signed: newer, oneTime: key }]);
});

test("a signed prekey that its device has not signed is refused, and changes nothing", async () => {
  const signed = signedBy(ben);
  await leave(ben, oneTime(1, 1), signed);
  const tablet = await addDevice(ben);
  const bad = [
    signedBy(ann),
    signedBy(tablet),
    { ...signedBy(ben), id: 9 },
    { ...signedBy(ben), key: randomText(32) },
    { ...signedBy(ben), signature: randomText(64) },
  ];
  for (const one of bad) {
    expect(codeOf(await leave(ben, oneTime(50, 3), one))).toBe("malformed-request");
  }
  expect((await bundlesOf(ann, ben))[0]).toMatchObject({ signed, oneTime: { id: 1 } });
  expect((await bundlesOf(ann, ben))[0]?.oneTime).toBe(null);
});

test("each device has its own; those that were removed or are unknown are missing", async () => {
  const tablet = await addDevice(ben, 2);
  await leave(ben, oneTime(1, 1));
  await leave(tablet, oneTime(1, 1));
  const bundles = await bundlesOf(ann, ben, [2, 1, 0]);
  expect(bundles.map(({ device }) => device)).toEqual([2, 0]);
  expect(bundles[0]?.signed).not.toEqual(bundles[1]?.signed);
  expect((await bundlesOf(ben, ben, [2])).length, "one's own account").toBe(1);
  await removeDevice(tablet);
  expect(await bundlesOf(ann, ben, [2])).toEqual([]);
  expect(codeOf(await leave(tablet, []))).toBe("unauthenticated");
  expect(codeOf(await draw(tablet, ann)), "ID-2: nor does it draw").toBe("unauthenticated");
});

test("strangers draw nothing and see no log; the blocked see what an exhausted device shows", async () => {
  const stranger = await registerAccount();
  const logOf = (actor: TestAccount, { userId }: { userId: string }) =>
    request("GET", `/v1/accounts/${userId}/log`, { actor });
  await leave(ben, oneTime(1, 1));
  expect(codeOf(await draw(stranger, ben))).toBe("not-a-contact");
  expect(codeOf(await logOf(stranger, ben))).toBe("not-a-contact");
  expect(codeOf(await logOf(ann, strangerActor()))).toBe("not-a-contact");
  expect(codeOf(await logOf(makeAccount(), ben))).toBe("unauthenticated");
  expect((await logOf(ann, ben)).body).toEqual({ log: ben.log });
  expect((await logOf(ben, ben)).body).toEqual({ log: ben.log });
  await request("PUT", `/v1/blocks/${ann.userId}`, { actor: ben });
  expect((await bundlesOf(ann, ben))[0]?.oneTime).toBe(null);
  expect((await logOf(ann, ben)).body).toEqual({ log: ben.log });
  await request("DELETE", `/v1/blocks/${ann.userId}`, { actor: ben });
  expect((await bundlesOf(ann, ben))[0]?.oneTime?.id, "none was spent on it").toBe(1);
  await request("DELETE", `/v1/contacts/${ann.userId}`, { actor: ben });
  expect(codeOf(await draw(ann, ben))).toBe("not-a-contact");
});

test("one account draws at a moderate pace", async () => {
  const codes = [];
  for (let tries = 0; tries < 25; tries++) codes.push(codeOf(await draw(ann, ben)));
  expect(codes).toContain("too-many-requests");
});

test("a reader is told how many are left, and a mailbox of before the line takes part in it", async () => {
  await runInDurableObject(mailboxOf(ben), (_, { storage }) => {
    storage.sql.exec("DROP TABLE envelope");
    storage.sql.exec("ALTER TABLE device DROP COLUMN number");
    storage.sql.exec("ALTER TABLE contact DROP COLUMN standing");
    storage.kv.put("schemaVersion", 1);
  });
  await evictDurableObject(mailboxOf(ben));
  await leave(ben, oneTime(1, 3));
  const readyOf = async (reads: boolean) => (await read(ben, { reads })).next("ready");
  expect((await readyOf(true))["prekeys"]).toBe(3);
  expect((await readyOf(false))["prekeys"]).toBe(undefined);
});
