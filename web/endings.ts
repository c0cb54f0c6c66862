// How a meeting by a key ended, and why one of either kind could not begin, in words: a title, and what to do next.

import { ConnectionError, type FailureReason, ProblemError } from "../shared/client/index.ts";
import { problemText } from "./problems.ts";
import { ELSEWHERE, explainSpoken } from "./spokenEndings.ts";
import type { Progress, Way } from "./progress.ts";

export interface Explanation {
  readonly title: string;
  readonly text: string;
  /** Seconds until another try makes sense. */
  readonly waitSeconds: number;
}

/** Why a meeting has failed, to the one who showed the key or the one who entered it. */
export function explainFailure(progress: Progress): Explanation {
  const { way, reason, startError } = progress;
  if (reason === null) return explainStart(startError, way);
  const isKey = way === "showKey" || way === "enterKey";
  return { ...(isKey ? REASONS[way][reason] : explainSpoken(progress, reason)), waitSeconds: 0 };
}

/** Why one could not begin; an end that is not about people has other words for some of it. */
export function explainStart(error: unknown, way: Way): Explanation {
  if (error instanceof ConnectionError) {
    return {
      title: "You are offline",
      text: "The server cannot be reached. Check your connection, then try again.",
      waitSeconds: 0,
    };
  }
  if (error instanceof ProblemError && error.code === "own-account") {
    return {
      title: "That is you",
      text: "This handle or id is your own. Ask the other person for theirs.",
      waitSeconds: 0,
    };
  }
  if (error instanceof ProblemError && error.code === "answered-elsewhere") {
    return { ...explainSpoken({ way, peer: null }, "answeredElsewhere"), waitSeconds: 0 };
  }
  if (error instanceof ProblemError && error.code === "attempt-over") {
    return { ...explainSpoken({ way, peer: null }, "timedOut"), waitSeconds: 0 };
  }
  if (error instanceof ProblemError && error.code === "own-key" && way !== "enterKey") {
    return {
      title: "This is your own number",
      text: "The other person enters it, on their device, with the passphrase.",
      waitSeconds: 0,
    };
  }
  if (error instanceof ProblemError && error.code === "own-key") {
    return {
      title: "This is your own key",
      text: "The other person enters it, on their device. To meet them the other way round, enter the key that they show.",
      waitSeconds: 0,
    };
  }
  if (error instanceof ProblemError && error.code === "too-many-requests") {
    return {
      title: "A short break",
      text: "There were too many tries in a row. You can go on soon.",
      waitSeconds: Math.ceil(error.problem.retryAfterSeconds ?? 30),
    };
  }
  return { title: "That did not work", text: problemText(error), waitSeconds: 0 };
}

type Reasons = Readonly<Record<FailureReason, { readonly title: string; readonly text: string }>>;

const TAMPERED = {
  title: "Something came through altered",
  text: "What arrived could not be verified on this device, so no card was taken from it. Whoever is new in your contacts now is marked as not verified. Try once more with a fresh key; if it happens again, do not trust this server.",
};

const REASONS: Readonly<Record<"showKey" | "enterKey", Reasons>> = {
  showKey: {
    mismatch: {
      title: "The words did not match",
      text: "Someone entered this number with other words. A key takes one try only, so it is used up. Nobody has learned anything.",
    },
    timedOut: {
      title: "This key has expired",
      text: "A key lives for two minutes, and nobody met you by it in that time.",
    },
    cancelled: {
      title: "The meeting was cancelled",
      text: "One of you called it off, or a newer key has replaced this one. Nothing was exchanged.",
    },
    refused: {
      title: "The other person declined",
      text: "Nothing was exchanged. If that was a mistake, show a fresh key.",
    },
    unreachable: {
      title: "The other account is gone",
      text: "It no longer exists on this server. Nothing was exchanged.",
    },
    tampered: TAMPERED,
    answeredElsewhere: ELSEWHERE,
  },
  enterKey: {
    mismatch: {
      title: "That key did not match",
      text: "A word may be wrong, or the key has expired or was used already. A key takes one try only, so ask for a fresh one.",
    },
    timedOut: {
      title: "The other device did not answer",
      text: "It may have lost its connection. Ask for a fresh key and try again.",
    },
    cancelled: {
      title: "The meeting was cancelled",
      text: "One of you called it off. Nothing was exchanged. Ask for a fresh key to try again.",
    },
    refused: {
      title: "The other person declined",
      text: "Nothing was exchanged. If that was a mistake, ask for a fresh key.",
    },
    unreachable: {
      title: "The other account is gone",
      text: "It no longer exists on this server. Ask the other person to open Acquaint again.",
    },
    tampered: TAMPERED,
    answeredElsewhere: ELSEWHERE,
  },
};
