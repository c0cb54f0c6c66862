// PAS-8, KEY-4: the arithmetic of failed claims. Accounts wait, networks work, and both are forgiven in time.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  accountDelayMs,
  afterAccountFailure,
  afterNetworkFailure,
  locatorDigits,
  locatorWorkBits,
  networkWorkBits,
} from "../../../shared/core/pairing/backoff.ts";
import { type FadingCount, NOTHING_COUNTED } from "../../../shared/core/fadingCount.ts";

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;

function failedTimes(
  count: number,
  after: (failures: FadingCount, now: number) => FadingCount,
  now = NOW,
): FadingCount {
  let failures = NOTHING_COUNTED;
  for (let made = 0; made < count; made++) failures = after(failures, now);
  return failures;
}

describe("PAS-8: an account", () => {
  test("fails three times for free; each further failure doubles the wait, up to an hour", () => {
    const delays = [0, 1, 2, 3, 4, 5, 6, 12, 13, 40].map((count) =>
      accountDelayMs(failedTimes(count, afterAccountFailure), 0, NOW),
    );
    expect(delays.map((delay) => delay / 1_000)).toEqual([
      0, 0, 0, 5, 10, 20, 40, 2_560, 3_600, 3_600,
    ]);
  });

  test("has claims under way counted as failures until they are settled", () => {
    expect(accountDelayMs(NOTHING_COUNTED, 2, NOW)).toBe(0);
    expect(accountDelayMs(NOTHING_COUNTED, 3, NOW)).toBe(5_000);
    expect(accountDelayMs(failedTimes(2, afterAccountFailure), 1, NOW)).toBe(5_000);
  });

  test("may claim when it has waited as long as it was told, and not a millisecond before", () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 8 }), (count) => {
        const failures = failedTimes(count, afterAccountFailure);
        const delay = accountDelayMs(failures, 0, NOW);
        expect(accountDelayMs(failures, 0, NOW + delay)).toBe(0);
        expect(accountDelayMs(failures, 0, NOW + delay - 1)).toBe(1);
      }),
    );
  });

  test("is never told to wait longer than an hour, nor a negative time", () => {
    fc.assert(
      fc.property(
        fc.nat(10_000),
        fc.nat(50),
        fc.integer({ min: -HOUR, max: 100 * HOUR }),
        (level, underWay, wait) => {
          const delay = accountDelayMs({ level, at: NOW }, underWay, NOW + wait);
          expect(delay).toBeGreaterThanOrEqual(0);
          // A clock that goes back adds no more than it went back.
          expect(delay).toBeLessThanOrEqual(HOUR + Math.max(0, -wait));
        },
      ),
    );
  });

  test("has a failure forgotten every ten minutes", () => {
    const failures = failedTimes(5, afterAccountFailure);
    expect(accountDelayMs(failures, 0, NOW + 30 * 60_000)).toBe(0);
    expect(afterAccountFailure(failures, NOW + HOUR).level).toBe(1);
  });
});

describe("PAS-8: a network", () => {
  test("works for nothing until fifty failures, then harder with each doubling, up to a bound", () => {
    const bits = [0, 49, 50, 99, 100, 200, 400, 800, 1_600, 100_000].map((count) =>
      networkWorkBits(failedTimes(count, afterNetworkFailure), NOW),
    );
    expect(bits).toEqual([0, 0, 10, 10, 12, 14, 16, 18, 18, 18]);
  });

  test("has ten failures forgotten a minute", () => {
    const failures = failedTimes(60, afterNetworkFailure);
    expect(networkWorkBits(failures, NOW + 60_000)).toBe(10);
    expect(networkWorkBits(failures, NOW + 61_000)).toBe(0);
  });
});

describe("KEY-4: locators", () => {
  test("grow by a digit with every two that were taken, from three to nine", () => {
    expect([0, 1, 2, 3, 4, 11, 12, 20].map(locatorDigits)).toEqual([3, 3, 4, 4, 5, 8, 9, 9]);
  });

  test("ask for work when they are longer than the shortest", () => {
    expect([3, 4, 5, 6, 9].map(locatorWorkBits)).toEqual([0, 8, 12, 16, 16]);
  });
});
