// The commitment to an identity that rides in CPace's associated data, and its check once opened.
// It shows nothing of the identity, so trying locators harvests nobody.

import { sha256 } from "@noble/hashes/sha2.js";
import type { IdentityOpening } from "../../wire/identity.ts";
import type { UserId } from "../../wire/ids.ts";
import { equalBytes, fromBase64Url, lvCat, utf8 } from "../crypto/bytes.ts";
import {
  isSignatureBy,
  type LoggedDevice,
  type VerifiedLog,
  verifyLog,
} from "../identity/deviceLog.ts";

/** A peer whose commitment, log and signature have been checked. */
export interface VerifiedPeer {
  readonly userId: UserId;
  /** To be pinned: head and length of the log that the peer showed. */
  readonly logHead: Uint8Array;
  readonly logLength: number;
  readonly device: LoggedDevice;
  readonly nonce: Uint8Array;
  /** As the peer calls itself; not verified, and to be shown as text only. */
  readonly name: string;
  readonly receiptSignature: Uint8Array;
}

/** SHA-256 over user, log head, device keys and a 32-byte nonce. */
export function commitmentTo(
  log: VerifiedLog,
  device: LoggedDevice,
  nonce: Uint8Array,
): Uint8Array {
  return sha256(
    lvCat(
      utf8("acquaint identity v1"),
      utf8(log.userId),
      log.head,
      device.signKey,
      device.agreeKey,
      nonce,
    ),
  );
}

/**
 * Null when the log does not verify or the device is not active in it, the commitment is another's, or
 * the receipt is not signed by the device.
 */
export function verifyOpening(
  opening: IdentityOpening,
  commitment: Uint8Array,
  receipt: Uint8Array,
): VerifiedPeer | null {
  const log = verifyLog(opening.log);
  const device = log?.devices.find(({ deviceId }) => deviceId === opening.deviceId);
  if (log === null || device === undefined) return null;
  const nonce = fromBase64Url(opening.nonce);
  if (!equalBytes(commitmentTo(log, device, nonce), commitment)) return null;
  const receiptSignature = fromBase64Url(opening.receiptSignature);
  if (!isSignatureBy(device.signKey, receipt, receiptSignature)) return null;
  const { userId, head: logHead, length: logLength } = log;
  return { userId, logHead, logLength, device, nonce, name: opening.name, receiptSignature };
}
