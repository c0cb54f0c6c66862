// Padding of a box: 0x80, then zeros, to the next multiple of 32 bytes (ISO/IEC 7816-4). One byte
// tells where the text ends, where a length in front would take four.

/** Every padded text is as many bytes long as a multiple of this. */
export const PAD_STEP_BYTES = 32;

const MARK = 0x80;

export function padBox(plaintext: Uint8Array): Uint8Array {
  const steps = Math.floor(plaintext.length / PAD_STEP_BYTES) + 1;
  const padded = new Uint8Array(steps * PAD_STEP_BYTES);
  padded.set(plaintext);
  padded[plaintext.length] = MARK;
  return padded;
}

/** The inverse of {@link padBox}; null for what it never makes. */
export function unpadBox(padded: Uint8Array): Uint8Array | null {
  if (padded.length % PAD_STEP_BYTES !== 0) return null;
  const end = padded.findLastIndex((byte) => byte !== 0);
  const isPadding = padded[end] === MARK && padded.length - end <= PAD_STEP_BYTES;
  return isPadding ? padded.slice(0, end) : null;
}
