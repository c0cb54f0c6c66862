// PAS-9: of several tabs or programs of one device, which share its store, one alone settles a crossed request: it turns around
// while no other answers or declines that request, and takes it over when another lets go of it.

import { describe, expect, test } from "vitest";
import { type Acquaint, type Store } from "../../shared/client/node.ts";
import type { MeetingRequest } from "../../shared/wire/mailbox.ts";
import {
  aWhile,
  BEN,
  eventually,
  HIGHEST_SID,
  LOWEST_SID,
  ownSockets,
  PairingWorld,
  typesOn,
} from "./pairingWorld.ts";
import type { TestSocket } from "./world.ts";

const WORDS = "their words";
const LOOK_AGAIN_MS = 1_000;

interface Tab {
  readonly world: PairingWorld;
  readonly acquaint: Acquaint;
  readonly line: TestSocket;
}

async function openTab(store: Store): Promise<Tab> {
  const world = new PairingWorld();
  const acquaint = await world.open(store);
  acquaint.connect();
  return { world, acquaint, line: await world.line() };
}

const ring = ({ world, line, acquaint }: Tab, request: MeetingRequest) =>
  world.ring(line, acquaint, request);

/** Ann's two tabs: the request of Ben's is shown in the second before she asks him in the first, where it then comes. */
async function twoTabs(
  sid: string,
  store = ownSockets(),
  secondFirst: (tab: Tab) => Promise<void> = async () => {},
) {
  const asking = await openTab(store);
  const other = await openTab(store);
  const request = asking.world.request(sid);
  await ring(other, request);
  const asked = asking.acquaint.ask({ to: BEN, passphrase: WORDS });
  const own = await asking.world.attempt(0);
  await asking.world.stand(own);
  const meeting = await asked;
  await secondFirst(other);
  await ring(asking, request);
  return { store, asking, other, request, own, meeting };
}

/** The timers of none. */
const soon = ({ world }: Tab) => world.clock.advance(0);
const answeredElsewhere = { code: "answered-elsewhere" };
const claimsOf = (...tabs: Tab[]) =>
  tabs.flatMap(({ world }) => world.attempts.flatMap(typesOn)).filter((type) => type === "claim");

/** Whether no tab holds it. */
async function isFree({ hold }: Store, sid: string): Promise<boolean> {
  const release = await hold(`answer ${sid}`);
  release?.();
  return release !== null;
}

describe("PAS-9: a tab that turns around", () => {
  /** Records are stored and deleted in many small turns. */
  function slowStore(kept = ownSockets()): Store {
    return {
      ...kept,
      put: (collection, id, value) => aWhile().then(() => kept.put(collection, id, value)),
      delete: (collection, id) => aWhile().then(() => kept.delete(collection, id)),
    };
  }

  test.for([WORDS, "other words"])(
    "is alone at it: another that answers with %o meanwhile is turned away, whenever it comes",
    async (words) => {
      for (let turns = 0; turns < 160; turns += 8) {
        const { asking, other, meeting } = await twoTabs(LOWEST_SID, slowStore());
        soon(asking);
        for (let count = 0; count < turns; count++) await new Promise(setImmediate);
        const answered = other.acquaint.requests.answer(LOWEST_SID, words);
        await expect(answered, `after ${turns} turns`).rejects.toMatchObject(answeredElsewhere);
        const socket = await asking.world.attempt(1);
        await asking.world.claimed(socket, LOWEST_SID);
        expect(other.world.attempts, `after ${turns} turns`).toEqual([]);
        socket.say([{ type: "ended", outcome: "mismatch" }]);
        await expect(meeting.contact).rejects.toMatchObject({ reason: "mismatch" });
      }
    },
  );

  test("is alone at it: another neither declines the request nor goes on with the answer", async () => {
    const { asking, other } = await twoTabs(LOWEST_SID, slowStore());
    soon(asking);
    const declined = other.acquaint.requests.refuse(LOWEST_SID);
    await expect(declined).rejects.toMatchObject(answeredElsewhere);
    await eventually(() => asking.world.attempts.length > 1);
    expect(await other.acquaint.pendingMeetings()).toEqual([]);
    expect(other.world.attempts).toEqual([]);
  });

  test.for([
    ["a mismatch", { type: "ended", outcome: "mismatch" }],
    ["the asker's calling it off", { type: "ended", outcome: "cancelled" }],
  ] as const)("lets go of the request upon %s", async ([, end]) => {
    const { store, asking, meeting } = await twoTabs(LOWEST_SID);
    soon(asking);
    const socket = await asking.world.attempt(1);
    await asking.world.claimed(socket, LOWEST_SID);
    expect(await isFree(store, LOWEST_SID)).toBe(false);
    socket.say([end]);
    await expect(meeting.contact).rejects.toMatchObject({ reason: end.outcome });
    await aWhile();
    expect(await store.all("attempts")).toEqual([]);
    expect(await isFree(store, LOWEST_SID)).toBe(true);
  });

  test("lets go of the request when it is closed, and the other tab goes on with the meeting", async () => {
    const { asking, other } = await twoTabs(LOWEST_SID);
    soon(asking);
    await asking.world.attempt(1);
    await asking.acquaint.close();
    expect(await other.acquaint.pendingMeetings()).toHaveLength(1);
    await other.world.claimed(await other.world.attempt(0), LOWEST_SID);
    expect(claimsOf(asking, other)).toEqual(["claim"]);
  });

  test.for(["put", "delete"] as const)(
    "lets go of the request when its disk fails to %s: the other tab can answer it",
    async (failing) => {
      const kept = ownSockets();
      let isFull = false;
      const full: Store = {
        ...kept,
        [failing]: async (...args: [never, never, never]) => {
          if (isFull) throw new Error("no space left");
          return kept[failing](...args);
        },
      };
      const { asking, other, meeting } = await twoTabs(LOWEST_SID, full);
      isFull = true;
      soon(asking);
      await expect(meeting.contact).rejects.toThrow("no space left");
      await eventually(() => asking.acquaint.requests.waiting.length === 1);
      isFull = false;
      const answered = other.acquaint.requests.answer(LOWEST_SID, "other words");
      await other.world.claimed(await other.world.attempt(0), LOWEST_SID);
      expect((await answered).isOver).toBe(false);
    },
  );
});

describe("PAS-9: a tab whose request waits for the other to come over", () => {
  test("is alone at the other's: nobody answers it with other words meanwhile", async () => {
    const { other, own } = await twoTabs(HIGHEST_SID);
    const answered = other.acquaint.requests.answer(HIGHEST_SID, "other words");
    await expect(answered).rejects.toMatchObject(answeredElsewhere);
    expect(other.world.attempts).toEqual([]);
    expect(typesOn(own)).toEqual(["open"]);
  });

  test.for(["timedOut", "refused", "cancelled"] as const)(
    "lets go of it when its own has %s, and either can answer",
    async (outcome) => {
      const { asking, other, own, meeting } = await twoTabs(HIGHEST_SID);
      own.say([{ type: "ended", outcome }]);
      await expect(meeting.contact).rejects.toMatchObject({ reason: outcome });
      await eventually(() => asking.acquaint.requests.waiting.length === 1);
      void other.acquaint.requests.answer(HIGHEST_SID, "other words");
      await other.world.claimed(await other.world.attempt(0), HIGHEST_SID);
    },
  );

  test("lets go of it when that is over, and when the tab is closed", async () => {
    for (const how of ["over", "closed", "expired"] as const) {
      const { store, asking, request } = await twoTabs(HIGHEST_SID);
      expect(await isFree(store, HIGHEST_SID)).toBe(false);
      if (how === "over") asking.line.say([asking.world.over(request, "cancelled")]);
      else if (how === "closed") await asking.acquaint.close();
      else {
        const own = asking.world.attempts[0]!;
        own.say([asking.world.claim()]);
        await eventually(() => typesOn(own).includes("answer"));
        asking.world.clock.advance(60_000);
      }
      await aWhile();
      expect(await isFree(store, HIGHEST_SID), how).toBe(true);
    }
  });

  test("answers it instead, when its user asks again", async () => {
    const { asking, own } = await twoTabs(HIGHEST_SID);
    void asking.acquaint.ask({ to: BEN, passphrase: "other words" });
    await eventually(() => typesOn(own).includes("cancel"));
    asking.world.clock.advance(3_000); // no word comes of the former's end
    await asking.world.claimed(await asking.world.attempt(1), HIGHEST_SID);
    expect(asking.world.wanted.at(-1)).toMatchObject({ purpose: "answer", sid: HIGHEST_SID });
  });
});

describe("PAS-9: a tab that finds the crossed request held by another", () => {
  /** The other tab is answering it, with other words, and has not reached the server. */
  async function heldElsewhere() {
    let fail: (error: Error) => void = () => {};
    let failed: Promise<unknown> = Promise.resolve();
    const tabs = await twoTabs(LOWEST_SID, ownSockets(), async (other) => {
      const offline = new Promise<Response>((_, reject) => (fail = reject));
      const isAnswer = () => other.world.wanted.at(-1)?.purpose === "answer";
      other.world.respond = (path) => (path.endsWith("tokens") && isAnswer() ? offline : undefined);
      const answered = other.acquaint.requests.answer(LOWEST_SID, "other words");
      failed = answered.catch((error: unknown) => error);
      await eventually(isAnswer);
    });
    soon(tabs.asking);
    await aWhile();
    return { ...tabs, giveUp: () => (fail(new TypeError("offline")), failed) };
  }

  test("leaves its own attempt be: nothing is cancelled, and no second answer begun", async () => {
    const { asking, own, meeting } = await heldElsewhere();
    asking.world.clock.advance(5 * LOOK_AGAIN_MS);
    await aWhile();
    expect(typesOn(own)).toEqual(["open"]);
    expect(asking.world.attempts).toEqual([own]);
    expect(meeting.isOver).toBe(false);
    own.say([asking.world.claim()]);
    await eventually(() => typesOn(own).includes("answer"));
  });

  test("turns around once that one has let go and the request still waits", async () => {
    const { asking, own, giveUp } = await heldElsewhere();
    expect(await giveUp()).toBeInstanceOf(Error);
    await aWhile();
    expect(typesOn(own)).toEqual(["open"]);
    asking.world.clock.advance(LOOK_AGAIN_MS);
    await asking.world.claimed(await asking.world.attempt(1), LOWEST_SID);
    expect(typesOn(own)).toEqual(["open", "cancel"]);
  });

  test("does not once the mailbox calls the request answered", async () => {
    const { asking, own, request, giveUp } = await heldElsewhere();
    asking.line.say([asking.world.over(request, "answered")]);
    await giveUp();
    await aWhile();
    asking.world.clock.advance(2 * LOOK_AGAIN_MS);
    await aWhile();
    expect(typesOn(own)).toEqual(["open"]);
    expect(asking.world.attempts).toEqual([own]);
  });

  test("does not once its own attempt has ended", async () => {
    const { asking, own, meeting, giveUp } = await heldElsewhere();
    own.say([{ type: "ended", outcome: "timedOut" }]);
    await expect(meeting.contact).rejects.toMatchObject({ reason: "timedOut" });
    await giveUp();
    asking.world.clock.advance(2 * LOOK_AGAIN_MS);
    await aWhile();
    expect(asking.world.attempts).toEqual([own]);
    expect(asking.acquaint.requests.waiting).toMatchObject([{ sid: LOWEST_SID }]);
  });

  test("be it by an answer that was resumed there: it neither turns around nor declines", async () => {
    const store = ownSockets();
    const before = await openTab(store);
    await ring(before, before.world.request(LOWEST_SID));
    void before.acquaint.requests.answer(LOWEST_SID, "other words");
    await before.world.claimed(await before.world.attempt(0), LOWEST_SID);
    await before.acquaint.close();
    const resuming = await openTab(store);
    expect(await resuming.acquaint.pendingMeetings()).toHaveLength(1);
    const { asking, own } = await twoTabs(LOWEST_SID, store);
    soon(asking);
    asking.world.clock.advance(2 * LOOK_AGAIN_MS);
    await aWhile();
    expect(typesOn(own)).toEqual(["open"]);
    const third = await openTab(store);
    await ring(third, third.world.request(LOWEST_SID));
    const declined = third.acquaint.requests.refuse(LOWEST_SID);
    await expect(declined).rejects.toMatchObject(answeredElsewhere);
  });
});

test("PAS-9: with the words of a request that is just beginning in another tab nothing is answered", async () => {
  const store = ownSockets();
  const [asking, other] = [await openTab(store), await openTab(store)];
  await ring(other, other.world.request(LOWEST_SID));
  const asked = asking.acquaint.ask({ to: BEN, passphrase: WORDS });
  const own = await asking.world.attempt(0);
  await expect(other.acquaint.requests.answer(LOWEST_SID, WORDS)).rejects.toMatchObject({
    problem: { code: "inUse" },
  });
  expect(claimsOf(other)).toEqual([]);
  await asking.world.stand(own);
  expect((await asked).isOver).toBe(false);
});
