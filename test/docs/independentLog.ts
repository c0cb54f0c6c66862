// Device logs, read as a client would that was written from docs/protocol.md alone, with node:crypto.

import { createHash, createPublicKey, verify } from "node:crypto";

/** An entry as it travels; which members it has, its kind says. */
export interface TravellingEntry {
  readonly kind: string;
  readonly signKey?: string;
  readonly agreeKey?: string;
  readonly recoveryKey?: string;
  readonly previous?: string;
  readonly by?: number | string;
  readonly device?: number;
  readonly createdAt: number;
  readonly signature: string;
  readonly possession?: string;
}

export interface ReadLog {
  readonly userId: string;
  /** In hex, after each entry, as are the signed bytes. */
  readonly heads: readonly string[];
  readonly signedBytes: readonly string[];
  readonly active: readonly number[];
  readonly removed: readonly number[];
}

const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest();
const decoded = (text: string | undefined) => Buffer.from(text ?? "", "base64url");
/** No part is 128 bytes long or longer, so each length is one byte. */
const lvCat = (...parts: Buffer[]) =>
  Buffer.concat(parts.flatMap((part) => [Buffer.from([part.length]), part]));

function u64be(value: number | undefined): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value ?? 0));
  return bytes;
}

/** Of an entry whose signatures may still be missing. */
export function signedBytesOf(entry: Omit<TravellingEntry, "signature">): Buffer {
  const { kind, signKey, agreeKey, recoveryKey, previous, by, device, createdAt } = entry;
  const start = [Buffer.from("acquaint device log v1"), Buffer.from(kind)];
  const keys = [decoded(signKey), decoded(agreeKey)];
  if (kind === "genesis") return lvCat(...start, ...keys, decoded(recoveryKey), u64be(createdAt));
  const signer = typeof by === "number" ? u64be(by) : Buffer.alloc(0);
  const end = [decoded(previous), signer, u64be(createdAt)];
  if (kind === "add") return lvCat(...start, ...keys, ...end);
  if (kind === "remove") return lvCat(...start, u64be(device), ...end);
  return lvCat(...start, decoded(recoveryKey), ...end);
}

function isSigned(key: string | undefined, bytes: Buffer, signature: string | undefined): boolean {
  if (key === undefined) return false;
  const jwk = { kty: "OKP", crv: "Ed25519", x: key };
  return verify(null, bytes, createPublicKey({ key: jwk, format: "jwk" }), decoded(signature));
}

/** @throws Error naming the numbered rule that the log breaks */
export function readLog(log: readonly TravellingEntry[]): ReadLog {
  const heads: Buffer[] = [];
  const signedBytes: string[] = [];
  const active = new Map<number, string>();
  const removed: number[] = [];
  const listed = new Set<string>();
  let recovery: string | undefined;
  for (const [index, entry] of log.entries()) {
    const { kind, signKey, agreeKey, recoveryKey, previous, by, device, signature } = entry;
    const bytes = signedBytesOf(entry);
    if ((kind === "genesis") !== (index === 0)) throw new Error("rule 1");
    if (index > 0 && previous !== heads.at(-1)?.toString("base64url")) throw new Error("rule 2");
    const signer = by === "recovery" ? recovery : active.get(by as number);
    if (!isSigned(index === 0 ? signKey : signer, bytes, signature)) throw new Error("rule 3");
    if (kind === "add") {
      if (active.size >= 8 || !isSigned(signKey, bytes, entry.possession))
        throw new Error("rule 4");
    }
    if (kind === "remove") {
      if (active.size === 1 || !active.delete(device ?? -1)) throw new Error("rule 5");
      removed.push(device ?? -1);
    }
    for (const key of [signKey, agreeKey, recoveryKey]) {
      if (key !== undefined && listed.has(key)) throw new Error("rule 6");
      if (key !== undefined) listed.add(key);
    }
    if (signKey !== undefined) active.set(index, signKey);
    if (recoveryKey !== undefined) recovery = recoveryKey;
    if (index + 1 + active.size > 41) throw new Error("rule 7");
    heads.push(sha256(bytes));
    signedBytes.push(bytes.toString("hex"));
  }
  if (heads[0] === undefined) throw new Error("rule 1");
  return {
    userId: base32(heads[0].subarray(0, 20)),
    heads: heads.map((head) => head.toString("hex")),
    signedBytes,
    active: [...active.keys()],
    removed,
  };
}

function base32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return (bits.match(/.{5}/g) ?? [])
    .map((five) => "abcdefghijklmnopqrstuvwxyz234567"[Number.parseInt(five, 2)])
    .join("");
}
