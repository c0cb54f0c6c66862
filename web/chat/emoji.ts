// Emoji in messages: those that are offered as reactions, and texts that are nothing else.

export const REACTIONS = ["👍", "❤️", "😂", "😮", "😢", "🙏"] as const;

const MOST_LARGE = 3;
const PICTURE = /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u;

let segmenter: Intl.Segmenter | undefined;

/** Whether it is one emoji, as people see it. */
export function isOneEmoji(text: string): boolean {
  return charactersOf(text).length === 1 && PICTURE.test(text);
}

/** Whether a text is so few emoji and nothing else that they are shown large. */
export function isFewEmoji(text: string): boolean {
  if (text.length > 80) return false;
  const characters = charactersOf(text.replace(/\s/gu, ""));
  const isFew = characters.length > 0 && characters.length <= MOST_LARGE;
  return isFew && characters.every((character) => PICTURE.test(character));
}

function charactersOf(text: string): string[] {
  segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  return [...segmenter.segment(text)].map(({ segment }) => segment);
}
