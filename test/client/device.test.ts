// ID-1 and ID-2 on the device: registered once, and sessions that the user never sees.

import { expect, test } from "vitest";
import { Device } from "../../shared/client/device.ts";
import { Acquaint, CodeError, ConnectionError, memoryStore } from "../../shared/client/node.ts";
import { isSolution } from "../../shared/core/crypto/proofOfWork.ts";
import { refusal, World } from "./world.ts";

const ORIGIN = "https://acquaint.example";
const SESSIONS = "/v1/sessions";

async function openDevice(world = new World(), store = memoryStore()) {
  return { world, store, device: await Device.open(ORIGIN, store, world.ports) };
}

const callOnce = (device: Device) => device.call("account", {});

test("ID-1: a device registers once an origin, and a new origin is told, too", async () => {
  const { world, store } = await openDevice();
  await Device.open(ORIGIN, store, world.ports);
  expect(world.countOf("/v1/accounts")).toBe(1);
  await Device.open("https://other.example", store, world.ports);
  expect(world.countOf("/v1/accounts")).toBe(2);
});

test("ID-1: a device whose registration was lost registers with the same keys when it is opened again", async () => {
  const store = memoryStore();
  const world = new World();
  world.answer = () => Promise.reject(new TypeError("offline"));
  await expect(openDevice(world, store)).rejects.toBeInstanceOf(ConnectionError);
  world.answer = () => undefined;
  await openDevice(world, store);
  const [first, second] = world.requests.map(({ body }) => body);
  expect(second).toEqual(first);
});

test("ID-1: of two that open one empty store at once, both have the same account and its phrase", async () => {
  const store = memoryStore();
  const [one, two] = await Promise.all([
    openDevice(new World(), store),
    openDevice(new World(), store),
  ]);
  expect(one.device.self.deviceId).toBe(two.device.self.deviceId);
  const phrase = await one.device.recoveryPhrase();
  expect(phrase?.split(" ")).toHaveLength(12);
  expect(await two.device.recoveryPhrase()).toBe(phrase);
  await two.device.forgetRecoveryPhrase();
  expect(await one.device.recoveryPhrase()).toBeNull();
});

test("ID-2: calls made at once share one session, which is renewed half a minute before it ends", async () => {
  const { world, device } = await openDevice();
  await Promise.all(
    [callOnce(device), callOnce(device), callOnce(device)].map((call) => call.catch(() => {})),
  );
  expect(world.countOf(SESSIONS)).toBe(1);
  world.clock.advance(15 * 60_000 - 30_001);
  await callOnce(device).catch(() => {});
  expect(world.countOf(SESSIONS)).toBe(1);
  world.clock.advance(1);
  await callOnce(device).catch(() => {});
  expect(world.countOf(SESSIONS)).toBe(2);
});

test("ID-2: a server clock that is hours off does not disturb sessions", async () => {
  for (const offset of [-5 * 3_600_000, 5 * 3_600_000]) {
    const world = new World();
    world.answer = (path) =>
      path === SESSIONS
        ? Response.json({ token: "t", expiresAt: world.clock.now() + offset + 15 * 60_000 })
        : undefined;
    const { device } = await openDevice(world);
    await callOnce(device).catch(() => {});
    world.clock.advance(20_000);
    await callOnce(device).catch(() => {});
    expect(world.countOf(SESSIONS)).toBe(1);
  }
});

test("ID-2: a session that the server refuses is renewed once, and a second refusal is told", async () => {
  const { world, device } = await openDevice();
  let refusals = 1;
  world.answer = (path) =>
    path === "/v1/account" && refusals-- > 0 ? refusal("unauthenticated") : undefined;
  await callOnce(device).catch(() => {});
  expect(world.countOf("/v1/account")).toBe(2);
  expect(world.countOf(SESSIONS)).toBe(2);
  refusals = 2;
  await expect(callOnce(device)).rejects.toMatchObject({ code: "unauthenticated" });
});

test("ID-1: a server that has lost the account is told of it again", async () => {
  const { world, device } = await openDevice();
  world.answer = (path) =>
    [SESSIONS, "/v1/account"].includes(path) && world.countOf("/v1/accounts") === 1
      ? refusal("unauthenticated")
      : undefined;
  await callOnce(device).catch(() => {});
  expect(world.countOf("/v1/accounts")).toBe(2);
  expect(world.countOf("/v1/account/recovery")).toBe(2);
  expect(world.countOf("/v1/account")).toBe(2);
});

test("PAS-8: the proof of work that a server asks for is solved without the user's doing", async () => {
  const world = new World();
  const work = { challenge: "c".repeat(40), bits: 8 };
  world.answer = (path) =>
    path === "/v1/accounts" && world.countOf("/v1/accounts") === 1
      ? refusal("proof-of-work-required", { work })
      : undefined;
  await openDevice(world);
  const registering = world.requests.findLast(({ path }) => path === "/v1/accounts");
  const { proof } = registering!.body as {
    proof: { challenge: string; solution: number };
  };
  expect(proof.challenge).toBe(work.challenge);
  expect(isSolution(work.challenge, proof.solution, work.bits)).toBe(true);
});

test("an answer that is no answer, or none within 15 s, is a ConnectionError; a refusal is a ProblemError", async () => {
  const { world, device } = await openDevice();
  await device.call("unblock", { params: { userId: "b".repeat(32) } });
  world.answer = () => Response.json({ some: "thing" });
  await expect(callOnce(device)).rejects.toBeInstanceOf(ConnectionError);
  world.answer = () => new Response("<html>gateway</html>", { status: 502 });
  await expect(callOnce(device)).rejects.toBeInstanceOf(ConnectionError);
  world.answer = () => refusal("try-again", { retryAfterSeconds: 5 });
  await expect(callOnce(device)).rejects.toMatchObject({
    code: "try-again",
    problem: { retryAfterSeconds: 5 },
  });
  world.answer = () => new Promise(() => {});
  const before = world.requests.length;
  const silent = callOnce(device);
  await world.until(() => world.requests.length > before);
  world.clock.advance(15_000);
  await expect(silent).rejects.toThrow(/does not answer/);
});

test.each([
  ["", "empty"],
  ["guitar-ocean", "noLocator"],
  ["417", "tooFewWords"],
  ["417-guitar", "tooFewWords"],
  ["417-guitra-ocean", "unknownWord"],
  ["417-guitar-ocean-piano", "tooManyWords"],
  ["417-9999999", "secretOutOfRange"],
  ["0417-guitar-ocean", "badLocator"],
  ["https://acquaint.example/", "noLocator"],
])("KEY-1: %j is refused as %s before anything is sent", async (code, problem) => {
  const world = new World();
  const client = await Acquaint.open({ server: ORIGIN, store: memoryStore(), ports: world.ports });
  const before = world.requests.length;
  const refused: unknown = await client.enterKey(code).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(CodeError);
  expect((refused as CodeError).problem.code).toBe(problem);
  expect((refused as CodeError).message.length).toBeGreaterThan(20);
  expect(world.requests).toHaveLength(before);
  expect(world.sockets).toEqual([]);
});

test("a server that cannot be reached fails the showing and the entering of a key, and leaves nothing pending", async () => {
  const world = new World();
  const store = memoryStore();
  const client = await Acquaint.open({ server: ORIGIN, store, ports: world.ports });
  world.answer = () => Promise.reject(new TypeError("offline"));
  await expect(client.showKey()).rejects.toBeInstanceOf(ConnectionError);
  await expect(client.enterKey("417-guitar-ocean")).rejects.toBeInstanceOf(ConnectionError);
  expect(await store.all("attempts")).toEqual([]);
  expect(await client.pendingMeetings()).toEqual([]);
  expect(world.clock.waits).toEqual([]);
});
