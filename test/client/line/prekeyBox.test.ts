// A device's own prekeys: their secrets are kept before anyone may draw them, they are made anew in time, and
// never pile up.

import { expect, test } from "vitest";
import { PrekeyBox } from "../../../shared/client/line/prekeyBox.ts";
import { memoryStore, type Store } from "../../../shared/client/node.ts";
import { LineServer, Person } from "./lineWorld.ts";

const DAY_MS = 24 * 60 * 60_000;

interface Kept {
  readonly id: number;
}

async function open(store: Store = memoryStore()) {
  const server = new LineServer();
  const person = await Person.open(server, store);
  const ports = { ...server.world.ports };
  const box = new PrekeyBox(person.device, ports, store);
  const left = () => server.mailbox(person.userId).prekeys;
  const ids = async () => new Set((await store.all<Kept>("prekeys")).map(({ id }) => id));
  return { server, person, box, left, ids, store };
}

test("the first time 30 prekeys and a signed one are left, and the secrets of all are kept", async () => {
  const { box, left, ids } = await open();
  await box.replenish(0);
  expect(left()!.oneTime).toHaveLength(30);
  const kept = await ids();
  for (const { id } of [left()!.signed, ...left()!.oneTime]) expect(kept).toContain(id);
  for (const { id, key } of left()!.oneTime) {
    expect(Buffer.from((await box.oneTime(id))!.publicKey).toString("base64url")).toBe(key);
  }
});

test("the secrets are kept before their public halves leave the device", async () => {
  const { box, server, ids, left } = await open();
  let keptThen: Set<number> | undefined;
  const answer = server.answer.bind(server);
  server.answer = (userId, path, method, body) => {
    if (path === "/v1/prekeys") void ids().then((known) => (keptThen = known));
    return answer(userId, path, method, body);
  };
  await box.replenish(0);
  for (const { id } of left()!.oneTime) expect(keptThen).toContain(id);
});

test("a device that dies before it could keep them leaves none", async () => {
  const base = memoryStore();
  const { box, left } = await open({
    ...base,
    apply: async () => {
      throw new Error("the device is gone");
    },
  });
  await expect(box.replenish(0)).rejects.toThrow("gone");
  expect(left()).toBeNull();
});

test("a device that dies before the server had them leaves others after its restart", async () => {
  const { box, server, left, store, person } = await open();
  const answer = server.answer.bind(server);
  server.answer = (userId, path, ...rest) =>
    path === "/v1/prekeys" ? new Response(null, { status: 502 }) : answer(userId, path, ...rest);
  await expect(box.replenish(0)).rejects.toThrow();
  server.answer = answer;
  const again = new PrekeyBox(person.device, server.world.ports, store);
  await again.replenish(0);
  expect(left()!.oneTime).toHaveLength(30);
  for (const { id } of left()!.oneTime) expect(await again.oneTime(id)).not.toBeNull();
  expect(await again.signed(left()!.signed.id)).not.toBeNull();
});

test("they are made anew when few are left, and not before", async () => {
  const { box, left, server } = await open();
  await box.replenish(0);
  const { signed } = left()!;
  const first = new Set(left()!.oneTime.map(({ id }) => id));
  left()!.oneTime.splice(0, 20);
  await box.replenish(10);
  expect(left()!.oneTime).toHaveLength(10);
  left()!.oneTime.splice(0, 1);
  await box.replenish(9);
  expect(left()!.oneTime).toHaveLength(30);
  expect(left()!.oneTime.filter(({ id }) => !first.has(id))).toHaveLength(21);
  expect(left()!.signed).toEqual(signed);
  expect(server.world.countOf("/v1/prekeys")).toBe(0); // answered before
});

test("the signed one is made anew every week; the one before opens what was sent until then", async () => {
  const { box, left, server } = await open();
  await box.replenish(0);
  const { id } = left()!.signed;
  server.world.clock.advance(7 * DAY_MS - 1);
  await box.replenish(30);
  expect(left()!.signed.id).toBe(id);
  server.world.clock.advance(1);
  await box.replenish(null);
  expect(left()!.signed.id).not.toBe(id);
  expect(left()!.oneTime).toHaveLength(30);
  expect(await box.signed(id)).not.toBeNull();
  server.world.clock.advance(67 * DAY_MS);
  await box.replenish(30);
  expect(await box.signed(id)).toBeNull();
});

test("the signed one is made anew while a connection lasts", async () => {
  const { person, left, server } = await open();
  await person.connect();
  const { id } = left()!.signed;
  server.world.clock.advance(7 * DAY_MS);
  await person.atRest();
  expect(left()!.signed.id).not.toBe(id);
});

test("whoever draws and never writes does not make a device keep secrets without end", async () => {
  const { box, store } = await open();
  for (let round = 0; round < 30; round++) await box.replenish(0);
  const kept = await store.range("prekeys", { prefix: "once." });
  expect(kept.length).toBeLessThanOrEqual(530);
});

test("a one-time prekey goes with the first message that used it", async () => {
  const { openTwo, eventually } = await import("./lineWorld.ts");
  const [a, b] = await openTwo();
  await b.connect();
  await a.connect();
  await a.messages.send(b.userId, "one");
  await eventually(() => b.heard.length === 1);
  const { oneTime, signed } = a.server.drawn[0]!;
  expect(await b.store.get("prekeys", `once.${oneTime!.id}`)).toBeNull();
  expect(await b.store.get("prekeys", `signed.${signed.id}`)).not.toBeNull();
});
