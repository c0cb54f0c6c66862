// Who certifies devices (TAP-1): the server, with a key for each period. Keys are derived, so nothing is stored, and
// certificates of the period before are taken until they have expired.

import { concat, equalBytes, fromBase64Url, toBase64Url } from "../../shared/core/crypto/bytes.ts";
import {
  type CertificateClaims,
  certificateToBeSigned,
  encodeCertificate,
  type ReadCertificate,
} from "../../shared/core/tap/certificate.ts";
import { CERTIFICATE_TTL_SECONDS, ISSUER_KEY_SECONDS } from "../../shared/wire/limits.ts";
import type { Certificate, IssuerKeys } from "../../shared/wire/tap.ts";
import type { UserId } from "../../shared/wire/ids.ts";
import { keyedSeed } from "../auth/keys.ts";

interface IssuerKey {
  /** Ed25519, 32 bytes in base64url. */
  readonly publicKey: Promise<string>;
  readonly signing: Promise<CryptoKey>;
  readonly verifying: Promise<CryptoKey>;
}

const ED25519 = "Ed25519";
const SEED_BYTES = 32;
const KID_BYTES = 2;
const CERTIFICATE_ID_BYTES = 8;
/** A private key of Ed25519 up to its seed (RFC 8410, section 7). */
const PKCS8 = Uint8Array.of(48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32);

const keys = new Map<string, IssuerKey>();

/**
 * Certifies a device until a day from now.
 * @param signKey the device's, base64url of 32 bytes
 * @param now milliseconds since 1970
 */
export async function issueCertificate(
  secret: string,
  userId: UserId,
  signKey: string,
  now: number,
): Promise<Certificate> {
  const period = periodAt(now);
  const key = keyOf(secret, period);
  const expiresAtSeconds = Math.floor(now / 1_000) + CERTIFICATE_TTL_SECONDS;
  const claims: CertificateClaims = {
    keyId: kidOf(period),
    userId,
    expiresAtSeconds,
    certificateId: crypto.getRandomValues(new Uint8Array(CERTIFICATE_ID_BYTES)),
    signKey: fromBase64Url(signKey),
  };
  const signed = await crypto.subtle.sign(
    ED25519,
    await key.signing,
    asData(certificateToBeSigned(claims)),
  );
  const certificate = toBase64Url(encodeCertificate(claims, new Uint8Array(signed)));
  return { certificate, expiresAt: expiresAtSeconds * 1_000, now };
}

/** Whether this server has issued it; whether it counts still is another question. */
export async function isIssued(
  secret: string,
  certificate: ReadCertificate,
  now: number,
): Promise<boolean> {
  const period = periodsAt(now).find((one) => equalBytes(kidOf(one), certificate.keyId));
  if (period === undefined) return false;
  return isSigned(
    await keyOf(secret, period).verifying,
    certificate.toBeSigned,
    certificate.signature,
  );
}

/** Of the period before, this one and the next, so that whoever has fetched them knows the next in time. */
export async function issuerKeys(secret: string, now: number): Promise<IssuerKeys> {
  const published = periodsAt(now).map(async (period) => ({
    kty: "OKP" as const,
    crv: "Ed25519" as const,
    alg: "EdDSA" as const,
    use: "sig" as const,
    kid: toBase64Url(kidOf(period)),
    x: await keyOf(secret, period).publicKey,
  }));
  return { keys: await Promise.all(published) };
}

/** False also for what is no key or no signature. @param signKey Ed25519, 32 bytes */
export async function isSignedWith(
  signKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  try {
    return await isSigned(await verifyingKey(signKey), message, signature);
  } catch {
    return false;
  }
}

function isSigned(key: CryptoKey, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  return crypto.subtle.verify(ED25519, key, asData(signature), asData(message));
}

function verifyingKey(signKey: Uint8Array): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", asData(signKey), ED25519, false, ["verify"]);
}

function periodAt(now: number): number {
  return Math.floor(now / (ISSUER_KEY_SECONDS * 1_000));
}

function periodsAt(now: number): number[] {
  const period = periodAt(now);
  return [period - 1, period, period + 1];
}

function kidOf(period: number): Uint8Array {
  const kid = new Uint8Array(KID_BYTES);
  new DataView(kid.buffer).setUint16(0, period % 2 ** 16);
  return kid;
}

/** Kept per isolate: deriving one takes longer than signing with it. */
function keyOf(secret: string, period: number): IssuerKey {
  const name = `${period} ${secret}`;
  let key = keys.get(name);
  if (key === undefined) {
    key = makeKey(secret, period);
    keys.set(name, key);
  }
  return key;
}

function makeKey(secret: string, period: number): IssuerKey {
  const seed = keyedSeed(secret, "issuer", String(period)).slice(0, SEED_BYTES);
  const pkcs8 = asData(concat(PKCS8, seed));
  const signing = crypto.subtle.importKey("pkcs8", pkcs8, ED25519, true, ["sign"]);
  const publicKey = signing.then(publicKeyOf);
  const verifying = publicKey.then((x) => verifyingKey(fromBase64Url(x)));
  return { publicKey, signing, verifying };
}

/** By the platform: to compute it here costs an isolate that has just started 20 ms. */
async function publicKeyOf(signing: CryptoKey): Promise<string> {
  const { x = "" } = (await crypto.subtle.exportKey("jwk", signing)) as JsonWebKey;
  return x;
}

/** None of ours is of shared memory. */
function asData(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>;
}
