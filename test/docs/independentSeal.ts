// What the line's boxes are made of, on node:crypto alone: X25519, HKDF-SHA256, and XChaCha20-Poly1305, of which
// Node has no more than the inner half (draft-irtf-cfrg-xchacha-03, section 2.2, for the outer).

import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
} from "node:crypto";

const PKCS8 = Buffer.from("302e020100300506032b656e04220420", "hex");
const SPKI = Buffer.from("302a300506032b656e032100", "hex");

export interface Pair {
  readonly scalar: Buffer;
  readonly publicKey: Buffer;
}

export function pairOf(scalar: Buffer): Pair {
  const spki = createPublicKey(privateKey(scalar)).export({ format: "der", type: "spki" });
  return { scalar, publicKey: spki.subarray(SPKI.length) };
}

/** Throws for a key that gives zeros. */
export function agree({ scalar }: Pair, publicKey: Buffer): Buffer {
  if (publicKey.length !== 32 || publicKey.readUInt8(31) >= 0x80) throw new Error("no key");
  const spki = { key: Buffer.concat([SPKI, publicKey]), format: "der", type: "spki" } as const;
  return diffieHellman({ privateKey: privateKey(scalar), publicKey: createPublicKey(spki) });
}

function privateKey(scalar: Buffer) {
  return createPrivateKey({ key: Buffer.concat([PKCS8, scalar]), format: "der", type: "pkcs8" });
}

export function hkdf256(ikm: Buffer, salt: Buffer, info: Buffer | string, length: number): Buffer {
  return Buffer.from(hkdfSync("sha256", ikm, salt, info, length));
}

export const hmac256 = (key: Buffer, byte: number): Buffer =>
  createHmac("sha256", key).update(Buffer.of(byte)).digest();

const TAG = 16;
const OPTIONS = { authTagLength: TAG };

/** ciphertext ‖ tag */
export function encrypt(key: Buffer, nonce: Buffer, aad: Buffer, plaintext: Buffer): Buffer {
  const inner = createCipheriv("chacha20-poly1305", ...innerOf(key, nonce), OPTIONS);
  inner.setAAD(aad, { plaintextLength: plaintext.length });
  return Buffer.concat([inner.update(plaintext), inner.final(), inner.getAuthTag()]);
}

/** Throws for what does not verify. */
export function decrypt(key: Buffer, nonce: Buffer, aad: Buffer, sealed: Buffer): Buffer {
  const inner = createDecipheriv("chacha20-poly1305", ...innerOf(key, nonce), OPTIONS);
  inner.setAAD(aad, { plaintextLength: sealed.length - TAG });
  inner.setAuthTag(sealed.subarray(-TAG));
  return Buffer.concat([inner.update(sealed.subarray(0, -TAG)), inner.final()]);
}

function innerOf(key: Buffer, nonce: Buffer): [key: Buffer, nonce: Buffer] {
  const rest = Buffer.concat([Buffer.alloc(4), nonce.subarray(16)]);
  return [hChaCha20(key, nonce.subarray(0, 16)), rest];
}

const ROUND = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
] as const;

function hChaCha20(key: Buffer, nonce16: Buffer): Buffer {
  const input = Buffer.concat([Buffer.from("expand 32-byte k"), key, nonce16]);
  const words = Uint32Array.from({ length: 16 }, (_, i) => input.readUInt32LE(4 * i));
  const mix = (a: number, b: number, d: number, turn: number) => {
    words[a] = words[a]! + words[b]!;
    const word = words[d]! ^ words[a]!;
    words[d] = (word << turn) | (word >>> (32 - turn));
  };
  for (let i = 0; i < 10; i++) {
    for (const [a, b, c, d] of ROUND) {
      mix(a, b, d, 16);
      mix(c, d, b, 12);
      mix(a, b, d, 8);
      mix(c, d, b, 7);
    }
  }
  const subkey = Buffer.alloc(32);
  for (let i = 0; i < 4; i++) {
    subkey.writeUInt32LE(words[i]!, 4 * i);
    subkey.writeUInt32LE(words[12 + i]!, 16 + 4 * i);
  }
  return subkey;
}

/** 0x80, then zeros, to the next multiple of 32 bytes. */
export function padded(plaintext: Buffer): Buffer {
  const length = 32 * (Math.floor(plaintext.length / 32) + 1);
  return Buffer.concat([plaintext, Buffer.of(0x80), Buffer.alloc(length)]).subarray(0, length);
}

export function unpadded(bytes: Buffer): Buffer {
  const end = bytes.lastIndexOf(0x80);
  const isRight = end >= bytes.length - 32 && bytes.subarray(end + 1).every((byte) => byte === 0);
  if (end < 0 || !isRight) throw new Error("padding");
  return bytes.subarray(0, end);
}
