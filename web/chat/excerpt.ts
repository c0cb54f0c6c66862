// The part of a found message around the words that were searched for, with these marked.

const BEFORE_CHARS = 24;
const EXCERPT_CHARS = 120;

export interface ExcerptPart {
  readonly text: string;
  readonly isHit: boolean;
}

/** Words that the search has found in another spelling stay unmarked. */
export function excerptOf(text: string, words: string): readonly ExcerptPart[] {
  const wanted = words.split(/\s+/).filter(Boolean).map(escaped);
  if (wanted.length === 0) return [{ text: text.slice(0, EXCERPT_CHARS), isHit: false }];
  const pattern = new RegExp(`(${wanted.join("|")})`, "giu");
  const first = text.search(pattern);
  const start = first <= BEFORE_CHARS ? 0 : wordBefore(text, first - BEFORE_CHARS, first);
  const cut = text.slice(start, start + EXCERPT_CHARS).toWellFormed();
  const shown = start === 0 ? cut : `…${cut}`;
  return shown
    .split(pattern)
    .map((part, index) => ({ text: part, isHit: index % 2 === 1 }))
    .filter((part) => part.text !== "");
}

/** Where a word begins at or after a place; the place itself where none does before the end. */
function wordBefore(text: string, place: number, end: number): number {
  const blank = text.indexOf(" ", place);
  return blank === -1 || blank >= end ? place : blank + 1;
}

function escaped(word: string): string {
  return word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
