// A contact in a line or two, for people.
import type { Contact } from "../shared/client/node.ts";
import { printable, shortened } from "./printable.ts";
import { styled, type Terminal } from "./terminal.ts";

const SHORT_ID_CHARS = 8;
const NAME_MAX_CHARS = 60;

const METHODS: Readonly<Record<Contact["method"], string>> = {
  key: "met by key",
  passphrase: "met by passphrase",
  link: "linking",
  tap: "met by tap",
  badge: "met by badge",
  room: "met in a room",
};

const clock = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** @param time milliseconds since 1970 */
export function timeText(time: number): string {
  return clock.format(time);
}

/** Enough of the id to name the contact on the command line. */
export function shortId(userId: string): string {
  return userId.slice(0, SHORT_ID_CHARS);
}

export function contactLines(
  contact: Omit<Contact, "card"> & { readonly removed?: true; readonly unread?: number },
  out: Terminal,
): string[] {
  const name = shortened(printable(contact.name), NAME_MAX_CHARS);
  const { unread = 0 } = contact;
  const facts = [
    ...(unread === 0 ? [] : [`${unread} unread`]),
    `${METHODS[contact.method]} ${timeText(contact.metAt)}`,
    ...(contact.verified ? [] : ["not verified by this device"]),
    ...(contact.blocked ? ["blocked"] : []),
    ...(contact.removed === true ? ["removed"] : []),
    ...(contact.cardProblem === null ? [] : [`card unreadable: ${printable(contact.cardProblem)}`]),
  ];
  const line = `  ${styled(out, "bold", name)}  ${shortId(contact.userId)}  ${styled(out, "dim", facts.join(", "))}`;
  return contact.note === "" ? [line] : [line, `    note: ${printable(contact.note)}`];
}
