// What a socket of a mailbox remembers by itself, so that it outlives the object's memory.

import type { DeviceId, UserId } from "../../shared/wire/ids.ts";
import type { Spoken } from "../http/sockets.ts";

/** How far the envelopes of a device have been sent to the socket that reads them. */
export interface Reading {
  /** The device's number. */
  readonly device: number;
  /** Every envelope up to here went out on this socket, and none beyond. */
  readonly sentThrough: number;
  /** Since when the window is full and nothing has been confirmed; null while there is room. */
  readonly fullSince: number | null;
}

/** What a receiver was sent from here did not reach it: nothing later is passed on before that. */
export interface Pause {
  readonly to: UserId;
  /** The sender's number of the first message that was refused. */
  readonly number: number;
  /** When nothing can be on its way any more that was sent before the sender knew. */
  readonly until: number;
}

export interface Attachment extends Spoken {
  readonly deviceId: DeviceId;
  readonly tokenId: string;
  readonly isReady: boolean;
  /**
   * The latest requests that a device has answered, or that came to a contact before the hello: they wait no
   * more, though they are stored until their end.
   */
  readonly dismissed: readonly string[];
  /** The latest last. */
  readonly paused: readonly Pause[];
  /** Null when another socket reads for its device, or none does. */
  readonly reading: Reading | null;
  /** The highest sequence that was ever sent to it, and that it may therefore confirm. */
  readonly passed: number;
}

/** As they were last read or written: to decode one takes longer than most that is done with it. */
const known = new WeakMap<WebSocket, Attachment>();

export function attachmentOf(socket: WebSocket): Attachment {
  const attachment = known.get(socket) ?? (socket.deserializeAttachment() as Attachment);
  known.set(socket, attachment);
  return attachment;
}

/** Of a socket that was accepted, nothing else writes it. */
export function attach(socket: WebSocket, change: Partial<Attachment>): void {
  const attachment: Attachment = { ...attachmentOf(socket), ...change };
  socket.serializeAttachment(attachment);
  known.set(socket, attachment);
}
