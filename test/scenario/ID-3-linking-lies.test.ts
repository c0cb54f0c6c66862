// ID-3: what a device that wants in, or the server between, may say that is not so: nobody comes into an account but
// the device that was met, and no device goes over into an account that does not list it.

import { afterAll, beforeAll, expect, test } from "vitest";
import {
  Acquaint,
  EntryRefused,
  memoryStore,
  type Ports,
  type Store,
} from "../../shared/client/node.ts";
import { linkingId } from "../../shared/client/contactSettings.ts";
import { signWith } from "../../shared/client/newIdentity.ts";
import { type DeviceKeys, publicKeyBytes } from "../../shared/client/store/store.ts";
import { verifyLog } from "../../shared/core/identity/deviceLog.ts";
import { appendAdd } from "../../shared/core/identity/logDrafts.ts";
import type { DeviceLog } from "../../shared/wire/auth.ts";
import type { UserId } from "../../shared/wire/ids.ts";
import { codeOf, IMPATIENT, meet, openClient } from "../support/clients.ts";
import { startChaosProxy, type Verdict } from "../support/chaosProxy.ts";
import { corrupted } from "../support/corrupted.ts";
import { applicantAt, isNamed, joinTo, nextEvent } from "../support/linking.ts";
import { accountIn } from "../support/linkingLives.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

type Answer = { [key: string]: unknown };

/** A server that answers otherwise, once the test says so. */
function lyingServer() {
  const lies = { about: (_path: string, answer: Answer): Answer | null => answer };
  const ports: Partial<Ports> = {
    ...IMPATIENT,
    fetch: async (url, init) => {
      const response = await fetch(url, init);
      if (response.status === 204) return response;
      const answer = (await response.json()) as Answer;
      const told = lies.about(`${init.method} ${new URL(url).pathname}`, structuredClone(answer));
      const { status } = response;
      const headers = { "content-type": response.headers.get("content-type") ?? "" };
      return new Response(JSON.stringify(told ?? answer), { status, headers });
    },
  };
  return { ports, lies };
}

async function openOwner(options = {}): Promise<Acquaint> {
  const owner = await openClient(server.url, { ports: IMPATIENT, name: "Ada", ...options });
  owner.connect();
  return owner;
}

/** A new device that has entered the code, and waits to be let in. */
async function waitingAt(owner: Acquaint, ports: Partial<Ports> = IMPATIENT) {
  const store = memoryStore();
  const newcomer = await openClient(server.url, { store, ports });
  newcomer.connect();
  const devices = await owner.devices();
  const shown = await devices.link();
  const entered = await (await newcomer.devices()).join(codeOf(shown), "laptop");
  await Promise.all([shown.contact, entered.contact]);
  const { userId } = newcomer.me;
  const isWaiting = async () => (await devices.applicants()).some((one) => one.userId === userId);
  await expect.poll(isWaiting).toBe(true);
  return { newcomer, store, userId };
}

async function changeAsked(store: Store, userId: UserId, change: (asked: Answer) => Answer) {
  const id = linkingId(userId);
  await store.put("settings", id, change((await store.get<Answer>("settings", id))!));
}

test("ID-3: a device that has not signed for its place is not let in, nor one with other keys than were met", async () => {
  const store = memoryStore();
  const owner = await openOwner({ store });
  const devices = await owner.devices();
  const first = await waitingAt(owner);
  await changeAsked(store, first.userId, (asked) => ({
    ...asked,
    possession: corrupted(String(asked["possession"])),
  }));
  await expect(devices.admit(first.userId)).rejects.toMatchObject({ reason: "unsigned" });
  await devices.refuse(first.userId);
  // What one has signed is good for its own keys alone.
  const one = await waitingAt(owner);
  const theirs = await store.get<Answer>("settings", linkingId(one.userId));
  const other = await waitingAt(owner);
  await changeAsked(store, other.userId, () => theirs!);
  await expect(devices.admit(other.userId)).rejects.toBeInstanceOf(EntryRefused);
  expect(await devices.list()).toHaveLength(1);
});

test("ID-3: whoever was declined may ask as often as it likes, and is heard again only when it is met again", async () => {
  const owner = await openOwner();
  const devices = await owner.devices();
  const { newcomer, store, userId } = await waitingAt(owner);
  const refused = nextEvent(newcomer, isNamed("joinRefused", "joined"));
  await devices.refuse(userId);
  expect(await refused).toEqual({ event: "joinRefused" });
  expect(await store.get("settings", "joining")).toBeNull();
  // As a program may that does as it likes.
  await store.delete("settings", linkingId(owner.me.userId));
  await store.put("settings", "joining", { name: "again", userId: null });
  await (await newcomer.devices()).tidy();
  await newcomer.messages.settled(owner.me.userId);
  await owner.messages.caughtUp();
  expect(await devices.applicants()).toEqual([]);
  // With a code that its person has entered anew it is a matter of a person again.
  const joined = nextEvent(newcomer, isNamed("joined", "joinRefused"));
  const shown = await devices.link();
  await (await newcomer.devices()).join(codeOf(shown), "laptop");
  await devices.admit((await applicantAt(owner)).userId);
  expect(await joined).toEqual({ event: "joined" });
});

test("ID-3: a device that was declined by one account asks the next one whose code it enters", async () => {
  const [first, second] = [await openOwner(), await openOwner()];
  const { newcomer, userId } = await waitingAt(first);
  const refused = nextEvent(newcomer, isNamed("joinRefused"));
  await (await first.devices()).refuse(userId);
  await refused;
  const joined = nextEvent(newcomer, isNamed("joined", "joinRefused"));
  const shown = await (await second.devices()).link();
  await (await newcomer.devices()).join(codeOf(shown), "laptop");
  await (await second.devices()).admit((await applicantAt(second)).userId);
  expect(await joined).toEqual({ event: "joined" });
  expect(await (await first.devices()).applicants()).toEqual([]);
});

test("ID-3: a device stays what it is while the server shows a log without it, and goes over once it is shown", async () => {
  const { ports, lies } = lyingServer();
  const owner = await openOwner();
  const { newcomer, store, userId } = await waitingAt(owner, ports);
  const path = `GET /v1/accounts/${owner.me.userId}/log`;
  let asked!: () => void;
  const isAsked = new Promise<void>((resolve) => (asked = resolve));
  lies.about = (what, { log }) => {
    if (what !== path) return null;
    asked();
    return { log: (log as DeviceLog).slice(0, 1) };
  };
  const joined = nextEvent(newcomer, isNamed("joined"));
  await (await owner.devices()).admit(userId);
  await isAsked;
  await (await newcomer.devices()).tidy();
  expect(await store.get("device", "move")).toBeNull();
  expect(await accountIn(store)).toBe(userId);
  lies.about = () => null;
  await (await newcomer.devices()).tidy();
  await joined;
  expect(await accountIn(store)).toBe(owner.me.userId);
});

/** A log that lists the newcomer by right signatures, in the place of whatever else the account has signed. */
async function forkOf(log: DeviceLog, ownerStore: Store, newcomerStore: Store): Promise<DeviceLog> {
  const [owner, newcomer] = await Promise.all(
    [ownerStore, newcomerStore].map(async (store) => (await store.loadIdentity())!.keys),
  );
  const beginning = log.slice(0, 1) as DeviceLog;
  const draft = appendAdd(verifyLog(beginning)!, {
    signKey: await publicKeyBytes(newcomer!.sign.publicKey),
    agreeKey: await publicKeyBytes(newcomer!.agree.publicKey),
    by: 0,
    createdAt: 1,
  });
  if (!draft.ok) throw new Error(draft.reason);
  const by = ({ sign }: DeviceKeys) => signWith(sign.privateKey, draft.bytes);
  return [...beginning, draft.finish(await by(owner!), await by(newcomer!))] as DeviceLog;
}

test("ID-3: another history than the one that was shown before is an alarm, and nobody goes over into it", async () => {
  const { ports, lies } = lyingServer();
  const ownerStore = memoryStore();
  const owner = await openOwner({ store: ownerStore });
  await joinTo(owner, server.url); // which the other history does not have
  const { newcomer, store, userId } = await waitingAt(owner, ports);
  const fork = await forkOf(await logOf(owner), ownerStore, store);
  const path = `GET /v1/accounts/${owner.me.userId}/log`;
  lies.about = (what) => (what === path ? { log: fork } : null);
  const alarm = nextEvent(newcomer, isNamed("forked", "joined"));
  await (await owner.devices()).admit(userId);
  expect(await alarm).toEqual({ event: "forked", userId: owner.me.userId });
  expect(await store.get("device", "move")).toBeNull();
  expect(await accountIn(store)).toBe(userId);
});

async function logOf(client: Acquaint): Promise<DeviceLog> {
  return (await client.export()).account.log;
}

test("ID-3: another history of one's own account is an alarm; what was known stays, and messages go on", async () => {
  const { ports, lies } = lyingServer();
  const [owner, friend] = [await openOwner({ ports }), await openOwner()];
  await meet(owner, friend);
  const path = `GET /v1/accounts/${owner.me.userId}/log`;
  lies.about = (what, { log }) => {
    if (what !== path) return null;
    const [genesis, ...later] = log as DeviceLog;
    return {
      log: [genesis, ...later.map((one) => ({ ...one, signature: corrupted(one.signature) }))],
    };
  };
  const alarm = nextEvent(owner, isNamed("forked"));
  const store = memoryStore();
  const restored = await openClient(server.url, { store, ports: IMPATIENT });
  const joined = nextEvent(restored, isNamed("joined"));
  await (await restored.devices()).restore((await owner.recoveryPhrase())!);
  await joined;
  expect(await alarm).toEqual({ event: "forked", userId: owner.me.userId });
  expect(await (await owner.devices()).list()).toHaveLength(1);
  const told = nextEvent(owner, isNamed("message"));
  await friend.messages.send(owner.me.userId, "still there?");
  expect(await told).toMatchObject({ message: { text: "still there?" } });
});

test("ID-3: that it was removed a device believes its account's signature alone", async () => {
  const store = memoryStore();
  const owner = await openOwner();
  const device = await joinTo(owner, server.url, { store });
  await device.close();
  const log = await logOf(owner);
  const last = log.at(-1)!;
  const bad: unknown[] = [
    log,
    log.slice(0, 1),
    [...log.slice(0, -1), { ...last, signature: corrupted(last.signature) }],
    [log[0], { ...last, signature: corrupted(last.signature) }, last],
  ];
  for (const shown of bad) {
    const refusing: Partial<Ports> = {
      ...IMPATIENT,
      fetch: async (url, init) => {
        if (!url.endsWith("/v1/sessions")) return fetch(url, init);
        const body = {
          type: "urn:acquaint:problem:device-removed",
          code: "device-removed",
          title: "t",
          status: 403,
          log: shown,
        };
        return Response.json(body, { status: 403 });
      },
    };
    const told: string[] = [];
    const again = await Acquaint.open({ server: server.url, store, ports: refusing });
    again.on(({ event }) => told.push(event));
    await expect(again.refreshProfile()).rejects.toMatchObject({ code: "device-removed" });
    expect(told).not.toContain("erased");
    expect(await store.get("device", "erasure")).toBeNull();
    await again.close();
  }
  const again = await openClient(server.url, { store });
  expect((await again.refreshProfile()).userId).toBe(owner.me.userId);
});

test("ID-3: a device that asks before the other has heard of their match is heard all the same", async () => {
  let release!: () => void;
  const isReleased = new Promise<void>((resolve) => (release = resolve));
  const proxy = await startChaosProxy(server.url, {
    onFrame: async ({ side, types }): Promise<Verdict> => {
      if (side === "down" && types.includes("matched")) await isReleased;
      return "pass";
    },
  });
  const owner = await openClient(proxy.url, { ports: IMPATIENT });
  owner.connect();
  const newcomer = await openClient(server.url, { ports: IMPATIENT });
  newcomer.connect();
  const devices = await owner.devices();
  const shown = await devices.link();
  await (await newcomer.devices()).join(codeOf(shown), "laptop");
  // Without the keys of their meeting it cannot be opened, and is asked for again.
  await proxy.frameOf("send");
  const told = nextEvent(owner, isNamed("devices"));
  await told;
  expect(await devices.applicants()).toEqual([]);
  release();
  const joined = nextEvent(newcomer, isNamed("joined"));
  await devices.admit((await applicantAt(owner)).userId);
  await joined;
});
