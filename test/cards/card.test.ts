import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytesToCard, cardTitle, cardToBytes, emptyCard } from "../../shared/core/cards/card.ts";
import { type Card, cardSchema } from "../../shared/wire/card.ts";
import { CARD_MAX_BYTES } from "../../shared/wire/limits.ts";
import { anyCard } from "./support.ts";

const UID = "urn:uuid:3c9c1d9e-6a0e-4f1b-9d3a-000000000001";
const utf8 = (text: string) => new TextEncoder().encode(text);

/** A card with a photo whose bytes are exactly `size`; the padding is in a note. */
function cardOfSize(size: number): Card {
  const photo = `data:image/webp;base64,${"UklGRg".repeat(8_000)}==`;
  const card: Card = {
    ...emptyCard(UID, "Zoë Ångström"),
    media: { m1: { kind: "photo", uri: photo } },
    notes: { n1: { note: "" } },
  };
  const missing = size - utf8(JSON.stringify(card)).length;
  return { ...card, notes: { n1: { note: "x".repeat(missing) } } };
}

describe("KEY-6: a card as bytes", () => {
  test("any card comes back from its bytes as it was", () => {
    fc.assert(
      fc.property(anyCard, (card) => {
        expect(bytesToCard(cardToBytes(card))).toEqual({ ok: true, card });
      }),
    );
  });

  test("a card of exactly 64 KiB with its photo passes, one byte more does not", () => {
    expect(CARD_MAX_BYTES).toBe(65_536);
    const largest = cardOfSize(CARD_MAX_BYTES);
    const bytes = cardToBytes(largest);
    expect(bytes.length).toBe(CARD_MAX_BYTES);
    expect(bytesToCard(bytes)).toEqual({ ok: true, card: largest });

    const tooLarge = cardOfSize(CARD_MAX_BYTES + 1);
    expect(() => cardToBytes(tooLarge)).toThrow(/65537 bytes/);
    expect(bytesToCard(utf8(JSON.stringify(tooLarge)))).toMatchObject({
      ok: false,
      problem: "tooLarge",
    });
  });

  test("the limit counts bytes of UTF-8, not characters", () => {
    const card = { ...emptyCard(UID), notes: { n: { note: "漢".repeat(30_000) } } };
    expect(() => cardToBytes(card)).toThrow(RangeError);
  });

  test("properties the schema does not know survive the round trip, at each depth", () => {
    const card = {
      ...emptyCard(UID, "A"),
      "example.com:badge": { colour: ["red", null, 1.5, { deep: true }] },
      emails: { e: { address: "a@example.com", "example.com:seen": 3 } },
      speakToAs: { pronouns: { p: { pronouns: "they/them" } } },
    };
    expect(bytesToCard(cardToBytes(card))).toEqual({ ok: true, card });
  });

  test("a card of version 2.0 may lack its uid, one of version 1.0 may not", () => {
    const card = { "@type": "Card", version: "2.0" };
    expect(bytesToCard(utf8(JSON.stringify(card)))).toEqual({ ok: true, card });
    const old = { "@type": "Card", version: "1.0" };
    expect(bytesToCard(utf8(JSON.stringify(old)))).toMatchObject({ problem: "notACard" });
  });

  test.each([
    ["a function", () => 1],
    ["undefined", undefined],
    ["a date", new Date(0)],
    ["NaN", Number.NaN],
    ["a big integer", 1n],
    ["a map", new Map()],
    ["bytes", new Uint8Array(2)],
  ])("%s in a card is refused before it is sent", (_, value) => {
    expect(() => cardToBytes({ ...emptyCard(UID), extra: value })).toThrow(TypeError);
    expect(() => cardToBytes({ ...emptyCard(UID), extra: [{ value }] })).toThrow(TypeError);
  });

  test("nesting is bounded", () => {
    const deep = `{"@type":"Card","version":"1.0","uid":"u","x":${"[".repeat(30_000)}${"]".repeat(30_000)}}`;
    expect(bytesToCard(utf8(deep))).toMatchObject({ ok: false, problem: "notACard" });
  });

  test.each([
    ["javascript:alert(1)"],
    ["JavaScript:alert(1)"],
    ["data:text/html,<script>"],
    ["vbscript:x"],
    ["blob:https://example.com/1"],
    ["example.com"],
    ["https://example.com/\nx"],
    [" https://example.com"],
  ])("a link to %j makes no card", (uri) => {
    expect(cardSchema.safeParse({ ...emptyCard(UID), links: { l: { uri } } }).success).toBe(false);
    const onlineServices = { s: { uri } };
    expect(cardSchema.safeParse({ ...emptyCard(UID), onlineServices }).success).toBe(false);
  });

  test.each([
    ["https://example.com/photo.jpg"],
    ["data:image/svg+xml;base64,PHN2Zz4="],
    ["data:text/html;base64,PHN2Zz4="],
    ["data:image/png,abc"],
    ["data:image/png;base64,a b"],
  ])("a photo at %j makes no card: it neither runs nor loads from elsewhere", (uri) => {
    const card = { ...emptyCard(UID), media: { m: { kind: "photo", uri } } };
    expect(cardSchema.safeParse(card).success).toBe(false);
  });

  test("10,000 byte strings of any kind are read or refused, never thrown at", () => {
    const nearly = fc
      .tuple(anyCard, fc.nat(), fc.string({ maxLength: 3 }))
      .map(([card, at, patch]) => {
        const json = JSON.stringify(card);
        const place = at % json.length;
        return utf8(json.slice(0, place) + patch + json.slice(place + 1));
      });
    const wrong = fc
      .dictionary(
        fc.constantFrom("@type", "version", "uid", "name", "emails", "media", "vCardProps"),
        fc.oneof(fc.constantFrom("Card", "1.0", "u"), fc.jsonValue()),
      )
      .map((value) => utf8(JSON.stringify(value)));
    let read = 0;
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), wrong, nearly), (bytes) => {
        const result = bytesToCard(bytes);
        if (result.ok) {
          read += 1;
          expect(bytesToCard(cardToBytes(result.card))).toEqual(result);
          cardTitle(result.card);
        } else expect(result.message.length).toBeLessThan(300);
      }),
      { numRuns: 10_000 },
    );
    expect(read).toBeGreaterThan(100);
  }, 120_000);
});

describe("the title of a card", () => {
  const card = emptyCard(UID);
  const components = [
    { kind: "given", value: "Ada" },
    { kind: "surname", value: "Lovelace" },
  ];
  const organizations = { o: { name: "Analytical Engines" } };
  const emails = { e: { address: "ada@example.com" } };

  test("falls back from full name to parts, organisation, e-mail and a plain word", () => {
    expect(
      cardTitle({ ...card, name: { full: "Ada L.", components }, organizations, emails }),
    ).toBe("Ada L.");
    expect(cardTitle({ ...card, name: { full: " ", components }, organizations, emails })).toBe(
      "Ada Lovelace",
    );
    expect(cardTitle({ ...card, organizations, emails })).toBe("Analytical Engines");
    expect(cardTitle({ ...card, emails })).toBe("ada@example.com");
    expect(cardTitle(card)).toBe("Unnamed card");
  });

  test("joins ordered parts with their own separators and is one line", () => {
    const ordered = [
      { kind: "given", value: "Jean" },
      { kind: "separator", value: "-" },
      { kind: "given", value: "Luc" },
      { kind: "surname", value: "Le\nRoi" },
    ];
    const name = { components: ordered, isOrdered: true };
    expect(cardTitle({ ...card, name })).toBe("Jean-Luc Le Roi");
  });
});
