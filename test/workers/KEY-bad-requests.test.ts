// Bad input to every endpoint: a problem with a stable code, never a failure of the server, and nothing changed.

import { env, exports } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { PROBLEMS, type ProblemCode, problemSchema } from "../../shared/wire/problem.ts";
import { type Route, ROUTES, type RouteName } from "../../shared/wire/routes.ts";
import {
  makeAccount,
  ORIGIN,
  randomText,
  registerAccount,
  request,
  sessionOf,
  signedChallenge,
  strangerActor,
  type TestAccount,
} from "./support/accounts.ts";
import { type BadRequest, badRequests } from "./support/badInput.ts";
import { contactErrand } from "./support/pairing.ts";

const INPUTS_PER_ENDPOINT = 10_000;
const BATCH = 50;

let ann: TestAccount;
let session: string;
/** Valid bodies to start from, and a valid path. */
let samples: Record<RouteName, { path: string; bodies: object[] }>;

beforeAll(async () => {
  ann = await registerAccount();
  session = await sessionOf(ann);
  const peer = strangerActor().userId;
  await request("PATCH", "/v1/account", { actor: ann, body: { handle: "steadfast_ann" } });
  await request("PUT", `/v1/blocks/${peer}`, { actor: ann });
  await env.MAILBOXES.getByName(ann.userId).take(contactErrand(ann.userId, peer));
  const proof = { challenge: "a.b.c", solution: 1 };
  samples = {
    register: { path: "/v1/accounts", bodies: [{ log: makeAccount().log, proof }] },
    challenge: {
      path: "/v1/challenges",
      bodies: [{ userId: ann.userId, deviceId: ann.deviceId }],
    },
    openSession: {
      path: "/v1/sessions",
      bodies: [{ ...(await signedChallenge(ann)), signature: randomText(64) }],
    },
    upgrade: {
      path: "/v1/upgrade-tokens",
      bodies: [
        { purpose: "open", tried: 1 },
        { purpose: "open", to: peer, proof },
        { purpose: "claim", locator: "417", method: "passphrase", proof },
        { purpose: "answer", locator: "417000000", sid: randomText(16) },
        { purpose: "resume", locator: "417", sid: randomText(16) },
        { purpose: "mailbox" },
      ],
    },
    account: { path: "/v1/account", bodies: [] },
    changeAccount: {
      path: "/v1/account",
      bodies: [{ handle: "another_ann", visibility: "nobody", requestsFrom: "nobody" }],
    },
    eraseAccount: {
      path: "/v1/account",
      bodies: [{ ...(await signedChallenge(ann)), signature: randomText(64) }],
    },
    findHandle: { path: "/v1/handles/steadfast_ann", bodies: [] },
    contacts: { path: "/v1/contacts", bodies: [] },
    removeContact: { path: `/v1/contacts/${peer}`, bodies: [] },
    release: { path: `/v1/releases/${randomText(16)}`, bodies: [] },
    acknowledgeRelease: { path: `/v1/releases/${randomText(16)}`, bodies: [] },
    leavePrekeys: {
      path: "/v1/prekeys",
      bodies: [{ signed: { id: 1, key: randomText(32), signature: randomText(64) }, oneTime: [] }],
    },
    drawPrekeys: { path: `/v1/accounts/${peer}/prekeys`, bodies: [{ devices: [0] }] },
    accountLog: { path: `/v1/accounts/${peer}/log`, bodies: [] },
    blocks: { path: "/v1/blocks", bodies: [] },
    block: { path: `/v1/blocks/${peer}`, bodies: [] },
    unblock: { path: `/v1/blocks/${peer}`, bodies: [] },
  };
});

/** Everything that the mailbox holds. */
function contentOf(account: TestAccount): Promise<string> {
  return runInDurableObject(env.MAILBOXES.getByName(account.userId), (_, { storage }) =>
    JSON.stringify([
      [...storage.kv.list()],
      ...["device", "contact", "block", "envelope"].map((table) =>
        storage.sql.exec(`SELECT * FROM ${table}`).toArray(),
      ),
    ]),
  );
}

async function send({ method, path, headers, body }: BadRequest): Promise<Response> {
  return exports.default.fetch(
    new Request(`${ORIGIN}${path}`, {
      method,
      headers: { authorization: `Bearer ${session}`, ...headers },
      ...(body !== null && { body }),
    }),
  );
}

async function expectProblem(response: Response): Promise<ProblemCode> {
  const problem = problemSchema.parse(await response.json());
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(problem.status).toBe(response.status);
  expect(problem).toMatchObject(PROBLEMS[problem.code]);
  expect(response.status, problem.code).toBeLessThan(500);
  return problem.code;
}

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

function otherMethods(path: string): string[] {
  const known = Object.values(ROUTES).filter((route) => route.path === path);
  return METHODS.filter((method) => !known.some((route) => route.method === method));
}

for (const name of Object.keys(ROUTES) as RouteName[]) {
  const route: Route = ROUTES[name];
  test(
    `${route.method} ${route.path} refuses 10,000 bad requests and changes nothing`,
    { timeout: 120_000 },
    async () => {
      const { path, bodies } = samples[name];
      const before = await contentOf(ann);
      const codes = new Map<ProblemCode, number>();
      const bad = badRequests(route, path, bodies, otherMethods(route.path));
      await fc.assert(
        fc.asyncProperty(
          fc.array(bad, { minLength: BATCH, maxLength: BATCH, size: "max" }),
          async (requests) => {
            const responses = await Promise.all(requests.map(send));
            for (const response of responses) {
              const code = await expectProblem(response);
              codes.set(code, (codes.get(code) ?? 0) + 1);
            }
          },
        ),
        { numRuns: INPUTS_PER_ENDPOINT / BATCH },
      );
      expect([...codes.values()].reduce((sum, count) => sum + count, 0)).toBe(INPUTS_PER_ENDPOINT);
      expect(await contentOf(ann)).toBe(before);
    },
  );
}

test.for(["/v1/attempts/417", "/v1/mailbox"])(
  "%s refuses 10,000 bad upgrades",
  { timeout: 120_000 },
  async (path) => {
    const token = fc.oneof(
      fc.base64String(),
      fc.constantFrom(session, "..", "eyJhbGciOiJub25lIn0.e30.", "a".repeat(4_000)),
    );
    const protocols = fc.oneof(
      token.map((text) => `acquaint.v1.json, acquaint.token.${text}`),
      token.map((text) => `acquaint.token.${text}`),
      token,
      fc.string({
        unit: fc.constantFrom(",", " ", "a", ".", "acquaint.v1.json", "acquaint.token."),
      }),
    );
    const headers = fc.oneof(
      protocols.map((offered) => ({ upgrade: "websocket", "sec-websocket-protocol": offered })),
      fc.constantFrom("h2c", "", "WebSockets").map((upgrade) => ({ upgrade })),
    );
    const bad = headers.map((some): BadRequest => ({
      method: "GET",
      path,
      headers: some as never,
      body: null,
    }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(bad, { minLength: BATCH, maxLength: BATCH, size: "max" }),
        async (requests) => {
          for (const response of await Promise.all(requests.map(send))) {
            expect(["upgrade-required", "upgrade-refused"]).toContain(
              await expectProblem(response),
            );
          }
        },
      ),
      { numRuns: INPUTS_PER_ENDPOINT / BATCH },
    );
  },
);

test("an address that does not exist is a problem too", async () => {
  for (const path of [
    "/v1",
    "/v1/",
    "/v1/nothing",
    "/v1/accounts/x/y",
    "/v1/%00",
    "/v1/handles/%E0%A4%A",
  ]) {
    const response = await send({ method: "GET", path, headers: {}, body: null });
    expect(await expectProblem(response)).toMatch(/^(not-found|malformed-request)$/);
  }
});
