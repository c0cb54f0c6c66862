// ID-5: erasing an account, as its devices live through it: nothing is left of it, and none of them brings it
// back that has heard of it or shares the store.

import { mkdtempSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type Acquaint,
  AccountErased,
  ConnectionError,
  fileStore,
  memoryStore,
  ProblemError,
  type Store,
} from "../../shared/client/node.ts";
import { type CallInput, callRoute } from "../../shared/client/api.ts";
import { STANDARD_PORTS } from "../../shared/client/ports.ts";
import { toBase64Url } from "../../shared/core/crypto/bytes.ts";
import { sessionTranscript } from "../../shared/core/identity/deviceLog.ts";
import { meet, openClient } from "../support/clients.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";
import { openTalker, whenSo } from "../support/talkers.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const temporaryFolder = () => mkdtempSync(join(tmpdir(), "acquaint-erasing-"));

/** Asks the server itself, in the name of a device whose keys were kept aside. */
async function accountAtServer(store: Store, { me }: Acquaint): Promise<() => Promise<boolean>> {
  const identity = await store.loadIdentity();
  if (identity === null) throw new Error("there is no account");
  const { origin } = new URL(server.url);
  const ask = <Name extends "challenge" | "openSession">(name: Name, body: CallInput<Name>) =>
    callRoute(STANDARD_PORTS, origin, name, body, null);
  return async () => {
    const { userId, deviceId } = me;
    const { challenge } = await ask("challenge", { body: { userId, deviceId } });
    const { privateKey } = identity.keys.sign;
    const bytes = sessionTranscript(origin, challenge) as Uint8Array<ArrayBuffer>;
    const signed = new Uint8Array(await crypto.subtle.sign("Ed25519", privateKey, bytes));
    const body = { challenge, signature: toBase64Url(signed) };
    try {
      await ask("openSession", { body });
      return true;
    } catch (error) {
      if (error instanceof ProblemError && error.code === "unauthenticated") return false;
      throw error;
    }
  };
}

/** The same device keys in a store of their own: a device that does not share the store. */
async function copyOf(store: Store): Promise<Store> {
  const copy = memoryStore();
  const identity = await store.loadIdentity();
  if (identity === null) throw new Error("there is no account");
  await copy.adoptIdentity(identity);
  const { origin } = new URL(server.url);
  await copy.put("device", `registered ${origin}`, { registeredAt: 0 });
  return copy;
}

const hasHeard = (client: Acquaint): Promise<void> =>
  new Promise((resolve) => {
    client.on(({ event }) => {
      if (event === "erased") resolve();
    });
  });

test("ID-5: erasing leaves nothing at the server nor in the folder, and the next program begins anew", async () => {
  const folder = temporaryFolder();
  const store = fileStore(folder);
  const { client } = await openTalker(server.url, { store, name: "Ada" });
  const ben = await openTalker(server.url, { name: "Ben" });
  await meet(client, ben.client);
  const { userId } = client.me;
  await ben.client.messages.stored(await ben.client.messages.send(userId, "hello"));
  const isThere = await accountAtServer(store, client);
  expect(await isThere()).toBe(true);
  await client.erase();
  expect(await isThere()).toBe(false);
  expect(await readdir(folder)).toEqual([]);
  expect((await ben.client.contacts.list()).map((contact) => contact.userId)).toEqual([userId]);
  const late = await ben.client.messages.send(userId, "are you there?");
  await expect(ben.client.messages.stored(late)).rejects.toMatchObject({ code: "not-a-contact" });
  const next = await openClient(server.url, { store });
  expect(next.me.userId).not.toBe(userId);
  expect(await next.contacts.list()).toEqual([]);
});

test("ID-5: another program of the same device hears of it, and does not bring the account back", async () => {
  const folder = temporaryFolder();
  const store = fileStore(folder);
  const client = await openClient(server.url, { store });
  const connected = await openTalker(server.url, { store: fileStore(folder) });
  const idle = await openClient(server.url, { store: fileStore(folder) });
  await connected.client.messages.caughtUp();
  const isThere = await accountAtServer(store, client);
  const heard = hasHeard(connected.client);
  await client.erase();
  await heard;
  for (const other of [connected.client, idle]) {
    await expect(other.refreshProfile()).rejects.toThrow(AccountErased);
    await expect(other.showKey()).rejects.toThrow(AccountErased);
  }
  expect(await isThere()).toBe(false);
});

test("ID-5: another device hears of it, keeps what it has, and does not bring the account back", async () => {
  const store = memoryStore();
  const client = await openClient(server.url, { store, name: "Ada" });
  const isThere = await accountAtServer(store, client);
  const copy = await copyOf(store);
  const other = await openTalker(server.url, { store: copy, name: "Ada" });
  const ben = await openClient(server.url, { name: "Ben" });
  await meet(other.client, ben);
  const heard = hasHeard(other.client);
  await client.erase();
  await heard;
  await expect(other.client.refreshProfile()).rejects.toThrow(AccountErased);
  const again = await openClient(server.url, { store: copy });
  expect((await again.export()).contacts.map(({ name }) => name)).toEqual(["Ben"]);
  await expect(again.showKey()).rejects.toThrow(AccountErased);
  expect(await isThere()).toBe(false);
  await again.erase();
  expect(await copy.loadIdentity()).toBe(null);
});

test("ID-5: a device that was away begins with the account anew, empty", async () => {
  const store = memoryStore();
  const client = await openClient(server.url, { store });
  const ben = await openClient(server.url);
  await meet(client, ben);
  const away = await copyOf(store);
  await client.erase();
  const back = await openClient(server.url, { store: away });
  expect((await back.refreshProfile()).userId).toBe(client.me.userId);
  expect(await back.contacts.list()).toEqual([]);
});

test("ID-5: cut short after the server has erased it, the account stays gone, and erasing again ends it", async () => {
  const store = memoryStore();
  let isFailing = true;
  const failing: Store = {
    ...store,
    clear: async () => {
      if (isFailing) throw new Error("crash");
      await store.clear();
    },
  };
  const client = await openClient(server.url, { store: failing, name: "Ada" });
  const isThere = await accountAtServer(store, client);
  await expect(client.erase()).rejects.toThrow("crash");
  const next = await openClient(server.url, { store: failing });
  expect(next.me.name).toBe("Ada");
  await expect(next.refreshProfile()).rejects.toThrow(AccountErased);
  expect(await isThere()).toBe(false);
  isFailing = false;
  await next.erase();
  expect([await store.loadIdentity(), await store.all("settings")]).toEqual([null, []]);
});

test("ID-5: without a connection nothing is erased here, and the account goes on", async () => {
  const store = memoryStore();
  let isOffline = false;
  const fetch: typeof STANDARD_PORTS.fetch = (url, init) =>
    isOffline ? Promise.reject(new TypeError("offline")) : globalThis.fetch(url, init);
  const client = await openClient(server.url, { store, ports: { fetch } });
  isOffline = true;
  await expect(client.erase()).rejects.toThrow(ConnectionError);
  isOffline = false;
  const again = await openClient(server.url, { store });
  expect((await again.refreshProfile()).userId).toBe(client.me.userId);
  await again.erase();
  expect(await store.loadIdentity()).toBe(null);
});

test("ID-5: an answer that is lost leaves no account behind, and erasing again ends it", async () => {
  const store = memoryStore();
  const fetch: typeof STANDARD_PORTS.fetch = async (url, init) => {
    const response = await globalThis.fetch(url, init);
    if (init.method === "DELETE") throw new TypeError("lost");
    return response;
  };
  const client = await openClient(server.url, { store, ports: { fetch } });
  const isThere = await accountAtServer(store, client);
  await expect(client.erase()).rejects.toThrow(ConnectionError);
  const again = await openClient(server.url, { store });
  again.connect();
  await hasHeard(again);
  expect(await isThere()).toBe(false);
  await again.erase();
  expect(await store.loadIdentity()).toBe(null);
});

test("ID-5: erasing while messages come and go ends with an empty store", async () => {
  const folder = temporaryFolder();
  const ada = await openTalker(server.url, { store: fileStore(folder), name: "Ada" });
  const ben = await openTalker(server.url, { name: "Ben" });
  await meet(ada.client, ben.client);
  for (let count = 0; count < 30; count++) {
    void ben.client.messages.send(ada.client.me.userId, `to Ada ${count}`);
    void ada.client.messages.send(ben.client.me.userId, `to Ben ${count}`).catch(() => {});
  }
  await whenSo(ben.client, () => ben.told.length > 3);
  await ada.client.erase();
  expect(await readdir(folder)).toEqual([]);
});
