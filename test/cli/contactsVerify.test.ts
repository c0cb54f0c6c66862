// `contacts verify`: twelve words to compare, the answer, and what `contacts show` tells of it afterwards (ID-3).
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { comparisonLines, safetyLines } from "../../cli/safetyText.ts";
import { startServer, type ServerProcess } from "../support/serverProcess.ts";
import type { Event, Person } from "./acquaintProcess.ts";
import { pair } from "./conversing.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

async function phraseOf(one: Person, contact: string, ...options: string[]): Promise<Event> {
  const { code, events } = await one.run("contacts", "verify", contact, ...options);
  expect([code, events.length]).toEqual([0, 1]);
  return events[0] as Event;
}

async function comparisonAt(one: Person, contact: string): Promise<unknown> {
  return (await one.run("contacts", "show", contact)).events[0]?.["comparison"];
}

const joined = ({ words }: Event) => (words as string[]).join(" ");

test("both are shown the same words, in the language that they choose; what was heard is recorded if it is them", async () => {
  const { ada, bob } = await pair(server.url);
  const [atAda, atBob] = await Promise.all([phraseOf(ada, "Bob"), phraseOf(bob, "Ada")]);
  expect(atAda).toMatchObject({
    event: "safetyPhrase",
    name: "Bob",
    language: "en",
    state: "never",
  });
  expect(atAda["words"]).toHaveLength(12);
  expect(atBob["words"]).toEqual(atAda["words"]);
  const [inCzech, also] = await Promise.all([
    phraseOf(ada, "bob", "--words", "cs"),
    phraseOf(bob, "ada", "--words", "CS"),
  ]);
  expect(also["words"]).toEqual(inCzech["words"]);
  expect(inCzech["words"]).not.toEqual(atAda["words"]);

  const wrong = joined(atBob).replace(/\w+$/, "otherwise");
  const differing = await ada.run("contacts", "verify", "Bob", "--heard", wrong);
  expect([differing.code, differing.events[1]?.["code"]]).toEqual([1, "words-differ"]);
  expect(await comparisonAt(ada, "Bob")).toEqual({ state: "never" });
  const heard = ` ${joined(atBob).toUpperCase().replaceAll(" ", ", ")}. `;
  const same = await ada.run("contacts", "verify", "Bob", "--heard", heard);
  expect(same.code).toBe(0);
  expect(same.events[1]).toMatchObject({ event: "compared", name: "Bob", state: "same" });
  const compared = { state: "same", comparedAt: expect.any(Number) };
  expect(await comparisonAt(ada, "Bob")).toEqual(compared);
  expect(await comparisonAt(bob, "Ada")).toEqual({ state: "never" });
  expect(await phraseOf(ada, "Bob")).toMatchObject(compared);
  const { stdout } = await ada.read("contacts", "show", "Bob");
  expect(stdout).toMatch(/safety phrase: compared .*, nothing has changed since/);
});

test("at a terminal one is asked whether both read the same, and only a yes is recorded", async () => {
  const { ada, bob } = await pair(server.url);
  const words = (await phraseOf(bob, "Ada"))["words"] as string[];
  for (const [answer, told, state, code] of [
    ["", "acquaint: Nothing was recorded.", "never", 1],
    ["no", "acquaint: You and Bob do not have the same words.", "never", 1],
    ["yes", "✓ You and Bob have the same safety phrase.", "same", 0],
  ] as const) {
    const asking = ada.sit("contacts", "verify", "Bob");
    await asking.shows("The safety phrase of you and Bob:");
    for (const [index, word] of words.entries()) await asking.shows(`${index + 1} ${word}`);
    await asking.shows("Do both read the same? [yes/no] ");
    asking.enter(answer);
    await asking.shows(told);
    expect(await asking.ended).toBe(code);
    expect(await comparisonAt(ada, "Bob")).toMatchObject({ state });
  }
});

test("what cannot be compared is refused before anything is shown", async () => {
  const { ada, bob } = await pair(server.url);
  const codeOf = async (...args: string[]) => {
    const { code, events } = await ada.run("contacts", "verify", ...args);
    return [code, ...events.map((event) => event["code"])];
  };
  expect(await codeOf()).toEqual([2, "usage"]);
  expect(await codeOf("Zoe")).toEqual([1, "contact-unknown"]);
  expect(await codeOf("Bob", "--words", "klingon")).toEqual([2, "usage"]);
  await bob.run("contacts", "remove", "Ada");
  expect(await codeOf("Bob")).toEqual([1, "not-a-contact"]);
});

describe("on the screen", () => {
  const out = { interactive: true, colored: false, columns: 80, write() {} };
  const words = "one two three four five six seven eight nine ten eleven 가가".split(" ");
  const event = {
    event: "safetyPhrase",
    userId: "b",
    name: "Bob",
    words,
    language: "ko",
    state: "never",
  } as const;

  test("the words stand in rows, one under the other, that fit the terminal", () => {
    const rows = (columns: number) =>
      safetyLines(event, { ...out, columns }).filter((line) => /^ +\d/.test(line));
    expect(rows(80)).toEqual([
      "     1 one       2 two       3 three     4 four",
      "     5 five      6 six       7 seven     8 eight",
      "     9 nine     10 ten      11 eleven   12 가가",
    ]);
    expect(rows(40)).toHaveLength(6);
    expect(safetyLines(event, out).join("\n")).toContain("verify YOUR-NAME --words ko");
  });

  test("a change that was signed is no alarm, and one that was not is one", () => {
    const told = (state: "changed" | "forked") =>
      comparisonLines({ state, comparedAt: 0 }, out).join("\n");
    expect(told("changed")).toMatch(/compared .*1970.* and signed it\.\n.*no alarm/s);
    expect(told("forked")).toMatch(/ALARM.*not signed.*Nothing is sent.*1970/s);
    expect(comparisonLines({ state: "forked", comparedAt: null }, out).join("\n")).toMatch(
      /ALARM.*not compared yet/s,
    );
  });
});
