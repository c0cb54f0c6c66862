// Requests to become contacts (TAP-8), at both ends: what others ask of this account, what it asks of others, how each
// ended, and how often one asker is heard. One of each asker waits at a time. Pure; a mailbox keeps all of it as one value.

import type {
  AskedContact,
  ContactRequest,
  ContactRequestEnd,
  RequestProof,
} from "../../wire/contactRequests.ts";
import type { DeviceId, UserId } from "../../wire/ids.ts";
import { CONTACT_REQUEST_TTL_SECONDS, CONTACT_REQUESTS_MAX } from "../../wire/limits.ts";
import type { MailboxNotice } from "../../wire/mailbox.ts";
import { earliest } from "../deadlines.ts";

export interface ContactRequests {
  /** Of others, as they came. */
  readonly waiting: readonly ContactRequest[];
  /** Own ones, as they were made. */
  readonly asked: readonly OwnRequest[];
  /** Of either kind, by their sequence. */
  readonly ended: readonly EndedContactRequest[];
  /** Who has asked lately, whether or not it was shown, ended or taken back. */
  readonly heard: readonly Hearing[];
}

export interface OwnRequest extends AskedContact {
  /** Whose signature it has. */
  readonly device: DeviceId;
  /** Whoever was asked is being told so, and may have approved before. */
  readonly isWithdrawing: boolean;
}

export interface EndedContactRequest {
  readonly requestId: string;
  /** The other side. */
  readonly peer: UserId;
  readonly isOwn: boolean;
  readonly end: ContactRequestEnd;
  /** Milliseconds since 1970. */
  readonly endedAt: number;
  readonly sequence: number;
}

interface Hearing {
  readonly from: UserId;
  readonly requestId: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export const NO_CONTACT_REQUESTS: ContactRequests = {
  waiting: [],
  asked: [],
  ended: [],
  heard: [],
};

/** How often one asker is heard within seven days; whatever else it asks is passed over. */
const HEARD_OF_ONE = 3;
const HEARD_WITHIN_MS = 7 * 24 * 60 * 60_000;
/** So that the value stays small, whatever comes by a badge. */
const HEARD_MAX = 500;
/** As long as an answer may be on its way, and a device may be away without missing how a request ended. */
const ENDED_KEPT_MS = CONTACT_REQUEST_TTL_SECONDS * 1_000;
const ENDED_MAX = 2 * CONTACT_REQUESTS_MAX;

/** Whether nothing of it needs to be stored. */
export function isNothing({ waiting, asked, ended, heard }: ContactRequests): boolean {
  return waiting.length + asked.length + ended.length + heard.length === 0;
}

/** Until when a request waits that is made now, in milliseconds since 1970. */
export function expiryOf(now: number): number {
  return now + CONTACT_REQUEST_TTL_SECONDS * 1_000;
}

/**
 * Whether a request changes nothing, and is answered as if it waited: it came before, its id is that of another,
 * or its asker has asked too often.
 */
export function isPassedOver(
  requests: ContactRequests,
  { requestId, from }: Pick<ContactRequest, "requestId" | "from">,
  now: number,
): boolean {
  const { waiting, asked, ended, heard } = requests;
  if ([...waiting, ...asked, ...ended, ...heard].some((one) => one.requestId === requestId)) {
    return true;
  }
  return heardOf(heard, now).filter((one) => one.from === from).length >= HEARD_OF_ONE;
}

/** What follows from a request that is not passed over. */
export interface Arrival {
  readonly requests: ContactRequests;
  /** To be shown to the account's devices. */
  readonly isShown: boolean;
  /** The request of the same asker that it takes the place of. */
  readonly replaced: string | null;
}

/**
 * It counts as heard in any case.
 * @param isWelcome whether its receiver wants requests of this asker
 */
export function arrive(
  requests: ContactRequests,
  request: ContactRequest,
  isWelcome: boolean,
  now: number,
): Arrival {
  const { requestId, from, expiresAt } = request;
  const heard = [...heardOf(requests.heard, now), { from, requestId, at: now }].slice(-HEARD_MAX);
  const former = requests.waiting.find((one) => one.from === from) ?? null;
  const others = requests.waiting.filter((one) => one !== former);
  const isShown = isWelcome && now < expiresAt && others.length < CONTACT_REQUESTS_MAX;
  if (!isShown) return { requests: { ...requests, heard }, isShown, replaced: null };
  return {
    // The former one is left for `over`, which notes how it ended.
    requests: { ...requests, waiting: [...requests.waiting, request], heard },
    isShown,
    replaced: former?.requestId ?? null,
  };
}

/** Why one's own request cannot be made; `made` when it has been before. */
export type AskRefusal = "made" | "over" | "otherwise" | "full";

/** Null when it can be made. @param isTo whom it goes to, by what */
export function askRefusal(
  requests: ContactRequests,
  { requestId, to, via }: Pick<AskedContact, "requestId" | "to" | "via">,
): AskRefusal | null {
  const made = requests.asked.find((one) => one.requestId === requestId);
  if (made !== undefined) return made.to === to && made.via === via ? "made" : "otherwise";
  const ended = requests.ended.find((one) => one.requestId === requestId);
  if (ended !== undefined) return ended.isOwn && ended.peer === to ? "over" : "otherwise";
  const others = [...requests.waiting, ...requests.heard];
  if (others.some((one) => one.requestId === requestId)) return "otherwise";
  return requests.asked.length < CONTACT_REQUESTS_MAX ? null : "full";
}

/** With one's own request, which its receiver is yet to be told of. */
export function withAsked(
  requests: ContactRequests,
  asked: AskedContact,
  device: DeviceId,
): ContactRequests {
  return { ...requests, asked: [...requests.asked, { ...asked, device, isWithdrawing: false }] };
}

/** Without one's own request, as if it had never been made: its receiver has refused to take it. */
export function withoutAsked(requests: ContactRequests, requestId: string): ContactRequests {
  return { ...requests, asked: requests.asked.filter((one) => one.requestId !== requestId) };
}

/** Those that were made before and take no one's place any more, once a newer one has been taken on. */
export function outdatedBy(requests: ContactRequests, requestId: string): readonly string[] {
  const index = requests.asked.findIndex((one) => one.requestId === requestId);
  const newer = requests.asked[index];
  return requests.asked
    .slice(0, Math.max(0, index))
    .filter((one) => one.to === newer?.to && !one.isWithdrawing)
    .map((one) => one.requestId);
}

export function withdrawing(requests: ContactRequests, requestId: string): ContactRequests {
  const asked = requests.asked.map((one) =>
    one.requestId === requestId ? { ...one, isWithdrawing: true } : one,
  );
  return { ...requests, asked };
}

/** The request as it ended; the same value when it neither waits nor was asked. */
export function over(
  requests: ContactRequests,
  requestId: string,
  end: ContactRequestEnd,
  sequence: number,
  now: number,
): ContactRequests {
  const waiting = requests.waiting.find((one) => one.requestId === requestId);
  const asked = requests.asked.find((one) => one.requestId === requestId);
  const peer = waiting?.from ?? asked?.to;
  if (peer === undefined) return requests;
  const isOwn = waiting === undefined;
  const ended = { requestId, peer, isOwn, end, endedAt: now, sequence };
  return {
    ...requests,
    waiting: requests.waiting.filter((one) => one !== waiting),
    asked: requests.asked.filter((one) => one !== asked),
    ended: [...requests.ended, ended].slice(-ENDED_MAX),
  };
}

/** Whether it waits here or was asked, and is not over. */
export function isOpen({ waiting, asked }: ContactRequests, requestId: string): boolean {
  return [...waiting, ...asked].some((one) => one.requestId === requestId);
}

export function endOf(requests: ContactRequests, requestId: string): EndedContactRequest | null {
  return requests.ended.find((one) => one.requestId === requestId) ?? null;
}

/** One that can be answered still. */
export function waitingOf(
  { waiting }: ContactRequests,
  requestId: string,
  now: number,
): ContactRequest | null {
  return waiting.find((one) => one.requestId === requestId && now < one.expiresAt) ?? null;
}

/** All that the other side asks, and is asked, as ids: what one approval settles. */
export function between({ waiting, asked }: ContactRequests, peer: UserId): readonly string[] {
  return [
    ...waiting.filter(({ from }) => from === peer),
    ...asked.filter(({ to }) => to === peer),
  ].map(({ requestId }) => requestId);
}

/**
 * What its asker takes back by a withdrawal: an older one may come late, and takes back nothing that was asked since.
 * @param createdAt of the request that is withdrawn
 */
export function withdrawnBy(
  { waiting }: ContactRequests,
  from: UserId,
  createdAt: number,
): string | null {
  const request = waiting.find((one) => one.from === from && one.createdAt <= createdAt);
  return request?.requestId ?? null;
}

/** Those whose time is over, as ids. */
export function dueAt({ waiting, asked }: ContactRequests, now: number): readonly string[] {
  return [...waiting, ...asked].flatMap((one) => (now < one.expiresAt ? [] : one.requestId));
}

/** Without what was kept long enough. */
export function pruned(requests: ContactRequests, now: number): ContactRequests {
  const ended = requests.ended.filter(({ endedAt }) => now < endedAt + ENDED_KEPT_MS);
  const heard = heardOf(requests.heard, now);
  const isSame = ended.length === requests.ended.length && heard.length === requests.heard.length;
  return isSame ? requests : { ...requests, ended, heard };
}

/** When something is due next; null for never. */
export function nextDue({ waiting, asked, ended, heard }: ContactRequests): number | null {
  return earliest(
    ...[...waiting, ...asked].map(({ expiresAt }) => expiresAt),
    ...ended.map(({ endedAt }) => endedAt + ENDED_KEPT_MS),
    ...heard.map(({ at }) => at + HEARD_WITHIN_MS),
  );
}

/** What a device is told after its hello: what has ended since it last listened, and all that waits. */
export function retold(
  { waiting, asked, ended }: ContactRequests,
  after: number,
  now: number,
): MailboxNotice[] {
  const missed = ended.filter(({ sequence }) => sequence > after);
  return [
    ...missed.map(
      ({ requestId, end }) => ({ type: "contactRequestOver", requestId, end }) as const,
    ),
    ...waiting.flatMap((request) =>
      now < request.expiresAt ? { type: "contactRequest" as const, request, now } : [],
    ),
    ...asked.flatMap((own) =>
      now < own.expiresAt ? { type: "asked" as const, asked: toAsked(own), now } : [],
    ),
  ];
}

/** As its asker is told of it. */
export function toAsked({ requestId, to, via, createdAt, expiresAt }: OwnRequest): AskedContact {
  return { requestId, to, via, createdAt, expiresAt };
}

/** @param at the server's time of the approval */
export function proofOf(
  { requestId, via, from, device, signature }: ContactRequest,
  approvedBy: DeviceId,
  approval: string,
  at: number,
): RequestProof {
  return { kind: "request", requestId, via, by: from, device, signature, approvedBy, approval, at };
}

function heardOf(heard: readonly Hearing[], now: number): readonly Hearing[] {
  return heard.filter(({ at }) => now - at < HEARD_WITHIN_MS);
}
