import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  completions,
  indexOfWord,
  loadWordList,
  nearestWord,
  wordListOf,
} from "../../shared/core/pairing/words.ts";

const ENGLISH = await loadWordList("en");
const index = fc.integer({ min: 0, max: 2047 });
const wordAt = (i: number) => ENGLISH.words[i] as string;

test("the English list has 2,048 words, and is loaded once", async () => {
  expect(ENGLISH.words).toHaveLength(2048);
  expect([wordAt(0), wordAt(2047)]).toEqual(["abandon", "zoo"]);
  expect(await loadWordList("en")).toBe(ENGLISH);
});

test.each(["xx", "", "constructor"])("no list is called %j", async (tag) => {
  await expect(loadWordList(tag)).rejects.toThrow(RangeError);
});

test("a list of another size or with a word twice is refused", () => {
  expect(() => wordListOf("xx", ["one", "two"])).toThrow(RangeError);
  const twice = [...ENGLISH.words.slice(0, 2047), "abandon"];
  expect(() => wordListOf("xx", twice)).toThrow(RangeError);
});

describe("indexOfWord", () => {
  test("finds each word, and each by its first four letters", () => {
    for (const [i, word] of ENGLISH.words.entries()) {
      expect(indexOfWord(word, ENGLISH)).toBe(i);
      expect(indexOfWord(` ${word.toUpperCase()} `, ENGLISH)).toBe(i);
      expect(indexOfWord(word.slice(0, 4), ENGLISH)).toBe(i);
    }
  });

  test("takes an exact word before longer ones, and no shorter prefix or other tail", () => {
    expect(indexOfWord("act", ENGLISH)).toBe(ENGLISH.words.indexOf("act"));
    for (const bad of ["", "gui", "oce", "guitars", "guix", "  ", "ocean guitar"]) {
      expect(indexOfWord(bad, ENGLISH)).toBeNull();
    }
  });

  test("takes no prefix that two words of a list share", () => {
    const words = Array.from({ length: 2048 }, (_, i) => `sharedstart${i}`);
    const list = wordListOf("xx", words);
    expect(indexOfWord("shared", list)).toBeNull();
    expect(indexOfWord("sharedstart1", list)).toBe(1);
  });
});

describe("completions", () => {
  test("are words that begin with what was typed, in order, at most so many", () => {
    expect(completions("GUI", 5, ENGLISH)).toEqual(["guide", "guilt", "guitar"]);
    expect(completions("gui", 2, ENGLISH)).toEqual(["guide", "guilt"]);
    expect(completions("ocean", 5, ENGLISH)).toEqual(["ocean"]);
  });

  test("are none for nothing typed, no match, or no room", () => {
    expect(completions("", 5, ENGLISH)).toEqual([]);
    expect(completions("  ", 5, ENGLISH)).toEqual([]);
    expect(completions("xq", 5, ENGLISH)).toEqual([]);
    expect(completions("gui", 0, ENGLISH)).toEqual([]);
    expect(completions("gui", -1, ENGLISH)).toEqual([]);
  });
});

describe("nearestWord", () => {
  test.each([
    ["guitr", "guitar"],
    ["guitaar", "guitar"],
    ["giutar", "guitar"],
    ["ocaen", "ocean"],
    ["gultat", "guitar"],
    ["GUİTAR", "guitar"],
    ["ｏｃｅａｎ", "ocean"],
    ["ocean", "ocean"],
  ])("of %s is %s", (typo, word) => {
    expect(nearestWord(typo, ENGLISH)).toBe(word);
  });

  test("is none when two are equally near or none is near", () => {
    for (const typo of ["", "xqzzq", "bqqqqqqk", "guitarguitar"]) {
      expect(nearestWord(typo, ENGLISH)).toBeNull();
    }
  });

  test("counts two swapped neighbours as one edit", () => {
    // With two edits for a swap, "abotu" were as far from "about" as from "above".
    expect(nearestWord("abotu", ENGLISH)).toBe("about");
  });

  test("is the word itself for every word", () => {
    fc.assert(fc.property(index, (i) => nearestWord(wordAt(i), ENGLISH) === wordAt(i)));
  });
});
