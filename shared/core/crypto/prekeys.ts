// How a session of two begins while one of them is away: X3DH over the prekeys that it left at the
// server, with the key of a pairing mixed in where both hold one. Both sides come to one root key.
// Identity keys may be non-extractable, so what they agree on comes in computed.
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { isSignatureBy } from "../identity/deviceLog.ts";
import { concat, lvCat, u64be, utf8 } from "./bytes.ts";
import { type AgreementPair, sharedSecret } from "./diffieHellman.ts";
import { LEB128_MAX } from "./leb128.ts";

/** A prekey that its device vouches for; it serves until the next one takes its place. */
export interface SignedPrekey {
  /** 1 to 2^31-1, counted by its device. */
  readonly id: number;
  /** X25519 public key, 32 bytes. */
  readonly key: Uint8Array;
  /** Ed25519, by the device's signing key, over {@link signedPrekeyBytes}. */
  readonly signature: Uint8Array;
}

/** One side of a session, as its device log shows it. */
export interface Party {
  readonly userId: string;
  readonly deviceId: string;
  /** X25519 public key, 32 bytes. */
  readonly identityKey: Uint8Array;
}

/** The initiator draws prekeys and seals first; the responder has left them. */
export interface Parties {
  readonly initiator: Party;
  readonly responder: Party;
}

export interface InitiatorRootInput {
  readonly parties: Parties;
  /** DH of the initiator's identity key and the signed prekey, 32 bytes. */
  readonly dh1: Uint8Array;
  /** 32 random bytes, for this session alone. */
  readonly ephemeralSecretKey: Uint8Array;
  /** Public; its signature has been verified. */
  readonly signedPrekey: Uint8Array;
  /** Public; null when the server had none left. */
  readonly oneTimePrekey: Uint8Array | null;
  /** The pairing's session key of the initiator's direction (PAS-11), 32 bytes, where both hold it. */
  readonly psk: Uint8Array | null;
}

export interface ResponderRootInput {
  readonly parties: Parties;
  /** DH of the responder's identity key and the ephemeral key, 32 bytes. */
  readonly dh2: Uint8Array;
  /** The initiator's, from the prekey header of its box. */
  readonly ephemeralKey: Uint8Array;
  readonly signedPrekey: AgreementPair;
  readonly oneTimePrekey: AgreementPair | null;
  /** As the initiator's. */
  readonly psk: Uint8Array | null;
}

const PREKEY_LABEL = utf8("acquaint prekey v1");
const ROOT_LABEL = utf8("acquaint line v1");
const ROOT_KEY_BYTES = 32;
/** Holds the place of an encoded curve point, so that no key of X3DH is an input to XEdDSA. */
const DOMAIN = new Uint8Array(32).fill(0xff);

export function signedPrekeyBytes(id: number, key: Uint8Array): Uint8Array {
  return lvCat(PREKEY_LABEL, u64be(id), key);
}

/** Never throws on what a peer sends. */
export function isPrekeySignedBy(signKey: Uint8Array, prekey: SignedPrekey): boolean {
  if (!Number.isInteger(prekey.id) || prekey.id < 1 || prekey.id > LEB128_MAX) return false;
  return isSignatureBy(signKey, signedPrekeyBytes(prekey.id, prekey.key), prekey.signature);
}

/**
 * The 32-byte root key, or null when a key of the responder's is none or of low order.
 * @throws RangeError when a key of one's own, or the pre-shared one, has not 32 bytes
 * @see "The X3DH Key Agreement Protocol", revision 1, section 3.3
 */
export function initiatorRoot(input: InitiatorRootInput): Uint8Array | null {
  const { parties, ephemeralSecretKey, signedPrekey, oneTimePrekey } = input;
  const agreements = [
    input.dh1,
    sharedSecret(ephemeralSecretKey, parties.responder.identityKey),
    sharedSecret(ephemeralSecretKey, signedPrekey),
  ];
  if (oneTimePrekey !== null) agreements.push(sharedSecret(ephemeralSecretKey, oneTimePrekey));
  return rootOf(agreements, input.psk, parties, signedPrekey, oneTimePrekey);
}

/**
 * The same root key, or null when a key of the initiator's is none or of low order. Whether the
 * initiator is who it says shows when the box opens.
 * @throws RangeError when a key of one's own, or the pre-shared one, has not 32 bytes
 * @see "The X3DH Key Agreement Protocol", revision 1, section 3.4
 */
export function responderRoot(input: ResponderRootInput): Uint8Array | null {
  const { parties, ephemeralKey, signedPrekey, oneTimePrekey } = input;
  const agreements = [
    sharedSecret(signedPrekey.secretKey, parties.initiator.identityKey),
    input.dh2,
    sharedSecret(signedPrekey.secretKey, ephemeralKey),
  ];
  if (oneTimePrekey !== null) agreements.push(sharedSecret(oneTimePrekey.secretKey, ephemeralKey));
  const oneTimeKey = oneTimePrekey === null ? null : oneTimePrekey.publicKey;
  return rootOf(agreements, input.psk, parties, signedPrekey.publicKey, oneTimeKey);
}

function rootOf(
  agreements: readonly (Uint8Array | null)[],
  psk: Uint8Array | null,
  { initiator, responder }: Parties,
  signedPrekey: Uint8Array,
  oneTimePrekey: Uint8Array | null,
): Uint8Array | null {
  const secrets: Uint8Array[] = [];
  for (const agreement of agreements) {
    if (agreement === null || agreement.every((byte) => byte === 0)) return null;
    secrets.push(require32Bytes(agreement));
  }
  const salt = psk === null ? new Uint8Array(ROOT_KEY_BYTES) : require32Bytes(psk);
  const info = lvCat(
    ROOT_LABEL,
    utf8(initiator.userId),
    utf8(initiator.deviceId),
    utf8(responder.userId),
    utf8(responder.deviceId),
    initiator.identityKey,
    responder.identityKey,
    signedPrekey,
    oneTimePrekey ?? new Uint8Array(0),
  );
  return hkdf(sha256, concat(DOMAIN, ...secrets), salt, info, ROOT_KEY_BYTES);
}

function require32Bytes(secret: Uint8Array): Uint8Array {
  if (secret.length !== 32) throw new RangeError("an agreement or a pre-shared key has 32 bytes");
  return secret;
}
