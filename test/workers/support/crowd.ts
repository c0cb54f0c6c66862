// Accounts by the thousand: keys and signatures by WebCrypto, and registered at their mailboxes by the call
// that the route makes, so that a crowd costs seconds and not a minute.

import { env } from "cloudflare:workers";
import { sha256 } from "@noble/hashes/sha2.js";
import { toBase32, toBase64Url } from "../../../shared/core/crypto/bytes.ts";
import { deviceIdOf, genesisBytes } from "../../../shared/core/identity/deviceLog.ts";
import type { UserId } from "../../../shared/wire/ids.ts";
import type { Actor } from "../../../workers/auth/tokens.ts";
import { randomText } from "./accounts.ts";

const USER_ID_BYTES = 20;

export function registerCrowd(size: number): Promise<Actor[]> {
  return Promise.all(Array.from({ length: size }, registered));
}

async function registered(): Promise<Actor> {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  const { privateKey, publicKey } = pair as CryptoKeyPair;
  const signKey = new Uint8Array((await crypto.subtle.exportKey("raw", publicKey)) as ArrayBuffer);
  const entry = {
    kind: "genesis" as const,
    signKey: toBase64Url(signKey),
    agreeKey: randomText(32),
    recoveryKey: randomText(32),
    createdAt: Date.now(),
  };
  const bytes = genesisBytes(entry);
  const signature = new Uint8Array(await crypto.subtle.sign("Ed25519", privateKey, bytes));
  const userId = toBase32(sha256(bytes).subarray(0, USER_ID_BYTES)) as UserId;
  const log = [{ ...entry, signature: toBase64Url(signature) }];
  const answer = await env.MAILBOXES.getByName(userId).register(log);
  if (!answer.ok) throw new Error("the mailbox refused the log");
  return { userId, deviceId: deviceIdOf(signKey) };
}
