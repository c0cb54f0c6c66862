// BOX-2: a text by somebody else is shown in full, and reaches no further than its own lines.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { plainLine, plainText } from "../../../shared/core/line/plainText.ts";

const HOSTILE = [
  ..."\u0000\u0007\u001b\u007f\u009b\r\n\t\v\u0085\u2028\u2029\u200b\u200d\u200e\u202a\u202b\u202c\u202d",
  ..."\u202e\u2066\u2067\u2068\u2069\u0301\ufe0f\u3164\u{e0067}\u{e007f}\u{1f3f4}ab ",
];
const hostile = fc
  .array(fc.constantFrom(...HOSTILE), { maxLength: 60 })
  .map((characters) => characters.join(""));

describe("what is shown of a text", () => {
  test("is all of it, in any script, with emoji, marks and lines", () => {
    const texts = [
      "two\nlines\tand a tab",
      "שָׁלוֹם עולם\u200f!",
      "नमस्ते क्‍ष می‌خواهم",
      "👨‍👩‍👧‍👦 👍🏽 ❤️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🏳️‍🌈 1️⃣ 🇨🇭",
      "a \u2067עברית\u2069 b \u202bx\u202c c",
      "e\u0301".normalize("NFD"),
      "",
    ];
    for (const text of texts) expect(plainText(text)).toBe(text);
  });

  test("has no controls, and one kind of line break", () => {
    expect(plainText("a\r\nb\rc\u2028d\u0085e\vf")).toBe("a\nb\nc\nd\ne\nf");
    expect(plainText("\u001b[31mred\u0007\u0000\u009b2J\u007f")).toBe("[31mred2J");
  });

  test("is not written backwards, and closes the directions that it opens", () => {
    expect(plainText("a\u202egpj.exe")).toBe("agpj.exe");
    expect(plainText("a\u2067b\nc")).toBe("a\u2067b\u2069\nc");
    expect(plainText("a\u202ab\u2066c")).toBe("a\u202ab\u2066c\u2069\u202c");
    expect(plainText("\u2069\u202ca")).toBe("a");
    expect(plainText("\u2066\u202aa\u2069b\u202cc")).toBe("\u2066\u202aa\u2069bc");
    expect(plainText("\u202aa\u2066b\u202cc")).toBe("\u202aa\u2066bc\u2069\u202c");
  });

  test("hides no text in tags, and no flood of marks or of what cannot be seen", () => {
    expect(plainText("a\u{e0068}\u{e0069}b")).toBe("ab");
    expect(plainText(`a${"\u0301".repeat(500)}b`)).toBe(`a${"\u0301".repeat(8)}b`);
    expect(plainText(`a${"\u200b\u200d".repeat(500)}b`)).toBe(`a${"\u200b\u200d".repeat(4)}b`);
    expect(plainText("\u3164".repeat(500))).toBe("\u3164".repeat(8));
  });

  test("is the same when it is cleaned again, and one line on request, whatever comes", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const shown = plainText(text);
        expect(plainText(shown)).toBe(shown);
        expect(shown).not.toMatch(/(?![\n\t])\p{Cc}|[\u202d\u202e\u2028\u2029]/u);
        expect(plainLine(text)).not.toMatch(/[\n\t]/u);
        for (const line of shown.split("\n")) {
          const opened = line.match(/[\u2066-\u2068]/gu)?.length ?? 0;
          expect(line.match(/\u2069/gu)?.length ?? 0).toBe(opened);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test("is soon made of the longest text, however hostile", () => {
    const units = ["\u2066\u202a", "\u2066a", "\u202aa", "\u{1f3f4}\u{e0067}", "\u0301\u200d"];
    for (const unit of [...HOSTILE, ...units]) {
      const text = unit.repeat(8_192 / unit.length);
      expect(plainText(text).length).toBeLessThanOrEqual(2 * text.length);
    }
    const stray = `${"\u202aa".repeat(2_048)}${"\u2069a".repeat(2_048)}`;
    expect(plainText(stray).length).toBe(8_192);
  });
});
