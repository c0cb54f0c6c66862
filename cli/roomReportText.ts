// Reports on people in a room, for people.
import { shortId, timeText } from "./contactText.ts";
import { printable } from "./printable.ts";
import type { RoomCliEvent } from "./roomEvents.ts";
import { named } from "./roomLabels.ts";
import { styled, type Terminal } from "./terminal.ts";

type Told<Name extends RoomCliEvent["event"]> = Extract<RoomCliEvent, { event: Name }>;

const time = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });

const UNCONFIRMED = "  (only the reporter says so; the room cannot confirm it)";

/** Who is to read it, above all. */
export function reportedText({ name, messages, role, operator }: Told<"roomReported">): string {
  const along = messages === 0 ? "" : `, with ${counted(messages, "message")} of theirs`;
  if (role === "member") {
    return `You have reported ${named(name)} to those who look after the room${along}.`;
  }
  const reported = `You have reported ${named(name)}${along}.`;
  if (role === null) {
    return `${reported} Those who look after the room that you came from read it; if it is one of them, only whoever runs the server does.`;
  }
  const readers =
    operator === null ? "" : `${printable(operator)}, which has opened the room, and `;
  return `${reported} They look after the room, so only ${readers}whoever runs the server will read it.`;
}

export function reportLines(report: Told<"roomReport">, out: Terminal): string[] {
  const { reportId, userId, name, reason, note, messages, at, by } = report;
  return [
    styled(
      out,
      "bold",
      `${name === null ? shortId(userId) : `${named(name)} (${shortId(userId)})`}, for ${reason}`,
    ),
    ...(note === "" ? [] : [`  “${printable(note)}”`]),
    ...messages.map(
      ({ text, at: saidAt, isConfirmed }) =>
        `  ${time.format(saidAt)}  ${printable(text)}${isConfirmed ? "" : UNCONFIRMED}`,
    ),
    styled(
      out,
      "dim",
      `  ${timeText(at)}, by ${shortId(by)}. To put it aside: acquaint room reports ${report.roomId} drop ${reportId}`,
    ),
  ];
}

/** Nothing where one was put aside. */
export function reportsText({ count, before, roomId }: Told<"roomReports">): string[] {
  return count > before
    ? [`${counted(count, "report")} to read: acquaint room reports ${roomId}`]
    : [];
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
