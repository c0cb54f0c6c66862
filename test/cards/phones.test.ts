import { describe, expect, test } from "vitest";
import { cardTitle } from "../../shared/core/cards/card.ts";
import { cardToVcard, vcardToCards } from "../../shared/core/cards/vcard.ts";
import { onlyCard } from "./support.ts";

const JPEG = Buffer.from("ffd8ffe000104a46494600010100000100010000ffdb", "hex").toString("base64");

const IOS = [
  "BEGIN:VCARD",
  "VERSION:3.0",
  "PRODID:-//Apple Inc.//iPhone OS 18.1//EN",
  "N:Nguyễn;Mai;Thị;;",
  "FN:Mai Thị Nguyễn",
  "NICKNAME:Mai-Mai",
  "ORG:Blue Lotus\\, Ltd.;Design;",
  "TITLE:Head of Design",
  "item1.EMAIL;type=INTERNET;type=pref:mai@bluelotus.example",
  "item1.X-ABLabel:_$!<Other>!$_",
  "EMAIL;type=INTERNET;type=HOME:mai@home.example",
  "TEL;type=IPHONE;type=CELL;type=VOICE;type=pref:+84 90 123 4567",
  "TEL;type=WORK;type=VOICE:(028) 555-0100",
  "item2.ADR;type=WORK;type=pref:;;12 Lê Lợi\\nTầng 3;Hồ Chí Minh;;700000;Việt Nam",
  "item2.X-ABADR:vn",
  "item3.URL;type=pref:www.bluelotus.example/mai",
  "item3.X-ABLabel:_$!<HomePage>!$_",
  "X-SOCIALPROFILE;type=twitter;x-user=maidesigns:http://twitter.com/maidesigns",
  "IMPP;X-SERVICE-TYPE=Skype;type=WORK:skype:mai.nguyen",
  "BDAY;X-APPLE-OMIT-YEAR=1604;value=date:1604-02-29",
  "NOTE:Met at the fair\\; likes tea\\, not coffee.\\nCall after 5.",
  `PHOTO;ENCODING=b;TYPE=JPEG:${JPEG.slice(0, 20)}`,
  ` ${JPEG.slice(20)}`,
  "X-ABSHOWAS:PERSON",
  "REV:2026-10-01T08:15:30Z",
  "UID:8E4B2C7A-1111-4222-8333-944455556666",
  "END:VCARD",
  "",
].join("\r\n");

const ANDROID = [
  "BEGIN:VCARD",
  "VERSION:2.1",
  "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg;;;",
  "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=B6rg M=C3=BCller",
  "TEL;CELL;PREF:+49-170-555-0199",
  "TEL;HOME;FAX:+49-30-555-0111",
  "EMAIL;WORK:joerg@mueller.example",
  "ADR;HOME;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:;;Goethestra=C3=9Fe 7;K=",
  "=C3=B6ln;;50667;Deutschland",
  "ORG:Müller Bau",
  "URL:http://mueller.example",
  "BDAY:1979-05-23",
  "X-ANDROID-CUSTOM:vnd.android.cursor.item/nickname;Jogi;1;;;;;;;;;;;;;",
  "PHOTO;ENCODING=BASE64;JPEG:" + JPEG.slice(0, 30),
  " " + JPEG.slice(30),
  "",
  "END:VCARD",
  "",
].join("\n");

const OUTLOOK = [
  "BEGIN:VCARD",
  "VERSION:3.0",
  "PRODID:-//Microsoft Corporation//Outlook 16.0 MIMEDIR//EN",
  'N;LANGUAGE=en-us:O\'Brien;Siobhán;"Sío";Dr.;PhD',
  "FN:Dr. Siobhán O'Brien PhD",
  "ORG:Contoso;Research;Quantum",
  "TITLE:Principal Scientist",
  "ROLE:Reviewer",
  "TEL;TYPE=WORK,VOICE:+353 1 555 0142",
  "TEL;TYPE=WORK,FAX:+353 1 555 0143",
  "TEL;TYPE=PAGER:0144",
  'ADR;TYPE=WORK;LABEL="1 Quay: Side\\nDublin":;Suite 9;1 Quay Side;Dublin;Leinster;D01 X2Y3;Ireland',
  "LABEL;TYPE=WORK;ENCODING=QUOTED-PRINTABLE:Suite 9=0D=0A1 Quay Side",
  "EMAIL;TYPE=PREF,INTERNET:siobhan@contoso.example",
  "URL;TYPE=WORK:https\\://contoso.example/people?id=7\\,8",
  "X-MS-OL-DEFAULT-POSTAL-ADDRESS:2",
  "X-MS-IMADDRESS:siobhan.im",
  "CLASS:PUBLIC",
  "NOTE:",
  "UID:040000008200E00074C5B7101A82E008",
  "REV:20260930T101112Z",
  "END:VCARD",
].join("\r\n");

describe("KEY-6: vCards as phones and programs write them", () => {
  test("an iPhone's vCard 3.0 with groups, custom labels and a folded photo", () => {
    const card = onlyCard(IOS);
    expect(card).toEqual({
      "@type": "Card",
      version: "1.0",
      uid: "8E4B2C7A-1111-4222-8333-944455556666",
      updated: "2026-10-01T08:15:30Z",
      name: {
        full: "Mai Thị Nguyễn",
        components: [
          { kind: "given", value: "Mai" },
          { kind: "given2", value: "Thị" },
          { kind: "surname", value: "Nguyễn" },
        ],
      },
      nicknames: { k1: { name: "Mai-Mai" } },
      organizations: {
        o1: { name: "Blue Lotus, Ltd.", units: [{ name: "Design" }] },
      },
      titles: { t1: { name: "Head of Design" } },
      emails: {
        e1: { address: "mai@bluelotus.example", pref: 1, label: "Other" },
        e2: { address: "mai@home.example", contexts: { private: true } },
      },
      phones: {
        p1: {
          number: "+84 90 123 4567",
          features: { mobile: true, voice: true },
          pref: 1,
          vCardParams: { type: ["IPHONE"] },
        },
        p2: { number: "(028) 555-0100", features: { voice: true }, contexts: { work: true } },
      },
      addresses: {
        a1: {
          components: [
            { kind: "name", value: "12 Lê Lợi\nTầng 3" },
            { kind: "locality", value: "Hồ Chí Minh" },
            { kind: "postcode", value: "700000" },
            { kind: "country", value: "Việt Nam" },
          ],
          contexts: { work: true },
          pref: 1,
          vCardParams: { group: "item2" },
        },
      },
      links: { l1: { uri: "https://www.bluelotus.example/mai", pref: 1, label: "HomePage" } },
      onlineServices: {
        s1: { uri: "http://twitter.com/maidesigns", service: "twitter", user: "maidesigns" },
        s2: {
          vCardName: "impp",
          uri: "skype:mai.nguyen",
          service: "Skype",
          contexts: { work: true },
        },
      },
      anniversaries: { y1: { kind: "birth", date: { month: 2, day: 29 } } },
      notes: { n1: { note: "Met at the fair; likes tea, not coffee.\nCall after 5." } },
      media: { m1: { kind: "photo", uri: `data:image/jpeg;base64,${JPEG}` } },
      vCardProps: [
        ["prodid", {}, "unknown", "-//Apple Inc.//iPhone OS 18.1//EN"],
        ["x-abadr", { group: "item2" }, "unknown", "vn"],
        ["x-abshowas", {}, "unknown", "PERSON"],
      ],
    });
    const out = cardToVcard(card);
    expect(out).toContain("\r\nITEM2.X-ABADR:vn\r\n");
    expect(out).not.toContain("JSPROP");
    expect(onlyCard(out)).toEqual(card);
  });

  test("an Android phone's vCard 2.1 with quoted-printable text and bare types", () => {
    const card = onlyCard(ANDROID);
    expect(card).toEqual({
      "@type": "Card",
      version: "2.0",
      name: {
        full: "Jörg Müller",
        components: [
          { kind: "given", value: "Jörg" },
          { kind: "surname", value: "Müller" },
        ],
      },
      phones: {
        p1: { number: "+49-170-555-0199", features: { mobile: true }, pref: 1 },
        p2: { number: "+49-30-555-0111", features: { fax: true }, contexts: { private: true } },
      },
      emails: { e1: { address: "joerg@mueller.example", contexts: { work: true } } },
      addresses: {
        a1: {
          components: [
            { kind: "name", value: "Goethestraße 7" },
            { kind: "locality", value: "Köln" },
            { kind: "postcode", value: "50667" },
            { kind: "country", value: "Deutschland" },
          ],
          contexts: { private: true },
        },
      },
      organizations: { o1: { name: "Müller Bau" } },
      links: { l1: { uri: "http://mueller.example" } },
      anniversaries: { y1: { kind: "birth", date: { year: 1979, month: 5, day: 23 } } },
      media: { m1: { kind: "photo", uri: `data:image/jpeg;base64,${JPEG}` } },
      vCardProps: [
        ["x-android-custom", {}, "unknown", "vnd.android.cursor.item/nickname;Jogi;1;;;;;;;;;;;;;"],
      ],
    });
    const out = cardToVcard(card);
    expect(out).not.toContain("JSPROP");
    expect(onlyCard(out)).toEqual(card);
  });

  test("Outlook's vCard 3.0 with lists of types, a label and escaped addresses", () => {
    const card = onlyCard(OUTLOOK);
    expect(cardTitle(card)).toBe("Dr. Siobhán O'Brien PhD");
    expect(card.name?.components).toEqual([
      { kind: "title", value: "Dr." },
      { kind: "given", value: "Siobhán" },
      { kind: "given2", value: '"Sío"' },
      { kind: "surname", value: "O'Brien" },
      { kind: "credential", value: "PhD" },
    ]);
    expect(card.organizations).toEqual({
      o1: { name: "Contoso", units: [{ name: "Research" }, { name: "Quantum" }] },
    });
    expect(card.titles).toEqual({
      t1: { name: "Principal Scientist" },
      t2: { name: "Reviewer", kind: "role" },
    });
    expect(Object.values(card.phones ?? {}).map((phone) => phone.features)).toEqual([
      { voice: true },
      { fax: true },
      { pager: true },
    ]);
    expect(card.emails).toEqual({ e1: { address: "siobhan@contoso.example", pref: 1 } });
    expect(card.links?.["l1"]?.uri).toBe("https://contoso.example/people?id=7,8");
    expect(card.addresses?.["a1"]).toMatchObject({
      components: [
        { kind: "apartment", value: "Suite 9" },
        { kind: "name", value: "1 Quay Side" },
        { kind: "locality", value: "Dublin" },
        { kind: "region", value: "Leinster" },
        { kind: "postcode", value: "D01 X2Y3" },
        { kind: "country", value: "Ireland" },
      ],
      contexts: { work: true },
    });
    const kept = (card.vCardProps ?? []).map(([name]) => name);
    expect(kept).toEqual([
      "prodid",
      "label",
      "x-ms-ol-default-postal-address",
      "x-ms-imaddress",
      "class",
    ]);
    expect(onlyCard(cardToVcard(card))).toEqual(card);
  });

  test("several cards in one file come in their order, with any line ending", () => {
    for (const end of ["\n", "\r\n", "\r"]) {
      const file = (IOS + ANDROID + OUTLOOK).replace(/\r?\n/g, end);
      const result = vcardToCards(`\uFEFF${file}`);
      expect(result.ok && result.cards.map(cardTitle)).toEqual([
        "Mai Thị Nguyễn",
        "Jörg Müller",
        "Dr. Siobhán O'Brien PhD",
      ]);
    }
  });
});
