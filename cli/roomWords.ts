// What is said of rooms in fixed words, by the codes that events have.

export const ROLES = { owner: "the owner", moderator: "a moderator", member: "a member" } as const;

export const TRACKS = { off: "off", live: "on", muted: "muted" } as const;

export const ADMISSIONS = {
  anyone: "anyone",
  link: "whoever has the link",
  approval: "whom a moderator lets in",
} as const;

export const STATES: Readonly<Record<string, string>> = {
  waiting: "A moderator has to let you in; waiting … Ctrl-C gives it up.",
  reconnecting: "The connection is lost; your seat is kept for 30 seconds. Trying again …",
};

export const MODERATED: Readonly<Record<string, string>> = {
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

export const ENDINGS: Readonly<Record<string, string>> = {
  left: "You have left ROOM.",
  removed: "A moderator has removed you from ROOM. You may come back, unless it is locked.",
  banned: "A moderator has banned you from ROOM.",
  denied: "A moderator of ROOM did not let you in.",
  closed: "ROOM is closed.",
  over: "The pair room is over.",
  elsewhere: "Too many clients of yours are in ROOM; the others stay, this one has gone.",
};
