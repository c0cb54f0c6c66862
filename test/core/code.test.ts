import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  codeToLink,
  formatCode,
  locatorOf,
  prsToSecret,
  secretFromRandom,
  secretOf,
  secretToPrs,
  type Secret,
} from "../../shared/core/pairing/code.ts";
import {
  CODE_MAX_CHARS,
  type CodeProblem,
  listNamedBy,
  parseCode,
} from "../../shared/core/pairing/codeReading.ts";
import { LANGUAGES, loadWordList, type WordList } from "../../shared/core/pairing/words.ts";
import type { Locator } from "../../shared/wire/ids.ts";
import { hex } from "./vectors.ts";

const ENGLISH = await loadWordList("en");
const LISTS = new Map([["en", ENGLISH]]);
const EVERY_LIST = new Map<string, WordList>();
for (const { tag } of LANGUAGES) EVERY_LIST.set(tag, await loadWordList(tag));

const locators = fc.integer({ min: 100, max: 999_999_999 }).map((n) => String(n) as Locator);
const secrets = fc.integer({ min: 0, max: 2 ** 22 - 1 }).map((n) => n as Secret);
const separators = fc.constantFrom(
  "-",
  " ",
  ".",
  "_",
  "  ",
  " - ",
  "\u2010",
  "\u2011",
  "\u2013",
  "\u2014",
  "\u2212",
  "\u00a0",
  "\u3000",
  "\uff0d",
  "\uff0e",
  "\uff3f",
  "\t",
  "\r\n",
  ", ",
  "\ufe63",
  "\u00b7",
);
const GUITAR_OCEAN = ENGLISH.words.indexOf("guitar") * 2048 + ENGLISH.words.indexOf("ocean");

function fullWidth(text: string): string {
  return text.replace(/[!-~]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0));
}

function problemOf(text: string): CodeProblem {
  const parsed = parseCode(text, LISTS);
  if (parsed.ok) throw new Error(`${text} is a code`);
  return parsed.problem;
}

describe("every spelling leads to the same secret (KEY-1)", () => {
  test("words and digits, with any separators, case and width, and four-letter words", () => {
    fc.assert(
      fc.property(locators, secrets, separators, separators, (locator, secret, s1, s2) => {
        const code = formatCode(locator, secret, ENGLISH);
        const digits = formatCode(locator, secret, "digits");
        const [number, first, second] = code.split("-") as [string, string, string];
        const tail = digits.slice(-7);
        const spellings = [
          code,
          digits,
          digits.replace("-", ""),
          `${number}${s1}${first}${s2}${second}`,
          `${s1}${number}${s2}${first}${s1}${second}${s2}`,
          `${number}${s1}${first.slice(0, 4)}${s2}${second.slice(0, 4)}`,
          `${number}${s1}en${s2}${first}${s1}${second}`,
          `${number}${s1}${tail}`,
          `${number}${s1}${tail.slice(0, 3)}${s2}${tail.slice(3)}`,
          `“${code}”`,
          code.toUpperCase(),
          fullWidth(code),
          fullWidth(digits),
          fullWidth(code).toUpperCase(),
          codeToLink("https://acquaint.example", code),
          codeToLink("https://acquaint.example/", digits),
        ];
        for (const text of spellings) {
          expect(parseCode(text, LISTS), text).toEqual({ ok: true, locator, secret });
        }
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    "417-guitar-ocean",
    "  417 Guitar Ocean\n",
    "417.guitar.ocean.",
    "417guitar ocean",
    "4 1 7 guitar ocean",
    "４１７ー guitar－ocean",
    "417\u200b-guitar-\u200bocean",
    "https://acquaint.example/#/key/417-guitar-ocean",
    "HTTPS://ACQUAINT.EXAMPLE/#/KEY/417-GUITAR-OCEAN",
    "http://127.0.0.1:8787/#/key/417-guitar-ocean/",
    "https://acquaint.example/#/key/417%20guitar%20ocean?from=mail",
    "https://acquaint.example/#/key/%EF%BC%94%EF%BC%91%EF%BC%97-guitar-ocean",
    "Meet me: https://acquaint.example/#/key/417-guitar-ocean in two minutes",
    "acquaint.example/#/key/417-guitar-ocean",
    `417-${String(GUITAR_OCEAN).padStart(7, "0")}`,
    `417${String(GUITAR_OCEAN).padStart(7, "0")}`,
    `41 7 ${String(GUITAR_OCEAN).padStart(7, "0")}`,
  ])("%j", (text) => {
    expect(parseCode(text, LISTS)).toEqual({ ok: true, locator: "417", secret: GUITAR_OCEAN });
  });

  test("in every language, over all secrets, accents, composition, case and width apart", () => {
    const lists = fc.constantFrom(...EVERY_LIST.values());
    fc.assert(
      fc.property(locators, secrets, lists, separators, (locator, secret, list, separator) => {
        const code = formatCode(locator, secret, list);
        const withoutMarks = code.normalize("NFD").replace(/\p{M}/gu, "");
        const parts = code.split("-");
        const spellings = [
          code,
          parts.join(separator),
          parts.join("ー"),
          code.normalize("NFD"),
          code.toUpperCase(),
          withoutMarks,
          fullWidth(code),
          `${parts[0]}${list.tag}${separator}${parts.slice(-2).join(separator)}`,
          codeToLink("https://acquaint.example", code),
        ];
        for (const text of spellings) {
          expect(parseCode(text, EVERY_LIST), text).toEqual({ ok: true, locator, secret });
          expect(listNamedBy(text), text).toBe(list.tag);
        }
        if (list !== ENGLISH) expect(parts[1]).toBe(list.tag);
      }),
      { numRuns: 3_000 },
    );
  });

  test("every word of every list, in each of the two places", () => {
    for (const list of EVERY_LIST.values()) {
      for (let index = 0; index < 2048; index++) {
        for (const secret of [index, index * 2048] as Secret[]) {
          const code = formatCode("417" as Locator, secret, list);
          expect(parseCode(code, EVERY_LIST), code).toMatchObject({ ok: true, secret });
        }
      }
    }
  });

  test("the tag decides, whatever other lists are at hand", () => {
    fc.assert(
      fc.property(secrets, fc.shuffledSubarray([...EVERY_LIST.keys()]), (secret, tags) => {
        const lists = new Map(tags.map((tag) => [tag, EVERY_LIST.get(tag) as WordList]));
        for (const list of EVERY_LIST.values()) {
          const parsed = parseCode(formatCode("417" as Locator, secret, list), lists);
          if (lists.has(list.tag)) expect(parsed).toMatchObject({ ok: true, secret });
          else expect(parsed).toMatchObject({ problem: { code: "unknownWordList" } });
        }
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ["417 zh 的一", "zh", ["的", "一"]],
    ["417zh的一", "zh", ["的", "一"]],
    ["417-zh-的-一", "zh", ["的", "一"]],
    ["417、zh、的、一。", "zh", ["的", "一"]],
    ["417 zh 国們", "zh", ["国", "们"]],
    ["417 zt 国們", "zt", ["國", "們"]],
    ["417ーjaーあいこくしんーあいさつ", "ja", ["あいこくしん", "あいさつ"]],
    ["４１７　ｊａ　アイコクシン　ｱｲｻﾂ", "ja", ["あいこくしん", "あいさつ"]],
    ["417ja あいこくしん・あいさつ", "ja", ["あいこくしん", "あいさつ"]],
    ["417 ko ㄱㅏㄱㅕㄱ 가끔", "ko", ["가격", "가끔"]],
    ["417 ES ABACO abeja", "es", ["ábaco", "abeja"]],
    ["417.fr.econ.elep", "fr", ["économie", "éléphant"]],
  ])("%j", (text, tag, words) => {
    const list = EVERY_LIST.get(tag) as WordList;
    const [high, low] = words.map((word) => list.words.indexOf(word)) as [number, number];
    expect(Math.min(high, low)).toBeGreaterThanOrEqual(0);
    const secret = high * 2048 + low;
    expect(parseCode(text, EVERY_LIST)).toEqual({ ok: true, locator: "417", secret });
  });

  test("a list names itself in the code, and is read where it is at hand", () => {
    const french = EVERY_LIST.get("fr") as WordList;
    const code = formatCode("417" as Locator, 0 as Secret, french);
    expect(code).toBe("417-fr-abaisser-abaisser");
    expect(problemOf(code)).toMatchObject({ code: "unknownWordList", word: "fr" });
    expect(listNamedBy(code)).toBe("fr");
    expect(listNamedBy("417-guitar")).toBe("en");
    for (const text of ["", "417", "417-es", "4170123456", "fr-abaisser", "417 en"]) {
      expect(listNamedBy(text), text).toBeNull();
    }
  });
});

describe("what is no code is answered with advice", () => {
  test.each([
    ["", { code: "empty" }],
    [" \u3000\n-–", { code: "empty" }],
    ["https://acquaint.example/#/key/", { code: "empty" }],
    ["guitar-ocean", { code: "noLocator" }],
    ["guitar-ocean-417", { code: "noLocator" }],
    ["https://acquaint.example/417-guitar-ocean", { code: "noLocator" }],
    ["41-guitar-ocean", { code: "badLocator" }],
    ["017-guitar-ocean", { code: "badLocator" }],
    ["1234567890-guitar-ocean", { code: "badLocator" }],
    ["41", { code: "badLocator" }],
    ["0170000001", { code: "badLocator" }],
    ["41-0123456", { code: "badLocator" }],
    ["417", { code: "tooFewWords" }],
    ["417-guitar", { code: "tooFewWords" }],
    ["417-en-guitar", { code: "tooFewWords" }],
    ["417-es", { code: "tooFewWords" }],
    ["417-gu", { code: "tooFewWords" }],
    ["417-012345", { code: "tooFewWords" }],
    ["417-guitar-ocean-wolf", { code: "tooManyWords" }],
    ["12345678900123456", { code: "tooManyWords" }],
    ["4".repeat(CODE_MAX_CHARS + 1), { code: "tooManyWords" }],
    ["417-9999999", { code: "secretOutOfRange" }],
    ["417-4194304", { code: "secretOutOfRange" }],
    ["417-fr-guitare-ocean", { code: "unknownWordList", word: "fr" }],
    ["417-gu-ocean", { code: "unknownWordList", word: "gu" }],
    [
      "417-giutar-ocean",
      { code: "unknownWord", word: "giutar", suggestion: "guitar", position: 0 },
    ],
    ["417-guitar-OCAEN", { code: "unknownWord", word: "ocaen", suggestion: "ocean", position: 1 }],
    ["417-guitar-xqzzq", { code: "unknownWord", word: "xqzzq", position: 1 }],
    ["417-guitar-12", { code: "unknownWord", word: "12", position: 1 }],
  ] satisfies [string, Partial<CodeProblem>][])("%j", (text, expected) => {
    const problem = problemOf(text);
    const { message, ...rest } = problem;
    expect(rest).toEqual(expected);
    expect(message).toMatch(/^\S.*[.?]$/u);
  });

  test("without its list a code in words is not readable, and one in digits is", () => {
    expect(parseCode("417-guitar-ocean", new Map())).toMatchObject({
      problem: { code: "unknownWordList", word: "en" },
    });
    expect(parseCode("417-4194303", new Map())).toMatchObject({ ok: true, locator: "417" });
  });

  test.each([
    ["417-zh-的", { code: "tooFewWords" }],
    ["417-zh-的一是", { code: "tooManyWords" }],
    ["417-zh-的鬱", { code: "unknownWord", word: "鬱", position: 1 }],
    ["417-es-guitara-abeja", { code: "unknownWord", word: "guitara", suggestion: "guitarra" }],
    ["417-ko-가견-가끔", { code: "unknownWord", word: "가견", suggestion: "가격", position: 0 }],
    ["417-ja-あいこくしん-あいさふ", { code: "unknownWord", suggestion: "あいさつ" }],
    ["417-guitarra-abeja", { code: "unknownWord", word: "guitarra", suggestion: "guitar" }],
    ["417-xx-guitar-ocean", { code: "unknownWordList", word: "xx" }],
  ] satisfies [string, Partial<CodeProblem>][])("%j in its language", (text, expected) => {
    expect(parseCode(text, EVERY_LIST)).toMatchObject({ ok: false, problem: expected });
  });

  test("the largest secret is still in range", () => {
    expect(parseCode("417-4194303", LISTS)).toEqual({ ok: true, locator: "417", secret: 4194303 });
    expect(parseCode("417-zoo-zoo", LISTS)).toEqual({ ok: true, locator: "417", secret: 4194303 });
  });

  test("10,000 arbitrary strings never throw, and what is taken is well formed", () => {
    const piece = fc.oneof(
      fc.string({ unit: "binary", maxLength: 12 }),
      fc.string({ unit: "grapheme", maxLength: 12 }),
      fc.constantFrom("417", "-", " ", "guitar", "ocean", "fr", "en", "#/key/", "https://x/", "%"),
      fc.constantFrom("0123456", "%E0%A4", "\ud800", "constructor", "__proto__", "\ufdfa"),
    );
    const garbage = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(""));
    const nearly = fc
      .tuple(
        fc.constantFrom("417-guitar-ocean", "417 zoo zoo", "4170123456"),
        fc.string({ maxLength: 2 }),
      )
      .map((parts) => parts.join(""));
    let taken = 0;
    fc.assert(
      fc.property(fc.oneof(garbage, nearly), (text) => {
        const parsed = parseCode(text, LISTS);
        if (!parsed.ok) return;
        taken += 1;
        expect(parsed.locator).toMatch(/^[1-9][0-9]{2,8}$/);
        expect(secretOf(parsed.secret)).toBe(parsed.secret);
      }),
      { numRuns: 10_000 },
    );
    expect(taken).toBeGreaterThan(0);
  }, 30_000);
});

describe("a secret", () => {
  test("is three bytes, big endian, as password-related string", () => {
    expect(hex(secretToPrs(0 as Secret))).toBe("000000");
    expect(hex(secretToPrs(0x010203 as Secret))).toBe("010203");
    expect(hex(secretToPrs((2 ** 22 - 1) as Secret))).toBe("3fffff");
  });

  test("is found again in its password-related string, and in no other bytes", () => {
    fc.assert(fc.property(secrets, (secret) => prsToSecret(secretToPrs(secret)) === secret));
    for (const bytes of [[], [0, 0], [0, 0, 0, 0], [0x40, 0, 0], [0xff, 0xff, 0xff]]) {
      expect(prsToSecret(Uint8Array.from(bytes))).toBeNull();
    }
  });

  test("takes 22 bits of the first three random bytes, each value four times", () => {
    expect(secretFromRandom(Uint8Array.of(0xff, 0xff, 0xff))).toBe(2 ** 22 - 1);
    expect(secretFromRandom(Uint8Array.of(0xc0, 0, 1, 99))).toBe(1);
    const counts = new Uint8Array(2 ** 22);
    const bytes = new Uint8Array(3);
    for (let n = 0; n < 2 ** 24; n++) {
      bytes[0] = n >>> 16;
      bytes[1] = (n >>> 8) & 0xff;
      bytes[2] = n & 0xff;
      const secret = secretFromRandom(bytes);
      counts[secret] = (counts[secret] as number) + 1;
    }
    expect(counts.every((count) => count === 4)).toBe(true);
    expect(() => secretFromRandom(new Uint8Array(2))).toThrow(RangeError);
  });

  test("and a locator are recognised in exactly their ranges", () => {
    for (const bad of [-1, 2 ** 22, 0.5, NaN]) expect(secretOf(bad)).toBeNull();
    for (const bad of ["", "41", "017", "1234567890", "417 ", "４１７", "417\n"]) {
      expect(locatorOf(bad)).toBeNull();
    }
    expect(secretOf(0)).toBe(0);
    expect(locatorOf("417")).toBe("417");
  });
});

test("a link carries the code in its fragment alone", () => {
  const link = new URL(codeToLink("http://127.0.0.1:8787", "417-guitar-ocean"));
  expect(link.hash).toBe("#/key/417-guitar-ocean");
  expect(link.pathname + link.search).toBe("/");
});
