// Touches, tables, badges and requests to become contacts, for people.
import { contactLines, shortId, timeText } from "./contactText.ts";
import { remaining } from "./countdown.ts";
import { framed } from "./keyText.ts";
import { printable, shortened } from "./printable.ts";
import { qrLines } from "./qrText.ts";
import type { TouchEvent } from "./tapEvents.ts";
import { styled, type Terminal } from "./terminal.ts";

const NAME_MAX_CHARS = 60;

type Asks = Extract<TouchEvent, { event: "contactRequest" }>;

export function touchLines(
  event: Exclude<TouchEvent, Asks>,
  out: Terminal,
  now = Date.now(),
): string[] {
  switch (event.event) {
    case "ticket":
      return [
        ...picture(event.url, out),
        "Your ticket. Whoever opens, scans or is handed this link within a minute is in",
        "contact with you, and you with them:",
        "",
        `  ${event.url}`,
        "",
        `  In a terminal: ${styled(out, "dim", "acquaint tap URL")}. It serves once.`,
      ];
    case "tapped":
      return [
        styled(out, ["green", "bold"], `✓ You and ${named(event.contact.name)} are in contact.`),
        ...contactLines(event.contact, out),
        ...undoHint(event.contact.undoUntil, event.contact.userId, now),
      ];
    case "tap":
      return peerLines(event, out, now);
    case "table":
      return tableLines(event, out);
    case "group":
      return groupLines(event, out);
    case "undone":
      return [`You and ${named(event.name)} are in contact no more. Both of you are told.`];
    case "badge":
      return badgeLines(event, out);
    case "contactAsked":
      return [
        `You have asked ${named(event.name)} to become a contact.`,
        "  Whoever takes requests is told, and may take their time.",
        `  To take it back: acquaint requests withdraw ${event.requestId}`,
      ];
    case "contactRequestOver":
      return [overText(event)];
  }
}

/** @param isInRoom whether orders are typed, rather than commands */
export function contactRequestLines(request: Asks, out: Terminal, isInRoom: boolean): string[] {
  const { name, from, createdAt, requestId } = request;
  const id = shortId(from);
  return [
    styled(out, "bold", `${named(name)} asks to become a contact, ${cameBy(request)}.`),
    `  ${id}, since ${timeText(createdAt)}. The server says who it is.`,
    ...(isInRoom
      ? [`  /approve ${id} or /refuse ${id}`]
      : [`  acquaint requests approve ${requestId}`, `  acquaint requests decline ${requestId}`]),
  ];
}

function peerLines(
  { outcome, name, userId, advice, undoUntil }: Extract<TouchEvent, { event: "tap" }>,
  out: Terminal,
  now: number,
): string[] {
  const who = name === null ? (userId === null ? "A ticket" : shortId(userId)) : named(name);
  if (outcome === "established" || outcome === "already") {
    const title =
      outcome === "established"
        ? `✓ You and ${who} are in contact.`
        : `✓ You and ${who} have been in contact before.`;
    return [styled(out, ["green", "bold"], title), ...undoHint(undoUntil, userId, now)];
  }
  return [styled(out, ["red", "bold"], `✗ ${who}: ${outcome}.`), `  ${advice}`];
}

function tableLines(table: Extract<TouchEvent, { event: "table" }>, out: Terminal): string[] {
  const { at, members, phrase, end } = table;
  const list = members.map(({ name, isMe, hasArrived, hasConfirmed }) => {
    const state = hasConfirmed ? "has confirmed" : hasArrived ? "is here" : "is awaited";
    return `  ${hasArrived ? "●" : "○"} ${isMe ? "you" : named(name)}, ${state}`;
  });
  if (at === "aborted") {
    return [styled(out, ["red", "bold"], "✗ Nobody was connected."), `  ${end?.advice ?? ""}`];
  }
  if (at === "settled") {
    const title = "✓ All have the same words: you are in contact, and a group.";
    return [styled(out, ["green", "bold"], title), ...list];
  }
  const words = phrase === null ? [] : ["", ...framed(phrase.join(" "), out), ""];
  return [at === "comparing" ? "Everyone is here:" : "At the table:", ...list, ...words];
}

function cameBy({ via, title }: Asks): string {
  if (via === "badge") return "by your badge";
  return title === null ? "out of a room" : `out of the room “${named(title)}”`;
}

function groupLines(group: Extract<TouchEvent, { event: "group" }>, out: Terminal): string[] {
  const { groupId, members, createdAt, isCompared, left } = group;
  if (left === true) return [`You have left the group ${groupId}.`];
  const names = members.map(({ name, isMe }) => (isMe ? "you" : named(name)));
  const how = isCompared ? "a phrase was compared" : "by taps";
  return [
    `  ${styled(out, "bold", names.join(", "))}`,
    styled(out, "dim", `    ${groupId}, ${timeText(createdAt)}, ${how}`),
  ];
}

function badgeLines(badge: Extract<TouchEvent, { event: "badge" }>, out: Terminal): string[] {
  if (badge.url === null) return ["You have no badge. To make one: acquaint badge create"];
  if (badge.file !== undefined) {
    return [`The badge is in ${printable(badge.file)}. Open it in a browser, and print it.`];
  }
  const uses = badge.uses === 1 ? "1 request" : `${badge.uses} requests`;
  return [
    ...picture(badge.url, out),
    "Your badge. Whoever scans it can ask to become a contact; you say yes or no:",
    "",
    `  ${badge.url}`,
    "",
    styled(out, "dim", `  made ${timeText(badge.createdAt)}, brought ${uses} so far`),
  ];
}

function overText(event: Extract<TouchEvent, { event: "contactRequestOver" }>): string {
  const ends = event.isOwn ? OWN_ENDS : THEIR_ENDS;
  return ends[event.end].replace("WHO", () => named(event.name));
}

const OWN_ENDS = {
  approved: "✓ WHO has said yes: you are in contact.",
  declined: "WHO has said no.",
  withdrawn: "You have taken back your request to WHO.",
  expired: "WHO has not answered your request in a week; it is over.",
} as const;

const THEIR_ENDS = {
  approved: "✓ You and WHO are in contact.",
  declined: "You have said no. WHO is told.",
  withdrawn: "WHO has taken the request back.",
  expired: "The request of WHO is over: a week has passed.",
} as const;

function picture(url: string, out: Terminal): string[] {
  if (!out.interactive) return [];
  const lines = qrLines(url, out);
  return lines.length === 0 ? [] : ["", ...lines, ""];
}

function undoHint(undoUntil: number | null, userId: string | null, now: number): string[] {
  if (undoUntil === null || userId === null || undoUntil <= now) return [];
  const left = remaining(undoUntil - now);
  return [`  To undo it, within ${left}: acquaint contacts undo ${shortId(userId)}`];
}

function named(name: string): string {
  return shortened(printable(name), NAME_MAX_CHARS);
}
