// TAP-8: badges between real clients and a real server: made, found, asked by, approved and declined; both sides verify
// each other by themselves and get to know name and card. And a touch, as each device of an account verifies it.

import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type Acquaint,
  type AcquaintEvent,
  type AcquaintOptions,
  emptyCard,
} from "../../shared/client/node.ts";
import { IMPATIENT, openClient } from "../support/clients.ts";
import { joinTo } from "../support/linking.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

async function openOnline(
  name: string,
  options: Partial<AcquaintOptions> = {},
): Promise<Acquaint & { readonly told: AcquaintEvent[] }> {
  const client = await openClient(server.url, { ports: IMPATIENT, name, ...options });
  const told: AcquaintEvent[] = [];
  client.on((event) => told.push(event));
  await client.cards.save(emptyCard(`urn:${name}`, name));
  client.connect();
  await client.messages.caughtUp();
  return Object.assign(client, { told });
}

/** The owner of a badge, and someone who has read it. */
async function openBadge() {
  const [owner, reader] = [await openOnline("Ada"), await openOnline("Ben")];
  const { url } = await owner.badges.create();
  return { owner, reader, url };
}

async function requestAt(owner: Acquaint): Promise<string> {
  await expect.poll(() => owner.badges.waiting().length).toBe(1);
  return owner.badges.waiting()[0]!.requestId;
}

test("TAP-8: by a badge that was read and a yes, both are verified contacts with name and card", async () => {
  const { owner, reader, url } = await openBadge();
  expect(await reader.badges.find(url)).toMatchObject({ userId: owner.me.userId, contact: null });
  const request = await reader.badges.ask(url);
  expect(await reader.badges.ask(url)).toEqual(request);
  expect(await requestAt(owner)).toBe(request.requestId);
  expect(await owner.badges.own()).toMatchObject({ url, uses: 1 });
  await owner.badges.approve(request.requestId);

  const ofReader = () => owner.contacts.get(reader.me.userId);
  const ofOwner = () => reader.contacts.get(owner.me.userId);
  await expect.poll(ofReader).toMatchObject({ name: "Ben", card: { uid: "urn:Ben" } });
  await expect.poll(ofOwner).toMatchObject({ name: "Ada", card: { uid: "urn:Ada" } });
  const met = { method: "badge", verified: true, undoUntil: null };
  expect(await ofReader()).toMatchObject({ ...met, vouched: true });
  expect(await ofOwner()).toMatchObject({ ...met, vouched: false });
  expect((await ofReader())!.receiptHash).toBe((await ofOwner())!.receiptHash);
  expect([owner.badges.waiting(), reader.badges.asked()]).toEqual([[], []]);
  const over = { event: "contactRequestOver", isOwn: true, end: "approved" };
  expect(reader.told).toContainEqual(expect.objectContaining(over));

  await reader.messages.send(owner.me.userId, "hello");
  await expect.poll(async () => (await owner.messages.page(reader.me.userId)).length).toBe(1);
  expect((await owner.messages.page(reader.me.userId))[0]).toMatchObject({ text: "hello" });
  expect((await owner.export()).contacts).toMatchObject([
    { receipt: null, proofs: [{ kind: "request" }] },
  ]);
  expect(await reader.badges.find(url)).toMatchObject({ contact: { name: "Ada" } });
});

test("TAP-8: a no is told to the asker, a request that is taken back to the owner, and neither makes a contact", async () => {
  const { owner, reader, url } = await openBadge();
  const overAt = async (client: { readonly told: AcquaintEvent[] }, end: string) =>
    expect
      .poll(() => client.told)
      .toContainEqual(expect.objectContaining({ event: "contactRequestOver", end }));
  await reader.badges.ask(url);
  await owner.badges.decline(await requestAt(owner));
  await overAt(reader, "declined");
  expect(reader.badges.asked()).toEqual([]);
  const again = await reader.badges.ask(url);
  expect(await requestAt(owner)).toBe(again.requestId);
  await reader.badges.withdraw(again.requestId);
  await overAt(owner, "withdrawn");
  expect(owner.badges.waiting()).toEqual([]);
  await expect(owner.badges.approve(again.requestId)).rejects.toMatchObject({
    code: "request-unknown",
  });
  expect([await owner.contacts.list(), await reader.contacts.list()]).toEqual([[], []]);
});

test("TAP-8: a badge that was revoked or replaced leads nowhere", async () => {
  const { owner, reader, url } = await openBadge();
  const { url: newer } = await owner.badges.create();
  await expect(reader.badges.ask(url)).rejects.toMatchObject({ code: "badge-unknown" });
  expect(await reader.badges.find(newer)).toMatchObject({ userId: owner.me.userId });
  await owner.badges.revoke();
  expect(await owner.badges.own()).toBe(null);
  await expect(reader.badges.find(newer)).rejects.toMatchObject({ code: "badge-unknown" });
});

test("TAP-8: a server that puts another account behind a badge is refused", async () => {
  const { url } = await openBadge();
  const other = await openOnline("Cem");
  const reader = await openOnline("Dora", {
    ports: {
      ...IMPATIENT,
      fetch: async (address, init) => {
        const response = await fetch(address, init);
        if (!address.endsWith("/v1/badges")) return response;
        const found = (await response.json()) as object;
        return Response.json({ ...found, userId: other.me.userId });
      },
    },
  });
  await expect(reader.badges.find(url)).rejects.toMatchObject({ code: "badge-unknown" });
  await expect(reader.badges.ask(url)).rejects.toMatchObject({ code: "badge-unknown" });
  expect(other.badges.waiting()).toEqual([]);
});

test("TAP-4: all three devices of an account verify a touch by themselves, with name and card", async () => {
  const [phone, reader] = [await openOnline("Ada"), await openOnline("Ben")];
  const others = [await joinTo(phone, server.url), await joinTo(phone, server.url)];
  for (const device of others) {
    device.connect();
    await device.messages.caughtUp();
  }
  const { url } = await phone.taps.ticket();
  const { peers } = await reader.taps.tap([url]);
  expect(peers).toMatchObject([
    { outcome: "established", contact: { verified: true, vouched: false } },
  ]);
  for (const device of [phone, ...others]) {
    await expect
      .poll(() => device.contacts.get(reader.me.userId))
      .toMatchObject({ name: "Ben", card: { uid: "urn:Ben" }, verified: true, vouched: true });
  }
  await expect
    .poll(() => reader.contacts.get(phone.me.userId))
    .toMatchObject({ name: "Ada", card: { uid: "urn:Ada" }, method: "tap" });
});
