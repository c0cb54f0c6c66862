// Meeting requests as a mailbox takes them in, for the tests of core/mailbox.

import {
  arrive,
  end,
  endedOf,
  type MeetingRequests,
  NO_REQUESTS,
  waitingAt,
} from "../../../shared/core/mailbox/meetingRequests.ts";
import type { Locator, UserId } from "../../../shared/wire/ids.ts";
import type { MeetingRequest } from "../../../shared/wire/mailbox.ts";

export const NOW = 1_800_000_000_000;
export const T1_MS = 60_000;
export const T2_MS = 90_000;

export function asked(from: string, sid: string, openedAt = NOW): MeetingRequest {
  return {
    sid,
    from: from as UserId,
    handle: null,
    locator: "417000000" as Locator,
    openedAt,
    claimBy: openedAt + T1_MS,
    answerBy: openedAt + T2_MS,
  };
}

/** What the account holds once each of these has come, as it came. */
export function withAll(
  requests: readonly MeetingRequest[],
  isStranger = false,
  before = NO_REQUESTS,
): MeetingRequests {
  let held = before;
  for (const request of requests) {
    held = arrive(held, request, isStranger, request.openedAt) ?? held;
  }
  return held;
}

export function missed(before: MeetingRequests, sid: string, sequence: number, now: number) {
  const over = endedOf(before, sid, "timedOut", sequence);
  return over === null ? before : end(before, over, now);
}

export const sidsAt = (requests: MeetingRequests, now = NOW): string[] =>
  waitingAt(requests, now).map(({ sid }) => sid);
