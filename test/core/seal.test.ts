import { sha512 } from "@noble/hashes/sha2.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lvCat, utf8 } from "../../shared/core/crypto/bytes.ts";
import { matchTag, sealKey, sessionKey } from "../../shared/core/crypto/pairingKeys.ts";
import { SEAL_OVERHEAD_BYTES, open, pad, seal, unpad } from "../../shared/core/crypto/seal.ts";
import { hex } from "./vectors.ts";

const fixed = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const key = fixed(32);
const nonce = fixed(24);
const text = fc.uint8Array({ maxLength: 300 });

function flipped(b: Uint8Array, bit: number): Uint8Array {
  const changed = b.slice();
  changed[bit >>> 3] = (changed[bit >>> 3] as number) ^ (1 << (bit & 7));
  return changed;
}

describe("sealing", () => {
  test("opens to what was sealed, padding included, 40 bytes longer", () => {
    fc.assert(
      fc.property(key, nonce, text, text, fc.integer({ min: 1, max: 64 }), (k, n, p, ad, step) => {
        const padded = pad(p, step);
        const sealed = seal(k, padded, n, ad);
        expect(sealed.length).toBe(padded.length + SEAL_OVERHEAD_BYTES);
        expect(sealed.subarray(0, 24)).toEqual(n);
        const opened = open(k, sealed, ad);
        expect(opened).toEqual(padded);
        expect(unpad(opened as Uint8Array)).toEqual(p);
      }),
    );
  });

  test("any flipped bit of the sealed bytes, the key or the associated data fails to open", () => {
    const k = sha512(utf8("key")).subarray(0, 32);
    const ad = utf8("associated");
    const sealed = seal(k, utf8("a card"), new Uint8Array(24).fill(3), ad);
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      expect(open(k, flipped(sealed, bit), ad)).toBeNull();
    }
    for (let bit = 0; bit < k.length * 8; bit++) {
      expect(open(flipped(k, bit), sealed, ad)).toBeNull();
    }
    for (let bit = 0; bit < ad.length * 8; bit++) {
      expect(open(k, sealed, flipped(ad, bit))).toBeNull();
    }
  });

  test("arbitrary bytes of any length never open and never throw", () => {
    fc.assert(
      fc.property(key, text, text, (k, bytes, ad) => {
        expect(open(k, bytes, ad)).toBeNull();
      }),
    );
  });

  test("keys and nonces of other lengths are refused as a mistake of the caller", () => {
    const empty = new Uint8Array();
    const k = new Uint8Array(32);
    expect(() => seal(new Uint8Array(31), empty, new Uint8Array(24), empty)).toThrow(RangeError);
    expect(() => seal(k, empty, new Uint8Array(12), empty)).toThrow(RangeError);
    expect(() => open(new Uint8Array(33), new Uint8Array(50), empty)).toThrow(RangeError);
  });
});

describe("padding", () => {
  test("comes out in whole steps and hides lengths within one", () => {
    expect(pad(new Uint8Array(0), 32)).toHaveLength(32);
    expect(pad(new Uint8Array(28), 32)).toHaveLength(32);
    expect(pad(new Uint8Array(29), 32)).toHaveLength(64);
    for (const step of [0, -1, 1.5, NaN]) expect(() => pad(new Uint8Array(1), step)).toThrow();
  });

  test("that is not all zeros, or a length that does not fit, is malformed", () => {
    const padded = pad(utf8("abc"), 16);
    for (let at = 7; at < 16; at++) expect(unpad(flipped(padded, at * 8))).toBeNull();
    expect(unpad(padded.subarray(0, 6))).toBeNull();
    expect(unpad(new Uint8Array(3))).toBeNull();
    expect(unpad(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0))).toBeNull();
    expect(unpad(new Uint8Array(4))).toEqual(new Uint8Array());
  });

  test("is read from a view into a larger buffer, and the result is a copy", () => {
    const buffer = new Uint8Array(50).fill(9);
    buffer.set(pad(utf8("abc"), 16), 11);
    const read = unpad(buffer.subarray(11, 27)) as Uint8Array;
    buffer.fill(0);
    expect(read).toEqual(utf8("abc"));
  });

  test("of arbitrary bytes gives null or content, never throws", () => {
    fc.assert(
      fc.property(text, (b) => {
        const content = unpad(b);
        if (content !== null) expect(content.length).toBeLessThanOrEqual(b.length - 4);
      }),
    );
  });
});

const DIRECTIONS = ["initiator", "responder"] as const;

describe("the keys of a pairing", () => {
  const isk = sha512(utf8("isk"));
  const input = {
    isk,
    initiatorNonce: utf8("nonce of the initiator"),
    responderNonce: utf8("nonce of the responder"),
    transcript: utf8("transcript"),
  };

  test("PAS-11: are 32 bytes each and all differ, per purpose and per direction", () => {
    const keys = [
      matchTag(isk),
      ...DIRECTIONS.flatMap((direction) => [
        sessionKey(input, direction),
        ...(["identity", "card"] as const).map((box) => sealKey(isk, direction, box)),
      ]),
    ];
    for (const k of keys) expect(k).toHaveLength(32);
    expect(new Set(keys.map(hex)).size).toBe(7);
  });

  test("PAS-11: are those of HKDF-SHA512 as the platform computes it, so that other clients agree", async () => {
    const hkdf = async (salt: Uint8Array, info: Uint8Array) => {
      const material = await crypto.subtle.importKey("raw", isk.slice(), "HKDF", false, [
        "deriveBits",
      ]);
      const params = { name: "HKDF", hash: "SHA-512", salt: salt.slice(), info: info.slice() };
      return hex(new Uint8Array(await crypto.subtle.deriveBits(params, material, 256)));
    };
    const none = new Uint8Array();
    expect(hex(matchTag(isk))).toBe(await hkdf(none, utf8("acquaint match")));
    expect(hex(sealKey(isk, "responder", "card"))).toBe(
      await hkdf(none, utf8("acquaint seal responder card")),
    );
    const digest = await crypto.subtle.digest("SHA-256", input.transcript.slice());
    const salt = lvCat(input.initiatorNonce, input.responderNonce);
    for (const direction of DIRECTIONS) {
      const info = lvCat(utf8(`acquaint session ${direction}`), new Uint8Array(digest));
      expect(hex(sessionKey(input, direction))).toBe(await hkdf(salt, info));
    }
  });

  test("PAS-11: of a session change with the ISK, either nonce, their order, the transcript and the direction", () => {
    const variants = [
      input,
      { ...input, initiatorNonce: utf8("another") },
      { ...input, responderNonce: utf8("another") },
      { ...input, initiatorNonce: input.responderNonce, responderNonce: input.initiatorNonce },
      { ...input, transcript: utf8("another") },
      { ...input, isk: sha512(utf8("another")) },
    ];
    const keys = DIRECTIONS.flatMap((direction) =>
      variants.map((variant) => hex(sessionKey(variant, direction))),
    );
    expect(new Set(keys).size).toBe(12);
  });
});
