// Entries to come, for whoever writes them: first the bytes to sign, then, with the signatures, the
// entry. Private keys stay outside. A device that is added makes the same draft to see what it signs.

import type {
  AddEntry,
  LaterEntry,
  LogSigner,
  RecoveryEntry,
  RemoveEntry,
} from "../../wire/auth.ts";
import { toBase64Url } from "../crypto/bytes.ts";
import type { VerifiedLog } from "./deviceLog.ts";
import { laterBytes, type UnsignedEntry } from "./logEntries.ts";
import { type LogRefusal, refusalOf } from "./logRules.ts";

/** `finish` takes Ed25519 signatures over `bytes`, 64 bytes each, and does not check them. */
export type Draft<Entry extends LaterEntry, Signatures extends readonly Uint8Array[]> =
  | {
      readonly ok: true;
      readonly bytes: Uint8Array;
      readonly finish: (...signatures: Signatures) => Entry;
    }
  | { readonly ok: false; readonly reason: LogRefusal };

interface Signing {
  /** Whose key signs; a device by its number. */
  readonly by: LogSigner;
  /** Milliseconds since 1970, by the signing device's clock. */
  readonly createdAt: number;
}

/** A new device, of these public keys of 32 bytes. Its number will be `log.length`. */
export function appendAdd(
  log: VerifiedLog,
  { signKey, agreeKey, by, createdAt }: Signing & Record<"signKey" | "agreeKey", Uint8Array>,
): Draft<AddEntry, [signature: Uint8Array, possession: Uint8Array]> {
  const keys = { signKey: toBase64Url(signKey), agreeKey: toBase64Url(agreeKey) };
  const unsigned = { kind: "add" as const, ...keys, ...placeOf(log), by, createdAt };
  return draftOf(log, unsigned, (signature, possession) => ({
    ...unsigned,
    signature: toBase64Url(signature),
    possession: toBase64Url(possession),
  }));
}

/** The end of a device; it may be the one that signs. */
export function appendRemove(
  log: VerifiedLog,
  { device, by, createdAt }: Signing & { readonly device: number },
): Draft<RemoveEntry, [signature: Uint8Array]> {
  const unsigned = { kind: "remove" as const, device, ...placeOf(log), by, createdAt };
  return draftOf(log, unsigned, (signature) => ({
    ...unsigned,
    signature: toBase64Url(signature),
  }));
}

/** Another recovery key, the public key of a new phrase, in place of the one so far. */
export function appendRecovery(
  log: VerifiedLog,
  { recoveryKey, by, createdAt }: Signing & { readonly recoveryKey: Uint8Array },
): Draft<RecoveryEntry, [signature: Uint8Array]> {
  const key = { recoveryKey: toBase64Url(recoveryKey) };
  const unsigned = { kind: "recovery" as const, ...key, ...placeOf(log), by, createdAt };
  return draftOf(log, unsigned, (signature) => ({
    ...unsigned,
    signature: toBase64Url(signature),
  }));
}

function draftOf<Entry extends LaterEntry, Signatures extends readonly Uint8Array[]>(
  log: VerifiedLog,
  unsigned: UnsignedEntry,
  finish: (...signatures: Signatures) => Entry,
): Draft<Entry, Signatures> {
  const reason = refusalOf(log, unsigned);
  return reason === null
    ? { ok: true, bytes: laterBytes(unsigned), finish }
    : { ok: false, reason };
}

function placeOf(log: VerifiedLog): { readonly previous: string } {
  return { previous: toBase64Url(log.head) };
}
