// A reader of codes that was written from docs/protocol.md reads what the SDK reads, in every spelling.

import fc from "fast-check";
import { expect, test } from "vitest";
import { formatCode, locatorOf, parseCode, secretOf } from "../../shared/core/pairing/code.ts";
import { loadWordList } from "../../shared/core/pairing/words.ts";
import { readCode } from "./independentCode.ts";

const ENGLISH = await loadWordList("en");
const LISTS = new Map([["en", ENGLISH]]);

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
      fc.constantFrom("digits" as const, ENGLISH),
      (locator, secret, spelling) => {
        expect(readCode(formatCode(locator, secret, spelling))).toEqual({ locator, secret });
      },
    ),
  );
});
