// What guesses and prompts cost, as figures: read off the functions that decide it.

import {
  accountDelayMs,
  afterAccountFailure,
  afterNetworkFailure,
  locatorWorkBits,
  networkWorkBits,
} from "../../shared/core/pairing/backoff.ts";
import type { FadingCount } from "../../shared/core/fadingCount.ts";
import { arrive, end, endedOf, NO_REQUESTS } from "../../shared/core/mailbox/meetingRequests.ts";
import type { UserId } from "../../shared/wire/ids.ts";
import { LOCATOR_MAX_DIGITS, LOCATOR_MIN_DIGITS } from "../../shared/wire/limits.ts";
import type { MeetingRequest } from "../../shared/wire/mailbox.ts";
import { table } from "./table.ts";

const NOW = 1_800_000_000_000;
const STEP_MS = 1_000;
const at = (level: number): FadingCount => ({ level, at: NOW });

export function accountTable(): string {
  const delays: number[] = [];
  do delays.push(accountDelayMs(at(delays.length), 0, NOW));
  while (delays.at(-1) === 0 || delays.at(-1) !== delays.at(-2));
  const free = delays.lastIndexOf(0);
  const longest = delays.length - 2;
  const rows = delays
    .map((delay, level) => [String(level), `${(delay / 1_000).toLocaleString("en-US")} s`])
    .slice(free + 1, longest);
  const most = `${((delays.at(-1) ?? 0) / 1_000).toLocaleString("en-US")} s`;
  return [
    table(
      ["failures not forgotten", "wait before the next guess"],
      [[`0 to ${free}`, "none"], ...rows, [`${longest} and more`, most]],
    ),
    `One failure is forgotten each ${fadesSeconds(afterAccountFailure)} s.`,
  ].join("\n\n");
}

export function workTable(): string {
  const rows: string[][] = [];
  for (let level = 1, before = 0; level <= 1 << 16; level++) {
    const bits = networkWorkBits(at(level), NOW);
    if (bits !== before) rows.push([`a network with ${count(level)} failures and more`, `${bits}`]);
    before = bits;
  }
  for (let digits = LOCATOR_MIN_DIGITS; digits <= LOCATOR_MAX_DIGITS; digits++) {
    const bits = locatorWorkBits(digits);
    if (bits === locatorWorkBits(digits - 1) && bits > 0) continue;
    const isMost = locatorWorkBits(LOCATOR_MAX_DIGITS) === bits;
    rows.push([`a claim at a locator of ${digits} digits${isMost ? " and more" : ""}`, `${bits}`]);
  }
  return [
    table(["of", "bits"], rows),
    `Of a network, one failure is forgotten each ${fadesSeconds(afterNetworkFailure)} s. Of two rows that apply, the larger counts.`,
  ].join("\n\n");
}

export function promptFigures(): string {
  const strangers = promptsOf((index) => `stranger ${index}`, true);
  const stranger = promptsOf(() => "one stranger", true);
  const contact = promptsOf(() => "one contact", false);
  return [
    `Of strangers an account is shown ${strangers.burst} requests at once, and from then on one each ${strangers.waitSeconds} s;`,
    `of one asker ${stranger.burst}, or ${contact.burst} if it is a contact, in ${stranger.waitSeconds} s.`,
  ].join(" ");
}

/** How many requests are shown at once, and how long after these the next one is. */
function promptsOf(askerOf: (index: number) => string, isStranger: boolean) {
  let requests = NO_REQUESTS;
  let burst = 0;
  const ask = (now: number) =>
    arrive(requests, requestOf(askerOf(burst), burst, now), isStranger, now);
  for (let next = ask(NOW); next !== null; next = ask(NOW)) {
    const over = endedOf(next, String(burst), "cancelled", burst);
    requests = over === null ? next : end(next, over, NOW);
    burst += 1;
  }
  let waitMs = 0;
  while (ask(NOW + waitMs) === null) waitMs += STEP_MS;
  return { burst, waitSeconds: waitMs / 1_000 };
}

const count = (level: number): string => level.toLocaleString("en-US");

/** The time in which a count of two becomes one. */
function fadesSeconds(after: (count: FadingCount, now: number) => FadingCount): number {
  const two = after(at(1), NOW);
  let waitMs = 0;
  while (after(two, NOW + waitMs).level > 2) waitMs += STEP_MS;
  return waitMs / 1_000;
}

function requestOf(from: string, index: number, now: number): MeetingRequest {
  return {
    sid: String(index),
    from: from as UserId,
    handle: null,
    locator: "" as MeetingRequest["locator"],
    openedAt: now,
    claimBy: now + 60_000,
    answerBy: now + 90_000,
  };
}
