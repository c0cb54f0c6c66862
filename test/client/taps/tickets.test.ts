// TAP-1 and TAP-2 on the device: certificates that are there ahead of time, and tickets that need no network.

import { expect, test } from "vitest";
import { type Acquaint, memoryStore, TapError } from "../../../shared/client/node.ts";
import { fromBase64Url } from "../../../shared/core/crypto/bytes.ts";
import { readTapLink } from "../../../shared/core/tap/links.ts";
import {
  isInTime,
  isSignedByItsDevice,
  nonceOf,
  type ReadTicket,
  readTicket,
} from "../../../shared/core/tap/ticket.ts";
import { ServerClock } from "../../../shared/client/taps/clock.ts";
import { aWhile, eventually, inTime } from "../pairingWorld.ts";
import { refusal, World } from "../world.ts";
import { ORIGIN, TapWorld } from "./tapWorld.ts";

const HOUR_MS = 3_600_000;

function ticketAt(url: string): ReadTicket {
  const link = readTapLink(url);
  if (link?.kind !== "ticket") throw new Error(`no ticket: ${url}`);
  return readTicket(fromBase64Url(link.ticket))!;
}

async function connected(world: TapWorld, acquaint: Acquaint): Promise<void> {
  const before = world.certified;
  acquaint.connect();
  await world.line();
  await eventually(() => world.certified > before);
  await aWhile();
}

test("TAP-2: a ticket is of this account and device, for this server, and lasts a minute", async () => {
  const world = new TapWorld();
  const acquaint = await world.open();
  const { url, expiresAt } = await acquaint.taps.ticket();
  expect(url.startsWith(`${ORIGIN}/#/tap/`)).toBe(true);
  expect(url.length).toBeLessThan(400);
  const ticket = ticketAt(url);
  expect(ticket.certificate.userId).toBe(acquaint.me.userId);
  expect(ticket.certificate.signKey).toEqual(world.own.devices[0]!.signKey);
  expect(isSignedByItsDevice(ticket)).toBe(true);
  expect(isInTime(ticket, world.serverNow())).toBe(true);
  expect(isInTime(ticket, expiresAt - 1)).toBe(true);
  expect(isInTime(ticket, expiresAt)).toBe(false);
  expect(expiresAt).toBe(world.clock.now() + 60_000);
});

test("TAP-2: no two tickets have the same nonce, and each commits to a share that stays on the device", async () => {
  const world = new TapWorld();
  const store = memoryStore();
  const acquaint = await world.open(store);
  const urls = await Promise.all([1, 2, 3].map(async () => (await acquaint.taps.ticket()).url));
  const nonces = urls.map((url) => Buffer.from(ticketAt(url).nonce).toString("hex"));
  expect(new Set(nonces).size).toBe(3);
  const kept = await store.range<{ share: string }>("settings", { prefix: "tap.ticket." });
  const committed = kept.map(({ share }) =>
    Buffer.from(nonceOf(fromBase64Url(share))).toString("hex"),
  );
  expect(committed.toSorted()).toEqual(nonces.toSorted());
  for (const { share } of kept) expect(urls.join()).not.toContain(share);
});

test("TAP-2: shares of tickets that nobody can use any more are forgotten", async () => {
  const world = new TapWorld();
  const store = memoryStore();
  const acquaint = await world.open(store);
  await acquaint.taps.ticket();
  world.clock.advance(2 * HOUR_MS);
  await acquaint.taps.ticket();
  expect(await store.range("settings", { prefix: "tap.ticket." })).toHaveLength(1);
});

test("TAP-1: a device that connects has a certificate, and offline it serves after a restart too", async () => {
  const world = new TapWorld();
  const store = memoryStore();
  const acquaint = await world.open(store);
  await connected(world, acquaint);
  await acquaint.close();
  world.isOffline = true;
  const again = await world.open(store);
  world.clock.advance(23 * HOUR_MS);
  const { url } = await again.taps.ticket();
  expect(isInTime(ticketAt(url), world.serverNow())).toBe(true);
  expect(world.certified).toBe(1);
});

test("TAP-1: offline without a certificate that lasts, a ticket is refused with what to do", async () => {
  const world = new TapWorld();
  const store = memoryStore();
  const acquaint = await world.open(store);
  world.isOffline = true;
  const refused = acquaint.taps.ticket();
  await expect(refused).rejects.toBeInstanceOf(TapError);
  await expect(refused).rejects.toMatchObject({ code: "no-certificate" });
  await expect(refused).rejects.toThrow("Go online once");
  world.isOffline = false;
  await acquaint.taps.ticket();
  world.isOffline = true;
  world.clock.advance(24 * HOUR_MS);
  await expect(acquaint.taps.ticket()).rejects.toMatchObject({ code: "no-certificate" });
});

test("TAP-1: while connected, a certificate is renewed once half of its life has passed", async () => {
  const world = new TapWorld();
  const acquaint = await world.open();
  await connected(world, acquaint);
  world.clock.advance(11 * HOUR_MS);
  await aWhile();
  expect(world.certified).toBe(1);
  world.clock.advance(HOUR_MS);
  await inTime(world, () => world.certified === 2); // or a minute later, when what the leap in time broke is mended
  await acquaint.close();
  world.clock.advance(24 * HOUR_MS);
  await aWhile();
  expect(world.certified).toBe(2);
});

test("TAP-1: a certificate that is young is not asked for again with each connection", async () => {
  const world = new TapWorld();
  const store = memoryStore();
  const acquaint = await world.open(store);
  await connected(world, acquaint);
  await acquaint.close();
  const again = await world.open(store);
  again.connect();
  await world.line();
  await aWhile();
  expect(world.certified).toBe(1);
});

test("TAP-1: what the server refuses to renew is used no more", async () => {
  const world = new TapWorld();
  const store = memoryStore();
  const acquaint = await world.open(store);
  await connected(world, acquaint);
  const { respond } = world;
  world.respond = (path, method) =>
    path === "/v1/certificates" ? refusal("device-removed") : respond(path, method);
  world.clock.advance(13 * HOUR_MS);
  await aWhile();
  await acquaint.close();
  world.isOffline = true;
  world.respond = respond;
  const again = await world.open(store);
  await expect(again.taps.ticket()).rejects.toMatchObject({ code: "no-certificate" });
});

test("TAP-1: a certificate of another key than this device's is not taken", async () => {
  const world = new TapWorld();
  world.certifies = () => new Uint8Array(32).fill(7);
  const acquaint = await world.open();
  await expect(acquaint.taps.ticket()).rejects.toMatchObject({ code: "no-certificate" });
});

for (const [what, aheadMs] of [
  ["ten minutes slow", 600_000],
  ["an hour fast", -HOUR_MS],
] as const) {
  test(`TAP-2: a phone whose clock is ${what} makes tickets by the server's, offline and after a restart`, async () => {
    const world = new TapWorld();
    world.aheadMs = aheadMs;
    const store = memoryStore();
    const acquaint = await world.open(store);
    await acquaint.taps.ticket();
    await acquaint.close();
    world.isOffline = true;
    const again = await world.open(store);
    world.clock.advance(HOUR_MS);
    const { url, expiresAt } = await again.taps.ticket();
    expect(isInTime(ticketAt(url), world.serverNow())).toBe(true);
    expect(expiresAt - world.clock.now()).toBeGreaterThan(58_000);
    expect(expiresAt - world.clock.now()).toBeLessThanOrEqual(60_000);
  });
}

test("TAP-2: half of what an answer took is its way back", async () => {
  const world = new TapWorld();
  world.aheadMs = 600_000;
  world.delayMs = 8_000;
  const acquaint = await world.open();
  const { url } = await acquaint.taps.ticket();
  expect(ticketAt(url).timeSeconds).toBe(Math.floor(world.serverNow() / 1_000));
});

test("TAP-2: when the mailbox says a time that does not fit, the server is asked", async () => {
  const world = new TapWorld();
  const store = memoryStore();
  const acquaint = await world.open(store);
  await connected(world, acquaint);
  await acquaint.close();
  // The person has set the phone's clock back meanwhile.
  world.aheadMs = 300_000;
  const again = await world.open(store);
  again.connect();
  const isLine = (url: string) => url.endsWith("/v1/mailbox");
  await eventually(() => world.sockets.filter(({ url }) => isLine(url)).length === 2);
  const socket = world.sockets.findLast(({ url }) => isLine(url))!;
  socket.accept();
  await eventually(() => socket.sent.length > 0);
  socket.say([{ type: "ready", sequence: 0, logLength: 1, now: world.serverNow() }]);
  await eventually(() => world.certified === 2);
  await aWhile();
  expect(isInTime(ticketAt((await again.taps.ticket()).url), world.serverNow())).toBe(true);
});

test("TAP-2: of what is known of the server's clock, the closest bounds stay while they hold", async () => {
  const { ports } = new World();
  const store = memoryStore();
  const clock = new ServerClock(ports, store);
  await clock.learn(10_000, 0, 200);
  expect(await clock.aheadMs()).toBe(9_900);
  await clock.learn(13_000, 0, 8_000); // fits, and says less
  expect(await clock.aheadMs()).toBe(9_900);
  await clock.learn(10_000, 0, 100); // says more
  expect(await clock.aheadMs()).toBe(9_950);
  await clock.learn(50_000, 0, 4_000); // contradicts
  expect(await clock.aheadMs()).toBe(48_000);
  expect(await clock.heard(60_000, 10_000)).toBe(true);
  expect(await clock.heard(60_000, 20_000)).toBe(false); // far less ahead, or very late: ask
  expect(await clock.aheadMs()).toBe(48_000);
  expect(await clock.heard(60_000, 1_000)).toBe(false); // it cannot have said that before it was so
  expect(await new ServerClock(ports, store).aheadMs()).toBe(59_000);
  await clock.learn(1_000, 500, 400); // the device's clock was set while it asked
  expect(await clock.aheadMs()).toBe(59_000);
});

test("TAP-1: nothing of certificates is left to be done once it is closed, at whatever moment", async () => {
  const world = new TapWorld();
  const acquaint = await world.open();
  const { respond } = world;
  let answer = (): void => {};
  world.respond = (path, method) =>
    path === "/v1/certificates"
      ? new Promise((resolve) => {
          answer = () => resolve(respond(path, method) as Response);
        })
      : respond(path, method);
  acquaint.connect();
  const socket = await world.line();
  await eventually(() => world.countOf("/v1/certificates") === 1);
  await acquaint.close();
  socket.drop();
  answer();
  await aWhile();
  world.clock.advance(60_000); // what waits for answers and prekeys alone
  expect(world.clock.waits).toEqual([]);
});
