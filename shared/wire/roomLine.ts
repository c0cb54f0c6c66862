// Messages of a room's socket (ROOM-4, ROOM-5). All that everyone in a room is told is one numbered sequence of events,
// many in a message; whoever comes back says how far it has heard.

import * as z from "zod/mini";
import { bytesSchema, handleSchema, roomIdSchema, timeSchema, userIdSchema } from "./ids.ts";
import { ROOM_TEXT_MAX_BYTES, SIGNAL_MAX_BYTES } from "./limits.ts";
import { problemSchema } from "./problem.ts";
import { roomNameSchema, roomSchema, textSchema } from "./rooms.ts";

/** What names a client among those of its account. */
export const LINE_BYTES = 8;

/** A member's place in the room's events: small, and its own while it is in the room. */
const seatSchema = z.int().check(z.minimum(1));
/** Of a message, invitation or answer, chosen by the client that says it: its refusal names it, and so does its echo. */
const numberSchema = z.int().check(z.minimum(0));
const invitationIdSchema = bytesSchema(16);

/** What a member's microphone or camera does; `muted` is live and silent. */
const trackSchema = z.enum(["off", "live", "muted"]);
export type Track = z.infer<typeof trackSchema>;

const invitationReplySchema = z.enum(["accept", "decline", "cancel"]);
export type InvitationReply = z.infer<typeof invitationReplySchema>;

export const roomRequestSchema = z.discriminatedUnion("type", [
  /** First message of every socket of a room. */
  z.strictObject({
    type: z.literal("enter"),
    /** Names this client among those of its account; an earlier socket of the same is closed. */
    line: bytesSchema(LINE_BYTES),
    /** What its person is called here, unless another client of the account is here already. */
    name: roomNameSchema,
    /** The last event heard, of someone who comes back. */
    after: z.exactOptional(z.int().check(z.minimum(0))),
  }),
  z.strictObject({
    type: z.literal("say"),
    number: numberSchema,
    text: textSchema(ROOM_TEXT_MAX_BYTES),
  }),
  /** All events up to that one have come; without it the server stops sending at some point. */
  z.strictObject({ type: z.literal("heard"), through: z.int().check(z.minimum(0)) }),
  z.strictObject({ type: z.literal("tracks"), audio: trackSchema, video: trackSchema }),
  /** To one member's clients; what it says is theirs. */
  z.strictObject({
    type: z.literal("signal"),
    to: userIdSchema,
    data: textSchema(SIGNAL_MAX_BYTES),
  }),
  z.strictObject({ type: z.literal("invite"), number: numberSchema, to: userIdSchema }),
  z.strictObject({
    type: z.literal("reply"),
    number: numberSchema,
    invitationId: invitationIdSchema,
    /** `cancel` by who has invited, the others by who is. */
    reply: invitationReplySchema,
  }),
  /** The account leaves, with all of its clients. */
  z.strictObject({ type: z.literal("leave") }),
]);
export type RoomRequest = z.infer<typeof roomRequestSchema>;

const roleSchema = z.enum(["owner", "moderator", "member"]);
export type Role = z.infer<typeof roleSchema>;

const memberSchema = z.object({
  seat: seatSchema,
  userId: userIdSchema,
  /** As it calls itself; its handle is the server's word, its keys the contact's. */
  name: z.string(),
  handle: z.nullable(handleSchema),
  role: roleSchema,
  joinedAt: timeSchema,
  /** Its connection was lost; the seat is kept for it. */
  isAway: z.exactOptional(z.literal(true)),
  /** It is in a pair room. */
  isAside: z.exactOptional(z.literal(true)),
  /** Left out while off. */
  audio: z.exactOptional(trackSchema),
  video: z.exactOptional(trackSchema),
});
export type Member = z.infer<typeof memberSchema>;

export const roomEventSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("said"),
    seat: seatSchema,
    /** The sender's own. */
    number: numberSchema,
    text: z.string(),
    at: timeSchema,
  }),
  z.object({ kind: z.literal("joined"), member: memberSchema }),
  /** Name, role, connection, tracks or where it is: as it stands now. */
  z.object({ kind: z.literal("changed"), member: memberSchema }),
  z.object({ kind: z.literal("left"), seat: seatSchema }),
  z.object({ kind: z.literal("arranged"), room: roomSchema }),
]);
export type RoomEvent = z.infer<typeof roomEventSchema>;

const invitationSchema = z.object({
  invitationId: invitationIdSchema,
  from: userIdSchema,
  to: userIdSchema,
  expiresAt: timeSchema,
});
export type Invitation = z.infer<typeof invitationSchema>;

/**
 * `taken`: one of the two went into a pair room with somebody else. `gone`: one of the two has left the room. To the
 * one who invited, whoever does not answer and whoever may not be reached are `timedOut` alike.
 */
const invitationOutcomeSchema = z.enum([
  "accepted",
  "declined",
  "timedOut",
  "cancelled",
  "taken",
  "gone",
]);
export type InvitationOutcome = z.infer<typeof invitationOutcomeSchema>;

/** A pair room that a member is in, or may go into. */
const pairSchema = z.object({ roomId: roomIdSchema, with: userIdSchema });
export type Pair = z.infer<typeof pairSchema>;

/** Someone who waits to be let in. */
const knockerSchema = z.object({
  userId: userIdSchema,
  name: z.string(),
  handle: z.nullable(handleSchema),
  at: timeSchema,
});
export type Knocker = z.infer<typeof knockerSchema>;

/**
 * Why a client is in a room no more. `over`: of a pair room, the other has left or never came. `elsewhere`: the account has
 * too many clients there; its others stay.
 */
const leavingSchema = z.enum([
  "left",
  "removed",
  "banned",
  "denied",
  "closed",
  "over",
  "elsewhere",
]);
export type Leaving = z.infer<typeof leavingSchema>;

export const roomNoticeSchema = z.discriminatedUnion("type", [
  /** Moderators have to let this account in. */
  z.object({ type: z.literal("waiting"), room: roomSchema }),
  /** This client is in the room, and what follows is live. Told again when it was let in, or has come back. */
  z.object({
    type: z.literal("entered"),
    room: roomSchema,
    seat: seatSchema,
    members: z.array(memberSchema),
    /** Up to here everything is in this message. */
    through: z.int(),
    /** What came after the event that was heard last; the members are as they stand after it. */
    missed: z.array(roomEventSchema),
    /** Whether something may have been missed that the room has no more. */
    isGap: z.boolean(),
    /** Those of this account, either way. */
    invitations: z.array(invitationSchema),
    pair: z.nullable(pairSchema),
    /** Told to moderators; empty for others. */
    knocking: z.array(knockerSchema),
    now: timeSchema,
  }),
  z.object({
    type: z.literal("events"),
    /** The number of the last of them; those before it count down from there. */
    through: z.int(),
    events: z.array(roomEventSchema),
  }),
  /** To moderators: all who wait to be let in. */
  z.object({ type: z.literal("knocking"), knocking: z.array(knockerSchema) }),
  /** To moderators: how many reports there are for them to read, as they come in and whenever that may have changed. */
  z.object({ type: z.literal("reports"), count: z.int().check(z.minimum(0)) }),
  /** To both: it waits for its answer. */
  z.object({
    type: z.literal("invitation"),
    invitation: invitationSchema,
    /** Of who has invited; null to the one who is. */
    number: z.nullable(numberSchema),
    now: timeSchema,
  }),
  /** To both, once: how it ended, and which room to go to if it was accepted. */
  z.object({
    type: z.literal("invitationOver"),
    invitation: invitationSchema,
    outcome: invitationOutcomeSchema,
    pair: z.nullable(pairSchema),
  }),
  /** The pair room is over, and this member is in this room alone again. */
  z.object({ type: z.literal("returned"), roomId: roomIdSchema }),
  z.object({ type: z.literal("signal"), from: userIdSchema, data: z.string() }),
  /** That message, invitation or answer was not taken: nothing has changed. */
  z.object({ type: z.literal("refused"), number: numberSchema, problem: problemSchema }),
  /** The last notice: the server closes the socket, and coming back as before is no use. */
  z.object({ type: z.literal("ended"), leaving: leavingSchema }),
  z.object({ type: z.literal("problem"), problem: problemSchema }),
]);
export type RoomNotice = z.infer<typeof roomNoticeSchema>;
