// Bytes on their way from and to this device, and why they may not get there.

/** Bytes that can be read at any place, more than once: what a Blob offers, for whatever is none. */
export interface FileSource {
  readonly size: number;
  /** Exactly these bytes. @throws when they cannot be read any more */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** In bytes. */
export interface FileProgress {
  readonly done: number;
  readonly total: number;
}

const REASONS = {
  "too-large": "The file is larger than 100 MiB; it was not sent.",
  unreadable: "The file cannot be read any more.",
  "no-room": "There is no room for this file on the device.",
  expired:
    "The server does not have this file any more: it is kept for 30 days, or until its author deletes it.",
  tampered: "What the server has of this file is not what was sent; nothing of it was used.",
  cancelled: "That was called off.",
} as const;

/** Why a file could not be sent or opened. */
export class FileError extends Error {
  readonly code: keyof typeof REASONS;

  constructor(code: keyof typeof REASONS, cause?: unknown) {
    super(REASONS[code], { cause });
    this.name = "FileError";
    this.code = code;
  }
}
