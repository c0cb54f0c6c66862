// PAS-6: a meeting that cannot begin says so at once, instead of after the twenty seconds that it may take.

import { afterAll, beforeAll, expect, test } from "vitest";
import { ConnectionError } from "../../shared/client/node.ts";
import { problem } from "../../shared/wire/problem.ts";
import { startChaosProxy } from "../support/chaosProxy.ts";
import { codeOf, IMPATIENT, openClient, openPair, outcomeOf } from "../support/clients.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

/** Of shared/client/meetings.ts: how long a beginning may take. */
const BEGIN_MS = 20_000;

/** Ports whose clock would never let a beginning be too late. */
const UNHURRIED = {
  after: (delayMs: number, task: () => void) => {
    const timer = delayMs === BEGIN_MS ? undefined : setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};

test.each(["showing", "entering"])(
  "PAS-6: closing while %s a key begins rejects it, to be resumed",
  async (doing) => {
    const proxy = await startChaosProxy(server.url, {
      onFrame: ({ side }) => (side === "down" ? "drop" : "pass"),
    });
    const shown = await (await openClient(server.url)).showKey();
    const carl = await openClient(proxy.url, { ports: UNHURRIED });
    const begun = doing === "showing" ? carl.showKey() : carl.enterKey(codeOf(shown));
    const failure = begun.catch((error: unknown) => error);
    await proxy.frameOf(doing === "showing" ? "opened" : "offer");
    await carl.close();
    expect(await failure).toBeInstanceOf(ConnectionError);
  },
);

test("PAS-6: what was asked for before the closing does not begin after it", async () => {
  const shown = await (await openClient(server.url)).showKey();
  const carl = await openClient(server.url);
  const asked = [carl.showKey(), carl.enterKey(codeOf(shown))];
  await carl.close();
  const ends = await Promise.allSettled(asked);
  expect(ends.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(shown.events.map(({ event }) => event)).not.toContain("claimed");
});

test("KEY-3: entering one's own key is refused while it begins", async () => {
  const ada = await openClient(server.url, { ports: UNHURRIED });
  const shown = await ada.showKey();
  await expect(ada.enterKey(codeOf(shown))).rejects.toMatchObject({ code: "own-key" });
});

test("PAS-6: a key entered again after it was called off begins, and ends as a wrong one", async () => {
  const proxy = await startChaosProxy(server.url, {
    // The initiator's device falls silent: it neither answers nor acknowledges.
    onFrame: ({ types, side }) => (side === "up" && !types.includes("open") ? "drop" : "pass"),
  });
  const ada = await openClient(proxy.url);
  const ben = await openClient(server.url, { ports: UNHURRIED });
  const shown = await ada.showKey();
  const entered = await ben.enterKey(codeOf(shown));
  await proxy.frameOf("answer");
  await entered.cancel();
  expect(await outcomeOf(entered)).toBe("cancelled");
  expect(await outcomeOf(await ben.enterKey(codeOf(shown)))).toBe("mismatch");
});

test("PAS-6: a beginning whose device is let in no more settles, as a wrong key or one that nobody entered", async () => {
  let isBarred = false;
  const proxy = await startChaosProxy(server.url, {
    onFrame: ({ side }) => {
      if (side === "up") return "pass";
      isBarred = true;
      return "cut";
    },
  });
  const ports = {
    ...IMPATIENT,
    ...UNHURRIED,
    fetch: async (url: string, init: RequestInit) => {
      const isRefused = isBarred && url.endsWith("/v1/upgrade-tokens");
      const refused = problem("malformed-request");
      return isRefused ? Response.json(refused, { status: refused.status }) : fetch(url, init);
    },
  };
  const shown = await (await openClient(server.url)).showKey();
  const ben = await openClient(proxy.url, { ports });
  expect(await outcomeOf(await ben.enterKey(codeOf(shown)))).toBe("mismatch");
  isBarred = false;
  expect(await outcomeOf(await ben.showKey())).toBe("timedOut");
});

test("PAS-6: a newer key calls off one that has just begun, and takes its place", async () => {
  const [ada, ben] = await openPair(server.url);
  const [older, newer] = await Promise.all([ada.showKey(), ada.showKey()]);
  expect(await outcomeOf(older)).toBe("cancelled");
  const entered = await ben.enterKey(codeOf(newer));
  expect(await Promise.all([outcomeOf(newer), outcomeOf(entered)])).toEqual([
    "connected",
    "connected",
  ]);
});
