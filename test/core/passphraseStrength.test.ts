// PAS-1: the hint at a passphrase bounds from above, and never promises.
import fc from "fast-check";
import { expect, test } from "vitest";
import { PASSPHRASE_MAX_CHARS } from "../../shared/core/pairing/passphrase.ts";
import { strengthOf } from "../../shared/core/pairing/passphraseStrength.ts";
import { suggestPassphrase } from "../../shared/core/pairing/passphraseSuggestion.ts";
import { LANGUAGES, loadWordList } from "../../shared/core/pairing/words.ts";

const ENGLISH = [await loadWordList("en")];

test.each([
  ["", "weak", 0],
  ["guitar", "weak", 11],
  ["guitar wolf", "fair", 22],
  ["guitar wolf velvet", "good", 33],
  ["GUITAR  Wolf velvet", "good", 33],
  ["guitar guitar guitar", "weak", 11],
  ["Guitar guitar GUITAR wolf", "fair", 22],
  ["guitar ocean", "weak", 4],
  ["correct horse battery staple", "weak", 4],
  ["Correct-Horse-Battery-Staple!", "weak", 8],
  ["correct horse battery staple wolf", "weak", 15],
  ["I love you", "weak", 4],
  ["Sésame, ouvre-toi", "weak", 8],
  ["password", "weak", 3],
  ["password123", "weak", 6],
  ["hello acquaint", "weak", 6],
  ["love tunnel velvet", "good", 33],
  ["mum and dad", "weak", 9],
  ["qwerty", "weak", 3],
  ["aaaaaaaaaaaa", "weak", 3],
  ["a b c d", "weak", 12],
  ["Alexandra", "weak", 12],
  ["1984", "weak", 7],
  ["sesame open sesame open", "weak", 4],
  ["12345678", "weak", 3],
  ["98765", "weak", 3],
  ["19840523", "weak", 15],
  ["23051984", "weak", 15],
  ["12121212", "weak", 3],
  ["1984 2024", "weak", 14],
  ["417417417", "weak", 9],
  ["٤٤٤٤", "weak", 3],
  ["0049 30 901820", "fair", 20],
  ["23.05.1984", "weak", 17],
  ["guitar 1984", "weak", 18],
  ["love key velvet", "weak", 17],
  ["donaudampfschiff kaffee", "fair", 24],
  ["saxophon nebel gletscher", "good", 36],
  ["синий волк гитара", "good", 36],
  ["пароль", "weak", 3],
  ["ΟΔΟΣ ΘΑΛΑΣΣΑ ΛΥΚΟΣ", "good", 36],
  ["ılık ışık ırmak", "good", 36],
  ["芝麻开门", "weak", 4],
  ["愚公移山", "weak", 12],
  ["月亮苹果老虎钢琴", "good", 40],
  ["我爱你", "weak", 12],
  ["あいこくしん", "weak", 12],
  ["あいこくしんあいさつあいだ", "fair", 24],
  ["あいこくしん あいさつ あいだ", "good", 33],
  ["열려라 참깨", "weak", 4],
  ["가격 가끔 가난", "good", 36],
  ["قهوة قمر جبل", "good", 30],
  ["🦊🦊🦊🦊🦊🦊", "weak", 6],
  ["🐱🐶", "weak", 12],
  ["\u200b\u200b\u200b", "weak", 0],
  ["!?!?!?", "weak", 4],
] as const)("PAS-1: %j is %s, at most %d bits", (text, level, bits) => {
  const strength = strengthOf(text, ENGLISH);
  expect([strength.level, strength.atMostBits]).toEqual([level, bits]);
});

test.each(LANGUAGES)("PAS-1: what is suggested in $name is good", async ({ tag }) => {
  const list = await loadWordList(tag);
  let seed = 1;
  const random = (length: number) =>
    Uint8Array.from({ length }, () => (seed = (seed * 48_271) % 0x7fffffff) >>> 8);
  for (let n = 0; n < 200; n++) {
    const phrase = suggestPassphrase(list, random);
    expect(strengthOf(phrase, [list, ...ENGLISH]), phrase).toMatchObject({ level: "good" });
  }
});

test("PAS-1: the hint says what a guesser can reach, and what to do", () => {
  const hintOf = (text: string) => strengthOf(text, ENGLISH).hint;
  expect(hintOf("guitar wolf velvet")).toBe(
    "Good: at best one guess in 8 billion is right, and an attempt allows one guess. That holds for words that nobody expects of you.",
  );
  expect(hintOf("guitar wolf")).toBe(
    "Fair: at best one guess in 4 million is right, and an attempt allows one guess. One more unrelated word makes it good.",
  );
  const better = "Take three unrelated words, with blanks between them.";
  expect(hintOf("guitar")).toBe(
    `Weak: a single word or a name is among the first guesses. ${better}`,
  );
  expect(hintOf("open sesame")).toMatch(/^Weak: this is well known/);
  expect(hintOf("1984 2024")).toMatch(/^Weak: dates and runs of digits/);
  expect(hintOf("hello hello login")).toMatch(/^Weak: it is short, common or repeats itself/);
  expect(hintOf("saxophon nebel gletscher wolke regen")).toContain("one guess in a trillion");
  expect(hintOf("")).toBe("Type the passphrase that you agreed on.");
});

test("PAS-1: repeating a phrase, or spelling it in another way, adds nothing", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 40 }), (text) => {
      const once = strengthOf(text, ENGLISH).atMostBits;
      expect(strengthOf(`${text}   ${text}`, ENGLISH).atMostBits).toBeLessThanOrEqual(once);
      expect(strengthOf(` ${text.normalize("NFD")}\t`, ENGLISH).atMostBits).toBe(once);
    }),
    { examples: [["⅒"], ["① ㏴"], ["19"], ["sesame open"]] },
  );
});

test("PAS-1: any text is judged, quoting nothing of it", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: PASSPHRASE_MAX_CHARS + 20 }), (text) => {
      const { level, atMostBits, hint } = strengthOf(text, ENGLISH);
      expect(["weak", "fair", "good"]).toContain(level);
      expect(atMostBits).toBeGreaterThanOrEqual(0);
      expect(hint).toMatch(/^[\x20-\x7e]+\.$/);
    }),
  );
});
