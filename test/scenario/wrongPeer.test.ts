// PAS-10: a server that brings the wrong people together. Each device knows whom it asked, or who asked it,
// and takes nobody else for that person, not even one who knows the passphrase.

import { afterAll, beforeAll, expect, test } from "vitest";
import { type ChaosProxy, type Message, startChaosProxy } from "../support/chaosProxy.ts";
import { openClient, outcomeOf } from "../support/clients.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";
import {
  expectBurnt,
  expectNothingVerified,
  openListener,
  outcomesOf,
  whenSeen,
} from "../support/spoken.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const PASSPHRASE = "seven quiet owls";

test("PAS-10: whoever answers a request that the server has put under another name is not connected to its true asker", async () => {
  const [ada, carl] = await Promise.all([openClient(server.url), openClient(server.url)]);
  const proxy = await startChaosProxy(server.url, {
    onFrame: ({ messages: [notice] }) => {
      if (notice?.type !== "request") return "pass";
      const request = { ...(notice["request"] as object), from: carl.me.userId };
      return { replace: [{ ...notice, request }] };
    },
  });
  const ben = await openListener(proxy.url);
  await ada.ask({ to: ben.me.userId, passphrase: PASSPHRASE });
  const { sid, from } = await whenSeen(ben, () => ben.requests.waiting[0]);
  expect(from).toBe(carl.me.userId);
  const answered = await ben.requests.answer(sid, PASSPHRASE);
  expect(await outcomeOf(answered)).toBe("tampered");
  await expectNothingVerified(ben);
  await expectBurnt(ben, ada, PASSPHRASE);
});

test("PAS-10: a request that the server hands to someone else, who knows the passphrase, does not connect its asker", async () => {
  const [ben, carl] = await Promise.all([openListener(server.url), openListener(server.url)]);
  const ada = await openClient(server.url, {
    ports: {
      fetch: (url, init) => {
        if (typeof init.body !== "string") return fetch(url, init);
        return fetch(url, { ...init, body: init.body.replace(ben.me.userId, carl.me.userId) });
      },
    },
  });
  const asked = await ada.ask({ to: ben.me.userId, passphrase: PASSPHRASE });
  const { sid } = await whenSeen(carl, () => carl.requests.waiting[0]);
  await carl.requests.answer(sid, PASSPHRASE);
  expect(await outcomeOf(asked)).toBe("tampered");
  await expectNothingVerified(ada);
  await expectBurnt(ada, ben, PASSPHRASE);
});

test("PAS-10: two offers that the server swaps connect nobody", async () => {
  const [ada, carl] = await Promise.all([openClient(server.url), openClient(server.url)]);
  const offers: Message[] = [];
  let release!: () => void;
  const both = new Promise<void>((resolve) => (release = resolve));
  const proxy = await startChaosProxy(server.url, {
    onFrame: async ({ messages: [message] }) => {
      if (message?.type !== "offer") return "pass";
      if (offers.push(message) === 2) release();
      await both;
      const other = offers.find(({ sid }) => sid !== message["sid"])!;
      const { share, commitment } = other;
      return { replace: [{ ...message, share, commitment }] };
    },
  });
  const ben = await openListener(proxy.url);
  const to = ben.me.userId;
  const asked = await Promise.all(
    [ada, carl].map((one, index) => one.ask({ to, passphrase: `${PASSPHRASE} ${index}` })),
  );
  const requests = await whenSeen(ben, () =>
    ben.requests.waiting.length === 2 ? ben.requests.waiting : undefined,
  );
  const answered = await Promise.all(
    requests.map(({ sid, from }) =>
      ben.requests.answer(sid, `${PASSPHRASE} ${from === ada.me.userId ? 0 : 1}`),
    ),
  );
  expect(await outcomesOf([...asked, ...answered])).toEqual(Array<string>(4).fill("mismatch"));
  await expectNothingVerified(ben);
});

test.each(["the one asked", "the other"])(
  "PAS-3: a request that the server gives to two accounts, who both know the passphrase, is answered once (%s first)",
  async (first) => {
    let opening: Message = { type: "none" };
    let openedAt: unknown;
    const toAda = await startChaosProxy(server.url, {
      onFrame: async ({ side, messages: [message] }) => {
        if (message?.type === "open") opening = message;
        if (message?.type === "opened") ({ openedAt } = message);
        if (side === "up" || message?.type !== "claim") return "pass";
        const [ofCarl] = (await toCarl.frameOf("claim")).messages;
        const { share, commitment, confirmation } = ofCarl!;
        const second = { type: "claim", share, commitment, confirmation };
        return { replace: first === "the other" ? [second, message] : [message, second] };
      },
    });
    const ada = await openListener(toAda.url, { name: "Ada" });
    const ben = await openListener(server.url, { name: "Ben" });
    const times = () => ({ openedAt, claimBy: Date.now() + 60_000, answerBy: Date.now() + 90_000 });
    const toCarl: ChaosProxy = await startChaosProxy(server.url, {
      onFrame: (frame) => {
        const { sid, share, commitment } = opening;
        const now = Date.now();
        if (frame.side === "up") return "pass";
        if (frame.types.includes("ready")) {
          const from = ada.me.userId;
          const request = { sid, from, handle: null, locator: "999999999", ...times() };
          return { replace: [{ type: "request", request, now }, ...frame.messages] };
        }
        if (!frame.path.includes("attempts")) return "pass";
        const offer = { type: "offer", method: "passphrase", sid, share, commitment };
        frame.inject("down", [{ ...offer, ...times(), now }]);
        return "stall";
      },
    });
    const asked = await ada.ask({ to: ben.me.userId, passphrase: PASSPHRASE });
    const carl = await openListener(toCarl.url, { name: "Carl" });
    const atBen = await whenSeen(ben, () => ben.requests.waiting[0]);
    await ben.requests.answer(atBen.sid, PASSPHRASE);
    const atCarl = await whenSeen(carl, () => carl.requests.waiting[0]);
    expect(atCarl.sid).toBe(atBen.sid);
    const answeredByCarl = await carl.requests.answer(atCarl.sid, PASSPHRASE);
    expect(await outcomeOf(asked)).toBe("tampered");
    expect(answeredByCarl.isOver).toBe(false);
    await Promise.all([expectNothingVerified(ada), expectNothingVerified(carl)]);
    const answers = toAda.frames.filter(({ types }) => types.includes("answer"));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    await expectBurnt(ada, ben, PASSPHRASE);
  },
);
