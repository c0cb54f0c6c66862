// The header in front of a box, in as few bytes as it takes: which session, which chain of the
// sender's and which place in it, the key that began the chain and the prekeys that began the
// session while the peer may lack them. It can be read without a key; only opening the box tells
// whether it is true.
import { concat, equalBytes } from "./bytes.ts";
import { AGREEMENT_KEY_BYTES, isAgreementKey } from "./diffieHellman.ts";
import { decodeLeb128, encodeLeb128 } from "./leb128.ts";

/** Control (receipts) never begins a new chain where there is one: see `sealBox`. */
export type BoxKind = "conversation" | "control";

/** Rides along until the initiator has opened an answer. */
export interface PrekeyHeader {
  /** 1 to 2^31-1. */
  readonly signedPrekeyId: number;
  /** 1 to 2^31-1; null when none was left. */
  readonly oneTimePrekeyId: number | null;
  /** X25519 public key of the initiator, 32 bytes. */
  readonly ephemeralKey: Uint8Array;
  /** First 8 bytes of the hash of the receipt whose session key was mixed in; null without one. */
  readonly pairing: Uint8Array | null;
}

interface RatchetKeyHeader {
  /** How many boxes the sender's previous chain has. */
  readonly previousN: number;
  /** X25519 public key, 32 bytes. */
  readonly publicKey: Uint8Array;
}

export interface BoxHeader {
  readonly kind: BoxKind;
  /** Of the session it was sealed in, 2 bytes: see {@link sessionTagOf}. */
  readonly sessionTag: Uint8Array;
  /** Which chain of the sender's, from 0. */
  readonly epoch: number;
  /** Which box of the chain, from 0. */
  readonly n: number;
  readonly ratchetKey: RatchetKeyHeader | null;
  /** Only on the sender's first chain, and never without the ratchet key. */
  readonly prekey: PrekeyHeader | null;
}

const VERSION = 1;
const VERSION_MASK = 0b111;
const HAS_PREKEY = 1 << 3;
const HAS_RATCHET_KEY = 1 << 4;
const IS_CONTROL = 1 << 5;
const KNOWN_FLAGS = VERSION_MASK | HAS_PREKEY | HAS_RATCHET_KEY | IS_CONTROL;
const SESSION_TAG_BYTES = 2;
const PAIRING_BYTES = 8;

/**
 * The beginning of the ephemeral key that names a session. It tells the few sessions of a pair
 * apart, and once in 65,536 times it does not: only opening a box proves its session.
 */
export function sessionTagOf(ephemeralKey: Uint8Array): Uint8Array {
  return ephemeralKey.slice(0, SESSION_TAG_BYTES);
}

/** flags ‖ tag ‖ epoch ‖ n ‖ (previousN ‖ key)? ‖ (signed id ‖ one-time id ‖ key ‖ pairing?)? */
export function encodeHeader(header: BoxHeader): Uint8Array {
  const { kind, sessionTag, epoch, n, ratchetKey, prekey } = header;
  const flags =
    VERSION |
    (prekey === null ? 0 : HAS_PREKEY) |
    (ratchetKey === null ? 0 : HAS_RATCHET_KEY) |
    (kind === "control" ? IS_CONTROL : 0);
  const parts = [Uint8Array.of(flags), sessionTag, encodeLeb128(epoch), encodeLeb128(n)];
  if (ratchetKey !== null) parts.push(encodeLeb128(ratchetKey.previousN), ratchetKey.publicKey);
  if (prekey !== null) {
    parts.push(
      encodeLeb128(prekey.signedPrekeyId),
      encodeLeb128(prekey.oneTimePrekeyId ?? 0),
      prekey.ephemeralKey,
      Uint8Array.of(prekey.pairing === null ? 0 : 1),
      prekey.pairing ?? new Uint8Array(0),
    );
  }
  return concat(...parts);
}

/** What a box says of itself, so that its session can be found or begun; null when malformed. */
export function readHeader(box: Uint8Array): BoxHeader | null {
  return splitBox(box)?.header ?? null;
}

/** A box as its header, the header's bytes and what is sealed; null when the header is malformed. */
export function splitBox(
  box: Uint8Array,
): { header: BoxHeader; headerBytes: Uint8Array; sealed: Uint8Array } | null {
  const reader = readerOf(box);
  const flags = reader.byte();
  if ((flags & VERSION_MASK) !== VERSION || (flags & ~KNOWN_FLAGS) !== 0) return null;
  const header: BoxHeader = {
    kind: (flags & IS_CONTROL) === 0 ? "conversation" : "control",
    sessionTag: reader.bytes(SESSION_TAG_BYTES),
    epoch: reader.number(),
    n: reader.number(),
    ratchetKey: (flags & HAS_RATCHET_KEY) === 0 ? null : readRatchetKey(reader),
    prekey: (flags & HAS_PREKEY) === 0 ? null : readPrekey(reader),
  };
  if (reader.hasFailed() || !arePrekeysInPlace(header)) return null;
  const length = reader.offset();
  return { header, headerBytes: box.subarray(0, length), sealed: box.subarray(length) };
}

/** Prekeys begin the very session that is tagged, on a first chain whose key is aboard. */
function arePrekeysInPlace({ prekey, sessionTag, epoch, ratchetKey }: BoxHeader): boolean {
  if (prekey === null) return true;
  const isTagged = equalBytes(sessionTag, sessionTagOf(prekey.ephemeralKey));
  return isTagged && epoch === 0 && ratchetKey !== null;
}

function readRatchetKey(reader: Reader): RatchetKeyHeader {
  return { previousN: reader.number(), publicKey: reader.key() };
}

function readPrekey(reader: Reader): PrekeyHeader {
  const signedPrekeyId = reader.number();
  const oneTimePrekeyId = reader.number();
  const ephemeralKey = reader.key();
  const pairings = reader.byte();
  if (signedPrekeyId === 0 || pairings > 1) reader.fail();
  return {
    signedPrekeyId,
    oneTimePrekeyId: oneTimePrekeyId === 0 ? null : oneTimePrekeyId,
    ephemeralKey,
    pairing: pairings === 0 ? null : reader.bytes(PAIRING_BYTES),
  };
}

/** Reads on after a fault, giving zeros, so that it is asked once, at the end. */
interface Reader {
  byte(): number;
  number(): number;
  bytes(length: number): Uint8Array;
  key(): Uint8Array;
  fail(): void;
  hasFailed(): boolean;
  offset(): number;
}

function readerOf(box: Uint8Array): Reader {
  let offset = 0;
  let failed = false;
  const bytes = (length: number): Uint8Array => {
    const part = box.slice(offset, offset + length);
    if (part.length < length) failed = true;
    offset += length;
    return part;
  };
  return {
    bytes,
    byte: () => bytes(1)[0] ?? 0,
    number() {
      const decoded = decodeLeb128(box, offset);
      if (decoded === null) failed = true;
      offset = decoded?.next ?? box.length;
      return decoded?.value ?? 0;
    },
    key() {
      const key = bytes(AGREEMENT_KEY_BYTES);
      if (!isAgreementKey(key)) failed = true;
      return key;
    },
    fail() {
      failed = true;
    },
    hasFailed: () => failed,
    offset: () => offset,
  };
}
