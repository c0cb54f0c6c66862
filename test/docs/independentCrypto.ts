// The cryptography of docs/protocol.md, written from that document alone: nothing of shared/ is used.

import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  randomBytes,
  sign,
  verify,
} from "node:crypto";
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { ristretto255, ristretto255_hasher } from "@noble/curves/ed25519.js";

export type Side = "initiator" | "responder";
export type Box = "identity" | "card";
export type Method = "key" | "passphrase" | "link";

export interface Exchange {
  readonly method: Method;
  readonly sid: Buffer;
  readonly openedAt: number;
  readonly initiator: { readonly share: Buffer; readonly commitment: Buffer };
  readonly responder: { readonly share: Buffer; readonly commitment: Buffer };
}

// Encodings

export const b64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64url");

export function fromB64(text: string): Buffer {
  const bytes = Buffer.from(text, "base64url");
  if (b64(bytes) !== text) throw new Error("not canonical base64url");
  return bytes;
}

export function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const groups = bits.match(/.{5}/g) ?? [];
  return groups
    .map((group) => "abcdefghijklmnopqrstuvwxyz234567"[Number.parseInt(group, 2)])
    .join("");
}

export function u64be(n: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(n));
  return bytes;
}

function lv(value: Uint8Array | string): Buffer {
  const bytes = Buffer.from(value as Uint8Array);
  const prefix: number[] = [];
  let rest = bytes.length;
  for (; rest > 127; rest >>>= 7) prefix.push((rest & 127) | 128);
  prefix.push(rest);
  return Buffer.concat([Buffer.from(prefix), bytes]);
}

export const lvCat = (...values: (Uint8Array | string)[]): Buffer => Buffer.concat(values.map(lv));

export const sha256 = (bytes: Uint8Array): Buffer => createHash("sha256").update(bytes).digest();
const sha512 = (bytes: Uint8Array): Buffer => createHash("sha512").update(bytes).digest();

function hkdf(key: Uint8Array, salt: Uint8Array, info: Uint8Array | string): Buffer {
  return Buffer.from(hkdfSync("sha512", key, salt, info, 32));
}
const NO_SALT = Buffer.alloc(0);

// Ed25519

const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");
const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

export function signerOf(seed: Uint8Array): {
  publicKey: Buffer;
  sign(message: Uint8Array): Buffer;
} {
  const key = createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, seed]),
    format: "der",
    type: "pkcs8",
  });
  const spki = createPublicKey(key).export({ format: "der", type: "spki" });
  return {
    publicKey: spki.subarray(SPKI_PREFIX.length),
    sign: (message) => sign(null, message, key),
  };
}

export function isSigned(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const key = createPublicKey({
    key: Buffer.concat([SPKI_PREFIX, publicKey]),
    format: "der",
    type: "spki",
  });
  return verify(null, message, key, signature);
}

// Accounts

export interface Entry {
  readonly kind: "genesis";
  readonly signKey: string;
  readonly agreeKey: string;
  readonly recoveryKey: string;
  readonly createdAt: number;
  readonly signature: string;
}

export interface Account {
  readonly userId: string;
  readonly deviceId: string;
  readonly head: Buffer;
  readonly signKey: Buffer;
  readonly agreeKey: Buffer;
}

export function entryBytes(entry: Omit<Entry, "signature">): Buffer {
  return lvCat(
    "acquaint device log v1",
    entry.kind,
    fromB64(entry.signKey),
    fromB64(entry.agreeKey),
    fromB64(entry.recoveryKey),
    u64be(entry.createdAt),
  );
}

export function verifiedAccount(log: readonly Entry[]): Account {
  const [entry] = log;
  if (entry === undefined || log.length !== 1 || entry.kind !== "genesis") throw new Error("log");
  const signKey = fromB64(entry.signKey);
  const bytes = entryBytes(entry);
  if (!isSigned(signKey, bytes, fromB64(entry.signature))) throw new Error("log signature");
  const head = sha256(bytes);
  return {
    userId: base32(head.subarray(0, 20)),
    deviceId: base32(sha256(signKey).subarray(0, 10)),
    head,
    signKey,
    agreeKey: fromB64(entry.agreeKey),
  };
}

export function commitmentOf(account: Account, nonce: Uint8Array): Buffer {
  const { userId, head, signKey, agreeKey } = account;
  return sha256(lvCat("acquaint identity v1", userId, head, signKey, agreeKey, nonce));
}

export const sessionBytes = (origin: string, challenge: string): Buffer =>
  lvCat("acquaint session v1", origin, challenge);

export function isWorkDone(challenge: string, solution: number, bits: number): boolean {
  const hash = sha256(Buffer.concat([sha256(Buffer.from(challenge)), u64be(solution)]));
  return BigInt(`0x${hash.toString("hex")}`) >> BigInt(256 - bits) === 0n;
}

// CPace

const { Point } = ristretto255;
const ORDER = Point.Fn.ORDER;
const ciOf = (method: Method): Buffer => lvCat("acquaint v1", method);

export function prsOf(secret: number): Buffer {
  const bytes = Buffer.alloc(3);
  bytes.writeUIntBE(secret, 0, 3);
  return bytes;
}

export function generatorString(method: Method, prs: Uint8Array, sid: Uint8Array): Buffer {
  const dsi = "CPaceRistretto255";
  const pad = Buffer.alloc(Math.max(0, 127 - lv(prs).length - lv(dsi).length));
  return lvCat(dsi, prs, pad, ciOf(method), sid);
}

function fromLittleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes.toReversed()).toString("hex")}`);
}

export function half(
  method: Method,
  prs: Uint8Array,
  sid: Uint8Array,
  random = randomBytes(64),
): { y: bigint; share: Buffer } {
  const y = fromLittleEndian(random) % ORDER;
  const g = ristretto255_hasher.deriveToCurve!(sha512(generatorString(method, prs, sid)));
  return { y, share: Buffer.from(g.multiply(y).toBytes()) };
}

const adOf = (side: Side, commitment: Uint8Array): Buffer => lvCat(side, commitment);

export function iskOf(exchange: Exchange, y: bigint, peerShare: Uint8Array): Buffer {
  if (Buffer.compare(exchange.initiator.share, exchange.responder.share) === 0) {
    throw new Error("a reflected share");
  }
  const k = Point.fromBytes(peerShare).multiply(y);
  if (k.is0()) throw new Error("the identity");
  return sha512(
    Buffer.concat([
      lvCat("CPaceRistretto255_ISK", exchange.sid, k.toBytes()),
      saidBy(exchange, "initiator"),
      saidBy(exchange, "responder"),
    ]),
  );
}

function saidBy(exchange: Exchange, side: Side): Buffer {
  const { share, commitment } = exchange[side];
  return lvCat(share, adOf(side, commitment));
}

export function confirmationOf(exchange: Exchange, isk: Uint8Array, side: Side): Buffer {
  const key = sha512(Buffer.concat([Buffer.from("CPaceMac"), exchange.sid, isk]));
  return createHmac("sha512", key).update(saidBy(exchange, side)).digest();
}

export const tagOf = (isk: Uint8Array): Buffer => hkdf(isk, NO_SALT, "acquaint match");

const boxKey = (isk: Uint8Array, side: Side, box: Box): Buffer =>
  hkdf(isk, NO_SALT, `acquaint seal ${side} ${box}`);

export function receiptOf(exchange: Exchange): Buffer {
  const { method, sid, openedAt, initiator, responder } = exchange;
  return lvCat(
    "acquaint receipt v1",
    method,
    u64be(openedAt),
    sid,
    initiator.share,
    adOf("initiator", initiator.commitment),
    responder.share,
    adOf("responder", responder.commitment),
  );
}

/** Of what each side sends. */
export function sessionKeysOf(
  exchange: Exchange,
  isk: Uint8Array,
  initiatorNonce: Uint8Array,
  responderNonce: Uint8Array,
): Readonly<Record<Side, Buffer>> {
  const keyOf = (side: Side) => {
    const info = lvCat(`acquaint session ${side}`, sha256(receiptOf(exchange)));
    return hkdf(isk, lvCat(initiatorNonce, responderNonce), info);
  };
  return { initiator: keyOf("initiator"), responder: keyOf("responder") };
}

// Sealed boxes

const STEPS: Readonly<Record<Box, number>> = { identity: 64, card: 256 };

export function sealBox(
  exchange: Exchange,
  isk: Uint8Array,
  side: Side,
  box: Box,
  content: Uint8Array,
  nonce: Uint8Array = randomBytes(24),
): Buffer {
  const length = Math.ceil((content.length + 4) / STEPS[box]) * STEPS[box];
  const padded = Buffer.alloc(length);
  padded.writeUInt32BE(content.length);
  padded.set(content, 4);
  const cipher = xchacha20poly1305(boxKey(isk, side, box), nonce, receiptOf(exchange));
  return Buffer.concat([nonce, cipher.encrypt(padded)]);
}

export function openBox(
  exchange: Exchange,
  isk: Uint8Array,
  side: Side,
  box: Box,
  sealed: Buffer,
): Buffer {
  const key = boxKey(isk, side, box);
  const cipher = xchacha20poly1305(key, sealed.subarray(0, 24), receiptOf(exchange));
  const padded = Buffer.from(cipher.decrypt(sealed.subarray(24)));
  const end = 4 + padded.readUInt32BE();
  if (end > padded.length || padded.subarray(end).some((byte) => byte !== 0)) {
    throw new Error("padding");
  }
  return padded.subarray(4, end);
}
