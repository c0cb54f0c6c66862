// PAS-1: suggested passphrases, in the languages of the word lists.
import { describe, expect, test } from "vitest";
import { SIMPLIFIED_WORDS, TRADITIONAL_WORDS } from "../../shared/core/pairing/chineseWords.ts";
import { parsePassphrase } from "../../shared/core/pairing/passphrase.ts";
import { suggestPassphrase } from "../../shared/core/pairing/passphraseSuggestion.ts";
import { LANGUAGES, loadWordList } from "../../shared/core/pairing/words.ts";

const strongRandom = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const ENGLISH = await loadWordList("en");
const CHINESE = ["zh", "zt"];

describe.each(LANGUAGES)("PAS-1: a suggestion in $name", ({ tag }) => {
  test("is taken as it stands, with nothing invisible in it", async () => {
    const list = await loadWordList(tag);
    for (let n = 0; n < 500; n++) {
      const phrase = suggestPassphrase(list, strongRandom);
      expect(parsePassphrase(phrase)).toMatchObject({ ok: true, normalized: phrase });
      expect(phrase).toMatch(/^[\p{L} ]+$/u);
    }
  });

  test("has three different words of the list, or four of two characters in Chinese", async () => {
    const list = await loadWordList(tag);
    const chinese: Record<string, readonly string[]> = {
      zh: SIMPLIFIED_WORDS,
      zt: TRADITIONAL_WORDS,
    };
    for (let n = 0; n < 200; n++) {
      const phrase = suggestPassphrase(list, strongRandom);
      const words = CHINESE.includes(tag) ? (phrase.match(/../gu) ?? []) : phrase.split(" ");
      expect(new Set(words).size).toBe(CHINESE.includes(tag) ? 4 : 3);
      for (const word of words) expect(chinese[tag] ?? list.words).toContain(word);
    }
  });
});

test("the words follow from the random bytes alone, and no byte is left out", () => {
  const phrase = (seed: number) => {
    let calls = 0;
    return suggestPassphrase(ENGLISH, (length) => new Uint8Array(length).fill(seed + calls++));
  };
  expect(phrase(0)).toBe("abandon regular fiber");
  expect(phrase(1)).not.toBe(phrase(0));
  const constant = (byte: number) =>
    suggestPassphrase(ENGLISH, (length) => new Uint8Array(length).fill(byte)).split(" ");
  expect(constant(0)).toEqual(["abandon", "ability", "able"]);
  expect(new Set(constant(0xff)).size).toBe(3);
});

test("each word comes as often as any other in each place", () => {
  const first = new Map<string, number>();
  const last = new Map<string, number>();
  const runs = 2048 * 40;
  for (let n = 0; n < runs; n++) {
    const words = suggestPassphrase(ENGLISH, strongRandom).split(" ");
    for (const [counts, word] of [
      [first, words[0]],
      [last, words[2]],
    ] as const) {
      counts.set(word ?? "", (counts.get(word ?? "") ?? 0) + 1);
    }
  }
  for (const counts of [first, last]) {
    expect(counts.size).toBe(2048);
    // Chi squared with 2,047 degrees of freedom: mean 2,047, standard deviation 64.
    const chiSquared = [...counts.values()].reduce((sum, count) => sum + (count - 40) ** 2 / 40, 0);
    expect(chiSquared).toBeGreaterThan(2047 - 6 * 64);
    expect(chiSquared).toBeLessThan(2047 + 6 * 64);
  }
});

test("the Chinese words are 256 in each script, all different, all of two characters", () => {
  for (const words of [SIMPLIFIED_WORDS, TRADITIONAL_WORDS]) {
    expect(new Set(words).size).toBe(256);
    for (const word of words) expect(word).toMatch(/^\p{Script=Han}{2}$/u);
  }
});

test("the two scripts spell the same Chinese words", async () => {
  const [simplified, traditional] = await Promise.all(CHINESE.map(loadWordList));
  let known = 0;
  SIMPLIFIED_WORDS.forEach((word, place) => {
    [...word].forEach((character, at) => {
      const other = [...(TRADITIONAL_WORDS[place] ?? "")][at] ?? "";
      const index = simplified?.words.indexOf(character) ?? -1;
      if (index === -1) return;
      known += 1;
      // 发 and 干 each stand for two traditional characters.
      if ("发干面".includes(character)) return;
      expect([character, traditional?.words[index]]).toContain(other);
    });
  });
  expect(known).toBeGreaterThan(300);
});
