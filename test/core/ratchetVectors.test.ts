// The first boxes of a session, in both directions, byte for byte as an implementation over
// OpenSSL seals them that shares nothing with the one under test but XChaCha20-Poly1305 itself.
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  type KeyObject,
} from "node:crypto";
import { expect, test } from "vitest";
import type { BoxKind } from "../../shared/core/crypto/boxHeader.ts";
import { openBox, sealBox } from "../../shared/core/crypto/ratchet.ts";
import {
  acknowledgeKey,
  startAsInitiator,
  startAsResponder,
} from "../../shared/core/crypto/ratchetState.ts";
import { openTransient, sealTransient } from "../../shared/core/crypto/transient.ts";
import { A_TO_B, B_TO_A } from "./ratchetPair.ts";
import { hex } from "./vectors.ts";

const filled = (byte: number) => Buffer.alloc(32, byte);

/** The prefixes are the ASN.1 of RFC 8410 in front of raw keys. */
function privateKeyOf(secret: Buffer): KeyObject {
  const key = Buffer.concat([Buffer.from("302e020100300506032b656e04220420", "hex"), secret]);
  return createPrivateKey({ key, format: "der", type: "pkcs8" });
}
function rawPublicKeyOf(secret: Buffer): Buffer {
  return createPublicKey(privateKeyOf(secret)).export({ format: "der", type: "spki" }).subarray(12);
}
function agree(secret: Buffer, publicKey: Buffer): Buffer {
  const key = Buffer.concat([Buffer.from("302a300506032b656e032100", "hex"), publicKey]);
  return diffieHellman({
    privateKey: privateKeyOf(secret),
    publicKey: createPublicKey({ key, format: "der", type: "spki" }),
  });
}
const derive = (secret: Buffer, salt: Buffer, info: string, length: number) =>
  Buffer.from(hkdfSync("sha256", secret, salt, info, length));
const mac = (key: Buffer, byte: number) =>
  createHmac("sha256", key).update(Buffer.of(byte)).digest();

/** lv_cat of short parts: one byte of length in front of each. */
const labelled = (...parts: string[]) =>
  Buffer.concat(parts.map((part) => Buffer.concat([Buffer.of(part.length), Buffer.from(part)])));
const AD_A_TO_B = labelled("acquaint line ad v1", "ann", "ann's phone", "ben", "ben's phone");
const AD_B_TO_A = labelled("acquaint line ad v1", "ben", "ben's phone", "ann", "ann's phone");

function sealByHand(chain: Buffer, n: number, header: Buffer, ad: Buffer, text: string): string {
  let at = chain;
  for (let i = 0; i < n; i++) at = mac(at, 2);
  const keys = derive(mac(at, 1), Buffer.alloc(0), "acquaint message v1", 56);
  const padded = Buffer.alloc(32);
  padded.write(text);
  padded[text.length] = 0x80;
  const associated = Buffer.concat([ad, header]);
  const cipher = xchacha20poly1305(keys.subarray(0, 32), keys.subarray(32), associated);
  return hex(Buffer.concat([header, cipher.encrypt(padded)]));
}

const root = filled(1);
const prekeySecret = filled(2);
const prekeyPublic = rawPublicKeyOf(prekeySecret);
const ephemeralKey = rawPublicKeyOf(filled(3));
const keysOfA = [filled(4), filled(5)] as const;
const keyOfB = filled(6);

/** The session's tag stands behind the flags. */
const frontOf = (flags: number, ...numbers: number[]) =>
  Buffer.concat([Buffer.of(flags), ephemeralKey.subarray(0, 2), Buffer.from(numbers)]);

test("BOX-1 the first boxes in both directions are those of an independent implementation", () => {
  const publicA = keysOfA.map(rawPublicKeyOf) as [Buffer, Buffer];
  const publicB = rawPublicKeyOf(keyOfB);
  const first = derive(agree(keysOfA[0], prekeyPublic), root, "acquaint ratchet v1", 64);
  const second = derive(
    agree(keyOfB, publicA[0]),
    first.subarray(0, 32),
    "acquaint ratchet v1",
    64,
  );
  const third = derive(
    agree(keysOfA[1], publicB),
    second.subarray(0, 32),
    "acquaint ratchet v1",
    64,
  );

  let a = startAsInitiator(root, prekeyPublic, {
    signedPrekeyId: 9,
    oneTimePrekeyId: 300,
    ephemeralKey,
    pairing: Buffer.from("receipts"),
  });
  let b = startAsResponder(
    root,
    { publicKey: prekeyPublic, secretKey: prekeySecret },
    ephemeralKey,
  );
  const fromA = (text: string, random32: Buffer, kind: BoxKind = "conversation") => {
    const sealed = sealBox(a, { plaintext: Buffer.from(text), kind, endpoints: A_TO_B, random32 });
    a = sealed.state;
    const opened = openBox(b, sealed.box, A_TO_B);
    if (!opened.ok) throw new Error(opened.reason);
    b = opened.state;
    return hex(sealed.box);
  };
  const fromB = (text: string, random32: Buffer, kind: BoxKind = "conversation") => {
    const sealed = sealBox(b, { plaintext: Buffer.from(text), kind, endpoints: B_TO_A, random32 });
    b = sealed.state;
    const opened = openBox(a, sealed.box, B_TO_A);
    if (!opened.ok) throw new Error(opened.reason);
    a = opened.state;
    return hex(sealed.box);
  };

  const prekeys = Buffer.concat([
    Buffer.of(9, 0xac, 2),
    ephemeralKey,
    Buffer.of(1),
    Buffer.from("receipts"),
  ]);
  const begins = (n: number) => Buffer.concat([frontOf(0x19, 0, n, 0), publicA[0], prekeys]);
  const chainA = first.subarray(32);
  expect(fromA("hello", keysOfA[0])).toBe(sealByHand(chainA, 0, begins(0), AD_A_TO_B, "hello"));
  expect(fromA("there", filled(99))).toBe(sealByHand(chainA, 1, begins(1), AD_A_TO_B, "there"));

  const chainB = second.subarray(32);
  const answer = Buffer.concat([frontOf(0x31, 0, 0, 0), publicB]);
  expect(fromB("had it", keyOfB, "control")).toBe(
    sealByHand(chainB, 0, answer, AD_B_TO_A, "had it"),
  );
  b = acknowledgeKey(b, 0);
  const bare = frontOf(0x01, 0, 1);
  expect(fromB("hi", filled(99))).toBe(sealByHand(chainB, 1, bare, AD_B_TO_A, "hi"));

  // A receipt stays on A's first chain, whose key B has shown to know; a text begins the next.
  const receipt = frontOf(0x21, 0, 2);
  expect(fromA("had it", filled(99), "control")).toBe(
    sealByHand(chainA, 2, receipt, AD_A_TO_B, "had it"),
  );
  const turned = Buffer.concat([frontOf(0x11, 1, 0, 3), publicA[1]]);
  expect(fromA("well", keysOfA[1])).toBe(
    sealByHand(third.subarray(32), 0, turned, AD_A_TO_B, "well"),
  );

  const nonce24 = Buffer.alloc(24, 7);
  const transientKey = derive(root, Buffer.alloc(0), "acquaint transient v1 responder", 32);
  const padded = Buffer.alloc(32);
  padded.write("typing\x80", "latin1");
  const typing = xchacha20poly1305(transientKey, nonce24, AD_B_TO_A).encrypt(padded);
  const sealed = sealTransient(b, { plaintext: Buffer.from("typing"), endpoints: B_TO_A, nonce24 });
  expect(hex(sealed)).toBe(hex(Buffer.concat([nonce24, typing])));
  expect(openTransient(a, sealed, B_TO_A)).toEqual(new Uint8Array(Buffer.from("typing")));
});
