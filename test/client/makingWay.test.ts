// PAS-6, PAS-9: an attempt that has made way, or has ended, leaves nothing behind; and what takes its place reaches
// an outcome that is told, whatever the network does.

import { describe, expect, test } from "vitest";
import { type Acquaint, type Meeting, memoryStore, type Store } from "../../shared/client/node.ts";
import type { MeetingRequest } from "../../shared/wire/mailbox.ts";
import {
  aWhile,
  BEN,
  eventually,
  inTime,
  LOWEST_SID,
  OWN_LOCATOR,
  PairingWorld,
  typesOn,
} from "./pairingWorld.ts";
import { refusal, type TestSocket, turn } from "./world.ts";

interface Crossing {
  readonly world: PairingWorld;
  readonly store: Store;
  readonly acquaint: Acquaint;
  readonly line: TestSocket;
  /** The attempt that is to make way. */
  readonly own: TestSocket;
  readonly meeting: Promise<Meeting>;
  readonly request: MeetingRequest;
}

/** This device asks Ben, whose own request, of the lower id, comes as well; no timer has gone off yet. */
async function crossing(hasOpened = true, store = memoryStore()): Promise<Crossing> {
  const world = new PairingWorld();
  const acquaint = await world.open(store);
  const meeting = acquaint.ask({ to: BEN, passphrase: "their words" });
  const line = await world.line();
  const own = await world.attempt(0);
  if (hasOpened) {
    await world.stand(own);
    await meeting;
  } else {
    own.accept();
    await eventually(() => typesOn(own).includes("open"));
  }
  const request = world.request(LOWEST_SID);
  await world.ring(line, acquaint, request);
  return { world, store, acquaint, line, own, meeting, request };
}

const rolesIn = async (store: Store) =>
  (await store.all<{ role: string }>("attempts")).map(({ role }) => role);

function openedNotice(world: PairingWorld) {
  const now = world.serverNow();
  const times = { openedAt: now, claimBy: now + 60_000, answerBy: now + 90_000, now };
  return { type: "opened", locator: OWN_LOCATOR, ...times };
}

/** The first calls for a socket to answer on fail, as often as told. */
function failAnswers(world: PairingWorld, times: number, how: () => Promise<Response>): void {
  let left = times;
  world.respond = (path) => {
    const isIt = path === "/v1/upgrade-tokens" && world.wanted.at(-1)?.purpose === "answer";
    return isIt && left-- > 0 ? how() : undefined;
  };
}

const offline = () => Promise.reject(new TypeError("offline"));
const busy = async () => refusal("internal-error");

describe("PAS-9: of an attempt that made way nothing is kept", () => {
  test("though the server says only then that it stands", async () => {
    const { world, store, own } = await crossing(false);
    world.clock.advance(0);
    const socket = await world.attempt(1);
    await world.claimed(socket, LOWEST_SID);
    own.say([openedNotice(world)]);
    await aWhile();
    expect(await rolesIn(store)).toEqual(["responder"]);
  });

  test("though the server says so while its record is being deleted", async () => {
    const kept = memoryStore();
    const slow: Store = {
      ...kept,
      delete: (collection, id) => aWhile().then(() => kept.delete(collection, id)),
    };
    const { world, own } = await crossing(false, slow);
    world.clock.advance(0);
    own.say([openedNotice(world)]);
    own.say([world.claim()]);
    await world.claimed(await world.attempt(1), LOWEST_SID);
    await aWhile();
    expect(await rolesIn(kept)).toEqual(["responder"]);
    expect(typesOn(own)).not.toContain("answer");
  });

  test("so that the next run of the program goes on with one meeting", async () => {
    const { world, store, own, acquaint } = await crossing(false);
    world.clock.advance(0);
    await world.claimed(await world.attempt(1), LOWEST_SID);
    own.say([openedNotice(world)]);
    await aWhile();
    await acquaint.close();
    const again = await new PairingWorld().open(store);
    expect((await again.pendingMeetings()).map(({ role }) => role)).toEqual(["responder"]);
  });
});

describe("PAS-6: behind the end of an attempt", () => {
  test.for([
    ["that it stands", (world: PairingWorld) => openedNotice(world)],
    ["of a claim", (world: PairingWorld) => world.claim()],
  ] as const)("the news %s is not heard any more: nothing is said or kept", async ([, news]) => {
    const store = memoryStore();
    const world = new PairingWorld();
    const acquaint = await world.open(store);
    const asked = acquaint.ask({ passphrase: "their words" });
    const socket = await world.attempt(0);
    await world.stand(socket);
    const meeting = await asked;
    const records: string[] = [];
    const put = store.put;
    store.put = (collection, id, value) => {
      records.push(`${collection} ${id}`);
      return put(collection, id, value);
    };
    socket.say([{ type: "ended", outcome: "timedOut" }, news(world)]);
    await eventually(() => meeting.isOver);
    await aWhile();
    expect(typesOn(socket)).toEqual(["open", "acknowledge"]);
    expect(records).toEqual([]);
    expect(await store.all("attempts")).toEqual([]);
  });
});

describe("PAS-9: turning around", () => {
  test.for([
    ["the network", 1, offline],
    ["the network, three times", 3, offline],
    ["a busy server", 1, busy],
  ] as const)(
    "goes on after a failure of %s, and the meeting ends with an outcome that is told",
    async ([, times, how]) => {
      const { world, acquaint, own, meeting: asked } = await crossing();
      const meeting = await asked;
      failAnswers(world, times, how);
      world.clock.advance(0);
      await eventually(() => typesOn(own).includes("cancel"));
      await inTime(world, () => world.attempts.length > 1);
      expect(meeting.isOver).toBe(false);
      expect(acquaint.requests.waiting).toEqual([]);
      const socket = world.attempts[1]!;
      await world.claimed(socket, LOWEST_SID);
      socket.say([{ type: "ended", outcome: "mismatch" }]);
      await expect(meeting.contact).rejects.toMatchObject({ reason: "mismatch" });
      expect(meeting.events.map(({ event }) => event)).toEqual(["asked", "failed"]);
    },
  );

  test("without a connection ends soon after the other's T2, and keeps nothing", async () => {
    const { world, store, meeting: asked, request } = await crossing();
    const meeting = await asked;
    failAnswers(world, Infinity, offline);
    const timeLeft = request.answerBy - world.serverNow();
    const begunAt = world.clock.now();
    await inTime(world, () => meeting.isOver);
    await expect(meeting.contact).rejects.toMatchObject({ reason: "timedOut" });
    const lasted = world.clock.now() - begunAt;
    expect(lasted).toBeGreaterThanOrEqual(timeLeft);
    expect(lasted).toBeLessThan(timeLeft + 15_000);
    await eventually(() => world.clock.waits.every((wait) => wait >= 0));
    await turn();
    expect(await store.all("attempts")).toEqual([]);
  });

  test("is for one tab: another, which shares the store, does not go on with it", async () => {
    const { world, store, acquaint } = await crossing();
    const other = await new PairingWorld().open(store);
    world.clock.advance(0);
    await world.claimed(await world.attempt(1), LOWEST_SID);
    expect(await rolesIn(store)).toEqual(["responder"]);
    expect(await other.pendingMeetings()).toEqual([]);
    await acquaint.close();
    expect(await other.pendingMeetings()).toHaveLength(1);
  });

  test("that closing interrupts is gone on with by the next run of the program", async () => {
    const { world, store, acquaint, meeting: asked } = await crossing();
    await asked;
    failAnswers(world, Infinity, offline);
    world.clock.advance(0);
    await eventually(() => world.wanted.some(({ purpose }) => purpose === "answer"));
    await acquaint.close();
    const later = new PairingWorld();
    const again = await later.open(store);
    const [resumed, ...others] = await again.pendingMeetings();
    expect(others).toEqual([]);
    await later.claimed(await later.attempt(0), LOWEST_SID);
    expect(later.wanted.at(-1)).toMatchObject({ purpose: "answer", sid: LOWEST_SID });
    expect(resumed?.isOver).toBe(false);
  });
});
