// KEY-5: a device makes one claim for a key, however often the key is entered.

import { afterAll, beforeAll, expect, test } from "vitest";
import { type Acquaint, emptyCard, memoryStore } from "../../shared/client/node.ts";
import { startChaosProxy, type Verdict } from "../support/chaosProxy.ts";
import { codeOf, openClient, openPair, outcomeOf } from "../support/clients.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const contactsOf = async (client: Acquaint) =>
  (await client.contacts.list()).map(({ userId, verified, card }) => [userId, verified, card?.uid]);

test.each([
  { how: "without looking for pending meetings", isResumed: false },
  { how: "while the pending one goes on", isResumed: true },
])(
  "KEY-5: a key entered again after the program died, $how, leads both to one contact with its card",
  async ({ isResumed }) => {
    const answer = Promise.withResolvers<Verdict>();
    const proxy = await startChaosProxy(server.url, {
      onFrame: ({ types }) => (types.includes("answer") ? answer.promise : "pass"),
    });
    const claims = await startChaosProxy(server.url);
    const store = memoryStore();
    const ada = await openClient(proxy.url);
    const before = await openClient(claims.url, { store });
    const shown = await ada.showKey({ card: emptyCard("ada", "Ada") });
    await before.enterKey(codeOf(shown), { card: emptyCard("ben", "Ben") });
    await proxy.frameOf("answer");
    await before.close();

    const ben = await openClient(claims.url, { store });
    const resumed = isResumed ? await ben.pendingMeetings() : [];
    const entered = await ben.enterKey(codeOf(shown));
    expect(resumed).toEqual(isResumed ? [entered] : []);
    answer.resolve("pass");
    expect(await Promise.all([outcomeOf(shown), outcomeOf(entered)])).toEqual([
      "connected",
      "connected",
    ]);
    expect(await ben.pendingMeetings()).toEqual([]);
    expect(await contactsOf(ada)).toEqual([[ben.me.userId, true, "ben"]]);
    expect(await contactsOf(ben)).toEqual([[ada.me.userId, true, "ada"]]);
    const said = claims.frames.filter(({ types }) => types.includes("claim"));
    expect(new Set(said.map(({ text }) => text)).size).toBe(1);
  },
);

test("KEY-5: a key entered twice in one program is one meeting, be it at once or later", async () => {
  const [ada, ben] = await openPair(server.url);
  const shown = await ada.showKey();
  const [first, second] = await Promise.all([
    ben.enterKey(codeOf(shown)),
    ben.enterKey(codeOf(shown)),
  ]);
  expect(second).toBe(first);
  expect(await Promise.all([outcomeOf(shown), outcomeOf(first)])).toEqual([
    "connected",
    "connected",
  ]);
  expect(await ben.contacts.list()).toHaveLength(1);
});

test("KEY-5: a key entered a second time while it waits for the answer gives the same meeting", async () => {
  const answer = Promise.withResolvers<Verdict>();
  const proxy = await startChaosProxy(server.url, {
    onFrame: ({ types }) => (types.includes("answer") ? answer.promise : "pass"),
  });
  const ada = await openClient(proxy.url);
  const ben = await openClient(server.url);
  const shown = await ada.showKey();
  const first = await ben.enterKey(codeOf(shown));
  expect(await ben.enterKey(codeOf(shown))).toBe(first);
  answer.resolve("pass");
  expect(await Promise.all([outcomeOf(shown), outcomeOf(first)])).toEqual([
    "connected",
    "connected",
  ]);
});
