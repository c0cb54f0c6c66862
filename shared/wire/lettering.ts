// Bytes as letters of five or six bits each (RFC 4648), without padding. One text for each byte string: nothing but
// what is encoded here is decoded.

import { base32nopad, base64urlnopad } from "@scure/base";

interface Lettering {
  encode(bytes: Uint8Array): string;
  /** @throws RangeError on any text that {@link encode} does not make; the message does not repeat it */
  decode(text: string): Uint8Array;
}

/** Section 6, in lower case. */
export const base32: Lettering = {
  encode: (bytes) => base32nopad.encode(bytes).toLowerCase(),
  decode: (text) => {
    // Some letters of other scripts become these when they are made large.
    if (!/^[a-z2-7]*$/.test(text)) throw new RangeError("not in canonical form");
    return decoded(() => base32nopad.decode(text.toUpperCase()));
  },
};

/** Section 5. */
export const base64url: Lettering = {
  encode: (bytes) => base64urlnopad.encode(bytes),
  decode: (text) => decoded(() => base64urlnopad.decode(text)),
};

/** What the library says of a fault quotes the text. */
function decoded(decode: () => Uint8Array): Uint8Array {
  try {
    return decode();
  } catch {
    throw new RangeError("not in canonical form");
  }
}
