// Each HTTP endpoint once, in the lists of mainRoutes.ts, tapRoutes.ts, blobRoutes.ts and roomRoutes.ts. The router and the
// OpenAPI document read this list, the SDK its parts; what only documents tell of an endpoint is in routeNotes.ts.

import type * as z from "zod/mini";
import { BLOB_ROUTES } from "./blobRoutes.ts";
import { locatorSchema, roomIdSchema } from "./ids.ts";
import { MAIN_ROUTES } from "./mainRoutes.ts";
import { ROOM_ROUTES } from "./roomRoutes.ts";
import { TAP_ROUTES } from "./tapRoutes.ts";

type Schema = z.core.$ZodType;

export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Parameters in braces, as OpenAPI writes them. */
  readonly path: string;
  /**
   * `session`: a device of an account. `steward`: that, or an operator's API key, or the house, each as far as its say
   * goes. `house`: whoever holds the server's secret.
   */
  readonly auth: "none" | "session" | "steward" | "house";
  readonly params?: Readonly<Record<string, Schema>>;
  readonly query?: Schema;
  /** A header that must be there, beside those of the session and the body. */
  readonly header?: string;
  /** JSON of that schema, or bytes as they are, of a length that `content-length` says. */
  readonly body?: Schema | "bytes";
  /** Of JSON; without it `REQUEST_MAX_BYTES`. */
  readonly bodyMaxBytes?: number;
  readonly status: 200 | 201 | 204;
  readonly response?: Schema | "bytes";
}

export const ROUTES = {
  ...MAIN_ROUTES,
  ...BLOB_ROUTES,
  ...TAP_ROUTES,
  ...ROOM_ROUTES,
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof ROUTES;

/** Socket endpoints, for the router and the documents; their messages are in pairing.ts, mailbox.ts and roomLine.ts. */
export const SOCKETS = {
  attempt: { path: "/v1/attempts/{locator}", params: { locator: locatorSchema } },
  mailbox: { path: "/v1/mailbox" },
  room: { path: "/v1/rooms/{roomId}/line", params: { roomId: roomIdSchema } },
} as const;
