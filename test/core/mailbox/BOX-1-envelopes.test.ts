// BOX-1: what a mailbox takes, in which place, and how much of it is under way at a time.

import fc from "fast-check";
import { expect, test } from "vitest";
import {
  expiredThrough,
  expiryOf,
  judge,
  nextPlace,
} from "../../../shared/core/mailbox/acceptance.ts";
import { NOTHING_COUNTED } from "../../../shared/core/fadingCount.ts";
import { admitted, noticesOf } from "../../../shared/core/mailbox/flowWindow.ts";
import { type Held, Holdings } from "../../../shared/core/mailbox/holdings.ts";
import {
  fitting,
  grouped,
  type Load,
  loadOf,
  minus,
  NO_LOAD,
  plus,
} from "../../../shared/core/mailbox/load.ts";
import { afterSending } from "../../../shared/core/mailbox/pace.ts";
import type { UserId } from "../../../shared/wire/ids.ts";
import {
  MAILBOX_MAX_BYTES,
  MAILBOX_MAX_ENVELOPES,
  MAILBOX_SENDER_MAX_BYTES,
  MAILBOX_SENDER_MAX_ENVELOPES,
  SEND_BURST,
  SENDS_PER_SECOND,
  WINDOW_MAX_BYTES,
  WINDOW_MAX_ENVELOPES,
} from "../../../shared/wire/limits.ts";

const boxes = (...devices: number[]) => devices.map((device) => ({ device, box: "AAAA" }));
const contact = { standing: "contact", device: 0 } as const;
const own = { standing: "own", device: 3 } as const;
const EMPTY: Held = { all: NO_LOAD, ofSender: NO_LOAD };
/** Of other senders. */
const others = (all: Partial<Load>): Held => ({ ...EMPTY, all: { ...NO_LOAD, ...all } });
/** Of the one whose message is judged. */
const sameSender = (load: Partial<Load>): Held => {
  const ofSender = { ...NO_LOAD, ...load };
  return { all: ofSender, ofSender };
};

test("boxes fit when there is one for each device, in any order, and no other", () => {
  expect(judge(boxes(0, 3), contact, [0, 3], EMPTY)).toBe("keep");
  expect(judge(boxes(3, 0), contact, [0, 3], EMPTY)).toBe("keep");
  for (const bad of [
    boxes(0),
    boxes(3),
    boxes(0, 0),
    boxes(0, 3, 3),
    boxes(0, 3, 4),
    boxes(0, 4),
  ]) {
    expect(judge(bad, contact, [0, 3], EMPTY)).toBe("devices-changed");
  }
});

test("one's own copies are for all devices but the sending one", () => {
  expect(judge(boxes(0, 4), own, [0, 3, 4], EMPTY)).toBe("keep");
  expect(judge(boxes(0, 3, 4), own, [0, 3, 4], EMPTY)).toBe("devices-changed");
  expect(judge(boxes(3), own, [3], EMPTY)).toBe("devices-changed");
});

test("a stranger is told nothing of devices or room; the blocked meet every refusal of a contact", () => {
  const full = others({ envelopes: MAILBOX_MAX_ENVELOPES });
  const ofOneSender = sameSender({ envelopes: MAILBOX_SENDER_MAX_ENVELOPES });
  expect(judge(boxes(9), { standing: "stranger", device: 0 }, [0], full)).toBe("not-a-contact");
  const blocked = { standing: "blocked", device: 0 } as const;
  for (const held of [EMPTY, full, ofOneSender]) {
    for (const given of [boxes(0), boxes(9)]) {
      const [asBlocked, asContact] = [blocked, contact].map((one) => judge(given, one, [0], held));
      expect(asBlocked).toBe(asContact === "keep" ? "drop" : asContact);
    }
  }
});

test("the quota is met exactly, by count and by bytes", () => {
  const count = (envelopes: number) => others({ envelopes });
  expect(judge(boxes(0), contact, [0], count(MAILBOX_MAX_ENVELOPES - 1))).toBe("keep");
  expect(judge(boxes(0), contact, [0], count(MAILBOX_MAX_ENVELOPES))).toBe("mailbox-full");
  expect(judge(boxes(0, 1), contact, [0, 1], count(MAILBOX_MAX_ENVELOPES - 1))).toBe(
    "mailbox-full",
  );
  const bytes = (held: number) => others({ bytes: held });
  expect(judge(boxes(0), contact, [0], bytes(MAILBOX_MAX_BYTES - 4))).toBe("keep");
  expect(judge(boxes(0), contact, [0], bytes(MAILBOX_MAX_BYTES - 3))).toBe("mailbox-full");
});

test("a contact's share is met exactly, by count and by bytes, while others still find room", () => {
  const count = sameSender({ envelopes: MAILBOX_SENDER_MAX_ENVELOPES - 1 });
  expect(judge(boxes(0), contact, [0], count)).toBe("keep");
  expect(judge(boxes(0, 1), contact, [0, 1], count)).toBe("mailbox-full");
  const bytes = (held: number) => sameSender({ bytes: held });
  expect(judge(boxes(0), contact, [0], bytes(MAILBOX_SENDER_MAX_BYTES - 4))).toBe("keep");
  const full = bytes(MAILBOX_SENDER_MAX_BYTES - 3);
  expect(judge(boxes(0), contact, [0], full)).toBe("mailbox-full");
  expect(judge(boxes(0), contact, [0], { ...full, ofSender: NO_LOAD })).toBe("keep");
});

test("one's own copies may fill the whole mailbox", () => {
  const share = sameSender({ envelopes: MAILBOX_SENDER_MAX_ENVELOPES });
  expect(judge(boxes(0), own, [0, 3], share)).toBe("keep");
  const all = sameSender({ envelopes: MAILBOX_MAX_ENVELOPES });
  expect(judge(boxes(0), own, [0, 3], all)).toBe("mailbox-full");
});

test("what is held of each sender, and of all, is what came and has not gone", () => {
  const change = fc.record({
    sender: fc.constantFrom("ann", "cem", "eve").map((name) => name as UserId),
    bytes: fc.integer({ min: 0, max: 9 }),
    isNew: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(change), fc.nat(), (changes, counted) => {
      const boxesOf = new Map<UserId, number[]>();
      let holdings = new Holdings();
      const loads = () =>
        [...boxesOf].map(([sender, held]): [UserId, Load] => {
          return [sender, loadOf(held.map((length) => ({ box: "A".repeat(length) })))];
        });
      for (const [index, { sender, bytes, isNew }] of changes.entries()) {
        if (index === counted) holdings = new Holdings(loads());
        const held = boxesOf.get(sender) ?? [];
        boxesOf.set(sender, held);
        if (isNew) {
          held.push(bytes);
          holdings.add(sender, { envelopes: 1, bytes });
        } else if (held.length > 0) {
          holdings.remove(sender, { envelopes: 1, bytes: held.shift() ?? 0 });
        }
        const ofSender = new Map(loads()).get(sender);
        const all = loads().reduce((sum, [, load]) => plus(sum, load), NO_LOAD);
        expect(holdings.heldOf(sender)).toEqual({ all, ofSender });
      }
    }),
  );
});

test("an account sends a burst at once, then so many a second, and a refused message delays no other", () => {
  const start = 1_000_000;
  let sent = NOTHING_COUNTED;
  const sendAt = (now: number): boolean => {
    const more = afterSending(sent, now);
    sent = more ?? sent;
    return more !== null;
  };
  const countAt = (now: number) => {
    let count = 0;
    while (sendAt(now)) count += 1;
    return count;
  };
  expect(countAt(start)).toBe(SEND_BURST);
  for (let tries = 0; tries < 100; tries += 1) expect(sendAt(start)).toBe(false);
  expect(countAt(start + 1_000)).toBe(SENDS_PER_SECOND);
  expect(countAt(start - 5_000), "the clock stepped back").toBe(0);
  expect(countAt(start + 3_600_000)).toBe(SEND_BURST);
});

test("a place is the time, or the next one after the last, whichever is higher", () => {
  expect(nextPlace(5, 1_000)).toBe(1_000);
  expect(nextPlace(1_000, 1_000)).toBe(1_001);
  expect(nextPlace(2_000, 1_000)).toBe(2_001);
  expect(expiredThrough(expiryOf(1_000))).toBe(1_000);
});

const box = fc.integer({ min: 0, max: 20_000 }).map((length) => ({ box: "A".repeat(length) }));
const load = fc.record({
  envelopes: fc.integer({ min: 0, max: WINDOW_MAX_ENVELOPES }),
  bytes: fc.integer({ min: 0, max: WINDOW_MAX_BYTES }),
});

test("what the window admits never exceeds it, and one more would", () => {
  fc.assert(
    fc.property(load, fc.array(box, { maxLength: 60 }), (underWay, next) => {
      const count = admitted(underWay, next);
      const after = plus(underWay, loadOf(next.slice(0, count)));
      expect(after.envelopes <= WINDOW_MAX_ENVELOPES && after.bytes <= WINDOW_MAX_BYTES).toBe(true);
      if (count === next.length) return;
      const more = plus(underWay, loadOf(next.slice(0, count + 1)));
      expect(more.envelopes > WINDOW_MAX_ENVELOPES || more.bytes > WINDOW_MAX_BYTES).toBe(true);
    }),
  );
});

test("an empty window admits any envelope, so no reader is ever stuck", () => {
  expect(admitted(NO_LOAD, [{ box: "A".repeat(16_384) }])).toBe(1);
});

test("notices hold all envelopes in their order, each of moderate size", () => {
  fc.assert(
    fc.property(fc.array(box, { maxLength: 150 }), (envelopes) => {
      const notices = noticesOf(envelopes);
      expect(notices.flat()).toEqual(envelopes);
      for (const notice of notices) {
        expect(notice.length).toBeGreaterThan(0);
        expect(notice.length).toBeLessThanOrEqual(50);
        expect(loadOf(notice).bytes).toBeLessThanOrEqual(100 * 1024);
      }
    }),
  );
});

test("what is too heavy for a group goes alone, and nothing is passed over for lighter things", () => {
  const weigh = (bytes: number) => ({ envelopes: 1, bytes });
  const room = { envelopes: 2, bytes: 10 };
  expect(grouped([4, 4, 4, 20, 1, 9, 2], room, weigh)).toEqual([[4, 4], [4], [20], [1, 9], [2]]);
  expect(fitting([weigh(4), weigh(20), weigh(1)], { envelopes: 9, bytes: 10 })).toBe(1);
  expect(grouped([], room, weigh)).toEqual([]);
});

test("a load is never less than nothing", () => {
  expect(minus({ envelopes: 1, bytes: 5 }, { envelopes: 2, bytes: 3 })).toEqual({
    envelopes: 0,
    bytes: 2,
  });
});
