// PAS-9: two who ask each other at the same time meet once. One attempt goes on, the other ends quietly,
// and nobody is left with a prompt.

import { afterAll, beforeAll, expect, test } from "vitest";
import type { Ports } from "../../shared/client/node.ts";
import { STANDARD_PORTS } from "../../shared/client/ports.ts";
import { type Frame, startChaosProxy, type Verdict } from "../support/chaosProxy.ts";
import { IMPATIENT, outcomeOf, watchedStore } from "../support/clients.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";
import {
  BOTH_CONNECTED,
  courseOf,
  listedReceipts,
  openListener,
  outcomesOf,
  overRequests,
  whenSeen,
} from "../support/spoken.ts";
import { storedAttempts } from "../support/storedState.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

/** Of shared/client/requests.ts. */
const CROSSING_PATIENCE_MS = 5_000;

type Rule = (frame: Frame) => Verdict | Promise<Verdict>;

/** A listening device behind a network of its own. */
async function openBehind(name: string, onFrame: Rule, ports: Partial<Ports> = IMPATIENT) {
  const proxy = await startChaosProxy(server.url, { onFrame });
  const { store, settled } = watchedStore();
  const client = await openListener(proxy.url, { name, store, ports });
  return { client, proxy, settled, over: overRequests(client) };
}
type Side = Awaited<ReturnType<typeof openBehind>>;

const ask = (from: Side, to: Side, passphrase: string) =>
  from.client.ask({ to: to.client.me.userId, passphrase });

/** One meeting, one receipt, which is returned, the same on both sides; nothing is left of the other attempt. */
async function expectOneMeeting(
  sides: readonly Side[],
  outcomes: string[],
  label: string,
): Promise<string> {
  expect(outcomes, label).toEqual(BOTH_CONNECTED);
  await Promise.all(sides.map(({ settled }) => settled()));
  const lists = await Promise.all(sides.map(({ client }) => client.contacts.list()));
  expect(
    lists.map((list) => list.map(({ userId }) => userId)),
    label,
  ).toEqual(sides.toReversed().map(({ client }) => [client.me.userId]));
  const [receipt, other] = lists.map(([contact]) => contact?.receiptHash);
  expect(receipt, label).toBe(other);
  for (const { client, over } of sides) {
    await whenSeen(client, () => (client.requests.waiting.length === 0 ? true : undefined));
    expect(over, label).toEqual([]);
  }
  return receipt!;
}

/** The other asks at once, when the first request goes out, or when the server has taken it. */
const MOMENTS = [null, "open", "opened"] as const;

test("PAS-9: in 50 rounds of two asking each other at once, on slow lines, each makes exactly one meeting", async () => {
  let turned = 0;
  /** The last one of each pair: it has taken the place of those before. */
  const receipts = new Map<number, string>();
  const passed = async (pair: number): Promise<void> => {
    let onPassing: (type: string) => void = () => {};
    const slowly = async ({ types }: Frame): Promise<Verdict> => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 12));
      for (const type of types) onPassing(type);
      return "pass";
    };
    const ada = await openBehind("Ada", slowly);
    const ben = await openBehind("Ben", slowly);
    for (let round = 0; round < 5; round++) {
      const passphrase = `crossing number ${round}`;
      const moment = MOMENTS[(pair + round) % MOMENTS.length]!;
      const go = new Promise<void>((resolve) => {
        if (moment === null) resolve();
        else onPassing = (type) => void (type === moment && resolve());
      });
      const asking = [ask(ada, ben, passphrase), go.then(() => ask(ben, ada, passphrase))];
      const meetings = await Promise.all(asking);
      const label = `pair ${pair}, round ${round}, asked at ${moment ?? "once"}`;
      receipts.set(pair, await expectOneMeeting([ada, ben], await outcomesOf(meetings), label));
      expect(meetings.map(({ role }) => role).toSorted(), label).toEqual([
        "initiator",
        "responder",
      ]);
      for (const meeting of meetings) {
        const course = courseOf(meeting);
        expect(
          course.filter((event) => event === "connected"),
          label,
        ).toHaveLength(1);
        expect(
          course.filter((event) => event === "matched"),
          label,
        ).toHaveLength(1);
      }
      const isTurned = meetings.some((one) => one.role === "responder" && one.asked !== null);
      turned += Number(isTurned);
    }
  };
  await Promise.all(Array.from({ length: 10 }, (_, pair) => passed(pair)));
  expect(turned).toBeGreaterThan(10); // they did cross
  await expect.poll(() => storedAttempts(server.stateDir)).toEqual([]);
  const listed = [...listedReceipts(server.stateDir)];
  expect(new Map(listed)).toEqual(new Map([...receipts.values()].map((receipt) => [receipt, 2])));
});

test.each(["first", "second"] as const)(
  "PAS-9: crossing while the mailbox line of the %s is down for a moment leads to one meeting",
  async (victim) => {
    for (let round = 0; round < 4; round++) {
      // Requests do not reach the victim until its line is cut and comes back.
      let isDeaf = true;
      const deaf: Rule = ({ types }) => (isDeaf && types.includes("request") ? "drop" : "pass");
      const never: Rule = () => "pass";
      const ada = await openBehind("Ada", victim === "first" ? deaf : never);
      const ben = await openBehind("Ben", victim === "second" ? deaf : never);
      const missed = (victim === "first" ? ada : ben).proxy;
      const asking = [ask(ada, ben, "lost and found"), ask(ben, ada, "lost and found")];
      const meetings = await Promise.all(asking);
      // There is none if the other device came over before its own request stood.
      const met = Promise.all(meetings.map((meeting) => meeting.contact));
      await Promise.race([missed.frameOf("request"), met]);
      isDeaf = false;
      missed.cutAll();
      await expectOneMeeting([ada, ben], await outcomesOf(meetings), `round ${round}`);
    }
  },
);

test("PAS-9: one who hears nothing of the other's request is answered by the other, once it has waited", async () => {
  const deaf: Rule = ({ types }) => (types.includes("request") ? "drop" : "pass");
  let patience = 0;
  const after: Ports["after"] = (delayMs, task) => {
    const isPatience = delayMs === CROSSING_PATIENCE_MS;
    patience += Number(isPatience);
    return STANDARD_PORTS.after(isPatience ? 50 : delayMs, task);
  };
  for (let round = 0; round < 20 && patience === 0; round++) {
    const ada = await openBehind("Ada", deaf);
    const ben = await openBehind("Ben", () => "pass", { ...IMPATIENT, after });
    const asking = [ask(ada, ben, "deaf to that"), ask(ben, ada, "deaf to that")];
    const outcomes = await outcomesOf(await Promise.all(asking));
    await expectOneMeeting([ada, ben], outcomes, `round ${round}`);
  }
  expect(patience).toBe(1); // Ben's own request was once the one to go on, but Ada did not come
});

test("PAS-9: the cancellation of the attempt that makes way is made good after a lost connection", async () => {
  let cuts = 0;
  const losing = (): Rule => {
    let isLost = false;
    return ({ side, types }) => {
      if (isLost || side !== "up" || !types.includes("cancel")) return "pass";
      isLost = true;
      cuts += 1;
      return "cut";
    };
  };
  for (let round = 0; round < 3; round++) {
    const [ada, ben] = [await openBehind("Ada", losing()), await openBehind("Ben", losing())];
    const asking = [ask(ada, ben, "call it off"), ask(ben, ada, "call it off")];
    const outcomes = await outcomesOf(await Promise.all(asking));
    await expectOneMeeting([ada, ben], outcomes, `round ${round}`);
  }
  expect(cuts).toBeGreaterThan(0);
  await expect.poll(() => storedAttempts(server.stateDir)).toEqual([]);
});

test("PAS-9: crossing with different passphrases is one mismatch, the same for both", async () => {
  for (let round = 0; round < 3; round++) {
    const [ada, ben] = [
      await openBehind("Ada", () => "pass"),
      await openBehind("Ben", () => "pass"),
    ];
    const meetings = await Promise.all([
      ask(ada, ben, "apples are red"),
      ask(ben, ada, "apples are green"),
    ]);
    expect(await Promise.all(meetings.map(outcomeOf))).toEqual(["mismatch", "mismatch"]);
    await Promise.all([ada.settled(), ben.settled()]);
    for (const { client, over, proxy } of [ada, ben]) {
      expect(client.requests.waiting).toEqual([]);
      expect(over).toEqual([]);
      expect(await client.contacts.list()).toEqual([]);
      const ends = proxy.frames.filter(({ types }) => types.includes("ended"));
      expect(ends.filter(({ text }) => text.includes("mismatch"))).toHaveLength(1);
    }
  }
});
