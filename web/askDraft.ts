// A request in the making: whom, which words, how long. What is wrong with it is told before
// anything is sent.

import {
  type AskOptions,
  isHandle,
  PASSPHRASE_T1_SECONDS,
  PASSPHRASE_T2_SECONDS,
  PASSPHRASE_TERM_MAX_SECONDS,
  PASSPHRASE_TERM_MIN_SECONDS,
} from "../shared/client/index.ts";

export type Target = "contact" | "handle" | "anyone";

export interface AskDraft {
  readonly target: Target;
  /** A contact's id. */
  readonly userId: string;
  /** A handle, or an id. */
  readonly handle: string;
  readonly passphrase: string;
  /** As typed. */
  readonly t1: string;
  readonly t2: string;
}

export interface AskFaults {
  readonly target?: string;
  readonly passphrase?: string;
  readonly terms?: string;
}

const USER_ID = /^[a-z2-7]{32}$/;

export function newDraft(target: Target, userId: string): AskDraft {
  return {
    target,
    userId,
    handle: "",
    passphrase: "",
    t1: String(PASSPHRASE_T1_SECONDS),
    t2: String(PASSPHRASE_T2_SECONDS),
  };
}

export function faultsOf(draft: AskDraft): AskFaults {
  const target = targetFault(draft);
  const terms = termsFault(secondsIn(draft.t1), secondsIn(draft.t2));
  const isEmpty = draft.passphrase.trim() === "";
  return {
    ...(target !== null && { target }),
    ...(isEmpty && { passphrase: "Type the passphrase that you agreed on." }),
    ...(terms !== null && { terms }),
  };
}

/** Of a draft without faults. */
export function askOf(draft: AskDraft): AskOptions {
  const to = accountIn(draft);
  return {
    ...(to !== null && { to }),
    passphrase: draft.passphrase,
    t1Seconds: secondsIn(draft.t1),
    t2Seconds: secondsIn(draft.t2),
  };
}

/** How the one who is asked is called before anything is proven; null for whoever has the number. */
export function peerOf(draft: AskDraft, nameOf: (userId: string) => string) {
  const to = accountIn(draft);
  if (to === null) return null;
  const isId = USER_ID.test(to);
  return { name: isId ? nameOf(to) : `@${to}`, userId: isId ? to : null };
}

function accountIn({ target, userId, handle }: AskDraft): string | null {
  if (target === "anyone") return null;
  return target === "contact" ? userId : handle.trim().replace(/^@/, "").toLowerCase();
}

function targetFault(draft: AskDraft): string | null {
  const to = accountIn(draft);
  if (to === null || USER_ID.test(to) || isHandle(to)) return null;
  if (draft.target === "contact") return "Choose whom you ask.";
  return to === ""
    ? "Type the handle of the person whom you ask."
    : "A handle has 3 to 30 letters a–z, digits or single _, and begins with a letter.";
}

function termsFault(t1: number, t2: number): string | null {
  const [least, most] = [PASSPHRASE_TERM_MIN_SECONDS, PASSPHRASE_TERM_MAX_SECONDS];
  const isTerm = (seconds: number) => seconds >= least && seconds <= most;
  if (!isTerm(t1) || !isTerm(t2)) return `Both are whole seconds from ${least} to ${most}.`;
  return t2 > t1 ? null : "The seconds in all must be more than those to answer.";
}

/** NaN for anything but whole seconds. */
function secondsIn(text: string): number {
  return /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
}
