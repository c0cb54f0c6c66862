// What the field for a recovery phrase makes of what is typed and pasted: twelve words, which of them is none, and
// what to say of all. Pure; `known` is null until the words are here, and nothing is judged so long.

import type { RecoveryWords } from "../../shared/client/index.ts";

export const PHRASE_WORDS = 12;
export const NO_WORDS: readonly string[] = Array.from({ length: PHRASE_WORDS }, () => "");

const UNIQUE_LETTERS = 4;

/** The words in a text, without the numbers and dots that a written list has. */
export function wordsIn(text: string): string[] {
  return (
    text
      .normalize("NFKD")
      .toLowerCase()
      .match(/[a-z]+/g) ?? []
  );
}

/** The words with a text put in at a place; of several in the text the others follow. */
export function withText(words: readonly string[], at: number, text: string): readonly string[] {
  const found = wordsIn(text);
  // All of them were pasted: wherever that was, they are meant to be all.
  const from = found.length >= PHRASE_WORDS ? 0 : at;
  const put = found.length === 0 ? [""] : found;
  return words.map((word, index) => put[index - from] ?? word);
}

/** The word as it stands when one goes on: four letters name it, as does any beginning that only one word has. */
export function finished(word: string, known: RecoveryWords | null): string {
  if (known === null || word === "" || known.has(word)) return word;
  const [only, ...others] = known.complete(word, 2);
  const isNamed = only !== undefined && (others.length === 0 || word.length >= UNIQUE_LETTERS);
  return isNamed ? only : word;
}

/** Whether it can be none of the words, even if it is still being typed. */
export function isMistake(word: string, isTyped: boolean, known: RecoveryWords | null): boolean {
  if (known === null || word === "" || known.has(word)) return false;
  return !isTyped || known.complete(word, 1).length === 0;
}

export type PhraseHint =
  | { readonly kind: "guide"; readonly count: number }
  | {
      readonly kind: "mistake";
      readonly at: number;
      readonly word: string;
      readonly suggestion: string | null;
    }
  /** All are words of phrases, but not of one. */
  | { readonly kind: "apart" }
  | { readonly kind: "complete" };

/** @param typedAt the word that is being typed; null for none */
export function phraseHint(
  words: readonly string[],
  typedAt: number | null,
  known: RecoveryWords | null,
): PhraseHint {
  const at = words.findIndex((word, index) => isMistake(word, index === typedAt, known));
  const word = words[at];
  if (word !== undefined) {
    return { kind: "mistake", at, word, suggestion: known?.nearest(word) ?? null };
  }
  const count = words.filter((one) => one !== "").length;
  if (count < PHRASE_WORDS || known === null) return { kind: "guide", count };
  if (!words.every((one) => known.has(one))) return { kind: "guide", count };
  return { kind: known.belongTogether(words) ? "complete" : "apart" };
}
