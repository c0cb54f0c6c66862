// How a meeting by a passphrase ended, in words: to the one who asked, the one who was asked, and the
// one who entered a number.

import type { FailureReason } from "../shared/client/index.ts";
import type { Progress } from "./progress.ts";

interface Ending {
  readonly title: string;
  readonly text: string;
}

type Told = Pick<Progress, "way" | "peer"> & Partial<Pick<Progress, "isAnswered">>;

export function explainSpoken(told: Told, reason: FailureReason): Ending {
  if (reason === "tampered") return TAMPERED;
  if (reason === "answeredElsewhere") return ELSEWHERE;
  const isAnswered = told.isAnswered ?? false;
  if (told.way === "ask") return ofAsking(reason, told.peer?.name ?? null, isAnswered);
  return ofAnswering(reason, told.peer?.name ?? null);
}

type Common = Exclude<FailureReason, "tampered" | "answeredElsewhere">;

/** @param name of the one who was asked; null for whoever was told the number */
function ofAsking(reason: Common, name: string | null, isAnswered: boolean): Ending {
  const who = name ?? "the other person";
  switch (reason) {
    case "mismatch":
      return {
        title: "The passphrases differ",
        text: `${name ?? "Someone"} answered with other words. Each passphrase serves once, so this one is used up. Talk again, agree on a new one, and ask once more.`,
      };
    case "timedOut":
      return isAnswered
        ? {
            title: "It took too long",
            text: `${name ?? "Someone"} answered, but the devices did not finish in time. Nothing was exchanged. Agree on a new passphrase and ask again.`,
          }
        : {
            title: "No answer in time",
            text: `${name ?? "Whoever you told the number"} may be offline or busy. Nothing was exchanged, and your passphrase can still serve: make sure that both of you are ready${name === null ? "" : ", or tell them a number instead"}.`,
          };
    case "cancelled":
      return {
        title: "The request was called off",
        text: "One of you ended it, or a newer request has replaced it. Nothing was exchanged.",
      };
    case "refused":
      return {
        title: name === null ? "The other person declined" : `${name} declined`,
        text: `Nothing was exchanged. Talk to ${who} before you ask again.`,
      };
    case "unreachable":
      return {
        title: "Nobody was found",
        text: `${name === null ? "This account" : `“${name}”`} is not known on this server, or does not wish to be found. Check the spelling with them, or tell them a number instead.`,
      };
  }
}

/** @param name of the one who asked; null for whoever gave the number */
function ofAnswering(reason: Common, name: string | null): Ending {
  switch (reason) {
    case "mismatch":
      return name === null
        ? {
            title: "That did not match",
            text: "A digit or a word may be wrong, or the request is over. Each passphrase serves once: agree on a new one, and ask for a new number.",
          }
        : {
            title: "The passphrases differ",
            text: `${name} asked with other words. Each passphrase serves once, so this one is used up. Talk again and agree on a new one.`,
          };
    case "timedOut":
      return {
        title: "The time ran out",
        text: `${name ?? "The other person"} was not heard from in time. Nothing was exchanged. Agree on a new passphrase and start over.`,
      };
    case "cancelled":
      return {
        title: "The request was called off",
        text: `${name ?? "The other person"} has ended it. Nothing was exchanged.`,
      };
    case "refused":
      return {
        title: "The other person declined",
        text: "Nothing was exchanged. Talk to them before you try again.",
      };
    case "unreachable":
      return {
        title: "The other account is gone",
        text: "It no longer exists on this server. Nothing was exchanged.",
      };
  }
}

const TAMPERED: Ending = {
  title: "Something came through altered",
  text: "What arrived could not be verified on this device, so no card was taken from it. Whoever is new in your contacts now is marked as not verified. Try once more with a new passphrase; if it happens again, do not trust this server.",
};

/** However one meets. */
export const ELSEWHERE: Ending = {
  title: "Answered on another device",
  text: "Another of your windows or devices has answered already. Go on there.",
};
