// What the key field makes of the text while it is typed: the word at its end that can be
// completed, the hint to show, and the text after a suggestion is taken. Pure; reads only. `codes`
// is null until the words are here; the page says nothing of words so long.

import type { CodeReader } from "../shared/client/index.ts";

const MAX_OPTIONS = 5;
const WORDS_IN_KEY = 2;
const SHORT_WORD_LETTERS = 3;

/** Words that the text may go on to; none when its end is no word of a key in the making. */
export function optionsFor(text: string, codes: CodeReader | null): string[] {
  const typed = wordAtEnd(text);
  if (typed === null || codes === null) return [];
  const options = codes.complete(typed, MAX_OPTIONS);
  return options.length === 1 && options[0] === typed.toLowerCase() ? [] : options;
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
  if (codes === null) return { kind: "none" };
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
  return text.replace(/\p{L}+/gu, (found) => {
    if (isDone || found.normalize("NFKC").toLowerCase() !== wanted) return found;
    isDone = true;
    return suggestion;
  });
}

/** The mistaken word in the text, as {@link hintFor} found it. */
export function mistakenWord(text: string, codes: CodeReader): string | null {
  const parsed = codes.parse(text);
  if (!parsed.ok && parsed.problem.word !== undefined) return parsed.problem.word;
  return firstWordIsWrong(text, codes) ? (lettersIn(text)[0] ?? null) : null;
}

/** A wrong first word is worth saying before the second one comes. */
function earlyMistake(text: string, codes: CodeReader): Hint | null {
  if (!firstWordIsWrong(text, codes)) return null;
  const word = lettersIn(text)[0] ?? "";
  // With a second word to complete it, the text is read as a whole key and its first word judged.
  const parsed = codes.parse(`100-${word}-abandon`);
  if (parsed.ok || parsed.problem.code !== "unknownWord") return null;
  const { message, suggestion } = parsed.problem;
  return { kind: "mistake", text: message, suggestion: suggestion ?? null };
}

function firstWordIsWrong(text: string, codes: CodeReader): boolean {
  const [word, ...more] = lettersIn(text);
  if (word === undefined || word.length < SHORT_WORD_LETTERS || more.length > 0) return false;
  if (text.includes("/") || !/\d/.test(text)) return false;
  const isFinished = !text.endsWith(word);
  const goesOn = codes.complete(word, 1).length > 0;
  return goesOn ? isFinished && !codes.parse(`100-${word}-abandon`).ok : true;
}

function isStillTyped(text: string, word: string, codes: CodeReader): boolean {
  return text.toLowerCase().endsWith(word) && codes.complete(word, 1).length > 0;
}

function wordAtEnd(text: string): string | null {
  if (text.includes("/") || !/\d/.test(text)) return null;
  const typed = /\p{L}+$/u.exec(text)?.[0] ?? null;
  return typed !== null && wordsIn(text) <= WORDS_IN_KEY ? typed : null;
}

function wordsIn(text: string): number {
  return lettersIn(text).length;
}

function lettersIn(text: string): string[] {
  return text.match(/\p{L}+/gu) ?? [];
}

/** The key with its words whole, so that people can compare it with what they heard. */
function readAs(text: string, codes: CodeReader): string {
  const code = /#\/key\/([^\s/?&#]*)/i.exec(text)?.[1] ?? text;
  const words = lettersIn(code).map((word) => {
    const options = codes.complete(word, 2);
    return options.includes(word.toLowerCase()) ? word.toLowerCase() : (options[0] ?? word);
  });
  const digits = (code.match(/\d+/g) ?? []).join("");
  return words.length > 0
    ? [digits, ...words].join(" ")
    : `${digits.slice(0, -7)} ${digits.slice(-7)}`;
}
