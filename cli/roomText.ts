// Rooms and what happens in them, for people.
import { shortId, timeText } from "./contactText.ts";
import { printable, shortened } from "./printable.ts";
import type { MemberTrait, RoomCliEvent } from "./roomEvents.ts";
import { styled, type Terminal } from "./terminal.ts";

type Told<Name extends RoomCliEvent["event"]> = Extract<RoomCliEvent, { event: Name }>;

const NAME_MAX_CHARS = 40;
const TITLE_MAX_CHARS = 60;

const time = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });

export function roomLines(event: RoomCliEvent, out: Terminal): string[] {
  const dim = (text: string): string => styled(out, "dim", text);
  switch (event.event) {
    case "roomOpened":
      return [
        styled(out, ["green", "bold"], "✓ The room is open."),
        `  ${event.url}`,
        `  In a terminal: ${dim(`acquaint room join ${event.roomId}`)}`,
      ];
    case "roomListed":
      return [
        `  ${styled(out, "bold", titled(event.title))}${topicText(event.topic)}`,
        dim(
          `    ${event.roomId}  ${peopleText(event.occupancy, event.capacity)}${entryText(event)}`,
        ),
      ];
    case "roomTopic":
      return [
        dim(
          `  #${printable(event.topic)}  ${counted(event.rooms, "room")}, ${counted(event.people, "person", "people")}`,
        ),
      ];
    case "room":
      return infoLines(event, out);
    case "roomClosed":
      return ["The room is closed, and everyone is told."];
    case "roomModerated":
      return [
        `✓ ${MODERATED[event.act] ?? event.act}: ${event.name === null ? shortId(event.userId) : named(event.name)}.`,
      ];
    case "roomBan":
      return [`  ${event.userId}  banned`];
    case "roomReported":
      return [`You have reported ${named(event.name)} to those who look after the room.`];
    case "roomReport":
      return reportLines(event, out);
    case "roomReportDropped":
      return ["The report is put aside."];
    case "roomState":
      return [STATES[event.state] ?? event.state];
    case "roomEntered":
      return enteredLines(event, out);
    case "roomJoined":
      return [dim(`→ ${named(event.name)} has come.`)];
    case "roomLeft":
      return [dim(`← ${named(event.name)} has left.`)];
    case "roomChanged":
      return event.changed.map((trait) =>
        dim(`· ${named(event.name)} ${changeText(event, trait)}`),
      );
    case "roomMessage":
      return messageLines(event, out);
    case "roomGap":
      return [dim("· You may have missed something here.")];
    case "roomArranged":
      return [
        dim(`· The room is “${titled(event.title)}” now${event.isLocked ? ", and locked" : ""}.`),
      ];
    case "roomKnocking":
      return event.knocking.flatMap(({ userId, name, handle }) => [
        `${named(name)}${handle === null ? "" : ` (@${handle})`} waits to be let in:`,
        `  acquaint room moderate ${event.roomId} admit ${shortId(userId)}`,
      ]);
    case "roomInvitation":
      return event.isOwn
        ? [`${who(event)} is asked to step aside with you; 30 seconds to answer.`]
        : [
            styled(out, "bold", `${who(event)} would like to step aside with you.`),
            out.interactive
              ? "  /accept or /decline"
              : `  acquaint room accept ${event.roomId}, or: acquaint room decline ${event.roomId}`,
          ];
    case "roomInvitationOver":
      return [invitationText(event, out)];
    case "roomReturned":
      return ["You are back in the room; your seat was kept."];
    case "roomOver":
      return [overText(event)];
  }
}

function infoLines(room: Told<"room">, out: Terminal): string[] {
  const facts = [
    ["people", peopleText(room.occupancy, room.capacity)],
    ["joined by", ADMISSIONS[room.admission] + (room.isLocked ? ", locked now" : "")],
    ["listed", room.isListed ? "yes" : "no"],
    ...(room.operator === null ? [] : [["opened by", printable(room.operator)]]),
    ...(room.owner === null ? [] : [["owner", room.owner]]),
    ["since", timeText(room.createdAt)],
    ["room id", room.roomId],
    ...(room.url === undefined ? [] : [["link", room.url]]),
  ] as const;
  return [
    styled(out, "bold", titled(room.title)) + topicText(room.topic),
    ...facts.map(([label, value]) => `  ${styled(out, "dim", (label ?? "").padEnd(10))}${value}`),
  ];
}

function enteredLines({ title, kind, members }: Told<"roomEntered">, out: Terminal): string[] {
  const where = kind === "pair" ? `Aside, of “${titled(title)}”` : `In “${titled(title)}”`;
  const here = members.map((member) => `  ${named(member.name)}${standing(member)}`);
  return [
    styled(
      out,
      "bold",
      `${where}. ${counted(members.length, "person", "people")} here, you among them:`,
    ),
    ...here,
  ];
}

function standing(member: Told<"roomEntered">["members"][number]): string {
  const facts = [
    ...(member.handle === null ? [] : [`@${member.handle}`]),
    ...(member.role === "member" ? [] : [member.role]),
    ...(member.isAway === true ? ["connection lost"] : []),
    ...(member.isAside === true ? ["in a pair room"] : []),
  ];
  return facts.length === 0 ? "" : `, ${facts.join(", ")}`;
}

function changeText(member: Told<"roomChanged">, trait: MemberTrait): string {
  switch (trait) {
    case "name":
      return "is called so now.";
    case "handle":
      return member.handle === null ? "has no handle any more." : `is @${member.handle} now.`;
    case "role":
      return `is ${ROLES[member.role]} now.`;
    case "isAway":
      return member.isAway === true ? "has lost the connection." : "is connected again.";
    case "isAside":
      return member.isAside === true ? "has stepped aside." : "is back.";
    case "audio":
      return `has the microphone ${TRACKS[member.audio ?? "off"]}.`;
    case "video":
      return `has the camera ${TRACKS[member.video ?? "off"]}.`;
  }
}

function messageLines(message: Told<"roomMessage">, out: Terminal): string[] {
  const { name, isOwn, text, at, status, problem } = message;
  const author = styled(out, isOwn ? "dim" : "bold", isOwn ? "you" : named(name ?? ""));
  const lines = text.split("\n").map((line) => printable(line));
  const state =
    status === "refused"
      ? `  not said: ${problem ?? "refused"}`
      : status === "unsure"
        ? "  perhaps not said"
        : "";
  return [`${styled(out, "dim", time.format(at))} ${author}: ${lines.join("\n    ")}${state}`];
}

function reportLines(report: Told<"roomReport">, out: Terminal): string[] {
  const { reportId, userId, name, reason, note, messages, at, by } = report;
  return [
    styled(out, "bold", `${named(name)} (${shortId(userId)}), for ${reason}`),
    ...(note === "" ? [] : [`  “${printable(note)}”`]),
    ...messages.map(({ text, at: saidAt }) => `  ${time.format(saidAt)}  ${printable(text)}`),
    styled(
      out,
      "dim",
      `  ${timeText(at)}, by ${shortId(by)}. To put it aside: acquaint room reports ${report.roomId} drop ${reportId}`,
    ),
  ];
}

function invitationText(event: Told<"roomInvitationOver">, out: Terminal): string {
  const text = (event.isOwn ? OWN_OUTCOMES : THEIR_OUTCOMES)[event.outcome];
  const isElsewhere = event.pairRoomId !== null && !out.interactive;
  const pair = isElsewhere ? ` The pair room: ${event.pairRoomId}` : "";
  return text.replace("WHO", who(event)) + pair;
}

function who({
  name,
  isOwn,
  from,
  to,
}: Told<"roomInvitation"> | Told<"roomInvitationOver">): string {
  return name === null ? shortId(isOwn ? to : from) : named(name);
}

function overText({ title, reason }: Told<"roomOver">): string {
  const where = title === null || title === "" ? "the room" : `“${titled(title)}”`;
  return (ENDINGS[reason] ?? `You are in ${where} no more: ${reason}.`).replace("ROOM", where);
}

function peopleText(occupancy: number, capacity: number): string {
  return `${occupancy} of ${capacity} people`;
}

function entryText({ admission, isLocked }: Told<"roomListed">): string {
  if (isLocked) return ", locked";
  return admission === "anyone" ? "" : `, ${ADMISSIONS[admission]}`;
}

function topicText(topic: string | null): string {
  return topic === null ? "" : `  #${printable(topic)}`;
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

function titled(title: string): string {
  return shortened(printable(title), TITLE_MAX_CHARS);
}

function named(name: string): string {
  return shortened(printable(name), NAME_MAX_CHARS);
}

const ROLES = { owner: "the owner", moderator: "a moderator", member: "a member" } as const;

const TRACKS = { off: "off", live: "on", muted: "muted" } as const;

const ADMISSIONS = {
  anyone: "anyone",
  link: "whoever has the link",
  approval: "whom a moderator lets in",
} as const;

const STATES: Readonly<Record<string, string>> = {
  waiting: "A moderator has to let you in; waiting …",
  reconnecting: "The connection is lost; your seat is kept for 30 seconds. Trying again …",
};

const MODERATED: Readonly<Record<string, string>> = {
  admit: "Let in",
  deny: "Turned away",
  remove: "Removed",
  ban: "Banned",
  unban: "Not banned any more",
  appoint: "A moderator now",
  dismiss: "A member again",
};

const OWN_OUTCOMES = {
  accepted: "✓ WHO is coming.",
  declined: "WHO would rather not, now.",
  timedOut: "WHO has not answered.",
  cancelled: "You have taken the invitation back.",
  taken: "One of you is in a pair room with somebody else.",
  gone: "WHO is not in the room any more.",
} as const;

const THEIR_OUTCOMES = {
  accepted: "✓ You and WHO step aside.",
  declined: "You have declined; WHO is told.",
  timedOut: "The invitation of WHO is over.",
  cancelled: "WHO has taken the invitation back.",
  taken: "One of you is in a pair room with somebody else.",
  gone: "WHO is not in the room any more.",
} as const;

const ENDINGS: Readonly<Record<string, string>> = {
  left: "You have left ROOM.",
  removed: "A moderator has removed you from ROOM. You may come back.",
  banned: "A moderator has banned you from ROOM.",
  denied: "A moderator of ROOM did not let you in.",
  closed: "ROOM is closed.",
  over: "The pair room is over.",
  elsewhere: "Too many clients of yours are in ROOM; the others stay, this one has gone.",
};
