// Text that came from elsewhere (names, cards, notes, problems) is made harmless before a terminal
// gets it: no control character, no escape sequence, no reordering of what surrounds it.

// Escape sequences as a whole first, so that no "[31m" stays behind; then whatever is left of
// controls (C0, DEL, C1), line separators, and the marks that switch the direction of writing.
const ESCAPE_SEQUENCE =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]/gu;
const UNSAFE = /[\p{Cc}\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/gu;
const JSON_UNSAFE = /[\u007f-\u009f\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/gu;
const LINE_BREAKS = /[\r\n\u0085\u2028\u2029\t\v\f]+/gu;

/** One line of harmless text; line breaks and tabs become a blank. */
export function printable(text: string): string {
  return text.replace(ESCAPE_SEQUENCE, "").replace(LINE_BREAKS, " ").replace(UNSAFE, "");
}

/** JSON on one line. What a terminal could take for a command is escaped, so nothing is lost. */
export function jsonLine(value: unknown): string {
  return escaped(JSON.stringify(value));
}

/** JSON for people to read, as harmless. */
export function jsonText(value: unknown): string {
  return `${escaped(JSON.stringify(value, null, 2))}\n`;
}

function escaped(json: string): string {
  return json.replace(
    JSON_UNSAFE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** At most `limit` characters (by code point), the last an ellipsis when something was cut. */
export function shortened(text: string, limit: number): string {
  const characters = [...text];
  return characters.length <= limit ? text : `${characters.slice(0, limit - 1).join("")}…`;
}
