// The device log: who an account is. It certifies itself: the userId is a hash of the first entry,
// so that nobody, the server included, can put other keys behind an id.

import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import type { DeviceLog, GenesisEntry } from "../../wire/auth.ts";
import type { DeviceId, UserId } from "../../wire/ids.ts";
import { fromBase64Url, lvCat, toBase32, u64be, utf8 } from "../crypto/bytes.ts";

const LABEL = utf8("acquaint device log v1");
const USER_ID_BYTES = 20;
const DEVICE_ID_BYTES = 10;

/** What a verified log says of its account. Keys and head are raw bytes. */
export interface VerifiedLog {
  readonly userId: UserId;
  /** SHA-256 of the last entry's signed bytes. */
  readonly head: Uint8Array;
  readonly devices: readonly LoggedDevice[];
}

export interface LoggedDevice {
  readonly deviceId: DeviceId;
  /** Ed25519 public key, 32 bytes. */
  readonly signKey: Uint8Array;
  /** X25519 public key, 32 bytes. */
  readonly agreeKey: Uint8Array;
}

/** The bytes that the signature of a first entry covers and that the userId is the hash of. */
export function genesisBytes(entry: Omit<GenesisEntry, "signature">): Uint8Array {
  return lvCat(
    LABEL,
    utf8(entry.kind),
    fromBase64Url(entry.signKey),
    fromBase64Url(entry.agreeKey),
    fromBase64Url(entry.recoveryKey),
    u64be(entry.createdAt),
  );
}

export function deviceIdOf(signKey: Uint8Array): DeviceId {
  return toBase32(sha256(signKey).subarray(0, DEVICE_ID_BYTES)) as DeviceId;
}

/** Checks a whole log; null when any entry is not what it claims to be. */
export function verifyLog(log: DeviceLog): VerifiedLog | null {
  const [genesis] = log;
  if (genesis === undefined) return null;
  const bytes = genesisBytes(genesis);
  const signKey = fromBase64Url(genesis.signKey);
  if (!isSignatureBy(signKey, bytes, fromBase64Url(genesis.signature))) return null;
  const head = sha256(bytes);
  return {
    userId: toBase32(head.subarray(0, USER_ID_BYTES)) as UserId,
    head,
    devices: [
      { deviceId: deviceIdOf(signKey), signKey, agreeKey: fromBase64Url(genesis.agreeKey) },
    ],
  };
}

/** Ed25519 by RFC 8032, strictly; never throws on what a peer sends. */
export function isSignatureBy(
  signKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  try {
    return ed25519.verify(signature, message, signKey, { zip215: false });
  } catch {
    return false;
  }
}

/** What a device signs to win a session: bound to this server's origin, so that no other server can pass it on. */
export function sessionTranscript(origin: string, challenge: string): Uint8Array {
  return lvCat(utf8("acquaint session v1"), utf8(origin), utf8(challenge));
}
