// ID-3: what is done about an account's devices is loaded when something is left to be done, and no sooner.

import { expect, test } from "vitest";
import { ContactBook } from "../../shared/client/contactBook.ts";
import { Device } from "../../shared/client/device.ts";
import { isSomethingLeft } from "../../shared/client/devices/leftovers.ts";
import { memoryStore, type Store } from "../../shared/client/node.ts";
import type { Collection } from "../../shared/client/store/store.ts";
import { World } from "./world.ts";

const BEN = "b".repeat(32);

async function isLeftIn(store: Store): Promise<boolean> {
  const device = await Device.open("https://acquaint.example", store, new World().ports);
  const contacts = new ContactBook(device, store, () => {});
  return isSomethingLeft({ device, store, contacts });
}

test("ID-3: nothing is left in an account that has always had one device, whomever it has met", async () => {
  const store = memoryStore();
  expect(await isLeftIn(store)).toBe(false);
  await store.put("listings", BEN, { userId: BEN, method: "key", metAt: 1 });
  expect(await isLeftIn(store)).toBe(false);
});

test.for<[string, Collection, string, unknown]>([
  ["a way into an account", "settings", "joining", { name: "Phone", userId: null }],
  ["an entry of the log that contacts were not told of", "settings", "devicesTold", { length: 0 }],
  ["another recovery phrase", "device", "recoveryRenewal", { phrase: "", recoveryId: "" }],
  ["an account that was given up for another", "device", "formerAccount", { userId: BEN }],
  ["a device that was met by a link", "listings", BEN, { userId: BEN, method: "link", metAt: 1 }],
])("ID-3: %s is gone on with", async ([, collection, id, value]) => {
  const store = memoryStore();
  await store.put(collection, id, value);
  expect(await isLeftIn(store)).toBe(true);
});
