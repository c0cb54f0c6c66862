// API keys of operators, `acq_<operatorId>_<secret>`: 32 random bytes as base64url behind the name of the object that
// knows their digest.

import { sha256 } from "@noble/hashes/sha2.js";
import { toBase32, toBase64Url, utf8 } from "../../shared/core/crypto/bytes.ts";

const ID_BYTES = 10;
const SECRET_BYTES = 32;

/** 16 base32 characters. */
export function newOperatorId(): string {
  return toBase32(crypto.getRandomValues(new Uint8Array(ID_BYTES)));
}

export function newApiKey(operatorId: string): string {
  const secret = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
  return `acq_${operatorId}_${toBase64Url(secret)}`;
}

/** Null for what is no such key, whether or not there is an operator. */
export function readApiKey(text: string): { readonly operatorId: string } | null {
  const operatorId = /^acq_([a-z2-7]{16})_[\w-]{43}$/.exec(text)?.[1];
  return operatorId === undefined ? null : { operatorId };
}

/** Base64url of SHA-256; a key is random, so nothing slower is needed. */
export function digestOfKey(apiKey: string): string {
  return toBase64Url(sha256(utf8(apiKey)));
}
