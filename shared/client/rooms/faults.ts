// Why nothing came of what was wanted of a room, beside what the server refuses.

import type { StayEnd } from "./model.ts";

/** What waits when a stay in a room ends is rejected with this, and so is what is asked for afterwards. */
export class RoomOver extends Error {
  /** Null when this client has let go of the room. */
  readonly end: StayEnd | null;

  constructor(end: StayEnd | null) {
    super("This stay in the room is over. Join again to go on.");
    this.name = "RoomOver";
    this.end = end;
  }
}

const MESSAGES = {
  "not-a-room": "That is neither the link of a room nor its id.",
  "other-server": "That room is on another server than the one that your account is at.",
} as const;

/** A text that names no room here. */
export class RoomLinkError extends Error {
  readonly code: keyof typeof MESSAGES;

  constructor(code: keyof typeof MESSAGES) {
    super(MESSAGES[code]);
    this.name = "RoomLinkError";
    this.code = code;
  }
}
