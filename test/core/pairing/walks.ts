// Events of every kind, and random walks over them, for the tests of the attempt table.

import fc from "fast-check";
import type { Role } from "../../../shared/core/crypto/cpace.ts";
import type { AttemptEvent, EventName } from "../../../shared/core/pairing/events.ts";
import type { AttemptState } from "../../../shared/core/pairing/state.ts";
import { KEY_T1_SECONDS, KEY_T2_SECONDS, NOTICE_TTL_SECONDS } from "../../../shared/wire/limits.ts";
import {
  answer,
  answerMessage,
  claim,
  claimMessage,
  committed,
  deadline,
  matchedState,
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
  "committed",
  "deadline",
];
export const ROLES: readonly Role[] = ["initiator", "responder"];
export const T1_MS = KEY_T1_SECONDS * 1_000;
export const T2_MS = KEY_T2_SECONDS * 1_000;
export const NOTICE_MS = NOTICE_TTL_SECONDS * 1_000;

/** Every event of that name that differs in who speaks and in what is said. */
export function eventsOf(name: EventName, state: AttemptState): AttemptEvent[] {
  const commitOf = (role: Role): AttemptEvent =>
    committed(state.at === "matched" ? state : matchedState(), role);
  const byName: Record<EventName, () => AttemptEvent[]> = {
    open: () => PARTIES.flatMap((who) => [open(who), open(who, openMessage(9))]),
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
    committed: () => ROLES.map(commitOf),
    deadline: () => [deadline],
  };
  return byName[name]();
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
        arbitrary: fc.constantFrom(T1_MS, T1_MS - 1, T2_MS - T1_MS, NOTICE_MS, 10 ** 9),
      },
    ),
  ),
  { maxLength: 40 },
);
