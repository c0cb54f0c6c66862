// ID-3: a mailbox remembers at which attempts its devices may be, as long as that may last, so that a removal reaches
// them: a crash in between only delays that.

import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, expect, test, vi } from "vitest";
import { PairingAttempt } from "../../workers/pairing/PairingAttempt.ts";
import { registerAccount } from "./support/accounts.ts";
import {
  askToken,
  closedWithinASecond,
  Household,
  openSocket,
  removeSecond,
} from "./support/devices.ts";
import { Ledger } from "./support/ledger.ts";
import { mailboxOf } from "./support/line.ts";
import { openMessage } from "./support/pairing.ts";
import { mintUpgrade, requestUpgrade } from "./support/sockets.ts";

afterEach(() => vi.restoreAllMocks());

/** Longer locators than people get, so that no two tests meet at one. */
const OPEN = { purpose: "open", tried: 4 } as const;

/** The next calls fail as if the attempt were away. */
function failExpulsions(times: number): void {
  const failing = { left: times };
  const expel = PairingAttempt.prototype.expel;
  vi.spyOn(PairingAttempt.prototype, "expel").mockImplementation(async function (
    this: PairingAttempt,
    ...given
  ) {
    if (failing.left-- > 0) throw new Error("the attempt is away");
    return expel.apply(this, given);
  });
}

const rememberedBy = ({ userId }: Household) =>
  runInDurableObject(
    mailboxOf({ userId }),
    (_, { storage }) => storage.kv.get<{ deviceId: string }[]>("attempts") ?? [],
  );

test("ID-3: an attempt that could not be reached is told again by the alarm, in an object that woke anew", async () => {
  // Ahead of the real time, so that no alarm fires by itself.
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
  const house = await Household.of(2);
  const socket = await openSocket(house.member(1), OPEN);
  socket.send(openMessage());
  await socket.next("opened");
  failExpulsions(1);
  await removeSecond(house);
  await vi.waitFor(() => expect(PairingAttempt.prototype.expel).toHaveBeenCalledTimes(1));
  expect(await rememberedBy(house)).toHaveLength(1);
  await evictDurableObject(mailboxOf(house));
  expect(await runDurableObjectAlarm(mailboxOf(house))).toBe(true);
  await closedWithinASecond([socket]);
  expect(await rememberedBy(house)).toEqual([]);
  vi.useRealTimers();
});

test("ID-3: an attempt begun while the device was the only one is ended too", async () => {
  const house = await Household.of(1);
  const socket = await openSocket(house.member(0), OPEN);
  socket.send(openMessage());
  await socket.next("opened");
  expect(await rememberedBy(house)).toEqual([]);
  await house.appendAs(house.member(0), house.add("recovery"), house.remove(0, "recovery"));
  await closedWithinASecond([socket]);
});

test("ID-3: what the only device was at is stored once another comes, and outlives the object's memory", async () => {
  const house = await Household.of(1);
  const socket = await openSocket(house.member(0), OPEN);
  socket.send(openMessage());
  await socket.next("opened");
  await house.append(house.add());
  await evictDurableObject(mailboxOf(house));
  await house.appendAs(house.member(1), house.remove(0, 1));
  await closedWithinASecond([socket]);
});

test("ID-3: a token for an attempt writes no row for an account of one device, and one for several", async () => {
  const [one, two] = [await Household.of(1), await Household.of(2)];
  await askToken(two.member(1), OPEN);
  const ledger = await Ledger.open();
  await askToken(one.member(0), OPEN);
  expect(ledger.rowsWritten, String(ledger)).toBe(0);
  // The alarm that forgets them is set with the first.
  await askToken(two.member(1), OPEN);
  expect(ledger.rows, String(ledger)).toEqual(["kv.put"]);
});

test("ID-3: what devices are at is remembered while it may last, and no longer", async () => {
  const house = await Household.of(2);
  await askToken(house.member(1), OPEN);
  const { token } = await askToken(house.member(0), OPEN);
  expect(token).toBeTypeOf("string");
  const kept = await rememberedBy(house);
  expect(kept.map(({ deviceId }) => deviceId)).toEqual(
    [1, 0].map((number) => house.member(number).deviceId),
  );
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 421_000 });
  await runDurableObjectAlarm(mailboxOf(house));
  expect(await rememberedBy(house)).toEqual([]);
  vi.useRealTimers();
});

test("ID-3: a token that was being made while its device was removed opens nothing", async () => {
  const house = await Household.of(2);
  const { path, locator } = await askToken(house.member(1), OPEN);
  await removeSecond(house);
  await vi.waitFor(async () => expect((await rememberedBy(house)).length).toBe(0));
  const refused = await requestUpgrade(path, await mintUpgrade(house.member(1), "open", locator));
  expect([refused.status, refused.webSocket]).toEqual([401, null]);
});

test("KEY-3: a socket that came to open opens nothing once its time is over", async () => {
  const ann = await registerAccount();
  const [late, prompt] = [await openSocket(ann, OPEN), await openSocket(ann, OPEN)];
  prompt.send(openMessage());
  await prompt.next("opened");
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 30_000 });
  const [told] = await late.ask(openMessage());
  expect(told).toMatchObject({ type: "problem", problem: { code: "out-of-turn" } });
  vi.useRealTimers();
});
