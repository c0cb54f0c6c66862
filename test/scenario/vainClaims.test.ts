// PAS-8: whatever a claimant does instead of guessing openly, it is counted like a wrong guess.

import { afterAll, beforeAll, expect, test } from "vitest";
import type { Acquaint } from "../../shared/client/node.ts";
import { type Message, startChaosProxy } from "../support/chaosProxy.ts";
import { codeOf, openClient, outcomeOf, wrongCodeFor } from "../support/clients.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

async function expectToWait(client: Acquaint): Promise<void> {
  const shown = await (await openClient(server.url)).showKey();
  await expect(client.enterKey(codeOf(shown))).rejects.toMatchObject({
    code: "too-many-requests",
    problem: { retryAfterSeconds: expect.any(Number) },
  });
}

test("PAS-8: a claim that gives the offer's share back is a wrong guess to both sides, and the fourth one waits", async () => {
  let offered: Message | undefined;
  const proxy = await startChaosProxy(server.url, {
    onFrame: ({ messages: [message] }) => {
      if (message?.type === "offer") offered = message;
      if (message?.type !== "claim") return "pass";
      return { replace: [{ ...message, share: offered?.["share"] }] };
    },
  });
  const ada = await openClient(server.url);
  const eve = await openClient(proxy.url);
  for (let guess = 0; guess < 3; guess++) {
    const shown = await ada.showKey();
    const entered = await eve.enterKey(wrongCodeFor(shown));
    expect(await Promise.all([outcomeOf(shown), outcomeOf(entered)])).toEqual([
      "mismatch",
      "mismatch",
    ]);
  }
  await expectToWait(eve);
});

test("PAS-8: a claimant who calls it off after the claim has guessed, and the fourth time waits", async () => {
  const proxy = await startChaosProxy(server.url, {
    onFrame: ({ types }) => (types.includes("answer") ? "drop" : "pass"),
  });
  const ada = await openClient(proxy.url);
  const eve = await openClient(server.url);
  for (let guess = 0; guess < 3; guess++) {
    const shown = await ada.showKey();
    const entered = await eve.enterKey(wrongCodeFor(shown));
    await entered.cancel();
    expect(await Promise.all([outcomeOf(shown), outcomeOf(entered)])).toEqual([
      "cancelled",
      "cancelled",
    ]);
  }
  await expectToWait(eve);
});
