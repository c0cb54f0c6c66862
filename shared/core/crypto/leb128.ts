// Unsigned LEB128 for numbers below 2^31, in the shortest form only: each number has one
// encoding, so that what was read is what was signed or sealed.

/** The greatest number that is encoded; what counts boxes or names prekeys ends here. */
export const LEB128_MAX = 2 ** 31 - 1;

const MAX_BYTES = 5;

/** @throws RangeError unless `n` is an integer from 0 to {@link LEB128_MAX} */
export function encodeLeb128(n: number): Uint8Array {
  if (!Number.isInteger(n) || n < 0 || n > LEB128_MAX) {
    throw new RangeError("not an integer from 0 to 2^31-1");
  }
  const bytes: number[] = [];
  let rest = n;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

/** The number at `offset` and the offset behind it; null when cut off, too long or too great. */
export function decodeLeb128(
  bytes: Uint8Array,
  offset: number,
): { value: number; next: number } | null {
  let value = 0;
  for (let i = 0; i < MAX_BYTES; i++) {
    const byte = bytes[offset + i];
    if (byte === undefined) return null;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte >= 0x80) continue;
    const isShortest = byte !== 0 || i === 0;
    return isShortest && value <= LEB128_MAX ? { value, next: offset + i + 1 } : null;
  }
  return null;
}
