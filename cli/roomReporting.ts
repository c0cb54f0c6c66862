// Reporting somebody in a room, with the last of what they have said as this client has heard it. Who has left can be
// reported, too, for what they have said.
import {
  type Acquaint,
  type JoinedRoom,
  ProblemError,
  REPORT_MAX_MESSAGES,
  type ReportReason,
} from "../shared/client/node.ts";
import { CliError } from "./errors.ts";
import type { RoomCliEvent } from "./roomEvents.ts";
import { choosePerson, othersIn, type Someone } from "./roomPeople.ts";

interface Grounds {
  readonly reason: ReportReason;
  readonly note?: string;
}

/** @throws CliError `person-unknown` or `person-ambiguous`; what `rooms.report` throws */
export async function reportPerson(
  client: Acquaint,
  room: JoinedRoom,
  who: string,
  grounds: Grounds,
): Promise<Extract<RoomCliEvent, { event: "roomReported" }>> {
  const { userId, name } = choosePerson(who, reportable(room));
  const messages = room.messages
    .filter(({ from, number }) => from.userId === userId && number !== null)
    .slice(-REPORT_MAX_MESSAGES);
  await client.rooms.report(room.roomId, { userId, ...grounds, messages }).catch(told);
  const { kind, owner, operator } = room.room ?? {};
  const member = room.members.find((one) => one.userId === userId);
  const role = member?.role ?? (userId === owner ? "owner" : "member");
  return {
    event: "roomReported",
    roomId: room.roomId,
    userId,
    name,
    messages: messages.length,
    role: kind === "pair" ? null : role,
    operator: operator ?? null,
  };
}

function told(error: unknown): never {
  if (!(error instanceof ProblemError) || error.code !== "list-full") throw error;
  throw new CliError(
    "list-full",
    "The room keeps no more reports of yours; this one is not sent.",
    {
      hint: "It keeps three on one person, ten in all, and has limited space for everybody’s: one with fewer messages may fit, which the page lets you choose. Those that you have sent are there to be read.",
    },
  );
}

function reportable(room: JoinedRoom): Someone[] {
  const here = othersIn(room);
  const gone = new Map<string, Someone>();
  for (const { from, isOwn } of room.messages) if (!isOwn) gone.set(from.userId, from);
  for (const { userId } of here) gone.delete(userId);
  return [...here, ...gone.values()];
}
