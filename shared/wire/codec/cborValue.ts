// Plain values as deterministic CBOR (RFC 8949, section 4.2.1): each has one encoding, cborWriter.ts makes it,
// and cborReader.ts takes no other. Neither tags nor indefinite lengths nor `undefined` exist here.

export type CborValue =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly CborValue[]
  | CborMap;
/** Keys are text, or integers >= 0. */
export type CborMap = ReadonlyMap<number | string, CborValue>;

/** Bytes that are not the one encoding of a value, or a value that has none. */
export class CborError extends Error {
  override readonly name = "CborError";
}

/** How deep arrays and maps may nest. */
export const CBOR_MAX_DEPTH = 16;

/** Major types, as the upper three bits of a first byte hold them. */
export const UINT = 0;
export const NEGATIVE = 1;
export const BYTES = 2;
export const TEXT = 3;
export const ARRAY = 4;
export const MAP = 5;
export const SIMPLE = 7;

/** First bytes of the values that major type 7 holds. */
export const FALSE = 0xf4;
export const TRUE = 0xf5;
export const NULL = 0xf6;
export const FLOAT16 = 0xf9;
export const FLOAT32 = 0xfa;
export const FLOAT64 = 0xfb;

export function isKey(key: unknown): key is number | string {
  return typeof key === "string" || (Number.isSafeInteger(key) && (key as number) >= 0);
}

/** Bytewise; of two of which one begins with the other, the shorter one first. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
