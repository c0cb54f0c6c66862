// Parties, messages and states to begin from in the tests of the attempt table. Every state is reached
// by the table itself.

import {
  CONTACT_ERRANDS,
  type Errand,
  errandFor,
  type ErrandName,
} from "../../../shared/core/pairing/errands.ts";
import { type AttemptEvent, type Decision } from "../../../shared/core/pairing/events.ts";
import { step } from "../../../shared/core/pairing/attempt.ts";
import {
  type AttemptState,
  FREE,
  type Matched,
  type Party,
  type StateName,
} from "../../../shared/core/pairing/state.ts";
import type { Role } from "../../../shared/core/crypto/cpace.ts";
import type { AnswerMessage, ClaimMessage, OpenMessage } from "../../../shared/wire/pairing.ts";
import type { Handle, Locator, UserId } from "../../../shared/wire/ids.ts";
import { toBase64Url } from "../../../shared/core/crypto/bytes.ts";

export const NOW = 1_800_000_000_000;
export const LOCATOR = "417" as Locator;
export const ANNS_HANDLE = "ann" as Handle;

function bytes(length: number, fill: number): string {
  return toBase64Url(new Uint8Array(length).fill(fill));
}

function party(user: string, device = user): Party {
  return {
    userId: user.repeat(32).slice(0, 32),
    deviceId: device.repeat(16).slice(0, 16),
    network: `network of ${user}`,
  } as unknown as Party;
}

export const ANN = party("a");
export const ANNS_TABLET = party("a", "t");
export const BEN = party("b");
export const BENS_TABLET = party("b", "s");
export const CEM = party("c");
export const PARTIES = [ANN, ANNS_TABLET, BEN, BENS_TABLET, CEM];

export function openMessage(fill = 1): OpenMessage {
  return { ...openMembers(fill), method: "key" };
}

/** A request by passphrase, with T1 and T2 in seconds. */
export function askMessage(fill = 1, t1Seconds = 60, t2Seconds = 90): OpenMessage {
  return { ...openMembers(fill), method: "passphrase", t1Seconds, t2Seconds };
}

function openMembers(fill: number) {
  const share = { share: bytes(32, fill), commitment: bytes(32, fill) };
  return { type: "open", sid: bytes(16, fill), ...share } as const;
}

const RIGHT_TAG = bytes(32, 7);

export function claimMessage(fill = 2, tag = RIGHT_TAG): ClaimMessage {
  return {
    type: "claim",
    share: bytes(32, fill),
    commitment: bytes(32, fill),
    tag,
    confirmation: bytes(64, fill),
    identity: bytes(60, fill),
    card: bytes(80, fill),
  };
}

export function answerMessage(tag = RIGHT_TAG, isSure = true): AnswerMessage {
  return {
    type: "answer",
    tag,
    confirmation: bytes(64, 3),
    identity: isSure ? bytes(60, 3) : null,
    card: isSure ? bytes(80, 3) : null,
  };
}

export const WRONG_TAG = bytes(32, 8);

export const open = (
  who = ANN,
  message = openMessage(),
  to: UserId | null = null,
): AttemptEvent => ({
  type: "open",
  party: who,
  handle: ANNS_HANDLE,
  locator: LOCATOR,
  to,
  message,
});
/** Ann asks Ben's account by a passphrase. */
export const ask = (message = askMessage(), to = BEN.userId): AttemptEvent =>
  open(ANN, message, to);
export const claim = (who = BEN, message = claimMessage()): AttemptEvent => ({
  type: "claim",
  party: who,
  message,
});
export const answer = (who = ANN, message = answerMessage()): AttemptEvent => ({
  type: "answer",
  party: who,
  message,
});
export const say = (type: "cancel" | "refuse" | "acknowledge", who: Party): AttemptEvent => ({
  type,
  party: who,
});
export const deadline: AttemptEvent = { type: "deadline" };

/** The mailbox has taken what this state owes it by that name. */
export function served(state: AttemptState, name: ErrandName): AttemptEvent {
  return { type: "served", name, errand: owedErrand(state, name) };
}

export function committed(state: AttemptState, role: Role): AttemptEvent {
  return served(state, CONTACT_ERRANDS[role]);
}

export function owedErrand(state: AttemptState, name: ErrandName): Errand {
  const errand = errandFor(state, name);
  if (errand === null) throw new Error(`an attempt that is ${state.at} owes no ${name}`);
  return errand;
}

export function after(...events: readonly AttemptEvent[]): AttemptState {
  let state: AttemptState = FREE;
  for (const event of events) state = step(state, event, NOW).state;
  return state;
}

export function matchedState(): Matched {
  return after(open(), claim(), answer()) as Matched;
}

export const EXAMPLES: Readonly<Record<StateName, AttemptState>> = {
  free: FREE,
  awaitingClaim: after(open()),
  awaitingAnswer: after(open(), claim()),
  matched: matchedState(),
  failed: after(open(), claim(), say("cancel", ANN)),
};

/** As EXAMPLES, of a request to Ben's account. */
export const ASKED: Readonly<Record<StateName, AttemptState>> = {
  free: FREE,
  awaitingClaim: after(ask()),
  awaitingAnswer: after(ask(), claim()),
  matched: after(ask(), claim(), answer()),
  failed: after(ask(), claim(), say("cancel", ANN)),
};

export function atOf<Name extends StateName>(
  states: Readonly<Record<StateName, AttemptState>>,
  name: Name,
): Extract<AttemptState, { at: Name }> {
  return states[name] as Extract<AttemptState, { at: Name }>;
}

/** The errands that a decision sets out on, in order. */
export function servedBy({ effects }: Decision): ErrandName[] {
  return effects.flatMap((effect) => (effect.do === "serve" ? [effect.name] : []));
}

/** The notices that a decision tells a role, in order. */
export function toldTo(role: Role, { effects }: Decision): string[] {
  return effects.flatMap((effect) => {
    if (effect.do !== "tell" || effect.role !== role) return [];
    const { notice } = effect;
    return [notice.type === "ended" ? `ended ${notice.outcome}` : notice.type];
  });
}

export function replyOf({ reply }: Decision): string {
  return reply.kind === "refused" ? reply.code : reply.kind;
}
