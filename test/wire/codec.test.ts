// The two encodings of frames against each other, for arbitrary messages of every schema, and the binary one
// against whatever may come.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CborError } from "../../shared/wire/codec/cborValue.ts";
import { CODECS, preferredCodec } from "../../shared/wire/codec/codecs.ts";
import { mailboxNoticeSchema, mailboxRequestSchema } from "../../shared/wire/mailbox.ts";
import { attemptNoticeSchema, attemptRequestSchema } from "../../shared/wire/pairing.ts";
import { roomNoticeSchema, roomRequestSchema } from "../../shared/wire/roomLine.ts";
import { almostCanonical, mutated } from "./badCbor.ts";
import { valuesOf } from "./schemaArbitraries.ts";

const { json, cbor } = CODECS;

const SCHEMAS = {
  "to a mailbox": mailboxRequestSchema,
  "from a mailbox": mailboxNoticeSchema,
  "to an attempt": attemptRequestSchema,
  "from an attempt": attemptNoticeSchema,
  "to a room": roomRequestSchema,
  "from a room": roomNoticeSchema,
};

const framesOf = (schema: (typeof SCHEMAS)[keyof typeof SCHEMAS]) =>
  fc.array(valuesOf(schema), { minLength: 1, maxLength: 16, size: "-1" });
/** Frames of all kinds to begin with; making each anew would take longer than to look at what becomes of it. */
const samples = Object.values(SCHEMAS).flatMap((schema) =>
  fc.sample(fc.array(valuesOf(schema), { minLength: 1, maxLength: 2 }), 100),
);

/** Quicker than a matcher, where it is asked a hundred thousand times. */
function expectSame(actual: Uint8Array, expected: Uint8Array): void {
  if (Buffer.compare(actual, expected) !== 0) expect(actual).toEqual(expected);
}

function messagesOf(data: string | Uint8Array): readonly unknown[] {
  const frame = (typeof data === "string" ? json : cbor).decode(data, false);
  if (!frame.ok) throw new Error(frame.fault);
  return frame.messages;
}

describe("WIRE-2: nothing is lost between the encodings, for any frame", () => {
  test.for(Object.entries(SCHEMAS))("%s", { timeout: 120_000 }, ([, schema]) => {
    fc.assert(
      fc.property(framesOf(schema), (messages) => {
        const text = json.encode(messages);
        const bytes = cbor.encode(messagesOf(text));
        expect(messagesOf(bytes)).toEqual(messages);
        // Members come in another order; what they say is the same.
        expect(cbor.encode(messagesOf(json.encode(messagesOf(bytes))))).toEqual(bytes);
      }),
      { numRuns: 300 },
    );
  });

  test("of any JSON that names what the protocol does not know", () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue({ maxDepth: 5, stringUnit: "grapheme" }), {
          minLength: 1,
          maxLength: 16,
        }),
        (frame) => {
          const messages = JSON.parse(JSON.stringify(frame)) as unknown[];
          expect(messagesOf(cbor.encode(messages) as Uint8Array)).toEqual(messages);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test.for([
    [
      "bytes in no canonical base64url",
      { box: "AB=", sid: "AB", tag: "", share: "\ufeff", card: "é" },
    ],
    ["ids in no base32", { from: "ı", to: "ſ".repeat(8), userId: "AAAA", device: "a" }],
    ["values of no list", { type: "nothing", code: "", method: "Key", outcome: "0" }],
    ["lists and nulls where strings stand", { from: ["a".repeat(32), null], card: null, code: [] }],
    ["names as values", { fields: { type: "send", box: "AAAA", "": "x" }, title: "type" }],
    [
      "names that objects have",
      JSON.parse('{"__proto__":{"toString":"x"},"constructor":1}') as object,
    ],
    [
      "numbers at the edge",
      { now: 2 ** 53 - 1, after: -(2 ** 53 - 1), status: 1e300, bits: 5e-324 },
    ],
  ] as const)("%s", ([, message]) => {
    const bytes = cbor.encode([message]) as Uint8Array;
    expect(messagesOf(bytes)).toEqual([message]);
    expect(json.encode(messagesOf(bytes)).length).toBe(json.encode([message]).length);
  });
});

describe("WIRE-1: what is no frame", () => {
  test(
    "of 100,000 spoilt ones none does harm, and what is taken encodes to the same bytes",
    { timeout: 240_000 },
    () => {
      const valid = fc.constantFrom(...samples.map((sample) => cbor.encode(sample) as Uint8Array));
      const spoilt = fc.oneof(
        { weight: 4, arbitrary: valid.chain(mutated) },
        { weight: 4, arbitrary: almostCanonical },
        { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }) },
      );
      const counts = { taken: 0, refused: 0 };
      fc.assert(
        fc.property(spoilt, (bytes) => {
          const frame = cbor.decode(bytes, false);
          const isTaken = frame.ok && frame.messages.every((message) => message !== undefined);
          counts[isTaken ? "taken" : "refused"] += 1;
          if (isTaken) expectSame(cbor.encode(frame.messages) as Uint8Array, bytes);
          json.decode(Buffer.from(bytes).toString(), false);
        }),
        { numRuns: 100_000 },
      );
      expect(counts.refused).toBeGreaterThan(50_000);
    },
  );

  test.for([
    ["an empty one", ""],
    ["bytes left over", "81a000"],
    ["an integer in two bytes that fits one", "811817"],
    ["a length in two bytes that fits one", "981801"],
    ["an array without an end", "9fa0ff"],
    ["a map without an end", "81bf0000ff"],
    ["bytes in pieces", "815f4100ff"],
    ["a key twice", "81a200000000"],
    ["keys out of order", "81a201000000"],
    ["a negative key", "81a12000"],
    ["a key that is an array", "81a18000"],
    ["text that is not UTF-8", "8161ff"],
    ["half a surrogate pair", "8163eda080"],
    ["a tag", "81c000"],
    ["an integer as a float", "81f93c00"],
    ["a float wider than it need be", "81fa3fc00000"],
    ["minus nothing", "81f98000"],
    ["not a number", "81f97e00"],
    ["infinity", "81f97c00"],
    ["undefined", "81f7"],
    ["a value that nobody knows", "81e0"],
    ["an integer that JavaScript cannot hold", "811b0020000000000000"],
    ["more items than there are", "9bffffffffffffffff"],
    ["more bytes than there are", "815affffffff00"],
    ["no array", "a0"],
    ["no message", "80"],
    ["17 messages", `91${"a0".repeat(17)}`],
    ["arrays in each other", "81".repeat(100_000)],
    ["arrays in each other, in a map", `81a100${"81".repeat(20)}00`],
  ] as const)("%s", ([, hex]) => {
    expect(cbor.decode(Buffer.from(hex, "hex"), true).ok).toBe(false);
  });

  test.for([
    ["a name spelled out that has a number", "a164747970 6501"],
    ["a value spelled out that has a number", "a1006473656e64"],
    ["bytes spelled out", "a1056441414141"],
    ["an id spelled out", "a103686161616161616161"],
    ["bytes where text stands", "a1182041 00"],
    ["a number for a name among texts", "a1182ba10060"],
    ["a value that is not known", "a100 1880"],
  ] as const)("%s spoils its message alone", ([, hex]) => {
    const bytes = Buffer.from(`82${hex.replaceAll(" ", "")}a10015`, "hex");
    const frame = cbor.decode(bytes, true);
    expect(frame).toEqual({ ok: true, messages: [undefined, { type: "cancel" }] });
  });

  test("text where bytes are spoken, and bytes where text is", () => {
    expect(cbor.decode(json.encode([{ type: "cancel" }]) as string, true).ok).toBe(false);
    expect(json.decode(cbor.encode([{ type: "cancel" }]) as Uint8Array, true).ok).toBe(false);
  });
});

test("a member that only a later version knows spoils a message, or is left out where one says so", () => {
  const bytes = Buffer.from("82a2001519ffff8101a10017", "hex");
  const [known, other] = [{ type: "cancel" }, { type: "acknowledge" }];
  expect(cbor.decode(bytes, false)).toEqual({ ok: true, messages: [undefined, other] });
  expect(cbor.decode(bytes, true)).toEqual({ ok: true, messages: [known, other] });
});

test("of several subprotocols the first that is an encoding is chosen", () => {
  const [first, second] = [json.subprotocol, cbor.subprotocol];
  expect(preferredCodec(["acquaint.token.x", second, first])).toBe(cbor);
  expect(preferredCodec(["acquaint.v2.cbor", first, second])).toBe(json);
  expect(preferredCodec(["acquaint.token.x", "wire", ""])).toBeUndefined();
});

test("lone surrogates are replaced, since UTF-8 has none", () => {
  expect(messagesOf(cbor.encode([{ title: "a\ud800b" }]) as Uint8Array)).toEqual([
    { title: "a\ufffdb" },
  ]);
});

test("a number where values are numbered has no binary form", () => {
  expect(() => cbor.encode([{ type: 5 }])).toThrow(CborError);
});
