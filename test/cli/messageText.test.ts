// How messages look to people, and the pieces below: what a line in a chat means, lengths of time, widths.
import { describe, expect, test } from "vitest";
import { chatOrderIn } from "../../cli/chatCommands.ts";
import { durationText, lifetimeIn } from "../../cli/duration.ts";
import type { MessageEvent, TalkEvent } from "../../cli/messageEvents.ts";
import { TalkText } from "../../cli/messageText.ts";
import type { Terminal } from "../../cli/terminal.ts";
import { hanging, widthOf } from "../../cli/textWidth.ts";

const screen = (columns: number, interactive = true): Terminal => ({
  interactive,
  colored: false,
  columns,
  write() {},
});
const NOON = new Date(2026, 10, 21, 12, 5).getTime();
const message = (members: Partial<MessageEvent> = {}): MessageEvent => ({
  event: "message",
  id: "pi8aY1hS0JY",
  from: "b",
  name: "Bob",
  to: "a",
  at: NOON,
  text: "Hello",
  ...members,
});
const shown = (events: readonly TalkEvent[], out = screen(60)): string[] => {
  const text = new TalkText(out);
  return events.flatMap((event) => text.lines(event));
};

describe("messages for people", () => {
  test("a new day is told once, and again with the next", () => {
    const next = NOON + 24 * 60 * 60 * 1_000;
    const lines = shown([message(), message(), message({ at: next })]);
    expect(lines.filter((line) => line.startsWith("── "))).toHaveLength(2);
    expect(lines[0]).toContain("2026");
    expect(lines[1]).toMatch(/^12:05.* Bob: Hello$/);
  });

  test("no line is wider than the terminal, and each begins under the text", () => {
    const text = `${"word ".repeat(30)}${"x".repeat(200)} ${"你好".repeat(60)} 👩‍👩‍👧 ende`;
    for (const columns of [40, 60, 100]) {
      const [, first = "", ...rest] = shown([message({ text, number: 12 })], screen(columns));
      const indent = first.indexOf("word");
      expect(indent).toBeGreaterThan(10);
      for (const line of [first, ...rest]) expect(widthOf(line)).toBeLessThan(columns);
      for (const line of rest) expect(line.slice(0, indent)).toBe(" ".repeat(indent));
      const whole = [first, ...rest].map((line) => line.slice(indent)).join("");
      expect(whole.replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
    }
  });

  test("in a pipe each line of a message stays one", () => {
    const text = `${"word ".repeat(40)}\nsecond`;
    expect(shown([message({ text })], screen(60, false))).toHaveLength(3);
  });

  test("a text cannot pass for another author's line, nor steer the terminal", () => {
    const text = "hi\n12:06 → I agree\u001b[1A\u001b[2K\u202e";
    const [, first, second] = shown([message({ text, name: "Bob\n12:07 → yes" })]);
    expect(first).toMatch(/^12:05.* Bob 12:07 → yes: hi$/u);
    expect(second).toMatch(/^ {10,}12:06 → I agree$/u);
    expect(shown([message({ byYou: true, name: "Ann" })])[1]).toMatch(/^12:05.* → Hello$/u);
  });

  test("what is known of a message stands below it", () => {
    const facts = { edited: true, reactions: [{ from: "a", emoji: "👍" }], number: 3, answers: 1 };
    expect(shown([message({ ...facts, edited: true })]).at(-1)).toBe("    answers #1, 👍, edited");
    expect(shown([message({ deleted: true, text: "" })])[1]).toContain("(deleted)");
    expect(shown([message({ unreadable: true, text: "" })])[1]).toContain("a later version");
    expect(shown([{ event: "forked", userId: "b", name: "Bob" }], screen(200))[0]).toContain(
      "has not signed the change",
    );
  });
});

test.each([
  ["", { kind: "nothing" }],
  [" two  words ", { kind: "say", text: " two  words" }],
  ["//me", { kind: "say", text: "/me" }],
  ["/QUIT", { kind: "quit" }],
  ["/edit 3 apples", { kind: "edit", number: null, text: "3 apples" }],
  ["/edit #3 apples", { kind: "edit", number: 3, text: "apples" }],
  ["/react #2 👍", { kind: "react", number: 2, text: "👍" }],
  ["/react -", { kind: "react", number: null, text: "" }],
  ["/reply #hash", { kind: "reply", number: null, text: "#hash" }],
  ["/delete #4", { kind: "delete", number: 4, text: "" }],
  ["/delete it", { kind: "fault" }],
  ["/edit #3", { kind: "fault" }],
  ["/timer 1h", { kind: "timer", seconds: 3_600 }],
  ["/timer soon", { kind: "fault" }],
  ["/hlep", { kind: "fault", message: "There is no command /hlep. Did you mean /help?" }],
])("%j in a chat means %j", (line, order) => {
  expect(chatOrderIn(line)).toMatchObject(order);
});

test("lengths of time are read and told, within what a timer takes", () => {
  const pairs = { off: 0, "30s": 30, "5m": 300, "36h": 129_600, "4w": 2_419_200 };
  for (const [text, seconds] of Object.entries(pairs)) expect(lifetimeIn(text)).toBe(seconds);
  for (const text of ["0s", "5w", "29d", "1.5h", "h", "5 m", ""])
    expect(lifetimeIn(text)).toBe(null);
  expect([60, 90, 86_400, 129_600].map(durationText)).toEqual([
    "1 minute",
    "90 seconds",
    "1 day",
    "36 hours",
  ]);
});

test("widths count what a terminal draws: wide characters twice, marks not at all", () => {
  expect(["abc", "你好", "e\u0301", "👩‍👩‍👧", "❤️", "ａ", ""].map(widthOf)).toEqual([
    3, 4, 1, 2, 2, 2, 0,
  ]);
  expect(hanging("a: ", "one two three", 14)).toEqual(["a: one two", "   three"]);
});
