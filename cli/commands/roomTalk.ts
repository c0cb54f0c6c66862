// `room join`, `room say`, `room leave`, `room contact`: being in a room, for long or for one thing.
import type { Command, Context } from "../command.ts";
import { EXIT, usageError } from "../errors.ts";
import { NAMING, naming, onlyRoom, roomAndPerson } from "../roomArguments.ts";
import { stayEvent } from "../roomEvents.ts";
import { choosePerson, othersIn } from "../roomPeople.ts";
import { RoomStay } from "../roomStay.ts";
import { inRoom } from "../roomVisit.ts";

const MESSAGE = `roomMessage {roomId, from, name, handle, isContact,
text, at, number, key, isOwn, status, and of one that was refused the problem}`;

const EVENTS = `roomState {roomId, title, state} while one waits or has lost
the connection; roomEntered {roomId, title, kind, members}; roomJoined, roomLeft and
roomChanged {roomId, and all of the member; roomChanged also changed: what is otherwise}.
A member is {userId, name, handle, role, isContact, seat, joinedAt} and, where it is so,
isAway, isAside, audio, video. ${MESSAGE};
roomKnocking {roomId, knocking: [{userId, name, handle, at}]}; roomReports {roomId, count,
before}, to who looks after the room: reports to read; roomInvitation {roomId,
invitationId, from, to, name, isOwn, expiresAt}; roomInvitationOver, with outcome and
pairRoomId as well; roomReturned {roomId, title, pairRoomId}; roomArranged {changed, and
all that acquaint room look has but occupancy}; roomGap {roomId}; contactRequest and
contactRequestOver, as in acquaint requests; and, last, roomOver {roomId, title, kind,
name, reason}: kind is room or pair, and name, of a pair room, the other's`;

export const roomJoin: Command = {
  path: ["room", "join"],
  summary: "go into a room and stay",
  synopsis: "ROOM [--name N]",
  options: NAMING,
  help: `
Shows who is in the room, then all that happens there, until you leave with Ctrl-C or, at
a terminal, Ctrl-D. There each line that you type is said, and /help lists commands. ROOM
is an id or a link, in quotes. In a script, say something by: acquaint room say ROOM TEXT,
while this runs. Who asks to become a contact meanwhile is told here, and answered by
/approve or /refuse at a terminal, else by acquaint requests; what becomes of your own
requests is told, too. “Bob (contact)” is a contact of yours; where two have the same
name, a part of their ids stands beside it.

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

Event with --json: ${MESSAGE}.`,
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

Event with --json: roomOver {roomId, title, kind, name, reason}.`,
  run: leave,
};

export const roomContact: Command = {
  path: ["room", "contact"],
  summary: "ask somebody in a room to become a contact",
  synopsis: "ROOM WHO",
  options: {},
  help: `
Whoever takes requests is told, also when they have left the room by then, and has a week
to answer: acquaint requests. If they say yes, both of you have a contact.

Event with --json: contactAsked {requestId, to, name, via, createdAt, expiresAt}.`,
  run: contact,
};

async function join(context: Context): Promise<number> {
  const { args } = context;
  const reference = onlyRoom(args, "acquaint room join ROOM");
  const client = await context.open();
  return new RoomStay(context, client).follow(() => client.rooms.join(reference, naming(args)));
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
  const [reference, who] = roomAndPerson(context.args, "acquaint room contact ROOM WHO");
  return inRoom(context, reference, async (room, client) => {
    const { userId } = choosePerson(who, othersIn(room));
    const asked = await client.rooms.ask(room.roomId, userId);
    context.present.show({ event: "contactAsked", ...asked });
    return EXIT.success;
  });
}
