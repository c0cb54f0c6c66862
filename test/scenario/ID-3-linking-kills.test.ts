// ID-3: whichever write either side dies before while a device comes into an account, both start again and go on: in
// the end the account lists it once, it has no other account, and the account it had made has left nothing.

import { copyFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Acquaint,
  type Devices,
  fileStore,
  memoryStore,
  type Store,
} from "../../shared/client/node.ts";
import type { UserId } from "../../shared/wire/ids.ts";
import { codeOf, IMPATIENT, meet, openClient } from "../support/clients.ts";
import { asPart } from "../support/endings.ts";
import { killableDevice, type KillableDevice } from "../support/killableDevice.ts";
import { isNamed, nextEvent } from "../support/linking.ts";
import { accountIn, admitAll, openAgain, openMortal, speaksFor } from "../support/linkingLives.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const WRITE = /^(put|delete|apply|clear)/;
/** So often may one account be asked for and changed in a minute. */
const LIVES_OF_AN_ACCOUNT = 4;
const AT_ONCE = 3;

interface Stores {
  readonly owner: Store;
  readonly newcomer: Store;
}

/** The person at both devices. */
async function link(shower: Devices, newcomer: Acquaint): Promise<void> {
  const shown = await shower.link();
  const entered = await (await newcomer.devices()).join(codeOf(shown), "laptop");
  await Promise.all([shown.contact, entered.contact]);
}

/** Resolves once the device is of the account; its person starts over when nothing is under way. */
async function linkedInTheEnd({ owner, newcomer }: Stores, account: UserId): Promise<void> {
  const first = await openAgain(server.url, owner);
  const devices = await admitAll(first);
  let second = await openAgain(server.url, newcomer);
  for (let tries = 0; (await accountIn(newcomer)) !== account; tries++) {
    if (tries > 3) throw new Error("it never comes into the account");
    const joined = nextEvent(second, isNamed("joined", "joinRefused"));
    if (!(await isUnderWay(newcomer))) await link(devices, second).catch(() => {});
    await Promise.race([joined, idle(newcomer)]);
    await second.close();
    second = await openAgain(server.url, newcomer);
  }
  await expect.poll(async () => linkContacts(owner)).toEqual([]);
  await first.close();
  await second.close();
}

async function isUnderWay(store: Store): Promise<boolean> {
  const joining = await store.get<{ userId: string | null }>("settings", "joining");
  if (joining === null || joining.userId !== null) return joining !== null;
  return (await store.all("attempts")).length > 0 || (await linkContacts(store)).length > 0;
}

/** Resolves once nothing is under way, be it over or never begun. */
async function idle(store: Store): Promise<void> {
  await expect.poll(() => isUnderWay(store)).toBe(false);
}

async function linkContacts(store: Store): Promise<unknown[]> {
  const records = [
    ...(await store.all<{ method: string }>("contacts")),
    ...(await store.all<{ method: string }>("listings")),
  ];
  return records.filter(({ method }) => method === "link");
}

async function open(mortal: KillableDevice | null, store: Store): Promise<Acquaint | null> {
  if (mortal !== null) return openMortal(server.url, mortal);
  return openAgain(server.url, store);
}

/** @returns the step before which it died; null when it lived */
async function live(owner: Store, mortal: keyof Stores, fatal: number): Promise<string | null> {
  const stores = { owner, newcomer: memoryStore() };
  const account = (await accountIn(owner))!;
  await openClient(server.url, { store: stores.newcomer });
  const former = (await accountIn(stores.newcomer))!;
  const device = killableDevice(stores[mortal]);
  let writes = 0;
  device.killBefore((step) => WRITE.test(step) && writes++ === fatal);
  const ofSide = (side: keyof Stores) => open(side === mortal ? device : null, stores[side]);
  const [first, second] = [await ofSide("owner"), await ofSide("newcomer")];
  const linking = (async () => {
    if (first === null || second === null) return;
    const joined = nextEvent(second, isNamed("joined"));
    await link(await admitAll(first), second);
    await joined;
    const opened = await ofSide("newcomer");
    await expect.poll(() => linkContacts(owner)).toEqual([]);
    await opened?.close();
  })();
  linking.catch(() => {}); // whoever is killed says nothing more
  await Promise.race([linking, device.killed]);
  if (!device.isDead) await linking;
  for (const [side, client] of [
    ["owner", first],
    ["newcomer", second],
  ] as const) {
    if (side !== mortal || !device.isDead) await client?.close();
  }
  const label = `${mortal}, ${device.steps.at(-1)}`;

  await linkedInTheEnd(stores, account);
  const again = await openAgain(server.url, owner);
  const list = await (await again.devices()).list();
  expect(list.length, label).toBe(2);
  expect(await speaksFor(server.url, stores.newcomer, account), label).toBe(true);
  expect(await speaksFor(server.url, stores.newcomer, former), label).toBe(false);
  expect(await stores.newcomer.get("device", "move"), label).toBeNull();
  expect(await stores.newcomer.get("settings", "joining"), label).toBeNull();
  expect(await again.contacts.list(), label).toEqual([]);
  await (await again.devices()).remove(list.at(-1)!.number);
  await again.close();
  return device.isDead ? (device.steps.at(-1) ?? "") : null;
}

describe.each(["owner", "newcomer"] as const)("ID-3: the %s is killed", (mortal) => {
  test("before each of its writes", { timeout: 300_000 }, async () => {
    let fatal = 0;
    let isDone = false;
    const killed: string[] = [];
    const lane = async () => {
      while (!isDone) {
        const owner = memoryStore();
        await asPart(() => openClient(server.url, { store: owner, ports: IMPATIENT }));
        for (let lives = 0; lives < LIVES_OF_AN_ACCOUNT && !isDone; lives++) {
          const died = await asPart(() => live(owner, mortal, fatal++));
          if (died === null) isDone = true;
          else killed.push(died);
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    expect(killed.length).toBeGreaterThan(10);
  });
});

/** A folder whose program ends while it is cleared: the identity has given way, all else is still there. */
function tornStore(folder: string): { readonly store: Store; readonly torn: Promise<void> } {
  const base = fileStore(folder);
  let tear!: () => void;
  const torn = new Promise<void>((resolve) => (tear = resolve));
  const held: (() => void)[] = [];
  const hold: Store["hold"] = async (name) => {
    const release = await base.hold(name);
    if (release !== null) held.push(release);
    return release;
  };
  const clear: Store["clear"] = async (next) => {
    const other = mkdtempSync(join(tmpdir(), "identity-"));
    await fileStore(other).adoptIdentity(next!);
    copyFileSync(join(other, "identity.json"), join(folder, "identity.json"));
    for (const release of held) release(); // as those of a process that is gone
    tear();
    return new Promise(() => {});
  };
  return { store: { ...base, clear, hold }, torn };
}

test("ID-3: a device that is killed while it clears what it had goes on, and never erases its new account", async () => {
  const owner = await openClient(server.url, { ports: IMPATIENT });
  owner.connect();
  const friend = await openClient(server.url, { ports: IMPATIENT });
  await meet(owner, friend);
  const told: string[] = [];
  owner.on(({ event }) => told.push(event));
  const folder = mkdtempSync(join(tmpdir(), "newcomer-"));
  const { store, torn } = tornStore(folder);
  const newcomer = await openClient(server.url, { store, ports: IMPATIENT });
  newcomer.connect();
  const former = newcomer.me.userId;
  await link(await admitAll(owner), newcomer);
  await torn;
  const after = fileStore(folder);
  expect(await after.get("device", "move")).not.toBeNull();
  const again = await openAgain(server.url, after);
  expect(again.me.userId).toBe(owner.me.userId);
  expect(await after.get("device", "move")).toBeNull();
  expect(await after.all("contacts")).toEqual([]);
  expect(await speaksFor(server.url, after, owner.me.userId)).toBe(true);
  expect(await speaksFor(server.url, after, former)).toBe(false);
  const listed = (await again.contacts.list()).map(({ userId }) => userId);
  expect(listed).toEqual([friend.me.userId]);
  expect(told).not.toContain("erased");
});

test("ID-3: who was let in is told so after a crash, without asking the person once more", async () => {
  const base = memoryStore();
  await asPart(() => openClient(server.url, { store: base, ports: IMPATIENT }));
  const mortal = killableDevice(base);
  mortal.killBefore((step) => step === "apply outbox settings handovers");
  const owner = (await openMortal(server.url, mortal))!;
  const store = memoryStore();
  const newcomer = await openClient(server.url, { store, ports: IMPATIENT });
  newcomer.connect();
  const joined = nextEvent(newcomer, isNamed("joined"));
  void link(await admitAll(owner), newcomer).catch(() => {});
  await mortal.killed;
  const again = await openAgain(server.url, base);
  await joined;
  expect(await accountIn(store)).toBe(again.me.userId);
  expect(await (await again.devices()).applicants()).toEqual([]);
});

test("ID-3: of two programs that both find a move decided, one makes it", async () => {
  const owner = await openClient(server.url, { ports: IMPATIENT });
  owner.connect();
  const base = memoryStore();
  const mortal = killableDevice(base);
  mortal.killBefore((step) => step.startsWith("clear"));
  const newcomer = (await openMortal(server.url, mortal))!;
  void link(await admitAll(owner), newcomer).catch(() => {});
  await mortal.killed;
  let clears = 0;
  const store: Store = {
    ...base,
    clear: async (next) => {
      clears += 1;
      await base.clear(next);
    },
  };
  const both = await Promise.all([openAgain(server.url, store), openAgain(server.url, store)]);
  expect(both.map(({ me }) => me.userId)).toEqual([owner.me.userId, owner.me.userId]);
  expect(clears).toBe(1);
});
