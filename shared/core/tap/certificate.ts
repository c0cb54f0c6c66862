// The certificate of a device (TAP-1): COSE_Sign1 (RFC 9052) with CWT claims (RFC 8392), deterministic CBOR. Every
// certificate has the same layout, so it is written and read as a form with five blanks; nothing else is one.

import { isSignatureBy } from "../identity/deviceLog.ts";
import { concat, equalBytes, utf8 } from "../crypto/bytes.ts";
import type { UserId } from "../../wire/ids.ts";
import { userIdSchema } from "../../wire/ids.ts";

/** What a certificate says. */
export interface CertificateClaims {
  /** Of the issuer's key, 2 bytes. */
  readonly keyId: Uint8Array;
  readonly userId: UserId;
  /** Whole seconds since 1970: CWT's `exp`. */
  readonly expiresAtSeconds: number;
  /** 8 random bytes: CWT's `cti`. */
  readonly certificateId: Uint8Array;
  /** The device's Ed25519 key, 32 bytes: CWT's `cnf` (RFC 8747) as a COSE_Key. */
  readonly signKey: Uint8Array;
}

export interface ReadCertificate extends CertificateClaims {
  /** What the issuer signs. */
  readonly toBeSigned: Uint8Array;
  readonly signature: Uint8Array;
}

/** COSE_Sign1, tagged: an array of protected header, unprotected header, payload and signature. */
const HEAD = [0xd2, 0x84];
/** Algorithm EdDSA; then the key id, of two bytes. */
const PROTECTED = [0x47, 0xa2, 0x01, 0x27, 0x04, 0x42];
const UNPROTECTED = [0xa0];
/** 95 bytes: a map of four claims, of which the first is `sub`, 32 characters. */
const SUBJECT = [0x58, 0x5f, 0xa4, 0x02, 0x78, 0x20];
const EXPIRY = [0x04, 0x1a];
const ID = [0x07, 0x48];
/** `cnf` with a COSE_Key of type OKP and curve Ed25519. */
const KEY = [0x08, 0xa1, 0x01, 0xa3, 0x01, 0x01, 0x20, 0x06, 0x21, 0x58, 0x20];
const SIGNATURE = [0x58, 0x40];

const ISSUER_KEY_ID_BYTES = 2;
const USER_ID_CHARS = 32;
const EXPIRY_BYTES = 4;
const CERTIFICATE_ID_BYTES = 8;
const SIGN_KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

/** `["Signature1", protected, h'', payload]` begins so (RFC 9052, section 4.4). */
const TO_BE_SIGNED = concat(Uint8Array.of(0x84, 0x6a), utf8("Signature1"));

/** The bytes that the issuer signs. @see RFC 9052, section 4.4 */
export function certificateToBeSigned(claims: CertificateClaims): Uint8Array {
  const { header, payload } = partsOf(claims);
  return concat(TO_BE_SIGNED, header, Uint8Array.of(0x40), payload);
}

/** The certificate, 174 bytes. @param signature by the issuer over {@link certificateToBeSigned} */
export function encodeCertificate(claims: CertificateClaims, signature: Uint8Array): Uint8Array {
  const { header, payload } = partsOf(claims);
  return concat(
    Uint8Array.from(HEAD),
    header,
    Uint8Array.from(UNPROTECTED),
    payload,
    Uint8Array.from(SIGNATURE),
    signature,
  );
}

/** Null for whatever is no certificate; never throws. The signature is not looked at. */
export function readCertificate(bytes: Uint8Array): ReadCertificate | null {
  const form = new Form(bytes);
  form.expect(HEAD);
  form.expect(PROTECTED);
  const keyId = form.take(ISSUER_KEY_ID_BYTES);
  form.expect(UNPROTECTED);
  form.expect(SUBJECT);
  const userId = userIdSchema.safeParse(new TextDecoder().decode(form.take(USER_ID_CHARS)));
  form.expect(EXPIRY);
  const expiry = form.take(EXPIRY_BYTES);
  form.expect(ID);
  const certificateId = form.take(CERTIFICATE_ID_BYTES);
  form.expect(KEY);
  const signKey = form.take(SIGN_KEY_BYTES);
  form.expect(SIGNATURE);
  const signature = form.take(SIGNATURE_BYTES);
  if (!form.isWhole() || !userId.success) return null;
  const expiresAtSeconds = new DataView(expiry.buffer, expiry.byteOffset).getUint32(0);
  const claims = { keyId, userId: userId.data, expiresAtSeconds, certificateId, signKey };
  return { ...claims, toBeSigned: certificateToBeSigned(claims), signature };
}

/** @param issuerKey Ed25519, 32 bytes, of that key id */
export function isCertificateBy(issuerKey: Uint8Array, certificate: ReadCertificate): boolean {
  return isSignatureBy(issuerKey, certificate.toBeSigned, certificate.signature);
}

function partsOf(claims: CertificateClaims): { header: Uint8Array; payload: Uint8Array } {
  const expiry = new Uint8Array(EXPIRY_BYTES);
  new DataView(expiry.buffer).setUint32(0, claims.expiresAtSeconds);
  const header = concat(Uint8Array.from(PROTECTED), claims.keyId);
  const payload = concat(
    Uint8Array.from(SUBJECT),
    utf8(claims.userId),
    Uint8Array.from(EXPIRY),
    expiry,
    Uint8Array.from(ID),
    claims.certificateId,
    Uint8Array.from(KEY),
    claims.signKey,
  );
  return { header, payload };
}

/** Bytes that are read from the front; a mismatch shows at the end. */
class Form {
  readonly #bytes: Uint8Array;
  #at = 0;
  #fits = true;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  expect(bytes: readonly number[]): void {
    if (!equalBytes(this.take(bytes.length), Uint8Array.from(bytes))) this.#fits = false;
  }

  /** Of exactly that length; zeros when there are too few. */
  take(length: number): Uint8Array {
    const taken = this.#bytes.slice(this.#at, this.#at + length);
    this.#at += length;
    if (taken.length === length) return taken;
    this.#fits = false;
    return new Uint8Array(length);
  }

  isWhole(): boolean {
    return this.#fits && this.#at === this.#bytes.length;
  }
}
