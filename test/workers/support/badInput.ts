// Input that no endpoint takes, generated: random and mutated JSON, broken text, wrong types and sizes.

import fc from "fast-check";
import type * as z from "zod/mini";
import { UPLOAD_TOKEN_HEADER } from "../../../shared/wire/blobs.ts";
import type { Route } from "../../../shared/wire/routes.ts";

export interface BadRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array<ArrayBuffer> | null;
}

const bytes = (array: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(array);

const hugeNumber = fc.constantFrom(1e308, -1, 2 ** 53, -0.5, 1e21, Number.MAX_SAFE_INTEGER);

const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "",
    "__proto__",
    "constructor",
    "\u0000",
    "../..",
    "'; DROP TABLE contact; --",
    "🦊".repeat(50),
  ),
);

const anyValue = fc.oneof(
  anyText,
  hugeNumber,
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<unknown>,
  fc.constantFrom<unknown>(null, true, [], {}),
);

/** A valid value with one thing wrong: a member lost, added, or given another value, at any depth. */
function mutated(valid: object): fc.Arbitrary<unknown> {
  const paths = pathsOf(valid);
  return fc
    .tuple(fc.constantFrom(...paths), fc.constantFrom("drop", "replace", "add"), anyValue, anyText)
    .map(([path, kind, value, name]) => {
      const copy = structuredClone(valid) as Record<string, unknown>;
      let target: Record<string, unknown> = copy;
      for (const step of path.slice(0, -1)) target = target[step] as Record<string, unknown>;
      const last = path.at(-1) as string;
      if (kind === "drop") delete target[last];
      if (kind === "replace") target[last] = value;
      if (kind === "add") target[`${last}${name}`] = value;
      return copy;
    });
}

function pathsOf(value: object, before: readonly string[] = []): string[][] {
  return Object.entries(value).flatMap(([name, member]) => {
    const path = [...before, name];
    return typeof member === "object" && member !== null
      ? [path, ...pathsOf(member, path)]
      : [path];
  });
}

/** JSON text that the schema does not take. */
export function badJson(schema: z.ZodMiniType, valid: readonly object[]): fc.Arbitrary<string> {
  return fc
    .oneof(...valid.map(mutated), anyValue)
    .filter((value) => !schema.safeParse(JSON.parse(JSON.stringify(value) ?? "null")).success)
    .map((value) => JSON.stringify(value) ?? "null");
}

const JSON_TYPE = { "content-type": "application/json" };

/** Requests that look like the route's, and must be refused. */
export function badRequests(
  route: Route,
  path: string,
  valid: readonly object[],
  otherMethods: readonly string[],
): fc.Arbitrary<BadRequest> {
  const { method } = route;
  const kinds: fc.Arbitrary<BadRequest>[] = [
    fc
      .constantFrom(...otherMethods)
      .map((wrong) => ({ method: wrong, path, headers: {}, body: null })),
  ];
  if (route.auth !== "none") {
    kinds.push(
      fc
        .oneof(fc.base64String(), fc.constantFrom("", "a.b.c", "eyJhbGciOiJub25lIn0.e30."))
        .map((token) => ({
          method,
          path,
          headers: { authorization: `Bearer ${token}` },
          body: null,
        })),
    );
  }
  if (route.params !== undefined) {
    const schema = Object.values(route.params).at(-1) as z.ZodMiniType; // of the last segment
    const wrongParameter = fc
      .oneof(
        anyText,
        fc.string({ unit: fc.constantFrom("a", "7", "-", "%", ".", "Z"), maxLength: 40 }),
      )
      .filter((text) => text !== "" && !/^\.{1,2}$/.test(text) && !schema.safeParse(text).success)
      .map((text) => path.replace(/[^/]+$/, encoded(text)));
    kinds.push(wrongParameter.map((wrong) => ({ method, path: wrong, headers: {}, body: null })));
  }
  if (route.query !== undefined) {
    const query = route.query as z.ZodMiniType;
    const wrongQuery = fc
      .tuple(fc.constantFrom("after", "After", "x"), anyText)
      .filter(([name, text]) => !query.safeParse({ [name]: text }).success)
      .map(([name, text]) => `${path}?${name}=${encoded(text)}`);
    kinds.push(wrongQuery.map((wrong) => ({ method, path: wrong, headers: {}, body: null })));
  }
  if (route.body === "bytes") kinds.push(badBytes(method, path));
  else if (route.body !== undefined) {
    const send = (body: BadRequest["body"], headers: Record<string, string> = JSON_TYPE) => ({
      method,
      path,
      headers,
      body,
    });
    const text = valid.map((body) => JSON.stringify(body));
    const json = badJson(route.body as z.ZodMiniType, valid);
    kinds.push(
      json.map((body) => send(body)),
      json.map((body) => send(body)),
      json.map((body) => send(body)),
      fc.uint8Array({ maxLength: 200 }).map((body) => send(bytes(body))),
      fc
        .constantFrom(...text)
        .chain((whole) => fc.nat(whole.length - 1).map((length) => send(whole.slice(0, length)))),
      fc.constantFrom(...text).map((whole) => send(bytes(insertInvalidUtf8(whole)))),
      fc
        .tuple(fc.constantFrom("[", '{"a":', "[[],"), fc.integer({ min: 1, max: 3_000 }))
        .map(([opening, depth]) => send(opening.repeat(depth))),
      fc.constantFrom("[", '"', " ").map((filler) => send(filler.repeat(16 * 1024 + 1))),
      fc
        .tuple(
          fc.constantFrom(...text),
          fc.constantFrom("text/plain", "application/jsonx", "multipart/form-data"),
        )
        .map(([whole, type]) => send(whole, { "content-type": type })),
    );
  }
  return fc.oneof(...kinds);
}

/** Bytes of wrong lengths and types, with tokens that nobody has issued. */
function badBytes(method: string, path: string): fc.Arbitrary<BadRequest> {
  const token = fc.oneof(
    fc.base64String(),
    fc.constantFrom("", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "a".repeat(4_000)),
  );
  const type = fc.constantFrom(
    "application/octet-stream",
    "application/octet-stream; x=y",
    "application/json",
    "",
  );
  return fc
    .tuple(fc.uint8Array({ maxLength: 2_000 }), type, fc.option(token))
    .map(([body, contentType, given]) => ({
      method,
      path,
      headers: {
        "content-type": contentType,
        "content-length": String(body.length),
        ...(given !== null && { [UPLOAD_TOKEN_HEADER]: given }),
      },
      body: bytes(body),
    }));
}

function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

/** A text whose first string holds a byte that is not UTF-8. */
function insertInvalidUtf8(text: string): Uint8Array {
  const whole = new TextEncoder().encode(text);
  const at = text.indexOf('"') + 1;
  return new Uint8Array([...whole.slice(0, at), 0xff, ...whole.slice(at)]);
}
