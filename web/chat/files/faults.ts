// Why a file could not be sent, opened or saved, in plain words that say what to do next.

import { ConnectionError, FileError } from "../../../shared/client/index.ts";
import { problemText } from "../../problems.ts";

export const TOO_LARGE = "Larger than 100 MB, the most that can be sent.";

export interface FileFault {
  readonly text: string;
  /** Where there is little room. */
  readonly short: string;
  /** False when trying again cannot help. */
  readonly canTryAgain: boolean;
  /** It is tried again by itself once there is a connection. */
  readonly isOffline: boolean;
}

/** Null for what was called off by the one who would hear it. */
export function faultOf(error: unknown): FileFault | null {
  if (error instanceof ConnectionError) {
    return {
      text: "The connection was lost. What has come so far is kept.",
      short: "No connection",
      canTryAgain: true,
      isOffline: true,
    };
  }
  const reason = error instanceof FileError ? FAULTS[error.code] : undefined;
  if (reason === null) return null;
  const other = { text: problemText(error), short: "Not loaded", canTryAgain: true };
  return { isOffline: false, ...(reason ?? other) };
}

const FAULTS: Readonly<Record<FileError["code"], Omit<FileFault, "isOffline"> | null>> = {
  "too-large": { text: TOO_LARGE, short: "Too large", canTryAgain: false },
  unreadable: {
    text: "The file cannot be read. It may be a folder, or may have been moved or changed.",
    short: "Cannot be read",
    canTryAgain: true,
  },
  "no-room": {
    text: "There is no room for it on this device. Make some, then try again.",
    short: "No room on this device",
    canTryAgain: true,
  },
  expired: {
    text: "No longer at the server, which keeps files for 30 days. Ask for it to be sent again.",
    short: "No longer at the server",
    canTryAgain: false,
  },
  tampered: {
    text: "What came is not what was sent, so nothing of it was used. Ask for it to be sent again.",
    short: "Not what was sent",
    canTryAgain: true,
  },
  cancelled: null,
};
