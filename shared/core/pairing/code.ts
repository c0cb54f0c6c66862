// An instant key's code (KEY-1): a public locator, which finds the attempt, and a secret that
// stays with the people. Both have types of their own, so that one is never sent for the other.
// Words, digits and links are spellings of the same 22 bits.
import type { Locator } from "../../wire/ids.ts";
import {
  DEFAULT_TAG,
  WORD_BITS,
  foldWord,
  indexOfWord,
  nearestWord,
  type WordList,
  type WordLists,
} from "./words.ts";

declare const secretBrand: unique symbol;

/** An integer below 2^22. Never leaves the device but through its owner. */
export type Secret = number & { readonly [secretBrand]: true };

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
const SECRET_BITS = 2 * WORD_BITS;
const SECRET_LIMIT = 2 ** SECRET_BITS;
const SECRET_DIGITS = 7;
const WORDS_IN_CODE = 2;
const LOCATOR = /^[1-9][0-9]{2,8}$/;
const SHORTEST_LOCATOR = 3;
const LONGEST_LOCATOR = 9;

const LINK_PATH = "/#/key/";
// The code in a link ends at the first blank, so that a whole shared sentence may be pasted.
const LINKED_CODE = /#\/key\/([^\s/?&#]*)/i;
const ANY_LINK = /^[a-z][a-z0-9+.-]*:\/\//i;
// The minus sign and the hyphen bullet are no dashes to Unicode; the long-vowel mark is what a
// Japanese keyboard gives for the hyphen key behind a digit. A word may follow a number at once.
const SEPARATORS = /[\s\p{Z}\p{Cc}\p{Pd}\p{Pc}.,·・。、−⁃˗]+|(?<=[0-9])ー|(?<=[0-9])(?=\p{L})/u;
const INVISIBLE = /\p{Cf}/gu;
// Quotation marks and the like around a code that was copied out of a sentence.
const OUTER_PUNCTUATION = /^[\p{P}\p{Z}\s]+|[\p{P}\p{Z}\s]+$/gu;
const DIGITS = /^[0-9]+$/;
const TAG = /^[a-z]{2}$/;

/** The locator that `text` is, exactly; null for anything else. */
export function locatorOf(text: string): Locator | null {
  return LOCATOR.test(text) ? (text as Locator) : null;
}

/** The secret that `n` is; null unless it is an integer from 0 to 2^22 - 1. */
export function secretOf(n: number): Secret | null {
  return Number.isInteger(n) && n >= 0 && n < SECRET_LIMIT ? (n as Secret) : null;
}

/**
 * A secret of 22 uniform bits.
 * @param bytes random bytes, of which the first three count
 * @throws RangeError on fewer than three bytes
 */
export function secretFromRandom(bytes: Uint8Array): Secret {
  const [high, middle, low] = bytes;
  if (high === undefined || middle === undefined || low === undefined) {
    throw new RangeError("a secret takes three random bytes");
  }
  return (((high << 16) | (middle << 8) | low) % SECRET_LIMIT) as Secret;
}

/** The password-related string of CPace: three bytes, big endian, however it is spelled. */
export function secretToPrs(secret: Secret): Uint8Array {
  return Uint8Array.of(secret >>> 16, (secret >>> 8) & 0xff, secret & 0xff);
}

/** `417-guitar-ocean` in the words of a list, which names itself unless it is the default, or `417-0123456`. */
export function formatCode(
  locator: Locator,
  secret: Secret,
  spelling: WordList | "digits",
): string {
  if (spelling === "digits") {
    return `${locator}-${String(secret).padStart(SECRET_DIGITS, "0")}`;
  }
  const indexes = [secret >>> WORD_BITS, secret % 2 ** WORD_BITS];
  const words = indexes.map((index) => spelling.words[index]);
  const tag = spelling.tag === DEFAULT_TAG ? [] : [spelling.tag];
  return [locator, ...tag, ...words].join("-");
}

/** A link to the page at `origin`; the code stands in the fragment, which no server sees. */
export function codeToLink(origin: string, code: string): string {
  return `${origin.replace(/\/+$/, "")}${LINK_PATH}${encodeURIComponent(code)}`;
}

/**
 * Reads a code in any spelling: words, digits, or a link that holds either. Case, blanks, kinds
 * of dashes, full-width forms and quotes around it do not matter, and four letters stand for a
 * word. Never throws.
 * @param lists the word lists at hand
 */
export function parseCode(text: string, lists: WordLists): ParsedCode {
  if (text.length > CODE_MAX_CHARS) {
    return refuse("tooManyWords", "This is too long for a key. Type a number and two words.");
  }
  const plain = text.normalize("NFKC").trim();
  const linked = LINKED_CODE.exec(plain)?.[1];
  if (linked === undefined && ANY_LINK.test(plain)) {
    return refuse("noLocator", "This link holds no key. Ask for the key itself.");
  }
  const tokens = tokensOf(linked === undefined ? plain : percentDecoded(linked));
  if (tokens.length === 0) {
    return refuse("empty", "Type the key that you were told, like 417-guitar-ocean.");
  }
  const firstWord = tokens.findIndex((token) => !DIGITS.test(token));
  if (firstWord === -1) return parseDigits(tokens);
  if (firstWord === 0) {
    return refuse("noLocator", "A key begins with a number. Type it before the words.");
  }
  const locator = locatorOf(tokens.slice(0, firstWord).join(""));
  if (locator === null) return badLocator();
  return parseWords(locator, tokens.slice(firstWord), lists);
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

function parseWords(locator: Locator, tokens: readonly string[], lists: WordLists): ParsedCode {
  const [first = ""] = tokens;
  const isTagged = TAG.test(first);
  const tag = isTagged ? first : DEFAULT_TAG;
  const list = lists.get(tag);
  if (list === undefined) {
    const advice = "Ask for the key in digits, or check its first word.";
    const message = `There are no words called “${tag}” here. ${advice}`;
    return refuse("unknownWordList", message, { word: tag });
  }
  const words = isTagged ? tokens.slice(1) : tokens;
  if (words.length < WORDS_IN_CODE) {
    return refuse("tooFewWords", "The key goes on: a number is followed by two words.");
  }
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

function badLocator(): ParsedCode {
  return refuse("badLocator", "A key's number has three to nine digits and no zero in front.");
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
  return folded.split(SEPARATORS).filter((token) => token !== "");
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
