// Reads deterministic CBOR (see cborValue.ts), and nothing else: what is read here encodes to the same bytes.

import {
  ARRAY,
  BYTES,
  CBOR_MAX_DEPTH,
  CborError,
  type CborMap,
  type CborValue,
  compareBytes,
  FALSE,
  FLOAT16,
  FLOAT32,
  FLOAT64,
  isKey,
  MAP,
  NEGATIVE,
  NULL,
  SIMPLE,
  TEXT,
  TRUE,
  UINT,
} from "./cborValue.ts";
import { fromFloat16, toFloat16 } from "./float16.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Byte strings in the result are views of the input.
 * @throws CborError for all that `encodeCbor` does not make
 */
export function decodeCbor(bytes: Uint8Array): CborValue {
  const reader = new Reader(bytes);
  const value = reader.value(0);
  reader.end();
  return value;
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw new CborError("bytes are left over");
  }

  value(depth: number): CborValue {
    if (depth > CBOR_MAX_DEPTH) throw new CborError("nests too deep");
    const first = this.#view.getUint8(this.#take(1));
    const major = first >> 5;
    if (major === SIMPLE) return this.#simple(first);
    const argument = this.#argument(first & 31);
    switch (major) {
      case UINT:
        return argument;
      case NEGATIVE:
        return this.#negative(argument);
      case BYTES:
        return this.#slice(argument);
      case TEXT:
        return this.#text(argument);
      case ARRAY:
        return this.#array(argument, depth);
      case MAP:
        return this.#map(argument, depth);
      default:
        throw new CborError("a tag");
    }
  }

  #array(length: number, depth: number): CborValue[] {
    const items: CborValue[] = [];
    while (items.length < length) items.push(this.value(depth + 1));
    return items;
  }

  #map(size: number, depth: number): CborMap {
    const map = new Map<number | string, CborValue>();
    /** An integer, or the bytes of a text: these come after all integers. */
    let before: number | Uint8Array = -1;
    while (map.size < size) {
      const start = this.#at;
      // Nothing that nests is read as a key: that would have no bound.
      const major = (this.#bytes[start] ?? 0) >> 5;
      if (major === ARRAY || major === MAP) throw new CborError("a key that nests");
      const key = this.value(CBOR_MAX_DEPTH);
      if (!isKey(key)) throw new CborError("neither a text nor an integer as a key");
      const place: number | Uint8Array =
        typeof key === "number" ? key : this.#bytes.subarray(start, this.#at);
      // In their order, none can come twice.
      if (!isAfter(place, before)) throw new CborError("unsorted keys");
      before = place;
      map.set(key, this.value(depth + 1));
    }
    return map;
  }

  #text(length: number): string {
    const bytes = this.#slice(length);
    try {
      return utf8.decode(bytes);
    } catch {
      throw new CborError("not UTF-8");
    }
  }

  #negative(argument: number): number {
    const value = -1 - argument;
    if (!Number.isSafeInteger(value)) throw new CborError("out of range");
    return value;
  }

  #simple(first: number): null | boolean | number {
    if (first === NULL) return null;
    if (first === TRUE || first === FALSE) return first === TRUE;
    const value = this.#float(first);
    // An integer is never written as a float.
    if (!Number.isFinite(value) || Number.isSafeInteger(value))
      throw new CborError("no such value");
    return value;
  }

  /** Infinity for what is no float, or not the shortest one. */
  #float(first: number): number {
    if (first === FLOAT16) return fromFloat16(this.#view.getUint16(this.#take(2)));
    if (first === FLOAT32) {
      const value = this.#view.getFloat32(this.#take(4));
      return toFloat16(value) === null ? value : Infinity;
    }
    if (first !== FLOAT64) return Infinity;
    const value = this.#view.getFloat64(this.#take(8));
    return Math.fround(value) === value ? Infinity : value;
  }

  #argument(info: number): number {
    if (info < 24) return info;
    const [value, least] = this.#longArgument(info);
    if (value < least || !Number.isSafeInteger(value)) throw new CborError("not the shortest form");
    return value;
  }

  /** With the least value that needs so many bytes. */
  #longArgument(info: number): readonly [value: number, least: number] {
    if (info === 24) return [this.#view.getUint8(this.#take(1)), 24];
    if (info === 25) return [this.#view.getUint16(this.#take(2)), 0x100];
    if (info === 26) return [this.#view.getUint32(this.#take(4)), 0x1_0000];
    if (info === 27) return [Number(this.#view.getBigUint64(this.#take(8))), 0x1_0000_0000];
    throw new CborError("an indefinite length");
  }

  #slice(length: number): Uint8Array {
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** Goes on by that many bytes; where they start. */
  #take(length: number): number {
    const start = this.#at;
    if (length > this.#bytes.length - start) throw new CborError("bytes are missing");
    this.#at = start + length;
    return start;
  }
}

/** Whether a key comes after another one in the order of their bytes. */
function isAfter(key: number | Uint8Array, before: number | Uint8Array): boolean {
  if (typeof key === "number") return typeof before === "number" && key > before;
  return typeof before === "number" || compareBytes(before, key) < 0;
}
