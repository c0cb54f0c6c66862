// The word lists in which a code can be spelled: 2,048 words each, so that a word is 11 bits.
// Lists are data that is imported when first needed; every function takes the list that it works on.

/**
 * Two letters, as they stand between a code's locator and its words: ISO 639-1, whose `zh` is the
 * simplified list. That standard has no second code for Chinese and never assigns `zt`, by which
 * software calls the traditional characters.
 */
export type WordListTag = string;

export interface WordList {
  readonly tag: WordListTag;
  /** In the order of BIP39, spelled as {@link foldWord} leaves them. */
  readonly words: readonly string[];
  /** From each word, and each other spelling of it, to its place in `words`. */
  readonly indexes: ReadonlyMap<string, number>;
  /** The words as {@link plainForm} leaves them, in the same order. */
  readonly plainWords: readonly string[];
  /** Each word is one character, so that blanks between them say nothing. */
  readonly isOfCharacters: boolean;
}

export type WordLists = ReadonlyMap<WordListTag, WordList>;

/** A language in which keys can be spelled, for choosing one. */
export interface Language {
  readonly tag: WordListTag;
  readonly name: string;
  /** The name that its speakers give it. */
  readonly ownName: string;
}

export const LANGUAGES: readonly Language[] = [
  { tag: "en", name: "English", ownName: "English" },
  { tag: "es", name: "Spanish", ownName: "español" },
  { tag: "fr", name: "French", ownName: "français" },
  { tag: "it", name: "Italian", ownName: "italiano" },
  { tag: "pt", name: "Portuguese", ownName: "português" },
  { tag: "cs", name: "Czech", ownName: "čeština" },
  { tag: "ja", name: "Japanese", ownName: "日本語" },
  { tag: "ko", name: "Korean", ownName: "한국어" },
  { tag: "zh", name: "Chinese, simplified", ownName: "简体中文" },
  { tag: "zt", name: "Chinese, traditional", ownName: "繁體中文" },
];

const LIST_SIZE = 2048;
const MIN_PREFIX_LETTERS = 4;
const MAX_TYPO_DISTANCE = 2;

type ImportWords = () => Promise<{ wordlist: readonly string[] }>;
// The two Chinese lists hold the same characters in the same order, so that each reads both scripts.
const SIMPLIFIED: ImportWords = () => import("@scure/bip39/wordlists/simplified-chinese.js");
const TRADITIONAL: ImportWords = () => import("@scure/bip39/wordlists/traditional-chinese.js");
/** The list of each tag, and lists that spell the same words in another way. */
const IMPORTS = new Map<WordListTag, readonly ImportWords[]>([
  ["en", [() => import("@scure/bip39/wordlists/english.js")]],
  ["es", [() => import("@scure/bip39/wordlists/spanish.js")]],
  ["fr", [() => import("@scure/bip39/wordlists/french.js")]],
  ["it", [() => import("@scure/bip39/wordlists/italian.js")]],
  ["pt", [() => import("@scure/bip39/wordlists/portuguese.js")]],
  ["cs", [() => import("@scure/bip39/wordlists/czech.js")]],
  ["ja", [() => import("@scure/bip39/wordlists/japanese.js")]],
  ["ko", [() => import("@scure/bip39/wordlists/korean.js")]],
  ["zh", [SIMPLIFIED, TRADITIONAL]],
  ["zt", [TRADITIONAL, SIMPLIFIED]],
]);
const loaded = new Map<WordListTag, WordList>();

/** Whether some list has that tag, be it loaded or not. */
export function isWordListTag(tag: string): boolean {
  return IMPORTS.has(tag);
}

/**
 * The list of a tag, imported the first time. An import that fails is tried anew by the next call.
 * @throws RangeError when no list has that tag; whatever the import throws
 */
export async function loadWordList(tag: WordListTag): Promise<WordList> {
  const known = loaded.get(tag);
  if (known !== undefined) return known;
  const imports = IMPORTS.get(tag);
  if (imports === undefined) throw new RangeError(`no word list is called ${tag}`);
  const [own, ...others] = await Promise.all(imports.map((importWords) => importWords()));
  const spellings = others.map(({ wordlist }) => wordlist);
  const list = wordListOf(tag, own?.wordlist ?? [], ...spellings);
  loaded.set(tag, list);
  return list;
}

/**
 * @param spellings further spellings of the words, in the same order; a word goes before them
 * @throws RangeError unless `words` are 2,048 different words
 */
export function wordListOf(
  tag: WordListTag,
  words: readonly string[],
  ...spellings: readonly (readonly string[])[]
): WordList {
  const folded = words.map(foldWord);
  if (new Set(folded).size !== LIST_SIZE) throw new RangeError("a word list has 2,048 words");
  const indexes = new Map<string, number>();
  for (const spelled of [...spellings, folded]) {
    for (const [index, word] of spelled.entries()) indexes.set(foldWord(word), index);
  }
  return {
    tag,
    words: folded,
    indexes,
    plainWords: folded.map(plainForm),
    isOfCharacters: folded.every((word) => word.length === 1),
  };
}

/** One spelling for what people type in many: composed, compatible forms, lower case. */
export function foldWord(text: string): string {
  return text.normalize("NFKC").toLowerCase().normalize("NFKC").trim();
}

/**
 * A word as people type who lack its accents: folded, decomposed, without marks, in hiragana. Final
 * consonants of Hangul are spelled as initial ones, which is how they look before a keyboard has
 * joined them. In each list all plain forms differ.
 */
export function plainForm(text: string): string {
  const letters = foldWord(text).normalize("NFD").replace(MARKS, "");
  return letters.replace(FINAL_CONSONANTS, initialConsonant).replace(KATAKANA, hiragana);
}

const MARKS = /\p{M}/gu;
const KATAKANA = /[\u30a1-\u30f6]/g;
const KATAKANA_OFFSET = 0x60;
const FIRST_FINAL_CONSONANT = 0x11a8;
const FINAL_CONSONANTS = /[\u11a8-\u11c2]/g;
/** In the order of the final ones; a blank for clusters, which begin no syllable. */
const INITIAL_CONSONANTS = "ㄱㄲ ㄴ  ㄷㄹ       ㅁㅂ ㅅㅆㅇㅈㅊㅋㅌㅍㅎ";

function initialConsonant(final: string): string {
  const initial = INITIAL_CONSONANTS[final.charCodeAt(0) - FIRST_FINAL_CONSONANT] ?? " ";
  return initial === " " ? final : initial.normalize("NFKC");
}

function hiragana(katakana: string): string {
  return String.fromCharCode(katakana.charCodeAt(0) - KATAKANA_OFFSET);
}

/** Up to `limit` words that begin with `prefix`, in the list's order; none for an empty one. */
export function completions(prefix: string, limit: number, list: WordList): string[] {
  const start = plainForm(prefix);
  if (start === "") return [];
  const beginsSo = (_: string, index: number) => list.plainWords[index]?.startsWith(start);
  return list.words.filter(beginsSo).slice(0, Math.max(0, limit));
}

/**
 * The one word that is nearest to `typo`, within two edits; null when none is that near or two
 * are equally near. A missing, extra or wrong letter is one edit, and so are two swapped ones;
 * accents are none.
 */
export function nearestWord(typo: string, list: WordList): string | null {
  const known = list.indexes.get(foldWord(typo));
  if (known !== undefined) return list.words[known] ?? null;
  const typed = plainForm(typo);
  let nearest: string | null = null;
  let least = MAX_TYPO_DISTANCE + 1;
  for (const [index, word] of list.plainWords.entries()) {
    if (Math.abs(word.length - typed.length) > MAX_TYPO_DISTANCE) continue;
    const distance = editDistance(typed, word);
    if (distance < least) {
      nearest = list.words[index] ?? null;
      least = distance;
    } else if (distance === least) {
      nearest = null;
    }
  }
  return nearest;
}

/** The place of a word, accents or not, or of the only one that begins with four letters or more. */
export function indexOfWord(text: string, list: WordList): number | null {
  const typed = foldWord(text);
  const exact = list.indexes.get(typed);
  if (exact !== undefined) return exact;
  const plain = plainForm(typed);
  const whole = list.plainWords.indexOf(plain);
  if (whole !== -1) return whole === list.plainWords.lastIndexOf(plain) ? whole : null;
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
