// Shapes that several messages share, by the names under which the tables refer to them.

import type * as z from "zod/mini";
import {
  askedSchema,
  badgeSchema,
  contactRequestSchema,
  requestProofSchema,
} from "../../shared/wire/contactRequests.ts";
import { genesisEntrySchema, laterEntrySchema } from "../../shared/wire/deviceLog.ts";
import { contactRecordSchema, mailboxNoticeSchema } from "../../shared/wire/mailbox.ts";
import { proofSchema } from "../../shared/wire/auth.ts";
import { prekeysUploadSchema } from "../../shared/wire/line.ts";
import { matchedNoticeSchema } from "../../shared/wire/pairing.ts";
import { problemSchema } from "../../shared/wire/problem.ts";
import { roomEventSchema, roomNoticeSchema } from "../../shared/wire/roomLine.ts";
import {
  listingSchema,
  reportSchema,
  roomInfoSchema,
  roomSchema,
} from "../../shared/wire/rooms.ts";
import { groupSchema, tapProofSchema, tapRequestSchema, tapSchema } from "../../shared/wire/tap.ts";
import { optionsOf, type Shape, shapeOf, withoutMeta } from "./shapes.ts";

/** Named shapes, referred to wherever they stand inside another one. */
const NAMED: readonly (readonly [z.core.$ZodType, string])[] = [
  [genesisEntrySchema, "genesis entry"],
  [laterEntrySchema, "later entry"],
  [proofSchema, "proof"],
  [contactRecordSchema, "contact"],
  [matchedNoticeSchema, "the message `matched`"],
  [problemSchema, "problem"],
  [tapProofSchema, "tap proof"],
  [requestProofSchema, "request proof"],
  [badgeSchema, "badge"],
  [contactRequestSchema, "contact request"],
  [askedSchema, "asked"],
  [roomSchema, "room"],
  [roomInfoSchema, "room and occupancy"],
  [listingSchema, "listing"],
  [reportSchema, "report"],
  [roomEventSchema, "room event"],
];

/** Those that stand in messages of the mailbox only. */
const MAILBOX: readonly (readonly [string, Shape])[] = [
  ["request", membersIn(mailboxNoticeSchema, "request")["request"] ?? {}],
  ["ended request", membersIn(mailboxNoticeSchema, "requestOver")["request"] ?? {}],
];

const { signed: SIGNED_PREKEY = {}, oneTime: { items: ONE_TIME_PREKEY = {} } = {} } =
  shapeOf(prekeysUploadSchema).properties ?? {};
const PREKEYS: readonly (readonly [string, Shape])[] = [
  ["signed prekey", SIGNED_PREKEY],
  ["one-time prekey", ONE_TIME_PREKEY],
];

/** Those that stand in what is said of taps only. */
const TAP = shapeOf(tapSchema).properties ?? {};
const [TABLE = {}] = TAP["table"]?.anyOf ?? [];
const TAPPED: readonly (readonly [string, Shape])[] = [
  ["read ticket", shapeOf(tapRequestSchema).properties?.["taps"]?.items ?? {}],
  ["ticket's outcome", TAP["outcomes"]?.items ?? {}],
  ["table", TABLE],
  ["table member", TABLE.properties?.["members"]?.items ?? {}],
  ["group member", shapeOf(groupSchema).properties?.["members"]?.items ?? {}],
];

/** Those that stand in messages of a room only. */
const ENTERED = membersIn(roomNoticeSchema, "entered");
const [PAIR = {}] = ENTERED["pair"]?.anyOf ?? [];
const IN_ROOMS: readonly (readonly [string, Shape])[] = [
  ["member", ENTERED["members"]?.items ?? {}],
  ["invitation", ENTERED["invitations"]?.items ?? {}],
  ["pair", PAIR],
  ["knocker", ENTERED["knocking"]?.items ?? {}],
];

/** All that have no schema of their own. */
export const INNER_SHAPES = [...MAILBOX, ...PREKEYS, ...TAPPED, ...IN_ROOMS];

export const NAMES = new Map([
  ...NAMED.map(([schema, name]) => [withoutMeta(shapeOf(schema)), name] as const),
  [withoutMeta(shapeOf(tapSchema)), "tap"],
  ...INNER_SHAPES.map(([name, shape]) => [withoutMeta(shape), name] as const),
]);

/** The members of that message of a socket. */
function membersIn(schema: z.core.$ZodType, type: string): Readonly<Record<string, Shape>> {
  const options = optionsOf(shapeOf(schema));
  return options.find(({ properties }) => properties?.["type"]?.const === type)?.properties ?? {};
}
