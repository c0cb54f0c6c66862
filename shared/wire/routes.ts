// Each HTTP endpoint once. The router, the SDK and the OpenAPI document read this list.

import type * as z from "zod/mini";
import {
  accountChangeSchema,
  accountSchema,
  challengeRequestSchema,
  challengeSchema,
  eraseRequestSchema,
  foundAccountSchema,
  registeredSchema,
  registerRequestSchema,
  sessionRequestSchema,
  sessionSchema,
  upgradeRequestSchema,
  upgradeSchema,
} from "./auth.ts";
import { bytesSchema, handleSchema, locatorSchema, userIdSchema } from "./ids.ts";
import {
  accountLogSchema,
  prekeysDrawnSchema,
  prekeysDrawSchema,
  prekeysLeftSchema,
  prekeysUploadSchema,
} from "./line.ts";
import {
  blockListSchema,
  contactPageSchema,
  contactQuerySchema,
  keptReleaseSchema,
} from "./mailbox.ts";
import type { ProblemCode } from "./problem.ts";

type Schema = z.core.$ZodType;

export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Parameters in braces, as OpenAPI writes them. */
  readonly path: string;
  readonly summary: string;
  readonly auth: "none" | "session";
  readonly params?: Readonly<Record<string, Schema>>;
  readonly query?: Schema;
  readonly body?: Schema;
  readonly status: 200 | 201 | 204;
  readonly response?: Schema;
  /** Refusals beyond those that every endpoint has (malformed, unauthenticated, too large). */
  readonly problems: readonly ProblemCode[];
}

export const ROUTES = {
  register: {
    method: "POST",
    path: "/v1/accounts",
    summary: "Register an account by the first entry of its device log",
    auth: "none",
    body: registerRequestSchema,
    status: 201,
    response: registeredSchema,
    problems: ["proof-of-work-required", "try-again"],
  },
  challenge: {
    method: "POST",
    path: "/v1/challenges",
    summary: "Ask for a challenge to sign; nothing is stored",
    auth: "none",
    body: challengeRequestSchema,
    status: 200,
    response: challengeSchema,
    problems: [],
  },
  openSession: {
    method: "POST",
    path: "/v1/sessions",
    summary: "Trade a signed challenge for a session token",
    auth: "none",
    body: sessionRequestSchema,
    status: 201,
    response: sessionSchema,
    problems: ["misdirected-request"],
  },
  upgrade: {
    method: "POST",
    path: "/v1/upgrade-tokens",
    summary: "Ask for a token that opens one socket, once, within 30 seconds",
    auth: "session",
    body: upgradeRequestSchema,
    status: 201,
    response: upgradeSchema,
    problems: ["too-many-requests", "proof-of-work-required", "own-account"],
  },
  account: {
    method: "GET",
    path: "/v1/account",
    summary: "The acting account",
    auth: "session",
    status: 200,
    response: accountSchema,
    problems: [],
  },
  changeAccount: {
    method: "PATCH",
    path: "/v1/account",
    summary: "Claim, change or give up a handle; set who may find the account, and ask it to meet",
    auth: "session",
    body: accountChangeSchema,
    status: 200,
    response: accountSchema,
    problems: ["handle-taken", "try-again"],
  },
  eraseAccount: {
    method: "DELETE",
    path: "/v1/account",
    summary: "Erase the acting account, by a challenge that its device signs for that alone",
    auth: "session",
    body: eraseRequestSchema,
    status: 204,
    problems: ["misdirected-request"],
  },
  findHandle: {
    method: "GET",
    path: "/v1/handles/{handle}",
    summary: "Find an account by its handle",
    auth: "session",
    params: { handle: handleSchema },
    status: 200,
    response: foundAccountSchema,
    problems: ["handle-unknown", "too-many-requests"],
  },
  contacts: {
    method: "GET",
    path: "/v1/contacts",
    summary: "The acting account's contacts, oldest change first",
    auth: "session",
    query: contactQuerySchema,
    status: 200,
    response: contactPageSchema,
    problems: [],
  },
  removeContact: {
    method: "DELETE",
    path: "/v1/contacts/{userId}",
    summary: "Remove a contact from the acting account's own list",
    auth: "session",
    params: { userId: userIdSchema },
    status: 204,
    problems: ["contact-unknown"],
  },
  release: {
    method: "GET",
    path: "/v1/releases/{sid}",
    summary:
      "What an attempt released for this device while it was away, if anything; kept for 7 days",
    auth: "session",
    params: { sid: bytesSchema(16) },
    status: 200,
    response: keptReleaseSchema,
    problems: [],
  },
  acknowledgeRelease: {
    method: "DELETE",
    path: "/v1/releases/{sid}",
    summary: "Have the server forget what it released for this device",
    auth: "session",
    params: { sid: bytesSchema(16) },
    status: 204,
    problems: [],
  },
  leavePrekeys: {
    method: "PUT",
    path: "/v1/prekeys",
    summary: "Leave prekeys of the acting device, for contacts who begin a session with it",
    auth: "session",
    body: prekeysUploadSchema,
    status: 200,
    response: prekeysLeftSchema,
    problems: [],
  },
  drawPrekeys: {
    method: "POST",
    path: "/v1/accounts/{userId}/prekeys",
    summary: "Draw prekeys of a contact's devices, to begin sessions with them",
    auth: "session",
    params: { userId: userIdSchema },
    body: prekeysDrawSchema,
    status: 200,
    response: prekeysDrawnSchema,
    problems: ["not-a-contact", "too-many-requests"],
  },
  accountLog: {
    method: "GET",
    path: "/v1/accounts/{userId}/log",
    summary: "The device log of a contact",
    auth: "session",
    params: { userId: userIdSchema },
    status: 200,
    response: accountLogSchema,
    problems: ["not-a-contact", "too-many-requests"],
  },
  blocks: {
    method: "GET",
    path: "/v1/blocks",
    summary: "The accounts that the acting account has blocked",
    auth: "session",
    status: 200,
    response: blockListSchema,
    problems: [],
  },
  block: {
    method: "PUT",
    path: "/v1/blocks/{userId}",
    summary: "Block an account",
    auth: "session",
    params: { userId: userIdSchema },
    status: 204,
    problems: ["list-full"],
  },
  unblock: {
    method: "DELETE",
    path: "/v1/blocks/{userId}",
    summary: "Lift a block",
    auth: "session",
    params: { userId: userIdSchema },
    status: 204,
    problems: [],
  },
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof ROUTES;

/** Socket endpoints, for the router and the documents; their messages are in pairing.ts and mailbox.ts. */
export const SOCKETS = {
  attempt: { path: "/v1/attempts/{locator}", params: { locator: locatorSchema } },
  mailbox: { path: "/v1/mailbox" },
} as const;
