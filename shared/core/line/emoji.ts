// What a reaction may be: one character as people count them, which can be seen and leaves the line around
// it as it is. Not tied to a list of emoji: a newer device may know more of them.

import { utf8 } from "../crypto/bytes.ts";

const EMOJI_MAX_BYTES = 64;
/** Beside such a one, a control or a mark of direction would count as a second character. */
const VISIBLE = /[^\p{Cc}\p{Cf}\p{M}\p{Z}]/u;

let segmenter: Intl.Segmenter | undefined;

export function isEmoji(text: string): boolean {
  if (text.length === 0 || text.length > EMOJI_MAX_BYTES || !text.isWellFormed()) return false;
  if (utf8(text).length > EMOJI_MAX_BYTES || !VISIBLE.test(text)) return false;
  segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  return [...segmenter.segment(text)].length === 1;
}
