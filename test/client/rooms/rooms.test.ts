// ROOM-1, ROOM-6, ROOM-7 and ROOM-8 as an app has them beside the rooms that it is in: opened, looked for, looked after;
// and requests to become contacts, asked in a room.

import { expect, test } from "vitest";
import { fromBase64Url } from "../../../shared/core/crypto/bytes.ts";
import { isSignatureBy, verifyLog } from "../../../shared/core/identity/deviceLog.ts";
import { requestStatement } from "../../../shared/core/tap/statements.ts";
import type { AskRequest, ContactRequest } from "../../../shared/wire/contactRequests.ts";
import { REPORT_REASONS } from "../../../shared/client/node.ts";
import { reportReasonSchema } from "../../../shared/wire/rooms.ts";
import { eventually } from "../pairingWorld.ts";
import { refusal } from "../world.ts";
import { BEN, CEM, ORIGIN, RECORD, ROOM, RoomWorld } from "./roomWorld.ts";

const TOKEN = "L".repeat(21) + "A";
const OTHER = "o".repeat(16);

/** Answers by method and path; what is asked for is noted. */
async function openWith(answers: Readonly<Record<string, unknown>>) {
  const world = await RoomWorld.open();
  const asked: unknown[] = [];
  world.respond = (path, method) => {
    const answer = answers[`${method} ${path}`];
    if (answer === undefined) return undefined;
    asked.push([method, path, world.requests.at(-1)!.body]);
    if (answer instanceof Response) return answer;
    return answer === null ? new Response(null, { status: 204 }) : Response.json(answer);
  };
  return { world, rooms: world.acquaint.rooms, asked };
}

test("ROOM-1: a room that is opened has a link to hand out, with what lets people in where it is needed", async () => {
  const opened = { roomId: ROOM, linkToken: TOKEN };
  const { rooms, asked } = await openWith({
    "POST /v1/rooms": opened,
    [`POST /v1/rooms/${ROOM}/links`]: { ...opened, linkToken: null },
  });
  const url = `${ORIGIN}/#/rooms/${ROOM}/${TOKEN}`;
  expect(await rooms.open({ title: "Tea", admission: "link" })).toEqual({ roomId: ROOM, url });
  expect((await rooms.renewLink(url)).url).toBe(`${ORIGIN}/#/rooms/${ROOM}`);
  expect(asked[0]).toEqual(["POST", "/v1/rooms", { title: "Tea", admission: "link" }]);
});

test("ROOM-1: the lobby, one's own rooms and a room by its link are looked at; rooms that have ended are left out", async () => {
  const info = { room: RECORD, occupancy: 3 };
  const page = { rooms: [], topics: [{ topic: "tea", rooms: 1, people: 3 }] };
  const { world, rooms } = await openWith({
    "GET /v1/rooms": page,
    "GET /v1/account/rooms": { rooms: [OTHER, ROOM] },
    [`GET /v1/rooms/${ROOM}`]: info,
    [`GET /v1/rooms/${OTHER}`]: refusal("room-unknown"),
  });
  expect([await rooms.lobby(), await rooms.lobby("tea")]).toEqual([page, page]);
  expect(await rooms.own()).toEqual([info]);
  expect(await rooms.look(`${ORIGIN}/#/rooms/${ROOM}/${TOKEN}`)).toEqual(info);
  expect(world.sockets).toEqual([]);
});

test("ROOM-7: looking after a room is asked of the server, act by act", async () => {
  const report = {
    reportId: TOKEN,
    by: BEN,
    userId: CEM,
    name: "Cem",
    reason: "spam",
    note: "",
    messages: [{ text: "Buy", at: 1, isConfirmed: false }],
    at: 1,
  };
  const at = `/v1/rooms/${ROOM}`;
  const banned = [
    { userId: CEM, name: "Cem", at: 2 },
    { userId: BEN, name: null, at: 3 },
  ];
  const { rooms, asked } = await openWith({
    [`PATCH ${at}`]: RECORD,
    [`DELETE ${at}`]: null,
    [`POST ${at}/moderation`]: null,
    [`GET ${at}/bans`]: { banned },
    [`POST ${at}/reports`]: null,
    [`GET ${at}/reports`]: { reports: [report] },
    [`DELETE ${at}/reports/${TOKEN}`]: null,
  });
  expect(await rooms.arrange(ROOM, { isLocked: true })).toEqual(RECORD);
  await rooms.moderate(ROOM, "ban", CEM, "Cem");
  await rooms.moderate(ROOM, "remove", BEN, "Ben");
  // As something that shows them has left it, without what does not show.
  await rooms.moderate(ROOM, "ban", BEN, "Ben ");
  await rooms.moderate(ROOM, "ban", BEN, "");
  expect(await rooms.bans(ROOM)).toEqual(banned);
  const from = { userId: CEM, name: "Cem", handle: null };
  const message = { key: "m1", number: 11, from, isOwn: false, text: "Buy", at: 9 } as const;
  const messages = [{ ...message, status: "said" } as const];
  await rooms.report(ROOM, { userId: CEM, reason: "spam", note: "again", messages });
  const unsaid = [{ ...message, number: null }];
  await expect(
    rooms.report(ROOM, { userId: CEM, reason: "spam", messages: unsaid }),
    "of nothing that it would have to leave out",
  ).rejects.toMatchObject({ code: "malformed-request" });
  expect(await rooms.reports(ROOM)).toEqual([report]);
  await rooms.dropReport(ROOM, TOKEN);
  await rooms.close(ROOM);
  const reportId = expect.stringMatching(/^[\w-]{22}$/) as string;
  expect(asked).toEqual([
    ["PATCH", at, { isLocked: true }],
    ["POST", `${at}/moderation`, { act: "ban", userId: CEM, name: "Cem" }],
    ["POST", `${at}/moderation`, { act: "remove", userId: BEN }],
    ["POST", `${at}/moderation`, { act: "ban", userId: BEN, name: "Ben" }],
    ["POST", `${at}/moderation`, { act: "ban", userId: BEN }],
    ["GET", `${at}/bans`, null],
    [
      "POST",
      `${at}/reports`,
      {
        reportId,
        userId: CEM,
        reason: "spam",
        note: "again",
        messages: [{ number: 11, text: "Buy", at: 9 }],
      },
    ],
    ["GET", `${at}/reports`, null],
    ["DELETE", `${at}/reports/${TOKEN}`, null],
    ["DELETE", at, null],
  ]);
  expect(REPORT_REASONS).toEqual(reportReasonSchema.options);
});

test("ROOM-7: what one may not do is refused as the server says", async () => {
  const { rooms } = await openWith({ [`PATCH /v1/rooms/${ROOM}`]: refusal("moderators-only") });
  await expect(rooms.arrange(ROOM, { title: "Mine" })).rejects.toMatchObject({
    code: "moderators-only",
  });
});

test("ROOM-6: asking in a room is signed as such, names the room, and goes on with what waits", async () => {
  const world = await RoomWorld.open();
  const { acquaint } = world;
  const asked: AskRequest[] = [];
  let isDown = true;
  world.respond = (path) => {
    if (path !== "/v1/contact-requests") return undefined;
    const body = world.requests.at(-1)!.body as AskRequest;
    asked.push(body);
    if (isDown) return refusal("internal-error");
    const { requestId, to, via } = body;
    const times = { createdAt: world.serverNow(), expiresAt: world.serverNow() + 1_000 };
    return Response.json({ requestId, to, via, ...times }, { status: 201 });
  };
  await expect(acquaint.rooms.ask(ROOM, BEN)).rejects.toMatchObject({ code: "internal-error" });
  isDown = false;
  const request = await acquaint.rooms.ask(ROOM, BEN);
  expect(request).toMatchObject({ to: BEN, via: "room" });
  expect(await acquaint.rooms.ask(`${ORIGIN}/#/rooms/${ROOM}`, BEN)).toEqual(request);
  expect(acquaint.badges.asked()).toEqual([request]);
  expect(asked).toHaveLength(2);
  expect(asked[1]).toEqual(asked[0]);
  const { requestId, signature, ...rest } = asked[0]!;
  expect(rest).toEqual({ to: BEN, via: "room", roomId: ROOM });
  const [device] = verifyLog((await acquaint.export()).account.log)!.devices;
  const statement = requestStatement(requestId, world.own, device!.deviceId, BEN, "room");
  expect(isSignatureBy(device!.signKey, statement, fromBase64Url(signature))).toBe(true);

  await expect(acquaint.rooms.ask(ROOM, world.own)).rejects.toMatchObject({ code: "own-account" });
  await expect(acquaint.rooms.ask(ROOM, "Ben")).rejects.toMatchObject({ code: "not-in-room" });
});

test("ROOM-6: who was asked in a room is called as there, when the request waits and when it is over", async () => {
  const world = await RoomWorld.open();
  const { acquaint } = world;
  world.respond = (path) => {
    if (path !== "/v1/contact-requests") return undefined;
    const { requestId, to, via } = world.requests.at(-1)!.body as AskRequest;
    const times = { createdAt: world.serverNow(), expiresAt: world.serverNow() + 1_000 };
    return Response.json({ requestId, to, via, ...times }, { status: 201 });
  };
  await world.join({ members: world.roster(world.member(2, BEN, { name: "Ben of the tea" })) });
  const { requestId } = await acquaint.rooms.ask(ROOM, BEN);
  expect(acquaint.badges.asked()).toMatchObject([{ to: BEN, name: "Ben of the tea" }]);
  const over: unknown[] = [];
  acquaint.on((event) => event.event === "contactRequestOver" && over.push(event));
  acquaint.connect();
  await eventually(() => world.sockets.length === 2);
  const line = world.sockets[1]!;
  line.accept();
  line.say([{ type: "contactRequestOver", requestId, end: "declined" }]);
  await eventually(() => over.length === 1);
  expect(over).toMatchObject([{ userId: BEN, name: "Ben of the tea", isOwn: true }]);
});

test("ROOM-6: a request out of a room shows the name and the title that the room knows", async () => {
  const world = await RoomWorld.open();
  const { acquaint } = world;
  acquaint.connect();
  await eventually(() => world.sockets.length === 1);
  const [line] = world.sockets;
  line!.accept();
  const createdAt = world.serverNow();
  const request: ContactRequest = {
    requestId: TOKEN,
    from: BEN,
    device: "d".repeat(16) as ContactRequest["device"],
    signature: "A".repeat(86),
    via: "room",
    handle: null,
    name: "Ben of the tea",
    title: "Tea",
    createdAt,
    expiresAt: createdAt + 1_000,
  };
  line!.say([
    { type: "contactRequest", request, now: createdAt },
    { type: "ready", sequence: 0, logLength: 1 },
  ]);
  await eventually(() => acquaint.badges.waiting().length === 1);
  expect(acquaint.badges.waiting()).toMatchObject([
    { from: BEN, name: "Ben of the tea", via: "room", title: "Tea" },
  ]);
});
