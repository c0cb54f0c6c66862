// ID-3: whichever write either device dies before while a history is handed over, and however often it begins anew,
// the new device has all of it in the end, and nothing twice.

import { describe, expect, test } from "vitest";
import "../../../shared/client/handover/work.ts"; // loaded when there is something to do, in no time here
import { memoryStore, type Store } from "../../../shared/client/node.ts";
import { dyingStore } from "../line/dyingStore.ts";
import { AccountServer, comesTrue, fill, haveMet, Owner, OwnDevice } from "./ownDevices.ts";

const MESSAGES = 5;
/** So that the history takes three parts. */
const BUNDLE_BYTES = 2_000;

type Mortal = "giver" | "taker";

interface Lives {
  readonly died: boolean;
  readonly giver: string[];
  readonly taker: string[];
  readonly unread: readonly (number | undefined)[];
}

/** One of the two dies before that write, and starts again; meanwhile the contact writes to both. */
async function live(mortal: Mortal, fatal: number): Promise<Lives> {
  const server = new AccountServer();
  const owner = new Owner("Ann");
  const stores = { giver: memoryStore(), taker: memoryStore() };
  const ben = await OwnDevice.open(server, new Owner("Ben"));
  const before = await OwnDevice.open(server, owner, 0, stores.giver);
  await haveMet(before, ben);
  await before.contacts.update(ben.userId, { note: "at the fair" });
  await fill(before, ben.userId, MESSAGES);
  await ben.connect();
  const number = owner.add();
  await before.device.learnLog(owner.log);

  const dying = dyingStore(stores[mortal], fatal);
  const storeOf = (which: Mortal) => (which === mortal ? dying.store : stores[which]);
  const open = async (which: Mortal, store: Store) => {
    const device = await OwnDevice.open(server, owner, which === "giver" ? 0 : number, store);
    device.line.handover.bundleBytes = BUNDLE_BYTES;
    return device;
  };
  const isWhole = (device: OwnDevice) =>
    device.told.some((event) => event.event === "history" && event.done === event.total);
  const first = { giver: null as OwnDevice | null, taker: null as OwnDevice | null };
  let isDecided = false;
  const living = (async () => {
    first.taker = await open("taker", storeOf("taker"));
    first.giver = await open("giver", storeOf("giver"));
    // By the same change as what tells the new device that it is listed.
    await storeOf("giver").apply([first.giver.line.handover.history(number)]);
    isDecided = true;
    await first.taker.connect();
    if (!dying.isDead || mortal === "giver") await first.giver.connect();
  })();
  living.catch(() => {});
  let isSaid = false;
  await comesTrue(() => {
    server.clock.advance(20);
    const isBegun = first.taker?.told.some(({ event }) => event === "history") === true;
    if (isBegun && !isSaid) {
      isSaid = true;
      void ben.messages.send(before.userId, "meanwhile");
    }
    return dying.isDead || (first.taker !== null && isWhole(first.taker));
  });
  if (!isSaid) await ben.messages.send(before.userId, "meanwhile");
  if (!dying.isDead) await living;
  for (const device of [first.giver, first.taker]) device?.disconnect();
  for (const which of ["giver", "taker"] as const) {
    if (which === mortal && dying.isDead) continue;
    let isStopped = false;
    void first[which]?.line.stop().then(() => (isStopped = true));
    // Even now it may come to its last write.
    const isOver = () => isStopped || first[which] === null || (which === mortal && dying.isDead);
    await comesTrue(isOver);
  }

  const giver = await open("giver", stores.giver);
  const taker = await open("taker", stores.taker);
  // What was never decided nobody goes on with.
  if (!isDecided && (await stores.giver.all("handovers")).length === 0) {
    await giver.line.handover.sendHistory(number);
  }
  await taker.connect();
  await giver.connect();
  await comesTrue(async () => {
    server.clock.advance(1_000);
    const tasks = [
      ...(await stores.giver.all("handovers")),
      ...(await stores.taker.all("handovers")),
    ];
    const shown = await taker.shown(ben.userId);
    const known = await giver.shown(ben.userId);
    return tasks.length === 0 && shown.length > 2 * MESSAGES && known.length > 2 * MESSAGES;
  });
  expect([...giver.faults, ...taker.faults]).toEqual([]);
  expect(await taker.contacts.get(ben.userId)).toMatchObject({
    verified: true,
    note: "at the fair",
  });
  const unread = [giver, taker].map((device) => device.messages.conversation(ben.userId));
  return {
    died: dying.isDead,
    giver: await giver.shown(ben.userId),
    taker: await taker.shown(ben.userId),
    unread: (await Promise.all(unread)).map((conversation) => conversation?.unread),
  };
}

describe.for<Mortal>(["giver", "taker"])("ID-3: the %s", (mortal) => {
  test("may die before any of its writes", { timeout: 120_000 }, async () => {
    let fatal = 0;
    for (let died = true; died; fatal++) {
      const lives = await live(mortal, fatal);
      const label = `killed at ${fatal}`;
      died = lives.died;
      expect(lives.giver.length, label).toBe(2 * MESSAGES + 1);
      expect(lives.taker.toSorted(), label).toEqual(lives.giver.toSorted());
      expect(new Set(lives.taker).size, label).toBe(lives.taker.length);
      expect(lives.unread, label).toEqual([MESSAGES + 1, MESSAGES + 1]);
    }
    expect(fatal).toBeGreaterThan(10);
  });
});
