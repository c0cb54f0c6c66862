// ROOM-1, ROOM-4 to ROOM-7: what docs/protocol.md says of rooms suffices. What was written from it alone opens rooms,
// talks and steps aside with the SDK on a running server, comes back, and asks for contacts.

import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Acquaint, type JoinedRoom, memoryStore } from "../../shared/client/node.ts";
import { atEnd } from "../support/endings.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";
import { IndependentClient } from "./independentClient.ts";
import type { Json } from "./independentConnection.ts";
import { type Account, b64, type Entry, verifiedAccount } from "./independentCrypto.ts";
import { CBOR_FRAMES, type Frames, JSON_FRAMES } from "./independentFrames.ts";
import { askInRoom, IndependentRoom, roomIn, roomUrl } from "./independentRoom.ts";
import { IndependentTaps, verifyProof } from "./independentTap.ts";

let server: ServerProcess;

beforeAll(async () => {
  server = await startServer();
});

afterAll(() => server.stop());

async function onSdk(name: string): Promise<Acquaint> {
  const one = await Acquaint.open({ server: server.url, store: memoryStore(), name });
  atEnd(() => one.close());
  one.connect();
  return one;
}

async function byDocument(name: string): Promise<IndependentClient> {
  const client = new IndependentClient(server.url, name);
  await client.signIn();
  return client;
}

/** Once it is so. */
async function until<Value>(
  source: { on(listener: () => void): () => void },
  find: () => Promise<Value | undefined> | Value | undefined,
): Promise<Value> {
  for (;;) {
    const changed = new Promise<void>((resolve) => {
      const off = source.on(() => {
        off();
        resolve();
      });
    });
    const found = await find();
    if (found !== undefined) return found;
    await changed;
  }
}

const heardAt = (room: JoinedRoom, text: string) =>
  until(room, () => room.messages.find((message) => message.text === text));

/** A room that a client by the document has opened, in which it is, and one on the SDK. */
async function together(frames: Frames = JSON_FRAMES, options: Json = {}) {
  const [ann, ben] = await Promise.all([onSdk("Ann"), byDocument("Ben")]);
  const body = { title: "Street photography", ...options };
  const opened = await ben.connection.call("POST", "/v1/rooms", body);
  const url = roomUrl(server.url, opened);
  const atBen = new IndependentRoom(ben, roomIn(url, server.url), "Ben", frames);
  await atBen.enter();
  const atAnn = await ann.rooms.join(url);
  await atBen.until(() => atBen.memberOf(ann.me.userId));
  return { ann, ben, atAnn, atBen, url };
}

describe.for([
  ["JSON", JSON_FRAMES],
  ["CBOR", CBOR_FRAMES],
] as const)("in %s", ([, frames]) => {
  test("ROOM-1, ROOM-4: it opens a room by a link, talks there with the SDK, and leaves", async () => {
    const options = { admission: "link", capacity: 3, media: { audio: true, video: false } };
    const { ann, ben, atAnn, atBen } = await together(frames, options);
    expect(atAnn.room).toMatchObject({ ...options, owner: ben.account.userId, kind: "room" });
    expect(atBen.memberOf(ann.me.userId)).toMatchObject({ name: "Ann", role: "member" });
    expect(atAnn.members.map(({ name, role }) => [name, role])).toEqual([
      ["Ann", "member"],
      ["Ben", "owner"],
    ]);
    const number = await atBen.say("Grüße 🌧");
    expect(await heardAt(atAnn, "Grüße 🌧")).toMatchObject({ number, from: { name: "Ben" } });
    const said = await atAnn.say("Good light today");
    expect(await atBen.until(() => atBen.said.find(({ name }) => name === "Ann"))).toMatchObject({
      text: "Good light today",
      number: said.number,
    });
    expect(said.number).toBeGreaterThan(number);

    atBen.setTracks("live", "off");
    await until(atAnn, () => atAnn.members.find(({ audio }) => audio === "live"));
    const signalled = new Promise((resolve) => {
      atAnn.on((change) => change.event === "signal" && resolve(change));
    });
    atBen.signal(ann.me.userId, '{"sdp":"v=0"}');
    expect(await signalled).toMatchObject({ from: ben.account.userId, data: '{"sdp":"v=0"}' });

    const path = `/v1/rooms/${atBen.roomId}`;
    expect(await ben.connection.call("GET", path)).toMatchObject({ occupancy: 2 });
    const carol = await byDocument("Carol");
    const without = new IndependentRoom(carol, { roomId: atBen.roomId }, "Carol", frames);
    await expect(without.enter()).rejects.toThrow("link-needed");
    await ben.connection.call("PATCH", path, { isLocked: true, title: "Night photography" });
    await until(atAnn, () => (atAnn.room?.isLocked === true ? true : undefined));
    expect(await atBen.until(() => (atBen.room["isLocked"] === true ? true : undefined))).toBe(
      true,
    );
    expect(await atBen.leave()).toBe("left");
    await until(atAnn, () => (atAnn.members.length === 1 ? true : undefined));
    await ben.connection.call("DELETE", path);
    await until(atAnn, () => (atAnn.state === "over" ? true : undefined));
    expect(atAnn.end).toEqual({ kind: "left", leaving: "closed" });
    await expect(ben.connection.call("GET", path)).rejects.toThrow("room-unknown");
  });

  test("ROOM-4: it comes back with what was said meanwhile, once, in its seat", async () => {
    const { ann, atAnn, atBen } = await together(frames);
    await atBen.say("one");
    const { seat } = atBen;
    atBen.mutter("two");
    atBen.lose();
    const isAway = () => atAnn.members.find((member) => member.isAway === true);
    expect(await until(atAnn, isAway)).toMatchObject({ seat, name: "Ben" });
    await atAnn.say("three");
    expect(await atBen.enter()).toBe("entered");
    expect([atBen.isGap, atBen.seat]).toEqual([false, seat]);
    await atBen.say("four");
    expect(atBen.said.map(({ text }) => text)).toEqual(["one", "two", "three", "four"]);
    const numbers = atBen.said.map(({ number }) => number);
    expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
    await heardAt(atAnn, "four");
    expect(atAnn.messages.map(({ number }) => number)).toEqual(numbers);
    expect(isAway()).toBeUndefined();
    expect(atBen.memberOf(ann.me.userId)).toMatchObject({ name: "Ann" });
  });
});

test("ROOM-5: it steps aside with the SDK, by its own invitation and by the other's, and returns", async () => {
  const { ann, ben, atAnn, atBen } = await together();
  const { invitationId } = await atBen.invite(ann.me.userId);
  const invited = await until(atAnn, () => atAnn.invitations[0]);
  expect(invited).toMatchObject({ invitationId, from: ben.account.userId });
  const pair = await atAnn.accept(invited.invitationId);
  const over = await atBen.over(String(invitationId));
  expect(over).toMatchObject({ outcome: "accepted", pair: { with: ann.me.userId } });
  const { roomId } = over["pair"] as { roomId: string };
  expect(pair).toMatchObject({ roomId, with: ben.account.userId });
  const aside = new IndependentRoom(ben, { roomId }, "Ben", CBOR_FRAMES);
  const [asideAtAnn] = await Promise.all([ann.rooms.join(roomId), aside.enter()]);
  expect(aside.room).toMatchObject({ kind: "pair", capacity: 2, owner: null });
  await aside.say("just us");
  await heardAt(asideAtAnn, "just us");
  await atBen.until(() => (atBen.memberOf(ann.me.userId)?.["isAside"] === true ? true : undefined));
  const carol = await byDocument("Carol");
  await expect(new IndependentRoom(carol, { roomId }, "Carol").enter()).rejects.toThrow(
    "room-full",
  );
  await expect(atBen.invite(ann.me.userId)).rejects.toThrow("engaged-already");
  await asideAtAnn.leave();
  expect(await aside.ended()).toBe("over");
  expect(await atBen.told("returned")).toMatchObject({ roomId });
  await atBen.until(() => (atBen.memberOf(ann.me.userId)?.["isAside"] ? undefined : true));

  await until(atAnn, () => (atAnn.pair === null ? true : undefined));
  const second = await atAnn.invite(ben.account.userId);
  const told = await atBen.told("invitation", (one) => one["number"] === null);
  expect(told["invitation"]).toMatchObject({ invitationId: second.invitationId });
  expect(await atBen.reply(second.invitationId, "decline")).toMatchObject({ outcome: "declined" });
  await expect(atBen.reply(second.invitationId, "accept")).rejects.toThrow("invitation-over");
});

test("ROOM-6: it asks for a contact in a room, and approves one; both prove it", async () => {
  const { ann, ben, atAnn, atBen } = await together();
  const requestId = await askInRoom(ben, atBen.roomId, ann.me.userId);
  const waiting = await until(ann, () => ann.badges.waiting()[0]);
  expect(waiting).toMatchObject({ requestId, name: "Ben", title: "Street photography" });
  await ann.badges.approve(requestId);
  const [contact] = await ben.contacts();
  expect(contact).toMatchObject({ userId: ann.me.userId, method: "room" });
  const accountOf = async (one: IndependentClient, userId: string): Promise<Account> => {
    const { log } = await one.connection.call("GET", `/v1/accounts/${userId}/log`);
    return verifiedAccount(log as Entry[]);
  };
  const annsAccount = await accountOf(ben, ann.me.userId);
  const [proof] = contact!["proofs"] as Json[];
  expect(verifyProof(proof!, ben.account, annsAccount)).toBe(contact!["receiptHash"]);
  const atSdk = await until(ann, async () =>
    (await ann.contacts.list()).find(({ method, verified }) => method === "room" && verified),
  );
  expect(atSdk).toMatchObject({ userId: ben.account.userId, vouched: true });

  const carol = await byDocument("Carol");
  await expect(askInRoom(carol, atBen.roomId, ann.me.userId)).rejects.toThrow("not-in-room");
  const atCarol = new IndependentRoom(carol, { roomId: atBen.roomId }, "Carol");
  await atCarol.enter();
  const isThere = () => atAnn.members.find(({ userId }) => userId === carol.account.userId);
  await until(atAnn, isThere);
  const asked = await ann.rooms.ask(atBen.roomId, carol.account.userId);
  const mailbox = await carol.connection.open({ purpose: "mailbox" });
  mailbox.send({ type: "hello", after: 0 });
  const request = (await mailbox.until("contactRequest"))["request"] as Json;
  expect(request).toMatchObject({ requestId: asked.requestId, via: "room", name: "Ann" });
  await new IndependentTaps(carol, server.url).approve(request, annsAccount);
  expect(await mailbox.until("contactRequestOver")).toMatchObject({ end: "approved" });
  expect((await carol.contacts())[0]).toMatchObject({ userId: ann.me.userId, method: "room" });

  const aways: string[] = [];
  atAnn.on((change) => {
    if (change.event === "changed" && change.member.isAway) aways.push(change.member.name);
  });
  atCarol.done();
  await until(atAnn, () => (isThere() === undefined ? true : undefined));
  expect(aways).toEqual([]);
});

test("ROOM-1, ROOM-7, ROOM-8: it looks after a room: lets in, is told a report, bans; and a block hides", async () => {
  const ben = await byDocument("Ben");
  const topic = `topic-${randomBytes(4).toString("hex")}`;
  const body = { title: "By approval", topic, admission: "approval", isListed: true };
  const { roomId } = await ben.connection.call("POST", "/v1/rooms", body);
  const room = { roomId: String(roomId) };
  const path = `/v1/rooms/${room.roomId}`;
  const atBen = new IndependentRoom(ben, room, "Ben");
  await atBen.enter();
  const ann = await onSdk("Ann");
  const atAnn = await ann.rooms.join(room.roomId);
  expect(atAnn.state).toBe("waiting");
  const { knocking } = await atBen.told("knocking");
  expect(knocking).toMatchObject([{ userId: ann.me.userId, name: "Ann" }]);
  const moderate = (act: string, userId: string) =>
    ben.connection.call("POST", `${path}/moderation`, { act, userId });
  await moderate("admit", ann.me.userId);
  await until(atAnn, () => (atAnn.state === "in" ? true : undefined));
  const { number, at } = await atAnn.say("Buy my lenses");
  await atBen.until(() => atBen.said[0]);
  const reportId = b64(randomBytes(16));
  const messages = [
    { number, text: "Buy", at: 1 },
    { number: 1, text: "Cheap", at: 2 },
  ];
  const report = { reportId, userId: ann.me.userId, reason: "spam", messages };
  await ben.connection.call("POST", `${path}/reports`, report);
  const told = await atBen.told("reports", ({ count }) => count !== 0);
  expect(told).toEqual({ type: "reports", count: 1 });
  const confirmed = { text: "Buy my lenses", at, isConfirmed: true };
  const claimed = { text: "Cheap", at: 2, isConfirmed: false };
  expect(await ben.connection.call("GET", `${path}/reports`)).toMatchObject({
    reports: [{ reportId, by: ben.account.userId, messages: [claimed, confirmed] }],
  });
  await ben.connection.call("DELETE", `${path}/reports/${reportId}`);
  expect(await atBen.told("reports", ({ count }) => count === 0)).toBeDefined();
  const { rooms } = await ben.connection.call("GET", `/v1/rooms?topic=${topic}`);
  expect(rooms).toMatchObject([{ roomId: room.roomId, title: "By approval" }]);

  await ben.connection.call("PUT", `/v1/blocks/${ann.me.userId}`);
  await atBen.until(() => (atBen.memberOf(ann.me.userId) === undefined ? true : undefined));
  await until(atAnn, () => (atAnn.members.length === 1 ? true : undefined));
  expect((await ann.rooms.lobby(topic)).rooms).toEqual([]);
  await ben.connection.call("DELETE", `/v1/blocks/${ann.me.userId}`);
  await atBen.until(() => atBen.memberOf(ann.me.userId));

  await moderate("ban", ann.me.userId);
  await until(atAnn, () => (atAnn.state === "over" ? true : undefined));
  expect(atAnn.end).toEqual({ kind: "left", leaving: "banned" });
  await expect(ann.rooms.join(room.roomId)).rejects.toMatchObject({ code: "room-barred" });
  await expect(moderate("admit", ann.me.userId)).rejects.toThrow("not-in-room");
  expect(await ben.connection.call("GET", `${path}/bans`)).toEqual({
    banned: [{ userId: ann.me.userId, name: "Ann", at: expect.any(Number) }],
  });
});
