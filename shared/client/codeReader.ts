// Reads codes with the words at hand. It comes with the words, when the first key is typed.

import { listNamedBy, type ParsedCode, parseCode } from "../core/pairing/codeReading.ts";
import { DEFAULT_TAG } from "../core/pairing/code.ts";
import {
  completions,
  indexOfWord,
  isWordListTag,
  type WordList,
  type WordLists,
  type WordListTag,
} from "../core/pairing/words.ts";

/** Reads codes at once, as fast as they are typed; never changes. Get one from `loadCodes`. */
export class CodeReader {
  readonly #lists: WordLists;
  readonly #load: (tag: WordListTag) => Promise<WordList>;

  constructor(lists: WordLists, load: (tag: WordListTag) => Promise<WordList>) {
    this.#lists = lists;
    this.#load = load;
  }

  /** Reads a code in any spelling: words, digits, or a link that holds either. Never throws. */
  parse(text: string): ParsedCode {
    return parseCode(text, this.#lists);
  }

  /** Up to `limit` words of a list that begin with `prefix`; none for an empty one. */
  complete(prefix: string, limit: number, tag: WordListTag = DEFAULT_TAG): string[] {
    const list = this.#lists.get(tag);
    return list === undefined ? [] : completions(prefix, limit, list);
  }

  /** The word that is meant by a spelling of it, or by its first letters; null when there is none. */
  wordMeant(typed: string, tag: WordListTag = DEFAULT_TAG): string | null {
    const list = this.#lists.get(tag);
    const index = list === undefined ? null : indexOfWord(typed, list);
    return index === null ? null : (list?.words[index] ?? null);
  }

  /** The list that a text is spelled in and that is not here yet: it cannot be judged so long. */
  missingFor(text: string): WordListTag | null {
    const tag = listNamedBy(text);
    return tag !== null && isWordListTag(tag) && !this.#lists.has(tag) ? tag : null;
  }

  /**
   * A reader that also knows the words that a text is spelled in; this one if it does.
   * @throws ConnectionError when they cannot be fetched
   */
  async prepare(text: string): Promise<CodeReader> {
    const tag = this.missingFor(text);
    if (tag === null) return this;
    const lists = new Map([...this.#lists, [tag, await this.#load(tag)]]);
    return new CodeReader(lists, this.#load);
  }
}
