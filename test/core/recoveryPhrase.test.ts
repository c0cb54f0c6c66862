// ID-5: what a recovery phrase signs, compared with node:crypto, and what it can do for an account.

import { createPrivateKey, createPublicKey, hkdfSync, sign, verify } from "node:crypto";
import { ed25519 } from "@noble/curves/ed25519.js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { toBase64Url } from "../../shared/core/crypto/bytes.ts";
import { isSignatureBy, verifyLog } from "../../shared/core/identity/deviceLog.ts";
import { appendAdd } from "../../shared/core/identity/logDrafts.ts";
import {
  recoveryKeyOf,
  recoveryPhraseOf,
  recoverySignerOf,
} from "../../shared/core/identity/recoveryPhrase.ts";
import { Account, keysOf } from "./deviceLogAccount.ts";

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
/** What an Ed25519 seed stands behind in PKCS #8 (RFC 8410). */
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");

test("ID-5: a phrase's key and signatures are those of its entropy by HKDF and Ed25519", () => {
  fc.assert(
    fc.property(bytes(16), fc.uint8Array({ maxLength: 200 }), (entropy, message) => {
      const signer = recoverySignerOf(recoveryPhraseOf(entropy));
      const seed = hkdfSync("sha512", entropy, new Uint8Array(), "acquaint recovery v1", 32);
      const der = Buffer.concat([PKCS8, Buffer.from(seed)]);
      const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
      const { x } = createPublicKey(key).export({ format: "jwk" });
      expect(toBase64Url(signer.publicKey)).toBe(x);
      expect(Buffer.from(signer.sign(message))).toEqual(sign(null, message, key));
      expect(verify(null, message, createPublicKey(key), signer.sign(message))).toBe(true);
    }),
    { numRuns: 20 },
  );
});

test("ID-5: the signer's key is the one that the log lists, and another phrase's signature fails", () => {
  const [phrase, other] = [new Uint8Array(16), new Uint8Array(16).fill(1)].map(recoveryPhraseOf);
  const { publicKey, sign: signAs } = recoverySignerOf(phrase!);
  expect(publicKey).toEqual(recoveryKeyOf(phrase!));
  const message = new Uint8Array([1, 2, 3]);
  expect(isSignatureBy(publicKey, message, signAs(message))).toBe(true);
  expect(isSignatureBy(recoveryKeyOf(other!), message, signAs(message))).toBe(false);
});

test("ID-5: a phrase with a wrong word or checksum makes no signer", () => {
  const phrase = recoveryPhraseOf(new Uint8Array(16));
  for (const wrong of ["", phrase.replace("about", "abandon"), phrase.replace("about", "x")]) {
    expect(() => recoverySignerOf(wrong)).toThrow();
  }
});

test("ID-5: a phrase brings a new device into the account whose only device is lost", () => {
  const signer = recoverySignerOf(recoveryPhraseOf(new Uint8Array(16).fill(7)));
  const lost = new Account("Ann").replacePhrase(0, {
    ...keysOf("unused"),
    signKey: signer.publicKey,
  });
  const found = keysOf("found");
  const given = { signKey: found.signKey, agreeKey: found.agreeKey };
  const draft = appendAdd(lost.verified, { ...given, by: "recovery", createdAt: 1 });
  if (!draft.ok) throw new Error(draft.reason);
  const possession = ed25519.sign(draft.bytes, found.secret);
  const entry = draft.finish(signer.sign(draft.bytes), possession);
  const restored = verifyLog([...lost.log, entry]);
  expect(restored?.userId).toBe(lost.verified.userId);
  expect(restored?.devices.at(-1)).toMatchObject({ number: 2, ...given });
});
