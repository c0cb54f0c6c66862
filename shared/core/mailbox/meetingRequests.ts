// The meeting requests of one account: what waits, what was missed, and how many prompts strangers may
// cause (PAS-8). One of each asker waits at a time. Pure; the mailbox stores the whole as one value.

import {
  NOTICE_TTL_SECONDS,
  REQUEST_ENDED_TTL_SECONDS,
  REQUESTS_MAX_ENDED,
  REQUESTS_MAX_WAITING,
} from "../../wire/limits.ts";
import type { EndedRequest, MeetingRequest, RequestOutcome } from "../../wire/mailbox.ts";
import { type FadingCount, levelAt, NOTHING_COUNTED, raised } from "../fadingCount.ts";

export interface MeetingRequests {
  /** The oldest first. */
  readonly waiting: readonly MeetingRequest[];
  /** By their sequence. */
  readonly ended: readonly EndedRequest[];
  readonly strangers: FadingCount;
}

export const NO_REQUESTS: MeetingRequests = { waiting: [], ended: [], strangers: NOTHING_COUNTED };

/** A burst of prompts by strangers; then one a minute. */
const STRANGER_PROMPTS = 5;
const STRANGER_FADES_MS = 60_000;
/** How often one asker is shown within ten minutes. */
const PROMPTS_OF_STRANGER = 3;
const PROMPTS_OF_CONTACT = 10;
const PROMPTS_WITHIN_MS = 10 * 60_000;
const NONE: ReadonlySet<string> = new Set();

/**
 * Null when nothing changes: it is known already, its asker has asked anew since, or this asker or strangers
 * altogether have asked too much for now.
 * @param answered `sid` of requests that are under way: they are not replaced, and count until their end does
 */
export function arrive(
  requests: MeetingRequests,
  request: MeetingRequest,
  isStranger: boolean,
  now: number,
  answered: ReadonlySet<string> = NONE,
): MeetingRequests | null {
  const { strangers, ended, waiting } = requests;
  const { sid, from, openedAt, claimBy } = request;
  const isKnown = [...waiting, ...ended].some((known) => known.sid === sid);
  // The errand of an older attempt may come once more, after that of a newer one.
  const isOutdated = waiting.some((one) => one.from === from && one.openedAt > openedAt);
  if (isKnown || isOutdated || now >= claimBy) return null;
  const shown = [...waiting, ...ended].filter(
    (one) => one.from === from && now - one.openedAt < PROMPTS_WITHIN_MS,
  );
  if (shown.length >= (isStranger ? PROMPTS_OF_STRANGER : PROMPTS_OF_CONTACT)) return null;
  if (isStranger && levelAt(strangers, now, STRANGER_FADES_MS) > STRANGER_PROMPTS - 1) return null;
  const others = endingAt(requests, now).filter(
    (one) => one.from !== from || answered.has(one.sid),
  );
  return {
    ...requests,
    waiting: [...others, request].slice(-REQUESTS_MAX_WAITING),
    strangers: isStranger ? raised(strangers, now, STRANGER_FADES_MS) : strangers,
  };
}

/** The request that was waiting, as ended; null for one that was not. */
export function endedOf(
  requests: MeetingRequests,
  sid: string,
  outcome: RequestOutcome,
  sequence: number,
): EndedRequest | null {
  const request = requests.waiting.find((waiting) => waiting.sid === sid);
  if (request === undefined) return null;
  const { from, handle, openedAt } = request;
  return { sid, from, handle, openedAt, outcome, sequence };
}

/** Without what was kept long enough. */
export function pruned(requests: MeetingRequests, now: number): MeetingRequests {
  const ended = requests.ended.filter((over) => now < keepUntil(over));
  return ended.length === requests.ended.length ? requests : { ...requests, ended };
}

export function keepUntil({ openedAt }: EndedRequest): number {
  return openedAt + REQUEST_ENDED_TTL_SECONDS * 1_000;
}

/** Takes an ended request off those that wait, and keeps it for the devices that have not heard of it. */
export function end(requests: MeetingRequests, over: EndedRequest, now: number): MeetingRequests {
  const ended = pruned(requests, now).ended.filter(({ sid }) => sid !== over.sid);
  return {
    ...requests,
    waiting: endingAt(requests, now).filter(({ sid }) => sid !== over.sid),
    ended: [...ended, over].slice(-REQUESTS_MAX_ENDED),
  };
}

/** Those that wait, and those whose attempt has yet to tell how it ended. */
function endingAt({ waiting }: MeetingRequests, now: number): readonly MeetingRequest[] {
  return waiting.filter(({ answerBy }) => now < answerBy + NOTICE_TTL_SECONDS * 1_000);
}

/** Those that can still be answered in time. */
export function waitingAt({ waiting }: MeetingRequests, now: number): readonly MeetingRequest[] {
  return waiting.filter(({ claimBy }) => now < claimBy);
}
