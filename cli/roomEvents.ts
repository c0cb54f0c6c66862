// What the client tells of rooms. Each event names its room, and people with their names. See events.ts.
import type {
  Invitation,
  InvitationOutcome,
  JoinedRoom,
  Knocker,
  Listing,
  Member,
  NewRoom,
  Report,
  RoomChange,
  RoomInfo,
  RoomMessage,
  RoomRecord,
  StayEnd,
} from "../shared/client/node.ts";

/** Someone in a room, as events name people. */
interface Person {
  readonly userId: string;
  readonly name: string | null;
  readonly handle: string | null;
}

export type RoomCliEvent =
  | ({ readonly event: "roomOpened" } & NewRoom)
  | ({ readonly event: "roomListed" } & Listing)
  | {
      readonly event: "roomTopic";
      readonly topic: string;
      readonly rooms: number;
      readonly people: number;
    }
  | ({ readonly event: "room"; readonly occupancy: number; readonly url?: string } & RoomRecord)
  | { readonly event: "roomClosed"; readonly roomId: string }
  | {
      readonly event: "roomModerated";
      readonly roomId: string;
      readonly act: string;
      readonly userId: string;
      readonly name: string | null;
    }
  | { readonly event: "roomBan"; readonly roomId: string; readonly userId: string }
  | {
      readonly event: "roomReported";
      readonly roomId: string;
      readonly userId: string;
      readonly name: string;
    }
  | ({ readonly event: "roomReport"; readonly roomId: string } & Report)
  | { readonly event: "roomReportDropped"; readonly roomId: string; readonly reportId: string }
  | StayEvent;

/** What happens while one is in a room. */
export type StayEvent =
  | {
      readonly event: "roomState";
      readonly roomId: string;
      readonly title: string;
      readonly state: string;
    }
  | {
      readonly event: "roomEntered";
      readonly roomId: string;
      readonly title: string;
      readonly kind: "room" | "pair";
      readonly members: readonly Member[];
    }
  | ({ readonly event: "roomJoined"; readonly roomId: string } & Member)
  | ({ readonly event: "roomLeft"; readonly roomId: string } & Member)
  | ({
      readonly event: "roomChanged";
      readonly roomId: string;
      /** What is otherwise than it was. */
      readonly changed: readonly MemberTrait[];
    } & Member)
  | ({ readonly event: "roomMessage"; readonly roomId: string; readonly from: string } & Omit<
      RoomMessage,
      "from"
    > &
      Omit<Person, "userId">)
  | { readonly event: "roomGap"; readonly roomId: string }
  | {
      readonly event: "roomArranged";
      readonly roomId: string;
      readonly title: string;
      readonly isLocked: boolean;
    }
  | {
      readonly event: "roomKnocking";
      readonly roomId: string;
      readonly knocking: readonly Knocker[];
    }
  | ({ readonly event: "roomInvitation"; readonly roomId: string } & InvitedEvent)
  | ({
      readonly event: "roomInvitationOver";
      readonly roomId: string;
      readonly outcome: InvitationOutcome;
      /** The pair room to go to; null unless it was accepted. */
      readonly pairRoomId: string | null;
    } & InvitedEvent)
  | { readonly event: "roomReturned"; readonly roomId: string; readonly pairRoomId: string }
  | ({
      readonly event: "roomOver";
      readonly roomId: string;
      readonly title: string | null;
    } & Ending);

const TRAITS = ["name", "handle", "role", "isAway", "isAside", "audio", "video"] as const;
/** What may be otherwise about a member than it was. */
export type MemberTrait = (typeof TRAITS)[number];

interface InvitedEvent extends Invitation {
  readonly isOwn: boolean;
  /** The other one's. */
  readonly name: string | null;
}

/** `reason` is how the stay ended, or the code of a refusal. */
interface Ending {
  readonly reason: string;
}

export function infoEvent({ room, occupancy }: RoomInfo): Extract<RoomCliEvent, { event: "room" }> {
  return { event: "room", ...room, occupancy };
}

export function enteredEvent(room: JoinedRoom): StayEvent {
  const { roomId, room: record, members } = room;
  const { title = "", kind = "room" } = record ?? {};
  return { event: "roomEntered", roomId, title, kind, members };
}

function endingOf(end: StayEnd): Ending {
  return { reason: end.kind === "left" ? end.leaving : end.problem };
}

/** Null for what a terminal has no use for. */
export function stayEvent(room: JoinedRoom, change: RoomChange): StayEvent | null {
  const { roomId } = room;
  const title = room.room?.title ?? "";
  switch (change.event) {
    case "state":
      return change.state === "waiting" || change.state === "reconnecting"
        ? { event: "roomState", roomId, title, state: change.state }
        : null;
    case "entered":
      return enteredEvent(room);
    case "joined":
      return { event: "roomJoined", roomId, ...change.member };
    case "left":
      return { event: "roomLeft", roomId, ...change.member };
    case "changed":
      return {
        event: "roomChanged",
        roomId,
        changed: TRAITS.filter((trait) => change.member[trait] !== change.before[trait]),
        ...change.member,
      };
    case "message": {
      const { from, ...message } = change.message;
      if (message.status === "sending") return null;
      const { userId, name, handle } = from;
      return { event: "roomMessage", roomId, from: userId, name, handle, ...message };
    }
    case "gap":
      return { event: "roomGap", roomId };
    case "arranged":
      return { event: "roomArranged", roomId, title, isLocked: change.room.isLocked };
    case "knocking":
      return { event: "roomKnocking", roomId, knocking: change.knocking };
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
      return { event: "roomReturned", roomId, pairRoomId: change.roomId };
    case "over":
      return { event: "roomOver", roomId, title, ...endingOf(change.end) };
    case "signal":
      return null;
  }
}

function invited(room: JoinedRoom, invitation: Invitation): InvitedEvent {
  const isOwn = invitation.from === room.me?.userId;
  const other = isOwn ? invitation.to : invitation.from;
  const name = room.members.find(({ userId }) => userId === other)?.name ?? null;
  return { ...invitation, isOwn, name };
}
