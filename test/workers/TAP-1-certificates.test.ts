// TAP-1: the server certifies devices for a day, with keys that change and are published. A certificate counts as long
// as its device is one of the account, and not a moment longer.

import { env } from "cloudflare:workers";
import { evictDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { fromBase64Url, toBase64Url } from "../../shared/core/crypto/bytes.ts";
import { isCertificateBy, readCertificate } from "../../shared/core/tap/certificate.ts";
import { CERTIFICATE_TTL_SECONDS, ISSUER_KEY_SECONDS } from "../../shared/wire/limits.ts";
import { type IssuerKeys, issuerKeysSchema } from "../../shared/wire/tap.ts";
import { issueCertificate, issuerKeys } from "../../workers/tap/issuer.ts";
import { codeOf, registerAccount, request, strangerActor } from "./support/accounts.ts";
import { addDevice } from "./support/asking.ts";
import { advanceClock, useStoppedClock } from "./support/clock.ts";
import { Household, removeSecond } from "./support/devices.ts";
import { mailboxOf, removeDevice } from "./support/line.ts";
import {
  certificateOf,
  outcomesOf,
  type Phone,
  submission,
  submit,
  tapped,
  ticketOf,
  touch,
} from "./support/tapping.ts";

useStoppedClock();

const KEYS_PATH = "/.well-known/acquaint-issuer-keys";
const DAY_MS = CERTIFICATE_TTL_SECONDS * 1_000;
const PERIOD_MS = ISSUER_KEY_SECONDS * 1_000;

/** The published key of that id, 32 bytes. */
function keyIn({ keys }: IssuerKeys, kid: Uint8Array): Uint8Array {
  const key = keys.find((one) => one.kid === toBase64Url(kid));
  if (key === undefined) throw new Error("the key is not published");
  return fromBase64Url(key.x);
}

async function publishedKeys(): Promise<IssuerKeys> {
  return issuerKeysSchema.parse((await request("GET", KEYS_PATH)).body);
}

function read(certificate: string) {
  const claims = readCertificate(fromBase64Url(certificate));
  if (claims === null) throw new Error("no certificate");
  return claims;
}

test("TAP-1: a device is certified for a day, and whoever knows the published keys can tell", async () => {
  const ann = await registerAccount();
  const { status, headers, body } = await request("POST", "/v1/certificates", { actor: ann });
  expect(status).toBe(201);
  expect(headers.get("cache-control")).toBe("no-store");
  const claims = read(body.certificate);
  expect(claims.userId).toBe(ann.userId);
  expect(toBase64Url(claims.signKey)).toBe(ann.log[0]?.signKey);
  expect(body.now).toBe(Date.now());
  expect(body.expiresAt).toBe(claims.expiresAtSeconds * 1_000);
  expect(body.expiresAt - body.now).toBeLessThanOrEqual(DAY_MS);
  expect(body.expiresAt - body.now).toBeGreaterThan(DAY_MS - 1_000);
  expect(isCertificateBy(keyIn(await publishedKeys(), claims.keyId), claims)).toBe(true);
  const again = await request("POST", "/v1/certificates", { actor: ann });
  expect(read(again.body.certificate).certificateId).not.toEqual(claims.certificateId);
});

test("TAP-1: anyone may read the issuer's keys, from any origin, and keep them for an hour", async () => {
  const { status, headers, body } = await request("GET", KEYS_PATH, {
    headers: { origin: "https://elsewhere.example" },
  });
  expect(status).toBe(200);
  expect(headers.get("cache-control")).toBe("public, max-age=3600");
  expect(headers.get("access-control-allow-origin")).toBe("*");
  const { keys } = issuerKeysSchema.parse(body);
  expect(new Set(keys.map(({ kid }) => kid)).size).toBe(3);
  expect(new Set(keys.map(({ x }) => x)).size).toBe(3);
  expect(await issuerKeys(env.SERVER_SECRET, Date.now())).toEqual(body);
});

test("TAP-1: each period has a key of its own, which is published ahead and one period longer", async () => {
  const now = Date.now();
  const [before, here, after] = await Promise.all(
    [now - PERIOD_MS, now, now + PERIOD_MS].map((at) => issuerKeys(env.SERVER_SECRET, at)),
  );
  expect(before?.keys.slice(1)).toEqual(here?.keys.slice(0, 2));
  expect(after?.keys.slice(0, 2)).toEqual(here?.keys.slice(1));
  const other = await issuerKeys(`${env.SERVER_SECRET}x`, now);
  expect(other.keys[0]?.x).not.toBe(here?.keys[0]?.x);
});

test("TAP-1: a certificate of the period before is taken until it has expired", async () => {
  const [ann, ben] = [await registerAccount(), await registerAccount()];
  // Up to an hour before the key changes.
  advanceClock(PERIOD_MS - (Date.now() % PERIOD_MS) - 3_600_000);
  const certificate = await certificateOf(ben);
  const before = read(certificate).keyId;
  advanceClock(7_200_000);
  const { body } = await request("POST", "/v1/certificates", { actor: ben });
  expect(read(body.certificate).keyId).not.toEqual(before);
  expect(outcomesOf(await tapped(ann, [await ticketOf(ben, { certificate })]))).toEqual([
    "established",
  ]);
  advanceClock(DAY_MS - 7_200_000);
  const cat = await registerAccount();
  expect(outcomesOf(await tapped(cat, [await ticketOf(ben, { certificate })]))).toEqual([
    "expired",
  ]);
});

test("TAP-1: a certificate of two periods ago, or of another server, is no certificate", async () => {
  const [ann, ben] = [await registerAccount(), await registerAccount()];
  const signKey = ben.log[0]?.signKey ?? "";
  const now = Date.now();
  const old = await issueCertificate(env.SERVER_SECRET, ben.userId, signKey, now - 2 * PERIOD_MS);
  const other = await issueCertificate(`${env.SERVER_SECRET}x`, ben.userId, signKey, now);
  const tickets = [
    await ticketOf(ben, { certificate: old.certificate }),
    await ticketOf(ben, { certificate: other.certificate }),
  ];
  expect(outcomesOf(await tapped(ann, tickets))).toEqual(["forged", "forged"]);
});

test("TAP-1: nobody without a say is certified", async () => {
  expect(codeOf(await request("POST", "/v1/certificates"))).toBe("unauthenticated");
  const stranger = strangerActor();
  expect(codeOf(await request("POST", "/v1/certificates", { actor: stranger }))).toBe(
    "unauthenticated",
  );
  const ann = await registerAccount();
  const tablet = await addDevice(ann);
  await removeDevice(tablet);
  expect(codeOf(await request("POST", "/v1/certificates", { actor: tablet }))).toBe(
    "unauthenticated",
  );
});

test.for(["awake", "evicted"] as const)(
  "TAP-1: tickets of a device count no more from the moment of its removal (mailbox %s)",
  async (condition) => {
    const ann = await registerAccount();
    const house = await Household.of(2);
    const tablet = house.member(1) as Phone;
    const tickets = [await ticketOf(tablet), await ticketOf(tablet)];
    expect(outcomesOf(await touch(ann, tablet))).toEqual(["established"]);
    const removedAt = Date.now();
    await removeSecond(house);
    if (condition === "evicted") await evictDurableObject(mailboxOf(house));
    expect(outcomesOf(await tapped(ann, tickets.slice(0, 1)))).toEqual(["revoked"]);
    // The server's clock stands still: the very next submission is refused, with nothing to wait for.
    expect(Date.now()).toBe(removedAt);
    expect(outcomesOf(await tapped(ann, [await ticketOf(house.member(0) as Phone)]))).toEqual([
      "already",
    ]);
    const answer = await submit(tablet, await submission(tablet, [await ticketOf(ann)]));
    expect(codeOf(answer)).toBe("unauthenticated");
  },
);

test("TAP-1: tickets of an account that was never registered, or is gone, are revoked", async () => {
  const ann = await registerAccount();
  const ghost = { ...strangerActor(), signKey: new Uint8Array(32).fill(7) };
  const { ed25519 } = await import("@noble/curves/ed25519.js");
  const signKey = toBase64Url(ed25519.getPublicKey(ghost.signKey));
  const { certificate } = await issueCertificate(
    env.SERVER_SECRET,
    ghost.userId,
    signKey,
    Date.now(),
  );
  expect(outcomesOf(await tapped(ann, [await ticketOf(ghost, { certificate })]))).toEqual([
    "revoked",
  ]);
});
