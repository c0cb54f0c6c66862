// IEEE 754 binary16, the shortest float of CBOR, which not every runtime knows.

/** The 16 bits of a finite number; null if they cannot hold it exactly. */
export function toFloat16(value: number): number | null {
  const exponent = Math.max(-14, exponentOf(value));
  const significand = Math.abs(value) * 2 ** (10 - exponent);
  if (exponent > 15 || !Number.isInteger(significand)) return null;
  const sign = value < 0 ? 0x8000 : 0;
  // The significand's highest bit, 1,024, is not written: of a normal number it counts the exponent up by one.
  return sign + (exponent + 14) * 1_024 + significand;
}

export function fromFloat16(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1_023;
  const size =
    exponent === 31
      ? Infinity
      : exponent === 0
        ? fraction * 2 ** -24
        : (1_024 + fraction) * 2 ** (exponent - 25);
  return bits & 0x8000 ? -size : size;
}

const scratch = new DataView(new ArrayBuffer(8));

/** The binary exponent, as binary64 holds it. */
function exponentOf(value: number): number {
  scratch.setFloat64(0, value);
  return ((scratch.getUint16(0) >> 4) & 0x7ff) - 1_023;
}
