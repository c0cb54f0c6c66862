// BOX-6: of the tabs of a device one has the connection to the mailbox, and the others follow it. When it closes,
// crashes or is frozen, another takes its place: nothing is lost, and nothing is told twice.

import { describe, expect, test } from "vitest";
import { type Acquaint, type AcquaintEvent, memoryStore } from "../../shared/client/node.ts";
import {
  aWhile,
  BEN,
  CEM,
  eventually,
  HIGHEST_SID,
  LOWEST_SID,
  PairingWorld,
} from "./pairingWorld.ts";
import { type CrashableTab, crashableTab } from "./crashableTab.ts";
import { sidsOf } from "./requestWorld.ts";
import type { TestSocket } from "./world.ts";

const ASK_AGAIN_MS = 2_000;

interface Tab {
  readonly world: PairingWorld;
  readonly acquaint: Acquaint;
  readonly told: AcquaintEvent[];
  readonly become: CrashableTab["become"];
}

const isLine = ({ url }: TestSocket) => url.endsWith("/v1/mailbox");
const linesOf = ({ world }: Tab) => world.sockets.filter(isLine);
/** Sockets to the mailbox that stand, or are about to. */
const openLines = (tabs: readonly Tab[]) =>
  tabs.flatMap(linesOf).filter(({ readyState }) => readyState < 2);

async function openTab(store = memoryStore()): Promise<Tab> {
  const world = new PairingWorld();
  const { store: own, ports, become } = crashableTab(store, { ...world.ports });
  Object.assign(world.ports, ports);
  const acquaint = await world.open(own);
  acquaint.connect();
  return { world, acquaint, told: world.told, become };
}

/** As many, of which the first has the connection. */
async function openTabs(count: number) {
  const store = memoryStore();
  const first = await openTab(store);
  const line = await first.world.line();
  const tabs = [first];
  while (tabs.length < count) tabs.push(await openTab(store));
  await aWhile();
  return { store, tabs, line, first, second: tabs[1]!, third: tabs[2] ?? first };
}

const toldOf = ({ told }: Tab, name: AcquaintEvent["event"]) =>
  told.filter(({ event }) => event === name);
const statesOf = (tab: Tab) =>
  toldOf(tab, "connection").map((event) => (event as { state: string }).state);

const recordAt = (sequence: number) => ({
  userId: BEN,
  method: "key" as const,
  metAt: sequence,
  receiptHash: "A".repeat(43),
  sequence,
  blocked: false,
});

describe("tabs that follow", () => {
  test("open no socket, and are told of the connection that there is", async () => {
    const { tabs, second, line, first } = await openTabs(4);
    expect(openLines(tabs)).toHaveLength(1);
    expect(tabs.slice(1).flatMap(linesOf)).toEqual([]);
    expect(statesOf(second).at(-1)).toBe("online");
    line.drop();
    await eventually(() => statesOf(second).at(-1) === "offline");
    first.world.clock.advance(50);
    await eventually(() => linesOf(first).length === 2);
    await first.world.line();
    await eventually(() => statesOf(second).at(-1) === "online");
  });

  test("see requests that came before and after them, and how they end", async () => {
    const { first, second, line, store } = await openTabs(2);
    const request = first.world.request(LOWEST_SID);
    await first.world.ring(line, first.acquaint, request);
    await eventually(() => sidsOf(second.acquaint).length === 1);
    const late = await openTab(store);
    await eventually(() => sidsOf(late.acquaint).length === 1);
    line.say([first.world.over(request, "timedOut", 700)]);
    for (const tab of [first, second, late]) {
      await eventually(() => toldOf(tab, "requestOver").length === 1);
      expect(sidsOf(tab.acquaint)).toEqual([]);
    }
  });

  test("answer a request, which is over in the others when the mailbox says so", async () => {
    const { first, second, third, line } = await openTabs(3);
    const request = first.world.request(LOWEST_SID);
    await first.world.ring(line, first.acquaint, request);
    await eventually(() => sidsOf(second.acquaint).length === 1);
    const answered = second.acquaint.requests.answer(LOWEST_SID, "their words");
    await second.world.claimed(await second.world.attempt(0), LOWEST_SID);
    await answered;
    line.say([first.world.over(request, "answered", 0)]);
    await eventually(() => sidsOf(first.acquaint).length === 0);
    await eventually(() => sidsOf(third.acquaint).length === 0);
    expect(toldOf(first, "requestOver")).toMatchObject([{ request: { outcome: "answered" } }]);
    expect(toldOf(third, "requestOver")).toHaveLength(1);
    expect(toldOf(second, "requestOver")).toEqual([]);
    expect(sidsOf(second.acquaint)).toEqual([]);
  });

  test("are told of contacts once they are stored, and of what another tab notes", async () => {
    const { first, second, line, store } = await openTabs(2);
    const stored: Promise<unknown>[] = [];
    second.acquaint.on(({ event }) => {
      if (event === "contacts") stored.push(store.get("listings", BEN));
    });
    line.say([{ type: "contacts", contacts: [recordAt(900)] }]);
    await eventually(() => toldOf(second, "contacts").length === 1);
    expect(await stored[0]).toMatchObject({ sequence: 900 });
    const before = toldOf(first, "contacts").length;
    await second.acquaint.contacts.update(BEN, { alias: "Benno" });
    await eventually(() => toldOf(first, "contacts").length === before + 1);
    await aWhile();
    expect(toldOf(first, "contacts"), "nothing goes back and forth").toHaveLength(before + 1);
  });

  test("take what the holder has asked for requests only once that was listed anew", async () => {
    const { first, second, line, tabs } = await openTabs(2);
    const kept = first.world.request(LOWEST_SID);
    const gone = first.world.request(HIGHEST_SID, { from: CEM });
    await first.world.ring(line, first.acquaint, kept);
    await first.world.ring(line, first.acquaint, gone);
    await eventually(() => sidsOf(second.acquaint).length === 2);
    line.drop();
    first.world.clock.advance(50);
    await eventually(() => linesOf(first).length === 2);
    const again = linesOf(first)[1]!;
    again.accept();
    await eventually(() => again.sent.length > 0);
    again.say([{ type: "request", request: kept, now: first.world.serverNow() }]);
    second.world.clock.advance(ASK_AGAIN_MS);
    await aWhile();
    expect(sidsOf(second.acquaint)).toEqual([LOWEST_SID, HIGHEST_SID]);
    again.say([{ type: "ready", sequence: 0, logLength: 1 }]);
    await eventually(() => tabs.every(({ acquaint }) => sidsOf(acquaint).length === 1));
    expect(sidsOf(second.acquaint)).toEqual([LOWEST_SID]);
  });

  test("are closed when the account is erased", async () => {
    const { first, second, store } = await openTabs(2);
    await store.put("device", "erasure", true);
    store.signal("erased");
    await eventually(() => [first, second].every((tab) => toldOf(tab, "erased").length === 1));
  });
});

describe("when the tab with the connection goes", () => {
  test.for(["closed", "crashed"] as const)("it is %s: another takes over at once", async (how) => {
    const { first, tabs } = await openTabs(3);
    if (how === "closed") await first.acquaint.close();
    else first.become("crashed");
    await eventually(() => openLines(tabs.slice(1)).length === 1);
    await aWhile();
    expect(openLines(tabs.slice(1))).toHaveLength(1);
  });

  test("frozen, it is overtaken when it says nothing any more, and follows when it is awake again", async () => {
    const { first, second, tabs, line } = await openTabs(2);
    first.become("frozen");
    second.world.clock.advance(ASK_AGAIN_MS);
    await aWhile();
    expect(linesOf(second), "it has been asked, and has time to answer").toEqual([]);
    second.world.clock.advance(ASK_AGAIN_MS);
    await eventually(() => linesOf(second).length === 1);
    first.become("awake");
    await eventually(() => line.closedWith !== null);
    const next = await second.world.line();
    await second.world.ring(next, second.acquaint, second.world.request(LOWEST_SID));
    await eventually(() => sidsOf(first.acquaint).length === 1);
    expect(openLines(tabs)).toHaveLength(1);
  });

  test("a tab that was asleep itself hears first what was said meanwhile", async () => {
    const { second, line } = await openTabs(2);
    second.world.clock.advance(ASK_AGAIN_MS);
    second.become("frozen"); // before it hears an answer
    second.world.clock.advance(60_000);
    await aWhile();
    second.become("awake");
    await aWhile();
    expect(line.closedWith).toBeNull();
  });

  test("PAS-5: of a request whose end it was told of last, each other tab hears once", async () => {
    const { first, second, third, store, line } = await openTabs(3);
    const request = first.world.request(LOWEST_SID);
    await first.world.ring(line, first.acquaint, request);
    await eventually(() => sidsOf(third.acquaint).length === 1);
    // It crashes after it has kept this, and before it passes it on.
    first.become("mute");
    line.say([first.world.over(request, "timedOut", 700)]);
    await eventually(() => toldOf(first, "requestOver").length === 1);
    await aWhile();
    expect(await store.get("settings", "mailboxCursor")).toEqual({ sequence: 700 });
    first.become("crashed");
    await eventually(() => linesOf(second).length === 1);
    const next = linesOf(second)[0]!;
    next.accept();
    await eventually(() => next.sent.length > 0);
    expect(next.sent[0]).toContain('"after":0');
    const ready = { type: "ready", sequence: 700, logLength: 1 };
    next.say([second.world.over(request, "timedOut", 700), ready]);
    for (const tab of [second, third]) {
      await eventually(() => toldOf(tab, "requestOver").length === 1);
    }
    await second.acquaint.close();
    await eventually(() => linesOf(third).length === 1);
    const last = linesOf(third)[0]!;
    last.accept();
    await eventually(() => last.sent.length > 0);
    expect(last.sent[0]).toContain('"after":700');
    last.say([third.world.over(request, "timedOut", 700)]);
    await aWhile();
    expect(toldOf(third, "requestOver")).toHaveLength(1);
  });
});
