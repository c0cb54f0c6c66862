// `room invite`, `room accept`, `room decline`: stepping aside from a room, just two.
import type { Acquaint, JoinedRoom, Pair } from "../../shared/client/node.ts";
import type { Command, Context } from "../command.ts";
import { EXIT } from "../errors.ts";
import { NAMING, roomAndPerson } from "../roomArguments.ts";
import { askedBy } from "../roomDesk.ts";
import { stayEvent } from "../roomEvents.ts";
import { choosePerson, othersIn } from "../roomPeople.ts";
import { joinAside, RoomStay } from "../roomStay.ts";
import { inRoom } from "../roomVisit.ts";

export const roomInvite: Command = {
  path: ["room", "invite"],
  summary: "ask somebody in a room to step aside, just the two of you",
  synopsis: "ROOM WHO [--name N]",
  options: NAMING,
  help: `
They have 30 seconds to answer. If they accept, this goes into the pair room and stays
there as acquaint room join does; your seat in the room is kept. Ctrl-C takes the
invitation back. WHO is a name, a @handle or the beginning of a user id.

Exit code 1 when it comes to nothing. Events with --json: roomInvitation {roomId,
invitationId, from, to, name, isOwn, expiresAt}, then roomInvitationOver, with outcome
(accepted, declined, timedOut, cancelled, taken or gone) and pairRoomId as well; then
those of acquaint room join for the pair room.`,
  run: invite,
};

export const roomAccept: Command = {
  path: ["room", "accept"],
  summary: "step aside with who has asked you",
  synopsis: "ROOM [WHO] [--name N]",
  options: NAMING,
  help: `
Accepts the invitation that waits for you in the room (of WHO, if there are several) and
goes into the pair room, where it stays as acquaint room join does.

Events with --json: roomInvitationOver {roomId, invitationId, from, to, name, isOwn,
expiresAt, outcome, pairRoomId}, then those of acquaint room join for the pair room.`,
  run: accept,
};

export const roomDecline: Command = {
  path: ["room", "decline"],
  summary: "say no to who has asked you to step aside",
  synopsis: "ROOM [WHO]",
  options: {},
  help: `
The one who has asked is told, and nobody else.

Event with --json: roomInvitationOver {roomId, invitationId, from, to, name, isOwn,
expiresAt, outcome, pairRoomId}.`,
  run: decline,
};

async function invite(context: Context): Promise<number> {
  const [reference, who] = roomAndPerson(context.args, "acquaint room invite ROOM WHO");
  return inRoom(context, reference, async (room, client) => {
    const { userId } = choosePerson(who, othersIn(room));
    const over = outcomeOf(context, room, (invitation) => invitation.to === userId);
    const invitation = await room.invite(userId);
    context.interruption.undoBy(() => room.cancel(invitation.invitationId));
    const pair = await over;
    context.interruption.undoBy(null);
    return pair === null ? EXIT.failed : goAside(context, client, room, pair);
  });
}

async function accept(context: Context): Promise<number> {
  const [reference, who] = roomAndPerson(context.args, "acquaint room accept ROOM", true);
  return inRoom(context, reference, async (room, client) => {
    const { invitationId } = askedBy(room, who, "acquaint room accept ROOM WHO");
    tellOutcome(context, room);
    return goAside(context, client, room, await room.accept(invitationId));
  });
}

async function decline(context: Context): Promise<number> {
  const [reference, who] = roomAndPerson(context.args, "acquaint room decline ROOM", true);
  return inRoom(context, reference, async (room) => {
    const { invitationId } = askedBy(room, who, "acquaint room decline ROOM WHO");
    tellOutcome(context, room);
    await room.decline(invitationId);
    return EXIT.success;
  });
}

function goAside(
  context: Context,
  client: Acquaint,
  room: JoinedRoom,
  pair: Pair,
): Promise<number> {
  return new RoomStay(context, client).follow(() => joinAside(client, room, pair));
}

type Invited = JoinedRoom["invitations"][number];

/** Tells how the invitation goes on. The pair room that it comes to; null for none. */
function outcomeOf(
  { present }: Context,
  room: JoinedRoom,
  isMeant: (invitation: Invited) => boolean,
): Promise<JoinedRoom["pair"]> {
  return new Promise((resolve) => {
    room.on((change) => {
      if (change.event === "over") resolve(null);
      if (change.event !== "invitation" && change.event !== "invitationOver") return;
      if (!isMeant(change.invitation)) return;
      const event = stayEvent(room, change);
      if (event !== null) present.show(event);
      if (change.event === "invitationOver") resolve(change.pair);
    });
  });
}

function tellOutcome(context: Context, room: JoinedRoom): void {
  void outcomeOf(context, room, ({ to }) => to === room.me?.userId);
}
