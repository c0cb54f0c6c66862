// Codes as people type them. The words come as data when first needed; from then on reading is instant.

import { type CodeProblem, type ParsedCode, parseCode } from "../core/pairing/code.ts";
import {
  completions,
  DEFAULT_TAG,
  loadWordList,
  type WordList,
  type WordLists,
} from "../core/pairing/words.ts";
import { ConnectionError } from "./api.ts";

/** Reads codes with the words at hand. Get one from {@link loadCodes}. */
export class CodeReader {
  readonly #list: WordList;
  readonly #lists: WordLists;

  constructor(list: WordList) {
    this.#list = list;
    this.#lists = new Map([[list.tag, list]]);
  }

  /** Reads a code in any spelling: words, digits, or a link that holds either. Never throws. */
  parse(text: string): ParsedCode {
    return parseCode(text, this.#lists);
  }

  /** Up to `limit` words that begin with `prefix`; none for an empty one. */
  complete(prefix: string, limit: number): string[] {
    return completions(prefix, limit, this.#list);
  }
}

/** A key that was mistyped; nothing was sent. `problem` says what is wrong and what was probably meant. */
export class CodeError extends Error {
  readonly problem: CodeProblem;

  constructor(problem: CodeProblem) {
    super(problem.message);
    this.name = "CodeError";
    this.problem = problem;
  }
}

/** @throws ConnectionError when the words are not here yet and cannot be fetched */
export async function loadCodes(): Promise<CodeReader> {
  return new CodeReader(await loadWords());
}

/** The words in which this device shows keys. @throws ConnectionError as {@link loadCodes} */
export async function loadWords(): Promise<WordList> {
  try {
    return await loadWordList(DEFAULT_TAG);
  } catch (cause) {
    throw new ConnectionError("The words of keys cannot be fetched.", cause);
  }
}
