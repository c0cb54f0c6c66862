// ID-3: what people do while devices link, without meaning to: nobody is lost by it, and nobody is taken for another.

import { afterAll, beforeAll, expect, test } from "vitest";
import type { Acquaint } from "../../shared/client/node.ts";
import { codeOf, IMPATIENT, meet, openClient } from "../support/clients.ts";
import { isNamed, nextEvent } from "../support/linking.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

async function open(name: string): Promise<Acquaint> {
  const client = await openClient(server.url, { ports: IMPATIENT, name });
  client.connect();
  return client;
}

/** Enters the code that the owner shows, and waits until it is asked for. */
async function applies(newcomer: Acquaint, owner: Acquaint): Promise<void> {
  const devices = await owner.devices();
  const shown = await devices.link();
  const entered = await (await newcomer.devices()).join(codeOf(shown), "laptop");
  await Promise.all([shown.contact, entered.contact]);
  const asking = async () => (await devices.applicants()).map(({ userId }) => userId);
  await expect.poll(asking).toEqual([newcomer.me.userId]);
}

test("ID-3: who meets somebody while it waits keeps its account and the contact", async () => {
  const [owner, newcomer, friend] = [await open("Ada"), await open("New"), await open("Ben")];
  const before = newcomer.me.userId;
  await applies(newcomer, owner);
  await meet(newcomer, friend);
  const refused = nextEvent(newcomer, isNamed("joinRefused", "joined"));
  await (await owner.devices()).admit(before);
  expect((await refused).event).toBe("joinRefused");
  expect(newcomer.me.userId).toBe(before);
  expect(await newcomer.contacts.list()).toMatchObject([{ name: "Ben" }]);
});

test("ID-3: a fresh code turns down whoever asked by the one before", async () => {
  const [owner, first, second] = [await open("Ada"), await open("One"), await open("Two")];
  await applies(first, owner);
  const refused = nextEvent(first, isNamed("joinRefused"));
  await applies(second, owner);
  await refused;
});

test("ID-3: a contact who enters the code of a link stays the contact, and asks for nothing", async () => {
  const [owner, friend] = [await open("Ada"), await open("Ben")];
  await meet(owner, friend);
  await friend.contacts.remove(owner.me.userId);
  const devices = await owner.devices();
  const shown = await devices.link();
  const entered = await (await friend.devices()).join(codeOf(shown), "laptop");
  await Promise.all([shown.contact, entered.contact]);
  await friend.close();
  expect(await owner.contacts.list()).toMatchObject([{ name: "Ben", method: "key" }]);
  expect(await devices.applicants()).toEqual([]);
  expect(await owner.contacts.linkedIds()).toEqual([]);
});
