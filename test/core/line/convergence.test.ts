// BOX-2: devices that hear the same contents agree, in whatever order and how often they hear them.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  isUnread,
  isMessage,
  type MessageRecord,
} from "../../../shared/core/line/messageRecord.ts";
import { Device } from "./examples.ts";
import { said } from "./sayings.ts";

const conversation = fc.array(said, { maxLength: 40 });
const inTwoOrders = conversation.chain((all) =>
  fc.tuple(
    fc.constant(all),
    fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }),
  ),
);

/** The records without their place, which is that of coming. */
const placeless = (device: Device): [string, MessageRecord][] =>
  [...device.records]
    .map(([key, record]): [string, MessageRecord] => [key, { ...record, order: "" }])
    .toSorted(([a], [b]) => (a < b ? -1 : 1));

describe("devices that hear the same contents", () => {
  test("hold the same records, whatever the order", () => {
    fc.assert(
      fc.property(inTwoOrders, ([all, shuffled]) => {
        const [one, other] = [new Device().applyAll(all), new Device().applyAll(shuffled)];
        expect(placeless(other)).toEqual(placeless(one));
        expect(other.conversation.timer).toEqual(one.conversation.timer);
        expect(other.conversation.unread).toBe(one.conversation.unread);
        expect(other.conversation.awaited.toSorted()).toEqual(one.conversation.awaited.toSorted());
      }),
      { numRuns: 3_000 },
    );
  });

  test("change nothing when they hear them again", () => {
    fc.assert(
      fc.property(inTwoOrders, ([all, shuffled]) => {
        const device = new Device().applyAll(all);
        device.now += 1_000;
        for (const { author: by, content: again } of shuffled) {
          const { conversation: before } = device;
          const change = device.apply(by, again);
          expect(change).toEqual({ conversation: before, records: [], removed: [] });
          expect(change.conversation).toBe(before);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test("count and preview what their records say", () => {
    fc.assert(
      fc.property(conversation, (all) => {
        const device = new Device().applyAll(all);
        const records = [...device.records.values()];
        expect(device.conversation.unread).toBe(records.filter(isUnread).length);
        const last = device.shown.filter(isMessage).at(-1);
        expect(device.conversation.preview?.order).toBe(last?.order);
        expect(device.conversation.preview?.text).toBe(last?.text);
        expect(new Set(device.shown.map((record) => record.order)).size).toBe(device.shown.length);
        const kept = records.filter((record) => record.kind === "awaited");
        expect(device.conversation.awaited.length).toBe(kept.length);
      }),
      { numRuns: 1_000 },
    );
  });

  test("hold the mirror image of each other at the two ends", () => {
    fc.assert(
      fc.property(conversation, (all) => {
        const mine = new Device().applyAll(all);
        const theirs = new Device().applyAll(
          all.map(({ author: by, content: same }) => ({
            author: by === "me" ? "peer" : "me",
            content: same,
          })),
        );
        const shown = (device: Device, isMirrored: boolean) =>
          device.shown.map(({ author: by, kind, id, text: words, isDeleted }) => {
            return { isMine: (by === "me") !== isMirrored, kind, id, words, isDeleted };
          });
        expect(shown(theirs, true)).toEqual(shown(mine, false));
        expect(theirs.conversation.timer).toEqual(mine.conversation.timer);
      }),
      { numRuns: 500 },
    );
  });
});
