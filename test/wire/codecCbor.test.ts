// Deterministic CBOR against another library, which takes more than the one form, and against RFC 8949.

import { decode as referenceDecode, encode as referenceEncode } from "cborg";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeCbor } from "../../shared/wire/codec/cborReader.ts";
import { CBOR_MAX_DEPTH, CborError, type CborValue } from "../../shared/wire/codec/cborValue.ts";
import { encodeCbor } from "../../shared/wire/codec/cborWriter.ts";
import { almostCanonical } from "./badCbor.ts";

/** What binary16 holds without its leading bit, the reference writes wider than it need be. */
const isSubnormalHalf = (value: number) => value !== 0 && Math.abs(value) < 2 ** -14;

/** Quicker than a matcher, where it is asked a hundred thousand times. */
function expectSame(actual: Uint8Array, expected: Uint8Array): void {
  if (Buffer.compare(actual, expected) !== 0) expect(actual).toEqual(expected);
}

describe("CBOR as RFC 8949 has it", () => {
  const value = fc.letrec<{ value: CborValue; leaf: CborValue }>((tie) => ({
    leaf: fc.oneof(
      fc.constantFrom(null, true, false),
      fc.maxSafeInteger(),
      fc.integer({ min: -300, max: 70_000 }),
      fc.double({ noNaN: true, noDefaultInfinity: true }).filter((one) => !isSubnormalHalf(one)),
      fc.float({ noNaN: true, noDefaultInfinity: true }).filter((one) => !isSubnormalHalf(one)),
      fc.integer({ min: -70_000, max: 70_000 }).map((eighths) => eighths / 8),
      fc.string({ unit: "grapheme" }),
      fc.uint8Array({ maxLength: 300 }),
    ),
    value: fc.oneof(
      { maxDepth: 5 },
      { weight: 3, arbitrary: tie("leaf") },
      { weight: 1, arbitrary: fc.array(tie("value"), { maxLength: 30 }) },
      {
        weight: 1,
        arbitrary: fc
          .array(fc.tuple(fc.oneof(fc.nat(70_000), fc.string({ unit: "grapheme" })), tie("value")))
          .map((pairs) => new Map(pairs)),
      },
    ),
  })).value;

  test("is written as another library writes it, and read again", { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(value, (any) => {
        const bytes = encodeCbor(any);
        expectSame(bytes, referenceEncode(any));
        expectSame(encodeCbor(decodeCbor(bytes)), bytes);
      }),
      { numRuns: 3_000 },
    );
  });

  test("is taken whenever that library would write the same bytes", { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(almostCanonical, (bytes) => {
        const taken = taking(bytes);
        fc.pre(taken === undefined || !hasSubnormalHalf(taken));
        expect(taken !== undefined).toBe(isTakenByReference(bytes));
      }),
      { numRuns: 20_000 },
    );
  });

  test("has the shortest float for each number", () => {
    const view = new DataView(new ArrayBuffer(8)) as DataView & {
      getFloat16(at: number): number;
    };
    for (let bits = 0; bits < 0x1_0000; bits++) {
      view.setUint16(0, bits);
      const half = view.getFloat16(0);
      if (Number.isFinite(half) && !Number.isInteger(half)) {
        const bytes = Uint8Array.of(0xf9, bits >> 8, bits & 0xff);
        expectSame(encodeCbor(half), bytes);
        expect(decodeCbor(bytes)).toBe(half);
      }
    }
    // RFC 8949, appendix A.
    const listed = {
      "1.1": "fb3ff199999999999a",
      "1.5": "f93e00",
      "3.4028234663852886e+38": "fa7f7fffff",
      "5.960464477539063e-8": "f90001",
      "0.00006103515625": "f90400",
      "-4.1": "fbc010666666666666",
      "1e300": "fb7e37e43c8800759c",
    };
    for (const [spelled, hex] of Object.entries(listed)) {
      expect(Buffer.from(encodeCbor(Number(spelled))).toString("hex"), spelled).toBe(hex);
    }
  });

  test("has no form for what is no value of it", () => {
    let deep: CborValue = 0;
    for (let depth = 0; depth < CBOR_MAX_DEPTH; depth++) deep = [deep];
    expect(decodeCbor(encodeCbor(deep))).toEqual(deep);
    const none: CborValue[] = [
      Number.NaN,
      Infinity,
      new Map([[-1, 0]]),
      new Map([[0.5, 0]]),
      [deep],
    ];
    for (const one of none) expect(() => encodeCbor(one)).toThrow(CborError);
  });
});

function taking(bytes: Uint8Array): CborValue | undefined {
  try {
    return decodeCbor(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(CborError);
    return undefined;
  }
}

function hasSubnormalHalf(value: unknown): boolean {
  if (typeof value === "number") return isSubnormalHalf(value);
  if (value instanceof Map) return [...value].flat().some(hasSubnormalHalf);
  return Array.isArray(value) && value.some(hasSubnormalHalf);
}

function isTakenByReference(bytes: Uint8Array): boolean {
  const options = { strict: true, allowNaN: false, allowInfinity: false, allowBigInt: false };
  try {
    const decoded = referenceDecode(bytes, {
      ...options,
      useMaps: true,
      allowUndefined: false,
      allowIndefinite: false,
      rejectDuplicateMapKeys: true,
    }) as CborValue;
    return isPlain(decoded, 0) && Buffer.from(referenceEncode(decoded)).equals(bytes);
  } catch {
    return false;
  }
}

/** Of what the reference takes, what this encoding has. */
function isPlain(value: unknown, depth: number): boolean {
  if (depth > CBOR_MAX_DEPTH || value instanceof Uint8Array) return depth <= CBOR_MAX_DEPTH;
  if (Array.isArray(value)) return value.every((item) => isPlain(item, depth + 1));
  if (!(value instanceof Map)) return true;
  return [...value].every(
    ([key, member]) =>
      (typeof key === "string" || (Number.isSafeInteger(key) && key >= 0)) &&
      isPlain(member, depth + 1),
  );
}
