// What is shown of a text that somebody else wrote: its words and lines, and nothing that reaches beyond it or
// hides in it. Records keep texts as they were written. For whoever shows them in a block of their own; names
// within a sentence, and terminals, ask for more at their edge.

const LINE_BREAKS = /\r\n?|[\u000b\u000c\u0085\u2028\u2029]/gu;
/** Controls, overrides of the writing direction, what is deprecated, and marks of annotations. */
const UNSAFE = /(?![\n\t])\p{Cc}|[\u202d\u202e\u206a-\u206f\ufff9-\ufffb]/gu;
/** Tags spell the flags of regions; anywhere else they are text that nobody sees. */
const FLAG_OR_TAG =
  /(\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{1,6}\u{e007f})|[\u{e0000}-\u{e007f}]/gu;
/** More marks and invisible characters at one place than any script or emoji needs. */
const FLOOD = /([\p{M}\p{Cf}\u115f\u1160\u3164\uffa0]{8})[\p{M}\p{Cf}\u115f\u1160\u3164\uffa0]+/gu;

const EMBEDDINGS = new Set(["\u202a", "\u202b"]);
const ISOLATES = new Set(["\u2066", "\u2067", "\u2068"]);
const END_OF_EMBEDDING = "\u202c";
const END_OF_ISOLATE = "\u2069";

/** Lines end with `\n`, and each closes the writing directions that it opens. */
export function plainText(text: string): string {
  return text
    .replace(LINE_BREAKS, "\n")
    .replace(UNSAFE, "")
    .replace(FLAG_OR_TAG, "$1")
    .replace(FLOOD, "$1")
    .split("\n")
    .map(balanced)
    .join("\n");
}

/** The same on one line. */
export function plainLine(text: string): string {
  return plainText(text)
    .replace(/[\n\t]+/gu, " ")
    .trim();
}

/**
 * Ends what one line opens, and leaves out ends of what it does not.
 * @see UAX #9, rules X2 to X7: the end of an isolate ends the embeddings within it too
 */
function balanced(line: string): string {
  const open: string[] = [];
  let kept = "";
  for (const character of line) {
    if (EMBEDDINGS.has(character)) open.push(END_OF_EMBEDDING);
    if (ISOLATES.has(character)) open.push(END_OF_ISOLATE);
    if (character === END_OF_EMBEDDING && open.at(-1) !== character) continue;
    if (character === END_OF_ISOLATE && !open.includes(character)) continue;
    if (character === END_OF_ISOLATE) open.splice(open.lastIndexOf(character));
    if (character === END_OF_EMBEDDING) open.pop();
    kept += character;
  }
  return kept + open.toReversed().join("");
}
