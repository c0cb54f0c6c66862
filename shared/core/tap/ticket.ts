// What a phone hands over when it is touched (TAP-2): its certificate, a fresh nonce and the time, signed by the
// device's key. 259 bytes of one layout; it needs no network to make one, and counts once, for a minute.

import { sha256 } from "@noble/hashes/sha2.js";
import { concat, lvCat, u64be, utf8 } from "../crypto/bytes.ts";
import { isSignatureBy } from "../identity/deviceLog.ts";
import {
  CERTIFICATE_BYTES,
  TICKET_BYTES,
  TICKET_EARLY_SECONDS,
  TICKET_TTL_SECONDS,
} from "../../wire/limits.ts";
import { readCertificate, type ReadCertificate } from "./certificate.ts";

export interface ReadTicket {
  readonly certificate: ReadCertificate;
  /** 16 bytes: a commitment to the share of {@link nonceOf}. */
  readonly nonce: Uint8Array;
  /** By the server's clock, as far as the device knows it. */
  readonly timeSeconds: number;
  /** What the device signs. */
  readonly toBeSigned: Uint8Array;
  readonly signature: Uint8Array;
}

const VERSION = 1;
const NONCE_BYTES = 16;
const TIME_BYTES = 4;
const SIGNATURE_BYTES = 64;

/** The nonce that commits to a share of 16 random bytes, which a table shows once all have committed. */
export function nonceOf(share: Uint8Array): Uint8Array {
  return sha256(lvCat(utf8("acquaint share v1"), share)).slice(0, NONCE_BYTES);
}

/** @param certificate 174 bytes @param nonce 16 bytes */
export function ticketToBeSigned(
  certificate: Uint8Array,
  nonce: Uint8Array,
  timeSeconds: number,
): Uint8Array {
  return lvCat(utf8("acquaint ticket v1"), certificate, nonce, u64be(timeSeconds));
}

export function encodeTicket(
  certificate: Uint8Array,
  nonce: Uint8Array,
  timeSeconds: number,
  signature: Uint8Array,
): Uint8Array {
  const time = new Uint8Array(TIME_BYTES);
  new DataView(time.buffer).setUint32(0, timeSeconds);
  return concat(Uint8Array.of(VERSION), certificate, nonce, time, signature);
}

/** Null for whatever is no ticket; never throws. No signature is looked at. */
export function readTicket(bytes: Uint8Array): ReadTicket | null {
  if (bytes.length !== TICKET_BYTES || bytes[0] !== VERSION) return null;
  const nonceAt = 1 + CERTIFICATE_BYTES;
  const timeAt = nonceAt + NONCE_BYTES;
  const signatureAt = timeAt + TIME_BYTES;
  const certificateBytes = bytes.slice(1, nonceAt);
  const certificate = readCertificate(certificateBytes);
  if (certificate === null) return null;
  const nonce = bytes.slice(nonceAt, timeAt);
  const timeSeconds = new DataView(bytes.buffer, bytes.byteOffset + timeAt).getUint32(0);
  const toBeSigned = ticketToBeSigned(certificateBytes, nonce, timeSeconds);
  const signature = bytes.slice(signatureAt, signatureAt + SIGNATURE_BYTES);
  return { certificate, nonce, timeSeconds, toBeSigned, signature };
}

/** Whether the device of its certificate has signed it; who has certified that device is another question. */
export function isSignedByItsDevice({ certificate, toBeSigned, signature }: ReadTicket): boolean {
  return isSignatureBy(certificate.signKey, toBeSigned, signature);
}

/** Whether it counts at that time. @param now milliseconds by the server's clock */
export function isInTime({ certificate, timeSeconds }: ReadTicket, now: number): boolean {
  const seconds = now / 1_000;
  const isFresh =
    seconds >= timeSeconds - TICKET_EARLY_SECONDS && seconds < timeSeconds + TICKET_TTL_SECONDS;
  return isFresh && seconds < certificate.expiresAtSeconds;
}
