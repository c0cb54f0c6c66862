// Messages and bodies as tables, from the schemas that parse them.

import type * as z from "zod/mini";
import {
  accountChangeSchema,
  accountSchema,
  appendedSchema,
  appendRequestSchema,
  challengeRequestSchema,
  challengeSchema,
  foundAccountSchema,
  laterEntrySchema,
  proofSchema,
  recoveryRequestSchema,
  registeredSchema,
  registerRequestSchema,
  sessionRequestSchema,
  sessionSchema,
  upgradeRequestSchema,
  upgradeSchema,
} from "../../shared/wire/auth.ts";
import { blobBeginningSchema, storedChunksSchema, uploadSchema } from "../../shared/wire/blobs.ts";
import {
  approveRequestSchema,
  askedSchema,
  askRequestSchema,
  badgeLookupSchema,
  badgeRequestSchema,
  badgeSchema,
  contactRequestSchema,
  foundBadgeSchema,
  ownBadgeSchema,
  requestProofSchema,
} from "../../shared/wire/contactRequests.ts";
import { genesisEntrySchema } from "../../shared/wire/deviceLog.ts";
import { identityOpeningSchema } from "../../shared/wire/identity.ts";
import {
  accountLogSchema,
  prekeysDrawnSchema,
  prekeysDrawSchema,
  prekeysLeftSchema,
  prekeysUploadSchema,
} from "../../shared/wire/line.ts";
import {
  blockListSchema,
  contactPageSchema,
  contactRecordSchema,
  keptReleaseSchema,
  mailboxNoticeSchema,
  mailboxRequestSchema,
} from "../../shared/wire/mailbox.ts";
import { attemptNoticeSchema, attemptRequestSchema } from "../../shared/wire/pairing.ts";
import { problemSchema } from "../../shared/wire/problem.ts";
import {
  certificateSchema,
  confirmRequestSchema,
  groupListSchema,
  groupSchema,
  issuerKeysSchema,
  shareRequestSchema,
  tapProofSchema,
  tapRequestSchema,
  tapSchema,
  undoRequestSchema,
} from "../../shared/wire/tap.ts";
import {
  addOperatorSchema,
  arrangeRoomSchema,
  bansSchema,
  listingSchema,
  lobbySchema,
  moderationSchema,
  openedRoomSchema,
  openRoomSchema,
  operatorKeySchema,
  operatorSchema,
  ownRoomsSchema,
  reportListSchema,
  reportRequestSchema,
  reportSchema,
  roomInfoSchema,
  roomSchema,
} from "../../shared/wire/rooms.ts";
import {
  roomEventSchema,
  roomNoticeSchema,
  roomRequestSchema,
} from "../../shared/wire/roomLine.ts";
import { membersOf, rowsOf } from "./describing.ts";
import { INNER_SHAPES } from "./namedShapes.ts";
import { shapeOf } from "./shapes.ts";
import { table } from "./table.ts";

const MESSAGES = {
  "attempt requests": attemptRequestSchema,
  "attempt notices": attemptNoticeSchema,
  "mailbox requests": mailboxRequestSchema,
  "mailbox notices": mailboxNoticeSchema,
  "room requests": roomRequestSchema,
  "room notices": roomNoticeSchema,
} as const;

export function messagesOf(
  name: keyof typeof MESSAGES | "sealed identity" | "room events",
): string {
  if (name === "sealed identity") {
    return table(["members"], [[membersOf(shapeOf(identityOpeningSchema)).join("<br>")]]);
  }
  if (name === "room events") {
    return table(["`kind`", "other members"], rowsOf(roomEventSchema, "kind"));
  }
  return table(["`type`", "other members"], rowsOf(MESSAGES[name], "type"));
}
/** Of a union, by the member that tells its forms apart. */
type Body = readonly [what: string, schema: z.core.$ZodType, key?: string];

const BODIES: readonly Body[] = [
  ["`POST /v1/accounts`, body", registerRequestSchema],
  ["its answer", registeredSchema],
  ["`genesis entry`", genesisEntrySchema],
  ["`later entry`", laterEntrySchema, "kind"],
  ["`proof`", proofSchema],
  ["an account, as answered elsewhere", accountSchema],
  ["`POST /v1/challenges`, body", challengeRequestSchema],
  ["its answer", challengeSchema],
  ["`POST /v1/sessions`, body", sessionRequestSchema],
  ["its answer", sessionSchema],
  ["`POST /v1/upgrade-tokens`, body", upgradeRequestSchema, "purpose"],
  ["its answer", upgradeSchema],
  ["`PATCH /v1/account`, body", accountChangeSchema],
  ["`PUT /v1/account/recovery`, body", recoveryRequestSchema],
  ["a found account", foundAccountSchema],
  ["`contact`", contactRecordSchema],
  ["a page of contacts", contactPageSchema],
  ["`PUT /v1/prekeys`, body", prekeysUploadSchema],
  ["its answer", prekeysLeftSchema],
  ["`POST /v1/accounts/{userId}/prekeys`, body", prekeysDrawSchema],
  ["its answer", prekeysDrawnSchema],
  ["`GET /v1/accounts/{userId}/log`, its answer", accountLogSchema],
  ["`POST /v1/accounts/{userId}/entries`, body", appendRequestSchema],
  ["its answer", appendedSchema],
  ["`POST /v1/blobs`, body", blobBeginningSchema],
  ["its answer, and that of `POST /v1/blobs/{blobId}/token`", uploadSchema],
  ["`GET /v1/blobs/{blobId}`, its answer", storedChunksSchema],
  ["the blocks", blockListSchema],
  ["a kept release", keptReleaseSchema],
  ["`GET /.well-known/acquaint-issuer-keys`, its answer", issuerKeysSchema],
  ["`POST /v1/certificates`, its answer", certificateSchema],
  ["`POST /v1/taps`, body", tapRequestSchema],
  ["its answer, and that of all about it: `tap`", tapSchema],
  ["`PUT /v1/taps/{userId}/{tapId}/share`, body", shareRequestSchema],
  ["`PUT /v1/taps/{userId}/{tapId}/confirmation`, body", confirmRequestSchema],
  ["`POST /v1/taps/{userId}/{tapId}/undo`, body", undoRequestSchema],
  ["`tap proof`", tapProofSchema],
  ["`GET /v1/groups`, its answer", groupListSchema],
  ["a group", groupSchema],
  ["`PUT /v1/badge`, body", badgeRequestSchema],
  ["its answer: `badge`", badgeSchema],
  ["`GET /v1/badge`, its answer", ownBadgeSchema],
  ["`POST /v1/badges`, body", badgeLookupSchema],
  ["its answer", foundBadgeSchema],
  ["`POST /v1/contact-requests`, body", askRequestSchema, "via"],
  ["its answer: `asked`", askedSchema],
  ["`contact request`", contactRequestSchema],
  ["`PUT /v1/contact-requests/{requestId}`, body", approveRequestSchema],
  ["`request proof`", requestProofSchema],
  ["`POST /v1/rooms`, body", openRoomSchema],
  ["its answer, and that of `POST /v1/rooms/{roomId}/links`", openedRoomSchema],
  ["`GET /v1/rooms`, its answer", lobbySchema],
  ["`listing`", listingSchema],
  ["`GET /v1/account/rooms`, its answer", ownRoomsSchema],
  ["`GET /v1/rooms/{roomId}`, its answer", roomInfoSchema],
  ["`room`", roomSchema],
  ["`PATCH /v1/rooms/{roomId}`, body", arrangeRoomSchema],
  ["`POST /v1/rooms/{roomId}/moderation`, body", moderationSchema],
  ["`GET /v1/rooms/{roomId}/bans`, its answer", bansSchema],
  ["`POST /v1/rooms/{roomId}/reports`, body", reportRequestSchema],
  ["`GET /v1/rooms/{roomId}/reports`, its answer", reportListSchema],
  ["`report`", reportSchema],
  ["`POST /v1/operators`, body", addOperatorSchema],
  ["its answer, and that of `POST /v1/operators/{operatorId}/keys`", operatorKeySchema],
  ["`GET /v1/operators/{operatorId}`, its answer", operatorSchema],
];

/** Bodies and answers of the HTTP endpoints, and the shapes that several messages share. */
export function requestBodies(): string {
  const bodies = BODIES.flatMap(([what, schema, key]) =>
    key === undefined
      ? [[what, membersOf(shapeOf(schema)).join("<br>")]]
      : rowsOf(schema, key).map(([tag = "", members = ""]) => [
          `${what} with \`${key}\` ${tag}`,
          members,
        ]),
  );
  const inner = INNER_SHAPES.map(([name, shape]) => [`\`${name}\``, membersOf(shape).join("<br>")]);
  return table(
    ["what", "members"],
    [...bodies, ...inner, ["`problem`", membersOf(shapeOf(problemSchema)).join("<br>")]],
  );
}
