// How hard a passphrase is to guess, at most. What makes it easy (a song, a birthday, a private
// joke) cannot be seen from here; so this bounds from above and never promises.

import { parsePassphrase } from "./passphrase.ts";
import { plainForm, type WordList } from "./words.ts";

export interface PassphraseStrength {
  readonly level: "weak" | "fair" | "good";
  /** An upper bound, from what is visible. */
  readonly atMostBits: number;
  /** What it means here, where each attempt allows one guess, and what to do. */
  readonly hint: string;
}

const FAIR_BITS = 20;
const GOOD_BITS = 30;

const LIST_WORD_BITS = 11;
const OTHER_WORD_BITS = 12;
const LETTER_BITS = 3;
const COMMON_BITS = 3;
const WELL_KNOWN_BITS = 4;
/** A character of running Chinese text; four of them can be one word or saying. */
const HAN_BITS = 5;
const LONGEST_HAN_WORD = 4;
/** Where words are written without blanks. */
const UNSPACED_WORD_LETTERS = 5;
const DIGIT_BITS = 3.3;
/** Longer numbers are dates and telephone numbers. */
const NUMBER_BITS = 20;
const SEQUENCE_BITS = 3;
/** The same digit again, the next one, the one before. */
const SEQUENCE_STEPS = [0, 1, 9];
const YEAR_BITS = 7;
const DATE_BITS = 15;
const EMOJI_BITS = 6;
const SYMBOL_BITS = 2;

const HINTS = {
  known: "Weak: this is well known, and so among the first guesses.",
  word: "Weak: a single word or a name is among the first guesses.",
  digits: "Weak: dates and runs of digits are among the first guesses.",
  little: "Weak: it is short, common or repeats itself.",
};
const BETTER = "Take three unrelated words, with blanks between them.";

/** Words that every sentence has, and first thoughts. Each as {@link plainForm} leaves it. */
const COMMON = `a an and at are be for i in is it me my no not of on or so the this to us we
  yes you your our love de del e el la le les los las un une una il lo der die das den ein eine ich
  du und ist mein o os do da na je tu te et en y que no si abc abcd asdf qwerty qwertz azerty admin
  acquaint code geheim hallo hello hey hi hola key login mum mom mama mutti dad daddy papa vati master pass password passphrase passwort
  pin please secret test welcome bonjour ciao salut parola пароль привет`.split(/\s+/);

/** As {@link plainForm} leaves them, one a line. */
const WELL_KNOWN = `correct horse battery staple
guitar ocean
open sesame
hello world
i love you
let me in
one two three
trust no one
to be or not to be
may the force be with you
the quick brown fox
hocus pocus
knock knock
sesam offne dich
sesame ouvre toi
abrete sesamo
hola mundo
je t aime
ich liebe dich
te quiero
я тебя люблю
芝麻开门
芝麻開門
天王盖地虎
天王蓋地虎
宝塔镇河妖
寶塔鎮河妖
ひらけこま
열려라 참깨`
  .split("\n")
  .map((phrase) => plainForm(phrase).split(" "));

const TOKENS =
  /\p{Script=Han}+|(?:(?!\p{Script=Han})[\p{L}\p{M}])+|\p{Nd}+|\p{Extended_Pictographic}|\p{RI}{2}|[\p{P}\p{S}]/gu;
const HAN = /^\p{Script=Han}/u;
const UNSPACED =
  /^[\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}ー]+$/u;
const LETTERS = /^[\p{L}\p{M}]/u;
const NUMBER = /^\p{Nd}/u;
const SYMBOL = /^(?!\p{Extended_Pictographic})[\p{P}\p{S}]$/u;
const EMOJI = /^[\p{Extended_Pictographic}\p{RI}]/u;
const YEAR = /^(19|20)\d\d$/;
const DATE =
  /^(?:(19|20)?\d\d(0\d|1[0-2])[0-3]\d|[0-3]\d[01]\d((19|20)?\d\d)?|[01]\d[0-3]\d((19|20)?\d\d)?)$/;

/**
 * An upper bound of what guessing a passphrase takes, from its visible parts.
 * @param lists the word lists whose words are 11 bits; those not at hand count as other words
 */
export function strengthOf(text: string, lists: readonly WordList[]): PassphraseStrength {
  const parsed = parsePassphrase(text);
  if (!parsed.ok) return { level: "weak", atMostBits: 0, hint: parsed.problem.message };
  const tokens = (parsed.normalized.match(TOKENS) ?? []).map(plainForm);
  const symbols = tokens.filter((token) => SYMBOL.test(token));
  const { rest, known } = withoutWellKnown(tokens.filter((token) => !SYMBOL.test(token)));
  const words = [...new Set(rest.filter((token) => !NUMBER.test(token)))];
  const isDrawn = looksDrawn(words, lists);
  const bits = [...words, ...new Set(symbols)].map((token) => bitsOf(token, lists, isDrawn));
  const numbers = rest.filter((token) => NUMBER.test(token));
  // Dates and telephone numbers have gaps.
  const digits = Math.min(numberBits(numbers.join("")), sum([...new Set(numbers)].map(numberBits)));
  const atMostBits = Math.floor(sum(bits) + digits + known * WELL_KNOWN_BITS);
  const level = atMostBits < FAIR_BITS ? "weak" : atMostBits < GOOD_BITS ? "fair" : "good";
  return { level, atMostBits, hint: hintOf(level, atMostBits, rest, known) };
}

function hintOf(
  level: PassphraseStrength["level"],
  bits: number,
  rest: readonly string[],
  known: number,
): string {
  if (level === "weak") {
    const letters = rest.filter((token) => LETTERS.test(token)).length;
    const isNumber = letters === 0 && rest.some((token) => NUMBER.test(token));
    const why = known > 0 ? "known" : letters === 1 ? "word" : isNumber ? "digits" : "little";
    return `${HINTS[why]} ${BETTER}`;
  }
  const odds = `at best one guess in ${inWords(bits)} is right, and an attempt allows one guess.`;
  return level === "fair"
    ? `Fair: ${odds} One more unrelated word makes it good.`
    : `Good: ${odds} That holds for words that nobody expects of you.`;
}

/** 2^bits, rounded down: “8 billion”. */
function inWords(bits: number): string {
  const units = ["", " thousand", " million", " billion"];
  const unit = Math.floor(bits / 10);
  if (unit >= units.length) return "a trillion";
  return `${Math.floor(2 ** bits / 1000 ** unit)}${units[unit]}`;
}

/** Leaves out the words of well-known phrases, wherever else they stand. */
function withoutWellKnown(tokens: readonly string[]): { rest: readonly string[]; known: number } {
  const found = WELL_KNOWN.filter((phrase) =>
    tokens.some((_, at) => phrase.every((word, index) => tokens[at + index] === word)),
  );
  const said = new Set(found.flat());
  return { rest: tokens.filter((token) => !said.has(token)), known: found.length };
}

/** Words of a list alone, as a draw gives them: a common one among them was no choice then. */
function looksDrawn(words: readonly string[], lists: readonly WordList[]): boolean {
  const rare = words.filter((word) => !COMMON.includes(word));
  return rare.length >= 2 && words.every((word) => isListed(word, lists));
}

function isListed(word: string, lists: readonly WordList[]): boolean {
  return lists.some(({ plainWords }) => plainWords.includes(word));
}

function bitsOf(token: string, lists: readonly WordList[], isDrawn: boolean): number {
  if (EMOJI.test(token)) return EMOJI_BITS;
  if (SYMBOL.test(token)) return SYMBOL_BITS;
  if (COMMON.includes(token) && !isDrawn) return COMMON_BITS;
  if (new Set(token).size === 1 && token.length > 1) return LETTER_BITS;
  if (isListed(token, lists)) return LIST_WORD_BITS;
  const { length } = [...token];
  if (HAN.test(token)) return length > LONGEST_HAN_WORD ? length * HAN_BITS : OTHER_WORD_BITS;
  const words = UNSPACED.test(token) ? Math.max(1, Math.floor(length / UNSPACED_WORD_LETTERS)) : 1;
  return Math.min(words * OTHER_WORD_BITS, length * LETTER_BITS);
}

function numberBits(number: string): number {
  const digits = [...number].map((digit) => digit.codePointAt(0) ?? 0);
  const steps = digits.slice(1).map((digit, index) => (digit - (digits[index] ?? 0) + 10) % 10);
  if (new Set(steps).size === 1 && SEQUENCE_STEPS.includes(steps[0] ?? 0)) return SEQUENCE_BITS;
  const unit = /^(.+?)\1+$/u.exec(number)?.[1];
  if (unit !== undefined) return numberBits(unit);
  if (YEAR.test(number)) return YEAR_BITS;
  return Math.min(DATE.test(number) ? DATE_BITS : NUMBER_BITS, digits.length * DIGIT_BITS);
}

function sum(bits: readonly number[]): number {
  return bits.reduce((total, own) => total + own, 0);
}
