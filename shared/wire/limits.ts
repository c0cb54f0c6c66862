// Sizes, counts and lifetimes of the protocol. Units are in the names; nothing here is tunable at run time.

export const SESSION_TTL_SECONDS = 15 * 60;
export const CHALLENGE_TTL_SECONDS = 60;
export const UPGRADE_TOKEN_TTL_SECONDS = 30;
/** How long a visitor who was shown an offer may take to claim it. */
export const CLAIM_WITHIN_SECONDS = 30;
/** How long a claim that was let through counts as a failure unless its outcome is known before. */
export const CLAIM_UNDER_WAY_SECONDS = 60;
/** How long a solved proof of work is taken for the claim that it was made for. */
export const PROOF_TTL_SECONDS = 120;
/** An object that has just been woken takes no upgrade token older than this (docs/protocol.md, Upgrade tokens). */
export const COLD_TOKEN_AGE_MS = 5_000;

/** How long an instant key waits for its claim, and for the answer to that claim. */
export const KEY_T1_SECONDS = 120;
export const KEY_T2_SECONDS = 150;
/** A spoken passphrase's T1 and T2 unless the initiator says otherwise, and the bounds of what it may say. */
export const PASSPHRASE_T1_SECONDS = 60;
export const PASSPHRASE_T2_SECONDS = 90;
export const PASSPHRASE_TERM_MIN_SECONDS = 10;
export const PASSPHRASE_TERM_MAX_SECONDS = 300;
/** How many meeting requests wait for one account at a time, one of each asker; an older one makes way. */
export const REQUESTS_MAX_WAITING = 20;
/** What an account is told of requests that it missed: how many of them, and for how long. */
export const REQUESTS_MAX_ENDED = 20;
export const REQUEST_ENDED_TTL_SECONDS = 7 * 24 * 60 * 60;
/** How long a terminal notice waits for a side that is away. */
export const NOTICE_TTL_SECONDS = 60;
/** How long a released card waits, sealed, for its receiver's acknowledgement: in its mailbox, once the attempt is over. */
export const RELEASE_TTL_SECONDS = 7 * 24 * 60 * 60;

export const LOCATOR_MIN_DIGITS = 3;
export const LOCATOR_MAX_DIGITS = 9;

/** The most a card may weigh: bytes of its JSON in UTF-8, photo included. */
export const CARD_MAX_BYTES = 64 * 1024;
/** A sealed card: padded to 256-byte steps with its length, nonce (24) and tag (16). */
export const SEALED_CARD_MAX_BYTES = CARD_MAX_BYTES + 256 + 4 + 40;
/** Holds the longest device log. */
export const SEALED_IDENTITY_MAX_BYTES = 20 * 1024;
export const NAME_MAX_CHARS = 100;

/** A body may carry the longest device log. */
export const REQUEST_MAX_BYTES = 32 * 1024;
/** One frame may carry a claim with the largest card, in base64url, and little else. */
export const FRAME_MAX_BYTES = 128 * 1024;
export const FRAME_MAX_MESSAGES = 16;
/** What one socket is answered at once that is wrong with what its client says, and in a second from then on. */
export const ANSWERS_BURST = 200;
export const ANSWERS_PER_SECOND = 10;
/** Sockets of visitors that one attempt holds at a time; more are turned away with `try-again`. */
export const ATTEMPT_MAX_SOCKETS = 2_000;
/** Sockets of one account at one attempt. */
export const ATTEMPT_MAX_SOCKETS_PER_ACCOUNT = 4;
export const MAILBOX_MAX_SOCKETS = 100;

export const CONTACTS_PAGE = 200;
export const BLOCKS_MAX = 10_000;

/** Entries of a device log, removals among them, and devices that are active at a time. */
export const LOG_MAX_ENTRIES = 40;
export const DEVICES_MAX = 8;
export const APPEND_MAX_ENTRIES = 8;
/** What a mailbox holds before it refuses senders, and for how long. */
export const MAILBOX_MAX_ENVELOPES = 10_000;
export const MAILBOX_MAX_BYTES = 64 * 1024 * 1024;
/** What it holds of one sender, so that nobody shuts out all others. */
export const MAILBOX_SENDER_MAX_ENVELOPES = 2_000;
export const MAILBOX_SENDER_MAX_BYTES = 16 * 1024 * 1024;
/** Messages that the devices of an account send at once, and from then on. */
export const SEND_BURST = 1_000;
export const SENDS_PER_SECOND = 100;
export const ENVELOPE_TTL_SECONDS = 30 * 24 * 60 * 60;
/** A text in UTF-8; what is longer goes as an attachment. */
export const TEXT_MAX_BYTES = 8 * 1024;
/** Header, ciphertext and tag of one sealed message. */
export const BOX_MIN_BYTES = 20;
export const BOX_MAX_BYTES = 12 * 1024;
/** What is of no lasting worth is small, and comes to a device no faster than this, whoever sends it. */
export const TRANSIENT_MAX_BYTES = 256;
export const TRANSIENTS_BURST = 20;
export const TRANSIENTS_PER_SECOND = 5;
/** One-time prekeys that a device keeps at the server, and how few make it leave more. */
export const PREKEYS_MAX = 50;
export const PREKEYS_FEW = 10;
/** Envelopes under way to a socket that has not confirmed them; it is sent no more until it does. */
export const WINDOW_MAX_ENVELOPES = 800;
export const WINDOW_MAX_BYTES = 512 * 1024;
/** A socket that confirms nothing for so long, though envelopes are under way to it, is closed. */
export const STALLED_SECONDS = 60;

/** A blob is stored in chunks of this size, before they are sealed; its last may be shorter. */
export const BLOB_CHUNK_BYTES = 1024 * 1024;
/** What sealing adds to each chunk. */
export const BLOB_TAG_BYTES = 16;
/** A blob before it is sealed: shorter ones are padded to the first, and no padding reaches over the second. */
export const BLOB_MIN_BYTES = 1024;
export const BLOB_MAX_BYTES = 100 * 1024 * 1024;
export const BLOB_TTL_SECONDS = 30 * 24 * 60 * 60;
/** What an account keeps at a time of what it has uploaded, as it is sealed. */
export const BLOBS_MAX = 1_000;
export const BLOBS_MAX_BYTES = 1024 * 1024 * 1024;
export const UPLOAD_TOKEN_TTL_SECONDS = 24 * 60 * 60;

/** A device's certificate: one layout, one size (docs/protocol.md, Certificates). */
export const CERTIFICATE_BYTES = 174;
export const CERTIFICATE_TTL_SECONDS = 24 * 60 * 60;
/** How long certificates are signed with one key; those of the key before it are taken until they expire. */
export const ISSUER_KEY_SECONDS = 30 * 24 * 60 * 60;
export const TICKET_BYTES = 259;
/** A ticket is taken from so long before its time, as clocks differ, until so long after it. */
export const TICKET_EARLY_SECONDS = 5;
export const TICKET_TTL_SECONDS = 60;
export const TAP_MAX_PEERS = 31;
/** From the submission on, either side may undo it; as long a mailbox remembers which tickets were spent. */
export const TAP_UNDO_SECONDS = 10 * 60;
/** At a table: until every device has shown its share, and from then on until everyone has compared the phrase. */
export const TABLE_REVEAL_SECONDS = 30;
export const TABLE_COMPARE_SECONDS = 120;
/** Groups that an account is in. */
export const GROUPS_MAX = 1_000;

/** A request to become contacts waits so long for an answer, and so many wait for one account. */
export const CONTACT_REQUEST_TTL_SECONDS = 7 * 24 * 60 * 60;
export const CONTACT_REQUESTS_MAX = 50;
/** Requests that one badge brings at once, and in an hour from then on. */
export const BADGE_BURST = 20;
export const BADGE_REQUESTS_PER_HOUR = 20;

/** People in a room at a time, unless it is opened for others, and the most that it may be opened for. */
export const ROOM_CAPACITY = 50;
export const ROOM_MAX_CAPACITY = 1_000;
export const ROOM_TITLE_MAX_CHARS = 100;
export const ROOM_TOPIC_MAX_CHARS = 40;
/** Of one message in a room, in UTF-8. */
export const ROOM_TEXT_MAX_BYTES = 4 * 1024;
/** What one member's client tells another's to bring media about (a session description, say). */
export const SIGNAL_MAX_BYTES = 16 * 1024;
/** Messages that one member says at once, and in a second from then on unless the room has another pace. */
export const SAY_BURST = 40;
export const SAYS_PER_SECOND = 10;
export const ROOM_MAX_PACE = 100;
/** Invitations that one member makes at once, and how long each more takes from then on. */
export const INVITATION_BURST = 5;
export const INVITATION_EVERY_SECONDS = 3;
/** In a room, a client that has kept its connection alive and does so no more is taken for lost after so long. */
export const SILENT_SECONDS = 150;
/** How long a seat is kept for someone whose connection was lost. */
export const SEAT_KEPT_SECONDS = 30;
/** How long an invitation to a pair room waits for its answer, and then the pair room for both to come. */
export const INVITATION_TTL_SECONDS = 30;
export const PAIR_COMING_SECONDS = 30;
/** Live connections of one member: tabs, devices and processes. */
export const MEMBER_MAX_SOCKETS = 4;
/** People who wait to be let in. */
export const ROOM_MAX_WAITING = 100;
export const ROOM_MAX_MODERATORS = 50;
export const ROOM_MAX_BANS = 1_000;
/** Those whom a room remembers to have been let in. */
export const ROOM_MAX_APPROVED = 1_000;
/** How long someone who was turned away stays so. */
export const DENIED_SECONDS = 10 * 60;
/** What a room keeps in memory for those who come back: so many events, of so many bytes. */
export const BACKLOG_MAX_EVENTS = 2_000;
export const BACKLOG_MAX_BYTES = 1024 * 1024;
/** What a member may be behind, in bytes that were sent to it and that it has not said it heard, before its socket is closed. */
export const ROOM_WINDOW_BYTES = 1024 * 1024;
/** What all sockets together may be behind beyond what those who read may be, before those furthest behind are closed. */
export const ROOM_BEHIND_MAX_BYTES = 32 * 1024 * 1024;
/** Answers to a socket that does something wrong before it has come in. */
export const ROOM_VISITOR_ANSWERS = 8;
/** A client says what it has heard at least once for so many bytes. */
export const HEARD_EVERY_BYTES = 256 * 1024;
/** What an event counts in that beside its text, however short it is. */
export const EVENT_BYTES = 96;
/** A room that nobody has come to for so long ends. */
export const ROOM_TTL_SECONDS = 7 * 24 * 60 * 60;
/** Rooms of one account or operator that stand at a time. */
export const ROOMS_PER_ACCOUNT = 20;
export const ROOMS_PER_OPERATOR = 10_000;
/** Rooms that an account is in at a time. */
export const ROOMS_JOINED_MAX = 20;
export const ROOM_REPORTS_MAX = 500;
/** Of one reporter; and, among them, on the same person. */
export const MEMBER_MAX_REPORTS = 10;
export const MEMBER_MAX_REPORTS_ON_ONE = 3;
/** Of all of them, as they are read in JSON; and which part of what those of others leave is for one reporter: 1 in 16. */
export const ROOM_REPORTS_MAX_BYTES = 4 * 1024 * 1024;
export const MEMBER_REPORTS_PART = 16;
export const ROOM_REPORT_TTL_SECONDS = 30 * 24 * 60 * 60;
export const REPORT_NOTE_MAX_CHARS = 500;
export const REPORT_MAX_MESSAGES = 10;
/** The body of a request that reports somebody: as many of the longest messages, however JSON has to escape them. */
export const REPORT_MAX_BYTES = 256 * 1024;
/** Listings in a page, and the time that the occupancy in one may be old. */
export const LISTINGS_PAGE = 50;
export const OCCUPANCY_EVERY_SECONDS = 2;
/** Listings that one shard of a topic holds, and the shards that a topic has. */
export const LOBBY_SHARD_MAX = 1_000;
export const LOBBY_SHARDS = 8;
export const OPERATOR_NAME_MAX_CHARS = 100;
/** How long the house speaks by one token, signed with the server's secret. */
export const HOUSE_TOKEN_TTL_SECONDS = 60;

export const SUBPROTOCOL_JSON = "acquaint.v1.json";
export const SUBPROTOCOL_CBOR = "acquaint.v1.cbor";
export const SUBPROTOCOL_TOKEN_PREFIX = "acquaint.token.";
