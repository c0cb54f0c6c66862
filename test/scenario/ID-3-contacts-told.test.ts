// ID-3: contacts are told when the devices of an account have changed: all but those that are blocked, once each, even
// when there was no connection at first.

import { afterAll, beforeAll, expect, test } from "vitest";
import { type Acquaint, memoryStore } from "../../shared/client/node.ts";
import { IMPATIENT, meet, openClient } from "../support/clients.ts";
import { isNamed, joinTo, nextEvent } from "../support/linking.ts";
import { openAgain } from "../support/linkingLives.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

async function openPerson(options = {}): Promise<Acquaint> {
  const person = await openClient(server.url, { ports: IMPATIENT, ...options });
  person.connect();
  return person;
}

const noticesAt = async (reader: Acquaint, of: Acquaint) =>
  (await reader.messages.page(of.me.userId)).flatMap(({ devicesChange }) => devicesChange ?? []);

test("ID-3: contacts are told of each change once, and who is blocked is told of none", async () => {
  const [owner, friend, blocked] = [await openPerson(), await openPerson(), await openPerson()];
  await meet(owner, friend);
  await meet(owner, blocked);
  await owner.contacts.block(blocked.me.userId);
  const other = await joinTo(owner, server.url);
  other.connect();
  await expect.poll(() => noticesAt(friend, owner)).toEqual(["added"]);
  await (await other.devices()).remove(0);
  await expect.poll(() => noticesAt(friend, owner)).toEqual(["added", "removed"]);
  const devices = await other.devices();
  await devices.renewRecoveryPhrase();
  await devices.toldContacts();
  await expect.poll(() => noticesAt(friend, owner)).toEqual(["added", "removed", "recovery"]);
  await blocked.messages.caughtUp();
  expect(await noticesAt(blocked, owner)).toEqual([]);
});

test("ID-3: a contact that this device has not heard of before is told, too, once the list can be read", async () => {
  const owner = await openPerson();
  const phrase = (await owner.recoveryPhrase())!;
  const friend = await openPerson();
  await meet(owner, friend);
  await owner.close();
  const store = memoryStore();
  const fresh = await openClient(server.url, { store, ports: IMPATIENT });
  const joined = nextEvent(fresh, isNamed("joined"));
  await (await fresh.devices()).restore(phrase);
  await joined;
  let lists = 0;
  const ports = {
    ...IMPATIENT,
    fetch: async (url: string, init: RequestInit) => {
      // The first answers are lost, as on a bad network.
      if (new URL(url).pathname === "/v1/contacts" && lists++ < 4)
        throw new TypeError("no network");
      return fetch(url, init);
    },
  };
  const restored = await openClient(server.url, { store, ports });
  restored.connect();
  await expect.poll(() => noticesAt(friend, owner)).toEqual(["added"]);
  await restored.close();
  await (await openAgain(server.url, store)).messages.caughtUp();
  expect(await noticesAt(friend, owner)).toEqual(["added"]);
});
