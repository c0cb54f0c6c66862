// KEY-5 and ID-4 as a client with a line to its mailbox sees them: told at once, and after being away.

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Acquaint, emptyCard, fileStore, memoryStore } from "../../shared/client/node.ts";
import { codeOf, openClient, openPair } from "../support/clients.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

/** Resolves once the list of contacts is what is asked for; looked at whenever it changes. */
function whenListed(client: Acquaint, isSo: (userIds: string[]) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      client.contacts.list().then((contacts) => {
        if (!isSo(contacts.map(({ userId }) => userId))) return;
        off();
        resolve();
      }, reject);
    };
    const off = client.on(({ event }) => {
      if (event === "contacts") look();
    });
    look();
  });
}

test("KEY-5: with the mailbox telling of the contact at the same moment, proof and card are kept on both sides", async () => {
  const open = async (name: string): Promise<Acquaint> => {
    const store = fileStore(mkdtempSync(join(tmpdir(), "line-")));
    const client = await openClient(server.url, { store, name });
    client.on(({ event }) => {
      if (event === "contacts") void client.contacts.list(); // as a page does
    });
    client.connect();
    return client;
  };
  for (let round = 0; round < 12; round++) {
    const [ada, ben] = [await open("Ada"), await open("Ben")];
    const shown = await ada.showKey({ card: emptyCard("ada", "Ada") });
    const entered = await ben.enterKey(codeOf(shown), { card: emptyCard("ben", "Ben") });
    await Promise.all([shown.contact, entered.contact]);
    await Promise.all([ada.close(), ben.close()]);
    expect(await ada.contacts.list()).toMatchObject([{ verified: true, card: { uid: "ben" } }]);
    expect(await ben.contacts.list()).toMatchObject([{ verified: true, card: { uid: "ada" } }]);
  }
});

test("KEY-5: another instance of the account is told of a contact at once, and of one made while it was away", async () => {
  const [ada, ben] = await openPair(server.url);
  const store = memoryStore();
  const watching = await openClient(server.url, { store, name: "Ada" });
  const twin = await openClient(server.url, {
    store: { ...memoryStore(), loadIdentity: () => store.loadIdentity() },
  });
  expect(twin.me.userId).toBe(watching.me.userId);
  const meetWith = async (peer: Acquaint): Promise<void> => {
    const shown = await watching.showKey();
    const entered = await peer.enterKey(codeOf(shown));
    await Promise.all([shown.contact, entered.contact]);
  };
  twin.connect();
  await meetWith(ada);
  await whenListed(twin, (userIds) => userIds.includes(ada.me.userId));
  await twin.close();
  await meetWith(ben);
  twin.connect();
  await whenListed(twin, (userIds) => userIds.includes(ben.me.userId));
  expect((await twin.contacts.get(ben.me.userId))?.verified).toBe(false);
  await watching.contacts.remove(ada.me.userId);
  await whenListed(twin, (userIds) => !userIds.includes(ada.me.userId));
});
