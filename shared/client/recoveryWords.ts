// Help with typing a recovery phrase: which words there are, and whether twelve of them belong together. Nothing
// of what is typed leaves the device.

import { fetched, loadWords } from "./codes.ts";

/** Get one from {@link loadRecoveryWords}. */
export interface RecoveryWords {
  /** Whether a phrase can have this word. */
  has(word: string): boolean;
  /** Up to `limit` words that begin so; none for an empty text. */
  complete(prefix: string, limit: number): string[];
  /** The word that was probably meant; null when there is none, or more than one. */
  nearest(typo: string): string | null;
  /** Whether twelve words are a phrase: its last one checks the others. */
  belongTogether(words: readonly string[]): boolean;
}

/** @throws ConnectionError when the words are not here yet and cannot be fetched */
export async function loadRecoveryWords(): Promise<RecoveryWords> {
  const [list, { completions, nearestWord }, { recoveryIdOf }] = await Promise.all([
    loadWords(), // those of keys in English are those of BIP39
    fetched(import("../core/pairing/words.ts")),
    fetched(import("../core/identity/recoveryPhrase.ts")),
  ]);
  const all = new Set(list.words);
  return {
    has: (word) => all.has(word),
    complete: (prefix, limit) => completions(prefix, limit, list),
    nearest: (typo) => nearestWord(typo, list),
    belongTogether: (words) => {
      try {
        recoveryIdOf(words.join(" "));
        return true;
      } catch {
        return false;
      }
    },
  };
}
