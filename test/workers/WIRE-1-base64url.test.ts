// WIRE-1: base64url by the runtime itself is what it is by a library, as our own is elsewhere (WIRE-lettering).

import { base64urlnopad } from "@scure/base";
import fc from "fast-check";
import { expect, test } from "vitest";
import { fromBase64Url, toBase64Url } from "../../shared/wire/base64url.ts";

test("this runtime has a base64url of its own, so that what is tested here is that one", () => {
  expect("toBase64" in Uint8Array.prototype && "fromBase64" in Uint8Array).toBe(true);
});

test("bytes are spelled as a library spells them, and come back", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const text = toBase64Url(bytes);
      expect(text).toBe(base64urlnopad.encode(bytes));
      expect(fromBase64Url(text)).toEqual(bytes);
    }),
  );
});

test.for([
  "A",
  "AAAAA",
  "AB",
  "AAB",
  "AA==",
  "AAA=",
  "AA A",
  " AAAA",
  "AAAA\n",
  "AA+A",
  "AA/A",
  "ÄAAA",
])("%j is refused, since nothing is spelled so", (text) => {
  expect(() => fromBase64Url(text)).toThrow(new RangeError("not canonical base64url"));
});

test("of any other text, the same is taken that the library takes", () => {
  const letters = fc.constantFrom(..."ABQgwz09-_+/= \n");
  fc.assert(
    fc.property(fc.string({ unit: letters, maxLength: 12 }), (text) => {
      expect(isTaken(() => fromBase64Url(text))).toBe(isTaken(() => base64urlnopad.decode(text)));
    }),
  );
});

function isTaken(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}
