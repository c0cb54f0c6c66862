// The socket that stays: how it comes back, when it gives a connection up, and when it gives up.

import { expect, test } from "vitest";
import * as z from "zod/mini";
import { Device } from "../../shared/client/device.ts";
import { LiveSocket, type LiveSocketOptions } from "../../shared/client/liveSocket.ts";
import { memoryStore } from "../../shared/client/node.ts";
import type { Wire } from "../../shared/wire/codec/codec.ts";
import { CODECS } from "../../shared/wire/codec/codecs.ts";
import { refusal, turn, World } from "./world.ts";

const ORIGIN = "https://acquaint.example";
const UPGRADES = "/v1/upgrade-tokens";
const noticeSchema = z.object({ type: z.literal("news"), text: z.string() });
type Notice = z.infer<typeof noticeSchema>;

async function open(options: Partial<LiveSocketOptions<Notice>> = {}, wire?: Wire) {
  const world = new World();
  const device = await Device.open(ORIGIN, memoryStore(), world.ports, wire);
  const heard: string[] = [];
  const states: string[] = [];
  const socket = new LiveSocket<Notice>(device, world.ports, {
    upgrade: () => ({ purpose: "mailbox" }),
    notices: noticeSchema,
    onOpen: () => {},
    onNotice: ({ text }) => heard.push(text),
    onState: (state) => states.push(state),
    onRefused: () => false,
    ...options,
  });
  return { world, socket, heard, states, first: await world.socket(0) };
}

test("ID-2: it offers its upgrade token as a subprotocol, and puts it in no URL", async () => {
  const { first } = await open();
  expect(first.url).toBe("wss://acquaint.example/v1/mailbox");
  expect(first.protocols).toEqual(["acquaint.v1.cbor", "acquaint.token.upgrade2"]);
});

test("WIRE-1: it offers the one encoding that it was told to speak, and takes no frame in another", async () => {
  for (const wire of ["json", "cbor"] as const) {
    const { first, heard } = await open({}, wire);
    first.accept();
    expect(first.protocols[0]).toBe(`acquaint.v1.${wire}`);
    expect(first.binaryType).toBe("arraybuffer");
    const frame = [{ type: "news", text: "n" }];
    const other = CODECS[wire === "json" ? "cbor" : "json"].encode(frame);
    first.onmessage?.({ data: typeof other === "string" ? other : other.buffer });
    expect(heard).toEqual([]);
    first.say(frame);
    expect(heard).toEqual(["n"]);
  }
});

test("each connection is opened with a token of its own", async () => {
  const { world, first } = await open();
  first.accept();
  first.drop();
  world.clock.advance(50);
  const second = await world.socket(1);
  expect(second.protocols[1]).not.toBe(first.protocols[1]);
});

test("it tells its state, and sends only while it is online", async () => {
  const { world, socket, states, first } = await open();
  expect(socket.send({ type: "early" })).toBe(false);
  first.accept();
  expect(socket.send({ type: "a" }, { type: "b" })).toBe(true);
  expect(first.sent).toEqual(['[{"type":"a"},{"type":"b"}]']);
  first.drop();
  expect(socket.send({ type: "late" })).toBe(false);
  world.clock.advance(50);
  (await world.socket(1)).accept();
  expect(states).toEqual(["connecting", "online", "offline", "connecting", "online"]);
});

test("it waits longer after each failure, from 50 ms with jitter up to 15 s, and starts anew once it was online for 5 s", async () => {
  const { world, first } = await open();
  world.jitter = 0xffff; // the longest of each range
  first.accept();
  world.answer = (path) => (path === UPGRADES ? Promise.reject(new TypeError("down")) : undefined);
  const waits: number[] = [];
  first.drop();
  for (let count = 0; count < 9; count++) {
    const [wait = 0] = world.clock.waits;
    waits.push(Math.round(wait));
    const before = world.countOf(UPGRADES);
    world.clock.advance(wait);
    await world.until(() => world.countOf(UPGRADES) > before);
    while (world.clock.waits.length === 0 || world.clock.waits[0] === 15_000) await turn();
  }
  expect(waits).toEqual([250, 450, 850, 1650, 3250, 6450, 12_850, 15_050, 15_050]);
  world.answer = () => undefined;
  world.clock.advance(world.clock.waits[0]!);
  const second = await world.socket(1);
  second.accept();
  world.clock.advance(5_001);
  second.drop();
  expect(Math.round(world.clock.waits[0]!)).toBe(250);
});

test("a connection on which nothing is heard between two keep-alives is given up for a new one", async () => {
  const { world, first } = await open();
  first.accept();
  world.clock.advance(25_000);
  expect(first.sent).toEqual(["ping"]);
  expect(first.closedWith).toBeNull();
  world.clock.advance(25_000);
  expect(first.closedWith).toBe(1000);
  world.clock.advance(50);
  (await world.socket(1)).accept();
});

test("whatever is heard, a pong or a notice, keeps a connection", async () => {
  const { world, first, heard } = await open();
  first.accept();
  for (let count = 0; count < 4; count++) {
    world.clock.advance(25_000);
    first.say(count % 2 === 0 ? "pong" : [{ type: "news", text: "n" }]);
  }
  expect(first.closedWith).toBeNull();
  expect(first.sent).toEqual(["ping", "ping", "ping", "ping"]);
  expect(heard).toEqual(["n", "n"]);
});

test("a socket that does not open within 15 s is tried anew", async () => {
  const { world, first } = await open();
  world.clock.advance(14_999);
  expect(first.closedWith).toBeNull();
  world.clock.advance(1);
  expect(first.closedWith).toBe(1000);
  world.clock.advance(50);
  await world.socket(1);
});

test("a request that is never answered is given up after 15 s and made again", async () => {
  const { world, first } = await open();
  first.accept();
  world.answer = (path) => (path === UPGRADES ? new Promise(() => {}) : undefined);
  first.drop();
  world.clock.advance(50);
  await world.until(() => world.countOf(UPGRADES) === 2);
  world.answer = () => undefined;
  world.clock.advance(15_000);
  await turn();
  world.clock.advance(450);
  (await world.socket(1)).accept();
});

test("notices of unknown kinds and frames that are none are passed over; those beside them count", async () => {
  const { first, heard } = await open();
  first.accept();
  first.say([{ type: "later" }, { type: "news", text: "known" }, { type: "news", text: 7 }, null]);
  for (const nonsense of ["", "{", '"x"', "{}", "[]", '{"type":"news","text":"bare"}']) {
    first.say(nonsense);
  }
  expect(heard).toEqual(["known"]);
});

test("a refusal that trying again will not change ends it, if whoever uses it says so", async () => {
  const refused: string[] = [];
  const { world, first } = await open({
    onRefused: ({ code }) => refused.push(code) > 0,
  });
  first.accept();
  world.answer = (path) => (path === UPGRADES ? refusal("attempt-unknown") : undefined);
  first.drop();
  world.clock.advance(50);
  await world.until(() => world.countOf(UPGRADES) === 2);
  while (refused.length === 0) await turn();
  expect(refused).toEqual(["attempt-unknown"]);
  expect(world.clock.waits.filter((wait) => wait < 15_000)).toEqual([]);
});

test("a refusal that names a time is not followed by another try before", async () => {
  const { world, first } = await open();
  first.accept();
  world.answer = (path) =>
    path === UPGRADES ? refusal("too-many-requests", { retryAfterSeconds: 7 }) : undefined;
  first.drop();
  world.clock.advance(50);
  await world.until(() => world.countOf(UPGRADES) === 2);
  while (world.clock.waits[0] !== 7_000) await turn();
  world.answer = () => undefined;
  world.clock.advance(6_999);
  expect(world.countOf(UPGRADES)).toBe(2);
  world.clock.advance(1);
  await world.socket(1);
});

test("one that the server has closed for what it said comes back later than after a loss, and not at once", async () => {
  for (const [code, soonestMs] of [
    [1008, 15_000],
    [1013, 0],
  ] as const) {
    const { world, first } = await open({ isUrgent: true });
    first.accept();
    world.clock.advance(10_000);
    first.drop(code);
    world.clock.advance(soonestMs - 1);
    await turn();
    expect(world.sockets.length, String(code)).toBe(1);
    world.clock.advance(1);
    await world.socket(1);
  }
});

test("once closed it leaves no timer, hears nothing and does not come back", async () => {
  const { world, socket, first, heard } = await open();
  first.accept();
  socket.close();
  first.say([{ type: "news", text: "too late" }]);
  first.drop();
  expect(first.closedWith).toBe(1000);
  expect(heard).toEqual([]);
  expect(world.clock.waits).toEqual([]);
});
