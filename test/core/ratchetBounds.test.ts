import { describe, expect, test } from "vitest";
import { fromBase64Url } from "../../shared/core/crypto/bytes.ts";
import { walkChain } from "../../shared/core/crypto/chain.ts";
import { openBox } from "../../shared/core/crypto/ratchet.ts";
import { acknowledgeKey } from "../../shared/core/crypto/ratchetState.ts";
import { MAX_SKIPPED_AT_ONCE, MAX_SKIPPED_KEPT } from "../../shared/core/crypto/skippedKeys.ts";
import {
  flipped,
  openAt,
  runningSession,
  say,
  sealFrom,
  type SessionOfTwo,
} from "./ratchetPair.ts";

/** Thousands of steps: seconds, and more of them on a busy machine. */
const SLOW_MILLISECONDS = 120_000;

const SMALL_STATE_BYTES = 1_000;
const LARGEST_STATE_BYTES = 125_000;

const bytesOf = (state: unknown) => JSON.stringify(state).length;

function millisecondsOf(act: () => unknown): number {
  const startedAt = performance.now();
  act();
  return performance.now() - startedAt;
}

function sealMany(session: SessionOfTwo, count: number, name: string): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => sealFrom(session, "a", `${name} ${i}`));
}

describe("BOX-1 the bounds of what may be missing", () => {
  test(
    "are 500 boxes at a time: one more is too far ahead, until one of them has come",
    () => {
      const session = runningSession("at once");
      say(session, "a", "turns");
      session.a = acknowledgeKey(session.a, 1);
      const boxes = sealMany(session, MAX_SKIPPED_AT_ONCE + 2, "box");
      const tooFar = boxes.at(-1)!;
      const before = structuredClone(session.b);
      const opened = openBox(session.b, tooFar, session.aToB);
      expect(opened).toEqual({ ok: false, reason: "tooFarAhead" });
      expect(session.b).toEqual(before);
      expect(openAt(session, "b", boxes[0]!)).toBe("box 0");
      expect(openAt(session, "b", tooFar)).toBe("box 501");
      expect(session.b.skipped).toHaveLength(MAX_SKIPPED_AT_ONCE);
      for (let i = boxes.length - 2; i > 0; i--) {
        expect(openAt(session, "b", boxes[i]!)).toBe(`box ${i}`);
      }
      expect(bytesOf(session.b)).toBeLessThan(SMALL_STATE_BYTES);
    },
    SLOW_MILLISECONDS,
  );

  test(
    "count what is missing of a chain and of the one before together",
    () => {
      const session = runningSession("two chains");
      const old = sealMany(session, 300, "old");
      expect(openAt(session, "b", old[0]!)).toBe("old 0");
      say(session, "b", "turns");
      const next = sealMany(session, 203, "next");
      expect(openBox(session.b, next[202]!, session.aToB)).toEqual({
        ok: false,
        reason: "tooFarAhead",
      });
      expect(openAt(session, "b", next[201]!)).toBe("next 201");
      expect(session.b.skipped).toHaveLength(299 + 201);
      for (const i of [299, 1]) expect(openAt(session, "b", old[i]!)).toBe(`old ${i}`);
      for (const i of [200, 0]) expect(openAt(session, "b", next[i]!)).toBe(`next ${i}`);
    },
    SLOW_MILLISECONDS,
  );

  test(
    "hold the state below 125 KB: of 2,000 kept secrets the oldest go first",
    () => {
      const session = runningSession("kept");
      say(session, "a", "turns");
      const lost: Uint8Array[] = [];
      for (let round = 0; round < 5; round++) {
        lost.push(...sealMany(session, MAX_SKIPPED_AT_ONCE, `round ${round}`));
        say(session, "a", "arrives");
      }
      expect(session.b.skipped).toHaveLength(MAX_SKIPPED_KEPT);
      expect(bytesOf(session.b)).toBeLessThan(LARGEST_STATE_BYTES);
      const gone = openBox(session.b, lost[MAX_SKIPPED_AT_ONCE - 1]!, session.aToB);
      expect(gone).toEqual({ ok: false, reason: "replayed" });
      expect(openAt(session, "b", lost[MAX_SKIPPED_AT_ONCE]!)).toBe("round 1 0");
      expect(openAt(session, "b", lost.at(-1)!)).toBe("round 4 499");
    },
    SLOW_MILLISECONDS,
  );

  test(
    "are not used up by forgeries, however far ahead they say they are",
    () => {
      const session = runningSession("forgeries");
      const boxes = sealMany(session, 50, "box");
      const before = structuredClone(session.b);
      for (const box of boxes) {
        expect(openBox(session.b, flipped(box, box.length * 8 - 1), session.aToB).ok).toBe(false);
      }
      expect(session.b).toEqual(before);
    },
    SLOW_MILLISECONDS,
  );

  test(
    "make a forgery cost its one secret, not those of all the boxes that it passes over",
    () => {
      const session = runningSession("cost");
      say(session, "a", "turns");
      session.a = acknowledgeKey(session.a, 1);
      const forged = flipped(sealMany(session, MAX_SKIPPED_AT_ONCE + 1, "box").at(-1)!, 8 * 8);
      const chain = fromBase64Url(session.b.receiving!.chain);
      const tries: number[] = [];
      const walks: number[] = [];
      for (let round = 0; round < 40; round++) {
        tries.push(millisecondsOf(() => openBox(session.b, forged, session.aToB)));
        walks.push(millisecondsOf(() => walkChain(chain, MAX_SKIPPED_AT_ONCE)));
      }
      expect(openBox(session.b, forged, session.aToB)).toEqual({ ok: false, reason: "forged" });
      expect(Math.min(...tries)).toBeLessThan(0.75 * Math.min(...walks));
    },
    SLOW_MILLISECONDS,
  );

  test(
    "leave a state of less than 1 KB in a conversation without losses, however long",
    () => {
      const session = runningSession("long");
      for (let i = 0; i < 20; i++) {
        for (const side of ["a", "b"] as const) {
          say(session, side, "text");
          say(session, side === "a" ? "b" : "a", "receipt", "control");
        }
        expect(bytesOf(session.a)).toBeLessThan(SMALL_STATE_BYTES);
        expect(bytesOf(session.b)).toBeLessThan(SMALL_STATE_BYTES);
      }
    },
    SLOW_MILLISECONDS,
  );
});
