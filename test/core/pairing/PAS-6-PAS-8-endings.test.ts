// PAS-6, PAS-8: each way an attempt can end: what both sides are told, what mailboxes are owed, and whose
// guess it counts as. One row of the table for each way; the key's rows and the open request's are alike.

import { describe, expect, test } from "vitest";
import { step } from "../../../shared/core/pairing/attempt.ts";
import type { AttemptEvent, Decision } from "../../../shared/core/pairing/events.ts";
import {
  type AttemptState,
  BOTH,
  guessKeyOf,
  type Party,
} from "../../../shared/core/pairing/state.ts";
import {
  after,
  ANN,
  answer,
  answerMessage,
  ASKED,
  askMessage,
  BEN,
  BENS_TABLET,
  CEM,
  claim,
  deadline,
  EXAMPLES,
  LOCATOR,
  NOW,
  open,
  owedErrand,
  say,
  served,
  servedBy,
  toldTo,
  WRONG_TAG,
} from "./examples.ts";

const SID = askMessage().sid;
const OPEN_ASK = {
  awaitingClaim: after(open(ANN, askMessage())),
  awaitingAnswer: after(open(ANN, askMessage()), claim()),
};
const wrong = answer(ANN, answerMessage(WRONG_TAG));
const unsure = answer(ANN, answerMessage(undefined, false));
const unreachable: AttemptEvent = { type: "unreachable", sid: SID };

interface Row {
  readonly how: string;
  readonly from: AttemptState;
  readonly event: AttemptEvent;
  readonly at?: number;
  readonly outcome: string;
  /** Whose guess came to an end, and whether it counts as a failure; null when nobody had guessed. */
  readonly guess: readonly [Party, boolean] | null;
  /** Ways whose claimant is a visitor again. */
  readonly isVain?: true;
}

const DIRECTED: readonly Row[] = (
  [
    ["no such account", "awaitingClaim", unreachable, 0, "unreachable", false],
    ["declined by the asked", "awaitingClaim", say("refuse", BEN), 0, "refused", false],
    [
      "declined on another of their devices",
      "awaitingClaim",
      say("refuse", BENS_TABLET),
      0,
      "refused",
      false,
    ],
    ["cancelled by the asker", "awaitingClaim", say("cancel", ANN), 0, "cancelled", false],
    ["cancelled by the asked", "awaitingClaim", say("cancel", BEN), 0, "cancelled", false],
    [
      "cancelled by the asker after the answer",
      "awaitingAnswer",
      say("cancel", ANN),
      0,
      "cancelled",
      true,
    ],
    [
      "cancelled by the asked after the answer",
      "awaitingAnswer",
      say("cancel", BEN),
      0,
      "cancelled",
      true,
    ],
    ["nobody answered", "awaitingClaim", deadline, 60_000, "timedOut", false],
    ["nobody confirmed", "awaitingAnswer", deadline, 90_000, "timedOut", true],
    ["another passphrase", "awaitingAnswer", wrong, 0, "mismatch", true],
    ["a confirmation that does not verify", "awaitingAnswer", unsure, 0, "mismatch", true],
  ] as const
).map(([how, from, event, at, outcome, isFailure]) => ({
  how,
  from: ASKED[from],
  event,
  at,
  outcome,
  guess: [ANN, isFailure],
}));

const UNDIRECTED: readonly Row[] = (
  [
    ["cancelled by the initiator", "awaitingClaim", say("cancel", ANN), 0, "cancelled", null],
    [
      "cancelled by the initiator after the claim",
      "awaitingAnswer",
      say("cancel", ANN),
      0,
      "cancelled",
      false,
    ],
    ["declined by the initiator", "awaitingAnswer", say("refuse", ANN), 0, "refused", false],
    ["left by the claimant", "awaitingAnswer", say("cancel", BEN), 0, "cancelled", true, true],
    ["nobody claimed", "awaitingClaim", deadline, 150_000, "timedOut", null],
    ["nobody confirmed", "awaitingAnswer", deadline, 150_000, "timedOut", true],
    ["another secret", "awaitingAnswer", wrong, 0, "mismatch", true, true],
    ["a confirmation that does not verify", "awaitingAnswer", unsure, 0, "mismatch", true, true],
  ] as const
).flatMap(([how, from, event, at, outcome, isFailure, isVain]) => {
  const row = {
    event,
    at,
    outcome,
    guess: isFailure === null ? null : ([BEN, isFailure] as const),
    ...(isVain && { isVain }),
  };
  return [
    { ...row, how: `${how}, by key`, from: EXAMPLES[from] },
    { ...row, how: `${how}, by passphrase`, from: OPEN_ASK[from] },
  ];
});

const ended = ({ from, event, at = 0 }: Row): Decision => step(from, event, NOW + at);

describe("PAS-6: a request to an account", () => {
  test.for(DIRECTED)("$how: both sides are told $outcome, and nothing else", (row) => {
    const decision = ended(row);
    expect(decision.state).toMatchObject({ at: "failed", outcome: row.outcome });
    for (const role of BOTH) expect(toldTo(role, decision)).toEqual([`ended ${row.outcome}`]);
  });

  test.for(DIRECTED)("$how: the mailbox of who was asked is owed the $outcome", (row) => {
    const decision = ended(row);
    expect(servedBy(decision)).toEqual(["ending", "settlement"]);
    expect(owedErrand(decision.state, "ending")).toEqual({
      kind: "requestOver",
      owner: BEN.userId,
      sid: SID,
      outcome: row.outcome,
    });
  });

  test.for(DIRECTED)("PAS-8: $how: counts for the asker once an answer was there to try", (row) => {
    const isFailure = row.guess?.[1];
    expect(isFailure).toBe(row.from.at === "awaitingAnswer");
    expect(owedErrand(ended(row).state, "settlement")).toEqual({
      kind: "settlement",
      owner: ANN.userId,
      sid: SID,
      party: ANN,
      guess: BEN.userId,
      isFailure,
    });
  });

  test.for(DIRECTED)("$how: waits for whoever had answered, and for the asker", (row) => {
    const hasAnswered = row.from.at === "awaitingAnswer";
    expect(ended(row).state).toMatchObject({
      responder: hasAnswered ? BEN : null,
      unacknowledged: hasAnswered ? BOTH : ["initiator"],
    });
  });
});

describe("PAS-6: an attempt at a locator", () => {
  test.for(UNDIRECTED)(
    "$how: each side that there is is told $outcome, and nothing else",
    (row) => {
      const decision = ended(row);
      expect(decision.state).toMatchObject({ at: "failed", outcome: row.outcome });
      expect(toldTo("initiator", decision)).toEqual([`ended ${row.outcome}`]);
      const hasClaimant = row.from.at === "awaitingAnswer";
      expect(toldTo("responder", decision)).toEqual(hasClaimant ? [`ended ${row.outcome}`] : []);
    },
  );

  test.for(UNDIRECTED)("PAS-8: $how: counts for the claimant, if for anyone", (row) => {
    const decision = ended(row);
    expect(servedBy(decision)).toEqual(row.guess === null ? [] : ["settlement"]);
    if (row.guess === null) return expect(decision.state).toMatchObject({ guess: null, owes: [] });
    const [party, isFailure] = row.guess;
    expect(owedErrand(decision.state, "settlement")).toEqual({
      kind: "settlement",
      owner: party.userId,
      sid: SID,
      party,
      guess: LOCATOR,
      isFailure,
    });
  });

  test.for(UNDIRECTED)(
    "$how: a claimant that came in vain is a visitor again, another is waited for",
    (row) => {
      const responder = row.from.at === "awaitingAnswer" && row.isVain !== true ? BEN : null;
      expect(ended(row).state).toMatchObject({
        responder,
        unacknowledged: responder === null ? ["initiator"] : BOTH,
      });
    },
  );
});

describe("PAS-6: connected", () => {
  const matches = [
    ["at a key's locator", EXAMPLES.awaitingAnswer, "responder", LOCATOR],
    ["at a passphrase's locator", OPEN_ASK.awaitingAnswer, "responder", LOCATOR],
    ["of a request to an account", ASKED.awaitingAnswer, "initiator", BEN.userId],
  ] as const;
  test.for(matches)(
    "%s: both are told, both mailboxes are owed the contact, and the guesser's guess comes to a good end with its own",
    ([, from, guesser, guess]) => {
      const decision = step(from, answer(), NOW);
      for (const role of BOTH) expect(toldTo(role, decision)).toEqual(["matched"]);
      const answered = guess === BEN.userId ? ["answered"] : []; // his other devices may not know yet
      expect(servedBy(decision)).toEqual([...answered, "initiatorContact", "responderContact"]);
      expect(owedErrand(decision.state, "initiatorContact")).toMatchObject({
        owner: ANN.userId,
        delivery: { contact: { peer: BEN.userId }, release: null },
        guess: guesser === "initiator" ? guess : null,
      });
      expect(owedErrand(decision.state, "responderContact")).toMatchObject({
        owner: BEN.userId,
        delivery: { contact: { peer: ANN.userId }, release: null },
        guess: guesser === "responder" ? guess : null,
      });
    },
  );
});

describe("PAS-8: a guess", () => {
  test("is counted by the account that is asked, so that many attempts on one person add up", () => {
    expect(guessKeyOf({ to: BEN.userId, locator: LOCATOR })).toBe(BEN.userId);
    expect(guessKeyOf({ to: null, locator: LOCATOR })).toBe(LOCATOR);
  });

  test("that is settled is not settled again while the attempt is remembered", () => {
    const { state } = step(ASKED.awaitingAnswer, wrong, NOW);
    const settled = step(state, served(state, "settlement"), NOW).state;
    expect(servedBy(step(settled, deadline, NOW + 1_000))).toEqual(["ending"]);
  });
});

describe("PAS-6: who may decline", () => {
  const attempts: readonly [string, AttemptState, readonly Party[]][] = [
    ["a request that waits", ASKED.awaitingClaim, [BEN, BENS_TABLET]],
    ["a request that Ben has answered", ASKED.awaitingAnswer, []],
    ["an open request that waits", OPEN_ASK.awaitingClaim, []],
    ["an open request that Ben has claimed", OPEN_ASK.awaitingAnswer, [ANN]],
    ["a key that waits", EXAMPLES.awaitingClaim, []],
    ["a key that Ben has claimed", EXAMPLES.awaitingAnswer, [ANN]],
  ];
  test.for(attempts)("%s: nobody but the one to whom the other came", ([, state, allowed]) => {
    for (const who of [ANN, BEN, BENS_TABLET, CEM]) {
      const decision = step(state, say("refuse", who), NOW);
      if (allowed.includes(who)) expect(decision.state).toMatchObject({ outcome: "refused" });
      else {
        expect(decision.state).toBe(state);
        expect(decision.reply).toEqual({ kind: "refused", code: "out-of-turn" });
      }
    }
  });
});
