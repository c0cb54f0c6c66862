// What the key field makes of the text while it is typed: the word at its end that can be
// completed, the hint to show, and the text after a suggestion is taken. Pure; reads only. `codes`
// is null until the words are here; the page says nothing of words so long.

import type { CodeReader } from "../shared/client/index.ts";

const MAX_OPTIONS = 5;
const WORDS_IN_KEY = 2;
const SHORT_WORD_LETTERS = 3;
const ENGLISH = "en";
// A word in another script may follow a tag at once.
const WORDS = /[\p{Script=Latin}\p{M}]+|(?:(?!\p{Script=Latin})[\p{L}\p{M}])+/gu;
const TAG = /^[a-z]{2}$/;

/** The letters of a text: what names its list, and its words. */
interface Spelled {
  readonly tag: string;
  readonly words: readonly string[];
}

/** Words that the text may go on to; none when its end is no word of a key in the making. */
export function optionsFor(text: string, codes: CodeReader | null): string[] {
  const typed = wordAtEnd(text);
  if (typed === null || codes === null) return [];
  const options = codes.complete(typed, MAX_OPTIONS, spelledIn(text).tag);
  return options.length === 1 && options[0] === folded(typed) ? [] : options;
}

/** The text with the word at its end completed; after the first word it goes on. */
export function complete(text: string, word: string): string {
  const start = text.slice(0, text.length - (wordAtEnd(text)?.length ?? 0));
  const separator = start.includes("-") || !/\s/.test(start) ? "-" : " ";
  const needsSeparator = /\d$/.test(start);
  const joined = `${start}${needsSeparator ? separator : ""}${word}`;
  return wordsIn(joined) < WORDS_IN_KEY ? `${joined}${separator}` : joined;
}

export type Hint =
  | { readonly kind: "none" }
  /** The text is a key; this is how it was understood. */
  | { readonly kind: "complete"; readonly readAs: string }
  /** No mistake so far, more is wanted. */
  | { readonly kind: "guide"; readonly text: string }
  | { readonly kind: "mistake"; readonly text: string; readonly suggestion: string | null };

export function hintFor(text: string, codes: CodeReader | null): Hint {
  if (codes === null || codes.missingFor(text) !== null) return { kind: "none" };
  const parsed = codes.parse(text);
  if (parsed.ok) return { kind: "complete", readAs: readAs(text, codes) };
  const { code, message, word, suggestion } = parsed.problem;
  if (code === "empty") return { kind: "none" };
  if (code === "tooFewWords" || (code === "noLocator" && !text.includes("//"))) {
    const half = earlyMistake(text, codes);
    return half ?? { kind: "guide", text: message };
  }
  if (code === "badLocator" && /^\s*[1-9]\d{0,1}\s*$/.test(text)) {
    return { kind: "guide", text: "The number has at least three digits." };
  }
  if (code === "unknownWord" && word !== undefined) {
    if (isStillTyped(text, word, codes)) return { kind: "none" };
    return { kind: "mistake", text: message, suggestion: suggestion ?? null };
  }
  return { kind: "mistake", text: message, suggestion: suggestion ?? null };
}

/** The text with the first word that reads as `word` replaced. */
export function correct(text: string, word: string, suggestion: string): string {
  const wanted = word.toLowerCase();
  let isDone = false;
  return text.replace(WORDS, (found) => {
    if (isDone || folded(found) !== wanted) return found;
    isDone = true;
    return suggestion;
  });
}

/** The mistaken word in the text, as {@link hintFor} found it. */
export function mistakenWord(text: string, codes: CodeReader): string | null {
  const parsed = codes.parse(text);
  if (!parsed.ok && parsed.problem.word !== undefined) return parsed.problem.word;
  return firstWordIsWrong(text, codes) ? (spelledIn(text).words[0] ?? null) : null;
}

/** A wrong first word is worth saying before the second one comes. */
function earlyMistake(text: string, codes: CodeReader): Hint | null {
  if (!firstWordIsWrong(text, codes)) return null;
  // With a second word to complete it, the text is read as a whole key and its first word judged.
  const parsed = codes.parse(twice(spelledIn(text)));
  if (parsed.ok || parsed.problem.code !== "unknownWord") return null;
  const { message, suggestion } = parsed.problem;
  return { kind: "mistake", text: message, suggestion: suggestion ?? null };
}

function firstWordIsWrong(text: string, codes: CodeReader): boolean {
  const spelled = spelledIn(text);
  const [word, ...more] = spelled.words;
  if (word === undefined || word.length < SHORT_WORD_LETTERS || more.length > 0) return false;
  if (text.includes("/") || !/\d/.test(text)) return false;
  const isFinished = !text.endsWith(word);
  const goesOn = codes.complete(word, 1, spelled.tag).length > 0;
  return goesOn ? isFinished && !codes.parse(twice(spelled)).ok : true;
}

function twice({ tag, words: [word = ""] }: Spelled): string {
  return `100-${tag}-${word}-${word}`;
}

function isStillTyped(text: string, word: string, codes: CodeReader): boolean {
  const isAtEnd = folded(text).endsWith(word);
  return isAtEnd && codes.complete(word, 1, spelledIn(text).tag).length > 0;
}

function wordAtEnd(text: string): string | null {
  if (text.includes("/") || !/\d/.test(text)) return null;
  const { words } = spelledIn(text);
  const typed = words.at(-1);
  const isAtEnd = typed !== undefined && text.endsWith(typed);
  return isAtEnd && words.length <= WORDS_IN_KEY ? typed : null;
}

function wordsIn(text: string): number {
  return spelledIn(text).words.length;
}

/** Two letters name a list once something follows them; until then a word may begin so. */
function spelledIn(text: string): Spelled {
  const [first = "", ...more] = text.match(WORDS) ?? [];
  const namesList = TAG.test(folded(first)) && (more.length > 0 || !text.endsWith(first));
  if (namesList) return { tag: folded(first), words: more };
  return { tag: ENGLISH, words: first === "" ? [] : [first, ...more] };
}

function folded(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}

/** The key with its words whole, so that people can compare it with what they heard. */
function readAs(text: string, codes: CodeReader): string {
  const code = decoded(/#\/(?:key|link)\/([^\s/?&#]*)/i.exec(text)?.[1] ?? text);
  const { tag, words } = spelledIn(code);
  const digits = (code.match(/\d+/g) ?? []).join("");
  if (words.length === 0) return `${digits.slice(0, -7)} ${digits.slice(-7)}`;
  const whole = words.map((word) => codes.wordMeant(word, tag) ?? word);
  return [digits, ...(tag === ENGLISH ? [] : [tag]), ...whole].join(" ");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
