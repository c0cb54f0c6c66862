// KEY-1: keys in words of other languages, in the terminal. No server is there.
import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { COMMANDS } from "../../cli/commands.ts";
import { helpOn } from "../../cli/help.ts";
import { keyLines } from "../../cli/keyText.ts";
import { type ShownKey } from "../../shared/client/model.ts";
import { LANGUAGES } from "../../shared/core/pairing/words.ts";
import { Person } from "./acquaintProcess.ts";

const NO_SERVER = "http://127.0.0.1:1";

describe("KEY-1: key show --words", () => {
  test("refuses an unknown language with those that there are, before anything is made or sent", async () => {
    const ada = new Person(NO_SERVER);
    const told = await ada.read("key", "show", "--words", "klingon");
    expect(told.code).toBe(2);
    expect(told.stderr).toContain("There are no lists of words in “klingon”.");
    for (const { tag, name } of LANGUAGES) expect(told.stderr).toContain(`${tag} (${name})`);
    expect(existsSync(ada.home)).toBe(false);
    const { events } = await ada.run("key", "show", "--words", "");
    expect(events).toEqual([expect.objectContaining({ event: "error", code: "usage" })]);
  });

  test("takes a known one, and then wants the server", async () => {
    const { code, events } = await new Person(NO_SERVER).run("key", "show", "--words", "ZH");
    expect([code, events[0]]).toEqual([1, expect.objectContaining({ code: "server-unreachable" })]);
  });

  test("has all languages in its help", () => {
    const help = helpOn(COMMANDS.find(({ path }) => path.join(" ") === "key show")!);
    const tags = /LANG is ([^.]*)\./.exec(help)?.[1]?.match(/\b[a-z]{2}\b/g);
    expect(tags?.filter((tag) => tag !== "or")).toEqual(LANGUAGES.map(({ tag }) => tag));
  });
});

test("KEY-1: a typo in a key names the word of its own language that was meant", async () => {
  const { code, events } = await new Person(NO_SERVER).run("key", "enter", "417-es-guitara-abeja");
  expect(code).toBe(2);
  expect(events[0]).toMatchObject({ problem: "unknownWord", suggestion: "guitarra" });
});

test.each([
  ["417-guitar-ocean", 26],
  ["417-zh-的-一", 22],
  ["417-ja-あいこくしん-あいさつ", 38],
  ["417-ko-가격-가끔", 26],
])("KEY-1: the frame around %s is as wide as a terminal draws it", (code, columns) => {
  const key = { code, digits: "417-0000000", link: "x", words: code } as unknown as ShownKey;
  const out = { interactive: false, colored: false, columns: 80, write() {} };
  const [top = ""] = keyLines(key, "key", out).filter((line) => line.includes("╭"));
  expect(top.match(/─/g)).toHaveLength(columns);
});
