// CPace, suite CPACE-RISTR255-SHA512, in its initiator-responder setting
// (draft-irtf-cfrg-cpace-21): two sides that hold the same password-related string (PRS) agree
// on the same intermediate session key (ISK). No input from a peer makes a function here throw.
import { ristretto255, ristretto255_hasher } from "@noble/curves/ed25519.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { bytesToNumberLE, numberToBytesLE } from "@noble/curves/utils.js";
import { concat, equalBytes, lvCat, prependLen, utf8 } from "./bytes.ts";

export type Role = "initiator" | "responder";

export interface ShareInput {
  /** Password-related string. */
  prs: Uint8Array;
  /** Channel identifier: what both sides know of the exchange before it begins. */
  ci: Uint8Array;
  /** Session id, chosen afresh by the initiator. */
  sid: Uint8Array;
  /** 64 fresh random bytes, reduced modulo the group order (bias below 2^-250). */
  randomScalarBytes: Uint8Array;
}

export interface Share {
  /** 32 bytes, little endian: secret, for this one exchange. */
  scalar: Uint8Array;
  /** 32 bytes, an encoded point: goes to the peer. */
  share: Uint8Array;
}

export interface IskInput {
  /** The role of this side. */
  role: Role;
  sid: Uint8Array;
  /** From {@link createShare}. */
  scalar: Uint8Array;
  ownShare: Uint8Array;
  /** Associated data that went out with the own share. */
  ownAd: Uint8Array;
  peerShare: Uint8Array;
  peerAd: Uint8Array;
}

const DSI = utf8("CPaceRistretto255");
const DSI_ISK = utf8("CPaceRistretto255_ISK");
const DSI_MAC = utf8("CPaceMac");
const SHA512_BLOCK_BYTES = 128;
const SCALAR_BYTES = 32;
const POINT_BYTES = 32;
const RANDOM_SCALAR_BYTES = 64;
const { Point } = ristretto255;
const GROUP_ORDER = Point.Fn.ORDER;

/**
 * What is hashed to the group's secret generator. Zeros fill the first block of SHA-512 behind
 * the PRS, so that the time to hash the rest does not depend on it.
 * @see draft-irtf-cfrg-cpace-21, Appendix A.2 (generator_string)
 */
export function generatorString(prs: Uint8Array, ci: Uint8Array, sid: Uint8Array): Uint8Array {
  const used = prependLen(prs).length + prependLen(DSI).length;
  const zeroPad = new Uint8Array(Math.max(0, SHA512_BLOCK_BYTES - 1 - used));
  return lvCat(DSI, prs, zeroPad, ci, sid);
}

/**
 * A scalar and the point that goes to the peer.
 * @throws RangeError unless `randomScalarBytes` are 64 bytes that do not reduce to zero
 */
export function createShare({ prs, ci, sid, randomScalarBytes }: ShareInput): Share {
  if (randomScalarBytes.length !== RANDOM_SCALAR_BYTES) {
    throw new RangeError("a scalar takes 64 random bytes");
  }
  const y = bytesToNumberLE(randomScalarBytes) % GROUP_ORDER;
  if (y === 0n) throw new RangeError("these random bytes reduce to the scalar zero");
  const share = generator(prs, ci, sid).multiply(y).toBytes();
  return { scalar: numberToBytesLE(y, SCALAR_BYTES), share };
}

/**
 * The encoded product, or null where the draft's function returns the identity G.I: for an
 * encoding that is not canonical, for the identity itself, and for a zero scalar.
 * @see draft-irtf-cfrg-cpace-21, "CPace group objects G_Ristretto255"
 */
export function scalarMultVfy(scalar: Uint8Array, point: Uint8Array): Uint8Array | null {
  if (point.length !== POINT_BYTES) return null;
  const y = bytesToNumberLE(scalar) % GROUP_ORDER;
  if (y === 0n) return null;
  try {
    const product = Point.fromBytes(point).multiply(y);
    return product.is0() ? null : product.toBytes();
  } catch {
    return null;
  }
}

/** Whether bytes are a share that an honest side could have sent: a point, canonical, not the identity. */
export function isShare(share: Uint8Array): boolean {
  if (share.length !== POINT_BYTES) return false;
  try {
    return !Point.fromBytes(share).is0();
  } catch {
    return false;
  }
}

/**
 * The 64-byte ISK, the same on both sides when their PRS, CI, sid, shares and associated data
 * agree. It proves nothing before the confirmations are compared, and no key is taken from it
 * other than through HKDF. Null means that the exchange is to be given up: the peer's share is
 * no valid point, is the identity, or is the own share reflected.
 * @see draft-irtf-cfrg-cpace-21, "CPace protocol instructions"
 */
export function deriveIsk(input: IskInput): Uint8Array | null {
  const { role, sid, scalar, ownShare, ownAd, peerShare, peerAd } = input;
  if (equalBytes(ownShare, peerShare)) return null;
  const k = scalarMultVfy(scalar, peerShare);
  if (k === null) return null;
  const own = lvCat(ownShare, ownAd);
  const peer = lvCat(peerShare, peerAd);
  const transcript = role === "initiator" ? concat(own, peer) : concat(peer, own);
  return sha512(concat(lvCat(DSI_ISK, sid, k), transcript));
}

/**
 * The 64-byte key confirmation of the side that sent `share` and `ad`: each side sends its own,
 * computes the peer's from the peer's share, and compares in constant time.
 * @see draft-irtf-cfrg-cpace-21, "Key confirmation"
 */
export function confirmationOf(input: {
  sid: Uint8Array;
  isk: Uint8Array;
  share: Uint8Array;
  ad: Uint8Array;
}): Uint8Array {
  const macKey = sha512(concat(DSI_MAC, input.sid, input.isk));
  return hmac(sha512, macKey, lvCat(input.share, input.ad));
}

function generator(prs: Uint8Array, ci: Uint8Array, sid: Uint8Array) {
  const point = ristretto255_hasher.deriveToCurve?.(sha512(generatorString(prs, ci, sid)));
  if (point === undefined) throw new Error("the curve library lacks the ristretto255 map");
  return point;
}
