// What the entries of a device log sign, one form for each kind (docs/protocol.md, Device log).
// A later entry names the hash of the bytes before it, so it belongs to one place of one log.

import type {
  AddEntry,
  GenesisEntry,
  LogSigner,
  RecoveryEntry,
  RemoveEntry,
} from "../../wire/auth.ts";
import { fromBase64Url, lvCat, u64be, utf8 } from "../crypto/bytes.ts";

const LABEL = utf8("acquaint device log v1");

type UnsignedAdd = Omit<AddEntry, "signature" | "possession">;
type UnsignedRemove = Omit<RemoveEntry, "signature">;
type UnsignedRecovery = Omit<RecoveryEntry, "signature">;
/** A later entry before its signatures. */
export type UnsignedEntry = UnsignedAdd | UnsignedRemove | UnsignedRecovery;

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

/** The bytes that the signatures of a later entry cover and that the next entry names the hash of. */
export function laterBytes(entry: UnsignedEntry): Uint8Array {
  return lvCat(
    LABEL,
    utf8(entry.kind),
    ...contentOf(entry),
    fromBase64Url(entry.previous),
    signerBytes(entry.by),
    u64be(entry.createdAt),
  );
}

function contentOf(entry: UnsignedEntry): Uint8Array[] {
  switch (entry.kind) {
    case "add":
      return [fromBase64Url(entry.signKey), fromBase64Url(entry.agreeKey)];
    case "remove":
      return [u64be(entry.device)];
    case "recovery":
      return [fromBase64Url(entry.recoveryKey)];
  }
}

/** Nothing stands for the recovery key: no number is written so. */
function signerBytes(by: LogSigner): Uint8Array {
  return by === "recovery" ? new Uint8Array(0) : u64be(by);
}
