// What may happen to an attempt in a model-based run, and how often; in any order.

import fc from "fast-check";
import type { Command } from "./command.ts";
import {
  open,
  openAgain,
  openOver,
  look,
  claim,
  claimAgain,
  claimAtOnce,
  answer,
  cancel,
  refuse,
  acknowledge,
  resume,
  claimWithoutLeave,
  leave,
} from "./deviceCommands.ts";
import {
  GARBAGE,
  talkNonsense,
  evict,
  evictClosing,
  restart,
  alarm,
  wait,
  waitUntil,
  settle,
} from "./serverCommands.ts";
import type { Name } from "./oracle.ts";

const everyone = fc.constantFrom<Name>("ann", "annsTablet", "ben", "cem");
const visitors = fc.constantFrom<"annsTablet" | "ben" | "cem">("annsTablet", "ben", "cem");
const guests = fc.constantFrom<"ben" | "cem">("ben", "cem");
const kinds = fc.constantFrom<"honest" | "withoutBoxes" | "wrongTag">(
  "honest",
  "withoutBoxes",
  "wrongTag",
);
const always = (...commands: readonly Command[]) => commands.map((one) => fc.constant(one));

/** Opening, claiming and answering come often, so that runs get past the first step. */
export const COMMANDS: fc.Arbitrary<Command>[] = [
  ...always(open, open, open, openAgain, claimAgain, claimAtOnce),
  guests.map((name) => claim(name, true)),
  fc.tuple(guests, fc.boolean()).map(([name, isRight]) => claim(name, isRight)),
  fc.tuple(visitors, fc.boolean()).map(([name, isRight]) => claim(name, isRight)),
  ...always(answer("ann", "honest"), answer("ann", "honest"), answer("ann", "honest")),
  fc.tuple(everyone, kinds).map(([name, kind]) => answer(name, kind)),
  everyone.map(acknowledge),
  everyone.map(acknowledge),
  everyone.map(cancel),
  everyone.map(refuse),
  everyone.map(resume),
  everyone.map(look),
  everyone.map(leave),
  visitors.map(claimWithoutLeave),
  visitors.map(openOver),
  fc.tuple(everyone, fc.constantFrom(...GARBAGE)).map(([name, data]) => talkNonsense(name, data)),
  ...always(evict, evict, evictClosing, restart, alarm, alarm, settle),
  fc.constantFrom(1, 1_000, 30_000, 700_000).map(wait),
  fc
    .tuple(
      fc.constantFrom<"claimBy" | "answerBy">("claimBy", "answerBy"),
      fc.constantFrom(-1, 0, 1),
    )
    .map(([deadline, offset]) => waitUntil(deadline, offset)),
];
