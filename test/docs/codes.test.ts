// A reader of codes that was written from docs/protocol.md reads what the SDK reads, in every spelling.

import fc from "fast-check";
import { expect, test } from "vitest";
import { formatCode, locatorOf, secretOf } from "../../shared/core/pairing/code.ts";
import { parseCode } from "../../shared/core/pairing/codeReading.ts";
import { LANGUAGES, loadWordList, type WordList } from "../../shared/core/pairing/words.ts";
import { readCode } from "./independentCode.ts";

const LISTS = new Map<string, WordList>();
for (const { tag } of LANGUAGES) LISTS.set(tag, await loadWordList(tag));

const SPELLINGS = [
  "417-guitar-ocean",
  " 417 Guitar  OCEAN ",
  "417 – guitar — ocean",
  "417guitar ocean",
  "417-guit-ocea",
  "417-en-guitar-ocean",
  "“417-guitar-ocean”.",
  "４１７－ｇｕｉｔａｒ－ｏｃｅａｎ",
  "4 1 7 guitar ocean",
  "417-1701063",
  "417 170 1063",
  "4171701063",
  "417ー1701063",
  "https://acquaint.example/#/key/417-guitar-ocean",
  "Meet me: https://acquaint.example/#/key/417-guitar-ocean thanks",
  "https://acquaint.example/#/key/417%2Dguitar%2Docean",
  "417\u200b-guitar\u2212ocean",
  "417ーguitarーocean",
  "417-Guítar-océan",
];

const IN_OTHER_LANGUAGES = [
  "417-es-ábaco-abeja",
  "417 ES ABACO ABEJA",
  "417-es-abac-abej",
  "417.fr.econ.elep",
  "417-ja-あいこくしん-あいさつ",
  "417ーjaーアイコクシンーｱｲｻﾂ",
  "417ja か\u3099いこう・かいこう",
  "417 ko 가격 가끔",
  "417 ko ㄱㅏㄱㅕㄱ \u1100\u1161\u1101\u1173\u11b7",
  "417 zh 的一",
  "417zh国們",
  "417-zt-国-們",
  "https://acquaint.example/#/key/417-es-%C3%A1baco-abeja",
  "417-cs-abecedá-princip",
];

const NO_CODES = [
  "",
  "417",
  "417-guitar",
  "guitar-ocean",
  "017-guitar-ocean",
  "41-guitar-ocean",
  "417-guitar-ocean-ocean",
  "417-gui-ocean",
  "417-guitarr-ocean",
  "417-xx-guitar-ocean",
  "417-es-wolf-ocean",
  "417-es-aba-abej",
  "417-ko-가겨-가끔",
  "417-zh-的",
  "417-zh-的一是",
  "417-zh-的鬱",
  "417-es",
  "417-4194304",
  "12345678901234567",
  "https://acquaint.example/417-guitar-ocean",
  `417-guitar-ocean${" ".repeat(200)}`,
];

function bySdk(text: string) {
  const code = parseCode(text, LISTS);
  return code.ok ? { locator: code.locator, secret: code.secret } : null;
}

test.for(SPELLINGS)("%j is the same code to both readers", (text) => {
  expect(readCode(text)).toEqual({ locator: "417", secret: 1_701_063 });
  expect(bySdk(text)).toEqual(readCode(text));
});

test.for(IN_OTHER_LANGUAGES)("%j is the same code to both readers", (text) => {
  expect(bySdk(text)).not.toBeNull();
  expect(readCode(text)).toEqual(bySdk(text));
});

test.for(NO_CODES)("%j is no code to either reader", (text) => {
  expect(readCode(text)).toBeNull();
  expect(bySdk(text)).toBeNull();
});

test("what the SDK writes, a reader written from the document reads", () => {
  const locators = fc.integer({ min: 100, max: 999_999_999 }).map((n) => locatorOf(String(n))!);
  const secrets = fc.integer({ min: 0, max: 2 ** 22 - 1 }).map((n) => secretOf(n)!);
  fc.assert(
    fc.property(
      locators,
      secrets,
      fc.constantFrom("digits" as const, ...LISTS.values()),
      (locator, secret, spelling) => {
        expect(readCode(formatCode(locator, secret, spelling))).toEqual({ locator, secret });
      },
    ),
  );
});
