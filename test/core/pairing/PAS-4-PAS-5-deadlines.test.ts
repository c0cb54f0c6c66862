// PAS-4, PAS-5: T1 and T2 to the millisecond, for every way to open an attempt and at every bound of what
// may be asked for. Strictly before counts; at it and after it both sides hear of failure, once.

import { describe, expect, test } from "vitest";
import { deadlineOf, step } from "../../../shared/core/pairing/attempt.ts";
import type { AttemptEvent } from "../../../shared/core/pairing/events.ts";
import { openedNotice, offerNotice } from "../../../shared/core/pairing/notices.ts";
import {
  type AttemptState,
  type AwaitingClaim,
  BOTH,
  FREE,
} from "../../../shared/core/pairing/state.ts";
import {
  after,
  ANN,
  answer,
  answerMessage,
  ask,
  askMessage,
  BEN,
  BENS_TABLET,
  CEM,
  claim,
  deadline,
  NOW,
  open,
  replyOf,
  say,
  servedBy,
  toldTo,
  WRONG_TAG,
} from "./examples.ts";
import { EVENTS, eventsOf, NOTICE_MS } from "./walks.ts";

interface Way {
  readonly name: string;
  readonly opening: AttemptEvent;
  readonly t1Ms: number;
  readonly t2Ms: number;
}

const TERMS = [
  [10, 11],
  [10, 300],
  [60, 90],
  [299, 300],
] as const;

const WAYS: readonly Way[] = [
  { name: "by key", opening: open(), t1Ms: 120_000, t2Ms: 150_000 },
  ...TERMS.flatMap(([t1, t2]) => {
    const message = askMessage(1, t1, t2);
    const terms = { t1Ms: t1 * 1_000, t2Ms: t2 * 1_000 };
    return [
      { name: `by passphrase, ${t1} s and ${t2} s`, opening: open(ANN, message), ...terms },
      { name: `of Ben by passphrase, ${t1} s and ${t2} s`, opening: ask(message), ...terms },
    ];
  }),
];

const isDirected = ({ opening }: Way) => opening.type === "open" && opening.to !== null;

describe.for(WAYS)("an attempt $name", (way) => {
  const { opening, t1Ms, t2Ms } = way;
  const waiting = () => after(opening) as AwaitingClaim;
  const claimed = () => after(opening, claim());

  test("PAS-4: has T1 and T2 as asked for, counted from the opening, and tells them to whoever is there", () => {
    const times = { openedAt: NOW, claimBy: NOW + t1Ms, answerBy: NOW + t2Ms };
    expect(waiting()).toMatchObject(times);
    expect(openedNotice(waiting(), NOW + 5)).toMatchObject({ ...times, now: NOW + 5 });
    expect(offerNotice(waiting(), NOW + 5)).toMatchObject({ ...times, now: NOW + 5 });
    expect(claimed()).toMatchObject(times);
  });

  test("PAS-4: takes a claim in the last millisecond before T1, and neither at T1 nor after it", () => {
    expect(step(waiting(), claim(), NOW + t1Ms - 1).state.at).toBe("awaitingAnswer");
    for (const time of [NOW + t1Ms, NOW + t1Ms + 1, NOW + t2Ms]) {
      const late = step(waiting(), claim(), time);
      expect(late.state).toMatchObject({ at: "failed", outcome: "timedOut", responder: null });
      expect(replyOf(late)).toBe(isDirected(way) ? "attempt-over" : "stray");
      expect(toldTo("initiator", late)).toEqual(["ended timedOut"]);
      expect(toldTo("responder", late)).toEqual(isDirected(way) ? ["ended timedOut"] : []);
      expect(servedBy(late)).not.toContain("answered");
    }
  });

  test("PAS-4: takes an answer in the last millisecond before T2, and neither at T2 nor after it", () => {
    const wrong = answer(ANN, answerMessage(WRONG_TAG));
    for (const [said, told] of [
      [answer(), "matched"],
      [wrong, "ended mismatch"],
    ] as const) {
      const inTime = step(claimed(), said, NOW + t2Ms - 1);
      for (const role of BOTH) expect(toldTo(role, inTime)).toEqual([told]);
      for (const time of [NOW + t2Ms, NOW + t2Ms + 1, NOW + 10 ** 9]) {
        const late = step(claimed(), said, time);
        expect(late.state).toMatchObject({ at: "failed", outcome: "timedOut" });
        expect(replyOf(late)).toBe("attempt-over");
        for (const role of BOTH) expect(toldTo(role, late)).toEqual(["ended timedOut"]);
        expect(servedBy(late)).not.toContain("initiatorContact");
      }
    }
  });

  test("PAS-4: once claimed in time may be answered at T1 and after it", () => {
    for (const time of [NOW + t1Ms - 1, NOW + t1Ms, NOW + t1Ms + 1]) {
      if (time >= NOW + t2Ms) continue;
      expect(step(claimed(), answer(), time).state.at).toBe("matched");
    }
  });

  test("PAS-5: tells of failure by its alarm, at the deadline and not a millisecond before", () => {
    for (const [state, by] of [
      [waiting(), t1Ms],
      [claimed(), t2Ms],
    ] as const) {
      expect(deadlineOf(state)).toBe(NOW + by);
      const early = step(state, deadline, NOW + by - 1);
      expect(early.state).toBe(state);
      for (const role of BOTH) expect(toldTo(role, early)).toEqual([]);
      for (const time of [NOW + by, NOW + by + 1]) {
        const due = step(state, deadline, time);
        expect(due.state).toMatchObject({ at: "failed", outcome: "timedOut" });
        const hasOther = state.at === "awaitingAnswer" || isDirected(way);
        expect(toldTo("initiator", due)).toEqual(["ended timedOut"]);
        expect(toldTo("responder", due)).toEqual(hasOther ? ["ended timedOut"] : []);
      }
    }
  });

  test("PAS-5: is revived by no message that comes late, whoever sends it", () => {
    for (const [state, by] of [
      [waiting(), t1Ms],
      [claimed(), t2Ms],
    ] as const) {
      for (const on of EVENTS) {
        if (on === "open") continue;
        for (const event of eventsOf(on, state)) {
          for (const time of [NOW + by, NOW + by + 1]) {
            const late = step(state, event, time);
            if (late.state.at !== "free")
              expect(late.state).toMatchObject({ at: "failed", outcome: "timedOut" });
            expect(toldTo("initiator", late)[0]).toBe("ended timedOut");
          }
        }
      }
    }
  });

  test("PAS-5: whatever is said after the alarm has told of failure changes nothing more", () => {
    for (const [state, by] of [
      [waiting(), t1Ms],
      [claimed(), t2Ms],
    ] as const) {
      const failed = step(state, deadline, NOW + by).state;
      for (const event of [
        claim(),
        claim(BENS_TABLET),
        claim(CEM),
        answer(),
        say("cancel", ANN),
        say("cancel", BEN),
        say("refuse", BEN),
      ]) {
        const late = step(failed, event, NOW + by + 1);
        expect(late.state).toBe(failed);
        expect(late.effects).toEqual([]);
        expect(replyOf(late)).not.toBe("taken");
      }
    }
  });

  test("PAS-5: is forgotten a notice's time after its end, and not a millisecond before", () => {
    const failed = step(claimed(), deadline, NOW + t2Ms).state;
    expect(deadlineOf(failed)).toBe(NOW + t2Ms + NOTICE_MS);
    expect(step(failed, deadline, NOW + t2Ms + NOTICE_MS - 1).state).toBe(failed);
    expect(step(failed, deadline, NOW + t2Ms + NOTICE_MS).state).toBe(FREE);
  });

  test("PAS-5: comes back the same from storage between any two steps", () => {
    const events = [opening, claim(), answer(), say("acknowledge", ANN), deadline];
    let kept: AttemptState = FREE;
    let stored: AttemptState = FREE;
    for (const event of events) {
      const one = step(kept, event, NOW);
      const other = step(structuredClone(stored), event, NOW);
      expect(other).toEqual(one);
      kept = one.state;
      stored = JSON.parse(JSON.stringify(other.state)) as AttemptState;
    }
  });
});

test("PAS-4: a request that is answered late times out for both, though the answer follows at once", () => {
  const late = step(after(ask()), claim(), NOW + 60_000);
  const answered = step(late.state, answer(), NOW + 60_000);
  expect(replyOf(answered)).toBe("attempt-over");
  expect(answered.state).toBe(late.state);
});

test("PAS-6: that there is no such account is heard until T1; then it has timed out already", () => {
  const unreachable: AttemptEvent = { type: "unreachable", sid: askMessage().sid };
  const heard = step(after(ask()), unreachable, NOW + 59_999);
  expect(toldTo("initiator", heard)).toEqual(["ended unreachable"]);
  const late = step(after(ask()), unreachable, NOW + 60_000);
  expect(toldTo("initiator", late)).toEqual(["ended timedOut"]);
});
