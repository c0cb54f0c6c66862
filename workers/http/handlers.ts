// A handler's type follows from its route in shared/wire/routes.ts: what comes in is parsed already.

import type * as z from "zod/mini";
import type { ROUTES, RouteName } from "../../shared/wire/routes.ts";
import type { Actor } from "../auth/tokens.ts";
import type { Env } from "../env.ts";
import type { Steward } from "../../shared/core/room/state.ts";

type Routes = typeof ROUTES;
type Parsed<R, Key extends string> = R extends {
  readonly [K in Key]: infer S extends z.core.$ZodType;
}
  ? z.infer<S>
  : undefined;
type Body<R> = R extends { readonly body: "bytes" } ? BodyBytes : Parsed<R, "body">;
type Params<R> = R extends { readonly params: infer P extends Record<string, z.core.$ZodType> }
  ? { readonly [Name in keyof P]: z.infer<P[Name]> }
  : undefined;

/** A body that is passed on as it comes, unread; it ends after as many bytes as it says. */
export interface BodyBytes {
  readonly length: number;
  readonly stream: ReadableStream;
}

interface Call<Name extends RouteName> {
  readonly env: Env;
  readonly request: Request;
  readonly params: Params<Routes[Name]>;
  readonly query: Parsed<Routes[Name], "query">;
  readonly header: Routes[Name] extends { readonly header: string } ? string : undefined;
  readonly body: Body<Routes[Name]>;
  /** From the session, never from the body. */
  readonly actor: Routes[Name]["auth"] extends "session" ? Actor : null;
  /** Likewise, or from the key that came along; an account is yet to show that its device has a say. */
  readonly steward: Routes[Name]["auth"] extends "steward" | "house" ? Steward : null;
}

type Answer<Name extends RouteName> = Routes[Name] extends {
  readonly response: infer S extends z.core.$ZodType;
}
  ? z.infer<S>
  : Routes[Name] extends { readonly response: "bytes" }
    ? ReadableStream
    : null;

export type Handlers = {
  readonly [Name in RouteName]: (call: Call<Name>) => Promise<Answer<Name>>;
};
