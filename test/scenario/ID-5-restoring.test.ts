// ID-5: twelve words bring an account back on a new device, however they are typed, beside whatever devices it still
// has; and of two phrases that somebody knows there is always one that does.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Acquaint,
  AccountInUse,
  EntryRefused,
  memoryStore,
  PhraseUnknown,
  type Store,
} from "../../shared/client/node.ts";
import { codeOf, IMPATIENT, meet, openClient } from "../support/clients.ts";
import { asPart } from "../support/endings.ts";
import { killableDevice } from "../support/killableDevice.ts";
import { isNamed, joinTo, nextEvent } from "../support/linking.ts";
import { openAgain, openMortal } from "../support/linkingLives.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

async function openOwner(store = memoryStore(), name = "Ada"): Promise<Acquaint> {
  const owner = await openClient(server.url, { store, name, ports: IMPATIENT });
  owner.connect();
  return owner;
}

/** A new device with the account of the phrase. */
async function restored(phrase: string, store = memoryStore()): Promise<Acquaint> {
  const fresh = await openClient(server.url, { store, ports: IMPATIENT });
  const joined = nextEvent(fresh, isNamed("joined"));
  await (await fresh.devices()).restore(phrase);
  await joined;
  return openAgain(server.url, store);
}

const phraseOf = async (client: Acquaint): Promise<string> => (await client.recoveryPhrase())!;

const restores = (phrase: string) =>
  asPart(async () =>
    restored(phrase).then(
      ({ me }) => me.userId,
      (error: unknown) => {
        if (error instanceof PhraseUnknown) return null;
        throw error;
      },
    ),
  );

test("ID-5: a phrase counts in any case and with any blanks; one with a misspelled word, or in another order, is none", async () => {
  const owner = await openOwner();
  const phrase = await phraseOf(owner);
  const words = phrase.split(" ");
  const odd = `\n ${words.map((word, i) => (i % 2 === 0 ? word.toUpperCase() : word)).join(" \t\u00a0 ")} \n`;
  for (const bad of [
    "",
    words.slice(1).join(" "),
    [...words.slice(0, 11), "notaword"].join(" "),
    [words[1], words[0], ...words.slice(2)].join(" "),
  ]) {
    if (bad === phrase) continue;
    const fresh = await openClient(server.url);
    await expect((await fresh.devices()).restore(bad)).rejects.toBeInstanceOf(PhraseUnknown);
  }
  expect(await restores(odd)).toBe(owner.me.userId);
});

test("ID-5: a device with contacts is not given up, neither by a phrase nor by a code", async () => {
  const owner = await openOwner();
  const [used, friend] = [await openOwner(), await openOwner()];
  await meet(used, friend);
  const devices = await used.devices();
  await expect(devices.restore(await phraseOf(owner))).rejects.toBeInstanceOf(AccountInUse);
  const shown = await (await owner.devices()).link();
  await expect(devices.join(codeOf(shown), "x")).rejects.toBeInstanceOf(AccountInUse);
  await shown.cancel();
  expect(await used.contacts.list()).toHaveLength(1);
});

test("ID-5: a restored device gets nothing of the past by itself, and all once another device hands it over", async () => {
  const owner = await openOwner();
  const friend = await openOwner(memoryStore(), "Ben");
  await meet(owner, friend);
  await owner.contacts.update(friend.me.userId, { note: "from the fair" });
  await friend.messages.send(owner.me.userId, "before");
  await expect.poll(async () => (await owner.messages.page(friend.me.userId)).length).toBe(1);
  const back = await restored(await phraseOf(owner));
  const texts = async () => (await back.messages.page(friend.me.userId)).map(({ text }) => text);
  await friend.messages.send(owner.me.userId, "after");
  await expect.poll(texts).toContain("after");
  expect(await texts()).toEqual(["after"]);
  expect(await back.contacts.list()).toMatchObject([{ note: "", verified: false }]);
  const notices = async () =>
    (await friend.messages.page(owner.me.userId)).filter(({ kind }) => kind === "devices").length;
  await expect.poll(notices).toBe(1);

  const devices = await owner.devices();
  await expect(async () => devices.handOver(9)).rejects.toMatchObject({ reason: "deviceUnknown" });
  await devices.handOver(1);
  await expect.poll(texts).toEqual(expect.arrayContaining(["before", "after"]));
  await expect
    .poll(async () => (await back.contacts.list())[0])
    .toMatchObject({ note: "from the fair", verified: true });
});

test("ID-5: a device that was removed does not come back with the keys it had", async () => {
  const owner = await openOwner();
  const store = memoryStore();
  const fresh = await openClient(server.url, { store, ports: IMPATIENT });
  const identity = (await store.loadIdentity())!;
  await fresh.close();
  const copy = memoryStore(); // as from a backup
  await copy.adoptIdentity(identity);
  const device = await joinTo(owner, server.url, { store });
  expect(device.me.userId).toBe(owner.me.userId);
  await (await owner.devices()).remove(1);
  const again = await openClient(server.url, { store: copy, ports: IMPATIENT });
  const restoring = (await again.devices()).restore(await phraseOf(owner));
  await expect(restoring).rejects.toMatchObject({ reason: "keyUsed" });
  expect(await copy.get("device", "move")).toBeNull();
});

test("ID-3: an account with as many devices as it may have shows no code, and takes none by its phrase", async () => {
  const owner = await openOwner();
  const devices = await owner.devices();
  const phrase = await phraseOf(owner);
  for (let count = 1; count < 8; count++) await asPart(() => restored(phrase));
  await expect.poll(async () => (await devices.list()).length).toBe(8);
  await expect(devices.link()).rejects.toMatchObject({ reason: "tooManyDevices" });
  const fresh = await openClient(server.url);
  await expect((await fresh.devices()).restore(phrase)).rejects.toBeInstanceOf(EntryRefused);
  expect(await devices.list()).toHaveLength(8);
});

test("ID-3: the last device stays; of two that remove each other at once one does, and both know which", async () => {
  const owner = await openOwner();
  const devices = await owner.devices();
  await expect(devices.remove(0)).rejects.toMatchObject({ reason: "lastDevice" });
  const other = await joinTo(owner, server.url);
  other.connect();
  await expect.poll(async () => (await (await other.devices()).list()).length).toBe(2);
  const told = { owner: [] as string[], other: [] as string[] };
  owner.on(({ event }) => told.owner.push(event));
  other.on(({ event }) => told.other.push(event));
  await Promise.allSettled([devices.remove(1), (await other.devices()).remove(0)]);
  const erased = () => [told.owner, told.other].filter((events) => events.includes("erased"));
  await expect.poll(() => erased().length).toBe(1);
  const left = told.owner.includes("erased") ? other : owner;
  const list = await (await left.devices()).list();
  expect(list.map(({ isThis }) => isThis)).toEqual([true]);
  await left.refreshProfile();
});

test("ID-3: a device that removes itself has done so, and is told", async () => {
  const owner = await openOwner();
  const other = await joinTo(owner, server.url);
  const erased = nextEvent(other, isNamed("erased"));
  await (await other.devices()).remove(1);
  expect(await erased).toEqual({ event: "erased", ending: "removed" });
  await expect.poll(async () => (await (await owner.devices()).list()).length).toBe(1);
});

test("ID-5: a new phrase restores the account and the one before does not; no device shows that one any more", async () => {
  const owner = await openOwner();
  const other = await joinTo(owner, server.url);
  other.connect();
  const before = await phraseOf(owner);
  const phrase = await (await other.devices()).renewRecoveryPhrase();
  expect(await other.recoveryPhrase()).toBe(phrase);
  await expect.poll(() => owner.recoveryPhrase()).toBeNull();
  expect(await restores(before)).toBeNull();
  expect(await restores(phrase)).toBe(owner.me.userId);
});

describe("ID-5: a device that dies while its phrase is renewed", () => {
  test(
    "has one that restores the account, before whichever step",
    { timeout: 200_000 },
    async () => {
      let deaths = 0;
      for (let isDead = true; isDead;) {
        isDead = await asPart(() => renewUntil(deaths));
        if (isDead) deaths += 1;
      }
      expect(deaths).toBeGreaterThan(6);
    },
  );

  /** Of what leaves a trace, and of answers that get lost. */
  async function renewUntil(fatal: number): Promise<boolean> {
    const base: Store = memoryStore();
    await asPart(() => openOwner(base));
    const device = killableDevice(base);
    const mortal = (await openMortal(server.url, device))!;
    await mortal.messages.caughtUp();
    const devices = await mortal.devices();
    let steps = 0;
    device.killBefore(
      (step) =>
        /^(put|delete|apply|request .*(entries|recovery|log))/.test(step) && steps++ === fatal,
    );
    await Promise.race([devices.renewRecoveryPhrase(), device.killed]);
    if (!device.isDead) await mortal.close();
    const label = device.steps.at(-1);
    const again = await openAgain(server.url, base);
    await expect
      .poll(() => base.get("device", "recoveryRenewal"), { message: label ?? "" })
      .toBeNull();
    expect(await restores(await phraseOf(again)), label).toBe(again.me.userId);
    return device.isDead;
  }
});
