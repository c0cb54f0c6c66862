// Bad input to every endpoint: a problem with a stable code, never a failure of the server, and nothing changed.

import { env, exports } from "cloudflare:workers";
import { createExecutionContext, runInDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import type { RoomId } from "../../shared/wire/ids.ts";
import { TICKET_BYTES } from "../../shared/wire/limits.ts";
import { PROBLEMS, type ProblemCode, problemSchema } from "../../shared/wire/problem.ts";
import type { OpenRoom } from "../../shared/wire/rooms.ts";
import { type Route, ROUTES, type RouteName } from "../../shared/wire/routes.ts";
import { issueToken } from "../../workers/auth/tokens.ts";
import worker from "../../workers/main.ts";
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
import { begun, SMALLEST } from "./support/blobs.ts";
import { Household } from "./support/devices.ts";
import { contactErrand } from "./support/pairing.ts";
import { openRoom, roomAt } from "./support/rooms.ts";

/** All routes together are sent more than 100,000. */
const INPUTS_PER_ROUTE = 2_500;
const INPUTS_PER_UPGRADE = 10_000;
const BATCH = 50;
/** One batch of so many goes through the runtime's own door, the others straight to the Worker, ten times as fast. */
const BATCHES_A_DOOR = 20;

const ROOM: OpenRoom = {
  title: "Street photography",
  topic: "street-photography",
  capacity: 12,
  isListed: true,
  admission: "approval",
  media: { audio: true, video: false },
  pace: 5,
};

let ann: TestAccount;
let session: string;
/** Of whoever holds the server's secret. */
let houseToken: string;
let roomId: RoomId;
/** Valid bodies to start from, and a valid path. */
let samples: Record<RouteName, { path: string; bodies: object[] }>;

beforeAll(async () => {
  ann = await registerAccount();
  session = await sessionOf(ann);
  const peer = strangerActor().userId;
  await request("PATCH", "/v1/account", { actor: ann, body: { handle: "steadfast_ann" } });
  await request("PUT", `/v1/blocks/${peer}`, { actor: ann });
  await env.MAILBOXES.getByName(ann.userId).take(contactErrand(ann.userId, peer));
  const { blobId } = await begun(ann, SMALLEST);
  const proof = { challenge: "a.b.c", solution: 1 };
  const house = Household.make();
  houseToken = (await issueToken(env.SERVER_SECRET, "house", {})).token;
  ({ roomId } = await openRoom(ann, ROOM));
  const roomPath = `/v1/rooms/${roomId}`;
  const tapPath = `/v1/taps/${ann.userId}/${randomText(16)}`;
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
        { purpose: "room", roomId: "aaaaaaaaaaaaaaaa", linkToken: randomText(16) },
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
    listRecovery: { path: "/v1/account/recovery", bodies: [{ recoveryId: randomText(16) }] },
    findRecovery: { path: `/v1/recoveries/${randomText(16)}`, bodies: [] },
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
    appendEntries: {
      path: `/v1/accounts/${ann.userId}/entries`,
      bodies: [{ entries: [house.add(), house.remove(0, 1), house.changeRecovery(1)] }],
    },
    blocks: { path: "/v1/blocks", bodies: [] },
    block: { path: `/v1/blocks/${peer}`, bodies: [] },
    unblock: { path: `/v1/blocks/${peer}`, bodies: [] },
    beginBlob: { path: "/v1/blobs", bodies: [{ size: SMALLEST }] },
    continueBlob: { path: `/v1/blobs/${randomText(16)}/token`, bodies: [] },
    putChunk: { path: `/v1/blobs/${blobId}/0`, bodies: [] },
    storedChunks: { path: `/v1/blobs/${blobId}`, bodies: [] },
    chunk: { path: `/v1/blobs/${blobId}/0`, bodies: [] },
    deleteBlob: { path: `/v1/blobs/${blobId}`, bodies: [] },
    issuerKeys: { path: "/.well-known/acquaint-issuer-keys", bodies: [] },
    certificate: { path: "/v1/certificates", bodies: [] },
    tap: {
      path: "/v1/taps",
      bodies: [
        {
          tapId: randomText(16),
          taps: [{ ticket: randomText(TICKET_BYTES), signature: randomText(64) }],
          together: randomText(TICKET_BYTES),
        },
      ],
    },
    tapState: { path: tapPath, bodies: [] },
    showShare: { path: `${tapPath}/share`, bodies: [{ share: randomText(16) }] },
    confirmTable: { path: `${tapPath}/confirmation`, bodies: [{ signature: randomText(64) }] },
    declineTable: { path: `${tapPath}/decline`, bodies: [] },
    undoTap: { path: `${tapPath}/undo`, bodies: [{ userId: peer }] },
    groups: { path: "/v1/groups", bodies: [] },
    group: { path: `/v1/groups/${randomText(16)}`, bodies: [] },
    leaveGroup: { path: `/v1/groups/${randomText(16)}`, bodies: [] },
    badge: { path: "/v1/badge", bodies: [] },
    makeBadge: { path: "/v1/badge", bodies: [{ token: randomText(16), salt: randomText(16) }] },
    revokeBadge: { path: "/v1/badge", bodies: [] },
    findBadge: { path: "/v1/badges", bodies: [{ token: randomText(16) }] },
    askForContact: {
      path: "/v1/contact-requests",
      bodies: [
        {
          requestId: randomText(16),
          to: peer,
          via: "badge",
          token: randomText(16),
          signature: randomText(64),
        },
        {
          requestId: randomText(16),
          to: peer,
          via: "room",
          roomId: "aaaaaaaaaaaaaaaa",
          signature: randomText(64),
        },
      ],
    },
    approveContact: {
      path: `/v1/contact-requests/${randomText(16)}`,
      bodies: [{ signature: randomText(64) }],
    },
    endContactRequest: { path: `/v1/contact-requests/${randomText(16)}`, bodies: [] },
    openRoom: { path: "/v1/rooms", bodies: [ROOM, { title: "Anywhere" }] },
    lobby: { path: "/v1/rooms", bodies: [] },
    ownRooms: { path: "/v1/account/rooms", bodies: [] },
    room: { path: roomPath, bodies: [] },
    arrangeRoom: { path: roomPath, bodies: [{ ...ROOM, isLocked: true }] },
    closeRoom: { path: roomPath, bodies: [] },
    renewLink: { path: `${roomPath}/links`, bodies: [] },
    moderate: { path: `${roomPath}/moderation`, bodies: [{ act: "ban", userId: peer }] },
    bans: { path: `${roomPath}/bans`, bodies: [] },
    report: {
      path: `${roomPath}/reports`,
      bodies: [
        {
          reportId: randomText(16),
          userId: peer,
          reason: "spam",
          note: "all day",
          messages: [{ number: 1_794_000_000_000_000, text: "Buy", at: 1 }],
        },
      ],
    },
    reports: { path: `${roomPath}/reports`, bodies: [] },
    dropReport: { path: `${roomPath}/reports/${randomText(16)}`, bodies: [] },
    addOperator: { path: "/v1/operators", bodies: [{ name: "Photo Weekly" }] },
    operator: { path: "/v1/operators/aaaaaaaaaaaaaaaa", bodies: [] },
    renewOperatorKey: { path: "/v1/operators/aaaaaaaaaaaaaaaa/keys", bodies: [] },
    removeOperator: { path: "/v1/operators/aaaaaaaaaaaaaaaa", bodies: [] },
  };
});

/** Everything that the mailbox, its room and the bucket hold. */
async function contentOf(account: TestAccount): Promise<string> {
  const { objects } = await env.BLOBS.list();
  const mailbox = await runInDurableObject(
    env.MAILBOXES.getByName(account.userId),
    (_, { storage }) =>
      JSON.stringify([
        [...storage.kv.list()],
        ...["device", "contact", "block", "envelope"].map((table) =>
          storage.sql.exec(`SELECT * FROM ${table}`).toArray(),
        ),
      ]),
  );
  const room = await runInDurableObject(roomAt(roomId), (_, { storage }) =>
    JSON.stringify([...storage.kv.list()]),
  );
  return JSON.stringify([mailbox, room, objects.map(({ key }) => key)]);
}

async function send(
  { method, path, headers, body }: BadRequest,
  isStraight = false,
): Promise<Response> {
  const sent = new Request(`${ORIGIN}${path}`, {
    method,
    headers: { authorization: `Bearer ${session}`, ...headers },
    ...(body !== null && { body }),
  });
  if (isStraight) return worker.fetch(sent, env, createExecutionContext());
  return exports.default.fetch(sent);
}

const byTheHouse = (bad: BadRequest): BadRequest => ({
  ...bad,
  headers: { authorization: `Bearer ${houseToken}`, ...bad.headers },
});

/** Sends many requests in batches, each batch at once; resolves with the code of each refusal. */
async function sendAll(bad: fc.Arbitrary<BadRequest>, inputs: number): Promise<ProblemCode[]> {
  const codes: ProblemCode[] = [];
  let batches = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(bad, { minLength: BATCH, maxLength: BATCH, size: "max" }),
      async (requests) => {
        const isStraight = batches % BATCHES_A_DOOR !== 0;
        batches += 1;
        for (const response of await Promise.all(requests.map((one) => send(one, isStraight)))) {
          codes.push(await expectProblem(response));
        }
      },
    ),
    { numRuns: inputs / BATCH },
  );
  expect(codes).toHaveLength(inputs);
  return codes;
}

async function expectProblem(response: Response): Promise<ProblemCode> {
  const { code, status, title } = problemSchema.parse(await response.json());
  const isProblem =
    response.headers.get("content-type") === "application/problem+json" &&
    response.status < 500 &&
    response.status === status &&
    PROBLEMS[code].status === status &&
    PROBLEMS[code].title === title;
  // A hundred thousand times, so that nothing dearer is called where all is well.
  if (!isProblem) expect.fail(`answered ${response.status} with "${code}", ${status}, "${title}"`);
  return code;
}

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

function otherMethods(path: string): string[] {
  const known = Object.values(ROUTES).filter((route) => route.path === path);
  return METHODS.filter((method) => !known.some((route) => route.method === method));
}

test("all routes together are sent more than 100,000 bad requests", () => {
  expect(Object.keys(ROUTES).length * INPUTS_PER_ROUTE).toBeGreaterThan(100_000);
});

for (const name of Object.keys(ROUTES) as RouteName[]) {
  const route: Route = ROUTES[name];
  test(
    `${route.method} ${route.path} refuses 2,500 bad requests and changes nothing`,
    { timeout: 600_000 },
    async () => {
      const { path, bodies } = samples[name];
      const before = await contentOf(ann);
      const bad = badRequests(route, path, bodies, otherMethods(route.path));
      await sendAll(route.auth === "house" ? bad.map(byTheHouse) : bad, INPUTS_PER_ROUTE);
      expect(await contentOf(ann)).toBe(before);
    },
  );
}

test.for(["/v1/attempts/417", "/v1/mailbox", "/v1/rooms/aaaaaaaaaaaaaaaa/line"])(
  "%s refuses 10,000 bad upgrades",
  { timeout: 600_000 },
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
    for (const code of new Set(await sendAll(bad, INPUTS_PER_UPGRADE))) {
      expect(["upgrade-required", "upgrade-refused"]).toContain(code);
    }
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
