// The device log: who an account is. It certifies itself: the userId is a hash of the first entry,
// each later entry is signed by a device or recovery key listed before it, and names the entry
// before it by its hash. So nobody, the server included, can put other keys behind an id.

import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import type { DeviceLog, GenesisEntry, LaterEntry, LogSigner } from "../../wire/auth.ts";
import type { DeviceId, UserId } from "../../wire/ids.ts";
import { equalBytes, fromBase64Url, lvCat, toBase32, utf8 } from "../crypto/bytes.ts";
import { genesisBytes, laterBytes } from "./logEntries.ts";
import { deviceOf, keysIn, refusalOf } from "./logRules.ts";

export { genesisBytes } from "./logEntries.ts";

const USER_ID_BYTES = 20;
const DEVICE_ID_BYTES = 10;

/** What a verified log says of its account. Keys and heads are raw bytes. */
export interface VerifiedLog {
  readonly userId: UserId;
  /** How many entries it has. */
  readonly length: number;
  /** SHA-256 of the last entry's signed bytes. */
  readonly head: Uint8Array;
  /** The head after each entry, `head` the last of them. */
  readonly heads: readonly Uint8Array[];
  /** Those that are active, by number: at least one. */
  readonly devices: readonly LoggedDevice[];
  /** Those that no longer speak for the account, in the order of their removal. */
  readonly removed: readonly LoggedDevice[];
  /** The Ed25519 public key that counts now, 32 bytes. */
  readonly recoveryKey: Uint8Array;
  /** Every key that the log has ever listed, in base64url: none comes again. */
  readonly keys: ReadonlySet<string>;
}

export interface LoggedDevice {
  /** The index of its entry in the log; never another device's. */
  readonly number: number;
  readonly deviceId: DeviceId;
  /** Ed25519 public key, 32 bytes. */
  readonly signKey: Uint8Array;
  /** X25519 public key, 32 bytes. */
  readonly agreeKey: Uint8Array;
}

/** What is kept of a log that was verified before. */
export type LogPin = Pick<VerifiedLog, "head" | "length">;

export function deviceIdOf(signKey: Uint8Array): DeviceId {
  return toBase32(sha256(signKey).subarray(0, DEVICE_ID_BYTES)) as DeviceId;
}

/** Checks a whole log; null when any entry is not what it claims to be, or may not stand where it does. */
export function verifyLog(log: Readonly<DeviceLog>): VerifiedLog | null {
  const [genesis, ...later] = log;
  if (genesis?.kind !== "genesis") return null;
  let verified = verifyGenesis(genesis);
  for (const entry of later) {
    if (verified === null || entry.kind === "genesis") return null;
    verified = extendLog(verified, entry);
  }
  return verified;
}

/** The log with one more entry; null when that entry may not come next, or is not signed as it must be. */
export function extendLog(log: VerifiedLog, entry: LaterEntry): VerifiedLog | null {
  if (refusalOf(log, entry) !== null) return null;
  const bytes = laterBytes(entry);
  if (!isSignatureBy(signerOf(log, entry.by), bytes, fromBase64Url(entry.signature))) return null;
  const head = sha256(bytes);
  const grown: VerifiedLog = {
    ...log,
    length: log.length + 1,
    head,
    heads: [...log.heads, head],
    keys: new Set([...log.keys, ...keysIn(entry)]),
  };
  switch (entry.kind) {
    case "add": {
      const device = deviceFrom(entry, log.length);
      const possession = fromBase64Url(entry.possession);
      if (!isSignatureBy(device.signKey, bytes, possession)) return null;
      return { ...grown, devices: [...log.devices, device] };
    }
    case "remove":
      return {
        ...grown,
        devices: log.devices.filter(({ number }) => number !== entry.device),
        removed: [...log.removed, ...log.devices.filter(({ number }) => number === entry.device)],
      };
    case "recovery":
      return { ...grown, recoveryKey: fromBase64Url(entry.recoveryKey) };
  }
}

/**
 * How a log that verifies stands to what was pinned of the same account's, by userId, before.
 * `behind`: shorter, so it is withheld or old, and never takes the place of what is pinned; whether it
 * would lead elsewhere does not show. `fork`: two histories with the same keys, which is an alarm.
 */
export function compareLogs(
  pinned: LogPin,
  seen: VerifiedLog,
): "same" | "extends" | "behind" | "fork" {
  if (seen.length < pinned.length) return "behind";
  const then = seen.heads[pinned.length - 1];
  if (then === undefined || !equalBytes(then, pinned.head)) return "fork";
  return seen.length === pinned.length ? "same" : "extends";
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

/** What a device signs to have its account erased: a session alone, which may be stolen, does not do it. */
export function eraseTranscript(origin: string, challenge: string): Uint8Array {
  return lvCat(utf8("acquaint erase v1"), utf8(origin), utf8(challenge));
}

function verifyGenesis(genesis: GenesisEntry): VerifiedLog | null {
  const bytes = genesisBytes(genesis);
  const device = deviceFrom(genesis, 0);
  if (!isSignatureBy(device.signKey, bytes, fromBase64Url(genesis.signature))) return null;
  const head = sha256(bytes);
  return {
    userId: toBase32(head.subarray(0, USER_ID_BYTES)) as UserId,
    length: 1,
    head,
    heads: [head],
    devices: [device],
    removed: [],
    recoveryKey: fromBase64Url(genesis.recoveryKey),
    keys: new Set([genesis.signKey, genesis.agreeKey, genesis.recoveryKey]),
  };
}

function deviceFrom(
  entry: { readonly signKey: string; readonly agreeKey: string },
  number: number,
): LoggedDevice {
  const signKey = fromBase64Url(entry.signKey);
  return {
    number,
    deviceId: deviceIdOf(signKey),
    signKey,
    agreeKey: fromBase64Url(entry.agreeKey),
  };
}

/** The rules have found the signer active before; no key signs for one that is not. */
function signerOf(log: VerifiedLog, by: LogSigner): Uint8Array {
  return by === "recovery" ? log.recoveryKey : (deviceOf(log, by)?.signKey ?? new Uint8Array(0));
}
