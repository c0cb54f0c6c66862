// What the documents tell of each endpoint beyond routes.ts. Apart from it, since the SDK has no use for it.

import type { ProblemCode } from "./problem.ts";
import type { RouteName } from "./routes.ts";

export interface RouteNotes {
  readonly summary: string;
  /** Refusals beyond those that every endpoint has (malformed, unauthenticated, too large). */
  readonly problems: readonly ProblemCode[];
}

export const ROUTE_NOTES: Readonly<Record<RouteName, RouteNotes>> = {
  register: {
    summary: "Register an account by its device log",
    problems: ["proof-of-work-required", "log-changed", "try-again"],
  },
  challenge: {
    summary: "Ask for a challenge to sign; nothing is stored",
    problems: [],
  },
  openSession: {
    summary: "Trade a signed challenge for a session token",
    problems: ["misdirected-request", "device-removed"],
  },
  upgrade: {
    summary: "Ask for a token that opens one socket, once, within 30 seconds",
    problems: ["too-many-requests", "proof-of-work-required", "own-account"],
  },
  account: {
    summary: "The acting account",
    problems: [],
  },
  changeAccount: {
    summary: "Claim, change or give up a handle; set who may find the account, and ask it to meet",
    problems: ["handle-taken", "try-again"],
  },
  eraseAccount: {
    summary: "Erase the acting account, by a challenge that its device signs for that alone",
    problems: ["misdirected-request"],
  },
  listRecovery: {
    summary: "Set by which recovery id the acting account is found, in place of any other",
    problems: ["recovery-taken", "try-again"],
  },
  findRecovery: {
    summary: "Find an account by its recovery id",
    problems: ["recovery-unknown", "too-many-requests"],
  },
  findHandle: {
    summary: "Find an account by its handle",
    problems: ["handle-unknown", "too-many-requests"],
  },
  contacts: {
    summary: "The acting account's contacts, oldest change first",
    problems: [],
  },
  removeContact: {
    summary: "Remove a contact from the acting account's own list",
    problems: ["contact-unknown"],
  },
  release: {
    summary:
      "What an attempt released for this device while it was away, if anything; kept for 7 days",
    problems: [],
  },
  acknowledgeRelease: {
    summary: "Have the server forget what it released for this device",
    problems: [],
  },
  leavePrekeys: {
    summary: "Leave prekeys of the acting device, for contacts who begin a session with it",
    problems: [],
  },
  drawPrekeys: {
    summary: "Draw prekeys of a contact's devices, to begin sessions with them",
    problems: ["not-a-contact", "too-many-requests"],
  },
  accountLog: {
    summary: "The device log of a contact, or one's own",
    problems: ["not-a-contact", "too-many-requests"],
  },
  appendEntries: {
    summary: "Append signed entries to an account's device log",
    problems: ["account-unknown", "log-changed", "too-many-requests"],
  },
  blocks: {
    summary: "The accounts that the acting account has blocked",
    problems: [],
  },
  block: {
    summary: "Block an account",
    problems: ["list-full"],
  },
  unblock: {
    summary: "Lift a block",
    problems: [],
  },
  beginBlob: {
    summary: "Begin to upload a blob of that sealed size; kept for 30 days",
    problems: ["storage-full", "too-many-requests", "try-again"],
  },
  continueBlob: {
    summary: "Ask for another upload token of one's own blob, to go on where an upload has stopped",
    problems: ["blob-unknown", "too-many-requests"],
  },
  putChunk: {
    summary: "Store a sealed chunk; one that is there already stays as it is",
    problems: ["upload-refused", "blob-unknown", "too-many-requests", "try-again"],
  },
  storedChunks: {
    summary: "Which chunks of a blob are stored",
    problems: ["blob-unknown", "too-many-requests"],
  },
  chunk: {
    summary: "A sealed chunk of a blob; whoever knows its id may read it",
    problems: ["blob-unknown", "too-many-requests"],
  },
  deleteBlob: {
    summary: "Delete a blob of the acting account",
    problems: ["blob-unknown", "too-many-requests", "try-again"],
  },
};
