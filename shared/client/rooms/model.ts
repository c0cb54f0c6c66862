// What apps see of rooms. Times of invitations and of those who wait are by this device's clock, those of messages and
// members by the server's; in milliseconds since 1970.

import type { RoomId, UserId } from "../../wire/ids.ts";
import type { ProblemCode } from "../../wire/problem.ts";
import type {
  Invitation,
  InvitationOutcome,
  Knocker,
  Leaving,
  Member,
  Pair,
  Track,
} from "../../wire/roomLine.ts";
import type { ReportReason, RoomRecord } from "../../wire/rooms.ts";

/** A room that was opened. */
export interface NewRoom {
  readonly roomId: RoomId;
  /** What to hand to others. Where people join by link, its fragment holds what lets them in. */
  readonly url: string;
}

/**
 * `connecting` for the first time, `waiting` to be let in, `reconnecting` after a loss, for which the seat is kept for
 * 30 seconds; `over` for good.
 */
export type RoomState = "connecting" | "waiting" | "in" | "reconnecting" | "over";

/** Someone whose message it is; it stays when its author has left. */
export type Speaker = Pick<Member, "userId" | "name" | "handle">;

export interface RoomMessage {
  /** Its own among those of this stay; the same from `sending` on. */
  readonly key: string;
  /** Its number in the room; null until the room has taken it. */
  readonly number: number | null;
  readonly from: Speaker;
  readonly isOwn: boolean;
  readonly text: string;
  /** Milliseconds since 1970, by the server's clock once it was taken. */
  readonly at: number;
  /** `unsure`: the connection was lost for so long that the room cannot tell any more; it may have been said. */
  readonly status: "sending" | "said" | "refused" | "unsure";
  /** Why it was refused. */
  readonly problem?: ProblemCode;
}

/** What one's microphone and camera do. */
export interface Tracks {
  readonly audio: Track;
  readonly video: Track;
}

/** A report of a member, or of someone who was one. */
export interface NewReport {
  readonly userId: string;
  readonly reason: ReportReason;
  readonly note?: string;
  /** Of theirs, as this client has them: the room confirms those that it still has. */
  readonly messages?: readonly Pick<RoomMessage, "number" | "text" | "at">[];
}

/** In the order in which they are offered. */
export const REPORT_REASONS = Object.keys({
  harassment: true,
  hate: true,
  sexual: true,
  violence: true,
  spam: true,
  other: true,
} satisfies Record<ReportReason, true>) as readonly ReportReason[];

/** How one's stay in a room ended: as the server says, or because the room would not have one. */
export type StayEnd =
  | { readonly kind: "left"; readonly leaving: Leaving }
  | { readonly kind: "refused"; readonly problem: ProblemCode };

/** What an app is told of a room that it is in. */
export type RoomChange =
  | { readonly event: "state"; readonly state: RoomState }
  | { readonly event: "entered"; readonly members: readonly Member[] }
  | { readonly event: "joined"; readonly member: Member }
  | { readonly event: "left"; readonly member: Member }
  | { readonly event: "changed"; readonly member: Member; readonly before: Member }
  /** New, or an own one whose status has changed. */
  | { readonly event: "message"; readonly message: RoomMessage }
  /** Messages and changes may have been missed before what follows. */
  | { readonly event: "gap" }
  | { readonly event: "arranged"; readonly room: RoomRecord; readonly before: RoomRecord }
  | { readonly event: "knocking"; readonly knocking: readonly Knocker[] }
  /** To moderators: how many reports there are to read, and how many there were. */
  | { readonly event: "reports"; readonly count: number; readonly before: number }
  | { readonly event: "invitation"; readonly invitation: Invitation }
  | {
      readonly event: "invitationOver";
      readonly invitation: Invitation;
      readonly outcome: InvitationOutcome;
      /** Where to go, once accepted: `rooms.join(pair.roomId)`. */
      readonly pair: Pair | null;
    }
  /** The pair room is over; the seat here was kept. */
  | { readonly event: "returned"; readonly roomId: RoomId }
  | { readonly event: "signal"; readonly from: UserId; readonly data: string }
  | { readonly event: "over"; readonly end: StayEnd };
