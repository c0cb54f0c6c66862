// KEY-5 and KEY-6 when time has passed: what was concluded is not concluded a second time, and what
// waits in the mailbox is fetched, kept and deleted, whatever request fails meanwhile.

import { afterAll, beforeAll, expect, test } from "vitest";
import { type Acquaint, emptyCard, memoryStore } from "../../shared/client/node.ts";
import { problem } from "../../shared/wire/problem.ts";
import { startChaosProxy, type Verdict } from "../support/chaosProxy.ts";
import {
  codeOf,
  IMPATIENT,
  openClient,
  outcomeOf,
  watchedStore,
  wrongCodeFor,
} from "../support/clients.ts";
import { MortalServer } from "../support/mortalServer.ts";
import { letTimePass, storedReleases } from "../support/storedState.ts";

let server: MortalServer;
beforeAll(async () => {
  server = await MortalServer.start();
});
afterAll(() => server.stop());

const PAST_T2_MS = 200_000;
const PATIENT = { timeout: 20_000 };

/** The device's clock; the server's goes on as it does. */
const later = { ...IMPATIENT, now: () => Date.now() + PAST_T2_MS };
const failuresOf = (events: readonly { event: string }[]) =>
  events.filter(({ event }) => event === "failed");
const releasesFor =
  ({ me }: Acquaint) =>
  () =>
    storedReleases(server.stateDir).filter(({ deviceId }) => deviceId === me.deviceId);

/** Requests for a release; the first ones fail, in this way. */
function releasePorts(fault?: () => Promise<Response>, faults = 1) {
  const asked: string[] = [];
  return {
    asked,
    fetch: async (url: string, init: RequestInit): Promise<Response> => {
      if (!url.includes("/v1/releases/")) return fetch(url, init);
      asked.push(String(init.method));
      return fault !== undefined && asked.length <= faults ? fault() : fetch(url, init);
    },
  };
}

test("KEY-5: a concluded meeting that is reopened after its 150 seconds is told as connected, and its copy in the mailbox goes", async () => {
  const acknowledgement = Promise.withResolvers<Verdict>();
  const proxy = await startChaosProxy(server.url, {
    onFrame: ({ types }) => (types.includes("acknowledge") ? acknowledgement.promise : "pass"),
  });
  const { store, settled } = watchedStore();
  const ada = await openClient(server.url, { store });
  const ben = await openClient(proxy.url);
  const shown = await ada.showKey();
  const entered = await ben.enterKey(codeOf(shown));
  expect(await Promise.all([outcomeOf(shown), outcomeOf(entered)])).toEqual([
    "connected",
    "connected",
  ]);
  await ada.close();
  expect(await store.all("attempts")).toMatchObject([{ concluded: expect.any(String) }]);

  const { fetch: asking, asked } = releasePorts();
  const again = await openClient(server.url, { store, ports: { ...later, fetch: asking } });
  const [pending] = await again.pendingMeetings();
  expect(await outcomeOf(pending!)).toBe("connected");
  acknowledgement.resolve("pass");
  await settled();
  expect(asked).toEqual(["DELETE"]);
  expect(failuresOf(pending!.events)).toEqual([]);
  expect(await again.contacts.list()).toMatchObject([{ verified: true }]);
});

test("KEY-6: an acknowledgement that is confirmed after the 150 seconds deletes the copy that the mailbox may hold by then", async () => {
  const acknowledgement = Promise.withResolvers<Verdict>();
  const proxy = await startChaosProxy(server.url, {
    onFrame: ({ types, side }) =>
      side === "up" && types.includes("acknowledge") ? acknowledgement.promise : "pass",
  });
  let isLater = false;
  const now = () => Date.now() + (isLater ? PAST_T2_MS : 0);
  const { fetch: asking, asked } = releasePorts();
  const { store, settled } = watchedStore();
  const ada = await openClient(server.url, { store, ports: { now, fetch: asking } });
  const ben = await openClient(proxy.url);
  const shown = await ada.showKey();
  await ben.enterKey(codeOf(shown));
  expect(await outcomeOf(shown)).toBe("connected");
  await proxy.frameOf("acknowledge");
  isLater = true;
  acknowledgement.resolve("pass");
  await settled();
  expect(asked).toEqual(["DELETE"]);
});

test("KEY-6: a concluded meeting whose acknowledgement was lost is told as connected once its copy lies in the mailbox, and deletes it", async () => {
  const proxy = await startChaosProxy(server.url, {
    onFrame: ({ types, side }) =>
      side === "up" && types.includes("acknowledge") ? "drop" : "pass",
  });
  const { store, settled } = watchedStore();
  const ada = await openClient(proxy.url, { store });
  const ben = await openClient(server.url);
  const shown = await ada.showKey();
  const entered = await ben.enterKey(codeOf(shown));
  expect(await Promise.all([outcomeOf(shown), outcomeOf(entered)])).toEqual([
    "connected",
    "connected",
  ]);
  await ada.close();
  await server.kill(() => letTimePass(server.stateDir, PAST_T2_MS));
  await expect.poll(releasesFor(ada), PATIENT).toHaveLength(1);

  // The record knows the server by its origin; the proxy leads there still.
  const again = await openClient(proxy.url, { store, ports: later });
  const [pending] = await again.pendingMeetings();
  expect(await outcomeOf(pending!)).toBe("connected");
  await settled();
  expect(failuresOf(pending!.events)).toEqual([]);
  await expect.poll(releasesFor(ada), PATIENT).toEqual([]);
});

test("KEY-5: of a concluded meeting whose contact was removed since, nothing is told", async () => {
  const proxy = await startChaosProxy(server.url, {
    onFrame: ({ types, side }) =>
      side === "up" && types.includes("acknowledge") ? "drop" : "pass",
  });
  const { store, settled } = watchedStore();
  const ada = await openClient(server.url, { store });
  const ben = await openClient(proxy.url);
  const shown = await ada.showKey();
  await ben.enterKey(codeOf(shown));
  await shown.contact;
  await ada.close();
  const again = await openClient(server.url, { store });
  await again.contacts.remove(ben.me.userId);
  const [pending] = await again.pendingMeetings();
  await settled();
  expect(failuresOf(pending!.events)).toEqual([]);
  expect(await again.contacts.list()).toEqual([]);
});

const refused = (code: "try-again" | "too-many-requests") => async () => {
  const told = problem(code);
  return Response.json(told, { status: told.status });
};
const FAULTS = [
  { what: "that finds no connection", fault: () => Promise.reject(new TypeError("offline")) },
  { what: "refused with 503", fault: refused("try-again") },
  { what: "refused with 429", fault: refused("too-many-requests") },
];

test.each(FAULTS)(
  "KEY-6: a request for the release $what leaves a vain meeting to end as it did",
  async ({ fault }) => {
    const proxy = await startChaosProxy(server.url, {
      onFrame: ({ types, side }) => (side === "down" && types.includes("ended") ? "cut" : "pass"),
    });
    const ada = await openClient(server.url);
    const { fetch: asking, asked } = releasePorts(fault, 2);
    const ben = await openClient(proxy.url, { ports: { ...IMPATIENT, fetch: asking } });
    const shown = await ada.showKey();
    const entered = await ben.enterKey(wrongCodeFor(shown));
    expect(await outcomeOf(entered)).toBe("mismatch");
    expect(asked).toEqual(["GET", "GET", "GET"]);
  },
);

test.each(FAULTS)(
  "KEY-6: a match that waits in the mailbox is kept with its card, and its copy deleted, after a request $what",
  async ({ fault }) => {
    const { store, settled } = watchedStore(memoryStore());
    const proxy = await startChaosProxy(server.url, {
      onFrame: ({ types, side }) => {
        if (isAway && side === "down" && types.includes("matched")) return "stall";
        return "pass";
      },
    });
    let isAway = true;
    const ada: Acquaint = await openClient(server.url);
    const ben = await openClient(proxy.url, { store });
    const shown = await ada.showKey({ card: emptyCard("ada", "Ada") });
    await ben.enterKey(codeOf(shown), { card: emptyCard("ben", "Ben") });
    expect(await outcomeOf(shown)).toBe("connected");
    await proxy.frameOf("matched");
    await ben.close();
    await server.kill(() => letTimePass(server.stateDir, PAST_T2_MS));
    await expect.poll(releasesFor(ben), PATIENT).toHaveLength(1);

    isAway = false;
    const { fetch: asking, asked } = releasePorts(fault);
    const again = await openClient(proxy.url, { store, ports: { ...later, fetch: asking } });
    const [pending] = await again.pendingMeetings();
    expect(await outcomeOf(pending!)).toBe("connected");
    expect(await again.contacts.list()).toMatchObject([
      { userId: ada.me.userId, verified: true, card: { uid: "ada" } },
    ]);
    await settled();
    expect(asked).toEqual(["GET", "GET", "DELETE"]);
    await expect.poll(releasesFor(ben), PATIENT).toEqual([]);
  },
);
