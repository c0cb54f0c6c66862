import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type BoxHeader,
  type BoxKind,
  encodeHeader,
  readHeader,
  sessionTagOf,
  splitBox,
} from "../../shared/core/crypto/boxHeader.ts";
import { padBox, unpadBox } from "../../shared/core/crypto/boxPadding.ts";
import { concat } from "../../shared/core/crypto/bytes.ts";
import { decodeLeb128, encodeLeb128, LEB128_MAX } from "../../shared/core/crypto/leb128.ts";
import { flipped } from "./ratchetPair.ts";
import { bytes, hex } from "./vectors.ts";

const number = fc.oneof(
  fc.constantFrom(0, 1, 127, 128, 16_383, 16_384, LEB128_MAX),
  fc.nat({ max: LEB128_MAX }),
);
const id = number.map((n) => Math.max(1, n));
const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((k) => {
  k[31] = (k[31] as number) & 0x7f;
  return k;
});
const kind = fc.constantFrom<BoxKind>("conversation", "control");
const ratchetKey = fc.record({ previousN: number, publicKey: key });
const prekey = fc.record({
  signedPrekeyId: id,
  oneTimePrekeyId: fc.option(id),
  ephemeralKey: key,
  pairing: fc.option(fc.uint8Array({ minLength: 8, maxLength: 8 })),
});
const header: fc.Arbitrary<BoxHeader> = fc.oneof(
  fc.record({
    kind,
    sessionTag: fc.uint8Array({ minLength: 2, maxLength: 2 }),
    epoch: number,
    n: number,
    ratchetKey: fc.option(ratchetKey),
    prekey: fc.constant(null),
  }),
  fc
    .record({ kind, epoch: fc.constant(0), n: number, ratchetKey, prekey })
    .map((first) => ({ ...first, sessionTag: sessionTagOf(first.prekey.ephemeralKey) })),
);

describe("BOX-1 the header of a box", () => {
  test("reads as it was written, wherever the sealed part begins", () => {
    fc.assert(
      fc.property(header, fc.uint8Array({ maxLength: 40 }), (written, sealed) => {
        const encoded = encodeHeader(written);
        const box = concat(encoded, sealed);
        expect(readHeader(box)).toEqual(written);
        expect(splitBox(box)).toEqual({ header: written, headerBytes: encoded, sealed });
      }),
    );
  });

  test("has one encoding: whatever bytes read as a header are those that it is written as", () => {
    fc.assert(
      fc.property(header, fc.nat(), (written, bit) => {
        const encoded = encodeHeader(written);
        const changed = flipped(encoded, bit % (encoded.length * 8));
        const parts = splitBox(concat(changed, new Uint8Array(80)));
        if (parts !== null) expect(encodeHeader(parts.header)).toEqual(parts.headerBytes);
      }),
      { numRuns: 1_000 },
    );
  });

  test("that is cut off anywhere is none", () => {
    fc.assert(
      fc.property(header, (written) => {
        const encoded = encodeHeader(written);
        for (let length = 0; length < encoded.length; length++) {
          expect(readHeader(encoded.subarray(0, length))).toBeNull();
        }
      }),
      { numRuns: 30 },
    );
  });

  test("has the bytes that the protocol lays out", () => {
    const publicKey = new Uint8Array(32).fill(0x11);
    const ephemeralKey = new Uint8Array(32).fill(0x22);
    const sessionTag = sessionTagOf(ephemeralKey);
    const plain = { sessionTag, epoch: 2, n: 300, ratchetKey: null, prekey: null } as const;
    expect(hex(encodeHeader({ ...plain, kind: "conversation" }))).toBe("01222202ac02");
    expect(hex(encodeHeader({ ...plain, kind: "control" }))).toBe("21222202ac02");
    const keyed = {
      ...plain,
      kind: "conversation",
      ratchetKey: { previousN: 5, publicKey },
    } as const;
    expect(hex(encodeHeader(keyed))).toBe(`11222202ac0205${"11".repeat(32)}`);
    const first = {
      ...keyed,
      epoch: 0,
      n: 0,
      ratchetKey: { previousN: 0, publicKey },
      prekey: {
        signedPrekeyId: 1,
        oneTimePrekeyId: 128,
        ephemeralKey,
        pairing: bytes("0102030405060708"),
      },
    };
    const front = `192222000000${"11".repeat(32)}01`;
    expect(hex(encodeHeader(first))).toBe(`${front}8001${"22".repeat(32)}010102030405060708`);
    const lastResort = { ...first.prekey, oneTimePrekeyId: null, pairing: null };
    expect(hex(encodeHeader({ ...first, prekey: lastResort }))).toBe(
      `${front}00${"22".repeat(32)}00`,
    );
  });

  test("of another version, with unknown flags or with parts out of place is none", () => {
    const ratchet = "11".repeat(32);
    const prekeys = `0100${"22".repeat(32)}`;
    expect(readHeader(bytes(`192222000000${ratchet}${prekeys}00`))).not.toBeNull();
    const bad = {
      "version 0": "0022220000",
      "version 2": "0222220000",
      "unknown flag 6": "4122220000",
      "unknown flag 7": "8122220000",
      "prekeys without a ratchet key": `0922220000${prekeys}00`,
      "prekeys behind the first epoch": `192222010000${ratchet}${prekeys}00`,
      "prekeys of another session": `192223000000${ratchet}${prekeys}00`,
      "signed prekey 0": `192222000000${ratchet}0000${"22".repeat(32)}00`,
      "pairing marked 2": `192222000000${ratchet}${prekeys}020102030405060708`,
      "a ratchet key with its top bit set": `112222000000${"11".repeat(31)}91`,
      "an ephemeral key with its top bit set": `192222000000${ratchet}0100${"22".repeat(31)}a200`,
    };
    for (const [fault, encoded] of Object.entries(bad)) {
      expect(readHeader(bytes(encoded)), fault).toBeNull();
    }
  });

  test("is looked for in arbitrary bytes without ever throwing", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (arbitrary) => {
        const parts = splitBox(arbitrary);
        if (parts !== null) expect(encodeHeader(parts.header)).toEqual(parts.headerBytes);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("BOX-1 numbers in a header", () => {
  test("are LEB128 in the shortest form, below 2^31", () => {
    const encodings: [number, string][] = [
      [0, "00"],
      [127, "7f"],
      [128, "8001"],
      [16_384, "808001"],
      [LEB128_MAX, "ffffffff07"],
    ];
    for (const [n, encoded] of encodings) {
      expect(hex(encodeLeb128(n))).toBe(encoded);
      const next = encoded.length / 2;
      expect(decodeLeb128(bytes(`aa${encoded}ff`), 1)).toEqual({ value: n, next: next + 1 });
    }
    const bad = ["", "80", "8000", "ff00", "80808000", "8080808008", "ffffffff0f", "808080808000"];
    for (const encoded of bad) expect(decodeLeb128(bytes(encoded), 0), encoded).toBeNull();
    for (const n of [-1, 1.5, LEB128_MAX + 1, NaN])
      expect(() => encodeLeb128(n)).toThrow(RangeError);
  });
});

describe("BOX-1 padding of a box", () => {
  test("comes out in steps of 32 bytes, one byte at least", () => {
    const sizes = [0, 1, 31, 32, 63, 64].map((length) => padBox(new Uint8Array(length)).length);
    expect(sizes).toEqual([32, 32, 32, 64, 64, 96]);
    expect(hex(padBox(bytes("8000")))).toBe(`800080${"00".repeat(29)}`);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (text) => {
        expect(unpadBox(padBox(text))).toEqual(text);
      }),
    );
  });

  test("without its mark, in another length or longer than a step is none", () => {
    expect(unpadBox(new Uint8Array(0))).toBeNull();
    expect(unpadBox(new Uint8Array(32))).toBeNull();
    expect(unpadBox(bytes(`80${"00".repeat(30)}`))).toBeNull();
    expect(unpadBox(bytes(`${"00".repeat(31)}81`))).toBeNull();
    expect(unpadBox(bytes(`aa80${"00".repeat(62)}`))).toBeNull();
    expect(unpadBox(bytes(`${"aa".repeat(32)}80${"00".repeat(31)}`))).toHaveLength(32);
  });
});
