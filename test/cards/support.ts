/** Cards as people have them: an arbitrary over every property that has a vCard counterpart. */
import fc from "fast-check";
import { vcardToCards } from "../../shared/core/cards/vcard.ts";
import type { Card } from "../../shared/wire/card.ts";

/** The one card of a vCard file. */
export function onlyCard(vcard: string): Card {
  const result = vcardToCards(vcard);
  const card = result.ok ? result.cards[0] : undefined;
  if (!result.ok || !card || result.cards.length !== 1) throw new Error(`not one card: ${vcard}`);
  return card;
}

/** Text as people write it, with what vCard treats specially and line breaks as JSON has them. */
export const text = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.string({ unit: "grapheme", maxLength: 8 }) },
      fc.constantFrom(
        "\\",
        ";",
        ",",
        "\n",
        '"',
        "^",
        "^n",
        "\\n",
        ":",
        "=",
        "é",
        "漢字",
        "👩‍👩‍👧",
        " ",
      ),
      fc.constantFrom("x".repeat(80), "ö".repeat(60), "BEGIN:VCARD", "END:VCARD"),
    ),
    { maxLength: 5 },
  )
  .map((parts) => parts.join(""));

const filled = text.filter((value) => value.trim() !== "");
const id = fc
  .string({
    unit: fc.constantFrom("a", "b", "Z", "0", "19", "-", "_"),
    minLength: 1,
    maxLength: 12,
  })
  .filter((key) => key !== "__proto__");
const flag = (...keys: string[]) =>
  fc
    .subarray(keys, { minLength: 1 })
    .map((chosen) => Object.fromEntries(chosen.map((key) => [key, true as const])));
const kindOf = (...kinds: string[]) => fc.constantFrom(...kinds);
const maybe = { requiredKeys: [] as [] };
const entry = {
  contexts: flag("work", "private"),
  pref: fc.integer({ min: 1, max: 100 }),
  label: text,
};
const map = <Value>(value: fc.Arbitrary<Value>) =>
  fc.dictionary(id, value, { minKeys: 1, maxKeys: 3, noNullPrototype: true });
const component = (...kinds: string[]) => fc.record({ kind: kindOf(...kinds), value: filled });

const nameKinds = ["title", "given", "given2", "surname", "surname2", "generation", "credential"];
const addressKinds = ["postOfficeBox", "apartment", "name", "locality", "region", "postcode"];
const streetKinds = ["country", "number", "floor", "building", "district", "room", "direction"];
const link = fc.webUrl({ withQueryParameters: true, withFragments: true });
const picture = fc
  .tuple(kindOf("jpeg", "png", "webp"), fc.uint8Array({ minLength: 1, maxLength: 300 }))
  .map(([format, bytes]) => `data:image/${format};base64,${Buffer.from(bytes).toString("base64")}`);

const partialDate = fc
  .record(
    {
      year: fc.integer({ min: 0, max: 9999 }),
      month: fc.integer({ min: 1, max: 12 }),
      day: fc.integer({ min: 1, max: 31 }),
    },
    maybe,
  )
  .filter((date) => Object.keys(date).length > 0);

/** A card with any of the mapped properties. */
export const anyCard: fc.Arbitrary<Card> = fc.record(
  {
    "@type": fc.constant("Card" as const),
    version: fc.constant("1.0" as const),
    uid: filled,
    kind: kindOf("individual", "org", "group"),
    language: kindOf("de", "en-GB"),
    updated: kindOf("2026-11-21T09:00:00Z", "1999-12-31T23:59:59Z"),
    name: fc.record(
      {
        full: text,
        components: fc.array(component(...nameKinds), { minLength: 1, maxLength: 5 }),
        isOrdered: fc.boolean(),
      },
      maybe,
    ),
    nicknames: map(fc.record({ name: text, ...entry }, { requiredKeys: ["name"] })),
    organizations: map(
      fc.record(
        { name: text, units: fc.array(fc.record({ name: text }), { maxLength: 3 }) },
        maybe,
      ),
    ),
    titles: map(
      fc.record({ name: text, kind: kindOf("title", "role") }, { requiredKeys: ["name"] }),
    ),
    emails: map(fc.record({ address: text, ...entry }, { requiredKeys: ["address"] })),
    phones: map(
      fc.record(
        {
          number: fc.oneof(text, kindOf("tel:+1-555-0100;ext=7", "+49 30 1234")),
          features: flag("mobile", "voice", "fax", "text", "video", "pager", "main-number"),
          ...entry,
        },
        { requiredKeys: ["number"] },
      ),
    ),
    onlineServices: map(fc.record({ service: text, uri: link, user: text, ...entry }, maybe)),
    links: map(
      fc.record({ uri: link, kind: fc.constant("contact"), ...entry }, { requiredKeys: ["uri"] }),
    ),
    addresses: map(
      fc.record(
        {
          components: fc.array(component(...addressKinds, ...streetKinds), { maxLength: 6 }),
          full: text,
          countryCode: kindOf("DE", "US"),
          ...entry,
          contexts: flag("work", "private", "billing", "delivery"),
        },
        maybe,
      ),
    ),
    media: map(
      fc.record(
        { kind: fc.constant("photo"), uri: picture, mediaType: fc.constant("image/png"), ...entry },
        { requiredKeys: ["kind", "uri"] },
      ),
    ),
    anniversaries: map(
      fc.record({ kind: kindOf("birth", "death", "wedding", "other"), date: partialDate }),
    ),
    notes: map(fc.record({ note: text })),
  },
  { requiredKeys: ["@type", "version", "uid"], noNullPrototype: true },
) as fc.Arbitrary<Card>;
