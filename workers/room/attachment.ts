// What a socket of a room carries through hibernation: before it has entered what its token says, from then on whose it is
// and how it sits in the room.

import type { Presence } from "../../shared/core/room/presence.ts";
import type { Unread } from "../../shared/core/room/unread.ts";
import type { DeviceId, Handle, UserId } from "../../shared/wire/ids.ts";
import type { Spoken } from "../http/sockets.ts";

export interface Visitor {
  readonly userId: UserId;
  readonly deviceId: DeviceId;
  readonly handle: Handle | null;
  /** Of the link that it has come by. */
  readonly linkHash: string | null;
  /** Whom the account does not meet; null for more than fit here. */
  readonly hidden: readonly UserId[] | null;
  /** Until when it may enter by that, in milliseconds since 1970. */
  readonly enterBy: number;
}

export interface Attachment extends Spoken {
  /** The id of its upgrade token, which names the socket for good. */
  readonly name: string;
  /** Until it enters. */
  readonly visitor: Visitor | null;
  /** Since it has entered, or waits to be let in. With neither, the server has closed it. */
  readonly presence: Presence | null;
  /** What it lacked when the server closed it. */
  readonly closed?: Unread;
  /** The number of the room's last event when it came to rest; on a few sockets, and only while it rests. */
  readonly restedAt?: number;
}

export function attachmentOf(socket: WebSocket): Attachment {
  return socket.deserializeAttachment() as Attachment;
}

export function attach(socket: WebSocket, attachment: Attachment): void {
  socket.serializeAttachment(attachment);
}
