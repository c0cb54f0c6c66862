// `room join`, `room say`, `room leave`, `room contact`: being in a room, for long or for one thing.
import type { Acquaint, JoinedRoom } from "../../shared/client/node.ts";
import type { OptionSpecs } from "../arguments.ts";
import type { Command, Context } from "../command.ts";
import { CliError, EXIT, usageError } from "../errors.ts";
import { stayEvent } from "../roomEvents.ts";
import { choosePerson, othersIn } from "../roomPeople.ts";
import { RoomStay } from "../roomStay.ts";
import { onlyRoom } from "./rooms.ts";

export const NAMING: OptionSpecs = {
  name: { type: "string", value: "N", text: "what you are called there (default: your name)" },
};

const EVENTS = `roomEntered {roomId, title, members}; roomJoined, roomLeft
and roomChanged {roomId, changed, userId, name, role, isAway, isAside}; roomMessage
{roomId, from, name, text, at, number, isOwn, status}; roomKnocking {knocking};
roomInvitation {invitationId, from, to, name, isOwn, expiresAt}; roomInvitationOver
{outcome, pairRoomId, …}; roomReturned; roomArranged; roomGap; roomState {state}; and,
last, roomOver {reason}`;

export const roomJoin: Command = {
  path: ["room", "join"],
  summary: "go into a room and stay",
  synopsis: "ROOM [--name N]",
  options: NAMING,
  help: `
Shows who is in the room, then all that happens there, until you leave with Ctrl-C. At a
terminal each line that you type is said, and /help lists commands. ROOM is an id or a
link. In a script, say something by: acquaint room say ROOM TEXT, while this runs.

A connection that is lost comes back within 30 seconds with what was said meanwhile.

Events with --json: ${EVENTS}.`,
  run: join,
};

export const roomSay: Command = {
  path: ["room", "say"],
  summary: "say something in a room",
  synopsis: "ROOM TEXT [--name N]",
  options: NAMING,
  help: `
Says one line. If none of your clients is in the room, this one comes in, says it and
goes; while acquaint room join runs elsewhere, it says it for you there.

Event with --json: roomMessage {roomId, from, name, text, at, number, isOwn, status}.`,
  run: say,
};

export const roomLeave: Command = {
  path: ["room", "leave"],
  summary: "leave a room, with all of your clients",
  synopsis: "ROOM",
  options: {},
  help: `
Leaves for the account: an acquaint room join of yours that runs elsewhere ends, and so
does the pair room that you stepped aside into from there.

Event with --json: roomOver {roomId, reason}.`,
  run: leave,
};

export const roomContact: Command = {
  path: ["room", "contact"],
  summary: "ask somebody in a room to become a contact",
  synopsis: "ROOM WHO",
  options: {},
  help: `
They are told, also when they have left the room by then, and have a week to answer:
acquaint requests. If they say yes, both of you have a contact.

Event with --json: contactAsked {requestId, to, via, createdAt, expiresAt}.`,
  run: contact,
};

async function join(context: Context): Promise<number> {
  const reference = onlyRoom(context.args, "acquaint room join ROOM");
  const client = await context.open();
  const room = await client.rooms.join(reference, naming(context));
  return new RoomStay(context, client).follow(room);
}

async function say(context: Context): Promise<number> {
  const [reference, text, extra] = context.args.positionals;
  if (reference === undefined || text === undefined) {
    throw usageError("Where, and what?", 'acquaint room say ROOM "Hello"');
  }
  if (extra !== undefined) throw usageError(`What about ${extra}? Blanks need quotes.`);
  return inRoom(context, reference, async (room) => {
    const message = await room.say(text);
    const event = stayEvent(room, { event: "message", message });
    if (event !== null) context.present.show(event);
    return EXIT.success;
  });
}

async function leave(context: Context): Promise<number> {
  const reference = onlyRoom(context.args, "acquaint room leave ROOM");
  return inRoom(context, reference, async (room) => {
    room.on((change) => {
      const event = change.event === "over" ? stayEvent(room, change) : null;
      if (event !== null) context.present.show(event);
    });
    await room.leave();
    return EXIT.success;
  });
}

async function contact(context: Context): Promise<number> {
  const [reference, who] = roomAndPerson(context, "acquaint room contact ROOM WHO");
  return inRoom(context, reference, async (room, client) => {
    const { userId, handle } = choosePerson(who, othersIn(room));
    const asked = await client.rooms.ask(room.roomId, userId);
    context.present.show({ event: "contactAsked", handle, ...asked });
    return EXIT.success;
  });
}

/** Comes in beside other clients of the account, or for that moment alone. */
export async function inRoom(
  context: Context,
  reference: string,
  task: (room: JoinedRoom, client: Acquaint) => Promise<number>,
): Promise<number> {
  const client = await context.open();
  const room = await client.rooms.join(reference, naming(context));
  try {
    await letIn(context, room);
    return await task(room, client);
  } finally {
    await room.done();
  }
}

/** @throws CliError `not-let-in` */
async function letIn({ present, interruption }: Context, room: JoinedRoom): Promise<void> {
  if (room.state === "in") return;
  present.show({ event: "roomState", roomId: room.roomId, title: "", state: room.state });
  interruption.undoBy(() => room.done());
  const isIn = await new Promise<boolean>((resolve) => {
    room.on(({ event }) => {
      if (event === "entered") resolve(true);
      if (event === "over") resolve(false);
    });
  });
  interruption.undoBy(null);
  if (!isIn) throw new CliError("not-let-in", "A moderator did not let you in.");
}

function naming({ args }: Context): { readonly name?: string } {
  const name = args.text("name");
  return name === undefined ? {} : { name };
}

/** @throws CliError `usage` */
export function roomAndPerson(
  { args }: Context,
  example: string,
  isOptional = false,
): [string, string] {
  const [room, who, extra] = args.positionals;
  if (room === undefined) throw usageError("Which room?", example);
  if (who === undefined && !isOptional) throw usageError("Whom?", example);
  if (extra !== undefined) throw usageError(`What about ${extra}? Blanks need quotes.`, example);
  return [room, who ?? ""];
}
