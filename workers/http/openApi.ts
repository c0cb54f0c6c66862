// The OpenAPI 3.1 document, made from shared/wire/routes.ts and routeNotes.ts.

import * as z from "zod/mini";
import { type ProblemCode, PROBLEMS, problemSchema } from "../../shared/wire/problem.ts";
import { ROUTE_NOTES, type RouteNotes } from "../../shared/wire/routeNotes.ts";
import { type Route, ROUTES, type RouteName } from "../../shared/wire/routes.ts";

/** Any of a route's will do. */
const SECURITY: Readonly<Record<Route["auth"], readonly Record<string, []>[]>> = {
  none: [],
  session: [{ session: [] }],
  steward: [{ session: [] }, { operatorKey: [] }, { house: [] }],
  house: [{ house: [] }],
};

const EVERYWHERE: readonly ProblemCode[] = ["internal-error"];

export function openApiDocument(origin: string) {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const name of Object.keys(ROUTES) as RouteName[]) {
    const route: Route = ROUTES[name];
    (paths[route.path] ??= {})[route.method.toLowerCase()] = operation(name, route);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Acquaint",
      version: "1",
      summary: "Turns a meeting into a verified contact",
      description:
        "The HTTP endpoints. The sockets, which carry the pairing itself, and all cryptography are described in docs/protocol.md.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: origin }],
    paths,
    components: {
      schemas: { Problem: jsonSchema(problemSchema, "output") },
      securitySchemes: {
        session: {
          type: "http",
          scheme: "bearer",
          description: "A session token of at most 15 minutes, from POST /v1/sessions.",
        },
        operatorKey: {
          type: "http",
          scheme: "bearer",
          description: "An operator's API key, which goes to its server alone and to no page.",
        },
        house: {
          type: "http",
          scheme: "bearer",
          description:
            "A token of one minute, signed with the server's secret; `npm run operator` makes it.",
        },
      },
    },
  };
}

function operation(operationId: RouteName, route: Route) {
  const notes = ROUTE_NOTES[operationId];
  const parameters = [
    ...Object.entries(route.params ?? {}).map(([name, schema]) => ({
      name,
      in: "path",
      required: true,
      schema: jsonSchema(schema, "input"),
    })),
    ...queryParameters(route),
    ...(route.header === undefined
      ? []
      : [{ name: route.header, in: "header", required: true, schema: { type: "string" } }]),
  ];
  return {
    operationId,
    summary: notes.summary,
    security: SECURITY[route.auth],
    ...(parameters.length > 0 && { parameters }),
    ...(route.body !== undefined && {
      requestBody: { required: true, content: contentOf(route.body, "input") },
    }),
    responses: { [route.status]: success(route), ...refusals(route, notes) },
  };
}

function queryParameters({ query }: Route) {
  if (query === undefined) return [];
  const { properties = {} } = jsonSchema(query, "input") as {
    properties?: Record<string, unknown>;
  };
  return Object.entries(properties).map(([name, schema]) => ({ name, in: "query", schema }));
}

function success({ response }: Route) {
  return response === undefined
    ? { description: "Done" }
    : { description: "Done", content: contentOf(response, "output") };
}

/** Problems by status, each with the codes that it may carry. */
function refusals(route: Route, { problems }: RouteNotes): Record<string, unknown> {
  const codes = new Set<ProblemCode>([...problems, ...EVERYWHERE]);
  if (route.auth !== "none") codes.add("unauthenticated");
  if (route.params !== undefined || route.query !== undefined || route.body !== undefined) {
    codes.add("malformed-request");
  }
  if (route.body !== undefined) codes.add("payload-too-large").add("unsupported-media-type");
  const byStatus = Map.groupBy(codes, (code) => PROBLEMS[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, sharing]) => [
      status,
      {
        description: sharing.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join("\n\n"),
        content: {
          "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } },
        },
      },
    ]),
  );
}

function contentOf(data: z.core.$ZodType | "bytes", io: "input" | "output") {
  if (data === "bytes") return { "application/octet-stream": {} };
  return { "application/json": { schema: jsonSchema(data, io) } };
}

function jsonSchema(schema: z.core.$ZodType, io: "input" | "output") {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest;
}
