// ID-3: what is too large for a message reaches all devices of an account, also those that come for it after others
// have taken it.

import { expect, test } from "vitest";
import { Acquaint, memoryStore, type Store } from "../../shared/client/node.ts";
import { HANDOVERS } from "../../shared/client/handover/tasks.ts";
import { atEnd } from "../support/endings.ts";
import { joinTo } from "../support/linking.ts";
import { startServer } from "../support/serverProcess.ts";

const PATIENCE = { timeout: 30_000 };
const CARD = {
  "@type": "Card",
  version: "2.0",
  name: { full: "Ben" },
  notes: { n: { note: "x".repeat(30_000) } },
} as const;

async function open(server: string, store: Store, name = ""): Promise<Acquaint> {
  const client = await Acquaint.open({ server, store, name });
  atEnd(() => client.close());
  client.connect();
  return client;
}

test("ID-3: a contact with a large card reaches a device that was away when another one took it", async () => {
  const server = await startServer();
  atEnd(() => server.stop());
  const phone = await open(server.url, memoryStore(), "Ann");
  const [laptopStore, tabletStore] = [memoryStore(), memoryStore()];
  const laptop = await joinTo(phone, server.url, { store: laptopStore });
  laptop.connect();
  await laptop.messages.caughtUp();
  const tablet = await joinTo(phone, server.url, { store: tabletStore });
  tablet.connect();
  await laptop.close();

  const ben = await open(server.url, memoryStore(), "Ben");
  const { userId } = ben.me;
  const shown = await phone.showKey();
  const entered = await ben.enterKey(shown.key!.code, { card: CARD });
  await Promise.all([shown.contact, entered.contact]);
  await expect.poll(async () => (await tablet.contacts.get(userId))?.verified, PATIENCE).toBe(true);
  await expect.poll(() => tabletStore.all(HANDOVERS), PATIENCE).toEqual([]);

  const back = await open(server.url, laptopStore);
  await expect.poll(async () => (await back.contacts.get(userId))?.verified, PATIENCE).toBe(true);
  expect((await back.contacts.get(userId))?.card).toMatchObject({ name: CARD.name });
});
