// What the SDK throws, in the words of this client: a stable code, what happened, what to do next.
import {
  AccountErased,
  AccountInUse,
  CodeError,
  ConnectionError,
  EntryRefused,
  FileError,
  PassphraseError,
  ProblemError,
  RoomLinkError,
  RoomOver,
  TapError,
} from "../shared/client/node.ts";
import { CliError, EXIT } from "./errors.ts";

export function asCliError(error: unknown, server: string): CliError {
  if (error instanceof CliError) return error;
  if (error instanceof ProblemError) return ofProblem(error);
  if (error instanceof ConnectionError) {
    return new CliError("server-unreachable", `The server ${server} cannot be reached.`, {
      hint: "Check the network and the address (--server URL); a local one starts with: npm start",
    });
  }
  if (error instanceof CodeError) {
    return new CliError("invalid-key", error.message, { exitCode: EXIT.usage });
  }
  if (error instanceof PassphraseError) {
    return new CliError("invalid-passphrase", error.message, {
      exitCode: EXIT.usage,
      hint: "Nothing was sent.",
      details: { problem: error.problem.code },
    });
  }
  if (error instanceof TapError) {
    const isUsage = error.code !== "no-certificate";
    return new CliError(error.code === "none" ? "usage" : error.code, error.message, {
      ...(isUsage && { exitCode: EXIT.usage }),
    });
  }
  if (error instanceof RoomLinkError) {
    return new CliError(error.code, error.message, {
      exitCode: EXIT.usage,
      hint: "acquaint room list shows rooms that anyone may find.",
    });
  }
  if (error instanceof RoomOver) return ofStay(error);
  if (error instanceof EntryRefused) return new CliError("device-refused", error.message);
  if (error instanceof AccountInUse) {
    return new CliError("account-in-use", error.message, {
      exitCode: EXIT.usage,
      hint: "A fresh home: --home DIR",
    });
  }
  if (error instanceof AccountErased) {
    return new CliError(`account-${error.ending}`, error.message, {
      hint: "What this home still has of it: acquaint export. To clear it away: acquaint erase",
    });
  }
  if (error instanceof FileError) {
    return new CliError(FILE_CODES[error.code], error.message);
  }
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "EACCES" || code === "EPERM" || code === "ENOTDIR" || code === "EROFS") {
    return new CliError("home-unusable", `The home of this device cannot be used: ${message}`, {
      exitCode: EXIT.usage,
      hint: "Choose another one with --home DIR.",
    });
  }
  return new CliError("unexpected", message || String(error));
}

function ofStay({ end, message }: RoomOver): CliError {
  if (end?.kind === "refused") return ofProblem(new ProblemError(end.problem));
  return new CliError("room-over", message, {
    details: { reason: end === null ? "done" : end.leaving },
  });
}

/** What is wrong with one member of a request, named as it was given. */
function faultText(field: string, fault: string): string {
  const what = OPTIONS[field] ?? field.replace("(body)", "What was given");
  return `${what} ${fault.startsWith("Invalid input") ? "is not as it has to be" : fault}`;
}

/** What members of requests are called on the command line. */
const OPTIONS: Readonly<Record<string, string>> = {
  title: "--title",
  topic: "--topic",
  capacity: "--capacity",
  isListed: "--listed",
  admission: "--join",
  name: "--name",
  handle: "--handle",
  note: "--note",
  text: "The text",
};

const FILE_CODES: Readonly<Record<FileError["code"], string>> = {
  "too-large": "file-too-large",
  unreadable: "file-unreadable",
  "no-room": "disk-full",
  expired: "file-expired",
  tampered: "file-tampered",
  cancelled: "cancelled",
};

const HINTS: Readonly<Partial<Record<ProblemError["code"], string>>> = {
  "own-key": "You have begun it yourself. The other person has to enter it, on their device.",
  "own-account": "That is you. Name the person whom you want to meet.",
  "malformed-request": "Nothing was changed. acquaint COMMAND --help tells what it takes.",
  "handle-taken": "Choose another one; nothing was changed.",
  "account-unknown":
    "This home belongs to an account of another server. Choose --server or --home.",
  "undo-over": "Each can still remove the contact: acquaint contacts remove CONTACT",
  "badge-unknown": "Ask its owner for the present one.",
  "room-unknown": "Look at the id or link again; or ask who sent it whether the room still stands.",
  "room-full": "Try again when somebody has left.",
  "room-locked": "Ask a moderator to unlock it.",
  "room-barred": "A moderator of the room has decided so.",
  "link-needed": "Use the whole link, with what follows the id; ask for the present one.",
  "not-in-room": "Go in first: acquaint room join ROOM",
  "moderators-only": "Ask who has opened the room.",
  "invitation-over": "acquaint room invite asks anew.",
  "engaged-already": "Wait until they are back in the room.",
  "internal-error": "Try again; if it persists, tell who runs the server.",
  "list-full": "Remove something from the list first.",
};

function ofProblem(error: ProblemError): CliError {
  const { detail, title, fields, retryAfterSeconds } = error.problem;
  const faults = Object.entries(fields ?? {}).map(([field, fault]) => faultText(field, fault));
  const message = faults.length === 0 ? (detail ?? title) : faults.join("; ");
  const wait =
    retryAfterSeconds === undefined
      ? undefined
      : `Try again in ${Math.ceil(retryAfterSeconds)} seconds.`;
  const hint = wait ?? HINTS[error.code];
  return new CliError(error.code, `${message}.`.replace(/([.!?])\.$/, "$1"), {
    ...(hint !== undefined && { hint }),
    details: {
      ...(fields !== undefined && { fields }),
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    },
  });
}
