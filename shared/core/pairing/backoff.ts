// What failed guesses cost (PAS-8): an account waits, a network prefix works. Neither is ever shut out.

import { LOCATOR_MAX_DIGITS, LOCATOR_MIN_DIGITS } from "../../wire/limits.ts";
import { type FadingCount, levelAt, raised } from "../fadingCount.ts";

const ACCOUNT_FREE_FAILURES = 3;
const ACCOUNT_FADES_MS = 10 * 60_000;
const ACCOUNT_FIRST_DELAY_MS = 5_000;
const ACCOUNT_LONGEST_DELAY_MS = 60 * 60_000;

const NETWORK_FREE_FAILURES = 50;
const NETWORK_FADES_MS = 6_000;
const NETWORK_FIRST_BITS = 10;
const WORK_MOST_BITS = 18;

export function afterAccountFailure(count: FadingCount, now: number): FadingCount {
  return raised(count, now, ACCOUNT_FADES_MS);
}

export function afterNetworkFailure(count: FadingCount, now: number): FadingCount {
  return raised(count, now, NETWORK_FADES_MS);
}

/**
 * Milliseconds until the account may guess again; 0 when it may now.
 * @param underWay guesses let through whose outcome is not known yet; each counts as a failure until it is
 */
export function accountDelayMs(count: FadingCount, underWay: number, now: number): number {
  const level = Math.ceil(levelAt(count, now, ACCOUNT_FADES_MS) - 1e-9);
  if (level + underWay < ACCOUNT_FREE_FAILURES) return 0;
  const beyond = level + underWay - ACCOUNT_FREE_FAILURES;
  const delay = Math.min(
    ACCOUNT_LONGEST_DELAY_MS,
    ACCOUNT_FIRST_DELAY_MS * 2 ** Math.min(beyond, 20),
  );
  const waited = now - count.at;
  return underWay > 0 ? delay : Math.max(0, delay - waited);
}

export function hasFaded(count: FadingCount, now: number): boolean {
  return levelAt(count, now, NETWORK_FADES_MS) === 0;
}

/** Bits of proof of work that a claim from this network needs. */
export function networkWorkBits(count: FadingCount, now: number): number {
  const level = levelAt(count, now, NETWORK_FADES_MS);
  if (level < NETWORK_FREE_FAILURES) return 0;
  return Math.min(
    WORK_MOST_BITS,
    NETWORK_FIRST_BITS + 2 * Math.floor(Math.log2(level / NETWORK_FREE_FAILURES)),
  );
}

/** Locators only grow under load or attack, so that a longer one asks its claimants for work. */
export function locatorWorkBits(digits: number): number {
  const longer = digits - LOCATOR_MIN_DIGITS;
  return longer <= 0 ? 0 : Math.min(16, 4 + 4 * longer);
}

/** Nobody types the locator of a request to an account, so it leaves the short ones to people. */
export const REQUEST_LOCATOR_DIGITS = LOCATOR_MAX_DIGITS;

/** Digits of the next locator after `tried` that were taken or burnt. */
export function locatorDigits(tried: number): number {
  return (
    LOCATOR_MIN_DIGITS + Math.min(LOCATOR_MAX_DIGITS - LOCATOR_MIN_DIGITS, Math.floor(tried / 2))
  );
}
