// Byte strings: the length-value encoding of CPace, fixed-width integers, comparison and the
// two text encodings in use. Nothing here keeps a reference to, or writes to, its arguments.

import { base32 } from "../../wire/lettering.ts";

export { fromBase64Url, toBase64Url } from "../../wire/base64url.ts";

/**
 * LEB128(length) ‖ x.
 * @see draft-irtf-cfrg-cpace-21, Appendix A.1.1 (prepend_len)
 */
export function prependLen(x: Uint8Array): Uint8Array {
  const prefix: number[] = [];
  let rest = x.length;
  while (rest >= 0x80) {
    prefix.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  prefix.push(rest);
  return concat(Uint8Array.from(prefix), x);
}

/**
 * The parts one after another, each behind its LEB128 length; no two lists give the same bytes.
 * @see draft-irtf-cfrg-cpace-21, Appendix A.1.3 (lv_cat)
 */
export function lvCat(...parts: Uint8Array[]): Uint8Array {
  return concat(...parts.map(prependLen));
}

export function concat(...parts: Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

export function utf8(s: string): Uint8Array {
  return new TextEncoder().encode(s);
}

/**
 * Eight bytes, big endian.
 * @throws RangeError unless `n` is a safe integer >= 0
 */
export function u64be(n: number): Uint8Array {
  if (!Number.isSafeInteger(n) || n < 0) throw new RangeError("not an unsigned safe integer");
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(n));
  return bytes;
}

/** Takes the same time wherever equally long inputs differ; lengths are not hidden. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number);
  return difference === 0;
}

/** RFC 4648 section 6 in lower case, without padding. */
export function toBase32(b: Uint8Array): string {
  return base32.encode(b);
}
