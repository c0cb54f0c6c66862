// What the client tells of rooms. Each event names its room, and people with their names. See events.ts.
import type {
  Ban,
  Invitation,
  InvitationOutcome,
  JoinedRoom,
  Knocker,
  Leaving,
  Listing,
  Member,
  Moderation,
  NewRoom,
  ProblemCode,
  Report,
  Role,
  RoomChange,
  RoomInfo,
  RoomMessage,
  RoomRecord,
  RoomState,
  StayEnd,
} from "../shared/client/node.ts";

/** Someone in a room, as events name people. */
interface Person {
  readonly userId: string;
  readonly name: string | null;
  readonly handle: string | null;
  /** Of this account; false also where that was not looked up. */
  readonly isContact: boolean;
}

type KnownMember = Member & Pick<Person, "isContact">;

/** Whom this account has as contacts. */
interface Circle {
  isContact(userId: string): boolean;
}

const NOBODY: Circle = { isContact: () => false };

export type RoomCliEvent =
  | ({ readonly event: "roomOpened" } & NewRoom)
  /** A new link of a room, which ends the one before. */
  | ({ readonly event: "roomLink" } & NewRoom)
  | ({ readonly event: "roomListed" } & Listing)
  | {
      readonly event: "roomTopic";
      readonly topic: string;
      readonly rooms: number;
      readonly people: number;
    }
  | ({ readonly event: "room"; readonly occupancy: number } & RoomRecord)
  | { readonly event: "roomClosed"; readonly roomId: string }
  | {
      readonly event: "roomModerated";
      readonly roomId: string;
      readonly act: Moderation["act"];
      readonly userId: string;
      readonly name: string | null;
    }
  /** The name is the one in the room then, or else that of a contact. */
  | ({ readonly event: "roomBan"; readonly roomId: string } & Ban)
  | {
      readonly event: "roomReported";
      readonly roomId: string;
      readonly userId: string;
      readonly name: string;
      /** So many of theirs went along. */
      readonly messages: number;
      /** Theirs in the room, which says who reads it; null in a pair room, which does not know it. */
      readonly role: Role | null;
      /** The platform that has opened the room. */
      readonly operator: string | null;
    }
  | ({ readonly event: "roomReport"; readonly roomId: string } & Report)
  | { readonly event: "roomReportDropped"; readonly roomId: string; readonly reportId: string }
  | StayEvent;

/** Of a room that one is not in, or not just now. */
export type PendingState = Exclude<RoomState, "in" | "over">;

/** How a stay ended, or the code of a refusal. */
type EndReason = Leaving | ProblemCode;

/** What happens while one is in a room. */
export type StayEvent =
  | {
      readonly event: "roomState";
      readonly roomId: string;
      readonly title: string;
      readonly state: PendingState;
    }
  | {
      readonly event: "roomEntered";
      readonly roomId: string;
      readonly title: string;
      readonly kind: "room" | "pair";
      readonly members: readonly KnownMember[];
    }
  | ({ readonly event: "roomJoined"; readonly roomId: string } & KnownMember)
  | ({ readonly event: "roomLeft"; readonly roomId: string } & KnownMember)
  | ({
      readonly event: "roomChanged";
      readonly roomId: string;
      /** What is otherwise than it was. */
      readonly changed: readonly MemberTrait[];
    } & KnownMember)
  | ({ readonly event: "roomMessage"; readonly roomId: string; readonly from: string } & Omit<
      RoomMessage,
      "from"
    > &
      Omit<Person, "userId">)
  | { readonly event: "roomGap"; readonly roomId: string }
  | ({
      readonly event: "roomArranged";
      /** What is otherwise than it was. */
      readonly changed: readonly (keyof RoomRecord)[];
    } & RoomRecord)
  | {
      readonly event: "roomKnocking";
      readonly roomId: string;
      readonly knocking: readonly Knocker[];
    }
  | {
      readonly event: "roomReports";
      readonly roomId: string;
      /** To be read, and how many there were. */
      readonly count: number;
      readonly before: number;
    }
  | ({ readonly event: "roomInvitation"; readonly roomId: string } & InvitedEvent)
  | ({
      readonly event: "roomInvitationOver";
      readonly roomId: string;
      readonly outcome: InvitationOutcome;
      /** The pair room to go to; null unless it was accepted. */
      readonly pairRoomId: string | null;
    } & InvitedEvent)
  | {
      readonly event: "roomReturned";
      readonly roomId: string;
      readonly title: string;
      readonly pairRoomId: string;
    }
  | {
      readonly event: "roomOver";
      readonly roomId: string;
      readonly title: string;
      readonly kind: "room" | "pair";
      /** Of a pair room, the other one's. */
      readonly name: string | null;
      readonly reason: EndReason;
    };

const TRAITS = ["name", "handle", "role", "isAway", "isAside", "audio", "video"] as const;
/** What may be otherwise about a member than it was. */
export type MemberTrait = (typeof TRAITS)[number];

interface InvitedEvent extends Invitation {
  readonly isOwn: boolean;
  /** The other one's. */
  readonly name: string | null;
}

export function infoEvent({ room, occupancy }: RoomInfo): Extract<RoomCliEvent, { event: "room" }> {
  return { event: "room", ...room, occupancy };
}

/** A room of one's own, as lists show rooms. */
export function listedEvent(info: RoomInfo): Extract<RoomCliEvent, { event: "roomListed" }> {
  const { kind: _, pace: __, isListed: ___, ...room } = info.room;
  return { event: "roomListed", ...room, occupancy: info.occupancy };
}

export function enteredEvent(
  room: JoinedRoom,
  circle = NOBODY,
): Extract<StayEvent, { event: "roomEntered" }> {
  const { roomId, room: record } = room;
  const { title = "", kind = "room" } = record ?? {};
  const members = room.members.map((member) => known(member, circle));
  return { event: "roomEntered", roomId, title, kind, members };
}

function known(member: Member, circle: Circle): KnownMember {
  return { ...member, isContact: circle.isContact(member.userId) };
}

function reasonOf(end: StayEnd): EndReason {
  return end.kind === "left" ? end.leaving : end.problem;
}

/** Null for what a terminal has no use for. */
export function stayEvent(room: JoinedRoom, change: RoomChange, circle = NOBODY): StayEvent | null {
  const { roomId } = room;
  const { title = "", kind = "room" } = room.room ?? {};
  remember(room, change);
  switch (change.event) {
    case "state":
      return change.state === "waiting" || change.state === "reconnecting"
        ? { event: "roomState", roomId, title, state: change.state }
        : null;
    case "entered":
      return enteredEvent(room, circle);
    case "joined":
      return { event: "roomJoined", roomId, ...known(change.member, circle) };
    case "left":
      return { event: "roomLeft", roomId, ...known(change.member, circle) };
    case "changed":
      return {
        event: "roomChanged",
        roomId,
        changed: TRAITS.filter((trait) => change.member[trait] !== change.before[trait]),
        ...known(change.member, circle),
      };
    case "message": {
      const { from, ...message } = change.message;
      if (message.status === "sending") return null;
      const { userId, name, handle } = from;
      const isContact = circle.isContact(userId);
      return { event: "roomMessage", roomId, from: userId, name, handle, isContact, ...message };
    }
    case "gap":
      return { event: "roomGap", roomId };
    case "arranged":
      return {
        event: "roomArranged",
        changed: changedIn(change.room, change.before),
        ...change.room,
      };
    case "knocking":
      return { event: "roomKnocking", roomId, knocking: change.knocking };
    case "reports":
      return { event: "roomReports", roomId, count: change.count, before: change.before };
    case "invitation":
      return { event: "roomInvitation", roomId, ...invited(room, change.invitation) };
    case "invitationOver": {
      const { invitation, outcome, pair } = change;
      const pairRoomId = pair?.roomId ?? null;
      return {
        event: "roomInvitationOver",
        roomId,
        outcome,
        pairRoomId,
        ...invited(room, invitation),
      };
    }
    case "returned":
      return { event: "roomReturned", roomId, title, pairRoomId: change.roomId };
    case "over": {
      const name = kind === "pair" ? otherIn(room) : null;
      return { event: "roomOver", roomId, title, kind, name, reason: reasonOf(change.end) };
    }
    case "signal":
      return null;
  }
}

function invited(room: JoinedRoom, invitation: Invitation): InvitedEvent {
  const isOwn = invitation.from === room.me?.userId;
  const other = isOwn ? invitation.to : invitation.from;
  return { ...invitation, isOwn, name: namesOf(room).get(other) ?? null };
}

function otherIn(room: JoinedRoom): string | null {
  for (const [userId, name] of namesOf(room)) if (userId !== room.me?.userId) return name;
  return null;
}

function changedIn(room: RoomRecord, before: RoomRecord): (keyof RoomRecord)[] {
  const traits = Object.keys(room) as (keyof RoomRecord)[];
  return traits.filter((one) => JSON.stringify(room[one]) !== JSON.stringify(before[one]));
}

/** What people in a room are called, also when they have left. */
const namesByRoom = new WeakMap<JoinedRoom, Map<string, string>>();

function namesOf(room: JoinedRoom): Map<string, string> {
  const names = namesByRoom.get(room) ?? new Map<string, string>();
  namesByRoom.set(room, names);
  for (const { userId, name } of room.members) names.set(userId, name);
  return names;
}

function remember(room: JoinedRoom, change: RoomChange): void {
  if (change.event === "left") namesOf(room).set(change.member.userId, change.member.name);
  if (change.event === "invitation") namesOf(room);
}
