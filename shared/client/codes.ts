// Codes as people type them. Reader and words come when first needed; from then on reading is instant.

import { DEFAULT_TAG } from "../core/pairing/code.ts";
import type { CodeProblem, ParsedCode } from "../core/pairing/codeReading.ts";
import type { Language, WordList, WordListTag } from "../core/pairing/words.ts";
import { ConnectionError } from "./connectionError.ts";
import type { CodeReader } from "./codeReader.ts";

export type { CodeReader };

/** A key that was mistyped; nothing was sent. `problem` says what is wrong and what was probably meant. */
export class CodeError extends Error {
  readonly problem: CodeProblem;

  constructor(problem: CodeProblem) {
    super(problem.message);
    this.name = "CodeError";
    this.problem = problem;
  }
}

/**
 * Reads a code in any spelling and language, with the words that it is spelled in.
 * @throws ConnectionError when these are not here yet and cannot be fetched
 */
export async function readCode(text: string): Promise<ParsedCode> {
  const reader = await readerOf();
  return (await reader.prepare(text)).parse(text);
}

/**
 * A reader for codes in the making. It begins with the words of keys that name no language.
 * @throws ConnectionError when the words are not here yet and cannot be fetched
 */
export async function loadCodes(): Promise<CodeReader> {
  return readerOf(await loadWords());
}

/**
 * The words of a language.
 * @throws ConnectionError as {@link loadCodes}; RangeError when no list has that tag
 */
export async function loadWords(tag: WordListTag = DEFAULT_TAG): Promise<WordList> {
  const { loadWordList } = await fetched(import("../core/pairing/words.ts"));
  return fetched(loadWordList(tag));
}

/** The languages in which keys can be spelled. @throws ConnectionError as {@link loadCodes} */
export async function loadLanguages(): Promise<readonly Language[]> {
  return (await fetched(import("../core/pairing/words.ts"))).LANGUAGES;
}

async function readerOf(...lists: readonly WordList[]): Promise<CodeReader> {
  const { CodeReader } = await fetched(import("./codeReader.ts"));
  return new CodeReader(new Map(lists.map((list) => [list.tag, list])), loadWords);
}

/** What is imported on demand. @throws ConnectionError when it cannot be fetched */
export async function fetched<T>(loading: Promise<T>): Promise<T> {
  try {
    return await loading;
  } catch (cause) {
    if (cause instanceof RangeError) throw cause;
    throw new ConnectionError("The words of keys cannot be fetched.", cause);
  }
}
