// Every key of the server comes from SERVER_SECRET by HKDF, one per purpose, kept per isolate.

import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { toBase64Url, utf8 } from "../../shared/core/crypto/bytes.ts";

export type KeyPurpose =
  | "session"
  | "challenge"
  | "upgrade"
  | "proof"
  | "network"
  | "decoy"
  | "issuer"
  | "upload"
  | "hidden"
  | "house"
  | "operator";

export const MIN_SECRET_CHARS = 32;
const keys = new Map<string, Uint8Array>();
const signingKeys = new Map<string, Promise<CryptoKey>>();
const sealingKeys = new Map<string, Promise<CryptoKey>>();

function keyFor(secret: string, purpose: KeyPurpose): Uint8Array {
  if (secret.length < MIN_SECRET_CHARS) throw new Error("SERVER_SECRET is missing or too short");
  const name = `${purpose} ${secret}`;
  let key = keys.get(name);
  if (key === undefined) {
    key = hkdf(sha256, utf8(secret), undefined, utf8(`acquaint server ${purpose}`), 32);
    keys.set(name, key);
  }
  return key;
}

/** The same key as HMAC-SHA256 wants it in WebCrypto. */
export function signingKeyFor(secret: string, purpose: KeyPurpose): Promise<CryptoKey> {
  const name = `${purpose} ${secret}`;
  let key = signingKeys.get(name);
  if (key === undefined) {
    key = crypto.subtle.importKey(
      "raw",
      keyFor(secret, purpose) as Uint8Array<ArrayBuffer>,
      { name: "HMAC", hash: "SHA-256" },
      false,
      ["sign", "verify"],
    );
    signingKeys.set(name, key);
  }
  return key;
}

/** A key for AES-256-GCM in WebCrypto. */
export function sealingKeyFor(secret: string, purpose: KeyPurpose): Promise<CryptoKey> {
  const name = `${purpose} ${secret}`;
  let key = sealingKeys.get(name);
  if (key === undefined) {
    const raw = keyFor(secret, purpose) as Uint8Array<ArrayBuffer>;
    key = crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
    sealingKeys.set(name, key);
  }
  return key;
}

/** 16 bytes in base64url that stand for a text, to nobody else's knowledge. */
export function keyedDigest(secret: string, purpose: KeyPurpose, text: string): string {
  return toBase64Url(hmac(sha256, keyFor(secret, purpose), utf8(text)).subarray(0, 16));
}

/** 128 bytes that only this server can make of the text. */
export function keyedSeed(secret: string, purpose: KeyPurpose, text: string): Uint8Array {
  return hkdf(sha512, keyFor(secret, purpose), undefined, utf8(text), 128);
}
