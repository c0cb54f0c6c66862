// What is said of rooms in fixed words, by the codes that events have.
import type { Leaving, Moderation, ProblemCode } from "../shared/client/node.ts";
import type { PendingState } from "./roomEvents.ts";

export const ROLES = { owner: "the owner", moderator: "a moderator", member: "a member" } as const;

export const TRACKS = { off: "off", live: "on", muted: "muted" } as const;

export const ADMISSIONS = {
  anyone: "anyone",
  link: "whoever has the link",
  approval: "whom a moderator lets in",
} as const;

export const STATES: Readonly<Record<PendingState, string>> = {
  connecting: "Connecting to the room … Ctrl-C gives it up.",
  waiting: "A moderator has to let you in; waiting … Ctrl-C gives it up.",
  reconnecting: "The connection is lost; your seat is kept for 30 seconds. Trying again …",
};

export const MODERATED: Readonly<Record<Moderation["act"], string>> = {
  admit: "Let in",
  deny: "Turned away",
  remove: "Removed",
  ban: "Banned",
  unban: "Not banned any more",
  appoint: "A moderator now",
  dismiss: "A member again",
};

export const OWN_OUTCOMES = {
  accepted: "✓ WHO is coming.",
  declined: "WHO would rather not, now.",
  timedOut: "WHO has not answered.",
  cancelled: "You have taken the invitation back.",
  taken: "One of you is in a pair room with somebody else.",
  gone: "WHO is not in the room any more.",
} as const;

export const THEIR_OUTCOMES = {
  accepted: "✓ You and WHO step aside.",
  declined: "You have declined; WHO is told.",
  timedOut: "The invitation of WHO is over.",
  cancelled: "WHO has taken the invitation back.",
  taken: "One of you is in a pair room with somebody else.",
  gone: "WHO is not in the room any more.",
} as const;

/** Of refusals those that are likely when one comes back after a loss; of all others, `NOT_BACK`. */
export const ENDINGS: Readonly<Record<Leaving, string> & Partial<Record<ProblemCode, string>>> = {
  left: "You have left ROOM.",
  removed: "A moderator has removed you from ROOM. You may come back, unless it is locked.",
  banned: "A moderator has banned you from ROOM.",
  denied: "A moderator of ROOM did not let you in.",
  closed: "ROOM is closed.",
  over: "The pair room is over.",
  elsewhere: "Too many clients of yours are in ROOM; the others stay, this one has gone.",
  "room-unknown": "ROOM has ended.",
  "room-full":
    "Your seat in ROOM was kept no longer, and it is full now. Try again when somebody has left.",
  "room-locked":
    "Your seat in ROOM was kept no longer, and it is locked now. Ask a moderator to unlock it.",
  "room-barred": "You may not come into ROOM any more: a moderator has decided so.",
  "link-needed":
    "Your seat in ROOM was kept no longer, and it is joined by its link. Join by the whole link.",
  "list-full":
    "You are in too many rooms to come back into ROOM. Leave one of them, then join again.",
};

export const NOT_BACK =
  "The connection was lost, and the server has not let you back into ROOM. Join again; if that fails, too, it says why.";

/** Why a message was not taken, and what to do. */
export const UNSAID: Readonly<Partial<Record<ProblemCode, string>>> = {
  "too-many-requests": "that was too fast for the room; wait a moment, then say it again",
  "not-in-room": "you are not in the room any more",
};
