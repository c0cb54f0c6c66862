// What happens to a room, and what is to be done about it. Talk itself goes past this: speaking.ts, feed.ts.

import type { DeviceId, Handle, RoomId, UserId } from "../../wire/ids.ts";
import type { ProblemCode } from "../../wire/problem.ts";
import type { InvitationReply, RoomEvent, RoomNotice, Track } from "../../wire/roomLine.ts";
import type { ArrangeRoom, Moderation } from "../../wire/rooms.ts";
import type { ErrandName } from "./errandNames.ts";
import type { Errand } from "./errands.ts";
import type { RoomState, Steward } from "./state.ts";

interface OfSocket {
  readonly userId: UserId;
  /** As it has entered. */
  readonly socket: string;
}

/** What entering tells: the token's claims, and the socket's first message. */
export interface Entry extends OfSocket {
  readonly deviceId: DeviceId;
  readonly handle: Handle | null;
  /** Of the link that it has come by. */
  readonly linkHash: string | null;
  /** Whom its mailbox hides from it, as of now. */
  readonly hidden: Iterable<UserId>;
  readonly line: string;
  readonly name: string;
  /** The last event that it has heard. */
  readonly after: number | null;
}

export type RoomCoreEvent =
  | ({ readonly type: "enter" } & Entry)
  /** Closed, broken, or closed for being too slow. `isDone`: on purpose, so no seat is kept for it. */
  | ({ readonly type: "lost"; readonly isDone: boolean } & OfSocket)
  | ({ readonly type: "leave" } & OfSocket)
  | ({ readonly type: "tracks"; readonly audio: Track; readonly video: Track } & OfSocket)
  | ({
      readonly type: "invite";
      readonly number: number;
      readonly to: UserId;
      /** 16 random bytes in base64url. */
      readonly invitationId: string;
      /** A random one, for the pair room that may come of it at once. */
      readonly pairId: RoomId;
    } & OfSocket)
  | ({
      readonly type: "reply";
      readonly invitationId: string;
      readonly reply: InvitationReply;
      readonly pairId: RoomId;
    } & OfSocket)
  | ({ readonly type: "moderate"; readonly by: Steward } & Moderation)
  | { readonly type: "arrange"; readonly by: Steward; readonly change: ArrangeRoom }
  | { readonly type: "renewLink"; readonly by: Steward; readonly linkHash: string }
  | { readonly type: "close"; readonly by: Steward }
  /** A device has no say in its account any more; null: there is no such account any more. */
  | { readonly type: "expel"; readonly userId: UserId; readonly deviceId: DeviceId | null }
  /** The mailbox of `userId` says whether it hides `other` from it. */
  | {
      readonly type: "setHidden";
      readonly userId: UserId;
      readonly other: UserId;
      readonly isHidden: boolean;
    }
  /** What the account's handle is from now on. */
  | { readonly type: "rename"; readonly userId: UserId; readonly handle: Handle | null }
  /** A pair room of this one says that it is over. */
  | { readonly type: "pairOver"; readonly pairId: RoomId }
  /** The room that has made this pair room opens it once more: it does not know that it stands, or one has come back there. */
  | { readonly type: "awaitBoth"; readonly areTold: boolean }
  /** The room that has made this pair room ends it. */
  | { readonly type: "endPair" }
  /** Someone has done what was owed. */
  | { readonly type: "served"; readonly name: ErrandName; readonly errand: Errand }
  | { readonly type: "deadline" };

export type RoomEventOf<Name extends RoomCoreEvent["type"]> = Extract<
  RoomCoreEvent,
  { type: Name }
>;

export type RoomEffect =
  /** The next number of the room's events. */
  | {
      readonly do: "happened";
      readonly event: RoomEvent;
      /** Whose it is; null for what is of the room itself. */
      readonly subject: UserId | null;
      /** Those of the room who do not hear of it. */
      readonly hiddenFrom: ReadonlySet<UserId> | null;
    }
  /** Tell that socket all that is (`enteredNotice`), once everything before this is done. */
  | {
      readonly do: "entered";
      readonly socket: string;
      readonly userId: UserId;
      /** From where on it may be told what it has missed; null for nothing. */
      readonly after: number | null;
      readonly isGap: boolean;
    }
  /** To all sockets of a member, or of someone who waits; it may have none. */
  | { readonly do: "tell"; readonly to: UserId; readonly notice: RoomNotice }
  | { readonly do: "tellSocket"; readonly socket: string; readonly notice: RoomNotice }
  /** To the sockets of one member alone; it takes no number. */
  | { readonly do: "tellApart"; readonly to: UserId; readonly event: RoomEvent }
  /** What that socket carries has changed (`presenceOf`). */
  | { readonly do: "attach"; readonly socket: string; readonly userId: UserId }
  | {
      readonly do: "close";
      readonly socket: string;
      readonly code: number;
      readonly reason: string;
    }
  /** Hand someone what is owed. */
  | { readonly do: "serve"; readonly name: ErrandName }
  /** The room has ended, and owes nothing: nothing of it is needed any more. */
  | { readonly do: "forget" };

export interface Refusal {
  readonly code: ProblemCode;
  readonly fields?: Readonly<Record<string, string>>;
}

export type Reply = { readonly kind: "taken" } | ({ readonly kind: "refused" } & Refusal);

export interface Decision {
  readonly state: RoomState;
  readonly effects: readonly RoomEffect[];
  readonly reply: Reply;
}

export interface Moment {
  /** The server's clock, in milliseconds since 1970. */
  readonly now: number;
  /** The number of the last event of the room. */
  readonly through: number;
}
