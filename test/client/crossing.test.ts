// PAS-9: two who ask each other at once: the attempt with the lower id goes on, the other ends quietly, and the
// meeting that its user holds goes on with it, with the passphrase that it already has.

import { describe, expect, test } from "vitest";
import {
  type Acquaint,
  type MeetingEvent,
  memoryStore,
  type Store,
} from "../../shared/client/node.ts";
import type { MeetingRequest } from "../../shared/wire/mailbox.ts";
import type { TestSocket } from "./world.ts";
import {
  aWhile,
  BEN,
  CEM,
  eventually,
  HIGHEST_SID,
  LOWEST_SID,
  PairingWorld,
  typesOn,
} from "./pairingWorld.ts";

const PATIENCE_MS = 5_000;

/** This device has asked Ben, and its attempt stands. */
async function askBen(store = memoryStore()) {
  const world = new PairingWorld();
  const acquaint = await world.open(store);
  const asked = acquaint.ask({ to: BEN, passphrase: "their words" });
  const line = await world.line();
  const own = await world.attempt(0);
  const { sid } = await world.stand(own);
  const meeting = await asked;
  const heard: MeetingEvent["event"][] = [];
  meeting.on(({ event }) => heard.push(event));
  return { world, acquaint, line, own, sid, meeting, heard };
}

/** ... and Ben's own request comes. */
async function crossedBy(sid: string, store = memoryStore()) {
  const crossed = await askBen(store);
  const request = crossed.world.request(sid);
  await crossed.world.ring(crossed.line, crossed.acquaint, request);
  return { ...crossed, request };
}

/** The timers of none and of the jitter of a first connection. */
const soon = (world: PairingWorld) => world.clock.advance(0);
const shown = ({ requests }: Acquaint) => requests.waiting.map(({ sid }) => sid);
const oversOf = ({ told }: PairingWorld) => told.filter(({ event }) => event === "requestOver");

async function turnedAround(world: PairingWorld, request: MeetingRequest): Promise<TestSocket> {
  const socket = await world.attempt(1);
  const { sid, locator } = request;
  expect(world.wanted.at(-1)).toEqual({ purpose: "answer", locator, sid });
  await world.claimed(socket, sid);
  return socket;
}

describe("PAS-9: a crossed request with the lower id", () => {
  test("is answered at once, without asking, and the own attempt is cancelled", async () => {
    const { world, acquaint, own, meeting, heard, request } = await crossedBy(LOWEST_SID);
    soon(world);
    await turnedAround(world, request);
    expect(typesOn(own)).toEqual(["open", "cancel"]);
    expect(meeting.role).toBe("responder");
    expect(meeting.isOver).toBe(false);
    expect(shown(acquaint)).toEqual([]);
    expect(heard).toEqual(["asked"]);
  });

  test("leaves its user one meeting, which hears of the outcome, and nothing of the attempt that made way", async () => {
    const { world, own, meeting, heard, request } = await crossedBy(LOWEST_SID);
    soon(world);
    const socket = await turnedAround(world, request);
    own.say([{ type: "ended", outcome: "cancelled" }]);
    await aWhile();
    expect(meeting.isOver).toBe(false);
    const { answerBy } = request;
    socket.say([{ type: "claimed", answerBy, now: world.serverNow() }]);
    socket.say([{ type: "ended", outcome: "timedOut" }]);
    await expect(meeting.contact).rejects.toMatchObject({ reason: "timedOut" });
    expect(heard).toEqual(["asked", "claimed", "failed"]);
  });

  test("is never shown, and that the mailbox calls it answered is not told", async () => {
    const { world, acquaint, line, request } = await crossedBy(LOWEST_SID);
    expect(shown(acquaint)).toEqual([]);
    soon(world);
    await turnedAround(world, request);
    line.say([world.over(request, "answered")]);
    await aWhile();
    expect(oversOf(world)).toEqual([]);
    expect(shown(acquaint)).toEqual([]);
  });

  test("is not gone over to once the own attempt has been claimed", async () => {
    const { world, own, line, acquaint, meeting } = await askBen();
    own.say([world.claim()]);
    await eventually(() => typesOn(own).includes("answer"));
    await world.ring(line, acquaint, world.request(LOWEST_SID));
    world.clock.advance(PATIENCE_MS);
    await aWhile();
    expect(typesOn(own)).not.toContain("cancel");
    expect(world.attempts).toHaveLength(1);
    expect(meeting.role).toBe("initiator");
  });

  test("is not shown either when it comes once the own attempt has been claimed, unless that comes to nothing", async () => {
    const { world, own, line, acquaint, meeting } = await askBen();
    own.say([world.claim()]);
    await eventually(() => typesOn(own).includes("answer"));
    await world.ring(line, acquaint, world.request(HIGHEST_SID));
    expect(shown(acquaint)).toEqual([]);
    own.say([{ type: "ended", outcome: "timedOut" }]);
    await expect(meeting.contact).rejects.toMatchObject({ reason: "timedOut" });
    await eventually(() => shown(acquaint).length > 0);
    expect(shown(acquaint)).toEqual([HIGHEST_SID]);
  });

  test("PAS-3: answers no claim at the attempt that made way, even one under way", async () => {
    const { world, own, request } = await crossedBy(LOWEST_SID);
    soon(world);
    await turnedAround(world, request);
    own.say([world.claim()]);
    await aWhile();
    expect(typesOn(own)).toEqual(["open", "cancel"]);
  });
});

describe("PAS-9: a crossed request with the higher id", () => {
  test("is waited for to come over: for five seconds nothing happens here, and nothing is shown", async () => {
    const { world, acquaint, own, meeting } = await crossedBy(HIGHEST_SID);
    world.clock.advance(PATIENCE_MS - 1);
    await aWhile();
    expect(typesOn(own)).toEqual(["open"]);
    expect(world.attempts).toHaveLength(1);
    expect(meeting.role).toBe("initiator");
    expect(shown(acquaint)).toEqual([]);
  });

  test("is answered after all when its device does not come over in that time", async () => {
    const { world, own, meeting, request } = await crossedBy(HIGHEST_SID);
    world.clock.advance(PATIENCE_MS);
    await turnedAround(world, request);
    expect(typesOn(own)).toEqual(["open", "cancel"]);
    expect(meeting.role).toBe("responder");
  });

  test("is not answered when its device came over: the claim is, and the cancelled request is not told", async () => {
    const { world, own, line, meeting, request } = await crossedBy(HIGHEST_SID);
    line.say([world.over(request, "cancelled")]);
    own.say([world.claim()]);
    await eventually(() => typesOn(own).includes("answer"));
    world.clock.advance(PATIENCE_MS);
    await aWhile();
    expect(world.attempts).toHaveLength(1);
    expect(meeting.role).toBe("initiator");
    expect(oversOf(world)).toEqual([]);
  });

  test("is shown when the own attempt comes to nothing, as it can still be answered", async () => {
    for (const outcome of ["refused", "timedOut", "cancelled"] as const) {
      const { world, acquaint, own, meeting } = await crossedBy(HIGHEST_SID);
      own.say([{ type: "ended", outcome }]);
      await expect(meeting.contact).rejects.toMatchObject({ reason: outcome });
      await eventually(() => shown(acquaint).length === 1);
      expect(shown(acquaint)).toEqual([HIGHEST_SID]);
      world.clock.advance(PATIENCE_MS);
      await aWhile();
      expect(world.attempts).toHaveLength(1);
    }
  });

  test.for([
    [1_000, 500],
    [4_000, 2_000],
    [9_998, 4_999],
    [10_000, 5_000],
    [60_000, 5_000],
  ] as const)(
    "that has %d ms left is waited for %d ms, so that it can still be answered",
    async ([left, patience]) => {
      const { world, line, acquaint } = await askBen();
      const request = world.request(HIGHEST_SID, { claimBy: world.serverNow() + left });
      await world.ring(line, acquaint, request);
      world.clock.advance(patience - 1);
      await aWhile();
      expect(world.attempts).toHaveLength(1);
      world.clock.advance(1);
      await turnedAround(world, request);
    },
  );

  test("is not answered past its time", async () => {
    const { world, line } = await askBen();
    const request = world.request(HIGHEST_SID, { claimBy: world.serverNow() });
    line.say([{ type: "request", request, now: world.serverNow() }]);
    await aWhile();
    world.clock.advance(PATIENCE_MS);
    await aWhile();
    expect(world.attempts).toHaveLength(1);
  });
});

describe("PAS-9: turning around", () => {
  test("hears no more of the attempt that makes way, though it ends at that moment", async () => {
    const kept = memoryStore();
    const slow: Store = {
      ...kept,
      delete: (collection, id) => aWhile().then(() => kept.delete(collection, id)),
    };
    const { world, own, meeting, request } = await crossedBy(LOWEST_SID, slow);
    soon(world);
    own.say([{ type: "ended", outcome: "timedOut" }]);
    await turnedAround(world, request);
    expect(meeting.isOver).toBe(false);
  });

  test("with a disk that fails interrupts the meeting openly, and the request is shown", async () => {
    const kept = memoryStore();
    const full: Store = { ...kept, delete: () => Promise.reject(new Error("no space left")) };
    const { world, acquaint, meeting } = await crossedBy(LOWEST_SID, full);
    soon(world);
    await expect(meeting.contact).rejects.toThrow("no space left");
    await eventually(() => shown(acquaint).length === 1);
  });

  test("before the own attempt stands lets go of it without a word", async () => {
    const world = new PairingWorld();
    const acquaint = await world.open();
    acquaint.connect();
    const line = await world.line();
    const asked = acquaint.ask({ to: BEN, passphrase: "their words" });
    const own = await world.attempt(0);
    const request = world.request(LOWEST_SID);
    await world.ring(line, acquaint, request);
    soon(world);
    await turnedAround(world, request);
    expect(typesOn(own)).not.toContain("open");
    expect((await asked).role).toBe("responder");
  });
});

test("PAS-9: a request of Ben's that was cancelled is not told of while one is with Ben oneself", async () => {
  const { world, line } = await askBen();
  line.say([world.over(world.request(LOWEST_SID), "cancelled", 1)]);
  line.say([world.over(world.request(HIGHEST_SID), "timedOut", 2)]);
  await eventually(() => oversOf(world).length > 0);
  expect(oversOf(world)).toMatchObject([{ request: { sid: HIGHEST_SID } }]);
});

test("PAS-9: a request of someone else is shown as ever while one asks", async () => {
  const { world, acquaint, line, own } = await askBen();
  await world.ring(line, acquaint, world.request(LOWEST_SID, { from: CEM }));
  soon(world);
  await aWhile();
  expect(shown(acquaint)).toEqual([LOWEST_SID]);
  expect(typesOn(own)).toEqual(["open"]);
});
