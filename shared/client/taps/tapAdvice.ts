// What came of a touch or of a table, and what to do next: plain sentences for whoever has read the codes.

import type { TapOutcome } from "../../wire/tap.ts";
import type { TableEndReason } from "./model.ts";

export function adviceForTap(outcome: TapOutcome): string {
  switch (outcome) {
    case "forged":
      return "That is no code that a phone of this server has shown. Read it again from their screen; if it happens again, do not trust where it came from.";
    case "self":
      return "That is your own code. Read the one that the other person shows.";
    case "duplicate":
      return "This person was read twice, and once is enough. There is nothing to do.";
    case "expired":
      return "Their code was more than a minute old. Have them show it again. If it happens again, the clock of their phone may be wrong: have them go online once.";
    case "revoked":
      return "The device that showed this code is of their account no more. Have them show one on a device that still is.";
    case "blocked":
      return "One of you has blocked the other, so nothing was made. Unblock them if it was you, and read a fresh code.";
    case "replayed":
      return "That code has served already, and each serves once. Have them show a fresh one.";
    case "already":
      return "You were contacts before. There is nothing to do.";
    case "established":
      return "You are contacts now. If that was a mistake, undo it within ten minutes.";
  }
}

/** @param who the name of the one because of whom it came to nothing; null for nobody in particular */
export function adviceForTable(reason: TableEndReason, who: string | null): string {
  switch (reason) {
    case "refused":
      return who === null
        ? "One of the codes was not good, so nothing was made. Have everyone show a fresh one, and start over."
        : `The code of ${who} was not good, so nothing was made. Have everyone show a fresh one, and start over.`;
    case "declined":
      return `${who ?? "Someone"} has declined, so nothing was made. Ask why: if the words differed, start over with fresh codes, and if they differ again, do not trust this server.`;
    case "timedOut":
      return who === null
        ? "Not everyone was there in time, so nothing was made. Start over with fresh codes when all phones are awake and online."
        : `${who} was not there in time, so nothing was made. Start over with fresh codes when all phones are awake and online.`;
    case "tampered":
      return "What the server showed of this table does not fit together, so this phone takes no part in it. Start over with fresh codes; if it happens again, do not trust this server.";
  }
}

/** For whoever has gathered it, who is told what each of the codes was. */
export function adviceForRefused(outcome: TapOutcome, who: string | null): string {
  const what = who === null ? "One of the codes" : `The code of ${who}`;
  return `${what} was not good, so nothing was made. ${adviceForTap(outcome)} Then start over with fresh codes of all.`;
}
