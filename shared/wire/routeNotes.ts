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
    problems: ["unauthenticated", "misdirected-request", "device-removed"],
  },
  upgrade: {
    summary: "Ask for a token that opens one socket, once, within 30 seconds",
    problems: ["too-many-requests", "proof-of-work-required", "own-account", "list-full"],
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
    problems: ["list-full", "too-many-requests"],
  },
  unblock: {
    summary: "Lift a block",
    problems: ["too-many-requests"],
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
  issuerKeys: {
    summary: "The keys that certificates verify with: of the period before, this one and the next",
    problems: [],
  },
  certificate: {
    summary: "Issue a certificate to the acting device, for tickets that it makes offline",
    problems: ["too-many-requests"],
  },
  tap: {
    summary:
      "Submit tickets that the acting device has read; a repetition is answered as it stands",
    problems: ["too-many-requests"],
  },
  tapState: {
    summary: "A submission of one's own, or one that has made one a contact, as it stands",
    problems: ["tap-unknown", "too-many-requests"],
  },
  showShare: {
    summary:
      "Show what the nonce of one's ticket has committed to, once all at the table are known",
    problems: ["tap-unknown", "out-of-turn", "too-many-requests"],
  },
  confirmTable: {
    summary: "Say that everyone at the table sees the same phrase",
    problems: ["tap-unknown", "out-of-turn", "too-many-requests"],
  },
  declineTable: {
    summary: "Say that it is not the same, or not wanted: nobody at the table becomes a contact",
    problems: ["tap-unknown", "out-of-turn", "too-many-requests"],
  },
  undoTap: {
    summary: "Undo what a tap has made between the acting account and the other side",
    problems: ["tap-unknown", "contact-unknown", "out-of-turn", "undo-over", "too-many-requests"],
  },
  groups: {
    summary: "The groups that the acting account is in",
    problems: [],
  },
  group: {
    summary: "A group with its members and what proves them; for members alone",
    problems: ["group-unknown", "too-many-requests"],
  },
  leaveGroup: {
    summary: "Leave a group; the last two leaving is its end",
    problems: ["group-unknown", "too-many-requests"],
  },
  badge: {
    summary: "The acting account's badge, and how many requests it has brought",
    problems: [],
  },
  makeBadge: {
    summary: "Make a badge, in place of any other",
    problems: ["too-many-requests", "try-again"],
  },
  revokeBadge: {
    summary: "Revoke the acting account's badge",
    problems: ["too-many-requests", "try-again"],
  },
  findBadge: {
    summary: "Whose a badge is",
    problems: ["badge-unknown", "too-many-requests"],
  },
  askForContact: {
    summary:
      "Ask to become a contact, by a badge or in a room; its receiver approves or lets it be",
    problems: [
      "badge-unknown",
      "not-in-room",
      "own-account",
      "list-full",
      "request-unknown",
      "too-many-requests",
      "try-again",
    ],
  },
  approveContact: {
    summary: "Approve a request: both become contacts",
    problems: ["request-unknown"],
  },
  endContactRequest: {
    summary: "Decline a request; withdraw one's own",
    problems: ["request-unknown", "try-again"],
  },
  openRoom: {
    summary: "Open a room: for oneself, or with an operator's key for a platform's users",
    problems: ["list-full", "too-many-requests", "try-again"],
  },
  lobby: {
    summary: "Listed rooms with their occupancy, of one topic or of all",
    problems: ["too-many-requests"],
  },
  ownRooms: {
    summary: "The rooms that the acting account has opened",
    problems: [],
  },
  room: {
    summary: "What a room is, and how many people are in it",
    problems: ["room-unknown", "too-many-requests"],
  },
  arrangeRoom: {
    summary: "Change a room's title, who may join, and the like; lock it and unlock it",
    problems: ["room-unknown", "moderators-only", "too-many-requests", "try-again"],
  },
  closeRoom: {
    summary: "End a room for everyone",
    problems: ["room-unknown", "moderators-only", "too-many-requests", "try-again"],
  },
  renewLink: {
    summary: "Make a new link to a room; the one before leads nowhere from then on",
    problems: ["room-unknown", "moderators-only", "too-many-requests", "try-again"],
  },
  moderate: {
    summary: "Let someone in, turn away, remove, ban, or make a moderator of someone",
    problems: [
      "room-unknown",
      "moderators-only",
      "not-in-room",
      "room-full",
      "list-full",
      "too-many-requests",
      "try-again",
    ],
  },
  bans: {
    summary: "Who is banned from a room, under which name and since when",
    problems: ["room-unknown", "moderators-only", "too-many-requests"],
  },
  report: {
    summary: "Report a member to those who look after the room",
    problems: [
      "room-unknown",
      "not-in-room",
      "own-account",
      "list-full",
      "too-many-requests",
      "try-again",
    ],
  },
  reports: {
    summary: "The reports of a room, for those who look after it",
    problems: ["room-unknown", "moderators-only", "too-many-requests"],
  },
  dropReport: {
    summary: "Put a report aside",
    problems: [
      "room-unknown",
      "moderators-only",
      "report-unknown",
      "too-many-requests",
      "try-again",
    ],
  },
  addOperator: {
    summary: "Take an operator in, and make its first API key",
    problems: [],
  },
  operator: {
    summary: "An operator, and the rooms that it has opened; for itself and the house",
    problems: ["operator-unknown", "too-many-requests"],
  },
  renewOperatorKey: {
    summary: "Make a new API key for an operator; the one before is good for nothing from then on",
    problems: ["operator-unknown"],
  },
  removeOperator: {
    summary: "Let an operator go: its key ends at once, its rooms are closed",
    problems: ["operator-unknown"],
  },
};
