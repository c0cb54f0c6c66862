// Who asks for one in a room that one is in, and what that is called where something else is shown.

import type { StayState } from "./stay.ts";
import { countText, namesText, plain } from "./words.ts";

type Asked = Pick<StayState, "state" | "me" | "knocking" | "reports" | "invitations">;

/** How many wait for an answer of one's own: what one has asked oneself does not count. */
export function askingIn({ state, me, knocking, invitations }: Asked): number {
  if (state === "over") return 0;
  return knocking.length + invitations.filter(({ from }) => from !== me?.userId).length;
}

/** What is new for those who look after a room; the empty text where nothing is. */
export function askedText(title: string, before: Asked, now: Asked): string {
  const known = new Set(before.knocking.map(({ userId }) => userId));
  const knocking = now.knocking.filter(({ userId }) => !known.has(userId));
  const names = namesText(knocking.map(({ name }) => plain(name)));
  return [
    knocking.length > 0 && `${names} would like to come into ${title}.`,
    now.reports > before.reports && `${title}: ${reportsText(now.reports)}.`,
  ]
    .filter(Boolean)
    .join(" ");
}

/** Beside the name of a room that is not shown; the empty text where nobody waits. */
export function waitingText({ knocking, reports }: Pick<Asked, "knocking" | "reports">): string {
  return [
    knocking.length > 0 && countText(knocking.length, "waits", "wait"),
    reports > 0 && countText(reports, "report"),
  ]
    .filter(Boolean)
    .join(" · ");
}

export function reportsText(count: number): string {
  return `${countText(count, "report")} to read`;
}
