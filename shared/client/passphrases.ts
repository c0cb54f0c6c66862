// Help with choosing a passphrase. Nothing of it is needed to meet, so all of it comes on demand.

import { DEFAULT_TAG } from "../core/pairing/code.ts";
import type { PassphraseStrength } from "../core/pairing/passphraseStrength.ts";
import type { WordListTag } from "../core/pairing/words.ts";
import { fetched, loadWords } from "./codes.ts";
import { type Ports, STANDARD_PORTS } from "./ports.ts";

/** Suggests and judges passphrases in one language. Get one from {@link loadPassphrases}. */
export interface Passphrases {
  /** A good passphrase, another one each time. */
  suggest(): string;
  /** How hard a passphrase is to guess, at most. Never throws. */
  strength(text: string): PassphraseStrength;
}

/**
 * @param tag the language of suggestions; words of it and of English are known to the judgement
 * @throws ConnectionError when the words are not here yet and cannot be fetched; RangeError when
 * no list has that tag
 */
export async function loadPassphrases(
  tag: WordListTag = DEFAULT_TAG,
  random: Ports["random"] = STANDARD_PORTS.random,
): Promise<Passphrases> {
  const [list, english, { suggestPassphrase }, { strengthOf }] = await Promise.all([
    loadWords(tag),
    loadWords(),
    fetched(import("../core/pairing/passphraseSuggestion.ts")),
    fetched(import("../core/pairing/passphraseStrength.ts")),
  ]);
  const lists = [...new Set([list, english])];
  return {
    suggest: () => suggestPassphrase(list, random),
    strength: (text) => strengthOf(text, lists),
  };
}
