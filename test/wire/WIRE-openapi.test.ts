// The OpenAPI document: one operation for each route, every schema resolvable, every refusal listed.

import { describe, expect, test } from "vitest";
import { PROBLEMS, type ProblemCode } from "../../shared/wire/problem.ts";
import { ROUTE_NOTES } from "../../shared/wire/routeNotes.ts";
import { type Route, ROUTES, type RouteName } from "../../shared/wire/routes.ts";
import { openApiDocument } from "../../workers/http/openApi.ts";

type Json = null | boolean | number | string | Json[] | { [member: string]: Json };
type JsonObject = { [member: string]: Json };

const document = JSON.parse(JSON.stringify(openApiDocument("https://acquaint.example"))) as {
  openapi: string;
  info: JsonObject;
  servers: { url: string }[];
  paths: Record<string, Record<string, JsonObject>>;
  components: { schemas: JsonObject; securitySchemes: JsonObject };
};

/** Any of which will do. */
const SCHEMES = {
  none: [],
  session: ["session"],
  steward: ["session", "operatorKey", "house"],
  house: ["house"],
};

const SCHEMA_TYPES = ["string", "number", "integer", "boolean", "object", "array", "null"];

/** Every object of the document with its path, schemas included. */
function* objectsIn(value: Json, path = "#"): Generator<[string, JsonObject]> {
  if (value === null || typeof value !== "object") return;
  if (!Array.isArray(value)) yield [path, value];
  for (const [name, member] of Object.entries(value)) {
    yield* objectsIn(member as Json, `${path}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`);
  }
}

function resolve(reference: string): unknown {
  expect(reference).toMatch(/^#\//);
  let target: unknown = document;
  for (const step of reference.slice(2).split("/")) {
    const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
    target = (target as Record<string, unknown> | undefined)?.[name];
  }
  return target;
}

describe("the document", () => {
  test("is OpenAPI 3.1 with a title, a version, a licence and the server that was asked", () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
    for (const member of ["title", "version"]) expect(typeof document.info[member]).toBe("string");
    expect(document.info["license"]).toEqual({ name: "Apache-2.0", identifier: "Apache-2.0" });
    expect(document.servers).toEqual([{ url: "https://acquaint.example" }]);
  });

  test("has one operation for each route, and no other", () => {
    const operations = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(
        ([method, one]) => `${method} ${path} ${one["operationId"] as string}`,
      ),
    );
    const routes = (Object.entries(ROUTES) as [RouteName, Route][]).map(
      ([name, { method, path }]) => `${method.toLowerCase()} ${path} ${name}`,
    );
    expect(operations.toSorted()).toEqual(routes.toSorted());
  });

  test("resolves every reference", () => {
    for (const [path, object] of objectsIn(document as unknown as Json)) {
      if (typeof object["$ref"] === "string") expect(resolve(object["$ref"]), path).toBeDefined();
    }
  });

  test("uses types and patterns that exist", () => {
    for (const [path, object] of objectsIn(document as unknown as Json)) {
      if (!path.includes("/schema")) continue;
      const { type, pattern } = object;
      if (typeof type === "string" && !path.endsWith("/properties")) {
        if (!path.includes("securitySchemes")) expect(SCHEMA_TYPES, path).toContain(type);
      }
      if (typeof pattern === "string") expect(() => new RegExp(pattern, "u"), path).not.toThrow();
      expect(object["$schema"], path).toBeUndefined();
    }
  });
});

describe.for(Object.entries(ROUTES) as [RouteName, Route][])("%s", ([routeName, route]) => {
  const operation = document.paths[route.path]?.[route.method.toLowerCase()] as JsonObject;
  const responses = operation["responses"] as Record<string, JsonObject>;

  test("declares every parameter of its path, and its query", () => {
    const declared = (operation["parameters"] ?? []) as { name: string; in: string }[];
    const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    expect(declared.filter((one) => one.in === "path").map(({ name }) => name)).toEqual(inPath);
    const hasQuery = declared.some((one) => one.in === "query");
    expect(hasQuery).toBe(route.query !== undefined);
  });

  test("declares body, success and refusals", () => {
    expect("requestBody" in operation).toBe(route.body !== undefined);
    const success = responses[String(route.status)];
    expect(success).toBeDefined();
    expect("content" in (success ?? {})).toBe(route.response !== undefined);
    const codes: ProblemCode[] = [...ROUTE_NOTES[routeName].problems];
    if (route.auth !== "none") codes.push("unauthenticated");
    for (const code of codes) {
      const refusal = responses[String(PROBLEMS[code].status)];
      expect(refusal?.["description"]).toContain(`\`${code}\``);
      expect(Object.keys((refusal?.["content"] ?? {}) as object)).toEqual([
        "application/problem+json",
      ]);
    }
  });

  test("asks for a session, an operator's key or the house's token when the route does", () => {
    const schemes = (operation["security"] as JsonObject[]).flatMap(Object.keys);
    expect(schemes).toEqual(SCHEMES[route.auth]);
    const declared = Object.keys(document.components.securitySchemes);
    expect(declared).toEqual(expect.arrayContaining(schemes));
  });
});
