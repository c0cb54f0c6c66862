// Rooms and what happens in them, for people.
import { shortId, timeText } from "./contactText.ts";
import { printable, shortened } from "./printable.ts";
import type { MemberTrait, RoomCliEvent } from "./roomEvents.ts";
import { named, type RoomLabels } from "./roomLabels.ts";
import { counted, reportedText, reportLines, reportsText } from "./roomReportText.ts";
import {
  ADMISSIONS,
  ENDINGS,
  MODERATED,
  NOT_BACK,
  OWN_OUTCOMES,
  ROLES,
  STATES,
  THEIR_OUTCOMES,
  TRACKS,
  UNSAID,
} from "./roomWords.ts";
import { styled, type Terminal } from "./terminal.ts";

type Told<Name extends RoomCliEvent["event"]> = Extract<RoomCliEvent, { event: Name }>;

const TITLE_MAX_CHARS = 60;

const time = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });

export function roomLines(event: RoomCliEvent, out: Terminal, labels: RoomLabels): string[] {
  const dim = (text: string): string => styled(out, "dim", text);
  labels.heed(event);
  switch (event.event) {
    case "roomOpened":
      return [
        styled(out, ["green", "bold"], "✓ The room is open."),
        `  ${event.url}`,
        `  In a terminal: ${dim(joining(event))}`,
      ];
    case "roomLink":
      return [
        styled(
          out,
          ["green", "bold"],
          "✓ The room has a new link; one made before leads nowhere now.",
        ),
        `  ${event.url}`,
        `  In a terminal: ${dim(joining(event))}`,
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
        `✓ ${MODERATED[event.act]}: ${event.name === null ? shortId(event.userId) : named(event.name)}.`,
      ];
    case "roomBan":
      return [
        `  ${event.name === null ? "" : `${styled(out, "bold", named(event.name))}  `}${shortId(event.userId)}  ${dim(`banned ${timeText(event.at)}`)}`,
      ];
    case "roomReported":
      return [reportedText(event)];
    case "roomReport":
      return reportLines(event, out);
    case "roomReportDropped":
      return ["The report is put aside."];
    case "roomState":
      return [STATES[event.state]];
    case "roomEntered":
      return enteredLines(event, out);
    case "roomJoined":
      return [dim(`→ ${labels.of(event.roomId, event)} has come.`)];
    case "roomLeft":
      return [dim(`← ${labels.of(event.roomId, event)} has left.`)];
    case "roomChanged":
      return event.changed.map((trait) =>
        dim(`· ${labels.of(event.roomId, event)} ${changeText(event, trait)}`),
      );
    case "roomMessage":
      return messageLines(event, out, labels);
    case "roomGap":
      return [dim("· You may have missed something here.")];
    case "roomArranged":
      return event.changed.flatMap((trait) => {
        const text = arrangedText(event, trait);
        return text === null ? [] : [dim(`· ${text}`)];
      });
    case "roomKnocking":
      return event.knocking.flatMap(({ userId, name, handle }) => [
        `${labels.of(event.roomId, { userId, name })}${handle === null ? "" : ` (@${handle})`} waits to be let in:`,
        out.interactive
          ? `  /admit ${shortId(userId)} or /deny ${shortId(userId)}`
          : `  acquaint room moderate ${event.roomId} admit ${shortId(userId)}`,
      ]);
    case "roomReports":
      return reportsText(event);
    case "roomInvitation":
      return event.isOwn
        ? [`${who(event, labels)} is asked to step aside with you; 30 seconds to answer.`]
        : [
            styled(out, "bold", `${who(event, labels)} would like to step aside with you.`),
            out.interactive
              ? "  /accept or /decline"
              : `  acquaint room accept ${event.roomId}, or: acquaint room decline ${event.roomId}`,
          ];
    case "roomInvitationOver":
      return [invitationText(event, out, labels)];
    case "roomReturned":
      return [`You are back in “${titled(event.title)}”; your seat was kept.`];
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
  ] as const;
  return [
    styled(out, "bold", titled(room.title)) + topicText(room.topic),
    ...facts.map(([label, value]) => `  ${styled(out, "dim", (label ?? "").padEnd(10))}${value}`),
  ];
}

function enteredLines({ title, kind, members }: Told<"roomEntered">, out: Terminal): string[] {
  const where = kind === "pair" ? `Aside, of “${titled(title)}”` : `In “${titled(title)}”`;
  const here = members.map(
    (member) =>
      `  ${styled(out, "bold", named(member.name))}  ${shortId(member.userId)}${standing(member)}`,
  );
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
    ...(member.isContact ? ["a contact"] : []),
    ...(member.handle === null ? [] : [`@${member.handle}`]),
    ...(member.role === "member" ? [] : [member.role]),
    ...(member.isAway === true ? ["connection lost"] : []),
    ...(member.isAside === true ? ["in a pair room"] : []),
  ];
  return facts.length === 0 ? "" : `  ${facts.join(", ")}`;
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

function arrangedText(room: Told<"roomArranged">, trait: string): string | null {
  switch (trait) {
    case "title":
      return `The room is called “${titled(room.title)}” now.`;
    case "topic":
      return room.topic === null
        ? "The room has no topic now."
        : `The topic is #${printable(room.topic)} now.`;
    case "isLocked":
      return room.isLocked
        ? "The room is locked: nobody else comes in."
        : "The room is not locked any more.";
    case "admission":
      return `The room is joined by: ${ADMISSIONS[room.admission]}.`;
    case "capacity":
      return `There are places for ${room.capacity} people now.`;
    case "isListed":
      return room.isListed ? "The lobby shows the room now." : "The lobby shows the room no more.";
    default:
      return null;
  }
}

function messageLines(message: Told<"roomMessage">, out: Terminal, labels: RoomLabels): string[] {
  const { roomId, from, name, isContact, isOwn, text, at, status, problem } = message;
  const called = isOwn ? "you" : labels.of(roomId, { userId: from, name, isContact });
  const author = styled(out, isOwn ? "dim" : "bold", called);
  const lines = text.split("\n").map((line) => printable(line));
  const state =
    status === "refused"
      ? `  not said: ${(problem && UNSAID[problem]) ?? "the room did not take it"}`
      : status === "unsure"
        ? "  perhaps not said"
        : "";
  return [`${styled(out, "dim", time.format(at))} ${author}: ${lines.join("\n    ")}${state}`];
}

function invitationText(
  event: Told<"roomInvitationOver">,
  out: Terminal,
  labels: RoomLabels,
): string {
  const text = (event.isOwn ? OWN_OUTCOMES : THEIR_OUTCOMES)[event.outcome];
  const isElsewhere = event.pairRoomId !== null && !out.interactive;
  const pair = isElsewhere ? ` The pair room: ${event.pairRoomId}` : "";
  return text.replace("WHO", () => who(event, labels)) + pair;
}

function who(
  { roomId, name, isOwn, from, to }: Told<"roomInvitation"> | Told<"roomInvitationOver">,
  labels: RoomLabels,
): string {
  return labels.of(roomId, { userId: isOwn ? to : from, name });
}

function joining({ roomId, url }: Told<"roomOpened"> | Told<"roomLink">): string {
  const isById = url.endsWith(roomId);
  return `acquaint room join ${isById ? roomId : `"${url}"`}`;
}

function overText({ title, kind, name, reason }: Told<"roomOver">): string {
  if (kind === "pair" && reason === "left") {
    return `You have left ${name === null ? "the pair room" : named(name)}.`;
  }
  const where = title === "" ? "the room" : `“${titled(title)}”`;
  const text = ENDINGS[reason] ?? NOT_BACK;
  return text.replace("ROOM", () => where);
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

function titled(title: string): string {
  return shortened(printable(title), TITLE_MAX_CHARS);
}
