// KEY-1: codes in every language are read with the words that they name, which come when needed.

import { describe, expect, test } from "vitest";
import { loadCodes, loadWords, readCode } from "../../shared/client/codes.ts";
import { loadPassphrases } from "../../shared/client/passphrases.ts";
import { formatCode, locatorOf, secretOf } from "../../shared/core/pairing/code.ts";
import { parsePassphrase } from "../../shared/core/pairing/passphrase.ts";
import { LANGUAGES } from "../../shared/core/pairing/words.ts";

const LOCATOR = locatorOf("417")!;
const SECRET = secretOf(1_701_063)!;

test.each(LANGUAGES)("KEY-1: a key in $name is read, as shown or as a link", async ({ tag }) => {
  const code = formatCode(LOCATOR, SECRET, await loadWords(tag));
  const key = { ok: true, locator: LOCATOR, secret: SECRET };
  expect(await readCode(code)).toEqual(key);
  expect(await readCode(`https://acquaint.example/#/key/${encodeURIComponent(code)}`)).toEqual(key);
});

test("KEY-1: digits need no words, and an unknown list is a mistake in the key", async () => {
  expect(await readCode("417-1701063")).toMatchObject({ ok: true, secret: SECRET });
  expect(await readCode("417-xx-guitar-ocean")).toMatchObject({
    problem: { code: "unknownWordList", word: "xx" },
  });
  await expect(loadWords("xx")).rejects.toThrow(RangeError);
});

describe("KEY-1: a reader of keys in the making", () => {
  test("begins in English, and asks for the words of what is typed", async () => {
    const english = await loadCodes();
    expect(english.parse("417-guitar-ocean").ok).toBe(true);
    for (const text of ["", "417", "417-es", "417-guitar", "417-xx-a", "4171701063"]) {
      expect(english.missingFor(text), text).toBeNull();
      expect(await english.prepare(text)).toBe(english);
    }
    expect(english.missingFor("417-es-gui")).toBe("es");
    expect(english.complete("gui", 5, "es")).toEqual([]);
    const spanish = await english.prepare("417-es-gui");
    expect(spanish.missingFor("417-es-gui")).toBeNull();
    expect(spanish.complete("gui", 5, "es")).toContain("guitarra");
    expect(spanish.complete("gui", 5)).toEqual(english.complete("gui", 5));
    expect(spanish.wordMeant("ABACO", "es")).toBe("ábaco");
    expect(spanish.wordMeant("guit")).toBe("guitar");
    expect(spanish.wordMeant("ocean", "fr")).toBeNull();
    expect(spanish.parse("417 es abaco guitarra").ok).toBe(true);
    expect(english.parse("417 es abaco guitarra").ok).toBe(false);
  });
});

test.each(LANGUAGES)("PAS-1: help with passphrases in $name", async ({ tag }) => {
  const { suggest, strength } = await loadPassphrases(tag);
  const phrase = suggest();
  expect(parsePassphrase(phrase)).toMatchObject({ ok: true, normalized: phrase });
  expect(suggest()).not.toBe(phrase);
  expect(strength("guitar").level).toBe("weak");
});

test("PAS-1: suggestions come from the random bytes that are given", async () => {
  const zeros = (length: number) => new Uint8Array(length);
  expect((await loadPassphrases("en", zeros)).suggest()).toBe("abandon ability able");
  await expect(loadPassphrases("xx")).rejects.toThrow(RangeError);
});
