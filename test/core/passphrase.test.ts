// PAS-1: what two people type for the same spoken words becomes the same bytes, in any script.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PASSPHRASE_MAX_CHARS, parsePassphrase } from "../../shared/core/pairing/passphrase.ts";
import { hex, vectorFile } from "./vectors.ts";

interface Vectors {
  same: { name: string; inputs: string[]; normalized: string; prsHex: string }[];
  different: { name: string; inputs: [string, string] }[];
  refused: { name: string; input: string; problem: string }[];
}

const { same, different, refused } = vectorFile<Vectors>("passphrase-normalisation");

function normalized(text: string): string | null {
  const parsed = parsePassphrase(text);
  return parsed.ok ? parsed.normalized : null;
}

describe("PAS-1: the vectors of normalisation", () => {
  test.for(same)("$name: each spelling becomes one", ({ inputs, normalized: one, prsHex }) => {
    for (const input of [...inputs, one]) {
      const parsed = parsePassphrase(input);
      if (!parsed.ok) throw new Error(`${JSON.stringify(input)} is refused`);
      expect(parsed.normalized, JSON.stringify(input)).toBe(one);
      expect(hex(parsed.prs), JSON.stringify(input)).toBe(prsHex);
    }
  });

  test.for(different)("$name: the two stay different", ({ inputs: [one, other] }) => {
    expect(normalized(one)).not.toBeNull();
    expect(normalized(other)).not.toBeNull();
    expect(normalized(one)).not.toBe(normalized(other));
  });

  test.for(refused)("$name: refused, and nothing of it is quoted", ({ input, problem }) => {
    const parsed = parsePassphrase(input);
    if (parsed.ok) throw new Error("it was taken");
    expect(parsed.problem.code).toBe(problem);
    expect(parsed.problem.message).toMatch(/^[A-Z][\x20-\x7e]*\.$/);
    expect(parsed.problem.message).not.toMatch(/wolf|moon|aaa/);
  });

  test("no two vectors mean the same passphrase", () => {
    expect(new Set(same.map(({ prsHex }) => prsHex)).size).toBe(same.length);
  });
});

describe("PAS-1: what shows nothing is no passphrase", () => {
  const nothing = [
    ["a soft hyphen", "\u00ad"],
    ["a combining grapheme joiner", "\u034f"],
    ["zero width space, joiners, marks of direction", "\u200b\u200c\u200d\u200e\u200f"],
    ["a word joiner and a byte order mark", "\u2060\ufeff"],
    ["variation selectors", "\ufe0f\u{e0100}"],
    ["tags", "\u{e0020}\u{e007f}"],
    ["Hangul fillers, of any width", "\u115f\u1160\u3164\uffa0"],
    ["such characters between blanks", " \u200b \u3000\u2060\u00a0"],
    ["more of them than a passphrase may have characters", "\u200b".repeat(300)],
  ] as const;

  test.for(nothing)("%s: it is empty", ([, text]) => {
    expect(parsePassphrase(text)).toMatchObject({ ok: false, problem: { code: "empty" } });
  });

  test.for(nothing)("%s: with a letter it is taken", ([, text]) => {
    expect(parsePassphrase(`a${text.slice(0, 50)}`).ok).toBe(true);
  });

  test("a mark, an emoji and a blank that is drawn show something", () => {
    for (const text of ["\u0301", "🦊\ufe0f", "\u2800", "."]) {
      expect(parsePassphrase(text).ok, JSON.stringify(text)).toBe(true);
    }
  });
});

describe("PAS-1: normalising what is normalised changes nothing", () => {
  test("for every assigned character, alone and between letters", () => {
    const broken: string[] = [];
    for (let point = 0; point <= 0x10ffff; point++) {
      const character = String.fromCodePoint(point);
      if (/[\p{Cn}\p{Co}\p{Cs}]/u.test(character)) continue;
      const once = normalized(`${character} a${character}b`);
      if (once !== null && normalized(once) !== once) broken.push(point.toString(16));
    }
    expect(broken).toEqual([]);
  }, 120_000);

  // Where the rules meet: sigmas, dots above, marks that reorder, spacing marks that decompose
  // into a blank, jamo, kana with voiced marks, sharp s, titlecase digraphs, white space.
  const tricky = fc.constantFrom(
    ..."ΣσςΑ İIıi ßẞ ſ ǅ ǰ ŉ Å K Ω ´ ¨ ͺ ΅ ᾼ ﬁ ﷺ 각 ᄀ ᅡ ᆨ ㄱ が か ｶ ﾞ ゛ ㍻ Ⅷ ⓐ ™ 𝚺 𐐀 🦊".replaceAll(
      " ",
      "",
    ),
    ..."\u0307\u0300\u0323\u0345\u3099\u00ad\u200d\ufe0f\u00a0\u3000\u0085\t ",
  );
  const texts = fc.oneof(
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.string({ unit: "grapheme", maxLength: 20 }),
    fc.array(tricky, { maxLength: 12 }).map((pieces) => pieces.join("")),
  );

  test("for 30,000 texts; and no case, composition or blank makes another passphrase", () => {
    let taken = 0;
    fc.assert(
      fc.property(texts, (text) => {
        const once = normalized(text);
        if (once === null) return;
        taken += 1;
        expect(normalized(once)).toBe(once);
        expect(once).not.toMatch(/^ | $|  |(?! )\p{White_Space}/u);
        for (const form of ["NFC", "NFD", "NFKC", "NFKD"] as const) {
          expect(normalized(text.normalize(form)), form).toBe(once);
        }
        expect(normalized(`\n ${text}\u3000`)).toBe(once);
      }),
      { numRuns: 30_000 },
    );
    expect(taken).toBeGreaterThan(10_000);
  }, 120_000);

  test("never throws, and takes no more than it may", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
        const parsed = parsePassphrase(text);
        if (parsed.ok) expect([...parsed.normalized].length).toBeLessThan(PASSPHRASE_MAX_CHARS + 1);
      }),
    );
  });
});
