// KEY-1: the field for keys helps in the language that a key names, once its words are here.

import { expect, test } from "vitest";
import { loadCodes } from "../../shared/client/codes.ts";
import { complete, correct, hintFor, mistakenWord, optionsFor } from "../../web/keyTyping.ts";

const english = await loadCodes();
const codes = await ["417-es-a", "417-fr-a", "417-ja-あ", "417-ko-가", "417-zh-的"].reduce(
  async (reader, text) => (await reader).prepare(text),
  Promise.resolve(english),
);

test.each([
  ["417-es", "guide"],
  ["417-es-", "guide"],
  ["417-es-gui", "guide"],
  ["417-es-guitarra", "guide"],
  ["417-es-guitarrx", "mistake"],
  ["417-es-abaco-abej", "complete"],
  ["417-es-abaco-abe", "none"],
  ["417-es-ábaco-abeja", "complete"],
  ["417-es-abaco-abejx", "mistake"],
  ["417-es-abaco-abeja-abeja", "mistake"],
  ["417-ja-あいこくしん-あいさつ", "complete"],
  ["417 ko 가격 가끔", "complete"],
  ["417 ko 가격 가ㄲ", "none"],
  ["417zh的", "guide"],
  ["417zh的一", "complete"],
  ["417-xx-guitar-ocean", "mistake"],
])("KEY-1: the hint for “%s” is of the kind %s", (text, kind) => {
  expect(hintFor(text, codes).kind).toBe(kind);
});

test("KEY-1: until its words are here, a key in another language is neither right nor wrong", () => {
  expect(hintFor("417-es-guitarrx", english)).toEqual({ kind: "none" });
  expect(optionsFor("417-es-gui", english)).toEqual([]);
});

test("KEY-1: two letters complete to English words until something follows them", () => {
  expect(optionsFor("417-es", codes)).toEqual(["escape", "essay", "essence", "estate"]);
  expect(optionsFor("417-es-gui", codes)).toEqual(["guía", "guiño", "guion", "guiso", "guitarra"]);
  expect(optionsFor("417-es-abaco-abej", codes)).toEqual(["abeja"]);
  expect(optionsFor("417-es-ábaco-abeja", codes)).toEqual([]);
  expect(optionsFor("417-es-ábaco-abeja-a", codes)).toEqual([]);
  expect(optionsFor("417-ko-각", codes)).toContain("가격");
  expect(optionsFor("417zh的", codes)).toEqual([]);
});

test("KEY-1: a completed word goes on to the second one, and the tag counts as none", () => {
  expect(complete("417-es-gui", "guitarra")).toBe("417-es-guitarra-");
  expect(complete("417 es abaco abe", "abeja")).toBe("417 es abaco abeja");
  expect(complete("417-ja-か\u3099い", "がいこう")).toBe("417-ja-がいこう-");
});

test("KEY-1: a key reads as its words stand in the list, with its language", () => {
  const readAs = (text: string) => {
    const hint = hintFor(text, codes);
    return hint.kind === "complete" ? hint.readAs : hint;
  };
  expect(readAs("417-ES-ABACO-abej")).toBe("417 es ábaco abeja");
  expect(readAs("https://acquaint.example/#/key/417-es-%C3%A1baco-abeja")).toBe(
    "417 es ábaco abeja",
  );
  expect(readAs("417-act-guit")).toBe("417 act guitar");
  expect(readAs("417-ko-ㄱㅏㄱㅕㄱ-가끔")).toBe("417 ko 가격 가끔");
  expect(readAs("417 1701063")).toBe("417 1701063");
});

test("KEY-1: a mistaken word of another language is found and replaced", () => {
  expect(mistakenWord("417-es-abaco-guitara", codes)).toBe("guitara");
  expect(mistakenWord("417-es-guitarrx", codes)).toBe("guitarrx");
  expect(correct("417-es-abaco-Guitara", "guitara", "guitarra")).toBe("417-es-abaco-guitarra");
});
