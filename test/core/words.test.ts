import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  BUNDLED_WORD_LISTS,
  ENGLISH,
  completions,
  indexOfWord,
  nearestWord,
  wordListOf,
} from "../../shared/core/pairing/words.ts";

const index = fc.integer({ min: 0, max: 2047 });
const wordAt = (i: number) => ENGLISH.words[i] as string;

test("the English list has 2,048 words and is the bundled one", () => {
  expect(ENGLISH.words).toHaveLength(2048);
  expect([wordAt(0), wordAt(2047)]).toEqual(["abandon", "zoo"]);
  expect([...BUNDLED_WORD_LISTS.keys()]).toEqual(["en"]);
});

test("a list of another size or with a word twice is refused", () => {
  expect(() => wordListOf("xx", ["one", "two"])).toThrow(RangeError);
  const twice = [...ENGLISH.words.slice(0, 2047), "abandon"];
  expect(() => wordListOf("xx", twice)).toThrow(RangeError);
});

describe("indexOfWord", () => {
  test("finds each word, and each by its first four letters", () => {
    for (const [i, word] of ENGLISH.words.entries()) {
      expect(indexOfWord(word)).toBe(i);
      expect(indexOfWord(` ${word.toUpperCase()} `)).toBe(i);
      expect(indexOfWord(word.slice(0, 4))).toBe(i);
    }
  });

  test("takes an exact word before longer ones, and no shorter prefix or other tail", () => {
    expect(indexOfWord("act")).toBe(ENGLISH.words.indexOf("act"));
    for (const bad of ["", "gui", "oce", "guitars", "guix", "  ", "ocean guitar"]) {
      expect(indexOfWord(bad)).toBeNull();
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
    expect(completions("GUI", 5)).toEqual(["guide", "guilt", "guitar"]);
    expect(completions("gui", 2)).toEqual(["guide", "guilt"]);
    expect(completions("ocean", 5)).toEqual(["ocean"]);
  });

  test("are none for nothing typed, no match, or no room", () => {
    expect(completions("", 5)).toEqual([]);
    expect(completions("  ", 5)).toEqual([]);
    expect(completions("xq", 5)).toEqual([]);
    expect(completions("gui", 0)).toEqual([]);
    expect(completions("gui", -1)).toEqual([]);
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
    expect(nearestWord(typo)).toBe(word);
  });

  test("is none when two are equally near or none is near", () => {
    for (const typo of ["", "xqzzq", "bqqqqqqk", "guitarguitar"]) {
      expect(nearestWord(typo)).toBeNull();
    }
  });

  test("counts two swapped neighbours as one edit", () => {
    // With two edits for a swap, "abotu" were as far from "about" as from "above".
    expect(nearestWord("abotu")).toBe("about");
  });

  test("is the word itself for every word", () => {
    fc.assert(fc.property(index, (i) => nearestWord(wordAt(i)) === wordAt(i)));
  });
});
