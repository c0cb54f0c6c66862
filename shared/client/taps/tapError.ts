// Why nothing could be shown or sent of a touch; each says what to do next.

const MESSAGES = {
  "no-certificate":
    "This device has not reached the server for a day, so nobody could take its code. Go online once, and show it again.",
  "not-a-tap-link": "That is not the code of a touch. Read the one that the other person shows.",
  "other-server": "That code is for another server than the one that your account is at.",
  "too-many": "That is more people than one touch takes. Read 31 at most, and then the others.",
  none: "No code was read. Read at least one.",
} as const;

export type TapErrorCode = keyof typeof MESSAGES;

export class TapError extends Error {
  readonly code: TapErrorCode;

  constructor(code: TapErrorCode, cause?: unknown) {
    super(MESSAGES[code], { cause });
    this.name = "TapError";
    this.code = code;
  }
}
