// The safety phrase of two accounts: alike on both ends, and unlike for any other keys.

import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { lvCat, utf8 } from "../../../shared/core/crypto/bytes.ts";
import { SAFETY_WORDS, safetyPhrase } from "../../../shared/core/identity/safetyPhrase.ts";
import type { UserId } from "../../../shared/wire/ids.ts";

const seen = fc.record({
  userId: fc.stringMatching(/^[a-z2-7]{32}$/).map((id) => id as UserId),
  head: fc.uint8Array({ minLength: 32, maxLength: 32 }),
});

test("both ends have the same words, whoever comes first", () => {
  fc.assert(
    fc.property(seen, seen, (a, b) => {
      expect(safetyPhrase(a, b)).toEqual(safetyPhrase(b, a));
    }),
  );
});

test("another device log of either gives other words", () => {
  fc.assert(
    fc.property(seen, seen, fc.nat(31), (a, b, at) => {
      fc.pre(a.userId !== b.userId);
      const head = a.head.slice();
      head[at] = (head[at] as number) ^ 1;
      expect(safetyPhrase({ ...a, head }, b)).not.toEqual(safetyPhrase(a, b));
      expect(safetyPhrase(a, { ...b, head: a.head })).not.toEqual(safetyPhrase(b, { ...a, head }));
    }),
  );
});

test("the words are the first 132 bits of the digest that docs/protocol.md names", () => {
  const a = { userId: "a".repeat(32) as UserId, head: new Uint8Array(32).fill(1) };
  const b = { userId: "b".repeat(32) as UserId, head: new Uint8Array(32).fill(2) };
  const bytes = lvCat(
    utf8("acquaint safety phrase v1"),
    utf8(a.userId),
    a.head,
    utf8(b.userId),
    b.head,
  );
  const bits = [...createHash("sha256").update(bytes).digest()]
    .map((byte) => byte.toString(2).padStart(8, "0"))
    .join("");
  const words = Array.from({ length: SAFETY_WORDS }, (_, i) =>
    Number.parseInt(bits.slice(11 * i, 11 * (i + 1)), 2),
  );
  expect(safetyPhrase(b, a)).toEqual(words);
});
