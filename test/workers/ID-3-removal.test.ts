// ID-3: a device that is removed has no say within a second: its sockets are closed, at the mailbox and at attempts
// in whatever state, its sessions and tokens are refused, and nothing waits for it any more.

import { runInDurableObject } from "cloudflare:test";
import { afterEach, expect, test, vi } from "vitest";
import { ed25519 } from "@noble/curves/ed25519.js";
import { toBase64Url } from "../../shared/core/crypto/bytes.ts";
import { sessionTranscript } from "../../shared/core/identity/deviceLog.ts";
import type { UpgradeRequest } from "../../shared/wire/auth.ts";
import type { Locator } from "../../shared/wire/ids.ts";
import { BOX_MAX_BYTES, WINDOW_MAX_BYTES } from "../../shared/wire/limits.ts";
import { mailboxNoticeSchema } from "../../shared/wire/mailbox.ts";
import { type Route, ROUTES } from "../../shared/wire/routes.ts";
import { codeOf, ORIGIN, randomText, registerAccount, request } from "./support/accounts.ts";
import {
  askToken,
  closedWithinASecond,
  Household,
  type Member,
  removeSecond,
} from "./support/devices.ts";
import {
  befriend,
  boxesFor,
  envelopesAt,
  envelopesIn,
  heldBy,
  mailboxOf,
  read,
  received,
  sendTo,
  storedBy,
} from "./support/line.ts";
import { contactErrand, freshLocator } from "./support/pairing.ts";
import { openRoom } from "./support/rooms.ts";
import { connectToMailbox, requestUpgrade } from "./support/sockets.ts";

afterEach(() => vi.restoreAllMocks());

test("ID-3: all sockets of a removed device hear so last and are closed; those of others stay", async () => {
  const house = await Household.of(3);
  const device = house.member(1);
  const theirs = [await read(device), await read(device), await connectToMailbox(device)];
  const others = [await read(house.member(0)), await read(house.member(2))];
  const count = () => runInDurableObject(mailboxOf(house), (_, state) => openIn(state));
  expect(await count()).toBe(5);
  await removeSecond(house);
  await closedWithinASecond(theirs);
  expect(await count()).toBe(2);
  for (const { told } of theirs) {
    const notice = mailboxNoticeSchema.parse(told.at(-1));
    expect(notice).toEqual({ type: "deviceRemoved", log: house.log });
    expect(told.filter(({ type }) => type === "log")).toEqual([]);
  }
  for (const socket of others) {
    expect(await socket.next("log")).toEqual({ type: "log", length: 4 });
    await socket.ping();
    expect(socket.isClosed).toBe(false);
  }
});

const openIn = (state: DurableObjectState) =>
  state.getWebSockets().filter(({ readyState }) => readyState === WebSocket.OPEN).length;

test("ID-3: what waited for a removed device is gone: envelopes, prekeys, releases", async () => {
  const house = await Household.of(2);
  const ann = await registerAccount();
  const { deviceId } = house.member(1);
  await befriend(ann, { ...ann, ...house.member(0) });
  const socket = await read(ann);
  socket.send(sendTo(house, 1, boxesFor([0, 1])));
  await storedBy(socket, 1);
  const notice = {
    type: "matched",
    confirmation: "",
    identity: "",
    card: "",
    matchedAt: 0,
  } as const;
  const releaseFor = (whose: typeof deviceId) => {
    const keepUntil = Date.now() + 1_000_000;
    return { sid: randomText(16), deviceId: whose, notice, keepUntil };
  };
  const releases = [releaseFor(deviceId), releaseFor(house.member(0).deviceId)] as const;
  for (const release of releases) {
    await mailboxOf(house).take(contactErrand(house.userId, ann.userId, { release }));
  }
  await runInDurableObject(mailboxOf(house), (_, { storage }) => {
    for (const number of [0, 1]) storage.kv.put(`prekeys:${number}`, { signed: {}, oneTime: [] });
  });
  await removeSecond(house);
  await mailboxOf(house).take(
    contactErrand(house.userId, ann.userId, { release: releaseFor(deviceId) }),
  );
  expect((await heldBy(house)).map(({ device }) => device)).toEqual([0]);
  const keys = await runInDurableObject(mailboxOf(house), (_, { storage }) =>
    [...storage.kv.list()].map(([key]) => key).filter((key) => /^(prekeys|release):/.test(key)),
  );
  expect(keys).toEqual(["prekeys:0", `release:${releases[1].sid}`]);
});

test("ID-3: what a removed device has said to the others of its account waits no longer", async () => {
  const house = await Household.of(3);
  const [first, second, third] = [house.member(0), house.member(1), house.member(2)];
  const reader = await read(first);
  const [theirs, sender] = [await read(second), await read(third)];
  for (const [socket, number, boxes] of [
    [theirs, 1, boxesFor([0, 2])],
    [sender, 1, boxesFor([0, 1])],
    [theirs, 2, boxesFor([0, 2])],
  ] as const) {
    socket.send(sendTo(house, number, boxes));
    await storedBy(socket, number);
  }
  const sent = await envelopesAt(reader, 3);
  expect(await heldBy(house)).toHaveLength(6);
  await removeSecond(house);
  const [, kept] = sent;
  expect(await heldBy(house)).toEqual([{ device: 0, box: kept?.box }]);
  // What the reader confirms is counted as it is now.
  reader.send(received(sent.at(-1)!.sequence));
  await expect.poll(() => heldBy(house)).toEqual([]);
  sender.send(sendTo(house, 2, boxesFor([0])));
  await storedBy(sender, 2);
  expect(await envelopesAt(reader, 4)).toHaveLength(4);
});

test("ID-3: it takes no room in another's window either", async () => {
  const house = await Household.of(3);
  const reader = await read(house.member(0));
  const [theirs, sender] = [await read(house.member(1)), await read(house.member(2))];
  const large = Math.floor(BOX_MAX_BYTES / 2);
  const filling = Math.ceil(WINDOW_MAX_BYTES / large);
  for (let number = 1; number <= filling; number++) {
    theirs.send(sendTo(house, number, [...boxesFor([0], large), ...boxesFor([2])]));
    await storedBy(theirs, number);
  }
  sender.send(sendTo(house, 1, boxesFor([0, 1], large)));
  await storedBy(sender, 1);
  await reader.ping();
  const before = envelopesIn(reader.told).map(({ device }) => device);
  expect(before).not.toContain(2);
  await removeSecond(house);
  const after = await envelopesAt(reader, before.length + 1);
  expect(after.at(-1)?.device).toBe(2);
});

test("ID-3: a session of a removed device is refused at every endpoint", async () => {
  const house = await Household.of(2);
  const device = house.member(1);
  const peer = await registerAccount();
  const { roomId } = await openRoom(house.member(0));
  await removeSecond(house);
  const params: Record<string, string> = {
    userId: peer.userId,
    handle: "somebody",
    sid: randomText(16),
    recoveryId: randomText(16),
    blobId: randomText(16),
    tapId: randomText(16),
    groupId: randomText(16),
    requestId: randomText(16),
    roomId,
    reportId: randomText(16),
  };
  const token = randomText(16);
  const bodies: Record<string, object> = {
    changeAccount: { visibility: "nobody" },
    eraseAccount: await signed(device),
    listRecovery: { recoveryId: randomText(16) },
    leavePrekeys: {
      signed: { id: 1, key: randomText(32), signature: randomText(64) },
      oneTime: [],
    },
    drawPrekeys: { devices: [0] },
    appendEntries: { entries: [house.fork().add()] },
    upgrade: { purpose: "mailbox" },
    beginBlob: { size: 2_000 },
    tap: { tapId: token, taps: [{ ticket: randomText(259), signature: randomText(64) }] },
    showShare: { share: randomText(16) },
    confirmTable: { signature: randomText(64) },
    undoTap: { userId: peer.userId },
    makeBadge: { token, salt: randomText(16) },
    findBadge: { token },
    askForContact: {
      requestId: randomText(16),
      to: peer.userId,
      via: "badge",
      token,
      signature: randomText(64),
    },
    approveContact: { signature: randomText(64) },
    openRoom: { title: "A room" },
    arrangeRoom: { isLocked: true },
    moderate: { act: "ban", userId: peer.userId },
    report: { reportId: randomText(16), userId: peer.userId, reason: "spam" },
  };
  // Sealed chunks pass no object, and operators are nothing to accounts.
  const others = ["putChunk", "storedChunks", "chunk", "operator"];
  const isActing = ([name, { auth }]: [string, Route]) =>
    (auth === "session" || auth === "steward") && !others.includes(name);
  const routes = Object.entries<Route>(ROUTES).filter(isActing);
  expect(routes.length).toBeGreaterThan(15);
  for (const [name, route] of routes) {
    const path = route.path.replaceAll(/\{(\w+)\}/g, (_, param: string) => params[param] ?? "");
    const answer = await request(route.method, path, {
      actor: device,
      ...(name in bodies && { body: bodies[name] }),
    });
    expect([name, codeOf(answer)]).toEqual([name, "unauthenticated"]);
  }
  const wishes: UpgradeRequest[] = [
    { purpose: "open" },
    { purpose: "open", to: peer.userId },
    { purpose: "claim", locator: freshLocator() as Locator, method: "key" },
    { purpose: "answer", locator: freshLocator() as Locator, sid: randomText(16) },
    { purpose: "resume", locator: freshLocator() as Locator, sid: randomText(16) },
    { purpose: "room", roomId },
  ];
  for (const body of wishes) {
    const answer = await request("POST", "/v1/upgrade-tokens", { actor: device, body });
    expect([body.purpose, codeOf(answer)]).toEqual([body.purpose, "unauthenticated"]);
  }
});

async function signed({ userId, deviceId, signKey }: Member) {
  const { body } = await request("POST", "/v1/challenges", { body: { userId, deviceId } });
  const signature = ed25519.sign(sessionTranscript(ORIGIN, body.challenge), signKey);
  return { challenge: body.challenge as string, signature: toBase64Url(signature) };
}

test("ID-3: a removed device that asks for a session gets the log instead, if it is the one", async () => {
  const house = await Household.of(2);
  const device = house.member(1);
  const before = await request("POST", "/v1/sessions", { body: await signed(device) });
  expect(before.status).toBe(201);
  await removeSecond(house);
  const answer = await request("POST", "/v1/sessions", { body: await signed(device) });
  expect([answer.status, codeOf(answer)]).toEqual([403, "device-removed"]);
  expect(answer.body.log).toEqual(house.log);
  const { challenge } = await signed(device);
  for (const signature of [randomText(64), (await signed(house.member(0))).signature]) {
    const refused = await request("POST", "/v1/sessions", { body: { challenge, signature } });
    expect(codeOf(refused)).toBe("unauthenticated");
    expect(refused.body.log).toBe(undefined);
  }
});

test("ID-3: tokens that a device got before its removal open nothing", async () => {
  const house = await Household.of(2);
  const device = house.member(1);
  const tokens = [
    await askToken(device, { purpose: "mailbox" }),
    await askToken(device, { purpose: "open", tried: 4 }),
    await askToken(device, { purpose: "claim", locator: "4171" as Locator, method: "link" }),
  ];
  await removeSecond(house);
  // Attempts are told meanwhile; a second use of a token would be refused anyhow.
  const rememberedBy = (_: unknown, { storage }: DurableObjectState) => storage.kv.get("attempts");
  await vi.waitFor(async () => {
    expect(await runInDurableObject(mailboxOf(house), rememberedBy)).toBe(undefined);
  });
  for (const { path, token } of tokens) {
    const refused = await requestUpgrade(path, token);
    expect([refused.status, refused.webSocket]).toEqual([401, null]);
  }
});
