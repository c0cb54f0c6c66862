// The exchange as the patent words it, for the attack beside it and for nothing else: a public key, encrypted
// under a digest of the passphrase. Nothing in the project uses this.

import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
} from "node:crypto";
import { parsePassphrase } from "../../shared/core/pairing/passphrase.ts";

const IV_BYTES = 16;

/** The first message of the one who asks: all that the server relays, and all that an attacker needs. */
export function firstMessage(passphrase: string): Buffer {
  const { publicKey } = generateKeyPairSync("x25519");
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-cbc", digestOf(passphrase), iv);
  const encoded = publicKey.export({ format: "der", type: "spki" });
  return Buffer.concat([iv, cipher.update(encoded), cipher.final()]);
}

/** The other's step: with the right passphrase a public key comes out, and with any other none does. */
export function publicKeyIn(message: Buffer, passphrase: string): Buffer | null {
  const [iv, sealed] = [message.subarray(0, IV_BYTES), message.subarray(IV_BYTES)];
  try {
    const decipher = createDecipheriv("aes-256-cbc", digestOf(passphrase), iv);
    const encoded = Buffer.concat([decipher.update(sealed), decipher.final()]);
    createPublicKey({ key: encoded, format: "der", type: "spki" });
    return encoded;
  } catch {
    return null;
  }
}

function digestOf(passphrase: string): Buffer {
  const parsed = parsePassphrase(passphrase);
  if (!parsed.ok) throw new Error(parsed.problem.message);
  return createHash("sha256").update(parsed.prs).digest();
}
