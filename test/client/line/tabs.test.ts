// BOX-2, BOX-6: the line with several tabs. Whichever of them holds it, and however it goes, what any of them says is
// said once, what comes is there once, and a tab that only follows is told the same.

import { expect, test } from "vitest";
import { memoryStore, type Store } from "../../../shared/client/node.ts";
import { pseudoRandom } from "../../support/pseudoRandom.ts";
import { crashableTab, type CrashableTab } from "../crashableTab.ts";
import { calm, eventually, LineServer, meetBetween, Person } from "./lineWorld.ts";

interface Tab {
  readonly person: Person;
  readonly become: CrashableTab["become"];
}

/** It connects whenever it comes to hold the line. */
async function openTab(server: LineServer, base: Store): Promise<Tab> {
  const { store, become } = crashableTab(base, server.world.ports);
  const person = await Person.open(server, store);
  person.line.onHold = () => void person.connect();
  person.line.onLost = () => person.disconnect();
  person.line.start();
  return { person, become };
}

/** Ann's tabs, the first of which holds the line, and Ben, who has met her and is connected. */
async function openTabs(count: number) {
  const server = new LineServer();
  const base = memoryStore();
  const ben = await Person.open(server);
  const tabs = [await openTab(server, base)];
  const [{ person: first }] = tabs as [Tab];
  await meetBetween(first, ben);
  await eventually(() => first.line.isHolder);
  await ben.connect();
  while (tabs.length < count) tabs.push(await openTab(server, base));
  await calm();
  return { server, base, ben, tabs, first, second: tabs[1]?.person ?? first };
}

test("typing is said and heard through the tab that holds the line", async () => {
  const { ben, first, second } = await openTabs(2);
  await second.messages.send(ben.userId, "one");
  await eventually(() => ben.heard.length === 1);
  await ben.messages.send(first.userId, "two");
  await eventually(() => first.heard.length === 1);
  await second.messages.setTyping(ben.userId, true);
  await eventually(() => ben.toldOf("typing").length === 1);
  expect(ben.toldOf("typing")).toMatchObject([{ userId: first.userId, isTyping: true }]);
  await second.messages.setTyping(ben.userId, false);
  await eventually(() => ben.toldOf("typing").length === 2);
});

test("a tab that follows has caught up when the one that holds the line has", async () => {
  const { server, ben, first, base } = await openTabs(1);
  first.disconnect();
  const follower = (await openTab(server, base)).person;
  let isCaughtUp = false;
  void follower.messages.caughtUp().then(() => (isCaughtUp = true));
  await ben.messages.send(first.userId, "waits");
  await calm();
  server.world.clock.advance(5_000);
  await calm();
  expect(isCaughtUp).toBe(false);
  await first.connect();
  server.world.clock.advance(1_000);
  await eventually(() => isCaughtUp);
  expect(await follower.shown(ben)).toEqual(["peer: waits"]);
});

test("a tab that follows is told why a message was refused, and so is one that is opened later", async () => {
  const { server, ben, second, base } = await openTabs(2);
  server.verdict = ({ to }) => (to === ben.userId ? "mailbox-full" : null);
  const message = await second.messages.send(ben.userId, "too much");
  await expect(second.messages.stored(message)).rejects.toMatchObject({ code: "mailbox-full" });
  const later = (await openTab(server, base)).person;
  await expect(later.messages.stored(message)).rejects.toMatchObject({ code: "mailbox-full" });
  server.verdict = () => null;
  await second.messages.sendAgain(message);
  const own = () => second.messages.message(ben.userId, `me/${message.id}`);
  await eventually(async () => (await own())?.state === "delivered");
  expect((await own())?.refusal).toBeUndefined();
});

test("what a frozen tab is at when another goes on is neither stored nor said", async () => {
  const { server, ben, tabs, first, second, base } = await openTabs(2);
  await ben.messages.send(first.userId, "one");
  await eventually(() => first.heard.length === 1);
  await calm();
  // It is frozen between what it reads and what it stores.
  const said = server.said.length;
  const sending = first.messages.send(ben.userId, "from the frozen one");
  await ben.messages.send(first.userId, "two");
  tabs[0]!.become("frozen");
  await calm();
  second.line.overtake();
  await eventually(() => second.heard.includes("two"));
  await second.messages.send(ben.userId, "from the other");
  await eventually(() => ben.heard.includes("from the other"));
  const sealed = JSON.stringify(await base.all("sessions"));
  const before = server.said.slice(said).filter(({ from }) => from === first.userId).length;
  tabs[0]!.become("awake");
  await calm();
  await sending;
  await eventually(() => ben.heard.includes("from the frozen one"));
  await calm();
  expect(first.line.isHolder).toBe(false);
  expect(sealed).not.toBe("");
  expect(before).toBeGreaterThan(0);
  for (const tab of [first, second]) {
    expect((await tab.shown(ben)).filter((text) => text === "peer: two")).toHaveLength(1);
  }
  expect(new Set(ben.heard).size).toBe(ben.heard.length);
});

test("what was stored and not told of is told of by the tab that takes over", async () => {
  const { ben, tabs, first, second } = await openTabs(2);
  await second.messages.send(ben.userId, "hello");
  await eventually(() => ben.heard.length === 1);
  await calm();
  tabs[0]!.become("mute");
  await ben.messages.send(first.userId, "unheard of");
  await eventually(async () => (await first.shown(ben)).includes("peer: unheard of"));
  await calm();
  const before = second.toldOf("conversation").length;
  tabs[0]!.become("crashed");
  await eventually(() => second.toldOf("conversation").length > before);
  expect(await second.shown(ben)).toContain("peer: unheard of");
});

const SEEDS = 30;
const STEPS = 14;

test(
  `${SEEDS} schedules of tabs that open, close, crash, freeze and wake lose and repeat nothing`,
  { timeout: 120_000 },
  async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const chance = pseudoRandom(seed);
      const { server, ben, tabs, base, first } = await openTabs(2);
      const ann = first.userId;
      const frozen = new Set<Tab>();
      const durable: string[] = [];
      const fromBen: string[] = [];
      const pick = () => tabs[Math.floor(chance() * tabs.length)];
      for (let step = 0; step < STEPS; step++) {
        const tab = pick();
        const what = Math.floor(chance() * 8);
        if (what <= 2 && tab !== undefined) {
          const text = `ann ${step}`;
          void tab.person.messages.send(ben.userId, text).then(
            () => durable.push(text),
            () => {},
          );
        } else if (what <= 4) {
          fromBen.push(`ben ${step}`);
          await ben.messages.send(ann, `ben ${step}`);
        } else if (what === 5 || tab === undefined) {
          tabs.push(await openTab(server, base));
        } else if (what === 6) {
          tabs.splice(tabs.indexOf(tab), 1);
          if (chance() < 0.5 || frozen.has(tab)) tab.become("crashed");
          else void tab.person.line.stop();
        } else if (frozen.has(tab)) {
          frozen.delete(tab);
          tab.become("awake");
        } else {
          tab.become("frozen");
          frozen.add(tab);
          const awake = tabs.find((other) => !frozen.has(other));
          awake?.person.line.overtake();
        }
        for (let turns = Math.floor(chance() * 40); turns > 0; turns--) {
          await new Promise(setImmediate);
        }
        server.world.clock.advance(100);
      }
      for (const tab of tabs) tab.become("awake");
      const last = await openTab(server, base);
      last.person.line.overtake();
      await eventually(async () => {
        server.world.clock.advance(500);
        const texts = (await last.person.shown(ben)).map((text) => text.replace(/^\w+: /, ""));
        const isAll = [...durable, ...fromBen].every((text) => texts.includes(text));
        return isAll && (await base.all("outbox")).length === 0;
      });
      await calm();
      const shown = await last.person.shown(ben);
      const of = (author: string) =>
        shown.filter((text) => text.startsWith(author)).map((text) => text.replace(/^\w+: /, ""));
      expect(of("peer"), `seed ${seed}`).toEqual(fromBen);
      expect(new Set(of("me")).size, `seed ${seed}`).toBe(of("me").length);
      expect(ben.heard.toSorted(), `seed ${seed}`).toEqual(of("me").toSorted());
      expect(server.mailbox(ann).waiting, `seed ${seed}`).toEqual([]);
    }
  },
);
