import { base32nopad } from "@scure/base";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  concat,
  equalBytes,
  fromBase64Url,
  lvCat,
  prependLen,
  toBase32,
  toBase64Url,
  u64be,
  utf8,
} from "../../shared/core/crypto/bytes.ts";
import { field, hex, vectorFile } from "./vectors.ts";

// The draft's o_cat, transcript_oc and lexicographically_larger serve its symmetric setting.
// Every exchange here has an initiator and a responder, so those functions do not exist.
type StringVectors = Record<"prepend_len" | "lv_cat" | "transcript_ir", Record<string, string>>;
const vectors = vectorFile<StringVectors>("cpace-string-utils");

/** The bytes that a Python literal of the draft, `b'1234'` or `bytes(range(n))`, stands for. */
function pythonBytes(literal: string): Uint8Array {
  const range = /^bytes\(range\((\d+)\)\)$/.exec(literal);
  if (range) return Uint8Array.from({ length: Number(range[1]) }, (_, i) => i);
  const text = /^b'(.*)'$/.exec(literal);
  if (text) return utf8(text[1] as string);
  throw new Error(`not a literal of the vectors: ${literal}`);
}

function callsOf(name: keyof StringVectors): [string, Uint8Array[]][] {
  return Object.keys(vectors[name])
    .filter((key) => key.startsWith(`${name}(`))
    .map((key) => [
      key,
      key
        .slice(name.length + 1, -1)
        .split(",")
        .map(pythonBytes),
    ]);
}

describe("the published string vectors", () => {
  test.each(callsOf("prepend_len"))("%s", (name, [x]) => {
    expect(prependLen(x as Uint8Array)).toEqual(field(vectors.prepend_len, name));
  });

  test.each(callsOf("lv_cat"))("%s", (name, parts) => {
    expect(lvCat(...parts)).toEqual(field(vectors.lv_cat, name));
  });

  test.each(callsOf("transcript_ir"))("%s", (name, parts) => {
    const [ya, ada, yb, adb] = parts as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    const transcript = concat(lvCat(ya, ada), lvCat(yb, adb));
    expect(transcript).toEqual(field(vectors.transcript_ir, name));
  });

  test("all of them are found: four lengths, one list, two transcripts", () => {
    const counts = (["prepend_len", "lv_cat", "transcript_ir"] as const).map(
      (name) => callsOf(name).length,
    );
    expect(counts).toEqual([4, 1, 2]);
  });
});

test("lengths of three LEB128 bytes are written least significant first", () => {
  expect(hex(prependLen(new Uint8Array(100_000)).subarray(0, 4))).toBe("a08d0600");
});

test("two lists of parts give the same bytes only when they are the same list", () => {
  const list = fc.array(fc.uint8Array({ maxLength: 3 }), { maxLength: 4 });
  fc.assert(
    fc.property(list, list, (a, b) => {
      const same = a.length === b.length && a.every((part, i) => hex(part) === hex(b[i] ?? part));
      expect(hex(lvCat(...a)) === hex(lvCat(...b))).toBe(same);
    }),
  );
});

test("u64be writes eight bytes and refuses what is no unsigned safe integer", () => {
  expect(hex(u64be(0))).toBe("0000000000000000");
  expect(hex(u64be(Number.MAX_SAFE_INTEGER))).toBe("001fffffffffffff");
  for (const bad of [-1, 0.5, NaN, Infinity, 2 ** 53]) expect(() => u64be(bad)).toThrow(RangeError);
});

test("equalBytes tells any differing byte and any differing length", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (a, n, x) => {
        const b = a.slice();
        expect(equalBytes(a, b)).toBe(true);
        b[n % a.length] = (b[n % a.length] as number) ^ x;
        expect(equalBytes(a, b)).toBe(false);
        expect(equalBytes(a, a.subarray(1))).toBe(false);
      },
    ),
  );
});

test("base64url comes back as the same bytes, and only its canonical spelling is read", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (b) => {
      const text = toBase64Url(b);
      expect(text).toBe(Buffer.from(b).toString("base64url"));
      expect(fromBase64Url(text)).toEqual(b);
    }),
  );
  for (const bad of ["A", "AB", "AA==", "AAE=", "A A", " AAAA", "AAAA\n", "A+/A", "é"]) {
    expect(() => fromBase64Url(bad), bad).toThrow(RangeError);
  }
});

test("base32 is RFC 4648 in lower case without padding", () => {
  expect(toBase32(utf8("foobar"))).toBe("mzxw6ytboi");
  expect(toBase32(utf8("f"))).toBe("my");
  fc.assert(
    fc.property(fc.uint8Array(), (b) => {
      expect(base32nopad.decode(toBase32(b).toUpperCase())).toEqual(b);
    }),
  );
});
