// Why a device was not linked, in words: to the device of the account, and to the one that wants to come in.

import { AccountInUse, type FailureReason, ProblemError } from "../../shared/client/index.ts";
import { type Explanation, explainStart } from "../endings.ts";
import type { Progress } from "../progress.ts";

type LinkProgress = Pick<Progress<"link" | "join">, "way" | "reason" | "startError">;

export function explainLink({ way, reason, startError }: LinkProgress): Explanation {
  if (reason !== null) return { ...(REASONS[way][reason] ?? OTHERWISE[way]), waitSeconds: 0 };
  if (startError instanceof AccountInUse) return { ...IN_USE, waitSeconds: 0 };
  const isOwn = startError instanceof ProblemError && startError.code === "own-key";
  if (isOwn) return { ...OWN_CODE, waitSeconds: 0 };
  return explainStart(startError, way === "link" ? "showKey" : "enterKey");
}

type Words = Omit<Explanation, "waitSeconds">;

/** For a browser whose account has contacts. */
export const IN_USE: Words = {
  title: "This browser has an account of its own",
  text: "It has contacts, which would be lost. To use your other account here, open it in another browser or profile, or erase this one first, under You.",
};

/** What the account's device has answered. */
export const DECLINED: Words = {
  title: "Your other device declined",
  text: "Nothing was changed. If that was a mistake, show a fresh code there and enter it here.",
};

const OWN_CODE: Words = {
  title: "This is this browser’s own code",
  text: "It is for the new device. Enter it there, not here.",
};

const TAMPERED: Words = {
  title: "Something came through altered",
  text: "What arrived could not be verified, so nothing was linked. Try once more with a fresh code; if it happens again, do not trust this server.",
};

const CANCELLED: Words = {
  title: "Linking was cancelled",
  text: "One of the two devices called it off, or a newer code has replaced this one. Nothing was changed.",
};

const OTHERWISE: Readonly<Record<"link" | "join", Words>> = {
  link: {
    title: "No device was linked",
    text: "The other device went away before it was done. Nothing was changed. Try it with a fresh code.",
  },
  join: {
    title: "This browser was not linked",
    text: "Your other device went away before it was done. Nothing was changed. Show a fresh code there.",
  },
};

type Reasons = Readonly<Partial<Record<FailureReason, Words>>>;

const REASONS: Readonly<Record<"link" | "join", Reasons>> = {
  link: {
    mismatch: {
      title: "The code did not match",
      text: "A device entered this number with other words. A code takes one try only, so it is used up. If that was not you, somebody has guessed, and has learned nothing.",
    },
    timedOut: {
      title: "This code has expired",
      text: "It lives for two minutes, and no device has entered it in that time.",
    },
    cancelled: CANCELLED,
    tampered: TAMPERED,
  },
  join: {
    mismatch: {
      title: "That code did not match",
      text: "A word may be wrong, or the code has expired or was used already. It takes one try only: show a fresh one on your other device. A key for meeting people does not serve here.",
    },
    timedOut: {
      title: "Your other device did not answer",
      text: "It may have lost its connection, or shows the code no more. Show a fresh one there and try again.",
    },
    cancelled: CANCELLED,
    tampered: TAMPERED,
  },
};
