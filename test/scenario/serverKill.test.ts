// KEY-5 and PAS-5 against `kill -9` of the server between any two steps, whichever way two people meet:
// after a restart on the same state the meeting completes for both, and the mailbox lists agree.

import { expect, test } from "vitest";
import { type Acquaint, ConnectionError, type Meeting } from "../../shared/client/node.ts";
import { type Frame, startChaosProxy, type Verdict } from "../support/chaosProxy.ts";
import { codeOf, IMPATIENT, openClient, watchedStore } from "../support/clients.ts";
import { MortalServer } from "../support/mortalServer.ts";
import { listedReceipts, outcomesOf, requestFrom } from "../support/spoken.ts";
import { letTimePass, storedAttempts, storedRows } from "../support/storedState.ts";

type Role = "initiator" | "responder";
/** `before` the frame gets through, which is then lost; `after` it got through. */
type Moment = { role: Role; frame: string; when: "before" | "after" };

/** Each of the ways to meet, as people go about it. */
const WAYS = {
  "by key": async (ada, ben) => {
    const shown = await persistently(() => ada.showKey());
    return [shown, await persistently(() => ben.enterKey(codeOf(shown)))];
  },
  "at an open attempt": async (ada, ben) => {
    const asked = await persistently(() => ada.ask({ passphrase: PASSPHRASE }));
    const { locator } = asked.asked!;
    return [asked, await persistently(() => ben.enterPassphrase(locator, PASSPHRASE))];
  },
  "by a request": async (ada, ben) => {
    ben.connect();
    const to = ben.me.userId;
    const asked = await persistently(() => ada.ask({ to, passphrase: PASSPHRASE }));
    const { sid } = await requestFrom(ben, ada);
    return [asked, await persistently(() => ben.requests.answer(sid, PASSPHRASE))];
  },
} satisfies Record<string, (ada: Acquaint, ben: Acquaint) => Promise<[Meeting, Meeting]>>;
type Way = keyof typeof WAYS;
const PASSPHRASE = "server killed thrice";

const UP = { initiator: ["open", "answer", "acknowledge"], responder: ["claim", "acknowledge"] };
const DOWN = {
  initiator: ["opened", "claim", "matched", "acknowledged"],
  responder: ["offer", "claimed", "matched", "acknowledged"],
};

const MOMENTS: Moment[] = (["initiator", "responder"] as const).flatMap((role) => [
  ...UP[role].flatMap((type): Moment[] => [
    { role, frame: `up ${type}`, when: "before" },
    { role, frame: `up ${type}`, when: "after" },
  ]),
  ...DOWN[role].map((type): Moment => ({ role, frame: `down ${type}`, when: "before" })),
]);

/** Of the mailbox's line. */
const REQUEST_MOMENTS: Moment[] = [
  { role: "responder", frame: "up hello", when: "before" },
  { role: "responder", frame: "up hello", when: "after" },
  { role: "responder", frame: "down request", when: "before" },
  { role: "responder", frame: "down request", when: "after" },
];

test.each(Object.keys(WAYS) as Way[])(
  "KEY-5, PAS-5: a server killed at any frame of a meeting %s, and restarted, lets both connect",
  {
    timeout: 300_000,
  },
  async (way) => {
    const lanes = 3;
    const moments = [...MOMENTS, ...(way === "by a request" ? REQUEST_MOMENTS : [])];
    await Promise.all(
      Array.from({ length: lanes }, async (_, lane) => {
        const server = await MortalServer.start();
        for (const moment of moments.filter((__, index) => index % lanes === lane)) {
          const label = `killed ${moment.when} ${moment.frame} of the ${moment.role}`;
          const kills = server.kills;
          await expectBothConnected(await pairUnder(server, way, moment), label);
          expect(server.kills, label).toBe(kills + 1);
          expect([...listedReceipts(server.stateDir).values()], label).not.toContain(1);
        }
        await server.stop();
      }),
    );
  },
);

test(
  "KEY-5, PAS-5: 40 meetings of all kinds under way when the server is killed, four times, at random, all complete for both",
  {
    timeout: 300_000,
  },
  async () => {
    const ways = Object.keys(WAYS) as Way[];
    const server = await MortalServer.start();
    for (let round = 0; round < 4; round++) {
      let frames = 0;
      // A pairing has 13 frames: somewhere in the middle of them all.
      const fatal = 10 + Math.floor(Math.random() * 110);
      let restarted: Promise<void> | undefined;
      const onFrame = (): Verdict => {
        if (frames++ === fatal) restarted = server.kill();
        return "pass";
      };
      const proxied = async (name: string) =>
        openDevice((await startChaosProxy(server.url, { onFrame })).url, name);
      const pairs = await Promise.all(
        Array.from({ length: 10 }, () => Promise.all([proxied("Ada"), proxied("Ben")])),
      );
      for (const pairing of await Promise.all(
        pairs.map((sides, index) => pair(ways[index % ways.length]!, ...sides)),
      )) {
        await expectBothConnected(pairing, `round ${round}, killed at frame ${fatal}`);
      }
      await restarted;
    }
    expect(server.kills).toBe(4);
    await server.stop();
  },
);

test("PAS-5: the alarm survives a killed server: an attempt that nobody comes back to still ends, and is forgotten", async () => {
  const server = await MortalServer.start();
  const ada = await openClient(server.url);
  await ada.showKey();
  await ada.close();
  expect(statesOf(server)).toEqual(["awaitingClaim"]);
  expect(alarmsOf(server)).toBe(1);
  await server.kill(() => letTimePass(server.stateDir, 121_000));
  await expect.poll(() => statesOf(server), { timeout: 20_000 }).toEqual(["failed"]);
  await server.kill(() => letTimePass(server.stateDir, 11 * 60_000));
  await expect.poll(() => statesOf(server), { timeout: 20_000 }).toEqual([]);
  await expect.poll(() => alarmsOf(server), { timeout: 20_000 }).toBe(0);
  await server.stop();
});

interface Settling {
  readonly client: Acquaint;
  readonly settled: () => Promise<void>;
}

interface Pairing {
  readonly outcomes: readonly string[];
  readonly sides: readonly [Settling, Settling];
}

async function openDevice(url: string, name: string): Promise<Settling> {
  const { store, settled } = watchedStore();
  return { client: await openClient(url, { store, name, ports: IMPATIENT }), settled };
}

async function pairUnder(server: MortalServer, way: Way, moment: Moment): Promise<Pairing> {
  let isDue = true;
  const fatal = async (role: Role, { side, types }: Frame): Promise<Verdict> => {
    const frame = `${side} ${types.join(" ")}`;
    if (!isDue || role !== moment.role || frame !== moment.frame) return "pass";
    isDue = false;
    if (moment.when === "after") {
      void server.kill();
      return "pass";
    }
    await server.kill();
    return "cut";
  };
  const proxyFor = (role: Role) =>
    startChaosProxy(server.url, { onFrame: (frame) => fatal(role, frame) });
  return pair(
    way,
    await openDevice((await proxyFor("initiator")).url, "Ada"),
    await openDevice((await proxyFor("responder")).url, "Ben"),
  );
}

async function pair(way: Way, ada: Settling, ben: Settling): Promise<Pairing> {
  const outcomes = await outcomesOf(await WAYS[way](ada.client, ben.client));
  return { outcomes, sides: [ada, ben] };
}

/** As people do while the server cannot be reached. */
async function persistently(begin: () => Promise<Meeting>): Promise<Meeting> {
  for (;;) {
    try {
      return await begin();
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
    }
  }
}

async function expectBothConnected({ outcomes, sides }: Pairing, label: string): Promise<void> {
  expect(outcomes, label).toEqual(["connected", "connected"]);
  await Promise.all(sides.map(({ settled }) => settled()));
  const [[ofAda, ...more], [ofBen, ...others]] = [
    await sides[0].client.contacts.list(),
    await sides[1].client.contacts.list(),
  ];
  expect([ofAda?.userId, ofBen?.userId], label).toEqual(
    [sides[1], sides[0]].map(({ client }) => client.me.userId),
  );
  expect(ofAda?.receiptHash, label).toBe(ofBen?.receiptHash);
  expect([...more, ...others], label).toEqual([]);
}

function statesOf({ stateDir }: MortalServer): unknown[] {
  return storedAttempts(stateDir).map(({ at }) => at);
}

function alarmsOf({ stateDir }: MortalServer): number {
  return storedRows(stateDir).filter(
    ({ table, object }) => table === "_cf_ALARM" && object.endsWith("PairingAttempt"),
  ).length;
}
