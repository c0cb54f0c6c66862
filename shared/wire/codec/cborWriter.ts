// Writes values as deterministic CBOR (see cborValue.ts).

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
  TEXT,
  TRUE,
  UINT,
} from "./cborValue.ts";
import { toFloat16 } from "./float16.ts";

const FIRST_ROOM = 1_024;
const utf8 = new TextEncoder();

/**
 * Integers within JavaScript's safe range are written as such, any other number as the shortest float that holds
 * it. A lone surrogate becomes U+FFFD.
 * @throws CborError for NaN, infinities, keys that are none, and what nests deeper than {@link CBOR_MAX_DEPTH}
 * @see RFC 8949, section 4.2.1
 */
export function encodeCbor(value: CborValue): Uint8Array<ArrayBuffer> {
  return writer.write(value);
}

class Writer {
  #bytes = new Uint8Array(FIRST_ROOM);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  write(value: CborValue): Uint8Array<ArrayBuffer> {
    this.#length = 0;
    this.#value(value, 0);
    return this.#bytes.slice(0, this.#length);
  }

  #value(value: CborValue, depth: number): void {
    if (depth > CBOR_MAX_DEPTH) throw new CborError("nests too deep");
    if (value === null) this.#byte(NULL);
    else if (typeof value === "boolean") this.#byte(value ? TRUE : FALSE);
    else if (typeof value === "number") this.#number(value);
    else if (typeof value === "string") this.#string(TEXT, utf8.encode(value));
    else if (value instanceof Uint8Array) this.#string(BYTES, value);
    else if (value instanceof Map) this.#map(value, depth);
    else this.#array(value as readonly CborValue[], depth);
  }

  #array(items: readonly CborValue[], depth: number): void {
    this.#head(ARRAY, items.length);
    for (const item of items) this.#value(item, depth + 1);
  }

  /** Keys in the order of their encodings: integers as they grow, then texts, the shorter ones first. */
  #map(map: CborMap, depth: number): void {
    this.#head(MAP, map.size);
    const numbers: number[] = [];
    const names: string[] = [];
    for (const key of map.keys()) {
      if (typeof key === "number") numbers.push(key);
      else names.push(key);
    }
    for (const key of numbers.sort((a, b) => a - b)) {
      if (!isKey(key)) throw new CborError("neither a text nor an integer as a key");
      this.#head(UINT, key);
      this.#value(map.get(key) as CborValue, depth + 1);
    }
    if (names.length === 0) return;
    const texts = names
      .map((key) => ({ key, bytes: utf8.encode(key) }))
      .toSorted((a, b) => a.bytes.length - b.bytes.length || compareBytes(a.bytes, b.bytes));
    for (const { key, bytes } of texts) {
      this.#string(TEXT, bytes);
      this.#value(map.get(key) as CborValue, depth + 1);
    }
  }

  #string(major: number, bytes: Uint8Array): void {
    this.#head(major, bytes.length);
    this.#append(bytes);
  }

  #number(value: number): void {
    if (Number.isSafeInteger(value)) {
      return value < 0 ? this.#head(NEGATIVE, -1 - value) : this.#head(UINT, value);
    }
    if (!Number.isFinite(value)) throw new CborError("not a finite number");
    const half = toFloat16(value);
    if (half !== null) {
      const at = this.#item(FLOAT16, 2);
      this.#view.setUint16(at, half);
    } else if (Math.fround(value) === value) {
      const at = this.#item(FLOAT32, 4);
      this.#view.setFloat32(at, value);
    } else {
      const at = this.#item(FLOAT64, 8);
      this.#view.setFloat64(at, value);
    }
  }

  /** @param argument the value of an integer, or how many bytes, items or pairs follow */
  #head(major: number, argument: number): void {
    const first = major << 5;
    if (argument < 24) {
      this.#byte(first + argument);
    } else if (argument < 0x100) {
      const at = this.#item(first + 24, 1);
      this.#view.setUint8(at, argument);
    } else if (argument < 0x1_0000) {
      const at = this.#item(first + 25, 2);
      this.#view.setUint16(at, argument);
    } else if (argument < 0x1_0000_0000) {
      const at = this.#item(first + 26, 4);
      this.#view.setUint32(at, argument);
    } else {
      const at = this.#item(first + 27, 8);
      this.#view.setBigUint64(at, BigInt(argument));
    }
  }

  /** Writes a first byte; where the others go. */
  #item(first: number, others: number): number {
    this.#byte(first);
    return this.#grow(others);
  }

  #byte(byte: number): void {
    const at = this.#grow(1);
    this.#bytes[at] = byte;
  }

  #append(bytes: Uint8Array): void {
    const at = this.#grow(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** Makes room for that many bytes more; where they start. */
  #grow(length: number): number {
    const start = this.#length;
    this.#length += length;
    if (this.#length > this.#bytes.length) {
      const bytes = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
      bytes.set(this.#bytes);
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer);
    }
    return start;
  }
}

/** Its room is used again: to allocate it takes longer than to write into it. */
const writer = new Writer();
