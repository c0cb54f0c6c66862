// What may happen to an attempt in a model-based run, and how often; in any order.

import fc from "fast-check";
import type { Method } from "../../../shared/wire/pairing.ts";
import type { Name, Person } from "./cast.ts";
import {
  answerAtOnce,
  answerRequest,
  claim,
  claimAgain,
  claimAtOnce,
  claimWithoutLeave,
  goOn,
  look,
} from "./claimCommands.ts";
import type { Command } from "./command.ts";
import {
  acknowledge,
  answer,
  cancel,
  comeBack,
  leave,
  refuse,
  type Return,
} from "./deviceCommands.ts";
import {
  blockAsker,
  dial,
  evictMailbox,
  hangUp,
  listen,
  type Listener,
} from "./mailboxCommands.ts";
import type { Hearing } from "./mailboxes.ts";
import {
  ask,
  askNobody,
  open,
  openAgain,
  openKeyForOne,
  openOver,
  type Terms,
} from "./openingCommands.ts";
import {
  alarm,
  evict,
  evictSuddenly,
  GARBAGE,
  nextLife,
  restart,
  talkNonsense,
  wait,
  waitUntil,
} from "./serverCommands.ts";

const everyone = fc.constantFrom<Name>("ann", "annsTablet", "ben", "bensTablet", "cem");
const visitors = fc.constantFrom<Name>("annsTablet", "ben", "bensTablet", "cem");
const guests = fc.constantFrom<Name>("ben", "cem");
const asked = fc.constantFrom<Listener>("ben", "bensTablet");
const methods = fc.constantFrom<Method>("key", "passphrase");
const returns = fc.constantFrom<Return>("resume", "answer");
const webSockets = fc.constantFrom<"hibernate" | "close">("hibernate", "close");
const kinds = fc.constantFrom<"honest" | "withoutBoxes" | "wrongTag">(
  "honest",
  "withoutBoxes",
  "wrongTag",
);
/** T1 in 10..299 s, T2 greater and at most 300 s. */
const terms = fc
  .integer({ min: 10, max: 299 })
  .chain((t1): fc.Arbitrary<Terms> =>
    fc.tuple(fc.constant(t1), fc.integer({ min: t1 + 1, max: 300 })),
  );
const hearings = fc.constantFrom<Hearing>("open", "blocked", "nobody", "strangersOften");
/** Passphrases are mostly heard right. */
const chances = fc.constantFrom(true, true, true, false);
const always = (...commands: readonly Command[]) => commands.map((one) => fc.constant(one));
const often = <Item>(times: number, arbitrary: fc.Arbitrary<Item>) =>
  Array.from({ length: times }, () => arbitrary);

/** How a run begins. */
export const OPENINGS: fc.Arbitrary<Command> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(open(null)) },
  { weight: 3, arbitrary: terms.map(open) },
  { weight: 6, arbitrary: terms.map((each) => ask(each, "open")) },
  { weight: 2, arbitrary: fc.tuple(terms, hearings).map(([each, how]) => ask(each, how)) },
  { weight: 1, arbitrary: terms.map(askNobody) },
);

/** What brings an attempt on comes often, so that runs get past the first step. */
export const COMMANDS: fc.Arbitrary<Command>[] = [
  ...always(openAgain, openKeyForOne, claimAgain, claimAtOnce, answerAtOnce),
  ...often(2, OPENINGS),
  ...often(
    6,
    fc.tuple(fc.boolean(), chances).map(([isTablet, isRight]) => goOn(isTablet, isRight)),
  ),
  fc.tuple(guests, fc.boolean()).map(([name, isRight]) => claim(name, isRight)),
  fc.tuple(visitors, fc.boolean()).map(([name, isRight]) => claim(name, isRight)),
  ...often(
    2,
    asked.map((name) => answerRequest(name, true)),
  ),
  fc.tuple(asked, fc.boolean()).map(([name, isRight]) => answerRequest(name, isRight)),
  fc.tuple(everyone, kinds).map(([name, kind]) => answer(name, kind)),
  ...often(2, everyone.map(acknowledge)),
  everyone.map(cancel),
  everyone.map(refuse),
  asked.map(refuse),
  ...often(
    2,
    fc.tuple(everyone, returns).map(([name, purpose]) => comeBack(name, purpose)),
  ),
  fc.tuple(everyone, methods).map(([name, method]) => look(name, method)),
  everyone.map(leave),
  visitors.map(claimWithoutLeave),
  visitors.map(openOver),
  fc.tuple(everyone, fc.constantFrom(...GARBAGE)).map(([name, data]) => talkNonsense(name, data)),
  ...often(
    4,
    fc.tuple(asked, fc.boolean()).map(([name, isFromStart]) => listen(name, isFromStart)),
  ),
  asked.map(dial),
  asked.map(hangUp),
  fc
    .tuple(fc.constantFrom<Person>("ann", "ben", "cem"), webSockets)
    .map(([person, how]) => evictMailbox(person, how)),
  ...always(blockAsker, evictSuddenly, restart, alarm, alarm),
  ...often(2, webSockets.map(evict)),
  fc.constantFrom<"acknowledged" | "forgotten">("acknowledged", "forgotten").map(nextLife),
  fc.constantFrom(1, 1_000, 30_000, 700_000).map(wait),
  fc
    .tuple(
      fc.constantFrom<"claimBy" | "answerBy">("claimBy", "answerBy"),
      fc.constantFrom(-1, 0, 1),
    )
    .map(([deadline, offset]) => waitUntil(deadline, offset)),
];
