// What the page says about messages and conversations, in words.

import { type MessageRecord, plainLine } from "../../shared/client/index.ts";
import type { ListedConversation } from "../chats.ts";
import { dayText } from "../clock.ts";
import { startOfDay } from "./rows.ts";

export const DELETED = "Message deleted";
export const UNKNOWN = "Needs a newer version of Acquaint to be read";

export const STATES: Readonly<Record<NonNullable<MessageRecord["state"]>, string>> = {
  uploading: "Uploading",
  waiting: "Waiting to be sent",
  sent: "Sent",
  delivered: "Delivered",
  read: "Read",
  refused: "Not delivered",
};

const DAY_MS = 24 * 60 * 60_000;
const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const WEEKDAY = new Intl.DateTimeFormat(undefined, { weekday: "long" });
const SHORT_DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const LONG_DAY = new Intl.DateTimeFormat(undefined, {
  weekday: "long",
  day: "numeric",
  month: "long",
});

/** As a heading over the messages of a day. */
export function dayHeading(at: number, now = Date.now()): string {
  const days = daysAgo(at, now);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  const isThisYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return isThisYear ? LONG_DAY.format(at) : dayText(at);
}

/** As short as a list has room for: the hour of today, the day of this week, else the date. */
export function shortTime(at: number, now = Date.now()): string {
  const days = daysAgo(at, now);
  if (days <= 0) return TIME.format(at);
  if (days === 1) return "Yesterday";
  return days < 7 ? WEEKDAY.format(at) : SHORT_DAY.format(at);
}

export function timeText(at: number): string {
  return TIME.format(at);
}

export function dayAndHour(at: number): string {
  return `${SHORT_DAY.format(at)}, ${TIME.format(at)}`;
}

export const LIFETIMES: readonly { readonly seconds: number; readonly label: string }[] = [
  { seconds: 0, label: "Off" },
  { seconds: 3_600, label: "1 hour" },
  { seconds: 86_400, label: "1 day" },
  { seconds: 604_800, label: "1 week" },
  { seconds: 2_419_200, label: "4 weeks" },
];

const UNITS = [
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;

export function durationText(seconds: number): string {
  const [unit, length] = UNITS.find(([, size]) => seconds % size === 0) ?? UNITS[4];
  const count = seconds / length;
  return count === 1 ? `1 ${unit}` : `${count} ${unit}s`;
}

function timerText({ author, timerSeconds = 0 }: MessageRecord, name: string): string {
  const who = author === "me" ? "you" : name;
  return timerSeconds === 0
    ? `Messages no longer disappear (set by ${who})`
    : `Messages now disappear after ${durationText(timerSeconds)} (set by ${who})`;
}

/** What has changed for all, or at the other end: no message, but a line between them. */
export function noticeText(record: MessageRecord, name: string): string {
  if (record.kind === "timer") return timerText(record, name);
  const isMine = record.author === "me";
  const who = isMine ? "You" : name;
  switch (record.devicesChange) {
    case "removed":
      return `${who} removed a device`;
    case "recovery":
      return `${who} ${isMine ? "have" : "has"} a new recovery phrase`;
    default:
      return `${who} added a device`;
  }
}

/** One line of what a message says, for quotes, lists and announcements. */
export function lineOf({ kind, isDeleted, text, file }: MessageRecord): string {
  if (isDeleted) return DELETED;
  if (file !== undefined) return fileLine(file.name, text);
  return kind === "unknown" ? UNKNOWN : plainLine(text);
}

function fileLine(fileName: string, caption: string): string {
  const name = `📎 ${plainLine(fileName)}`;
  return caption === "" ? name : `${name} – ${plainLine(caption)}`;
}

/** One line of the last message. */
export function previewText({ preview }: ListedConversation): string {
  if (preview === null) return "";
  if (preview.isDeleted) return DELETED;
  if (preview.fileName !== undefined) return fileLine(preview.fileName, preview.text);
  return preview.kind === "unknown" ? UNKNOWN : plainLine(preview.text);
}

/** Why the server did not take a message, and what helps. */
export function refusalText(code: string | undefined, name: string): string {
  switch (code) {
    case "not-a-contact":
      return `You and ${name} are no longer each other’s contacts. Meet again, then try again.`;
    case "mailbox-full":
      return `${name} has too much waiting. Try again once they have been online.`;
    case "storage-full":
      return "Your files take up all the room that the server keeps for you. Delete some that you have sent, then try again.";
    default:
      return "The server did not take it.";
  }
}

function daysAgo(at: number, now: number): number {
  return Math.round((startOfDay(now) - startOfDay(at)) / DAY_MS);
}
