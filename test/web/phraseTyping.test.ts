// The field for a recovery phrase: what is typed and pasted becomes twelve words, and what is said about them.

import { describe, expect, test } from "vitest";
import { loadRecoveryWords } from "../../shared/client/index.ts";
import {
  finished,
  isMistake,
  NO_WORDS,
  phraseHint,
  withText,
  wordsIn,
} from "../../web/joining/phraseTyping.ts";

const known = await loadRecoveryWords();
const PHRASE = [..."abandon ".repeat(11).trim().split(" "), "about"];

describe("text becomes words", () => {
  test.each([
    ["1. Abandon\n2. ability", ["abandon", "ability"]],
    ["  abandon,ability;  able ", ["abandon", "ability", "able"]],
    ["１２", []],
    ["", []],
  ])("%j holds %j", (text, words) => {
    expect(wordsIn(text)).toEqual(words);
  });

  test("one word stays where it was typed, several go on from there, all twelve begin at the first", () => {
    expect(withText(NO_WORDS, 4, "ab")[4]).toBe("ab");
    expect(withText(NO_WORDS, 10, "able about absent").slice(9)).toEqual(["", "able", "about"]);
    expect(withText(NO_WORDS, 7, PHRASE.join(" "))).toEqual(PHRASE);
    expect(withText(PHRASE, 0, "")[0]).toBe("");
  });
});

describe("a word in the making", () => {
  test("four letters name it, as does any beginning of one word alone", () => {
    expect(finished("aban", known)).toBe("abandon");
    expect(finished("zoo", known)).toBe("zoo");
    expect(finished("abo", known)).toBe("abo"); // about, above
    expect(finished("act", known)).toBe("act"); // a word, though others go on from it
    expect(finished("aban", null)).toBe("aban");
  });

  test("it is no mistake while it is typed and can become a word", () => {
    expect(isMistake("abs", true, known)).toBe(false);
    expect(isMistake("abs", false, known)).toBe(true);
    expect(isMistake("absr", true, known)).toBe(true);
    expect(isMistake("absr", true, null)).toBe(false);
  });
});

describe("what is said of all", () => {
  test("the first mistake by its number, with what was probably meant", () => {
    const words = withText(withText(NO_WORDS, 0, "able"), 3, "absrob");
    expect(phraseHint(words, null, known)).toEqual({
      kind: "mistake",
      at: 3,
      word: "absrob",
      suggestion: "absorb",
    });
  });

  test("how many there are, then whether they fit together", () => {
    expect(phraseHint(NO_WORDS, null, known)).toEqual({ kind: "guide", count: 0 });
    expect(phraseHint(withText(PHRASE, 11, ""), null, known)).toEqual({ kind: "guide", count: 11 });
    expect(phraseHint(PHRASE, null, known)).toEqual({ kind: "complete" });
    expect(phraseHint(withText(PHRASE, 11, "abandon"), null, known)).toEqual({ kind: "apart" });
    expect(phraseHint(withText(PHRASE, 11, "abo"), 11, known)).toEqual({
      kind: "guide",
      count: 12,
    });
  });
});
