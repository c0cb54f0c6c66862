// How many columns of a terminal a text takes, and where its lines break so that none is broken by the
// terminal itself.

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
/** Two columns each: East Asian characters, their full forms, and pictures. */
const WIDE =
  /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f000}-\u{1faff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|.\ufe0f)/u;
const NO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;
const ROOM_MIN_COLUMNS = 10;

export function widthOf(text: string): number {
  let columns = 0;
  for (const { segment } of graphemes.segment(text)) columns += widthOfOne(segment);
  return columns;
}

/**
 * The text behind a label, its further lines indented as far.
 * @param columns of the terminal; Infinity breaks no line
 */
export function hanging(label: string, text: string, columns: number): string[] {
  const indent = widthOf(label);
  const room = Math.max(ROOM_MIN_COLUMNS, columns - indent - 1);
  const lines = text.split("\n").flatMap((line) => broken(line, room));
  return lines.map((line, index) => (index === 0 ? label : " ".repeat(indent)) + line);
}

/** Breaks at blanks, and within a word only when it is longer than a line. */
function broken(text: string, room: number): string[] {
  const lines = [""];
  let used = 0;
  for (const word of text.split(/(?<= )/u)) {
    const width = widthOf(word.trimEnd());
    if (used > 0 && used + width > room) {
      lines.push("");
      used = 0;
    }
    if (width <= room) {
      lines[lines.length - 1] += word;
      used += widthOf(word);
      continue;
    }
    for (const { segment } of graphemes.segment(word)) {
      const one = widthOfOne(segment);
      if (used > 0 && used + one > room) {
        lines.push("");
        used = 0;
      }
      lines[lines.length - 1] += segment;
      used += one;
    }
  }
  return lines.map((line) => line.trimEnd());
}

function widthOfOne(grapheme: string): number {
  if (NO_WIDTH.test(grapheme)) return 0;
  return WIDE.test(grapheme) ? 2 : 1;
}
