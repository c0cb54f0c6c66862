// What the page says about rooms, in words.

import {
  type InvitationOutcome,
  plainLine,
  type ProblemCode,
  type ReportReason,
  type Role,
  type RoomAdmission,
  type RoomRecord,
  type StayEnd,
} from "../../shared/client/index.ts";
import { withPlainName } from "../plainName.ts";

/** Said wherever one is about to speak in a room. */
export const WHO_READS =
  "What is said in a room is seen by everybody in it. The server passes it on and could read it; it keeps nothing but what is reported.";

export const ADMISSIONS: Readonly<Record<RoomAdmission, string>> = {
  anyone: "open to anyone",
  link: "by link",
  approval: "someone lets you in",
};

/** How a room is joined, to whoever is in it. */
export function joinedHow(
  { isLocked, admission }: Pick<RoomRecord, "isLocked" | "admission">,
  role: Role,
): string {
  if (isLocked) return "locked";
  if (admission !== "approval") return ADMISSIONS[admission];
  return role === "member" ? "people are let in" : "you let people in";
}

export const ROLES: Readonly<Record<Role, string>> = {
  owner: "has opened the room",
  moderator: "moderator",
  member: "",
};

export const REASONS: Readonly<Record<ReportReason, string>> = {
  harassment: "Harassment",
  hate: "Hate",
  sexual: "Sexual content",
  violence: "Violence or threats",
  spam: "Spam",
  other: "Something else",
};

/** A title, name or note of other people, as a part of a sentence of this page. */
export function plain(text: string): string {
  return withPlainName({ name: plainLine(text) }).name;
}

const NUMBER = new Intl.NumberFormat("en");
const LIST = new Intl.ListFormat("en");
const MOST_NAMES = 3;

export function occupancyText(people: number, capacity: number): string {
  return `${NUMBER.format(people)} of ${NUMBER.format(capacity)}`;
}

export function countText(count: number, one: string, many = `${one}s`): string {
  return count === 1 ? `1 ${one}` : `${NUMBER.format(count)} ${many}`;
}

/** The first few names, and how many more. */
export function namesText(names: readonly string[], count = names.length): string {
  const shown = names.slice(0, count > MOST_NAMES + 1 ? MOST_NAMES : MOST_NAMES + 1);
  const more = count - shown.length;
  return LIST.format(more > 0 ? [...shown, `${NUMBER.format(more)} more`] : shown);
}

export interface EndText {
  readonly title: string;
  readonly text: string;
  /** What coming in again is called, where it can be of use. */
  readonly again: string | null;
}

const BARRED: EndText = {
  title: "You cannot come into this room",
  text: "Those who look after it have decided so, for a while or for good. There are other rooms.",
  again: null,
};

const LEAVINGS: Readonly<Record<Extract<StayEnd, { kind: "left" }>["leaving"], EndText>> = {
  left: {
    title: "You have left the room",
    text: "It goes on without you. You can come in again.",
    again: "Come in again",
  },
  removed: {
    title: "You were taken out of the room",
    text: "Someone who looks after it has done so. You may come in again; ask them first what was wrong.",
    again: "Come in again",
  },
  banned: {
    title: "You may no longer come into this room",
    text: "Someone who looks after it has decided so. Only they can take it back. There are other rooms.",
    again: null,
  },
  denied: {
    title: "You were not let in",
    text: "Someone who looks after the room has turned you away for now. You can ask again in ten minutes.",
    again: null,
  },
  closed: {
    title: "The room is closed",
    text: "It has ended for everybody. What was said in it is kept nowhere.",
    again: null,
  },
  over: {
    title: "The two of you have parted",
    text: "A room for two ends as soon as one of them leaves.",
    again: null,
  },
  elsewhere: {
    title: "You are in this room elsewhere",
    text: "You are in this room in too many places at once, so it ended here. Where you came in last it goes on.",
    again: "Join here",
  },
};

const REMOVED_AND_LOCKED: EndText = {
  title: LEAVINGS.removed.title,
  text: "Someone who looks after it has done so. The room is locked just now: nobody comes in until it is open again.",
  again: "Try again",
};

const REFUSALS: Readonly<Partial<Record<ProblemCode, EndText>>> = {
  "room-unknown": {
    title: "There is no such room",
    text: "It has ended, or a part of its link was lost on the way. Ask for the link again, or look for another room.",
    again: null,
  },
  "room-full": {
    title: "The room is full",
    text: "Somebody has to leave before you can come in. Try again in a while.",
    again: "Try again",
  },
  "room-locked": {
    title: "The room is locked",
    text: "Nobody new comes in until those who look after it open it again. Try again in a while.",
    again: "Try again",
  },
  "room-barred": BARRED,
  "link-needed": {
    title: "This room is joined by its link",
    text: "The address alone does not lead in, and neither does a link that was replaced. Ask somebody in the room for its link, and open that.",
    again: "Try again",
  },
  "list-full": {
    title: "You are in too many rooms",
    text: "Leave one of them, on whichever device you are in it, then try again.",
    again: "Try again",
  },
};

export function endText(end: StayEnd, isLocked = false): EndText {
  if (end.kind === "left" && end.leaving === "removed" && isLocked) return REMOVED_AND_LOCKED;
  if (end.kind === "left") return LEAVINGS[end.leaving];
  return (
    REFUSALS[end.problem] ?? {
      title: "You could not come in",
      text: "The server did not let you in this time. Try again in a moment.",
      again: "Try again",
    }
  );
}

/** To whoever was turned away, then and whenever they try again. @param until null once it is over */
export function deniedText(until: number | null): EndText {
  const { title } = LEAVINGS.denied;
  const text = "Someone who looks after the room has turned you away for now.";
  return until === null
    ? {
        title,
        text: "You were turned away for a while. You can ask again now.",
        again: "Ask again",
      }
    : { title, text: `${text} You can ask again at ${hourText(until)}.`, again: null };
}

/** To the one who has invited; null where there is nothing to say. */
export function outcomeText(outcome: InvitationOutcome, name: string): string | null {
  switch (outcome) {
    case "declined":
      return `${name} would rather not step aside now.`;
    case "timedOut":
      return `${name} has not answered.`;
    case "taken":
      return `${name} is aside with somebody else now.`;
    case "gone":
      return `${name} is no longer in the room.`;
    default:
      return null;
  }
}

/** To the one who was invited. */
export function offerOverText(outcome: InvitationOutcome, name: string): string | null {
  switch (outcome) {
    case "timedOut":
      return `The invitation from ${name} has run out.`;
    case "cancelled":
      return `${name} has taken the invitation back.`;
    case "taken":
      return `${name} is aside with somebody else now.`;
    case "gone":
      return `${name} is no longer in the room.`;
    default:
      return null;
  }
}

/** Why a message was not taken, and what helps. */
export function refusedText(problem: ProblemCode | undefined): string {
  switch (problem) {
    case "too-many-requests":
      return "That was too fast for this room. Wait a moment, then try again.";
    case "not-in-room":
      return "You are not in the room any more.";
    default:
      return "The room did not take it. Try again, or say it in other words.";
  }
}

const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });

export function hourText(at: number): string {
  return TIME.format(at);
}
