// A safety phrase for people: twelve words to be read aloud, how to compare them, and what has become of a comparison.
import type { Comparison } from "../shared/client/node.ts";
import { timeText } from "./contactText.ts";
import type { SafetyPhraseEvent } from "./events.ts";
import { printable } from "./printable.ts";
import { columnsOf, styled, type Terminal } from "./terminal.ts";
import { widthOf } from "./textWidth.ts";

const GAP = "   ";
const INDENT = "    ";

export function safetyLines(event: SafetyPhraseEvent, out: Terminal): string[] {
  const { words, language } = event;
  const name = printable(event.name);
  const option = language === "en" ? "" : ` --words ${language}`;
  return [
    `The safety phrase of you and ${name}:`,
    "",
    ...numbered(words, columnsOf(out)).map((line) => styled(out, "bold", line)),
    "",
    "They see theirs by: acquaint contacts verify YOUR-NAME" + option,
    "Read them to each other, in person or by voice: one reads, the other follows.",
    "If all twelve are the same, nobody stands between you.",
    ...(event.state === "never" ? [] : comparisonLines(event, out)),
    "",
  ];
}

/** What is known of it; nothing is an alarm but keys that the contact has not signed. */
export function comparisonLines(comparison: Comparison, out: Terminal): string[] {
  if (comparison.state === "never") return ["  safety phrase: not compared yet"];
  const { state, comparedAt } = comparison;
  const since = comparedAt === null ? "not compared yet" : `compared ${timeText(comparedAt)}`;
  switch (state) {
    case "same":
      return [`  safety phrase: ${since}, nothing has changed since`];
    case "changed":
      return [
        `  safety phrase: ${since}; they have added or removed a device since, and signed it.`,
        "  That is no alarm; the words are new, so compare them when you can.",
      ];
    case "forked":
      return [
        styled(out, ["red", "bold"], "  ALARM: their keys are not those known before,"),
        styled(out, ["red", "bold"], "  and they have not signed the change."),
        `  Nothing is sent to them. Ask them in person. Safety phrase: ${since}`,
      ];
  }
}

/** In rows of four, or of two where there is no room, each under the other. */
function numbered(words: readonly string[], columns: number): string[] {
  const cells = words.map((word, index) => `${String(index + 1).padStart(2)} ${word}`);
  const width = Math.max(...cells.map(widthOf));
  const fitting = INDENT.length + 4 * (width + GAP.length) <= columns ? 4 : 2;
  const padded = cells.map((cell) => cell + " ".repeat(width - widthOf(cell)));
  return Array.from({ length: Math.ceil(cells.length / fitting) }, (_, row) =>
    (INDENT + padded.slice(row * fitting, (row + 1) * fitting).join(GAP)).trimEnd(),
  );
}
