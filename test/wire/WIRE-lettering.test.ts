// WIRE-1: ids and bytes have one spelling each, and no other is read.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { base32, base64url } from "../../shared/wire/lettering.ts";

describe.for([
  // RFC 4648, section 10, without padding.
  { name: "base32", lettering: base32, spelled: ["", "my", "mzxq", "mzxw6", "mzxw6yq"] },
  { name: "base64url", lettering: base64url, spelled: ["", "Zg", "Zm8", "Zm9v", "Zm9vYg"] },
])("$name", ({ lettering, spelled }) => {
  test("spells the vectors of the RFC", () => {
    for (const [length, text] of spelled.entries()) {
      const bytes = new TextEncoder().encode("foob".slice(0, length));
      expect(lettering.encode(bytes)).toBe(text);
      expect(lettering.decode(text)).toEqual(bytes);
    }
  });

  test("reads of all texts those alone that it makes", () => {
    const letters = fc.string({ unit: fc.constantFrom(..."abgzAZ279018=-_+/ \n"), maxLength: 12 });
    fc.assert(
      fc.property(letters, (text) => {
        const bytes = readBy(() => lettering.decode(text));
        if (bytes !== null) expect(lettering.encode(bytes)).toBe(text);
      }),
      { numRuns: 5_000 },
    );
  });

  test.for(["ä", "ı", "ſſſſſſſſ", "😀", "a\u0000", "\ud800"])(
    "%j is refused, without being repeated",
    (text) => {
      expect(() => lettering.decode(text)).toThrow(RangeError);
      expect(() => lettering.decode(text)).not.toThrow(text);
    },
  );
});

function readBy(read: () => Uint8Array): Uint8Array | null {
  try {
    return read();
  } catch {
    return null;
  }
}
