// Requests to handlers: one loop over shared/wire/routes.ts, which parses, authenticates and answers.

import { type Context, Hono } from "hono";
import { cors } from "hono/cors";
import * as z from "zod/mini";
import { UPLOAD_TOKEN_HEADER } from "../shared/wire/blobs.ts";
import { REQUEST_MAX_BYTES } from "../shared/wire/limits.ts";
import { faultsOf, problem, ProblemError } from "../shared/wire/problem.ts";
import { type Route, ROUTES, type RouteName, SOCKETS } from "../shared/wire/routes.ts";
import { callerOf } from "./auth/callers.ts";
import { authHandlers } from "./auth/routes.ts";
import { blobHandlers } from "./blobs/routes.ts";
import type { Env } from "./env.ts";
import type { BodyBytes, Handlers } from "./http/handlers.ts";
import { problemResponse, problemResponseTo } from "./http/problems.ts";
import { lobbyHandlers } from "./lobby/routes.ts";
import { requestHandlers } from "./mailbox/requestRoutes.ts";
import { mailboxHandlers } from "./mailbox/routes.ts";
import { operatorHandlers } from "./operator/routes.ts";
import { roomHandlers } from "./room/routes.ts";
import { tapHandlers } from "./tap/routes.ts";
import { openApiDocument } from "./http/openApi.ts";

type Bindings = { Bindings: Env };

const handlers: Handlers = {
  ...authHandlers,
  ...mailboxHandlers,
  ...requestHandlers,
  ...blobHandlers,
  ...tapHandlers,
  ...operatorHandlers,
  ...lobbyHandlers,
  ...roomHandlers,
};

export const router = new Hono<Bindings>();

/** Tokens travel in headers, never in cookies, so any origin may ask. */
const anyOrigin = cors({
  origin: "*",
  allowMethods: [...new Set(Object.values(ROUTES).map(({ method }) => method))],
  allowHeaders: ["authorization", "content-type", UPLOAD_TOKEN_HEADER],
  exposeHeaders: ["retry-after"],
  maxAge: 86_400,
});
router.use("/v1/*", anyOrigin);
router.use("/openapi.json", anyOrigin);
router.use(ROUTES.issuerKeys.path, anyOrigin);
router.get("/healthz", (c) => c.json({ status: "ok" }));
router.get("/openapi.json", (c) => c.json(openApiDocument(new URL(c.req.url).origin)));
// Upgrades do not come here (http/upgrades.ts).
for (const { path } of Object.values(SOCKETS)) {
  router.get(patternOf(path), () => problemResponse(problem("upgrade-required")));
}
for (const name of Object.keys(ROUTES) as RouteName[]) {
  const route: Route = ROUTES[name];
  router.on(route.method, patternOf(route.path), (c) => serve(c, name, route));
}

router.notFound((c) => {
  const { pathname } = new URL(c.req.url);
  const methods = ENDPOINTS.filter(({ path }) => path.test(pathname)).map(({ method }) => method);
  if (methods.length === 0) return problemResponse(problem("not-found"));
  const refusal = problemResponse(problem("method-not-allowed"));
  refusal.headers.set("allow", methods.join(", "));
  return refusal;
});

router.onError(problemResponseTo);

/** Parameters as hono writes them. */
function patternOf(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ":$1");
}

/** Of what is the same for everyone, and changes slowly. */
const CACHE_CONTROL: Partial<Record<RouteName, string>> = { issuerKeys: "public, max-age=3600" };

/** For the methods that an address does take (RFC 9110, section 15.5.6). */
const ENDPOINTS = [
  ...Object.values(ROUTES),
  ...Object.values(SOCKETS).map(({ path }) => ({ method: "GET", path })),
  { method: "GET", path: "/healthz" },
  { method: "GET", path: "/openapi.json" },
].map(({ method, path }) => ({
  method,
  path: new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`),
}));

async function serve(c: Context<Bindings>, name: RouteName, route: Route): Promise<Response> {
  const caller = await callerOf(c.env, route.auth, c.req.header("authorization"));
  const call = {
    env: c.env,
    request: c.req.raw,
    ...caller,
    params: parseParams(route, c.req.param()),
    query: route.query === undefined ? undefined : parse(route.query, c.req.query()),
    header: route.header === undefined ? undefined : (c.req.header(route.header) ?? ""),
    body: await readBody(route, c.req.raw),
  };
  const handle = handlers[name] as (call: unknown) => Promise<unknown>;
  const answer = await handle(call);
  const headers = { "cache-control": CACHE_CONTROL[name] ?? "no-store" };
  if (route.status === 204) return new Response(null, { status: 204, headers });
  if (route.response === "bytes") return bytesResponse(answer as ReadableStream, headers);
  return Response.json(answer, { status: route.status, headers });
}

function parseParams(route: Route, given: Record<string, string>): Record<string, unknown> {
  const parsed: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(route.params ?? {})) {
    const result = z.safeParse(schema, given[name]);
    if (!result.success) {
      throw new ProblemError("malformed-request", {
        fields: { [name]: result.error.issues[0]?.message ?? "is not valid" },
      });
    }
    parsed[name] = result.data;
  }
  return parsed;
}

function parse(schema: z.core.$ZodType, value: unknown): unknown {
  const result = z.safeParse(schema, value);
  if (!result.success) throw new ProblemError("malformed-request", faultsOf(result.error));
  return result.data;
}

async function readBody({ body, bodyMaxBytes }: Route, request: Request): Promise<unknown> {
  if (body === undefined) return undefined;
  return body === "bytes" ? bytesOf(request) : parse(body, await readJson(request, bodyMaxBytes));
}

/** Whoever takes the bytes on bounds their number, before the first is read. */
function bytesOf(request: Request): BodyBytes {
  requireType(request, "application/octet-stream");
  const length = request.headers.get("content-length") ?? "";
  if (!/^[0-9]{1,15}$/.test(length) || request.body === null) {
    throw new ProblemError("malformed-request", {
      fields: { "content-length": "must say how many bytes the body has" },
    });
  }
  return { length: Number(length), stream: request.body };
}

function bytesResponse(stream: ReadableStream, headers: Record<string, string>): Response {
  const type = { "content-type": "application/octet-stream", "x-content-type-options": "nosniff" };
  return new Response(stream, { headers: { ...headers, ...type } });
}

function requireType(request: Request, expected: string): void {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== expected) throw new ProblemError("unsupported-media-type");
}

/** The body as JSON, bounded while it is read; workerd would pass invalid UTF-8 as U+FFFD. */
async function readJson(request: Request, maxBytes = REQUEST_MAX_BYTES): Promise<unknown> {
  requireType(request, "application/json");
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
  let length = 0;
  let text = "";
  try {
    for await (const chunk of request.body ?? []) {
      length += chunk.byteLength;
      if (length > maxBytes) throw new ProblemError("payload-too-large");
      text += decoder.decode(chunk, { stream: true });
    }
    return JSON.parse(text + decoder.decode());
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    throw new ProblemError("malformed-request", { detail: "The body is not JSON in UTF-8." });
  }
}
