// The server's clock in tests: it stands still and moves only when a test moves it. It never goes behind
// the real time, so no alarm fires by itself; runDurableObjectAlarm fires them.

import { afterEach, beforeEach, vi } from "vitest";

/** Where the clock stood last: contacts remember when they were met, so it never goes back. */
let latest = 0;

/** For every test of the file: stops the clock before, and lets it run after. */
export function useStoppedClock(): void {
  beforeEach(() => {
    latest = Math.max(latest, Date.now()) + 60_000;
    vi.useFakeTimers({ toFake: ["Date"], now: latest });
  });
  afterEach(() => {
    latest = Date.now();
    vi.useRealTimers();
  });
}

export function advanceClock(milliseconds: number): void {
  vi.setSystemTime(Date.now() + milliseconds);
}
