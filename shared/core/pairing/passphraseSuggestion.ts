// Passphrases to suggest: unrelated words that a person can say, hear and type. Nothing invisible
// and nothing that normalisation changes.

import { SIMPLIFIED_WORDS, TRADITIONAL_WORDS } from "./chineseWords.ts";
import type { WordList } from "./words.ts";

interface Source {
  readonly words: readonly string[];
  readonly count: number;
  readonly separator: string;
}

const COUNT = 3;
/** Written Chinese has no blanks. Four of 256 words are 32 bits. */
const CHINESE = { count: 4, separator: "" };
const CHINESE_SOURCES: Readonly<Record<string, Source>> = {
  zh: { ...CHINESE, words: SIMPLIFIED_WORDS },
  zt: { ...CHINESE, words: TRADITIONAL_WORDS },
};
/** With 48 random bits, no word is more likely than another by more than one part in 2^37. */
const RANDOM_BYTES = 6;

/**
 * Three different words of a list, joined by blanks: 33 bits. The words of the Chinese lists are
 * single characters, which are written by sound and heard as many others; there it is four words
 * of two characters, from a list for this purpose: 32 bits.
 * @param random cryptographically strong random bytes
 */
export function suggestPassphrase(list: WordList, random: (length: number) => Uint8Array): string {
  const { words, count, separator } = CHINESE_SOURCES[list.tag] ?? {
    words: list.words,
    count: COUNT,
    separator: " ",
  };
  const left = [...words];
  const chosen: string[] = [];
  while (chosen.length < count) chosen.push(...left.splice(randomBelow(left.length, random), 1));
  return chosen.join(separator);
}

function randomBelow(limit: number, random: (length: number) => Uint8Array): number {
  return random(RANDOM_BYTES).reduce((value, byte) => value * 256 + byte, 0) % limit;
}
