import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cardToVcard, VCARD_MAX_CHARACTERS, vcardToCards } from "../../shared/core/cards/vcard.ts";
import { cardSchema } from "../../shared/wire/card.ts";
import { onlyCard, text } from "./support.ts";

describe("KEY-6: bad vCards", () => {
  test.each([
    [""],
    ["hello"],
    ["BEGIN:VCARD\r\nFN:A"],
    ["BEGIN:VCALENDAR\r\nEND:VCALENDAR"],
    ["END:VCARD"],
  ])("%j is no vCard", (input) => {
    expect(vcardToCards(input)).toMatchObject({ ok: false, problem: "notAVcard" });
  });

  test("a text of more than 4 Mi characters is not looked at", () => {
    expect(vcardToCards("x".repeat(VCARD_MAX_CHARACTERS + 1))).toMatchObject({
      problem: "tooLarge",
    });
  });

  test.each([
    ["parameters", `BEGIN:VCARD\nX${";a=1".repeat(900_000)}:v\nEND:VCARD`],
    [
      "parameters after a quoted colon",
      `BEGIN:VCARD\nX;q=":"${";a=1".repeat(900_000)}:v\nEND:VCARD`,
    ],
    ["entries", `BEGIN:VCARD\n${"TEL:1\n".repeat(600_000)}END:VCARD`],
    ["entries of one group", `BEGIN:VCARD\n${"g.TEL:1\n".repeat(400_000)}END:VCARD`],
    [
      "soft line breaks",
      `BEGIN:VCARD\nNOTE;ENCODING=QUOTED-PRINTABLE:${"=\n".repeat(1_900_000)}\nEND:VCARD`,
    ],
    ["folds", `BEGIN:VCARD\nNOTE:${"\n x".repeat(1_200_000)}\nEND:VCARD`],
    ["units", `BEGIN:VCARD\nORG:${";".repeat(4_000_000)}x\nEND:VCARD`],
    ["backslashes", `BEGIN:VCARD\nN:${"\\\\".repeat(1_500_000)};x\nEND:VCARD`],
    ["cards", "BEGIN:VCARD\nFN:A\nEND:VCARD\n".repeat(140_000)],
  ])(
    "a file of 4 MiB full of %s costs no more than its length",
    (_, file) => {
      expect(vcardToCards(file).ok).toBe(true);
    },
    20_000,
  );

  test("10,000 texts are read into valid cards or refused, never thrown at", () => {
    const name = fc.constantFrom(
      ..."FN N ORG TEL EMAIL ADR BDAY REV PHOTO URL IMPP NOTE JSPROP UID SOCIALPROFILE".split(" "),
      ..."X-SOCIALPROFILE NICKNAME KIND constructor __proto__ item1.TEL item1.X-ABLABEL a.b.c VERSION".split(
        " ",
      ),
    );
    const param = fc.constantFrom(
      "TYPE=home",
      "TYPE=",
      'TYPE="a:b","c"',
      "PREF=101",
      "PREF=1",
      "VALUE=uri",
      "VALUE=text",
      "ENCODING=b",
      "ENCODING=QUOTED-PRINTABLE",
      "PROP-ID=__proto__",
      "PROP-ID=x",
      'X="',
      "=",
      "CELL",
      "__proto__=1",
      "CHARSET=x",
      "JSPTR=emails/x",
      "JSPTR=name",
      "JSPTR=/",
      "constructor=a",
      'LABEL="a^nb\\n:c"',
      "DERIVED=TRUE",
    );
    const value = fc.oneof(
      text,
      fc.constantFrom(
        "",
        "--0412",
        "19850412",
        "1985-99-99",
        "---31",
        "tel:+1",
        "javascript:1",
        "a;b,c;;\\",
        "=C3=A9=",
      ),
      fc.constantFrom(
        "null",
        "{}",
        '{"a":1}',
        "[1\\,2]",
        "20261121T090000Z",
        "http\\://x.example",
        "www.example.com",
      ),
    );
    const line = fc
      .tuple(
        name,
        fc.array(param, { maxLength: 3 }),
        fc.constantFrom(":", ":", ":", ";", ""),
        value,
      )
      .map(([property, params, colon, raw]) => [property, ...params].join(";") + colon + raw);
    const vcard = fc
      .tuple(
        fc.array(fc.oneof({ weight: 4, arbitrary: line }, text), { maxLength: 8 }),
        fc.constantFrom("\r\n", "\n", "\r", "\n "),
      )
      .map(([lines, end]) => ["BEGIN:VCARD", ...lines, "END:VCARD"].join(end));
    let read = 0;
    fc.assert(
      fc.property(fc.oneof({ weight: 4, arbitrary: vcard }, text), (input) => {
        const result = vcardToCards(input);
        if (!result.ok) return;
        for (const card of result.cards) {
          read += 1;
          expect(cardSchema.safeParse(card).success).toBe(true);
          expect(onlyCard(cardToVcard(card))).toEqual(card);
        }
      }),
      { numRuns: 10_000 },
    );
    expect(read).toBeGreaterThan(2_000);
  }, 120_000);
});
