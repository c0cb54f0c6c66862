// Limits, refusals and endpoints, as tables.

import * as limits from "../../shared/wire/limits.ts";
import { PROBLEMS } from "../../shared/wire/problem.ts";
import { ROUTE_NOTES } from "../../shared/wire/routeNotes.ts";
import { ROUTES, type RouteName, SOCKETS } from "../../shared/wire/routes.ts";
import { table } from "./table.ts";

const MEANINGS: Readonly<Record<keyof typeof limits, string>> = {
  SESSION_TTL_SECONDS: "a session token is taken",
  CHALLENGE_TTL_SECONDS: "a challenge can be traded for a session",
  UPGRADE_TOKEN_TTL_SECONDS: "an upgrade token is taken",
  CLAIM_WITHIN_SECONDS: "a visitor may claim what it was shown",
  CLAIM_UNDER_WAY_SECONDS:
    "a guess that was let through counts as a failure until its outcome is known",
  PROOF_TTL_SECONDS: "a proof-of-work challenge is taken, solved",
  COLD_TOKEN_AGE_MS: "the oldest upgrade token that a freshly woken object takes",
  KEY_T1_SECONDS: "T1 of a key: from the opening to the claim",
  KEY_T2_SECONDS: "T2 of a key: from the opening to the answer",
  PASSPHRASE_T1_SECONDS: "T1 of a passphrase that nobody chose, and of its decoys",
  PASSPHRASE_T2_SECONDS: "T2 of a passphrase that nobody chose, and of its decoys",
  PASSPHRASE_TERM_MIN_SECONDS: "the least that `t1Seconds` and `t2Seconds` may be",
  PASSPHRASE_TERM_MAX_SECONDS: "the most that `t1Seconds` and `t2Seconds` may be",
  REQUESTS_MAX_WAITING: "requests that wait for one account, one of each asker",
  REQUESTS_MAX_ENDED: "ended requests that a mailbox keeps for devices that were away",
  REQUEST_ENDED_TTL_SECONDS: "for how long it keeps them",
  NOTICE_TTL_SECONDS: "a failure is kept for a side that is away",
  RELEASE_TTL_SECONDS: "the sealed boxes of a match are kept for a side that is away",
  LOCATOR_MIN_DIGITS: "digits of a locator, at least",
  LOCATOR_MAX_DIGITS: "digits of a locator, at most",
  CARD_MAX_BYTES: "a card's JSON in UTF-8",
  SEALED_CARD_MAX_BYTES: "a sealed card, before base64url",
  SEALED_IDENTITY_MAX_BYTES: "a sealed identity, before base64url",
  NAME_MAX_CHARS: "the name in a sealed identity, in UTF-16 code units",
  REQUEST_MAX_BYTES: "the body of an HTTP request",
  FRAME_MAX_BYTES: "a frame from a client: characters of JSON, bytes of CBOR",
  FRAME_MAX_MESSAGES: "messages in a frame",
  ANSWERS_BURST:
    "answers at once on one socket to what is wrong; one more, and it is closed with 1008",
  ANSWERS_PER_SECOND: "such answers in a second after that",
  ATTEMPT_MAX_SOCKETS: "sockets of visitors at one attempt; more are told `try-again`",
  ATTEMPT_MAX_SOCKETS_PER_ACCOUNT:
    "sockets of one account at one attempt; the newest replaces the oldest",
  MAILBOX_MAX_SOCKETS: "sockets at one mailbox; more are told `try-again`",
  CONTACTS_PAGE: "contacts in a page",
  BLOCKS_MAX: "blocks of an account",
  LOG_MAX_ENTRIES: "entries of a device log",
  DEVICES_MAX: "devices of an account that are active at a time",
  APPEND_MAX_ENTRIES: "entries of a device log that are appended at once",
  MAILBOX_MAX_ENVELOPES: "envelopes in a mailbox; more are refused with `mailbox-full`",
  MAILBOX_MAX_BYTES:
    "bytes of boxes in a mailbox, as base64url; more are refused with `mailbox-full`",
  MAILBOX_SENDER_MAX_ENVELOPES:
    "envelopes of one sender among them; the account itself is excepted",
  MAILBOX_SENDER_MAX_BYTES:
    "bytes of boxes of one sender among them; the account itself is excepted",
  SEND_BURST: "messages that an account sends at once; more are refused with `too-many-requests`",
  SENDS_PER_SECOND: "messages that it sends in a second after that",
  ENVELOPE_TTL_SECONDS: "an envelope waits for its device",
  TEXT_MAX_BYTES: "the text of a message, in UTF-8",
  BOX_MIN_BYTES: "a sealed message, before base64url, at least",
  BOX_MAX_BYTES: "a sealed message, before base64url, at most",
  TRANSIENT_MAX_BYTES: "a sealed transient, before base64url, at most",
  TRANSIENTS_BURST: "transients that a device is passed at once; more are dropped",
  TRANSIENTS_PER_SECOND: "transients a second that a device is passed from then on",
  PREKEYS_MAX: "one-time prekeys of a device that the server keeps",
  PREKEYS_FEW: "a device that has fewer left leaves more",
  WINDOW_MAX_ENVELOPES: "envelopes under way to a socket before it has confirmed them",
  WINDOW_MAX_BYTES: "bytes of boxes under way so, as base64url",
  STALLED_SECONDS: "a socket whose window is full may confirm nothing before it is closed",
  BLOB_CHUNK_BYTES: "a chunk of a blob, before it is sealed",
  BLOB_TAG_BYTES: "what sealing adds to it",
  BLOB_MIN_BYTES: "a blob before it is sealed, padding included, at least",
  BLOB_MAX_BYTES: "a blob before it is sealed, padding included, at most",
  BLOB_TTL_SECONDS: "a blob is kept",
  BLOBS_MAX: "blobs that an account keeps at a time; more are refused with `storage-full`",
  BLOBS_MAX_BYTES: "bytes of them, sealed; more are refused with `storage-full`",
  UPLOAD_TOKEN_TTL_SECONDS: "an upload token is taken",
  CERTIFICATE_BYTES: "a device's certificate",
  CERTIFICATE_TTL_SECONDS: "a certificate is taken, at most",
  ISSUER_KEY_SECONDS: "certificates are signed with one issuer key",
  TICKET_BYTES: "a ticket",
  TICKET_EARLY_SECONDS: "a ticket is taken so long before its time",
  TICKET_TTL_SECONDS: "a ticket is taken so long after its time",
  TAP_MAX_PEERS: "tickets in one submission",
  TAP_UNDO_SECONDS: "either side may undo a tap, and mailboxes remember which tickets were spent",
  TABLE_REVEAL_SECONDS: "the devices at a table have to show their shares",
  TABLE_COMPARE_SECONDS: "the people at a table have to compare the phrase",
  GROUPS_MAX: "groups that an account is in",
  CONTACT_REQUEST_TTL_SECONDS: "a request to become contacts waits for its answer",
  CONTACT_REQUESTS_MAX: "such requests that wait for one account, one of each asker",
  BADGE_BURST: "requests that one badge brings at once; more are refused with `too-many-requests`",
  BADGE_REQUESTS_PER_HOUR: "requests that it brings in an hour after that",
  ROOM_CAPACITY: "people in a room at a time, unless it is opened for others",
  ROOM_MAX_CAPACITY: "people that a room may be opened for, at most",
  ROOM_TITLE_MAX_CHARS: "a room's title, in UTF-16 code units",
  ROOM_TOPIC_MAX_CHARS: "a room's topic, in UTF-16 code units",
  ROOM_TEXT_MAX_BYTES: "a message in a room, in UTF-8",
  SIGNAL_MAX_BYTES: "a signal from one member's client to another's, in UTF-8",
  SAY_BURST: "messages that a member says at once; more are refused with `too-many-requests`",
  SAYS_PER_SECOND: "messages that it says in a second after that, unless the room has another pace",
  ROOM_MAX_PACE: "the most that a room's pace may be",
  INVITATION_BURST: "invitations that a member makes at once, whatever the room's pace is",
  INVITATION_EVERY_SECONDS: "it may make one more after that",
  SILENT_SECONDS:
    "a member of a room that has sent `ping`, and sends none any more, is taken for lost",
  SEAT_KEPT_SECONDS: "a seat is kept for a member whose connection was lost",
  INVITATION_TTL_SECONDS: "an invitation to a pair room waits for its answer",
  PAIR_COMING_SECONDS: "a pair room waits for both to come",
  MEMBER_MAX_SOCKETS: "sockets of one member at a room; the newest replaces the oldest",
  ROOM_MAX_WAITING: "people who wait to be let in; more are told `room-full`",
  ROOM_MAX_MODERATORS: "moderators of a room besides its owner",
  ROOM_MAX_BANS: "bans of a room",
  ROOM_MAX_APPROVED: "people that a room remembers to have been let in",
  DENIED_SECONDS: "someone who was turned away stays so",
  BACKLOG_MAX_EVENTS: "events that a room keeps in memory for those who come back",
  BACKLOG_MAX_BYTES: "bytes of those events",
  ROOM_WINDOW_BYTES:
    "bytes that a socket may be behind the others before it is closed, if it stands still",
  ROOM_BEHIND_MAX_BYTES:
    "bytes that all sockets of a room together may be behind, beyond what those who read may be",
  ROOM_VISITOR_ANSWERS: "answers to what is wrong on a socket that has not come in yet, in all",
  HEARD_EVERY_BYTES: "bytes after which a client says what it has heard",
  EVENT_BYTES: "what an event counts there beside its text",
  ROOM_TTL_SECONDS: "a room that nobody comes to ends",
  ROOMS_PER_ACCOUNT: "rooms of one account that stand at a time",
  ROOMS_PER_OPERATOR: "rooms of one operator that stand at a time",
  ROOMS_JOINED_MAX: "rooms that an account is in at a time",
  ROOM_REPORTS_MAX: "reports that a room keeps",
  MEMBER_MAX_REPORTS: "reports of one member among them",
  MEMBER_MAX_REPORTS_ON_ONE: "reports of one member on the same person among those",
  ROOM_REPORTS_MAX_BYTES: "bytes of all those reports in JSON",
  MEMBER_REPORTS_PART: "what others leave of those bytes, divided by this, is for one member",
  ROOM_REPORT_TTL_SECONDS: "for how long it keeps them",
  REPORT_NOTE_MAX_CHARS: "the note of a report, in UTF-16 code units",
  REPORT_MAX_MESSAGES: "messages that a report quotes",
  REPORT_MAX_BYTES: "the body of the request that reports somebody",
  LISTINGS_PAGE: "rooms in a page of the lobby",
  OCCUPANCY_EVERY_SECONDS: "the occupancy in it may be old",
  LOBBY_SHARD_MAX: "listed rooms in one shard of a topic",
  LOBBY_SHARDS: "shards of a topic",
  OPERATOR_NAME_MAX_CHARS: "an operator's name, in UTF-16 code units",
  HOUSE_TOKEN_TTL_SECONDS: "a token of the house is taken",
  SUBPROTOCOL_JSON: "the subprotocol of frames in JSON",
  SUBPROTOCOL_CBOR: "the subprotocol of binary frames",
  SUBPROTOCOL_TOKEN_PREFIX: "what the subprotocol that carries the upgrade token begins with",
};

export function limitsTable(): string {
  const values = new Map<string, string | number>(Object.entries(limits));
  const rows = Object.entries(MEANINGS).map(([name, meaning]) => {
    const value = values.get(name) ?? "-";
    return [meaning, typeof value === "string" ? `\`${value}\`` : valueOf(name, value)];
  });
  return table(["what", "value"], rows);
}

function valueOf(name: string, value: number): string {
  const unit = name.endsWith("_SECONDS")
    ? " s"
    : name.endsWith("_MS")
      ? " ms"
      : name.endsWith("_BYTES")
        ? " bytes"
        : "";
  return `${value.toLocaleString("en-US")}${unit}`;
}

export function problemsTable(): string {
  const rows = Object.entries(PROBLEMS).map(([code, { status, title }]) => [
    `\`${code}\``,
    String(status),
    title,
  ]);
  return table(["code", "status", "title"], rows);
}

export function routesTable(): string {
  const endpoints = (Object.keys(ROUTES) as RouteName[]).map((name) => {
    const { method, path, auth, status } = ROUTES[name];
    const { summary, problems } = ROUTE_NOTES[name];
    const codes = problems.map((code) => `\`${code}\``).join(", ");
    return [`\`${method} ${path}\``, auth, String(status), summary, codes || "-"];
  });
  const sockets = Object.values(SOCKETS).map(({ path }) => [
    `\`GET ${path}\``,
    "upgrade token",
    "101",
    "WebSocket",
    "`upgrade-required`, `upgrade-refused`, `try-again`",
  ]);
  return table(["endpoint", "auth", "status", "what", "own refusals"], [...endpoints, ...sockets]);
}
