// Each HTTP endpoint once, those of blobs in blobRoutes.ts, of taps in tapRoutes.ts. The router, the SDK and the OpenAPI document read this
// list; what only documents tell of an endpoint is in routeNotes.ts.

import type * as z from "zod/mini";
import {
  accountChangeSchema,
  accountSchema,
  appendedSchema,
  appendRequestSchema,
  challengeRequestSchema,
  challengeSchema,
  eraseRequestSchema,
  foundAccountSchema,
  recoveryIdSchema,
  recoveryRequestSchema,
  registeredSchema,
  registerRequestSchema,
  sessionRequestSchema,
  sessionSchema,
  upgradeRequestSchema,
  upgradeSchema,
} from "./auth.ts";
import { BLOB_ROUTES } from "./blobRoutes.ts";
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
import { TAP_ROUTES } from "./tapRoutes.ts";

type Schema = z.core.$ZodType;

export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Parameters in braces, as OpenAPI writes them. */
  readonly path: string;
  readonly auth: "none" | "session";
  readonly params?: Readonly<Record<string, Schema>>;
  readonly query?: Schema;
  /** A header that must be there, beside those of the session and the body. */
  readonly header?: string;
  /** JSON of that schema, or bytes as they are, of a length that `content-length` says. */
  readonly body?: Schema | "bytes";
  readonly status: 200 | 201 | 204;
  readonly response?: Schema | "bytes";
}

export const ROUTES = {
  register: {
    method: "POST",
    path: "/v1/accounts",
    auth: "none",
    body: registerRequestSchema,
    status: 201,
    response: registeredSchema,
  },
  challenge: {
    method: "POST",
    path: "/v1/challenges",
    auth: "none",
    body: challengeRequestSchema,
    status: 200,
    response: challengeSchema,
  },
  openSession: {
    method: "POST",
    path: "/v1/sessions",
    auth: "none",
    body: sessionRequestSchema,
    status: 201,
    response: sessionSchema,
  },
  upgrade: {
    method: "POST",
    path: "/v1/upgrade-tokens",
    auth: "session",
    body: upgradeRequestSchema,
    status: 201,
    response: upgradeSchema,
  },
  account: {
    method: "GET",
    path: "/v1/account",
    auth: "session",
    status: 200,
    response: accountSchema,
  },
  changeAccount: {
    method: "PATCH",
    path: "/v1/account",
    auth: "session",
    body: accountChangeSchema,
    status: 200,
    response: accountSchema,
  },
  eraseAccount: {
    method: "DELETE",
    path: "/v1/account",
    auth: "session",
    body: eraseRequestSchema,
    status: 204,
  },
  listRecovery: {
    method: "PUT",
    path: "/v1/account/recovery",
    auth: "session",
    body: recoveryRequestSchema,
    status: 204,
  },
  findRecovery: {
    method: "GET",
    path: "/v1/recoveries/{recoveryId}",
    auth: "session",
    params: { recoveryId: recoveryIdSchema },
    status: 200,
    response: foundAccountSchema,
  },
  findHandle: {
    method: "GET",
    path: "/v1/handles/{handle}",
    auth: "session",
    params: { handle: handleSchema },
    status: 200,
    response: foundAccountSchema,
  },
  contacts: {
    method: "GET",
    path: "/v1/contacts",
    auth: "session",
    query: contactQuerySchema,
    status: 200,
    response: contactPageSchema,
  },
  removeContact: {
    method: "DELETE",
    path: "/v1/contacts/{userId}",
    auth: "session",
    params: { userId: userIdSchema },
    status: 204,
  },
  release: {
    method: "GET",
    path: "/v1/releases/{sid}",
    auth: "session",
    params: { sid: bytesSchema(16) },
    status: 200,
    response: keptReleaseSchema,
  },
  acknowledgeRelease: {
    method: "DELETE",
    path: "/v1/releases/{sid}",
    auth: "session",
    params: { sid: bytesSchema(16) },
    status: 204,
  },
  leavePrekeys: {
    method: "PUT",
    path: "/v1/prekeys",
    auth: "session",
    body: prekeysUploadSchema,
    status: 200,
    response: prekeysLeftSchema,
  },
  drawPrekeys: {
    method: "POST",
    path: "/v1/accounts/{userId}/prekeys",
    auth: "session",
    params: { userId: userIdSchema },
    body: prekeysDrawSchema,
    status: 200,
    response: prekeysDrawnSchema,
  },
  accountLog: {
    method: "GET",
    path: "/v1/accounts/{userId}/log",
    auth: "session",
    params: { userId: userIdSchema },
    status: 200,
    response: accountLogSchema,
  },
  appendEntries: {
    method: "POST",
    path: "/v1/accounts/{userId}/entries",
    auth: "session",
    params: { userId: userIdSchema },
    body: appendRequestSchema,
    status: 200,
    response: appendedSchema,
  },
  blocks: {
    method: "GET",
    path: "/v1/blocks",
    auth: "session",
    status: 200,
    response: blockListSchema,
  },
  block: {
    method: "PUT",
    path: "/v1/blocks/{userId}",
    auth: "session",
    params: { userId: userIdSchema },
    status: 204,
  },
  unblock: {
    method: "DELETE",
    path: "/v1/blocks/{userId}",
    auth: "session",
    params: { userId: userIdSchema },
    status: 204,
  },
  ...BLOB_ROUTES,
  ...TAP_ROUTES,
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof ROUTES;

/** Socket endpoints, for the router and the documents; their messages are in pairing.ts and mailbox.ts. */
export const SOCKETS = {
  attempt: { path: "/v1/attempts/{locator}", params: { locator: locatorSchema } },
  mailbox: { path: "/v1/mailbox" },
} as const;
