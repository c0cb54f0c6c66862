// An instant key's code (KEY-1): a public locator, which finds the attempt, and a secret that
// stays with the people. Both have types of their own, so that one is never sent for the other.
// Words, digits and links are spellings of the same 22 bits.
import type { Locator } from "../../wire/ids.ts";
import type { WordList, WordListTag } from "./words.ts";

declare const secretBrand: unique symbol;

/** An integer below 2^22. Never leaves the device but through its owner. */
export type Secret = number & { readonly [secretBrand]: true };

export const WORD_BITS = 11;
/** Of the list in which a code without a tag is spelled. */
export const DEFAULT_TAG: WordListTag = "en";
export const SECRET_DIGITS = 7;
const WORDS_IN_CODE = 2;
const SECRET_LIMIT = 2 ** (WORDS_IN_CODE * WORD_BITS);
const PRS_BYTES = 3;
const LOCATOR = /^[1-9][0-9]{2,8}$/;

/** The locator that `text` is, exactly; null for anything else. */
export function locatorOf(text: string): Locator | null {
  return LOCATOR.test(text) ? (text as Locator) : null;
}

/** The secret that `n` is; null unless it is an integer from 0 to 2^22 - 1. */
export function secretOf(n: number): Secret | null {
  return Number.isInteger(n) && n >= 0 && n < SECRET_LIMIT ? (n as Secret) : null;
}

/**
 * A secret of 22 uniform bits.
 * @param bytes random bytes, of which the first three count
 * @throws RangeError on fewer than three bytes
 */
export function secretFromRandom(bytes: Uint8Array): Secret {
  const [high, middle, low] = bytes;
  if (high === undefined || middle === undefined || low === undefined) {
    throw new RangeError("a secret takes three random bytes");
  }
  return (((high << 16) | (middle << 8) | low) % SECRET_LIMIT) as Secret;
}

/** The password-related string of CPace: three bytes, big endian, however it is spelled. */
export function secretToPrs(secret: Secret): Uint8Array {
  return Uint8Array.of(secret >>> 16, (secret >>> 8) & 0xff, secret & 0xff);
}

/** The secret whose {@link secretToPrs} these bytes are; null when there is none. */
export function prsToSecret(prs: Uint8Array): Secret | null {
  const [high = 0, middle = 0, low = 0] = prs;
  return prs.length === PRS_BYTES ? secretOf((high << 16) | (middle << 8) | low) : null;
}

/** `417-guitar-ocean` in the words of a list, which names itself unless it is the default, or `417-0123456`. */
export function formatCode(
  locator: Locator,
  secret: Secret,
  spelling: WordList | "digits",
): string {
  if (spelling === "digits") {
    return `${locator}-${String(secret).padStart(SECRET_DIGITS, "0")}`;
  }
  const indexes = [secret >>> WORD_BITS, secret % 2 ** WORD_BITS];
  const words = indexes.map((index) => spelling.words[index]);
  const tag = spelling.tag === DEFAULT_TAG ? [] : [spelling.tag];
  return [locator, ...tag, ...words].join("-");
}

/** A link to the page at `origin`; the code stands in the fragment, which no server sees. */
export function codeToLink(origin: string, code: string, method: "key" | "link" = "key"): string {
  return `${origin.replace(/\/+$/, "")}/#/${method}/${encodeURIComponent(code)}`;
}
