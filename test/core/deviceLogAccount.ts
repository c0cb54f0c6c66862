// An account with all its private keys, whose log the tests let grow: by the rules, or against them
// with signatures that are right nevertheless.

import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { toBase64Url, utf8 } from "../../shared/core/crypto/bytes.ts";
import {
  extendLog,
  genesisBytes,
  type VerifiedLog,
  verifyLog,
} from "../../shared/core/identity/deviceLog.ts";
import { appendAdd, appendRecovery, appendRemove } from "../../shared/core/identity/logDrafts.ts";
import { laterBytes, type UnsignedEntry } from "../../shared/core/identity/logEntries.ts";
import type {
  DeviceLog,
  GenesisEntry,
  LaterEntry,
  LogEntry,
  LogSigner,
} from "../../shared/wire/auth.ts";

const BEGINNING = 1_800_000_000_000;

/** Of a text; the same each time. */
export interface Keys {
  readonly secret: Uint8Array;
  readonly signKey: Uint8Array;
  readonly agreeKey: Uint8Array;
}

export function keysOf(text: string): Keys {
  const secret = sha512(utf8(`sign ${text}`)).slice(0, 32);
  const agreeKey = x25519.getPublicKey(sha512(utf8(`agree ${text}`)).slice(0, 32));
  return { secret, signKey: ed25519.getPublicKey(secret), agreeKey };
}

/** Entries signed by the wrong key or against the rules are made with `forced`. */
export class Account {
  readonly name: string;
  readonly log: DeviceLog;
  /** What the log says, entry by entry as it came. */
  verified: VerifiedLog;
  /** By number, those of removed devices included. */
  readonly devices: Map<number, Keys>;
  /** The last one counts. */
  readonly recoveries: Keys[];

  constructor(name: string, before?: Account) {
    this.name = name;
    this.log = [...(before?.log ?? [genesisOf(name)])];
    this.verified = before?.verified ?? must(verifyLog(this.log));
    this.devices = new Map(before?.devices ?? [[0, keysOf(`${name} 0`)]]);
    this.recoveries = [...(before?.recoveries ?? [keysOf(`${name} recovery`)])];
  }

  get recovery(): Keys {
    return must(this.recoveries.at(-1));
  }

  add(by: LogSigner, keys = this.#freshKeys()): this {
    const { signKey, agreeKey } = keys;
    const draft = appendAdd(this.verified, { signKey, agreeKey, by, createdAt: this.#time() });
    if (!draft.ok) throw new Error(draft.reason);
    this.devices.set(this.log.length, keys);
    const signature = ed25519.sign(draft.bytes, this.secretOf(by));
    return this.#grow(draft.finish(signature, ed25519.sign(draft.bytes, keys.secret)));
  }

  remove(device: number, by: LogSigner): this {
    const draft = appendRemove(this.verified, { device, by, createdAt: this.#time() });
    if (!draft.ok) throw new Error(draft.reason);
    return this.#grow(draft.finish(ed25519.sign(draft.bytes, this.secretOf(by))));
  }

  replacePhrase(by: LogSigner, keys = this.#freshKeys()): this {
    const given = { recoveryKey: keys.signKey, by, createdAt: this.#time() };
    const draft = appendRecovery(this.verified, given);
    if (!draft.ok) throw new Error(draft.reason);
    this.#grow(draft.finish(ed25519.sign(draft.bytes, this.secretOf(by))));
    this.recoveries.push(keys);
    return this;
  }

  /** The log with one entry more that no rule was asked about, signed by whatever keys are given. */
  forced(unsigned: Unplaced, secret: Uint8Array, possessor?: Uint8Array): LogEntry[] {
    const previous = toBase64Url(this.verified.head);
    return [...this.log, signed({ previous, ...unsigned } as UnsignedEntry, secret, possessor)];
  }

  secretOf(by: LogSigner): Uint8Array {
    return by === "recovery" ? this.recovery.secret : must(this.devices.get(by)).secret;
  }

  #grow(entry: LaterEntry): this {
    this.verified = must(extendLog(this.verified, entry));
    this.log.push(entry);
    return this;
  }

  #freshKeys(): Keys {
    return keysOf(`${this.name} ${this.log.length}`);
  }

  #time(): number {
    return BEGINNING + this.log.length;
  }
}

function genesisOf(name: string): GenesisEntry {
  const { secret, signKey, agreeKey } = keysOf(`${name} 0`);
  const unsigned = {
    kind: "genesis" as const,
    signKey: toBase64Url(signKey),
    agreeKey: toBase64Url(agreeKey),
    recoveryKey: toBase64Url(keysOf(`${name} recovery`).signKey),
    createdAt: BEGINNING,
  };
  return { ...unsigned, signature: toBase64Url(ed25519.sign(genesisBytes(unsigned), secret)) };
}

/** `previous` may be left out, for the head. */
export type Unplaced<Entry = UnsignedEntry> = Entry extends UnsignedEntry
  ? Omit<Entry, "previous"> & { readonly previous?: string }
  : never;

/** Signed by the given key, and of a new device by its own, or by the one that is given for it. */
export function signed(
  unsigned: UnsignedEntry,
  secret: Uint8Array,
  possessor?: Uint8Array,
): LaterEntry {
  const bytes = laterBytes(unsigned);
  const signature = toBase64Url(ed25519.sign(bytes, secret));
  if (unsigned.kind !== "add") return { ...unsigned, signature };
  const possession = toBase64Url(ed25519.sign(bytes, must(possessor)));
  return { ...unsigned, signature, possession };
}

/** What an `add` of these keys says, before its place and signatures. */
export function addOf({ signKey, agreeKey }: Keys, by: LogSigner): Unplaced {
  const keys = { signKey: toBase64Url(signKey), agreeKey: toBase64Url(agreeKey) };
  return { kind: "add", ...keys, by, createdAt: 1 };
}

export function must<Value>(value: Value | null | undefined): Value {
  if (value === null || value === undefined) throw new Error("the example does not work out");
  return value;
}
