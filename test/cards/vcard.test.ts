import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cardToBytes, emptyCard } from "../../shared/core/cards/card.ts";
import { cardToVcard } from "../../shared/core/cards/vcard.ts";
import type { Card } from "../../shared/wire/card.ts";
import { CARD_MAX_BYTES } from "../../shared/wire/limits.ts";
import { anyCard, onlyCard, text } from "./support.ts";

const UID = "urn:uuid:3c9c1d9e-6a0e-4f1b-9d3a-000000000001";

/** The lines of a vCard without the folds. */
const unfolded = (vcard: string) => vcard.replaceAll("\r\n ", "").split("\r\n").slice(0, -1);
const wrap = (...lines: string[]) =>
  ["BEGIN:VCARD", "VERSION:4.0", ...lines, "END:VCARD", ""].join("\r\n");

describe("KEY-6: a card out as vCard and back", () => {
  test("any card comes back as it was", () => {
    fc.assert(
      fc.property(anyCard, (card) => {
        expect(onlyCard(cardToVcard(card))).toEqual(card);
      }),
      { numRuns: 1_000 },
    );
  }, 120_000);

  test("the text has CRLF only, lines of at most 75 octets, and every property once", () => {
    fc.assert(
      fc.property(anyCard, (card) => {
        const vcard = cardToVcard(card);
        expect(vcard.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
        const encoder = new TextEncoder();
        for (const line of vcard.split("\r\n")) {
          expect(encoder.encode(line).length).toBeLessThanOrEqual(75);
        }
        const lines = unfolded(vcard);
        expect(lines.slice(0, 2)).toEqual(["BEGIN:VCARD", "VERSION:4.0"]);
        expect(lines.at(-1)).toBe("END:VCARD");
        for (const name of ["BEGIN", "END", "UID", "FN"]) {
          expect(lines.filter((line) => new RegExp(`^${name}[:;]`).test(line))).toHaveLength(1);
        }
      }),
      { numRuns: 300 },
    );
  }, 120_000);

  test("a plain card uses the common properties and needs no JSPROP", () => {
    const card: Card = {
      ...emptyCard(UID, "Dr. Ada King"),
      name: {
        full: "Dr. Ada King",
        components: [
          { kind: "title", value: "Dr." },
          { kind: "given", value: "Ada" },
          { kind: "surname", value: "King" },
        ],
      },
      nicknames: { k: { name: "Addie" } },
      organizations: { o: { name: "Engines; & Co", units: [{ name: "Notes" }] } },
      titles: { t: { name: "Analyst" }, r: { name: "Author", kind: "role" } },
      emails: { e: { address: "ada@example.com", contexts: { work: true }, pref: 1 } },
      phones: {
        p: { number: "+44 20 1234", features: { mobile: true }, contexts: { private: true } },
      },
      links: { l: { uri: "https://example.com/a,b;c", label: "Site" } },
      onlineServices: {
        s: { service: "Mastodon", uri: "https://example.social/@ada", user: "@ada" },
        i: { uri: "xmpp:ada@example.com", vCardName: "impp" },
      },
      addresses: {
        a: {
          components: [
            { kind: "name", value: "12 St James's Sq" },
            { kind: "locality", value: "London" },
            { kind: "country", value: "UK" },
          ],
          full: "12 St James's Sq\nLondon",
          countryCode: "GB",
        },
      },
      anniversaries: { y: { kind: "birth", date: { month: 12, day: 10 } } },
      notes: { n: { note: "First,\nreally" } },
      media: { m: { kind: "photo", uri: "data:image/png;base64,iVBORw0KGgo=" } },
      updated: "2026-11-21T09:00:00Z",
    };
    const lines = unfolded(cardToVcard(card));
    expect(lines).toEqual([
      "BEGIN:VCARD",
      "VERSION:4.0",
      `UID:${UID}`,
      "REV:20261121T090000Z",
      "FN:Dr. Ada King",
      "N:King;Ada;;Dr.;",
      "NICKNAME;PROP-ID=k:Addie",
      "ORG;PROP-ID=o:Engines\\; & Co;Notes",
      "TITLE;PROP-ID=t:Analyst",
      "ROLE;PROP-ID=r:Author",
      "EMAIL;TYPE=work;PREF=1;PROP-ID=e:ada@example.com",
      "TEL;TYPE=home,cell;PROP-ID=p:+44 20 1234",
      "ITEM1.URL;PROP-ID=l:https://example.com/a,b;c",
      "ITEM1.X-ABLABEL:Site",
      "SOCIALPROFILE;SERVICE-TYPE=Mastodon;USERNAME=@ada;PROP-ID=s:https://example.social/@ada",
      "IMPP;PROP-ID=i:xmpp:ada@example.com",
      "ADR;LABEL=12 St James's Sq^nLondon;CC=GB;PROP-ID=a:;;12 St James's Sq;London;;;UK",
      "BDAY;PROP-ID=y:--1210",
      "NOTE;PROP-ID=n:First\\,\\nreally",
      "PHOTO;PROP-ID=m:data:image/png;base64,iVBORw0KGgo=",
      "END:VCARD",
    ]);
    expect(onlyCard(cardToVcard(card))).toEqual(card);
  });

  test("what vCard cannot say goes through JSPROP and comes back", () => {
    const card: Card = {
      ...emptyCard(UID),
      "example.com:badge": { "a/b~c": [1, null, { deep: "x\r\ny" }] },
      emails: { e: { address: "a@example.com", "example.com:seen": 3 } },
      keywords: { friend: true },
      name: { components: [{ kind: "given", value: "Ada", phonetic: "ˈeɪdə" }], isOrdered: true },
      anniversaries: {
        d: { kind: "death", date: { "@type": "Timestamp", utc: "1852-11-27T10:30:00Z" } },
      },
    };
    const vcard = cardToVcard(card);
    expect(onlyCard(vcard)).toEqual(card);
    expect(vcard).toContain("FN;DERIVED=TRUE:Ada\r\n");
    expect(vcard).toContain(
      "JSPROP;JSPTR=emails/e/example.com:seen:3".replace(/(emails.*seen)/, '"$1"'),
    );
    expect(vcard).toContain("DEATHDATE;PROP-ID=d;VALUE=TIMESTAMP:18521127T103000Z");
  });

  test("the largest photo comes back", () => {
    const bytes = Buffer.alloc(48_000, 7).toString("base64");
    const card = {
      ...emptyCard(UID, "A"),
      media: { m: { kind: "photo", uri: `data:image/jpeg;base64,${bytes}` } },
    };
    expect(cardToBytes(card).length).toBeGreaterThan(CARD_MAX_BYTES - 2_000);
    expect(onlyCard(cardToVcard(card))).toEqual(card);
  });
});

describe("KEY-6: no value becomes a line of its own", () => {
  const attacks = [
    "\r\nTEL:1",
    "\nTEL:1",
    "\rTEL:1",
    "\\nTEL:1",
    "\u0085TEL:1",
    "\u0000\r\n\r\nTEL:1",
  ];
  const evil = fc
    .tuple(text, fc.constantFrom(...attacks), text)
    .map(([before, attack, after]) => before + attack + after);

  test("a name with a line break and a TEL yields one property", () => {
    for (const attack of attacks) {
      const card = emptyCard(UID, `Mallory${attack}`);
      const vcard = cardToVcard(card);
      expect(vcard).not.toMatch(/^ITEM|^TEL|[\r\n\u0085]TEL/m);
      expect(onlyCard(vcard)).toEqual(card);
      expect(onlyCard(vcard).phones).toBeUndefined();
    }
  });

  test("neither in any text, label, parameter, key nor kept property", () => {
    fc.assert(
      fc.property(evil, evil, (first, second) => {
        const card: Card = {
          ...emptyCard(first, first),
          language: second,
          nicknames: { k: { name: first, label: second } },
          organizations: { o: { name: first, units: [{ name: second }] } },
          emails: {
            e: { address: first, vCardParams: { "x-p": second, [first]: "v", group: second } },
          },
          addresses: { a: { full: first, components: [{ kind: "name", value: second }] } },
          onlineServices: {
            s: { service: first, user: second },
            t: { service: first, uri: "a:b", user: second },
          },
          [first]: second,
          extra: { [second]: first },
          vCardProps: [
            ["x-text", { "x-p": second }, "text", first],
            ["x-raw", { group: first }, "unknown", second],
            ["x-many", {}, "unknown", [first, [second]], second],
            [first, {}, "text", "v"],
            ["x-typed", {}, second, "v"],
          ],
        };
        const vcard = cardToVcard(card);
        expect(vcard.replaceAll("\r\n", "")).not.toMatch(/[\r\n\u0085]/);
        for (const line of unfolded(vcard)) expect(line).not.toMatch(/^TEL/);
        expect(onlyCard(vcard).phones).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });
});

describe("KEY-6: what a vCard says and JSContact does not is kept", () => {
  test("unknown properties and parameters come out as they came in", () => {
    const lines = [
      "UID:u1",
      "FN:Ada",
      "GENDER:F;she\\, her",
      "CATEGORIES:a,b\\,c",
      "X-ICON;X-SIZE=3;VALUE=TEXT:a\\;b\\nc",
      "ITEM7.X-ABDATE;TYPE=pref:1999-01-02",
      "ITEM7.X-ABLABEL:_$!<Anniversary>!$_",
      "KEY;VALUE=URI:https://example.com/key,1",
    ];
    const card = onlyCard(wrap(...lines));
    expect(card.vCardProps).toHaveLength(6);
    const out = unfolded(cardToVcard(card));
    for (const line of lines) expect(out).toContain(line.replace("a\\;b", "a\\;b"));
    expect(onlyCard(cardToVcard(card))).toEqual(card);
  });

  test("any X- property with any text survives in and out, twice", () => {
    const name = fc.string({ unit: fc.constantFrom("A", "X", "-", "0", "19"), maxLength: 10 });
    const value = fc
      .string({ unit: "grapheme", maxLength: 200 })
      .map((raw) => raw.replace(/\p{Cc}/gu, ""));
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 6 }), (pairs) => {
        const lines = pairs.map(([suffix, raw]) => `X-Q${suffix};X-P="a:b":${raw}`);
        const out = unfolded(cardToVcard(onlyCard(wrap("UID:u", "FN:A", ...lines))));
        expect(out.filter((line) => line.startsWith("X-Q"))).toEqual(lines);
      }),
    );
  });

  test("unknown parameters and types of a known property stay with its entry", () => {
    const card = onlyCard(wrap("UID:u", "FN:A", "TEL;TYPE=cell,satellite;X-CARRIER=Foo:+1"));
    expect(card.phones).toEqual({
      p1: {
        number: "+1",
        features: { mobile: true },
        vCardParams: { type: ["satellite"], "x-carrier": "Foo" },
      },
    });
    expect(cardToVcard(card)).toContain("TEL;X-CARRIER=Foo;TYPE=cell,satellite;PROP-ID=p1:+1\r\n");
  });

  test("an address that would run, and a photo from elsewhere, are kept but are no link and no photo", () => {
    const card = onlyCard(
      wrap(
        "FN:A",
        "URL:javascript:alert(1)",
        "PHOTO:https://example.com/a.jpg",
        "SOCIALPROFILE:data:text/html,x",
      ),
    );
    expect(card).toEqual({
      "@type": "Card",
      version: "2.0",
      name: { full: "A" },
      vCardProps: [
        ["url", {}, "unknown", "javascript:alert(1)"],
        ["photo", {}, "unknown", "https://example.com/a.jpg"],
        ["socialprofile", {}, "unknown", "data:text/html,x"],
      ],
    });
  });

  test("a JSPROP that makes no card, or reaches for the prototype, is kept unapplied", () => {
    const card = onlyCard(wrap("UID:u", "FN:A", "JSPROP;JSPTR=emails:3", "JSPROP;JSPTR=example:4"));
    expect(card.name).toEqual({ full: "A" });
    expect(card.vCardProps).toHaveLength(2);
    const polluted = onlyCard(
      wrap(
        "UID:u",
        "FN:A",
        'JSPROP;JSPTR="__proto__/polluted":true',
        'JSPROP;JSPTR="constructor/prototype/x":1',
      ),
    );
    expect(polluted.vCardProps).toHaveLength(2);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  });
});
