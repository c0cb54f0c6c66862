// HTTP calls by their route. A refusal is thrown as the ProblemError that the server rendered;
// a server that cannot be reached, or answers nonsense, as a ConnectionError.

import * as z from "zod/mini";
import { ProblemError, problemSchema } from "../wire/problem.ts";
import { type Route, ROUTES, type RouteName } from "../wire/routes.ts";
import { type Ports, within } from "./ports.ts";

/** How long an answer may take; a connection that is half open never brings one. */
const ANSWER_MS = 15_000;

/** The server could not be reached or did not answer as it should. Trying again later may help. */
export class ConnectionError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "ConnectionError";
  }
}

/** A part of the program that is loaded when it is needed. @throws ConnectionError when it cannot be fetched */
export function fetched<Module>(part: Promise<Module>): Promise<Module> {
  return part.catch((cause: unknown) => {
    throw new ConnectionError("A part of the program cannot be fetched.", cause);
  });
}

type Routes = typeof ROUTES;
type InputOf<R, Key extends string> = R extends {
  readonly [K in Key]: infer S extends z.core.$ZodType;
}
  ? { readonly [K in Key]: z.input<S> }
  : unknown;
type ParamsOf<R> = R extends { readonly params: infer P }
  ? { readonly params: { readonly [Name in keyof P]: string } }
  : unknown;
export type CallInput<Name extends RouteName> = ParamsOf<Routes[Name]> &
  InputOf<Routes[Name], "query"> &
  InputOf<Routes[Name], "body">;
export type CallOutput<Name extends RouteName> = Routes[Name] extends {
  readonly response: infer S extends z.core.$ZodType;
}
  ? z.output<S>
  : null;

interface AnyInput {
  readonly params?: Record<string, string>;
  readonly query?: Record<string, string | number | undefined>;
  readonly body?: unknown;
}

export async function callRoute<Name extends RouteName>(
  ports: Ports,
  origin: string,
  name: Name,
  input: CallInput<Name>,
  sessionToken: string | null,
): Promise<CallOutput<Name>> {
  const route: Route = ROUTES[name];
  const { params = {}, query = {}, body } = input as AnyInput;
  const url = new URL(
    route.path.replaceAll(/\{(\w+)\}/g, (_, param: string) =>
      encodeURIComponent(params[param] ?? ""),
    ),
    origin,
  );
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(key, String(value));
  }
  const { response, answer } = await reach(ports, url.href, {
    method: route.method,
    headers: {
      ...(sessionToken !== null && { authorization: `Bearer ${sessionToken}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw refusalOf(answer, response.status);
  if (route.response === undefined) return null as CallOutput<Name>;
  const parsed = z.safeParse(route.response, answer);
  if (!parsed.success)
    throw new ConnectionError("The server answered in a form that is not known.");
  return parsed.data as CallOutput<Name>;
}

async function reach(ports: Ports, url: string, init: RequestInit) {
  const { origin } = new URL(url);
  const patience = new AbortController();
  const asked = askFor(ports, url, { ...init, signal: patience.signal });
  try {
    if (await within(ports, ANSWER_MS, asked)) return await asked;
  } catch (cause) {
    throw new ConnectionError(`The server at ${origin} cannot be reached.`, cause);
  }
  patience.abort();
  throw new ConnectionError(`The server at ${origin} does not answer.`);
}

async function askFor(ports: Ports, url: string, init: RequestInit) {
  const response = await ports.fetch(url, init);
  const answer: unknown = response.status === 204 ? null : await response.json().catch(() => null);
  return { response, answer };
}

function refusalOf(answer: unknown, status: number): Error {
  const parsed = problemSchema.safeParse(answer);
  if (parsed.success) return ProblemError.from(parsed.data);
  return new ConnectionError(`The server answered with status ${status}.`);
}
