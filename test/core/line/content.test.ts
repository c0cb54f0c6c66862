// BOX-2: what a sealed message says, in bytes: one encoding for each content, small, and nothing else decodes.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Content, PlainContent, TextContent } from "../../../shared/core/line/content.ts";
import { toBase64Url } from "../../../shared/core/crypto/bytes.ts";
import {
  CARD_INLINE_MAX_BYTES,
  LIFETIME_MAX_SECONDS,
  RECEIPT_MAX_IDS,
} from "../../../shared/core/line/contentLimits.ts";
import { decodeContent, encodeContent } from "../../../shared/core/line/contentCoding.ts";
import type { CborMap, CborValue } from "../../../shared/wire/codec/cborValue.ts";
import { encodeCbor } from "../../../shared/wire/codec/cborWriter.ts";
import { CARD_MAX_BYTES, NAME_MAX_CHARS, TEXT_MAX_BYTES } from "../../../shared/wire/limits.ts";
import { anyContent, EMOJI, idOf, NOW, PEER } from "./examples.ts";

const ID = new Uint8Array(8);
const text: TextContent = { kind: "text", id: idOf(0), at: NOW, text: "hello" };

const decoded = (...pairs: [number | string, CborValue][]) =>
  decodeContent(encodeCbor(new Map(pairs)));
const takes = (content: unknown) => () => encodeContent(content as Content);

describe("a content", () => {
  test("decodes to what was encoded, whatever its kind", () => {
    fc.assert(
      fc.property(anyContent, (content) => {
        expect(decodeContent(encodeContent(content))).toEqual(content);
      }),
      { numRuns: 1_000 },
    );
  });

  test("stands in bytes that other implementations can rely on", () => {
    expect(Buffer.from(encodeContent(text)).toString("hex")).toBe(
      "a400010148000000000000000002" + "1b0000019e70448800" + "03" + "6568656c6c6f",
    );
    const said: Content = {
      kind: "sync",
      to: PEER,
      content: { kind: "reaction", at: 5, of: { by: "receiver", id: idOf(1) }, emoji: "!" },
    };
    expect(Buffer.from(encodeContent(said)).toString("hex")).toBe(
      "a300080a54" +
        "0842108421084210842108421084210842108421" +
        "0ba4000302050548000000000000000107" +
        "6121",
    );
  });

  test("of a text of 100 bytes takes 126 bytes, so that it pads to 128", () => {
    expect(encodeContent({ ...text, text: "a".repeat(100) }).length).toBe(126);
    expect(encodeContent({ ...text, text: "é".repeat(50) }).length).toBe(126);
  });

  test("of a receipt takes 15 bytes, and 8 for each message more", () => {
    const receipt = (count: number): Content => ({
      kind: "receipt",
      state: "read",
      of: Array.from({ length: count }, (_, number) => idOf(number)),
    });
    expect(encodeContent(receipt(1)).length).toBe(15);
    expect(encodeContent(receipt(2)).length).toBe(23);
    expect(encodeContent(receipt(RECEIPT_MAX_IDS)).length).toBe(9 + 8 * RECEIPT_MAX_IDS);
  });

  test("keeps a byte order mark, controls and a text in any script as they are", () => {
    for (const odd of ["\ufeffa", "\u0000", "\r\n", "שלום", "🏳️‍🌈", "a".repeat(TEXT_MAX_BYTES)]) {
      expect(decodeContent(encodeContent({ ...text, text: odd }))).toEqual({ ...text, text: odd });
    }
  });
});

describe("TAP-4: an introduction", () => {
  const said: Content = { kind: "introduction", at: NOW, name: "Ann" };
  const blob = { blobId: "A".repeat(22), key: "A".repeat(43), size: CARD_MAX_BYTES };
  const card = (bytes: number) => toBase64Url(new Uint8Array(bytes));

  test("stands in bytes that other implementations can rely on, and earlier versions pass over", () => {
    const hex = Buffer.from(encodeContent({ ...said, card: "AQID" })).toString("hex");
    expect(hex).toBe(`a40010021b${NOW.toString(16).padStart(16, "0")}0f63416e6e181e43010203`);
  });

  test("holds a card that is short, or says where a longer one is", () => {
    for (const more of [{}, { card: card(CARD_INLINE_MAX_BYTES) }, { blob }]) {
      expect(decodeContent(encodeContent({ ...said, ...more } as Content))).toEqual({
        ...said,
        ...more,
      });
    }
    expect(encodeContent({ ...said, name: "" }).length).toBe(15);
  });

  test("has at most one card, a name within its limit, and both no longer than they may be", () => {
    for (const beyond of [
      { card: card(CARD_INLINE_MAX_BYTES + 1) },
      { card: "" },
      { blob: { ...blob, size: CARD_MAX_BYTES + 1 } },
      { blob, card: card(1) },
      { name: "a".repeat(NAME_MAX_CHARS + 1) },
      { name: undefined },
    ]) {
      expect(takes({ ...said, ...beyond })).toThrow(RangeError);
    }
  });
});

describe("the limits of a content", () => {
  const edit: PlainContent = { ...text, kind: "edit", of: idOf(1) };
  const reaction: PlainContent = {
    kind: "reaction",
    at: 0,
    of: { by: "sender", id: idOf(1) },
    emoji: "!",
  };
  const receipt: PlainContent = { kind: "receipt", state: "read", of: [idOf(1)] };
  const timer: PlainContent = { kind: "timer", count: 1, at: 0, seconds: 0 };

  test("are taken to the last byte, and not beyond", () => {
    const ok: unknown[] = [
      { ...text, text: "é".repeat(TEXT_MAX_BYTES / 2) },
      { ...text, lifetimeSeconds: 1 },
      { ...text, lifetimeSeconds: LIFETIME_MAX_SECONDS },
      { ...text, at: 8_640_000_000_000_000 },
      { ...edit, text: "a".repeat(TEXT_MAX_BYTES) },
      ...EMOJI.map((emoji) => ({ ...reaction, emoji })),
      { ...reaction, emoji: "" },
      { ...reaction, emoji: `a${"\u0301".repeat(31)}` },
      { ...receipt, of: Array.from({ length: RECEIPT_MAX_IDS }, () => idOf(1)) },
      { ...timer, seconds: LIFETIME_MAX_SECONDS },
      { ...timer, count: Number.MAX_SAFE_INTEGER },
      { ...text, isRepeated: true },
    ];
    for (const content of ok) expect(takes(content)).not.toThrow();
    const beyond: unknown[] = [
      { ...text, text: "" },
      { ...text, text: `${"é".repeat(TEXT_MAX_BYTES / 2)}a` },
      { ...text, text: "a".repeat(TEXT_MAX_BYTES + 1) },
      { ...text, text: "\ud800" },
      { ...text, lifetimeSeconds: 0 },
      { ...text, lifetimeSeconds: LIFETIME_MAX_SECONDS + 1 },
      { ...text, lifetimeSeconds: 1.5 },
      { ...text, at: -1 },
      { ...text, at: 8_640_000_000_000_001 },
      { ...text, id: "AAAAAAAAAA" },
      { ...text, id: "AAAAAAAAAAB" },
      { ...text, more: 1 },
      { ...edit, text: "a".repeat(TEXT_MAX_BYTES + 1) },
      { ...reaction, of: { by: "both", id: idOf(1) } },
      { ...receipt, of: [] },
      { ...receipt, of: Array.from({ length: RECEIPT_MAX_IDS + 1 }, () => idOf(1)) },
      { ...receipt, state: "sent" },
      { ...timer, seconds: -1 },
      { ...timer, count: 0 },
      { ...timer, count: 2 ** 53 },
      { ...text, isRepeated: false },
      { ...timer, seconds: LIFETIME_MAX_SECONDS + 1 },
      { kind: "sync", to: PEER, content: { kind: "sync", to: PEER, content: text } },
      { kind: "sync", to: PEER, content: { kind: "unknown" } },
      { kind: "sync", to: "b", content: text },
      { kind: "unknown", id: idOf(1), at: 0 },
    ];
    for (const content of beyond) expect(takes(content)).toThrow(RangeError);
  });

  test("let one emoji pass, and neither words nor what cannot be seen", () => {
    const emoji = (value: string) => takes({ ...reaction, emoji: value });
    const refused = ["ab", "👍👍", "\n", " ", "\u200b", "\u200d", "\u202e", "\u0301", "a\u202e"];
    for (const value of refused) expect(emoji(value)).toThrow(RangeError);
    expect(emoji(`a${"\u0301".repeat(32)}`)).toThrow(RangeError);
  });

  test("hold for what comes in, too", () => {
    const at: [number, CborValue] = [2, NOW];
    const refused = [
      decoded([0, 1], [1, ID], at),
      decoded([0, 1], [1, ID], at, [3, ""]),
      decoded([0, 1], [1, ID], at, [3, "a".repeat(TEXT_MAX_BYTES + 1)]),
      decoded([0, 1], [1, ID], at, [3, "a"], [6, LIFETIME_MAX_SECONDS + 1]),
      decoded([0, 1], [1, ID], at, [3, "a"], [4, ID], [5, ID]),
      decoded([0, 1], [1, ID], at, [3, "a"], [4, ID.subarray(1)]),
      decoded([0, 1], [1, ID.subarray(1)], at, [3, "a"]),
      decoded([0, 1], [1, idOf(0)], at, [3, "a"]),
      decoded([0, 1], [1, ID], [2, 0.5], [3, "a"]),
      decoded([0, 1], [1, ID], at, [3, new Uint8Array(1)]),
      decoded([0, 3], at, [4, ID], [7, "ab"]),
      decoded([0, 3], at, [7, "!"]),
      decoded([0, 5], [8, 0], [9, ID]),
      decoded([0, 5], [8, 3], [9, ID]),
      decoded([0, 5], [8, 1], [9, ID.subarray(1)]),
      decoded([0, 5], [8, 1], [9, new Uint8Array(15)]),
      decoded([0, 5], [8, 1], [9, new Uint8Array()]),
      decoded([0, 5], [8, 1], [9, new Uint8Array(8 * (RECEIPT_MAX_IDS + 1))]),
      decoded([0, 5], [8, 1], [9, [ID]]),
      decoded([0, 6], at, [6, LIFETIME_MAX_SECONDS + 1]),
      decoded([0, 9], [12, 1]),
    ];
    expect(refused.filter((content) => content !== null)).toEqual([]);
  });
});

describe("a content of a later version", () => {
  const later: [number, CborValue][] = [
    [0, 77],
    [1, ID],
    [2, NOW],
  ];

  test("is a message that cannot be shown, when it has an id", () => {
    const shown = { kind: "unknown", id: idOf(0), at: NOW };
    expect(decoded(...later)).toEqual(shown);
    expect(decoded(...later, [99, new Map([["a", [1.5, null]]])])).toEqual(shown);
    expect(decoded([0, 1], [1, ID], [2, NOW], [3, "a"], [99, true])).toEqual(shown);
  });

  test("is nothing to show, when it has none", () => {
    expect(decoded([0, 77])).toEqual({ kind: "unknown" });
    expect(decoded([0, 77], [2, NOW])).toEqual({ kind: "unknown" });
    expect(decoded([0, 77], [1, "text"], [2, NOW])).toEqual({ kind: "unknown" });
    expect(decoded([0, 7], [3, "a"])).toEqual({ kind: "unknown" });
  });

  test("comes from one's own devices as well", () => {
    const to = new Uint8Array(20);
    expect(decoded([0, 8], [10, to], [11, new Map(later)])).toEqual({
      kind: "sync",
      to: "a".repeat(32),
      content: { kind: "unknown", id: idOf(0), at: NOW },
    });
  });
});

describe("bytes that say nothing", () => {
  const resend: CborMap = new Map([[0, 7]]);
  const to = new Uint8Array(20);

  test("decode to null: no map, no kind, keys of text, a sync in a sync", () => {
    const nothing = [
      decodeContent(new Uint8Array()),
      decodeContent(encodeCbor([1])),
      decodeContent(encodeCbor("text")),
      decoded(),
      decoded([1, ID]),
      decoded([0, -1]),
      decoded([0, "text"]),
      decoded([0, 7], ["0", 1]),
      decoded([0, 8], [10, to]),
      decoded([0, 8], [10, to], [11, 1]),
      decoded([0, 8], [10, to.subarray(1)], [11, resend]),
      decoded(
        [0, 8],
        [10, to],
        [
          11,
          new Map<number, CborValue>([
            [0, 8],
            [10, to],
            [11, resend],
          ]),
        ],
      ),
    ];
    expect(nothing.filter((content) => content !== null)).toEqual([]);
    expect(decoded([0, 8], [10, to], [11, resend])).not.toBeNull();
  });

  test("decode to null however deep they nest, and in no time", () => {
    for (const first of [0x81, 0xa1, 0xc1]) {
      expect(decodeContent(new Uint8Array(12_288).fill(first))).toBeNull();
    }
    const nested = [0xa2, 0x00, 0x18, 77, 0x01, ...Array.from({ length: 10_000 }, () => 0x81), 0];
    expect(decodeContent(Uint8Array.from(nested))).toBeNull();
  });

  test("are whatever is not the one encoding of a content, in 20,000 damaged ones", () => {
    const damage = fc.array(
      fc.record({
        at: fc.nat(400),
        byte: fc.nat(255),
        how: fc.constantFrom("set", "insert", "cut", "drop"),
      }),
      { minLength: 1, maxLength: 3 },
    );
    let nothing = 0;
    fc.assert(
      fc.property(anyContent, damage, (content, faults) => {
        let bytes = [...encodeContent(content)];
        for (const { at, byte, how } of faults) {
          const place = at % bytes.length || 0;
          if (how === "set") bytes[place] = byte;
          if (how === "insert") bytes.splice(place, 0, byte);
          if (how === "drop") bytes.splice(place, 1);
          if (how === "cut") bytes = bytes.slice(0, place);
        }
        nothing += holdsOrIsNull(Uint8Array.from(bytes)) ? 0 : 1;
      }),
      { numRuns: 10_000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        nothing += holdsOrIsNull(bytes) ? 0 : 1;
      }),
      { numRuns: 10_000 },
    );
    expect(nothing).toBeGreaterThan(15_000);
  });
});

/** Whether it decodes; then it must be to something of which these are the bytes. */
function holdsOrIsNull(bytes: Uint8Array): boolean {
  const content = decodeContent(bytes);
  if (content === null) return false;
  const isKnown =
    content.kind !== "unknown" && !(content.kind === "sync" && content.content.kind === "unknown");
  if (isKnown) expect(encodeContent(content as Content)).toEqual(bytes);
  return true;
}
