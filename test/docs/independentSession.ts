// Sessions of two, written from docs/protocol.md ("Sessions of two") alone.

import { randomBytes } from "node:crypto";
import { lvCat } from "./independentCrypto.ts";
import {
  agree,
  decrypt,
  encrypt,
  hkdf256,
  hmac256,
  padded,
  type Pair,
  pairOf,
  unpadded,
} from "./independentSeal.ts";

export type Role = "initiator" | "responder";
export type Kind = "conversation" | "control";

export interface Party {
  readonly userId: string;
  readonly deviceId: string;
  readonly agreeKey: Buffer;
}

export interface Prekeys {
  readonly signedId: number;
  /** 0 for none. */
  readonly oneTimeId: number;
  /** EK, public. */
  readonly ephemeral: Buffer;
  /** First 8 bytes of the pairing's receipt hash. */
  readonly pairing: Buffer | null;
}

export interface Header {
  readonly kind: Kind;
  readonly tag: Buffer;
  readonly epoch: number;
  readonly n: number;
  readonly ratchet: { readonly previousN: number; readonly key: Buffer } | null;
  readonly prekeys: Prekeys | null;
}

interface Chain {
  readonly epoch: number;
  readonly n: number;
  readonly key: Buffer;
}

/** "The root of a session". */
export function rootOf(
  [initiator, responder]: readonly [Party, Party],
  agreements: readonly Buffer[],
  signedPrekey: Buffer,
  oneTimePrekey: Buffer | null,
  psk: Buffer | null,
): Buffer {
  const info = lvCat(
    "acquaint line v1",
    initiator.userId,
    initiator.deviceId,
    responder.userId,
    responder.deviceId,
    initiator.agreeKey,
    responder.agreeKey,
    signedPrekey,
    oneTimePrekey ?? "",
  );
  const ikm = Buffer.concat([Buffer.alloc(32, 0xff), ...agreements]);
  return hkdf256(ikm, psk ?? Buffer.alloc(32), info, 32);
}

/** "The ratchet": a new root, and the chain that begins. */
export function turnOf(root: Buffer, agreement: Buffer): { root: Buffer; chain: Buffer } {
  const both = hkdf256(agreement, root, "acquaint ratchet v1", 64);
  return { root: both.subarray(0, 32), chain: both.subarray(32) };
}

export function keysOf(secret: Buffer): { key: Buffer; nonce: Buffer } {
  const both = hkdf256(secret, Buffer.alloc(32), "acquaint message v1", 56);
  return { key: both.subarray(0, 32), nonce: both.subarray(32) };
}

export const associatedData = (from: Party, to: Party): Buffer =>
  lvCat("acquaint line ad v1", from.userId, from.deviceId, to.userId, to.deviceId);

export const transientKey = (root: Buffer, role: Role): Buffer =>
  hkdf256(root, Buffer.alloc(32), `acquaint transient v1 ${role}`, 32);

export class Session {
  /** EK in base64url: names it. */
  readonly name: string;
  readonly #role: Role;
  readonly #self: Party;
  readonly #peer: Party;
  readonly #tag: Buffer;
  readonly #firstRoot: Buffer;
  #prekeys: Prekeys | null;
  #root: Buffer;
  #own: Pair | null;
  #peerKey: Buffer | null;
  #isOwnTurn: boolean;
  #sending: (Chain & { readonly previousN: number; readonly isKeyKnown: boolean }) | null = null;
  #receiving: Chain | null = null;
  readonly #aside = new Map<string, Buffer>();

  /** As the initiator with the signed prekey of the peer; as the responder with one's own. */
  constructor(
    [self, peer]: readonly [Party, Party],
    root: Buffer,
    prekeys: Prekeys,
    signedPrekey: Pair | Buffer,
  ) {
    const isInitiator = Buffer.isBuffer(signedPrekey);
    this.name = prekeys.ephemeral.toString("base64url");
    this.#role = isInitiator ? "initiator" : "responder";
    this.#self = self;
    this.#peer = peer;
    this.#tag = prekeys.ephemeral.subarray(0, 2);
    this.#firstRoot = this.#root = root;
    this.#prekeys = isInitiator ? prekeys : null;
    this.#own = isInitiator ? null : signedPrekey;
    this.#peerKey = isInitiator ? signedPrekey : null;
    this.#isOwnTurn = isInitiator;
  }

  seal(plaintext: Buffer, kind: Kind, scalar: Buffer = randomBytes(32)): Buffer {
    if (this.#isOwnTurn && (kind === "conversation" || this.#sending === null)) this.#turn(scalar);
    const { epoch, n, key, previousN, isKeyKnown } = this.#sending!;
    const isKeyAboard = !isKeyKnown || this.#prekeys !== null;
    const header = writeHeader({
      kind,
      tag: this.#tag,
      epoch,
      n,
      ratchet: isKeyAboard ? { previousN, key: this.#own!.publicKey } : null,
      prekeys: this.#prekeys,
    });
    this.#sending = { ...this.#sending!, n: n + 1, key: hmac256(key, 2) };
    const { key: messageKey, nonce } = keysOf(hmac256(key, 1));
    const aad = Buffer.concat([associatedData(this.#self, this.#peer), header]);
    return Buffer.concat([header, encrypt(messageKey, nonce, aad, padded(plaintext))]);
  }

  /** The server has stored all boxes so far. */
  stored(): void {
    if (this.#sending !== null) this.#sending = { ...this.#sending, isKeyKnown: true };
  }

  /** Throws "replayed", or anything else for what does not open; then nothing has changed. */
  open(box: Buffer): Buffer {
    const { header, length } = readHeader(box);
    const isOwn =
      header.prekeys === null || header.prekeys.ephemeral.toString("base64url") === this.name;
    if (!isOwn || !header.tag.equals(this.#tag)) throw new Error("another session");
    const sealed = box.subarray(length);
    if (sealed.length < 48 || sealed.length % 32 !== 16) throw new Error("malformed");
    const { secret, keep } = this.#secretOf(header);
    const { key, nonce } = keysOf(secret);
    const headerBytes = box.subarray(0, length);
    const aad = Buffer.concat([associatedData(this.#peer, this.#self), headerBytes]);
    const plaintext = unpadded(decrypt(key, nonce, aad, sealed));
    keep();
    this.#prekeys = null;
    return plaintext;
  }

  sealTransient(plaintext: Buffer, nonce: Buffer = randomBytes(24)): Buffer {
    const key = transientKey(this.#firstRoot, this.#role);
    const aad = associatedData(this.#self, this.#peer);
    return Buffer.concat([nonce, encrypt(key, nonce, aad, padded(plaintext))]);
  }

  openTransient(box: Buffer): Buffer {
    const role = this.#role === "initiator" ? "responder" : "initiator";
    const key = transientKey(this.#firstRoot, role);
    const aad = associatedData(this.#peer, this.#self);
    return unpadded(decrypt(key, box.subarray(0, 24), aad, box.subarray(24)));
  }

  #turn(scalar: Buffer): void {
    const own = pairOf(scalar);
    const { root, chain } = turnOf(this.#root, agree(own, this.#peerKey!));
    const { epoch = -1, n: previousN = 0 } = this.#sending ?? {};
    this.#root = root;
    this.#own = own;
    this.#isOwnTurn = false;
    this.#sending = { epoch: epoch + 1, n: 0, key: chain, previousN, isKeyKnown: false };
  }

  /** Steps 3 to 6 of "Opening a box". */
  #secretOf({ epoch, n, ratchet }: Header): { secret: Buffer; keep: () => void } {
    const late = this.#aside.get(`${epoch} ${n}`);
    if (late !== undefined) {
      return { secret: late, keep: () => this.#aside.delete(`${epoch} ${n}`) };
    }
    const now = this.#receiving;
    if (now !== null && (epoch < now.epoch || (epoch === now.epoch && n < now.n))) {
      throw new Error("replayed");
    }
    if (epoch === now?.epoch) return this.#walk(now, n, []);
    if (epoch !== (now?.epoch ?? -1) + 1 || ratchet === null || this.#isOwnTurn) {
      throw new Error("unknown key");
    }
    if (ratchet.key.equals(this.#own!.publicKey)) throw new Error("forged");
    const { root, chain } = turnOf(this.#root, agree(this.#own!, ratchet.key));
    const before = now === null ? [] : passedOver(now, Math.max(now.n, ratchet.previousN)).secrets;
    const walked = this.#walk({ epoch, n: 0, key: chain }, n, before);
    return {
      secret: walked.secret,
      keep: () => {
        walked.keep();
        this.#root = root;
        this.#peerKey = ratchet.key;
        this.#isOwnTurn = true;
        this.stored();
      },
    };
  }

  #walk(chain: Chain, n: number, before: readonly Passed[]): { secret: Buffer; keep: () => void } {
    const { secrets, key } = passedOver(chain, n);
    if (before.length + secrets.length > 1_000) throw new Error("too far ahead");
    const keep = () => {
      for (const [place, secret] of [...before, ...secrets]) this.#aside.set(place, secret);
      for (const place of [...this.#aside.keys()].slice(0, -2_000)) this.#aside.delete(place);
      this.#receiving = { epoch: chain.epoch, n: n + 1, key: hmac256(key, 2) };
    };
    return { secret: hmac256(key, 1), keep };
  }
}

type Passed = readonly [place: string, secret: Buffer];

function passedOver({ epoch, n: first, key }: Chain, end: number) {
  if (end - first > 1_000) throw new Error("too far ahead");
  const secrets: Passed[] = [];
  let at = key;
  for (let n = first; n < end; n++) {
    secrets.push([`${epoch} ${n}`, hmac256(at, 1)]);
    at = hmac256(at, 2);
  }
  return { secrets, key: at };
}

// Headers

function writeHeader({ kind, tag, epoch, n, ratchet, prekeys }: Header): Buffer {
  const flags = 1 + (prekeys ? 8 : 0) + (ratchet ? 16 : 0) + (kind === "control" ? 32 : 0);
  const parts = [Buffer.of(flags), tag, leb128(epoch), leb128(n)];
  if (ratchet !== null) parts.push(leb128(ratchet.previousN), ratchet.key);
  if (prekeys !== null) {
    const { signedId, oneTimeId, ephemeral, pairing } = prekeys;
    parts.push(leb128(signedId), leb128(oneTimeId), ephemeral);
    parts.push(pairing === null ? Buffer.of(0) : Buffer.concat([Buffer.of(1), pairing]));
  }
  return Buffer.concat(parts);
}

/** Step 1 of "Opening a box": whatever would not be written so is malformed. */
export function readHeader(box: Buffer): { header: Header; length: number } {
  let at = 0;
  const take = (length: number) => box.subarray(at, (at += length));
  const number = () => {
    let value = 0;
    for (let place = 1; ; place *= 128) {
      const byte = take(1).readUInt8();
      value += (byte & 127) * place;
      if (byte < 128) return value;
    }
  };
  const flags = take(1).readUInt8();
  const header: Header = {
    kind: flags & 32 ? "control" : "conversation",
    tag: take(2),
    epoch: number(),
    n: number(),
    ratchet: flags & 16 ? { previousN: number(), key: take(32) } : null,
    prekeys:
      flags & 8
        ? {
            signedId: number(),
            oneTimeId: number(),
            ephemeral: take(32),
            pairing: take(1).readUInt8() === 1 ? take(8) : null,
          }
        : null,
  };
  if (!writeHeader(header).equals(box.subarray(0, at))) throw new Error("malformed");
  return { header, length: at };
}

function leb128(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}
