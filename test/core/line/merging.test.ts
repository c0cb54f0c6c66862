// BOX-2, ID-3: what devices of one account hand to each other adds up as if each had heard all of it.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { newConversation } from "../../../shared/core/line/conversation.ts";
import { mergedRecord, mergeHanded } from "../../../shared/core/line/merging.ts";
import {
  type Author,
  awaited,
  isMessage,
  isUnread,
  keyOf,
  type MessageKey,
  type MessageRecord,
} from "../../../shared/core/line/messageRecord.ts";
import { Device, idOf, NOW, PEER, type Said } from "./examples.ts";
import { said } from "./sayings.ts";

const WEEK_MS = 7 * 24 * 60 * 60 * 1_000;

/** What `from` holds, handed to `to`. */
function hand(from: Device, to: Device, now = NOW): void {
  const records = [...from.records.values()];
  const before = { conversation: to.conversation, records: to.records };
  const { timer } = from.conversation;
  const change = mergeHanded(before, { records, timer }, now);
  to.conversation = change.conversation;
  for (const record of change.records) to.records.set(keyOf(record), record);
  for (const key of change.removed) to.records.delete(key);
}

const placeless = (device: Device): [MessageKey, MessageRecord][] =>
  [...device.records]
    .map(([key, record]): [MessageKey, MessageRecord] => [key, { ...record, order: "" }])
    .toSorted(([a], [b]) => (a < b ? -1 : 1));

/** One conversation, of which each device hears a part, or both hear it, each in an order of its own. */
const split = fc
  .array(fc.tuple(said, fc.constantFrom("one", "other", "both")), { maxLength: 40 })
  .chain((all) => {
    const heardBy = (which: string): Said[] =>
      all.filter(([, by]) => by === which || by === "both").map(([one]) => one);
    const [one, other] = [heardBy("one"), heardBy("other")];
    const shuffled = (part: Said[]) =>
      fc.shuffledSubarray(part, { minLength: part.length, maxLength: part.length });
    return fc.record({
      all: fc.constant(all.map(([each]) => each)),
      one: shuffled(one),
      other: shuffled(other),
    });
  });

/** What three devices may hold of one message, by honest authors and clocks. */
const threeRecords = fc
  .tuple(fc.constantFrom<Author[]>("me", "peer"), fc.nat(4))
  .chain(([author, number]) => {
    const one = recordOf(author, number);
    return fc.tuple(one, one, one);
  });

function recordOf(author: Author, number: number): fc.Arbitrary<MessageRecord> {
  return fc
    .record({
      contents: fc.array(said, { maxLength: 12 }),
      own: fc.constantFrom<("waiting" | "sent" | "refused")[]>("waiting", "sent", "refused"),
      readLater: fc.nat(3),
      isOver: fc.boolean(),
    })
    .map(({ contents, own, readLater, isOver }) => {
      const device = new Device();
      device.now = NOW + readLater;
      for (const { author: by, content } of contents) device.apply(by, content, "waiting");
      const key = `${author}/${idOf(number)}` as const;
      device.tell(key, own);
      device.now = NOW + WEEK_MS;
      if (isOver) device.expire(key);
      const found = device.records.get(key) ?? awaited(PEER, author, idOf(number));
      return { ...found, order: "" };
    });
}

describe("records of two devices", () => {
  test("merge to what one device holds that heard it all", () => {
    fc.assert(
      fc.property(split, ({ all, one, other }) => {
        const whole = new Device().applyAll(all);
        const merged = new Device().applyAll(one);
        hand(new Device().applyAll(other), merged);
        expect(placeless(merged)).toEqual(placeless(whole));
        expect(merged.conversation.timer).toEqual(whole.conversation.timer);
        expect(merged.conversation.unread).toBe(whole.conversation.unread);
        const awaitedIn = (device: Device) => device.conversation.awaited.toSorted();
        expect(awaitedIn(merged)).toEqual(awaitedIn(whole));
      }),
      { numRuns: 3_000 },
    );
  });

  test("make no difference when they are handed over again, or before what they are about comes", () => {
    fc.assert(
      fc.property(split, ({ all, one, other }) => {
        const giver = new Device().applyAll(other);
        const taker = new Device();
        hand(giver, taker);
        taker.applyAll(one);
        expect(placeless(taker)).toEqual(placeless(new Device().applyAll(all)));
        const { conversation } = taker;
        const before = { conversation, records: taker.records };
        const again = { records: [...giver.records.values()], timer: giver.conversation.timer };
        const change = mergeHanded(before, again, NOW);
        expect(change).toEqual({ conversation, records: [], removed: [] });
        expect(change.conversation).toBe(conversation);
      }),
      { numRuns: 1_000 },
    );
  });

  test("keep their counts and previews, and one place for each message", () => {
    fc.assert(
      fc.property(split, ({ one, other }) => {
        const taker = new Device().applyAll(one);
        const places = new Map([...taker.records].map(([key, { order }]) => [key, order]));
        hand(new Device().applyAll(other), taker);
        const records = [...taker.records.values()];
        expect(taker.conversation.unread).toBe(records.filter(isUnread).length);
        const last = taker.shown.filter(isMessage).at(-1);
        expect(taker.conversation.preview?.order).toBe(last?.order);
        expect(taker.conversation.preview?.text).toBe(last?.text);
        expect(new Set(taker.shown.map(({ order }) => order)).size).toBe(taker.shown.length);
        for (const [key, order] of places) {
          if (order !== "") expect(taker.records.get(key)?.order).toBe(order);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test("merge alike in whatever order and grouping, as often as one likes", () => {
    fc.assert(
      fc.property(threeRecords, ([a, b, c]) => {
        expect(mergedRecord(a, a)).toBe(a);
        const together = mergedRecord(a, b);
        expect(mergedRecord(b, a)).toEqual(together);
        expect(mergedRecord(together, b)).toBe(together);
        expect(mergedRecord(mergedRecord(b, c), a)).toEqual(mergedRecord(together, c));
      }),
      { numRuns: 5_000 },
    );
  });

  test("never bring back what was deleted or is over, and never lower a state", () => {
    const ranks = ["refused", "waiting", "sent", "delivered", "read"];
    fc.assert(
      fc.property(threeRecords, ([a, b]) => {
        const merged = mergedRecord(a, b);
        for (const { isDeleted, isExpired, state = "refused", readAt = Infinity } of [a, b]) {
          expect(merged.isDeleted || !isDeleted).toBe(true);
          expect(merged.isExpired || !isExpired).toBe(true);
          expect(ranks.indexOf(merged.state ?? "refused")).toBeGreaterThanOrEqual(
            ranks.indexOf(state),
          );
          expect(merged.readAt ?? Infinity).toBeLessThanOrEqual(readAt);
        }
        if (merged.isDeleted || merged.isExpired) {
          expect(merged).toMatchObject({ text: "", reactions: {} });
          expect(merged).not.toHaveProperty("edit");
          expect(merged).not.toHaveProperty("replyTo");
          expect(merged).not.toHaveProperty("file");
        }
      }),
      { numRuns: 3_000 },
    );
  });

  test("come in the order of the device that hands them over, between those that are here", () => {
    const giver = new Device();
    const text = (number: number) =>
      ({ kind: "text", id: idOf(number), at: NOW, text: `text ${number}` }) as const;
    for (const number of [1, 2, 3, 4]) {
      giver.now = NOW + 10 * number;
      giver.apply("peer", text(number));
    }
    const taker = new Device();
    taker.now = NOW + 25;
    taker.apply("peer", text(5));
    taker.now = NOW + 30; // where the other device has the third
    taker.apply("me", text(6));
    hand(giver, taker, NOW + 100);
    const words = taker.shown.map(({ text: shown }) => shown);
    expect(words.map((shown) => shown.slice(-1)).join("")).toBe("125634");
    taker.now = NOW;
    taker.apply("peer", text(7));
    expect(taker.shown.at(-1)?.text).toBe("text 7");
  });

  test("that an author has told each device differently become the same on both", () => {
    const devices = ["one", "other"].map((words) => {
      const device = new Device();
      device.apply("peer", { kind: "text", id: idOf(1), at: NOW, text: words });
      return device;
    }) as [Device, Device];
    const [one, other] = devices.map((device) => device.get("peer", 1)) as [
      MessageRecord,
      MessageRecord,
    ];
    expect(mergedRecord(one, other).text).toBe(mergedRecord(other, one).text);
  });

  test("whose time is over come as their remains", () => {
    const giver = new Device();
    const content = { kind: "text", id: idOf(1), at: NOW, text: "brief", lifetimeSeconds: 60 };
    giver.apply("me", content as Said["content"]);
    const taker = new Device();
    hand(giver, taker, NOW + 60_000);
    expect(taker.get("me", 1)).toMatchObject({ isExpired: true, text: "" });
    expect(taker.conversation).toEqual({
      ...newConversation(PEER),
      lastOrder: taker.get("me", 1).order,
    });
  });

  test("of a file have what could be uploaded, and of a kind that one cannot read what the other can", () => {
    const file = { name: "a.txt", type: "text/plain", size: 3 };
    const blob = { blobId: "A".repeat(22), key: "A".repeat(43), size: 3 };
    const base = { ...awaited(PEER, "me", idOf(1)), kind: "file", at: NOW } as const;
    const uploading: MessageRecord = { ...base, file, state: "uploading" };
    const whole: MessageRecord = { ...base, file: { ...file, blob }, state: "sent" };
    const unknown: MessageRecord = { ...base, kind: "unknown", state: "sent" };
    for (const [one, other] of [
      [uploading, whole],
      [whole, uploading],
      [unknown, whole],
      [whole, unknown],
    ] as const) {
      expect(mergedRecord(one, other)).toEqual(whole);
    }
  });
});
