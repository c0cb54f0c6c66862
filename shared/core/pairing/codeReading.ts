// Reads the code of an instant key as people type, paste and scan it (KEY-1). Lenient in spelling,
// strict in meaning: a text is one code at most, and what is none is answered with advice.
import type { Locator } from "../../wire/ids.ts";
import { DEFAULT_TAG, locatorOf, type Secret, SECRET_DIGITS, secretOf, WORD_BITS } from "./code.ts";
import {
  foldWord,
  indexOfWord,
  nearestWord,
  type WordList,
  type WordLists,
  type WordListTag,
} from "./words.ts";

type CodeProblemCode =
  | "empty"
  | "noLocator"
  | "badLocator"
  | "tooFewWords"
  | "tooManyWords"
  | "unknownWord"
  | "secretOutOfRange"
  | "unknownWordList";

export interface CodeProblem {
  code: CodeProblemCode;
  /** Advice to the one who typed. It can quote a word of the secret: never log it. */
  message: string;
  /** The word (or tag) that is not known, as it was understood. */
  word?: string;
  /** The word that was probably meant. */
  suggestion?: string;
  /** Which word is not known: 0 for the first, 1 for the second. */
  position?: number;
}

export type ParsedCode =
  | { ok: true; locator: Locator; secret: Secret }
  | { ok: false; problem: CodeProblem };

/** Longer input is refused unread. */
export const CODE_MAX_CHARS = 200;
const WORDS_IN_CODE = 2;
const SHORTEST_LOCATOR = 3;
const LONGEST_LOCATOR = 9;

// The code in a link ends at the first blank, so that a whole shared sentence may be pasted.
const LINKED_CODE = /#\/(?:key|link)\/([^\s/?&#]*)/i;
const ANY_LINK = /^[a-z][a-z0-9+.-]*:\/\//i;
// The minus sign and the hyphen bullet are no dashes to Unicode; the long-vowel mark is what a
// Japanese keyboard gives for the hyphen key, and no word of a list has one.
const SEPARATORS = /[\s\p{Z}\p{Cc}\p{Pd}\p{Pc}.,·・。、−⁃˗ー]+/u;
// A word may follow a number at once, and one in another script a tag.
const BORDERS =
  /(?<=[0-9])(?=\p{L})|(?<=[a-z])(?=[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}])/u;
const INVISIBLE = /\p{Cf}/gu;
// Quotation marks and the like around a code that was copied out of a sentence.
const OUTER_PUNCTUATION = /^[\p{P}\p{Z}\s]+|[\p{P}\p{Z}\s]+$/gu;
const DIGITS = /^[0-9]+$/;
const TAG = /^[a-z]{2}$/;

/** A code taken apart, its words not looked up yet. */
type Parts =
  | { kind: "refused"; refusal: ParsedCode }
  | { kind: "digits"; tokens: readonly string[] }
  | { kind: "words"; locator: Locator; tag: WordListTag; words: readonly string[] };

/**
 * Reads a code in any spelling: words, digits, or a link that holds either. Case, accents, blanks,
 * kinds of dashes, full-width forms and quotes around it do not matter, and four letters stand
 * for a word. Never throws.
 * @param lists the word lists at hand
 */
export function parseCode(text: string, lists: WordLists): ParsedCode {
  const parts = partsOf(text);
  if (parts.kind === "refused") return parts.refusal;
  if (parts.kind === "digits") return parseDigits(parts.tokens);
  const { locator, tag, words } = parts;
  if (words.length === 0) return tooFewWords();
  const list = lists.get(tag);
  if (list !== undefined) return parseWords(locator, words, list);
  const advice = "Ask for the key in digits, or check its first word.";
  const message = `There are no words called “${tag}” here. ${advice}`;
  return refuse("unknownWordList", message, { word: tag });
}

/** The list in which a text's words are to be read; null when it holds no words of a code. */
export function listNamedBy(text: string): WordListTag | null {
  const parts = partsOf(text);
  return parts.kind === "words" && parts.words.length > 0 ? parts.tag : null;
}

function partsOf(text: string): Parts {
  if (text.length > CODE_MAX_CHARS) {
    return refused("tooManyWords", "This is too long for a key. Type a number and two words.");
  }
  const plain = text.normalize("NFKC").trim();
  const linked = LINKED_CODE.exec(plain)?.[1];
  if (linked === undefined && ANY_LINK.test(plain)) {
    return refused("noLocator", "This link holds no key. Ask for the key itself.");
  }
  const tokens = tokensOf(linked === undefined ? plain : percentDecoded(linked));
  if (tokens.length === 0) {
    return refused("empty", "Type the key that you were told, like 417-guitar-ocean.");
  }
  const firstWord = tokens.findIndex((token) => !DIGITS.test(token));
  if (firstWord === -1) return { kind: "digits", tokens };
  if (firstWord === 0) {
    return refused("noLocator", "A key begins with a number. Type it before the words.");
  }
  const locator = locatorOf(tokens.slice(0, firstWord).join(""));
  if (locator === null) return { kind: "refused", refusal: badLocator() };
  const words = tokens.slice(firstWord);
  const [first = ""] = words;
  if (!TAG.test(first)) return { kind: "words", locator, tag: DEFAULT_TAG, words };
  return { kind: "words", locator, tag: first, words: words.slice(1) };
}

function parseDigits(tokens: readonly string[]): ParsedCode {
  const digits = tokens.join("");
  if (digits.length < SHORTEST_LOCATOR + SECRET_DIGITS) {
    if (locatorOf(tokens[0] ?? "") === null) return badLocator();
    return refuse("tooFewWords", "The key goes on: two words, or seven more digits.");
  }
  if (digits.length > LONGEST_LOCATOR + SECRET_DIGITS) {
    return refuse("tooManyWords", "These are too many digits for a key.");
  }
  const locator = locatorOf(digits.slice(0, -SECRET_DIGITS));
  if (locator === null) return badLocator();
  const secret = secretOf(Number(digits.slice(-SECRET_DIGITS)));
  if (secret === null) {
    return refuse("secretOutOfRange", "No key ends in these seven digits. Check them.");
  }
  return { ok: true, locator, secret };
}

function parseWords(locator: Locator, tokens: readonly string[], list: WordList): ParsedCode {
  const words = list.isOfCharacters ? [...tokens.join("")] : tokens;
  if (words.length < WORDS_IN_CODE) return tooFewWords();
  if (words.length > WORDS_IN_CODE) {
    return refuse("tooManyWords", "A key has a number and only two words.");
  }
  let secret = 0;
  for (const [position, word] of words.entries()) {
    const index = indexOfWord(word, list);
    if (index === null) return unknownWord(word, position, list);
    secret = secret * 2 ** WORD_BITS + index;
  }
  return { ok: true, locator, secret: secret as Secret };
}

function unknownWord(word: string, position: number, list: WordList): ParsedCode {
  const suggestion = nearestWord(word, list);
  const ordinal = position === 0 ? "first" : "second";
  if (suggestion === null) {
    const message = `“${word}” is not a word of keys. Ask for the ${ordinal} word again.`;
    return refuse("unknownWord", message, { word, position });
  }
  const message = `“${word}” is not a word of keys. Is the ${ordinal} word “${suggestion}”?`;
  return refuse("unknownWord", message, { word, position, suggestion });
}

function tooFewWords(): ParsedCode {
  return refuse("tooFewWords", "The key goes on: a number is followed by two words.");
}

function badLocator(): ParsedCode {
  return refuse("badLocator", "A key's number has three to nine digits and no zero in front.");
}

function refused(code: CodeProblemCode, message: string): Parts {
  return { kind: "refused", refusal: refuse(code, message) };
}

function refuse(
  code: CodeProblemCode,
  message: string,
  details: Pick<CodeProblem, "word" | "suggestion" | "position"> = {},
): ParsedCode {
  return { ok: false, problem: { code, message, ...details } };
}

function tokensOf(text: string): string[] {
  const folded = foldWord(text).replace(INVISIBLE, "").replace(OUTER_PUNCTUATION, "");
  const tokens = folded.split(SEPARATORS).flatMap((token) => token.split(BORDERS));
  return tokens.filter((token) => token !== "");
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
