// PAS-6 and PAS-8: either side may call it off, and wrong guesses cost waiting.

import { afterAll, beforeAll, expect, test } from "vitest";
import { ProblemError } from "../../shared/client/node.ts";
import { startChaosProxy } from "../support/chaosProxy.ts";
import {
  codeOf,
  IMPATIENT,
  openClient,
  openPair,
  outcomeOf,
  wrongCodeFor,
} from "../support/clients.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

test.each(["initiator", "responder"] as const)(
  "PAS-6: the %s can cancel between claim and answer; both are told, and neither has a contact",
  async (canceller) => {
    const proxy = await startChaosProxy(server.url, {
      onFrame: ({ types }) => (types.includes("answer") ? "drop" : "pass"),
    });
    const ada = await openClient(proxy.url);
    const ben = await openClient(server.url);
    const shown = await ada.showKey();
    const entered = await ben.enterKey(codeOf(shown));
    await proxy.frameOf("answer");
    await (canceller === "initiator" ? shown : entered).cancel();
    expect(await Promise.all([outcomeOf(shown), outcomeOf(entered)])).toEqual([
      "cancelled",
      "cancelled",
    ]);
    expect([...(await ada.contacts.list()), ...(await ben.contacts.list())]).toEqual([]);
    for (const meeting of [shown, entered]) {
      expect(meeting.events.filter(({ event }) => event === "failed")).toHaveLength(1);
    }
  },
);

test("PAS-6: cancelling a meeting that is over changes nothing", async () => {
  const [ada, ben] = await openPair(server.url);
  const shown = await ada.showKey();
  const entered = await ben.enterKey(codeOf(shown));
  await Promise.all([shown.contact, entered.contact]);
  await Promise.all([shown.cancel(), entered.cancel()]);
  expect(shown.events.at(-1)?.event).toBe("connected");
  expect(await ada.contacts.list()).toHaveLength(1);
});

test("PAS-6: a cancellation is made good after a lost connection", async () => {
  let isLost = false;
  const proxy = await startChaosProxy(server.url, {
    onFrame: ({ types }) => {
      if (isLost || !types.includes("cancel")) return "pass";
      isLost = true;
      return "cut";
    },
  });
  const ada = await openClient(proxy.url, { ports: IMPATIENT });
  const ben = await openClient(server.url);
  const shown = await ada.showKey();
  const code = codeOf(shown);
  await shown.cancel();
  expect(await outcomeOf(shown)).toBe("cancelled");
  expect(isLost).toBe(true);
  expect(await outcomeOf(await ben.enterKey(code))).toBe("mismatch");
});

test("PAS-8: three wrong keys are free, the next one is told how long to wait, and others are not held up", async () => {
  const ben = await openClient(server.url);
  const ada = await openClient(server.url);
  for (let guess = 0; guess < 3; guess++) {
    const shown = await ada.showKey();
    expect(await outcomeOf(await ben.enterKey(wrongCodeFor(shown)))).toBe("mismatch");
    expect(await outcomeOf(shown)).toBe("mismatch");
  }
  const shown = await ada.showKey();
  const refusal: unknown = await ben.enterKey(codeOf(shown)).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(ProblemError);
  expect(refusal).toMatchObject({ code: "too-many-requests" });
  expect((refusal as ProblemError).problem.retryAfterSeconds).toBeGreaterThan(0);
  const carl = await openClient(server.url);
  const entered = await carl.enterKey(codeOf(shown));
  expect(await Promise.all([outcomeOf(shown), outcomeOf(entered)])).toEqual([
    "connected",
    "connected",
  ]);
});

test("PAS-8: whoever meets in between is not counted as guessing", async () => {
  const [ada, ben] = await openPair(server.url);
  for (let count = 0; count < 5; count++) {
    const shown = await ada.showKey();
    expect(await outcomeOf(await ben.enterKey(codeOf(shown)))).toBe("connected");
    expect(await outcomeOf(shown)).toBe("connected");
  }
});

test("PAS-7: of many who enter one key at once, one is connected, and the others see a mismatch", async () => {
  const ada = await openClient(server.url);
  const crowd = await Promise.all(Array.from({ length: 12 }, () => openClient(server.url)));
  const shown = await ada.showKey();
  const entered = await Promise.all(crowd.map((client) => client.enterKey(codeOf(shown))));
  const outcomes = await Promise.all(entered.map(outcomeOf));
  expect(outcomes.toSorted()).toEqual(["connected", ...Array<string>(11).fill("mismatch")]);
  const winner = crowd[outcomes.indexOf("connected")]!;
  expect((await shown.contact).userId).toBe(winner.me.userId);
});
