// Events of every kind, and random walks over them, for the tests of the attempt table.

import fc from "fast-check";
import type { Role } from "../../../shared/core/crypto/cpace.ts";
import { errandFor, type ErrandName } from "../../../shared/core/pairing/errands.ts";
import type { AttemptEvent, EventName } from "../../../shared/core/pairing/events.ts";
import type { AttemptState } from "../../../shared/core/pairing/state.ts";
import {
  KEY_T1_SECONDS,
  KEY_T2_SECONDS,
  NOTICE_TTL_SECONDS,
  PASSPHRASE_T1_SECONDS,
  PASSPHRASE_T2_SECONDS,
} from "../../../shared/wire/limits.ts";
import {
  ANN,
  answer,
  answerMessage,
  ask,
  ASKED,
  askMessage,
  BEN,
  claim,
  claimMessage,
  deadline,
  EXAMPLES,
  open,
  openMessage,
  PARTIES,
  say,
  WRONG_TAG,
} from "./examples.ts";

export const EVENTS: readonly EventName[] = [
  "open",
  "claim",
  "answer",
  "cancel",
  "refuse",
  "acknowledge",
  "served",
  "unreachable",
  "deadline",
];
export const ERRANDS: readonly ErrandName[] = [
  "request",
  "answered",
  "ending",
  "settlement",
  "initiatorContact",
  "responderContact",
];
export const ROLES: readonly Role[] = ["initiator", "responder"];
export const T1_MS = KEY_T1_SECONDS * 1_000;
export const T2_MS = KEY_T2_SECONDS * 1_000;
export const ASK_T1_MS = PASSPHRASE_T1_SECONDS * 1_000;
export const ASK_T2_MS = PASSPHRASE_T2_SECONDS * 1_000;
export const NOTICE_MS = NOTICE_TTL_SECONDS * 1_000;

/** What may open an attempt: by key, by passphrase for whoever comes, and to one account. */
export const OPENINGS: readonly AttemptEvent[] = [
  open(),
  open(ANN, askMessage(1, 10, 300)),
  open(BEN, askMessage(9)),
  ask(),
  ask(askMessage(1, 299, 300)),
];

/** Every event of that name that differs in who speaks and in what is said. */
export function eventsOf(name: EventName, state: AttemptState): AttemptEvent[] {
  const byName: Record<EventName, () => AttemptEvent[]> = {
    open: () => [
      ...PARTIES.flatMap((who) => [open(who), open(who, openMessage(9))]),
      ...OPENINGS.slice(1),
    ],
    claim: () => PARTIES.flatMap((who) => [claim(who), claim(who, claimMessage(9, WRONG_TAG))]),
    answer: () =>
      PARTIES.flatMap((who) => [
        answer(who),
        answer(who, answerMessage(WRONG_TAG)),
        answer(who, answerMessage(undefined, false)),
      ]),
    cancel: () => PARTIES.map((who) => say("cancel", who)),
    refuse: () => PARTIES.map((who) => say("refuse", who)),
    acknowledge: () => PARTIES.map((who) => say("acknowledge", who)),
    served: () => confirmations(state),
    unreachable: () => [1, 9].map((fill) => ({ type: "unreachable", sid: openMessage(fill).sid })),
    deadline: () => [deadline],
  };
  return byName[name]();
}

/** Of what this state owes, and of what other states owed: confirmations come late, and twice. */
function confirmations(state: AttemptState): AttemptEvent[] {
  const states = [state, ...Object.values(EXAMPLES), ...Object.values(ASKED)];
  return ERRANDS.flatMap((name) =>
    states.flatMap((from): AttemptEvent[] => {
      const errand = errandFor(from, name);
      return errand === null ? [] : [{ type: "served", name, errand }];
    }),
  );
}

/** A step of a random walk: what happens, and how long after the step before. */
export const walk = fc.array(
  fc.tuple(
    fc.nat(9_999),
    fc.constantFrom(...EVENTS, "open" as const, "claim" as const, "answer" as const),
    fc.oneof(
      { weight: 6, arbitrary: fc.nat(1_000) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          T1_MS,
          T1_MS - 1,
          T2_MS - T1_MS,
          ASK_T1_MS,
          ASK_T2_MS - ASK_T1_MS,
          NOTICE_MS,
          10 ** 9,
        ),
      },
    ),
  ),
  { maxLength: 40 },
);
