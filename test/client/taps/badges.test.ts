// TAP-8: badges, and requests to become contacts, as an app has them: what is sent, what is believed, what waits.

import { expect, test } from "vitest";
import "../../../shared/client/taps/badgeWork.ts"; // loaded when first needed, in no time here
import { memoryStore } from "../../../shared/client/node.ts";
import { fromBase64Url, toBase64Url } from "../../../shared/core/crypto/bytes.ts";
import { isSignatureBy, verifyLog } from "../../../shared/core/identity/deviceLog.ts";
import {
  approvalStatement,
  badgeToken,
  requestStatement,
} from "../../../shared/core/tap/statements.ts";
import type { AskRequest, ContactRequest } from "../../../shared/wire/contactRequests.ts";
import type { UserId } from "../../../shared/wire/ids.ts";
import { aWhile, BEN, CEM, eventually, PairingWorld } from "../pairingWorld.ts";
import { refusal, type TestSocket } from "../world.ts";

const ORIGIN = "https://acquaint.example";
const SALT = new Uint8Array(16).fill(7);
const TOKEN = toBase64Url(badgeToken(BEN, SALT));
const URL_OF_BEN = `${ORIGIN}/#/badge/${TOKEN}`;
const idOf = (fill: number) => toBase64Url(new Uint8Array(16).fill(fill));
const WEEK_MS = 7 * 24 * 60 * 60_000;

async function openBadges() {
  const world = new PairingWorld();
  const acquaint = await world.open();
  const found = { userId: BEN as UserId, salt: toBase64Url(SALT), handle: "ben" };
  const asked: AskRequest[] = [];
  let refuse: Response | null = null;
  world.respond = (path, method) => {
    const last = world.requests.at(-1)?.body;
    if (refuse !== null && path.startsWith("/v1/contact-requests")) return refuse;
    if (path === "/v1/badges") return Response.json(found);
    if (path === "/v1/badge" && method === "PUT") {
      const { token } = last as { token: string };
      return Response.json({ token, createdAt: 5, uses: 0 });
    }
    if (path === "/v1/badge" && method === "GET") return Response.json({ badge: null });
    if (path === "/v1/contact-requests") {
      const body = last as AskRequest;
      asked.push(body);
      const createdAt = world.serverNow();
      const { requestId, to, via } = body;
      const times = { createdAt, expiresAt: createdAt + WEEK_MS };
      return Response.json({ requestId, to, via, ...times }, { status: 201 });
    }
    return undefined;
  };
  return {
    world,
    acquaint,
    found,
    asked,
    refuseWith: (answer: Response | null) => (refuse = answer),
  };
}

function requestOf(world: PairingWorld, fill: number, from = BEN): ContactRequest {
  const createdAt = world.serverNow() - 1_000;
  return {
    requestId: idOf(fill),
    from,
    device: "d".repeat(16) as ContactRequest["device"],
    signature: toBase64Url(new Uint8Array(64)),
    via: "badge",
    handle: null,
    createdAt,
    expiresAt: createdAt + WEEK_MS,
  };
}

const isPutTo = (begin: string) => (one: { readonly path: string; readonly method: string }) =>
  one.method === "PUT" && one.path.startsWith(begin);

const told = ({ told: events }: PairingWorld, name: string) =>
  events.filter(({ event }) => event === name);

async function ring(world: PairingWorld, line: TestSocket, request: ContactRequest): Promise<void> {
  const before = told(world, "contactRequests").length;
  line.say([{ type: "contactRequest", request, now: world.serverNow() }]);
  await eventually(() => told(world, "contactRequests").length > before);
}

test("TAP-8: a badge that is made commits to the account, and its link holds nothing else", async () => {
  const { world, acquaint } = await openBadges();
  expect(await acquaint.badges.own()).toBe(null);
  const { url, createdAt, uses } = await acquaint.badges.create();
  const { token, salt } = world.requests.find(isPutTo("/v1/badge"))!.body as {
    token: string;
    salt: string;
  };
  expect(toBase64Url(badgeToken(acquaint.me.userId, fromBase64Url(salt)))).toBe(token);
  expect({ url, createdAt, uses }).toEqual({
    url: `${ORIGIN}/#/badge/${token}`,
    createdAt: 5,
    uses: 0,
  });
  await acquaint.badges.revoke();
  expect(world.requests.at(-1)).toMatchObject({ path: "/v1/badge", method: "DELETE" });
});

test("TAP-8: a badge is of the account that it commits to, whoever the server says it is of", async () => {
  const { acquaint, found, asked } = await openBadges();
  expect(await acquaint.badges.find(URL_OF_BEN)).toEqual({
    userId: BEN,
    handle: "ben",
    contact: null,
  });
  found.userId = CEM;
  await expect(acquaint.badges.find(URL_OF_BEN)).rejects.toMatchObject({ code: "badge-unknown" });
  await expect(acquaint.badges.ask(URL_OF_BEN)).rejects.toMatchObject({ code: "badge-unknown" });
  expect(asked).toEqual([]);
});

test("TAP-8: what is no badge of this server is refused before anything is sent", async () => {
  const { world, acquaint } = await openBadges();
  const ticket = `${ORIGIN}/#/tap/${"A".repeat(346)}`;
  for (const text of ["", "hello", `${ORIGIN}/#/badge/short`, ticket]) {
    await expect(acquaint.badges.find(text)).rejects.toMatchObject({ code: "not-a-tap-link" });
  }
  const other = `https://other.example/#/badge/${TOKEN}`;
  await expect(acquaint.badges.ask(other)).rejects.toMatchObject({ code: "other-server" });
  expect(world.countOf("/v1/badges")).toBe(0);
});

test("TAP-8: asking is signed by this device, and asking again goes on with the request that waits", async () => {
  const { world, acquaint, asked } = await openBadges();
  const request = await acquaint.badges.ask(URL_OF_BEN);
  expect(request).toMatchObject({ to: BEN, via: "badge" });
  expect(acquaint.badges.asked()).toEqual([request]);
  expect(told(world, "contactRequests")).toHaveLength(1);
  const [first] = asked;
  if (first?.via !== "badge") throw new Error("nothing was asked by a badge");
  const { requestId, to, via, token, signature } = first;
  expect({ to, via, token }).toEqual({ to: BEN, via: "badge", token: TOKEN });
  const { log } = (await acquaint.export()).account;
  const [device] = verifyLog(log)!.devices;
  const { userId } = acquaint.me;
  const statement = requestStatement(requestId, userId, device!.deviceId, BEN, "badge");
  expect(isSignatureBy(device!.signKey, statement, fromBase64Url(signature))).toBe(true);
  expect(await acquaint.badges.ask(URL_OF_BEN)).toEqual(request);
  expect(asked).toHaveLength(1);
});

test("TAP-8: a request whose answer was lost is asked again as it was; one that is over, anew", async () => {
  const { acquaint, world, asked, refuseWith } = await openBadges();
  refuseWith(refusal("internal-error"));
  await expect(acquaint.badges.ask(URL_OF_BEN)).rejects.toMatchObject({ code: "internal-error" });
  const lost = world.requests.at(-1)!.body as AskRequest;
  refuseWith(null);
  const request = await acquaint.badges.ask(URL_OF_BEN);
  expect(request.requestId).toBe(lost.requestId);

  const {
    acquaint: another,
    refuseWith: refuseAnother,
    world: its,
    asked: askedAnother,
  } = await openBadges();
  refuseAnother(refusal("internal-error"));
  await another.badges.ask(URL_OF_BEN).catch(() => {});
  const over = its.requests.at(-1)!.body as AskRequest;
  const respond = its.respond;
  its.respond = (path, method) => {
    refuseAnother(null);
    const body = its.requests.at(-1)?.body as AskRequest | null;
    const isOver = path === "/v1/contact-requests" && body?.requestId === over.requestId;
    return isOver ? refusal("request-unknown") : respond(path, method);
  };
  expect((await another.badges.ask(URL_OF_BEN)).requestId).not.toBe(over.requestId);
  expect([asked.length, askedAnother.length]).toEqual([1, 1]);
});

test("TAP-8: one's own badge leads nowhere", async () => {
  const { acquaint, found, asked } = await openBadges();
  const own = toBase64Url(badgeToken(acquaint.me.userId, SALT));
  found.userId = acquaint.me.userId;
  await expect(acquaint.badges.ask(`${ORIGIN}/#/badge/${own}`)).rejects.toMatchObject({
    code: "own-account",
  });
  expect(asked).toEqual([]);
});

test("TAP-8: requests of others wait by this device's clock, and are told of once", async () => {
  const { world, acquaint } = await openBadges();
  acquaint.connect();
  const line = await world.line();
  const [older, newer] = [
    requestOf(world, 1),
    { ...requestOf(world, 2, CEM), handle: "cem" as never },
  ];
  world.clock.advance(1);
  await ring(world, line, { ...newer, createdAt: newer.createdAt + 1 });
  await ring(world, line, older);
  line.say([{ type: "contactRequest", request: older, now: world.serverNow() }]);
  await aWhile();
  expect(told(world, "contactRequests")).toHaveLength(2);
  const [first, second] = acquaint.badges.waiting();
  expect(first).toMatchObject({ requestId: older.requestId, from: BEN, name: "bbbb…bbbb" });
  expect(first!.expiresAt).toBe(older.expiresAt - 3_600_000);
  expect(second).toMatchObject({ from: CEM, name: "@cem", handle: "cem" });
  world.clock.advance(WEEK_MS);
  expect(acquaint.badges.waiting()).toEqual([]);
});

test("TAP-8: yes is signed by this device, no and back are said; what is over is told, and waits no more", async () => {
  const { world, acquaint, refuseWith } = await openBadges();
  acquaint.connect();
  const line = await world.line();
  const request = requestOf(world, 1);
  await ring(world, line, request);
  await acquaint.badges.approve(request.requestId);
  const { path, body } = world.requests.find(isPutTo("/v1/contact-requests"))!;
  expect(path).toBe(`/v1/contact-requests/${request.requestId}`);
  const [device] = verifyLog((await acquaint.export()).account.log)!.devices;
  const { requestId, from, device: askedBy } = request;
  const asked = requestStatement(requestId, from, askedBy, acquaint.me.userId, "badge");
  const { signature } = body as { signature: string };
  const statement = approvalStatement(asked, device!.deviceId);
  expect(isSignatureBy(device!.signKey, statement, fromBase64Url(signature))).toBe(true);
  expect(acquaint.badges.waiting()).toEqual([]);
  await expect(acquaint.badges.approve(requestId)).rejects.toMatchObject({
    code: "request-unknown",
  });

  await ring(world, line, requestOf(world, 2));
  await acquaint.badges.decline(idOf(2));
  expect(world.requests.at(-1)).toMatchObject({ method: "DELETE" });
  const own = await acquaint.badges.ask(URL_OF_BEN);
  await acquaint.badges.withdraw(own.requestId);
  expect(acquaint.badges.asked()).toEqual([]);

  await ring(world, line, requestOf(world, 3));
  refuseWith(refusal("request-unknown"));
  await expect(acquaint.badges.decline(idOf(3))).rejects.toMatchObject({
    code: "request-unknown",
  });
  expect(acquaint.badges.waiting()).toEqual([]);
  refuseWith(null);

  const again = await acquaint.badges.ask(URL_OF_BEN);
  line.say([{ type: "contactRequestOver", requestId: again.requestId, end: "declined" }]);
  line.say([{ type: "contactRequestOver", requestId: idOf(9), end: "expired" }]);
  await eventually(() => told(world, "contactRequestOver").length > 0);
  await aWhile();
  expect(told(world, "contactRequestOver")).toEqual([
    {
      event: "contactRequestOver",
      name: "@ben",
      requestId: again.requestId,
      userId: BEN,
      isOwn: true,
      end: "declined",
    },
  ]);
});

test("TAP-8: a request waits until it could be answered; a block takes it away unanswered", async () => {
  const { world, acquaint, refuseWith } = await openBadges();
  acquaint.connect();
  const line = await world.line();
  const inRoom = { via: "room", name: "Benny", title: "Tea" } as const;
  await ring(world, line, { ...requestOf(world, 1), ...inRoom });
  refuseWith(refusal("internal-error"));
  await expect(acquaint.badges.approve(idOf(1))).rejects.toMatchObject({ code: "internal-error" });
  expect(acquaint.badges.waiting()).toHaveLength(1);
  await acquaint.badges.block(idOf(1));
  world.answer = () => Response.json({ blocked: [BEN] });
  expect(await acquaint.contacts.blocked()).toEqual([{ userId: BEN, name: "Benny" }]);
  expect(world.requests.some(({ path }) => path === `/v1/blocks/${BEN}`)).toBe(true);
  expect(acquaint.badges.waiting()).toEqual([]);
});

test("TAP-8: what ended while this device was away waits no more, and what waits still is told once", async () => {
  const { world, acquaint } = await openBadges();
  acquaint.connect();
  const line = await world.line();
  const [gone, kept] = [requestOf(world, 1), requestOf(world, 2, CEM)];
  await ring(world, line, gone);
  await ring(world, line, kept);
  const asked = await acquaint.badges.ask(URL_OF_BEN);
  line.drop();
  world.clock.advance(50);
  await eventually(() => world.sockets.length === 2);
  const again = world.sockets[1]!;
  again.accept();
  await eventually(() => again.sent.length > 0);
  again.say([{ type: "contactRequest", request: kept, now: world.serverNow() }]);
  await aWhile();
  expect(acquaint.badges.waiting()).toHaveLength(2);
  again.say([{ type: "ready", sequence: 0, logLength: 1 }]);
  await eventually(() => acquaint.badges.waiting().length === 1);
  expect(acquaint.badges.waiting()).toMatchObject([{ requestId: kept.requestId }]);
  expect(acquaint.badges.asked()).toEqual([]);
  expect(asked.to).toBe(BEN);
});

test("TAP-8: tabs that follow are told of requests, those that waited before among them", async () => {
  const store = memoryStore();
  const [first, second] = [new PairingWorld(), new PairingWorld()];
  const holder = await first.open(store);
  holder.connect();
  const line = await first.line();
  await ring(first, line, requestOf(first, 1));
  const createdAt = first.serverNow();
  const asked = { requestId: idOf(5), to: CEM, via: "badge" as const };
  const times = { createdAt, expiresAt: createdAt + WEEK_MS };
  line.say([{ type: "asked", asked: { ...asked, ...times }, now: createdAt }]);
  await eventually(() => holder.badges.asked().length === 1);
  const follower = await second.open(store);
  follower.connect();
  await eventually(() => follower.badges.waiting().length + follower.badges.asked().length === 2);
  expect(follower.badges.waiting()).toEqual(holder.badges.waiting());
  expect(follower.badges.asked()).toEqual(holder.badges.asked());
  await ring(first, line, requestOf(first, 2));
  line.say([{ type: "contactRequestOver", requestId: idOf(1), end: "withdrawn" }]);
  await eventually(() => told(second, "contactRequestOver").length === 1);
  expect(follower.badges.waiting()).toMatchObject([{ requestId: idOf(2) }]);
  expect(second.sockets).toEqual([]);
});
