// API keys of operators, `acq_<operatorId>_<64 base64url characters>`: the name of the object that knows the key's digest,
// 32 random bytes, and a tag of 16 bytes. The tag is the server's own, so that a key that it has not made wakes nothing.

import { sha256 } from "@noble/hashes/sha2.js";
import {
  concat,
  equalBytes,
  fromBase64Url,
  toBase32,
  toBase64Url,
  utf8,
} from "../../shared/core/crypto/bytes.ts";
import { keyedDigest } from "../auth/keys.ts";

const ID_BYTES = 10;
const SECRET_BYTES = 32;

/** 16 base32 characters. */
export function newOperatorId(): string {
  return toBase32(crypto.getRandomValues(new Uint8Array(ID_BYTES)));
}

/** @param serverSecret SERVER_SECRET */
export function newApiKey(serverSecret: string, operatorId: string): string {
  const random = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
  return `acq_${operatorId}_${toBase64Url(concat(random, tagOf(serverSecret, operatorId, random)))}`;
}

/** Null for what this server has not made; whether the key still counts, its operator knows. */
export function readApiKey(
  serverSecret: string,
  text: string,
): { readonly operatorId: string } | null {
  const [, operatorId, rest] = /^acq_([a-z2-7]{16})_([\w-]{64})$/.exec(text) ?? [];
  if (operatorId === undefined || rest === undefined) return null;
  const bytes = fromBase64Url(rest);
  const tag = tagOf(serverSecret, operatorId, bytes.subarray(0, SECRET_BYTES));
  return equalBytes(tag, bytes.subarray(SECRET_BYTES)) ? { operatorId } : null;
}

function tagOf(serverSecret: string, operatorId: string, random: Uint8Array): Uint8Array {
  const text = `${operatorId} ${toBase64Url(random)}`;
  return fromBase64Url(keyedDigest(serverSecret, "operator", text));
}

/** Base64url of SHA-256; a key is random, so nothing slower is needed. */
export function digestOfKey(apiKey: string): string {
  return toBase64Url(sha256(utf8(apiKey)));
}
