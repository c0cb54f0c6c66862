// What conversations on the page decide without a browser: which addresses in a text lead somewhere, how
// messages stand together, what is said of times and timers.

import { expect, test } from "vitest";
import type { MessageRecord } from "../../shared/client/index.ts";
import { isFewEmoji, isOneEmoji } from "../../web/chat/emoji.ts";
import { excerptOf } from "../../web/chat/excerpt.ts";
import { rowsOf } from "../../web/chat/rows.ts";
import { dayHeading, durationText, lineOf, noticeText } from "../../web/chat/words.ts";
import { coalesced } from "../../web/coalesced.ts";
import { linkedParts } from "../../web/safeLinks.ts";

const NOON = new Date(2026, 4, 12, 12).getTime();
const HOUR_MS = 3_600_000;

function text(id: string, at: number, more: Partial<MessageRecord> = {}): MessageRecord {
  return {
    peer: "" as MessageRecord["peer"],
    author: "me",
    id,
    kind: "text",
    at,
    order: id,
    text: id,
    reactions: {},
    isDeleted: false,
    isExpired: false,
    ...more,
  };
}

const linksIn = (said: string) => linkedParts(said).flatMap(({ href }) => href ?? []);

test("BOX-2: of a message only plain https addresses become links", () => {
  expect(linksIn("see https://example.org/a_(b) and (https://example.org).")).toEqual([
    "https://example.org/a_(b)",
    "https://example.org/",
  ]);
  for (const said of [
    "javascript:alert(1)",
    "http://example.org",
    "data:text/html,x",
    "https://example.org@evil.example/",
    "https://user:word@evil.example/",
    "https://exаmple.org", // a Cyrillic letter
    "https://",
    "HTTPS://[::1",
  ]) {
    expect(linksIn(said)).toEqual([]);
  }
});

test("a text with links is shown whole, and each link says where it leads", () => {
  const said = "One https://example.org/1?a=b#c, two\nhttps://example.org/2!";
  const parts = linkedParts(said);
  expect(parts.map((part) => part.text).join("")).toBe(said);
  for (const part of parts) if (part.href !== null) expect(part.href).toBe(part.text);
  expect(linkedParts("")).toEqual([]);
});

test("BOX-2: messages stand under their days, those of one author close together", () => {
  const day = 24 * HOUR_MS;
  const rows = rowsOf(
    [
      text("a", NOON),
      text("b", NOON + 1_000),
      text("c", NOON + 2_000, { author: "peer" }),
      text("d", NOON + HOUR_MS, { author: "peer" }),
      text("e", NOON + HOUR_MS, { kind: "timer", timerSeconds: 0 }),
      text("h", NOON + HOUR_MS, { kind: "devices", devicesChange: "added", author: "peer" }),
      text("f", NOON + day),
      text("g", NOON),
    ],
    "peer/d",
  );
  expect(rows.map((row) => row.kind)).toEqual([
    "day",
    "message",
    "message",
    "message",
    "unread",
    "message",
    "notice",
    "notice",
    "day",
    "message",
    "message",
  ]);
  const groups = rows.flatMap((row) =>
    row.kind === "message" ? [[row.record.id, row.isFirstOfGroup, row.isLastOfGroup]] : [],
  );
  expect(groups).toEqual([
    ["a", true, false],
    ["b", false, true],
    ["c", true, true],
    ["d", true, true],
    ["f", true, true],
    ["g", true, true],
  ]);
  expect(rows.filter((row) => row.kind === "message" && row.isOfOtherDay)).toHaveLength(1);
});

test("days are named as people name them", () => {
  expect(dayHeading(NOON, NOON)).toBe("Today");
  expect(dayHeading(NOON - 13 * HOUR_MS, NOON)).toBe("Yesterday");
  expect(dayHeading(NOON - 100 * 24 * HOUR_MS, NOON)).not.toMatch(/2026/);
  expect(dayHeading(NOON - 400 * 24 * HOUR_MS, NOON)).toMatch(/2025/);
});

test("timers are told in words, whatever another client has chosen", () => {
  expect([1, 90, 7_200, 86_400, 604_800].map(durationText)).toEqual([
    "1 second",
    "90 seconds",
    "2 hours",
    "1 day",
    "1 week",
  ]);
  const timer = text("t", NOON, { kind: "timer", timerSeconds: 0, author: "peer" });
  expect(noticeText(timer, "Ben")).toBe("Messages no longer disappear (set by Ben)");
});

test("ID-3: what has become of somebody's devices is told in words, one's own too", () => {
  const told = (author: "me" | "peer") =>
    (["added", "removed", "recovery"] as const).map((devicesChange) =>
      noticeText(text("d", NOON, { kind: "devices", devicesChange, author }), "Ben"),
    );
  expect(told("peer")).toEqual([
    "Ben added a device",
    "Ben removed a device",
    "Ben has a new recovery phrase",
  ]);
  expect(told("me")).toEqual([
    "You added a device",
    "You removed a device",
    "You have a new recovery phrase",
  ]);
});

test("BOX-2: one line of a message holds neither breaks nor what turns the line around", () => {
  expect(lineOf(text("a", 0, { text: "one\ntwo\u202e three" }))).toBe("one two three");
  expect(lineOf(text("a", 0, { isDeleted: true }))).toBe("Message deleted");
  expect(lineOf(text("a", 0, { kind: "unknown", text: "" }))).toMatch(/newer version/);
});

test("a reaction is one emoji, and few emoji alone are shown large", () => {
  for (const emoji of ["👍", "👩‍👩‍👧‍👦", "🇨🇭", "❤️", "1️⃣"]) expect(isOneEmoji(emoji)).toBe(true);
  for (const other of ["", "a", "👍👍", "1", "ok 👍"]) expect(isOneEmoji(other)).toBe(false);
  expect(isFewEmoji("👍 👍🏽")).toBe(true);
  for (const other of ["👍👍👍👍", "👍 ok", "", " "]) expect(isFewEmoji(other)).toBe(false);
});

test("a found message is shown around the words that were looked for", () => {
  const long = `${"word ".repeat(40)}needle ${"word ".repeat(40)}`;
  const parts = excerptOf(long, "NEEDLE (x");
  expect(parts.find(({ isHit }) => isHit)?.text).toBe("needle");
  expect(parts[0]?.text.startsWith("…word")).toBe(true);
  expect(parts.map((part) => part.text).join("").length).toBeLessThan(140);
  expect(excerptOf("short", "")).toEqual([{ text: "short", isHit: false }]);
});

test("work that is asked for while it is done is done once more, not each time", async () => {
  let done = 0;
  let finish = () => {};
  const ask = coalesced(async () => {
    done += 1;
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
  });
  const first = ask();
  const rest = [ask(), ask(), ask()];
  finish();
  await first;
  await Promise.resolve();
  finish();
  await Promise.all(rest);
  expect(done).toBe(2);
});
