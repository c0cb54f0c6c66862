import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import {
  completions,
  indexOfWord,
  isWordListTag,
  LANGUAGES,
  loadWordList,
  nearestWord,
  plainForm,
  type WordList,
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

describe.each(LANGUAGES)("the list of $name ($ownName)", ({ tag, name, ownName }) => {
  let list: WordList;
  beforeAll(async () => {
    list = await loadWordList(tag);
  });

  test("has a tag of two letters and 2,048 words of letters, composed and in lower case", () => {
    expect(tag).toMatch(/^[a-z]{2}$/);
    expect(name).toMatch(/^[A-Z][a-z, ]+$/);
    expect(ownName).toMatch(/^[\p{L}]+$/u);
    expect(isWordListTag(tag)).toBe(true);
    expect(list.tag).toBe(tag);
    expect(new Set(list.words).size).toBe(2048);
    for (const word of list.words) {
      expect(word).toMatch(/^\p{L}+$/u);
      expect(word.normalize("NFKC").toLowerCase()).toBe(word);
      expect(word).not.toMatch(/^[a-z]{2}$/);
    }
  });

  test("knows each word by every spelling: composed or not, in capitals, without its accents", () => {
    expect(new Set(list.plainWords).size).toBe(2048);
    for (const [i, word] of list.words.entries()) {
      const withoutMarks = word.normalize("NFD").replace(/\p{M}/gu, "");
      for (const text of [word, word.normalize("NFD"), word.toUpperCase(), withoutMarks]) {
        expect(indexOfWord(text, list), text).toBe(i);
        expect(nearestWord(text, list), text).toBe(word);
      }
    }
  });

  test("knows each word by its first four characters, and by no fewer", () => {
    for (const [i, word] of list.words.entries()) {
      if (word.length > 4) expect(indexOfWord(word.slice(0, 4), list), word).toBe(i);
      if (word.length < 4) continue;
      const short = indexOfWord(word.slice(0, 3), list);
      if (short !== null) expect(list.plainWords[short]).toBe(plainForm(word.slice(0, 3)));
    }
  });

  test("completes the beginning of each word to a choice that has it", () => {
    for (const word of list.words.filter((_, i) => i % 37 === 0)) {
      expect(completions(word.slice(0, 2), 2048, list)).toContain(word);
      expect(completions(plainForm(word).slice(0, 3), 2048, list)).toContain(word);
    }
  });
});

describe("in other scripts", () => {
  test.each([
    ["ja", "アイコクシン", "あいこくしん"],
    ["ja", "ｱｲｺｸｼﾝ", "あいこくしん"],
    ["ja", "か\u3099いこう", "がいこう"],
    ["ja", "かいこう", "がいこう"],
    ["ko", "\u1100\u1161\u1100\u1167\u11a8", "가격"],
    ["ko", "ㄱㅏㄱㅕㄱ", "가격"],
    ["ko", "가겨ㄱ", "가격"],
    ["es", "ABACO", "ábaco"],
    ["es", "a\u0301bac", "ábaco"],
    ["fr", "ecole", "école"],
    ["pt", "ABÁCATE", "abacate"],
    ["cs", "příncip", "princip"],
  ])("%s: %s is %s", async (tag, typed, word) => {
    const list = await loadWordList(tag);
    expect(list.words).toContain(word);
    expect(list.words[indexOfWord(typed, list) ?? -1]).toBe(word);
  });

  test.each([
    ["es", "guitara", "guitarra"],
    ["fr", "elephnat", "éléphant"],
    ["it", "binocollo", "binocolo"],
    ["pt", "abacatte", "abacate"],
    ["cs", "abeceta", "abeceda"],
    ["ja", "あいこくじんし", "あいこくしん"],
    ["ko", "가견", "가격"],
  ])("%s: the nearest word to %s is %s", async (tag, typo, word) => {
    expect(nearestWord(typo, await loadWordList(tag))).toBe(word);
  });

  test("a half-typed syllable of Korean is completed", async () => {
    const list = await loadWordList("ko");
    expect(completions("각", 5, list)).toContain("가격");
    expect(completions("가ㄱ", 5, list)).toContain("가격");
  });

  test("either Chinese list reads the other's characters, which stand for the same numbers", async () => {
    const [simplified, traditional] = [await loadWordList("zh"), await loadWordList("zt")];
    for (let i = 0; i < 2048; i++) {
      const [one, other] = [simplified.words[i] ?? "", traditional.words[i] ?? ""];
      expect([indexOfWord(one, traditional), indexOfWord(other, simplified)]).toEqual([i, i]);
    }
    expect(nearestWord("國", simplified)).toBe("国");
    expect(nearestWord("鬱", simplified)).toBeNull();
  });
});

test("of another language's words few are English ones, so that a tag left out is noticed", async () => {
  for (const { tag } of LANGUAGES.filter(({ tag: other }) => other !== "en")) {
    const { words } = await loadWordList(tag);
    const taken = words.filter((word) => indexOfWord(word, ENGLISH) !== null);
    expect(taken.length, tag).toBeLessThan(2048 * 0.07);
  }
});

test("words that plain spelling cannot tell apart need their accents", () => {
  const words = Array.from({ length: 2046 }, (_, i) => `word${i}`);
  const list = wordListOf("xx", ["peso", "pesó", ...words]);
  expect([indexOfWord("peso", list), indexOfWord("pesó", list)]).toEqual([0, 1]);
  expect(indexOfWord("pesò", list)).toBeNull();
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
