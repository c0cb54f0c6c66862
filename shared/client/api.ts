// HTTP calls by their route. A refusal is thrown as the ProblemError that the server rendered;
// a server that cannot be reached, or answers nonsense, as a ConnectionError. Routes that few need are loaded with the
// first call of one.

import * as z from "zod/mini";
import { concat } from "../core/crypto/bytes.ts";
import { SEALED_CHUNK_BYTES } from "../wire/blobs.ts";
import { ProblemError, problemSchema } from "../wire/problem.ts";
import { MAIN_ROUTES } from "../wire/mainRoutes.ts";
import type { Route, RouteName, ROUTES } from "../wire/routes.ts";
import { TAP_ROUTES } from "../wire/tapRoutes.ts";
import { ConnectionError, fetched } from "./connectionError.ts";
import { type Ports, within } from "./ports.ts";

/** How long an answer may take; a connection that is half open never brings one. */
const ANSWER_MS = 15_000;
/** With bytes as they are, up to a megabyte in either direction, on a slow line. */
const BYTES_MS = 120_000;

const READY: Readonly<Record<string, Route>> = { ...MAIN_ROUTES, ...TAP_ROUTES };

type Routes = typeof ROUTES;
type InputOf<R, Key extends string> = R extends {
  readonly [K in Key]: infer S extends z.core.$ZodType;
}
  ? { readonly [K in Key]: z.input<S> }
  : unknown;
type ParamsOf<R> = R extends { readonly params: infer P }
  ? { readonly params: { readonly [Name in keyof P]: string } }
  : unknown;
type BytesOf<R> = R extends { readonly body: "bytes" } ? { readonly body: Uint8Array } : unknown;
type HeaderOf<R> = R extends { readonly header: string } ? { readonly header: string } : unknown;
export type CallInput<Name extends RouteName> = ParamsOf<Routes[Name]> &
  InputOf<Routes[Name], "query"> &
  InputOf<Routes[Name], "body"> &
  BytesOf<Routes[Name]> &
  HeaderOf<Routes[Name]>;
export type CallOutput<Name extends RouteName> = Routes[Name] extends {
  readonly response: infer S;
}
  ? S extends z.core.$ZodType
    ? z.output<S>
    : Uint8Array
  : null;

interface AnyInput {
  readonly params?: Record<string, string>;
  readonly query?: Record<string, string | number | undefined>;
  readonly body?: unknown;
  /** The value of the header that the route asks for. */
  readonly header?: string;
}

export async function callRoute<Name extends RouteName>(
  ports: Ports,
  origin: string,
  name: Name,
  input: CallInput<Name>,
  sessionToken: string | null,
): Promise<CallOutput<Name>> {
  const route = READY[name] ?? (await lateRoute(name));
  const { params = {}, query = {}, body, header } = input as AnyInput;
  const url = new URL(
    route.path.replaceAll(/\{(\w+)\}/g, (_, param: string) =>
      encodeURIComponent(params[param] ?? ""),
    ),
    origin,
  );
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(key, String(value));
  }
  const isBytes = body instanceof Uint8Array;
  const type = isBytes ? "application/octet-stream" : "application/json";
  const { response, answer } = await reach(ports, url.href, route, {
    method: route.method,
    headers: {
      ...(sessionToken !== null && { authorization: `Bearer ${sessionToken}` }),
      ...(body !== undefined && { "content-type": type }),
      ...(route.header !== undefined && { [route.header]: header ?? "" }),
    },
    ...(body !== undefined && {
      body: isBytes ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body),
    }),
  });
  if (!response.ok) throw refusalOf(answer, response.status);
  if (route.response === undefined) return null as CallOutput<Name>;
  if (route.response === "bytes") return answer as CallOutput<Name>;
  const parsed = z.safeParse(route.response, answer);
  if (!parsed.success)
    throw new ConnectionError("The server answered in a form that is not known.");
  return parsed.data as CallOutput<Name>;
}

async function lateRoute(name: RouteName): Promise<Route> {
  const { LATE_ROUTES } = await fetched(import("../wire/lateRoutes.ts"));
  return LATE_ROUTES[name as keyof typeof LATE_ROUTES];
}

async function reach(ports: Ports, url: string, route: Route, init: RequestInit) {
  const { origin } = new URL(url);
  const patience = new AbortController();
  const asked = askFor(ports, url, route, { ...init, signal: patience.signal });
  const patienceMs = route.body === "bytes" || route.response === "bytes" ? BYTES_MS : ANSWER_MS;
  try {
    if (await within(ports, patienceMs, asked)) return await asked;
  } catch (cause) {
    throw new ConnectionError(`The server at ${origin} cannot be reached.`, cause);
  }
  patience.abort();
  throw new ConnectionError(`The server at ${origin} does not answer.`);
}

async function askFor(ports: Ports, url: string, route: Route, init: RequestInit) {
  const response = await ports.fetch(url, init);
  if (response.ok && route.response === "bytes") {
    return { response, answer: await bytesOf(response) };
  }
  const answer: unknown = response.status === 204 ? null : await response.json().catch(() => null);
  return { response, answer };
}

/** Read piece by piece: of what is longer than any chunk no more than shows that, so that it fills no memory. */
async function bytesOf({ body }: Response): Promise<Uint8Array> {
  const reader = body?.getReader();
  const pieces: Uint8Array[] = [];
  let length = 0;
  while (reader !== undefined && length <= SEALED_CHUNK_BYTES) {
    const { done, value } = await reader.read();
    if (done) return concat(...pieces);
    pieces.push(value);
    length += value.length;
  }
  void reader?.cancel().catch(() => {}); // the connection may be gone already
  return concat(...pieces).subarray(0, SEALED_CHUNK_BYTES + 1);
}

function refusalOf(answer: unknown, status: number): Error {
  const parsed = problemSchema.safeParse(answer);
  if (parsed.success) return ProblemError.from(parsed.data);
  return new ConnectionError(`The server answered with status ${status}.`);
}
