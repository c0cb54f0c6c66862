// A spoken passphrase (PAS-1) as two people type what one of them said: spellings that look or
// sound alike to a keyboard become the same bytes. Normalising twice changes nothing.

import { utf8 } from "../crypto/bytes.ts";

/** Of the normalised passphrase, in Unicode code points. */
export const PASSPHRASE_MAX_CHARS = 200;

export interface PassphraseProblem {
  code: "empty" | "tooLong" | "malformed";
  /** Advice to the one who typed. Quotes nothing of the passphrase. */
  message: string;
}

export type ParsedPassphrase =
  | {
      ok: true;
      /** The password-related string of CPace. */
      prs: Uint8Array;
      /** What these bytes spell. */
      normalized: string;
    }
  | { ok: false; problem: PassphraseProblem };

const WHITE_SPACE_RUNS = /\p{White_Space}+/gu;
const OUTER_BLANKS = /^ | $/g;
/** Blanks and what Unicode calls default-ignorable code points. */
const NOTHING_VISIBLE = /^[\p{DI} ]*$/u;
const LONE_SURROGATE = /\p{Cs}/u;
const CONTROL_CHARACTER = /[^\P{Cc}\p{White_Space}]/u;

/** Reads a passphrase in any script. Case, width, composition and blanks do not matter; never throws. */
export function parsePassphrase(text: string): ParsedPassphrase {
  if (LONE_SURROGATE.test(text) || CONTROL_CHARACTER.test(text)) {
    return refuse("malformed", "This holds a character that cannot be typed. Type it by hand.");
  }
  const normalized = normalize(text);
  if (NOTHING_VISIBLE.test(normalized))
    return refuse("empty", "Type the passphrase that you agreed on.");
  if ([...normalized].length > PASSPHRASE_MAX_CHARS) {
    const advice = "A few words are enough.";
    return refuse(
      "tooLong",
      `A passphrase has at most ${PASSPHRASE_MAX_CHARS} characters. ${advice}`,
    );
  }
  return { ok: true, prs: utf8(normalized), normalized };
}

/** `toLowerCase` is Unicode's default mapping, the same in every locale. */
function normalize(text: string): string {
  const folded = text.normalize("NFKC").toLowerCase().normalize("NFKC");
  return folded.replace(WHITE_SPACE_RUNS, " ").replace(OUTER_BLANKS, "");
}

function refuse(code: PassphraseProblem["code"], message: string): ParsedPassphrase {
  return { ok: false, problem: { code, message } };
}
