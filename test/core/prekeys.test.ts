import { ed25519 } from "@noble/curves/ed25519.js";
import { createPrivateKey, createPublicKey, diffieHellman, hkdfSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { concat, lvCat, u64be, utf8 } from "../../shared/core/crypto/bytes.ts";
import { publicKeyOf, sharedSecret } from "../../shared/core/crypto/diffieHellman.ts";
import {
  initiatorRoot,
  isPrekeySignedBy,
  type Parties,
  responderRoot,
  signedPrekeyBytes,
} from "../../shared/core/crypto/prekeys.ts";
import { drawingFrom, pairFrom } from "./ratchetPair.ts";
import { bytes, hex } from "./vectors.ts";

const random = drawingFrom("prekeys");
const identityA = pairFrom(random);
const identityB = pairFrom(random);
const ephemeral = pairFrom(random);
const signedPrekey = pairFrom(random);
const oneTimePrekey = pairFrom(random);
const psk = random();

const parties: Parties = {
  initiator: { userId: "ann", deviceId: "phone", identityKey: identityA.publicKey },
  responder: { userId: "ben", deviceId: "desk", identityKey: identityB.publicKey },
};
const initiator = {
  parties,
  dh1: sharedSecret(identityA.secretKey, signedPrekey.publicKey)!,
  ephemeralSecretKey: ephemeral.secretKey,
  signedPrekey: signedPrekey.publicKey,
  oneTimePrekey: oneTimePrekey.publicKey,
  psk,
};
const responder = {
  parties,
  dh2: sharedSecret(identityB.secretKey, ephemeral.publicKey)!,
  ephemeralKey: ephemeral.publicKey,
  signedPrekey,
  oneTimePrekey,
  psk,
};

/** X25519 by OpenSSL; the prefixes are the ASN.1 of RFC 8410 in front of raw keys. */
function agreedByOpenSsl(secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  const inner = concat(bytes("302e020100300506032b656e04220420"), secretKey);
  const spki = concat(bytes("302a300506032b656e032100"), publicKey);
  return new Uint8Array(
    diffieHellman({
      privateKey: createPrivateKey({ key: Buffer.from(inner), format: "der", type: "pkcs8" }),
      publicKey: createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" }),
    }),
  );
}

/** u of the points whose order divides 8, on the curve and its twist. */
const LOW_ORDER = [
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
].map(bytes);
const topBitSet = concat(ephemeral.publicKey.subarray(0, 31), Uint8Array.of(0x80));
const UNUSABLE = [...LOW_ORDER, topBitSet, new Uint8Array(31), new Uint8Array(33)];

describe("BOX-1 the root key of a session", () => {
  test("is the one that an independent X3DH over OpenSSL comes to, from either side", () => {
    const byOpenSsl = (isWithOneTime: boolean, key: Uint8Array | null) => {
      const agreements = [
        agreedByOpenSsl(identityA.secretKey, signedPrekey.publicKey),
        agreedByOpenSsl(ephemeral.secretKey, identityB.publicKey),
        agreedByOpenSsl(ephemeral.secretKey, signedPrekey.publicKey),
        ...(isWithOneTime ? [agreedByOpenSsl(ephemeral.secretKey, oneTimePrekey.publicKey)] : []),
      ];
      const info = lvCat(
        ...["acquaint line v1", "ann", "phone", "ben", "desk"].map(utf8),
        identityA.publicKey,
        identityB.publicKey,
        signedPrekey.publicKey,
        isWithOneTime ? oneTimePrekey.publicKey : new Uint8Array(),
      );
      const secret = concat(new Uint8Array(32).fill(255), ...agreements);
      return hex(new Uint8Array(hkdfSync("sha256", secret, key ?? new Uint8Array(32), info, 32)));
    };
    for (const withOneTime of [true, false]) {
      for (const key of [psk, null]) {
        const expected = byOpenSsl(withOneTime, key);
        const drawn = withOneTime ? oneTimePrekey : null;
        const a = { ...initiator, oneTimePrekey: drawn && drawn.publicKey, psk: key };
        expect(hex(initiatorRoot(a)!)).toBe(expected);
        expect(hex(responderRoot({ ...responder, oneTimePrekey: drawn, psk: key })!)).toBe(
          expected,
        );
      }
    }
  });

  test("is another one as soon as anything that went into it differs", () => {
    const other = pairFrom(random);
    const { initiator: a, responder: b } = parties;
    const otherParties: Parties[] = [
      { initiator: { ...a, userId: "eve" }, responder: b },
      { initiator: { ...a, deviceId: "desk" }, responder: b },
      { initiator: { ...a, identityKey: other.publicKey }, responder: b },
      { initiator: a, responder: { ...b, userId: "eve" } },
      { initiator: a, responder: { ...b, deviceId: "phone" } },
      { initiator: a, responder: { ...b, identityKey: other.publicKey } },
      { initiator: b, responder: a },
    ];
    const variants = [
      initiator,
      ...otherParties.map((changed) => ({ ...initiator, parties: changed })),
      { ...initiator, dh1: random() },
      { ...initiator, ephemeralSecretKey: other.secretKey },
      { ...initiator, signedPrekey: other.publicKey },
      { ...initiator, oneTimePrekey: other.publicKey },
      { ...initiator, oneTimePrekey: null },
      { ...initiator, psk: null },
      { ...initiator, psk: random() },
    ];
    const roots = variants.map((variant) => hex(initiatorRoot(variant)!));
    expect(new Set(roots).size).toBe(variants.length);
    const responderVariants = [
      ...otherParties.map((changed) => ({ ...responder, parties: changed })),
      { ...responder, dh2: random() },
      { ...responder, ephemeralKey: other.publicKey },
      { ...responder, signedPrekey: other },
      { ...responder, oneTimePrekey: other },
    ];
    for (const variant of responderVariants) {
      expect(hex(responderRoot(variant)!)).not.toBe(roots[0]);
    }
  });

  test("is refused where a key of the peer's is of low order or no key", () => {
    const withIdentity = (role: "initiator" | "responder", identityKey: Uint8Array): Parties => ({
      ...parties,
      [role]: { ...parties[role], identityKey },
    });
    for (const key of UNUSABLE) {
      expect(sharedSecret(ephemeral.secretKey, key)).toBeNull();
      expect(initiatorRoot({ ...initiator, parties: withIdentity("responder", key) })).toBeNull();
      expect(initiatorRoot({ ...initiator, signedPrekey: key })).toBeNull();
      expect(initiatorRoot({ ...initiator, oneTimePrekey: key })).toBeNull();
      expect(responderRoot({ ...responder, parties: withIdentity("initiator", key) })).toBeNull();
      expect(responderRoot({ ...responder, ephemeralKey: key })).toBeNull();
    }
  });

  test("is refused where an agreement that was computed elsewhere is all zeros", () => {
    const zeros = new Uint8Array(32);
    expect(initiatorRoot({ ...initiator, dh1: zeros })).toBeNull();
    expect(responderRoot({ ...responder, dh2: zeros })).toBeNull();
  });

  test("is never made from secrets of another length, which are a mistake of the caller", () => {
    const short = random().subarray(1);
    expect(() => initiatorRoot({ ...initiator, dh1: short })).toThrow(RangeError);
    expect(() => initiatorRoot({ ...initiator, psk: short })).toThrow(RangeError);
    expect(() => initiatorRoot({ ...initiator, ephemeralSecretKey: short })).toThrow(RangeError);
    expect(() => publicKeyOf(short)).toThrow(RangeError);
  });
});

describe("BOX-1 a signed prekey", () => {
  const signSeed = random();
  const signKey = ed25519.getPublicKey(signSeed);
  const key = signedPrekey.publicKey;
  const signed = (id: number) => ({
    id,
    key,
    signature: ed25519.sign(lvCat(utf8("acquaint prekey v1"), u64be(id), key), signSeed),
  });

  test("is vouched for by its device, with its id, and by no other", () => {
    const prekey = signed(7);
    expect(signedPrekeyBytes(7, key)).toEqual(lvCat(utf8("acquaint prekey v1"), u64be(7), key));
    expect(isPrekeySignedBy(signKey, prekey)).toBe(true);
    expect(isPrekeySignedBy(ed25519.getPublicKey(random()), prekey)).toBe(false);
    expect(isPrekeySignedBy(signKey, { ...prekey, id: 8 })).toBe(false);
    expect(isPrekeySignedBy(signKey, { ...prekey, key: oneTimePrekey.publicKey })).toBe(false);
    expect(isPrekeySignedBy(signKey, { ...prekey, signature: new Uint8Array(64) })).toBe(false);
  });

  test("has an id that a header can name", () => {
    expect(isPrekeySignedBy(signKey, signed(2 ** 31 - 1))).toBe(true);
    expect(isPrekeySignedBy(signKey, signed(0))).toBe(false);
    expect(isPrekeySignedBy(signKey, signed(2 ** 31))).toBe(false);
    for (const id of [-1, 1.5, NaN]) {
      expect(isPrekeySignedBy(signKey, { ...signed(1), id })).toBe(false);
    }
  });
});
