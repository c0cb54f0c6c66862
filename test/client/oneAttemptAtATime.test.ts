// PAS-3, PAS-7: a passphrase is for one attempt at a time, whoever begins them and how close together: whoever is
// at the other end of two attempts has one guess, not two.

import { describe, expect, test } from "vitest";
import {
  type Acquaint,
  memoryStore,
  PassphraseError,
  type Store,
} from "../../shared/client/node.ts";
import {
  aWhile,
  BEN,
  CEM,
  eventually,
  heardOn,
  HIGHEST_SID,
  LOWEST_SID,
  PairingWorld,
  typesOn,
} from "./pairingWorld.ts";
import type { TestSocket } from "./world.ts";

const WORDS = "Blue  harbour, at NOON";
const SAME_WORDS = " blue HARBOUR, at noon";
const inUse = { name: "PassphraseError", problem: { code: "inUse" } };
const burnt = { name: "PassphraseError", problem: { code: "burnt" } };

/** Guesses that were given to whoever is at the other end. */
const guessesIn = ({ attempts }: PairingWorld) =>
  attempts.flatMap(typesOn).filter((type) => type === "claim" || type === "answer");

const hasCancelled = (socket: TestSocket) => typesOn(socket).includes("cancel");

async function opened() {
  const world = new PairingWorld();
  return { world, acquaint: await world.open() };
}

/** Two tabs of a browser: one store, one identity, and a program of its own in each. */
async function twoTabs(store = memoryStore()) {
  const world = new PairingWorld();
  return { world, store, tabs: [await world.open(store), await world.open(store)] as const };
}

/** Does not tell one tab what another is beginning, as if they began in the very same moment. */
function withoutBeginnings(kept = memoryStore()): Store {
  const isBeginning = (name: string) => name.startsWith("beginning");
  return { ...kept, hold: async (name) => (isBeginning(name) ? () => {} : kept.hold(name)) };
}

type Begin = (acquaint: Acquaint, passphrase: string) => Promise<unknown>;
const begins: readonly (readonly [string, Begin])[] = [
  ["asks the same account", (acquaint, passphrase) => acquaint.ask({ to: BEN, passphrase })],
  ["asks another account", (acquaint, passphrase) => acquaint.ask({ to: CEM, passphrase })],
  ["asks whoever comes", (acquaint, passphrase) => acquaint.ask({ passphrase })],
  ["enters a locator", (acquaint, passphrase) => acquaint.enterPassphrase("418", passphrase)],
];

describe("PAS-3: words in use are refused, however they are spelled", () => {
  test("and serve again once that attempt is cancelled, if nobody had a guess", async () => {
    const { world, acquaint } = await opened();
    const asked = acquaint.ask({ passphrase: WORDS });
    const socket = await world.attempt(0);
    await world.stand(socket);
    const meeting = await asked;
    await expect(acquaint.ask({ passphrase: SAME_WORDS })).rejects.toMatchObject(inUse);
    await expect(acquaint.enterPassphrase("418", SAME_WORDS)).rejects.toMatchObject(inUse);
    expect(world.attempts).toHaveLength(1);

    const cancelled = meeting.cancel();
    await eventually(() => hasCancelled(socket));
    socket.say([{ type: "ended", outcome: "cancelled" }]);
    await cancelled;
    const again = acquaint.ask({ passphrase: WORDS });
    await world.stand(await world.attempt(1));
    expect((await again).isOver).toBe(false);
  });

  test("with what to do, and without a word of them", async () => {
    const { world, acquaint } = await opened();
    void acquaint.ask({ passphrase: WORDS });
    await world.stand(await world.attempt(0));
    const error = await acquaint.ask({ passphrase: WORDS }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(PassphraseError);
    const { message } = error as PassphraseError;
    expect(message).toMatch(/in use.*Cancel that, or agree on a new one\.$/);
    expect(message.toLowerCase()).not.toMatch(/blue|harbour|noon/);
  });

  test("for an answer as well, and the request still waits", async () => {
    const { world, acquaint } = await opened();
    acquaint.connect();
    const line = await world.line();
    void acquaint.ask({ passphrase: WORDS });
    await world.stand(await world.attempt(0));
    await world.ring(line, acquaint, world.request(HIGHEST_SID));
    await expect(acquaint.requests.answer(HIGHEST_SID, SAME_WORDS)).rejects.toMatchObject(inUse);
    expect(acquaint.requests.waiting).toMatchObject([{ sid: HIGHEST_SID }]);
    expect(guessesIn(world)).toEqual([]);
  });

  test("by the next run of the program too, which has not gone on with that attempt yet", async () => {
    const store = memoryStore();
    const world = new PairingWorld();
    const first = await world.open(store);
    void first.ask({ passphrase: WORDS });
    await world.stand(await world.attempt(0));
    await first.close();
    const later = new PairingWorld();
    const again = await later.open(store);
    await expect(again.ask({ to: BEN, passphrase: SAME_WORDS })).rejects.toMatchObject(inUse);
    expect(later.attempts).toEqual([]);
  });
});

describe("PAS-3: begun in the same moment, one of two attempts begins", () => {
  test.for(
    begins.flatMap(([one, first]) => begins.map(([two, second]) => ({ one, first, two, second }))),
  )("when someone $one and $two, in one tab or in two", async ({ first, second }) => {
    for (const isApart of [false, true]) {
      const { world, tabs } = await twoTabs();
      const refusals: unknown[] = [];
      const begun = [first(tabs[0], WORDS), second(tabs[isApart ? 1 : 0], SAME_WORDS)];
      for (const one of begun) void one.catch((error: unknown) => refusals.push(error));
      await world.attempt(0);
      await eventually(() => refusals.length > 0);
      await aWhile();
      expect(refusals).toMatchObject([inUse]);
      expect(world.attempts).toHaveLength(1);
    }
  });

  test("and when the server turns that one away, the words are free again", async () => {
    const { world, acquaint } = await opened();
    world.respond = (path) =>
      path === "/v1/upgrade-tokens" ? Promise.reject(new TypeError("offline")) : undefined;
    await expect(acquaint.ask({ passphrase: WORDS })).rejects.toThrow();
    world.respond = () => undefined;
    const again = acquaint.ask({ passphrase: WORDS });
    await world.stand(await world.attempt(0));
    expect((await again).isOver).toBe(false);
  });
});

test("PAS-3: asking the same account again takes the place of the former request, which gives no guess any more", async () => {
  const { world, acquaint } = await opened();
  const asked = acquaint.ask({ to: BEN, passphrase: WORDS });
  const former = await world.attempt(0);
  await world.stand(former);
  const meeting = await asked;
  const again = acquaint.ask({ to: BEN, passphrase: WORDS });
  await eventually(() => hasCancelled(former));
  former.say([world.claim()]);
  former.say([{ type: "ended", outcome: "cancelled" }]);
  await expect(meeting.contact).rejects.toMatchObject({ reason: "cancelled" });
  const latter = await world.attempt(1);
  await world.stand(latter);
  latter.say([world.claim()]);
  await eventually(() => typesOn(latter).includes("answer"));
  expect((await again).isOver).toBe(false);
  expect(guessesIn(world)).toEqual(["answer"]);
});

describe("PAS-3: two tabs that share a store", () => {
  test("know what the other has under way, and what it has used up", async () => {
    const { world, tabs } = await twoTabs();
    const asked = tabs[0].ask({ passphrase: WORDS });
    const socket = await world.attempt(0);
    await world.stand(socket);
    await asked;
    await expect(tabs[1].enterPassphrase("418", SAME_WORDS)).rejects.toMatchObject(inUse);
    socket.say([world.claim()]);
    await eventually(() => typesOn(socket).includes("answer"));
    await expect(tabs[1].ask({ passphrase: SAME_WORDS })).rejects.toMatchObject(burnt);
  });

  test("that began in one moment all the same give one guess: the other attempt is cancelled, and says so", async () => {
    const { world, tabs } = await twoTabs(withoutBeginnings());
    const asking = [
      tabs[0].ask({ to: BEN, passphrase: WORDS }),
      tabs[1].ask({ to: CEM, passphrase: SAME_WORDS }),
    ];
    const sockets = [await world.attempt(0), await world.attempt(1)];
    for (const socket of sockets) await world.stand(socket);
    const meetings = await Promise.all(asking);
    for (const socket of sockets) socket.say([world.claim()]); // both at once
    await eventually(() => meetings.some(({ isOver }) => isOver));
    await eventually(() => guessesIn(world).length > 0);
    await aWhile();
    expect(guessesIn(world)).toEqual(["answer"]);
    expect(sockets.filter(hasCancelled)).toHaveLength(1);
    const [failed] = meetings.filter(({ isOver }) => isOver);
    await expect(failed!.contact).rejects.toMatchObject({ reason: "cancelled" });
  });

  test("and claim one after the other, though both had begun before, make one claim", async () => {
    const { world, tabs } = await twoTabs(withoutBeginnings());
    const begun = tabs[0].enterPassphrase("417", WORDS);
    const first = await world.attempt(0);
    const entering = [begun, tabs[1].enterPassphrase("418", SAME_WORDS)];
    const second = await world.attempt(1);
    await world.claimed(first, LOWEST_SID);
    second.accept();
    second.say([world.offer(HIGHEST_SID)]);
    const [, meeting] = await Promise.all(entering);
    await expect(meeting!.contact).rejects.toMatchObject({ reason: "cancelled" });
    expect(guessesIn(world)).toEqual(["claim"]);
  });

  test("and enter one locator in the same moment make one claim, which the other does not cancel", async () => {
    const { world, tabs } = await twoTabs(withoutBeginnings());
    const entering = tabs.map((tab) => tab.enterPassphrase("417", WORDS));
    const sockets = [await world.attempt(0), await world.attempt(1)];
    const offer = world.offer(HIGHEST_SID);
    for (const socket of sockets) {
      socket.accept();
      socket.say([offer]);
    }
    const meetings = await Promise.all(entering);
    await eventually(() => meetings.some(({ isOver }) => isOver));
    await aWhile();
    expect(sockets.flatMap(typesOn)).toEqual(["claim"]);
    expect(meetings.filter(({ isOver }) => isOver)).toHaveLength(1);
  });

  /** ... that both show a request. */
  async function withRequest() {
    const { world, tabs } = await twoTabs();
    for (const tab of tabs) tab.connect();
    const request = world.request(HIGHEST_SID);
    await world.ring(await world.line(), tabs[0], request);
    await eventually(() => tabs[1].requests.waiting.length === 1);
    return { world, tabs };
  }

  test("and answer one request in the same moment: one does, to the other it is answered elsewhere", async () => {
    const { world, tabs } = await withRequest();
    const answering = tabs.map((tab, index) =>
      tab.requests.answer(HIGHEST_SID, index === 0 ? WORDS : "other words"),
    );
    const results = Promise.allSettled(answering);
    await world.claimed(await world.attempt(0), HIGHEST_SID);
    const turnedAway = (await results).filter(({ status }) => status === "rejected");
    expect(turnedAway).toMatchObject([{ reason: { code: "answered-elsewhere" } }]);
    expect(world.attempts).toHaveLength(1);
    expect(guessesIn(world)).toEqual(["claim"]);
  });

  test("and answer one request one after the other: the latter is told that it is answered elsewhere", async () => {
    const { world, tabs } = await withRequest();
    const answered = tabs[0].requests.answer(HIGHEST_SID, WORDS);
    await world.claimed(await world.attempt(0), HIGHEST_SID);
    const meeting = await answered;
    await expect(tabs[1].requests.answer(HIGHEST_SID, WORDS)).rejects.toMatchObject({
      code: "answered-elsewhere",
    });
    expect(world.attempts).toHaveLength(1);
    expect(await tabs[1].pendingMeetings()).toEqual([]);
    expect(meeting.isOver).toBe(false);
  });

  test("PAS-6: one does not decline what the other is answering, nor show it any more", async () => {
    const { world, tabs } = await withRequest();
    const answered = tabs[0].requests.answer(HIGHEST_SID, WORDS);
    const socket = await world.attempt(0);
    const declined = tabs[1].requests.refuse(HIGHEST_SID);
    await expect(declined).rejects.toMatchObject({ code: "answered-elsewhere" });
    await world.claimed(socket, HIGHEST_SID);
    await answered;
    expect(world.attempts.flatMap(typesOn)).toEqual(["claim"]);
    expect(tabs[1].requests.waiting).toEqual([]);
  });
});

test("PAS-3: the claim is made once: to the same offer the same bytes, to another none", async () => {
  const world = new PairingWorld();
  const acquaint = await world.open();
  const entered = acquaint.enterPassphrase("417", WORDS);
  const socket = await world.attempt(0);
  await world.claimed(socket, HIGHEST_SID);
  const meeting = await entered;
  const [first] = heardOn(socket).filter(({ type }) => type === "claim");
  socket.say([world.offer(HIGHEST_SID)]);
  await eventually(() => meeting.isOver);
  const claims = heardOn(socket).filter(({ type }) => type === "claim");
  expect(claims).toEqual([first]);
});
