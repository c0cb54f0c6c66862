// What is known of a message without its schema: never anything that the schema would not say as well.

import fc from "fast-check";
import { expect, test } from "vitest";
import { toBase64Url } from "../../shared/core/crypto/bytes.ts";
import { ROOM_TEXT_MAX_BYTES } from "../../shared/wire/limits.ts";
import { roomRequestSchema } from "../../shared/wire/roomLine.ts";
import { talkIn } from "../../shared/wire/roomTalk.ts";

const number = fc.oneof(
  fc.nat(),
  fc.constantFrom(-1, -0, 0.5, 2 ** 53, Number.MAX_SAFE_INTEGER, "1", null, undefined),
);
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(undefined, 7, "", "\ud800", "\udc00x"),
  fc
    .constantFrom("x", "ß", "€", "\u{1f600}")
    .chain((unit) =>
      fc.integer({ min: 1_300, max: ROOM_TEXT_MAX_BYTES + 1 }).map((length) => unit.repeat(length)),
    ),
);
const oddName = fc.constantFrom(
  "",
  " Ann",
  "Ann ",
  "A  n",
  "\u0301",
  "\u202eAnn",
  "A\u0000",
  "\u200d",
);
const item = fc.oneof(
  fc.anything(),
  fc.record(
    {
      type: fc.constant("enter"),
      line: fc.oneof(
        fc.constantFrom("AAAAAAAAAAA", "AAAAAAAAAAB", "AAAAAAAAAA", "", 7),
        fc.uint8Array({ minLength: 8, maxLength: 8 }).map((bytes) => toBase64Url(bytes)),
      ),
      name: fc.oneof(
        oddName,
        fc.string({ unit: "grapheme", minLength: 1, maxLength: 101 }),
        fc.string({ unit: "binary", maxLength: 4 }),
        fc.integer({ min: 99, max: 102 }).map((length) => "n".repeat(length)),
      ),
      after: number,
      more: fc.anything(),
    },
    { requiredKeys: ["type"] },
  ),
  fc.record(
    {
      type: fc.constantFrom("say", "heard", "enter", 1),
      number,
      text,
      through: number,
      more: fc.anything(),
    },
    { requiredKeys: ["type"] },
  ),
);

test("what is known at once is what the schema takes (ROOM-4)", () => {
  fc.assert(
    fc.property(item, (message) => {
      const known = talkIn(message);
      if (known !== null) expect(roomRequestSchema.parse(message)).toEqual(known);
    }),
    { numRuns: 4_000 },
  );
});

test("what people say is mostly known at once, and so is what they have heard", () => {
  const messages = [
    { type: "say", number: 0, text: "Hello" },
    { type: "say", number: 7, text: "ß€\u{1f600}".repeat(100) },
    { type: "heard", through: 1_795_313_108_066_003 },
    { type: "enter", line: "AAAAAAAAAAA", name: "Zoë O'Neill-Ōta 2" },
    { type: "enter", line: "AAAAAAAAAAA", name: "अनन्या", after: 12 },
  ];
  for (const message of messages) expect(talkIn(message)).toEqual(message);
});
