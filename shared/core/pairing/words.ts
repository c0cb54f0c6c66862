// The word lists in which a code can be spelled: 2,048 words each, so that a word is 11 bits.
// Lists are data that is imported when first needed; every function takes the list that it works on.

/** Two letters (ISO 639-1), as they stand between a code's locator and its words. */
export type WordListTag = string;

export interface WordList {
  readonly tag: WordListTag;
  /** In the order of BIP39, spelled as {@link foldWord} leaves them. */
  readonly words: readonly string[];
  /** From each word to its place in `words`. */
  readonly indexes: ReadonlyMap<string, number>;
}

export type WordLists = ReadonlyMap<WordListTag, WordList>;

export const WORD_BITS = 11;
/** Of the list in which a code without a tag is spelled. */
export const DEFAULT_TAG = "en";
const MIN_PREFIX_LETTERS = 4;
const MAX_TYPO_DISTANCE = 2;

const IMPORTS = new Map<WordListTag, () => Promise<{ wordlist: readonly string[] }>>([
  ["en", () => import("@scure/bip39/wordlists/english.js")],
]);
const loaded = new Map<WordListTag, WordList>();

/**
 * The list of a tag, imported the first time. An import that fails is tried anew by the next call.
 * @throws RangeError when no list has that tag; whatever the import throws
 */
export async function loadWordList(tag: WordListTag): Promise<WordList> {
  const known = loaded.get(tag);
  if (known !== undefined) return known;
  const importWords = IMPORTS.get(tag);
  if (importWords === undefined) throw new RangeError(`no word list is called ${tag}`);
  const { wordlist } = await importWords();
  const list = wordListOf(tag, wordlist);
  loaded.set(tag, list);
  return list;
}

/** @throws RangeError unless `words` are 2,048 different words */
export function wordListOf(tag: WordListTag, words: readonly string[]): WordList {
  const folded = words.map(foldWord);
  const indexes = new Map(folded.map((word, index) => [word, index]));
  if (indexes.size !== 2 ** WORD_BITS) throw new RangeError("a word list has 2,048 words");
  return { tag, words: folded, indexes };
}

/** One spelling for what people type in many: composed, compatible forms, lower case. */
export function foldWord(text: string): string {
  return text.normalize("NFKC").toLowerCase().normalize("NFKC").trim();
}

/** Up to `limit` words that begin with `prefix`, in the list's order; none for an empty one. */
export function completions(prefix: string, limit: number, list: WordList): string[] {
  const start = foldWord(prefix);
  if (start === "") return [];
  return list.words.filter((word) => word.startsWith(start)).slice(0, Math.max(0, limit));
}

/**
 * The one word that is nearest to `typo`, within two edits; null when none is that near or two
 * are equally near. A missing, extra or wrong letter is one edit, and so are two swapped ones.
 */
export function nearestWord(typo: string, list: WordList): string | null {
  const typed = foldWord(typo);
  if (list.indexes.has(typed)) return typed;
  let nearest: string | null = null;
  let least = MAX_TYPO_DISTANCE + 1;
  for (const word of list.words) {
    if (Math.abs(word.length - typed.length) > MAX_TYPO_DISTANCE) continue;
    const distance = editDistance(typed, word);
    if (distance < least) {
      nearest = word;
      least = distance;
    } else if (distance === least) {
      nearest = null;
    }
  }
  return nearest;
}

/** The place of a word, or of the only word that begins with at least four given letters. */
export function indexOfWord(text: string, list: WordList): number | null {
  const typed = foldWord(text);
  const exact = list.indexes.get(typed);
  if (exact !== undefined) return exact;
  if (typed.length < MIN_PREFIX_LETTERS) return null;
  const [only, other] = completions(typed, 2, list);
  if (only === undefined || other !== undefined) return null;
  return list.indexes.get(only) ?? null;
}

/** Optimal string alignment: Levenshtein's distance with swaps of neighbours as one edit. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let distance = Math.min(at(last, j) + 1, at(row, j - 1) + 1, substitution);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        distance = Math.min(distance, at(beforeLast, j - 2) + 1);
      }
      row.push(distance);
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
