// BOX-2: what contents do to a conversation: who may change what, what counts when two disagree, what is kept
// aside, what is read, and what disappears.

import { describe, expect, test } from "vitest";
import type { PlainContent, Reference } from "../../../shared/core/line/content.ts";
import {
  AWAITED_MAX,
  laterThan,
  TIMER_AHEAD_MAX,
  withPreview,
} from "../../../shared/core/line/conversation.ts";
import {
  type Author,
  isForgettable,
  type MessageKey,
  shownReactions,
} from "../../../shared/core/line/messageRecord.ts";
import { Device, idOf, NOW } from "./examples.ts";

const WEEK_SECONDS = 7 * 24 * 60 * 60;

const text = (number: number, words = `text ${number}`, more = {}): PlainContent => ({
  kind: "text",
  id: idOf(number),
  at: NOW + number,
  text: words,
  ...more,
});
const edit = (number: number, words: string, at = NOW + 100, id = idOf(900)): PlainContent => ({
  kind: "edit",
  id,
  at,
  of: idOf(number),
  text: words,
});
const deletion = (number: number): PlainContent => ({ kind: "delete", at: 0, of: idOf(number) });
const reaction = (
  by: Reference["by"],
  number: number,
  emoji: string,
  at = NOW + 100,
): PlainContent => ({ kind: "reaction", at, of: { by, id: idOf(number) }, emoji });
const receipt = (state: "delivered" | "read", ...numbers: number[]): PlainContent => ({
  kind: "receipt",
  state,
  of: numbers.map(idOf),
});
const timer = (seconds: number, count = 1, at = NOW): PlainContent => ({
  kind: "timer",
  count,
  at,
  seconds,
});
const key = (author: Author, number: number): MessageKey => `${author}/${idOf(number)}`;
const withText = (author: Author, number: number, more = {}): Device => {
  const device = new Device();
  device.apply(author, text(number, undefined, more));
  return device;
};
const unchanged = { records: [], removed: [] };

describe("a message", () => {
  test("that comes is unread, and the conversation's preview", () => {
    const device = withText("peer", 1);
    expect(device.get("peer", 1)).toMatchObject({ kind: "text", text: "text 1", at: NOW + 1 });
    expect(device.conversation).toMatchObject({
      unread: 1,
      preview: { key: key("peer", 1), author: "peer", text: "text 1", at: NOW + 1 },
    });
  });

  test("of this device waits until the server has it; one of another device has been sent", () => {
    const device = withText("me", 1);
    device.apply("me", text(2), "waiting");
    expect(device.get("me", 1).state).toBe("sent");
    expect(device.get("me", 2).state).toBe("waiting");
    expect(device.conversation.unread).toBe(0);
  });

  test("that comes twice changes nothing, even with other words", () => {
    const device = withText("peer", 1);
    const { conversation } = device;
    const change = device.apply("peer", text(1, "other words"));
    expect(change).toEqual({ conversation, ...unchanged });
    expect(change.conversation).toBe(conversation);
  });

  test("of each side may have the same id: they are two", () => {
    const device = withText("peer", 1);
    device.apply("me", text(1, "mine"));
    device.apply("peer", edit(1, "changed"));
    expect([device.get("peer", 1).text, device.get("me", 1).text]).toEqual(["changed", "mine"]);
  });

  test("stands in the order of coming, about its time, whatever the clock does", () => {
    const device = new Device();
    const words = ["a", "b", "c", "d"];
    const clocks = [NOW, NOW, NOW - 1_000_000, NOW + 5_000];
    for (const [number, word] of words.entries()) {
      device.now = clocks[number] as number;
      device.apply(number % 2 === 0 ? "me" : "peer", text(100 - number, word));
    }
    expect(device.shown.map((record) => record.text)).toEqual(words);
    expect(device.shown.at(-1)?.order).toBe((NOW + 5_000).toString(36).padStart(9, "0"));
    expect(device.conversation.lastOrder).toBe(device.shown.at(-1)?.order);
  });

  test("answers one of its own author, or one of the other", () => {
    const device = withText("peer", 1, { replyTo: { by: "sender", id: idOf(7) } });
    device.apply("peer", text(2, "b", { replyTo: { by: "receiver", id: idOf(7) } }));
    device.apply("me", text(3, "c", { replyTo: { by: "receiver", id: idOf(2) } }));
    expect(device.get("peer", 1).replyTo).toEqual({ author: "peer", id: idOf(7) });
    expect(device.get("peer", 2).replyTo).toEqual({ author: "me", id: idOf(7) });
    expect(device.get("me", 3).replyTo).toEqual({ author: "peer", id: idOf(2) });
  });

  test("of a later version has its place and counts as unread; without an id it changes nothing", () => {
    const device = new Device();
    device.apply("peer", { kind: "unknown", id: idOf(1), at: NOW });
    device.apply("peer", edit(1, "words"));
    expect(device.get("peer", 1)).toMatchObject({ kind: "unknown", text: "", at: NOW });
    expect(device.conversation).toMatchObject({ unread: 1, preview: { kind: "unknown" } });
    expect(device.apply("peer", { kind: "unknown" })).toMatchObject(unchanged);
    expect(device.apply("peer", { kind: "resend" })).toMatchObject(unchanged);
    expect(device.apply("peer", { kind: "typing", isTyping: true })).toMatchObject(unchanged);
  });
});

describe("an edit", () => {
  test("changes the text and the preview, and not that the message was read or where it stands", () => {
    const device = withText("peer", 1);
    device.apply("me", receipt("read", 1));
    const { order } = device.get("peer", 1);
    device.apply("peer", edit(1, "better"));
    expect(device.get("peer", 1)).toMatchObject({ text: "better", order, readAt: NOW });
    expect(device.get("peer", 1).edit).toEqual({ id: idOf(900), at: NOW + 100 });
    expect(device.conversation).toMatchObject({ unread: 0, preview: { text: "better" } });
  });

  test("by the other side touches no message of mine", () => {
    const device = withText("me", 1);
    device.apply("peer", edit(1, "forged"));
    device.apply("peer", deletion(1));
    expect(device.get("me", 1)).toMatchObject({ text: "text 1", isDeleted: false });
  });

  test("counts when it is the latest by its time, ties by the greater id", () => {
    const device = withText("me", 1);
    device.apply("me", edit(1, "second", NOW + 20, idOf(5)));
    expect(device.apply("me", edit(1, "first", NOW + 10, idOf(6)))).toMatchObject(unchanged);
    expect(device.apply("me", edit(1, "tied, less", NOW + 20, idOf(4)))).toMatchObject(unchanged);
    expect(device.apply("me", edit(1, "second", NOW + 20, idOf(5)))).toMatchObject(unchanged);
    expect(device.get("me", 1).text).toBe("second");
    device.apply("me", edit(1, "tied, more", NOW + 20, idOf(6)));
    expect(device.get("me", 1).text).toBe("tied, more");
  });

  test("of an older message leaves the preview with the last one", () => {
    const device = withText("peer", 1);
    device.apply("peer", text(2));
    device.apply("peer", edit(1, "better"));
    expect(device.conversation.preview?.text).toBe("text 2");
  });
});

describe("a deletion", () => {
  test("takes text, answer and reactions away for ever, and leaves the place", () => {
    const device = withText("peer", 1, { replyTo: { by: "sender", id: idOf(7) } });
    device.apply("me", reaction("receiver", 1, "👍"));
    device.apply("peer", deletion(1));
    device.apply("peer", edit(1, "back again", NOW + 10_000));
    device.apply("me", reaction("receiver", 1, "👍", NOW + 10_000));
    device.apply("peer", text(1));
    expect(device.get("peer", 1)).toMatchObject({ isDeleted: true, text: "", reactions: {} });
    expect(device.get("peer", 1)).not.toHaveProperty("edit");
    expect(device.get("peer", 1)).not.toHaveProperty("replyTo");
    expect(device.shown.length).toBe(1);
    expect(device.conversation).toMatchObject({
      unread: 0,
      preview: { text: "", isDeleted: true },
    });
  });
});

describe("a reaction", () => {
  test("is one of each side, on messages of either, the latest by its time", () => {
    const device = withText("peer", 1);
    device.apply("me", text(1, "mine"));
    device.apply("peer", reaction("sender", 1, "👍", NOW + 5));
    device.apply("me", reaction("receiver", 1, "❤️", NOW + 5));
    device.apply("peer", reaction("receiver", 1, "😀", NOW + 5));
    device.apply("peer", reaction("sender", 1, "👎", NOW + 4));
    expect(shownReactions(device.get("peer", 1))).toEqual({ peer: "👍", me: "❤️" });
    expect(shownReactions(device.get("me", 1))).toEqual({ peer: "😀" });
    device.apply("peer", reaction("sender", 1, "👎", NOW + 6));
    expect(shownReactions(device.get("peer", 1)).peer).toBe("👎");
  });

  test("is taken back by an empty one, and an older one does not return", () => {
    const device = withText("peer", 1);
    device.apply("me", reaction("receiver", 1, "", NOW + 6));
    expect(device.apply("me", reaction("receiver", 1, "👍", NOW + 5))).toMatchObject(unchanged);
    expect(shownReactions(device.get("peer", 1))).toEqual({});
  });
});

describe("what is about a message that has not come", () => {
  test("is kept aside, unseen, and holds when the message comes", () => {
    const device = new Device();
    device.apply("peer", edit(1, "edited"));
    device.apply("me", reaction("receiver", 1, "👍"));
    device.apply("me", receipt("read", 1));
    device.apply("peer", receipt("delivered", 2));
    device.apply("peer", deletion(3));
    expect(device.shown).toEqual([]);
    expect(device.conversation).toMatchObject({ unread: 0, preview: null });
    expect(device.conversation.awaited).toEqual([key("peer", 1), key("me", 2), key("peer", 3)]);
    device.apply("peer", text(1));
    device.apply("me", text(2));
    device.apply("peer", text(3));
    expect(device.get("peer", 1)).toMatchObject({ kind: "text", text: "edited", readAt: NOW });
    expect(shownReactions(device.get("peer", 1))).toEqual({ me: "👍" });
    expect(device.get("me", 2).state).toBe("delivered");
    expect(device.get("peer", 3)).toMatchObject({ kind: "text", text: "", isDeleted: true });
    expect(device.conversation).toMatchObject({ unread: 0, awaited: [] });
  });

  test("is kept for so many messages and no more; the oldest goes", () => {
    const device = new Device();
    for (let number = 0; number < AWAITED_MAX; number++) device.apply("peer", deletion(number));
    device.apply("peer", edit(0, "not the oldest by this"));
    expect(device.records.size).toBe(AWAITED_MAX);
    expect(device.apply("peer", deletion(1_000)).removed).toEqual([key("peer", 0)]);
    const flood = device.apply("peer", receipt("read", ...Array(AWAITED_MAX).keys()));
    expect(flood.removed.length).toBe(AWAITED_MAX);
    expect(device.records.size).toBe(AWAITED_MAX);
    expect([...device.records.keys()]).toEqual(device.conversation.awaited);
  });

  test("is not stored when it goes with the same change", () => {
    const device = new Device();
    const numbers = [...Array(AWAITED_MAX).keys()];
    device.apply("peer", receipt("delivered", ...numbers));
    const others = numbers.slice(1).map((number) => number + 1_000);
    const change = device.apply("peer", receipt("read", 0, ...others));
    expect(change.removed).toContain(key("me", 0));
    expect(change.records.map((record) => record.id)).toEqual(others.map(idOf));
  });

  test("leaves no trace when it says nothing about it", () => {
    const device = new Device();
    expect(device.apply("me", receipt("delivered", 1))).toMatchObject(unchanged);
    expect(device.records.size).toBe(0);
  });
});

describe("a receipt", () => {
  test("of the other moves my messages forward only", () => {
    const device = new Device();
    device.apply("me", text(1), "waiting");
    device.apply("peer", receipt("read", 1));
    for (const state of ["waiting", "sent", "refused"] as const) device.tell(key("me", 1), state);
    device.apply("peer", receipt("delivered", 1));
    expect(device.get("me", 1).state).toBe("read");
  });

  test("of the other says nothing about messages of the other", () => {
    const device = withText("peer", 1);
    device.apply("peer", receipt("read", 1));
    expect(device.get("peer", 1)).not.toHaveProperty("readAt");
    expect(device.get("peer", 1)).not.toHaveProperty("state");
    expect(device.conversation.unread).toBe(1);
  });

  test("of mine marks messages of the other as read, once, and counts each once", () => {
    const device = withText("peer", 1);
    device.apply("peer", text(2));
    device.apply("peer", text(3));
    device.apply("me", receipt("delivered", 1, 2, 3));
    expect(device.conversation.unread).toBe(3);
    device.apply("me", receipt("read", 1, 2, 2));
    expect(device.conversation.unread).toBe(1);
    device.now += 1_000;
    expect(device.apply("me", receipt("read", 1))).toMatchObject(unchanged);
    expect(device.get("peer", 1).readAt).toBe(NOW);
  });
});

describe("the outbox", () => {
  test("sends, is refused, tries again, and takes nothing back that was sent", () => {
    const device = new Device();
    device.apply("me", text(1), "waiting");
    const states: (string | undefined)[] = [];
    for (const state of ["refused", "waiting", "sent", "refused", "waiting"] as const) {
      device.tell(key("me", 1), state);
      states.push(device.get("me", 1).state);
    }
    expect(states).toEqual(["refused", "waiting", "sent", "sent", "sent"]);
    expect(device.tell(key("me", 9), "sent")).toMatchObject(unchanged);
  });
});

describe("a timer", () => {
  test("is the conversation's lifetime and a notice in it, neither unread nor a preview", () => {
    const device = withText("me", 1);
    device.apply("peer", timer(60));
    expect(device.conversation).toMatchObject({
      unread: 0,
      timer: { count: 1, at: NOW, seconds: 60 },
    });
    expect(device.conversation.preview?.key).toBe(key("me", 1));
    expect(device.shown[1]).toMatchObject({ kind: "timer", author: "peer", timerSeconds: 60 });
    expect(device.apply("peer", timer(60))).toMatchObject(unchanged);
  });

  test("counts when its count is the greatest, whoever sets it, and whatever their clocks say", () => {
    const device = new Device();
    device.apply("me", timer(60, 2, NOW));
    device.apply("peer", timer(0, 1, NOW + WEEK_SECONDS * 1_000));
    expect(device.conversation.timer.seconds).toBe(60);
    device.apply("peer", timer(0, 3, 0));
    expect(device.conversation.timer).toEqual({ count: 3, at: 0, seconds: 0 });
    expect(device.shown.length).toBe(3);
  });

  test("counts of the same number when it is the later one, and of the same time the longer one", () => {
    const device = new Device();
    for (const seconds of [60, 30, 90]) device.apply("peer", timer(seconds));
    expect(device.conversation.timer.seconds).toBe(90);
    device.apply("me", timer(0, 1, NOW + 1));
    device.apply("peer", timer(120));
    expect(device.conversation.timer).toEqual({ count: 1, at: NOW + 1, seconds: 0 });
  });

  test("of the other side can always be replaced, however great its time and count", () => {
    const device = new Device();
    const latest = 8_640_000_000_000_000;
    for (const count of [1, TIMER_AHEAD_MAX, Number.MAX_SAFE_INTEGER]) {
      device.apply("peer", timer(5, count, latest));
    }
    const { count } = device.conversation.timer;
    expect(count).toBe(TIMER_AHEAD_MAX);
    device.apply("me", timer(0, count + 1));
    expect(device.conversation.timer).toEqual({ count: count + 1, at: NOW, seconds: 0 });
  });

  test("that is too far ahead of the last one leaves nothing, not even a notice", () => {
    const device = new Device();
    const { conversation } = device;
    const change = device.apply("peer", timer(5, TIMER_AHEAD_MAX + 1));
    expect(change).toEqual({ conversation, ...unchanged });
    expect(change.conversation).toBe(conversation);
  });
});

describe("a message that disappears", () => {
  const lifetimeSeconds = WEEK_SECONDS;
  const WEEK_MS = WEEK_SECONDS * 1_000;

  test("counts from its reading when it came, and from its time once it was sent", () => {
    const device = withText("peer", 1, { lifetimeSeconds });
    device.apply("me", text(2, "b", { lifetimeSeconds }), "waiting");
    expect(device.get("peer", 1)).not.toHaveProperty("expiresAt");
    expect(device.get("me", 2)).not.toHaveProperty("expiresAt");
    device.now += 5_000;
    device.apply("me", receipt("read", 1));
    device.tell(key("me", 2), "sent");
    expect(device.get("peer", 1).expiresAt).toBe(NOW + 5_000 + WEEK_MS);
    expect(device.get("me", 2).expiresAt).toBe(NOW + 2 + WEEK_MS);
  });

  test("goes at its time and not before, and no repetition brings it back", () => {
    const device = withText("peer", 1);
    device.apply("me", text(2, "b", { lifetimeSeconds }));
    device.now = NOW + 2 + WEEK_MS - 1;
    expect(device.expire(key("me", 2), key("peer", 1), key("me", 9))).toMatchObject(unchanged);
    device.now += 1;
    device.expire(key("me", 2), key("peer", 1));
    expect(device.shown.map((record) => record.text)).toEqual(["text 1"]);
    expect(device.conversation.preview).toBeNull();
    device.conversation = withPreview(device.conversation, device.get("peer", 1));
    expect(device.conversation.preview?.text).toBe("text 1");
    device.apply("me", text(2, "b", { lifetimeSeconds }));
    device.apply("me", edit(2, "c"));
    device.apply("peer", reaction("receiver", 2, "👍"));
    expect(device.get("me", 2)).toMatchObject({ text: "", reactions: {}, isExpired: true });
    expect(device.expire(key("me", 2))).toMatchObject(unchanged);
    expect(device.conversation.preview?.text).toBe("text 1");
  });

  test("leaves remains that can go 60 days later", () => {
    const device = withText("me", 1, { lifetimeSeconds });
    const end = NOW + 1 + WEEK_MS + 60 * 24 * 60 * 60 * 1_000;
    expect(isForgettable(device.get("me", 1), end)).toBe(false);
    device.now = end;
    device.expire(key("me", 1));
    expect(isForgettable(device.get("me", 1), end - 1)).toBe(false);
    expect(isForgettable(device.get("me", 1), end)).toBe(true);
  });
});

describe("a conversation", () => {
  test("shows the beginning of its last message without half characters", () => {
    const device = withText("peer", 1);
    device.apply("peer", text(2, `a${"😀".repeat(300)}`));
    expect(device.conversation.preview?.text).toBe(`a${"😀".repeat(199)}`);
  });

  test("gives a time that is later than the one before, within what a content takes", () => {
    expect(laterThan(undefined, NOW)).toBe(NOW);
    expect(laterThan(NOW - 1, NOW)).toBe(NOW);
    expect(laterThan(NOW, NOW)).toBe(NOW + 1);
    expect(laterThan(8_640_000_000_000_000, NOW)).toBe(8_640_000_000_000_000);
  });
});
