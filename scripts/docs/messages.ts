// Messages and bodies as tables, from the schemas that parse them.

import * as z from "zod/mini";
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
  bytesSchema,
  deviceIdSchema,
  handleSchema,
  locatorSchema,
  userIdSchema,
} from "../../shared/wire/ids.ts";
import { CERTIFICATE_BYTES, TICKET_BYTES } from "../../shared/wire/limits.ts";
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
import {
  attemptNoticeSchema,
  attemptRequestSchema,
  matchedNoticeSchema,
} from "../../shared/wire/pairing.ts";
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
import { table } from "./table.ts";

/** The part of JSON Schema that the schemas use. */
interface Shape {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly prefixItems?: readonly Shape[];
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly items?: Shape;
  readonly anyOf?: readonly Shape[];
  readonly oneOf?: readonly Shape[];
  readonly additionalProperties?: boolean | Shape;
}

const shapeOf = (schema: z.core.$ZodType): Shape =>
  z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Shape;

/** Kinds of strings by their pattern. */
const STRINGS = new Map(
  (
    [
      [userIdSchema, "userId"],
      [deviceIdSchema, "deviceId"],
      [locatorSchema, "locator"],
      [handleSchema, "handle"],
      ...[2, 16, 32, 64, CERTIFICATE_BYTES, TICKET_BYTES].map(
        (size) => [bytesSchema(size), `${size} bytes`] as const,
      ),
    ] as const
  ).map(([schema, name]) => [shapeOf(schema).pattern, name]),
);

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
];
/** Those that stand in messages of the mailbox only. */
const REQUEST = memberOf("request");
const ENDED_REQUEST = memberOf("requestOver");
const { signed: SIGNED_PREKEY = {}, oneTime: { items: ONE_TIME_PREKEY = {} } = {} } =
  shapeOf(prekeysUploadSchema).properties ?? {};
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
const NAMES = new Map([
  ...NAMED.map(([schema, name]) => [withoutMeta(shapeOf(schema)), name] as const),
  [withoutMeta(shapeOf(tapSchema)), "tap"],
  ...TAPPED.map(([name, shape]) => [withoutMeta(shape), name] as const),
  [withoutMeta(REQUEST), "request"],
  [withoutMeta(ENDED_REQUEST), "ended request"],
  [withoutMeta(SIGNED_PREKEY), "signed prekey"],
  [withoutMeta(ONE_TIME_PREKEY), "one-time prekey"],
]);

/** What a notice of the mailbox tells of a request. */
function memberOf(type: "request" | "requestOver"): Shape {
  const options = optionsOf(shapeOf(mailboxNoticeSchema));
  const notice = options.find(({ properties }) => properties?.["type"]?.const === type);
  return notice?.properties?.["request"] ?? {};
}

function withoutMeta(shape: Shape): string {
  const { $schema: _, ...rest } = shape as Shape & { $schema?: string };
  return JSON.stringify(rest);
}

function describe(shape: Shape): string {
  const name = NAMES.get(withoutMeta(shape));
  if (name !== undefined) return name;
  if (shape.const !== undefined) return `\`${JSON.stringify(shape.const)}\``;
  if (shape.enum !== undefined) {
    return shape.enum.length > 10
      ? "a code"
      : shape.enum.map((value) => `\`${JSON.stringify(value)}\``).join(" or ");
  }
  const choices = shape.anyOf ?? shape.oneOf;
  if (choices !== undefined) return choices.map(describe).join(" or ");
  if (shape.type === "array") return arrayKind(shape);
  if (shape.type === "object") {
    if (shape.properties !== undefined) return membersOf(shape).join(", ");
    return "object of strings";
  }
  if (shape.type === "string") return stringKind(shape);
  if (shape.type === "integer") return integerKind(shape);
  return shape.type ?? "anything";
}

/** A first item of its own shape may stand before the others, as in a log. */
function arrayKind({ prefixItems: [first] = [], items = {}, maxItems = 0 }: Shape): string {
  if (first === undefined) return `array of ${describe(items)}`;
  const others = maxItems > 1 ? `, then 0 to ${maxItems - 1} of ${describe(items)}` : "";
  return `array of one ${describe(first)}${others}`;
}

function stringKind({ pattern, minLength, maxLength }: Shape): string {
  const known = STRINGS.get(pattern);
  if (known !== undefined) return known;
  const bytes = (characters: number) => Math.floor((characters * 6) / 8);
  if (minLength !== undefined && maxLength !== undefined) {
    return `${bytes(minLength)} to ${bytes(maxLength).toLocaleString("en-US")} bytes`;
  }
  return maxLength === undefined ? "string" : `string, at most ${maxLength} characters`;
}

function integerKind({ minimum, maximum }: Shape): string {
  if (maximum === 8_640_000_000_000_000) return "time";
  const isBounded = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  return isBounded ? `integer, ${minimum ?? 0} to ${maximum}` : "integer";
}

function membersOf({ properties = {}, required = [] }: Shape): string[] {
  return Object.entries(properties).map(
    ([name, member]) => `\`${name}\`${required.includes(name) ? "" : "?"}: ${describe(member)}`,
  );
}

/** The alternatives of a union, those of unions inside it among them. */
function optionsOf(shape: Shape): readonly Shape[] {
  return (shape.oneOf ?? shape.anyOf)?.flatMap(optionsOf) ?? [shape];
}

function rowsOf(schema: z.core.$ZodType, key: string): string[][] {
  const shape = shapeOf(schema);
  return optionsOf(shape).map((option) => {
    const { [key]: tag, ...properties } = option.properties ?? {};
    const members = membersOf({ ...option, properties });
    return [
      tag === undefined ? "" : `\`${String(tag.const)}\``,
      members.length === 0 ? "-" : members.join("<br>"),
    ];
  });
}

const MESSAGES = {
  "attempt requests": attemptRequestSchema,
  "attempt notices": attemptNoticeSchema,
  "mailbox requests": mailboxRequestSchema,
  "mailbox notices": mailboxNoticeSchema,
} as const;

export function messagesOf(name: keyof typeof MESSAGES | "sealed identity"): string {
  if (name === "sealed identity") {
    return table(["members"], [[membersOf(shapeOf(identityOpeningSchema)).join("<br>")]]);
  }
  return table(["`type`", "other members"], rowsOf(MESSAGES[name], "type"));
}

/** Bodies and answers of the HTTP endpoints, and the shapes that several messages share. */
export function requestBodies(): string {
  const bodies: readonly (readonly [string, z.core.$ZodType])[] = [
    ["`POST /v1/accounts`, body", registerRequestSchema],
    ["its answer", registeredSchema],
    ["`genesis entry`", genesisEntrySchema],
    ["`proof`", proofSchema],
    ["an account, as answered elsewhere", accountSchema],
    ["`POST /v1/challenges`, body", challengeRequestSchema],
    ["its answer", challengeSchema],
    ["`POST /v1/sessions`, body", sessionRequestSchema],
    ["its answer", sessionSchema],
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
    ["`POST /v1/contact-requests`, body", askRequestSchema],
    ["its answer: `asked`", askedSchema],
    ["`contact request`", contactRequestSchema],
    ["`PUT /v1/contact-requests/{requestId}`, body", approveRequestSchema],
    ["`request proof`", requestProofSchema],
    ["`problem`", problemSchema],
  ];
  const rows = bodies.map(([name, schema]) => [name, membersOf(shapeOf(schema)).join("<br>")]);
  const upgrades = rowsOf(upgradeRequestSchema, "purpose").map(([purpose, members]) => [
    `\`POST /v1/upgrade-tokens\`, body with \`purpose\` ${purpose ?? ""}`,
    members ?? "",
  ]);
  const entries = rowsOf(laterEntrySchema, "kind").map(([kind, members]) => [
    `\`later entry\` with \`kind\` ${kind ?? ""}`,
    members ?? "",
  ]);
  const requests = [
    ["`request`", membersOf(REQUEST).join("<br>")],
    ["`ended request`", membersOf(ENDED_REQUEST).join("<br>")],
    ["`signed prekey`", membersOf(SIGNED_PREKEY).join("<br>")],
    ["`one-time prekey`", membersOf(ONE_TIME_PREKEY).join("<br>")],
    ...TAPPED.map(([name, shape]) => [`\`${name}\``, membersOf(shape).join("<br>")]),
  ];
  return table(
    ["what", "members"],
    [
      ...rows.slice(0, 3),
      ...entries,
      ...rows.slice(3, 9),
      ...upgrades,
      ...rows.slice(9, -1),
      ...requests,
      ...rows.slice(-1),
    ],
  );
}
