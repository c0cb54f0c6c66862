// KEY-5 and PAS-3 on a bad network: whatever is cut, delayed or silent, the SDK comes back with the
// same bytes, and both sides end alike.

import { afterAll, beforeAll, expect, test } from "vitest";
import type { Acquaint, Ports } from "../../shared/client/node.ts";
import {
  type ChaosProxy,
  type Frame,
  startChaosProxy,
  type Verdict,
} from "../support/chaosProxy.ts";
import { codeOf, IMPATIENT, openClient, outcomeOf, watchedStore } from "../support/clients.ts";
import { pseudoRandom } from "../support/pseudoRandom.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

type Role = "initiator" | "responder";

/** Every frame of a pairing without faults, by side. */
const FRAMES: Record<Role, readonly string[]> = {
  initiator: [
    "up open",
    "down opened",
    "down claim",
    "up answer",
    "down matched",
    "up acknowledge",
    "down acknowledged",
  ],
  responder: [
    "down offer",
    "up claim",
    "down claimed",
    "down matched",
    "up acknowledge",
    "down acknowledged",
  ],
};

/** Of shared/client/liveSocket.ts. */
const KEEP_ALIVE_MS = 25_000;

const nameOf = ({ side, types }: Frame) => `${side} ${types.join(" ")}`;

const CUTS = (["initiator", "responder"] as const).flatMap((role) =>
  FRAMES[role].flatMap((frame) => [
    { role, frame, verdict: "cut" as Verdict, how: "lost with" },
    { role, frame, verdict: "passAndCut" as Verdict, how: "lost right after" },
  ]),
);

test.each(CUTS)(
  "KEY-5: the $role's connection, $how `$frame`, comes back and both connect",
  async ({ role, frame, verdict }) => {
    let isCut = false;
    const proxy = await startChaosProxy(server.url, {
      onFrame: (seen) => {
        if (isCut || nameOf(seen) !== frame) return "pass";
        isCut = true;
        return verdict;
      },
    });
    await expectBothConnected(role, proxy);
    expect(isCut).toBe(true);
    expectSameBytes(proxy);
  },
);

test.each(["initiator", "responder"] as const)(
  "KEY-5: the %s's connection, cut after each single frame, still leads to both contacts",
  async (role) => {
    const seen = new Set<string>();
    const proxy = await startChaosProxy(server.url, {
      onFrame: (frame) => {
        if (seen.has(nameOf(frame))) return "pass";
        seen.add(nameOf(frame));
        return "passAndCut";
      },
    });
    await expectBothConnected(role, proxy);
    expect(seen.size).toBeGreaterThanOrEqual(5);
    expectSameBytes(proxy);
  },
);

test.each(["initiator", "responder"] as const)(
  "KEY-5: requests and upgrades of the %s that fail, before or after the server saw them, are made again",
  async (role) => {
    // The first request is whoever began the meeting's to make again.
    const fates = ["pass", "cut", "cutAfter"] as const;
    const tries = new Map<string, number>();
    const connections: string[] = [];
    const proxy = await startChaosProxy(server.url, {
      onFrame: ({ types, connection }) => {
        if (connections[connection] !== undefined) return "pass";
        connections[connection] = types.join(" ");
        return connection < 3 ? "passAndCut" : "pass"; // so that there is much to connect
      },
      onRequest: (method, path) => {
        if (!isArmed || (method !== "UPGRADE" && path !== "/v1/upgrade-tokens")) return "pass";
        const count = tries.get(method) ?? 0;
        tries.set(method, count + 1);
        return fates[count % fates.length]!;
      },
    });
    let isArmed = false;
    await expectBothConnected(role, proxy, () => (isArmed = true));
    expect(tries.get("UPGRADE")).toBeGreaterThanOrEqual(3);
    expect(tries.get("POST")).toBeGreaterThanOrEqual(3);
    expectSameBytes(proxy);
  },
);

test.each(["initiator", "responder"] as const)(
  "KEY-5: a connection of the %s that falls silent is given up by its keep-alive, and both connect",
  async (role) => {
    let isSilent = false;
    const fell = Promise.withResolvers<void>();
    const proxy = await startChaosProxy(server.url, {
      onFrame: (frame) => {
        if (isSilent || nameOf(frame) !== "down matched") return "pass";
        isSilent = true;
        fell.resolve();
        return "stall";
      },
    });
    // The two keep-alives that it takes are due at once, instead of 25 and 50 seconds later.
    const first = Promise.withResolvers<() => void>();
    let keepAlives = 0;
    const after = (delayMs: number, task: () => void): (() => void) => {
      if (delayMs === KEEP_ALIVE_MS) keepAlives += 1;
      if (delayMs === KEEP_ALIVE_MS && keepAlives === 1) first.resolve(task);
      const isSoon = delayMs === KEEP_ALIVE_MS && keepAlives === 2;
      const timer = setTimeout(task, isSoon ? 0 : delayMs);
      return () => clearTimeout(timer);
    };
    void fell.promise.then(async () => (await first.promise)());
    await expectBothConnected(role, proxy, () => {}, { after });
    expect(new Set(proxy.frames.map(({ connection }) => connection)).size).toBe(2);
  },
);

test("KEY-5: 30 pairings over connections that are cut at random connect on both sides", async () => {
  const seed = Date.now() % 1_000_000;
  const chance = pseudoRandom(seed);
  const chaos = (): Verdict => {
    const dice = chance();
    return dice < 0.12 ? "cut" : dice < 0.24 ? "passAndCut" : "pass";
  };
  const delays = { onFrame: (frame: Frame) => (frame.connection > 12 ? "pass" : chaos()) };
  for (let round = 0; round < 3; round++) {
    await Promise.all(
      Array.from({ length: 10 }, async () => {
        const [a, b] = [
          await startChaosProxy(server.url, delays),
          await startChaosProxy(server.url, delays),
        ];
        await expectBothConnected("initiator", a, () => {}, {}, b.url).catch((error: unknown) => {
          throw new Error(`seed ${seed}`, { cause: error });
        });
        expectSameBytes(a);
        expectSameBytes(b);
      }),
    );
  }
});

/** Pairs one side behind the proxy with the other, which has a network of its own. */
async function expectBothConnected(
  role: Role,
  proxy: ChaosProxy,
  arm: () => unknown = () => {},
  ports: Partial<Ports> = {},
  otherUrl = server.url,
): Promise<void> {
  const stores = { initiator: watchedStore(), responder: watchedStore() };
  const open = (side: Role): Promise<Acquaint> =>
    openClient(side === role ? proxy.url : otherUrl, {
      store: stores[side].store,
      name: side,
      ports: side === role ? { ...IMPATIENT, ...ports } : IMPATIENT,
    });
  const ada = await open("initiator");
  const ben = await open("responder");
  arm();
  const shown = await ada.showKey();
  const entered = await ben.enterKey(codeOf(shown));
  expect(await Promise.all([outcomeOf(shown), outcomeOf(entered)])).toEqual([
    "connected",
    "connected",
  ]);
  await Promise.all([stores.initiator.settled(), stores.responder.settled()]);
  const [[ofAda], [ofBen]] = [await ada.contacts.list(), await ben.contacts.list()];
  expect(ofAda?.receiptHash).toBeDefined();
  expect(ofAda?.receiptHash).toBe(ofBen?.receiptHash);
  expect([ofAda?.userId, ofBen?.userId]).toEqual([ben.me.userId, ada.me.userId]);
}

/** What was said again, was the same to the byte; but an attempt that the server never saw may be made anew. */
function expectSameBytes(proxy: ChaosProxy): void {
  for (const type of ["claim", "answer"]) {
    const said = proxy.frames.filter(({ side, types }) => side === "up" && types.includes(type));
    expect(new Set(said.map(({ text }) => text)).size).toBeLessThanOrEqual(1);
  }
}
