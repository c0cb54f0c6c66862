// PAS-8, KEY-4: what an attacker can try in a simulated day, against the real objects with the clock moved; and a
// conference hall, where thousands share an address with an attacker and none of them is refused for it.

import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { admit } from "../../workers/auth/admission.ts";
import { networkOf } from "../../workers/auth/network.ts";
import type { GuessKey } from "../../shared/core/pairing/state.ts";
import type { Locator, UserId } from "../../shared/wire/ids.ts";
import { ProblemError } from "../../shared/wire/problem.ts";
import {
  makeAccount,
  ORIGIN,
  randomAddress,
  randomText,
  registerAccount,
  request,
  strangerActor,
  type TestAccount,
} from "./support/accounts.ts";
import { answered, askTo, ErrandWatch, listen, type Listening } from "./support/asking.ts";
import { advanceClock, useStoppedClock } from "./support/clock.ts";
import { contactErrand, freshLocator, randomInt, TERMS, wrongAnswer } from "./support/pairing.ts";

useStoppedClock();

// Days and crowds take their time on a machine that does other things too.
vi.setConfig({ testTimeout: 300_000 });

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

let errands: ErrandWatch;

beforeEach(() => {
  errands = new ErrandWatch();
});

afterEach(() => vi.restoreAllMocks());

const mailboxOf = ({ userId }: { userId: UserId }) => env.MAILBOXES.getByName(userId);
const randomKey = () => String(100 + randomInt(900)) as Locator;

/** Lets the account's own mailbox admit a guess; waits as long as it says. */
async function admitted(attacker: TestAccount, guess: GuessKey, until: number): Promise<boolean> {
  for (;;) {
    if (Date.now() >= until) return false;
    const admission = await mailboxOf(attacker).admitGuess(attacker, guess, randomKey());
    if (!admission.ok) throw new Error(admission.code);
    if (admission.value.delayMs === 0) return true;
    advanceClock(admission.value.delayMs);
  }
}

/** Most guesses of one account in a day: the first few are free, then it is one for each that fades. */
const MOST_GUESSES_A_DAY = 160;

test.for([1, 3])(
  "PAS-8: one account that tries keys all day, %s at a time, makes 160 guesses at most",
  async (atOnce) => {
    const attacker = await registerAccount();
    const until = Date.now() + DAY;
    let guesses = 0;
    let isDay = true;
    while (isDay) {
      const underWay: GuessKey[] = [];
      for (let count = 0; count < atOnce && isDay; count++) {
        const key = randomKey();
        isDay = await admitted(attacker, key, until);
        if (isDay) underWay.push(key);
      }
      guesses += underWay.length;
      for (const key of underWay) await mailboxOf(attacker).settleGuess(key, "a network");
    }
    console.log(`one account, ${atOnce} at a time: ${guesses} guesses at keys in a day`);
    expect(guesses).toBeGreaterThan(100);
    expect(guesses).toBeLessThanOrEqual(MOST_GUESSES_A_DAY);
  },
);

test("PAS-8: one account that asks one person for hours, who always answers, makes no more guesses than at keys", async () => {
  const [attacker, victim] = [await registerAccount(), await registerAccount()];
  const hours = 4;
  const until = Date.now() + hours * 60 * MINUTE;
  let guesses = 0;
  while (await admitted(attacker, victim.userId, until)) {
    const asking = await askTo(attacker, victim.userId);
    const { responder } = await answered(asking, victim);
    asking.initiator.send(wrongAnswer());
    await asking.initiator.next("ended");
    guesses += 1;
    await errands.untilTaken("settlement", attacker.userId, guesses);
    for (const socket of [asking.initiator, responder]) socket.close();
  }
  console.log(`one account: ${guesses} guesses at one person in ${hours} hours`);
  expect(guesses).toBeGreaterThan(20);
  // Sixteen before the delay is as long as a failure takes to fade; then six an hour.
  expect(guesses).toBeLessThanOrEqual(16 + 6 * hours);
});

async function shownTo({ socket }: Listening): Promise<number> {
  await socket.ask();
  return socket.told.filter(({ type }) => type === "request").length;
}

test("PAS-8: of any number of accounts that ask one person, four hundred here, five are shown at once and then one a minute", async () => {
  const victim = await registerAccount();
  const friend = strangerActor();
  const met = contactErrand(victim.userId, friend.userId, { metAt: Date.now() - 1 });
  await mailboxOf(victim).take(met);
  const listening = await listen(victim);
  const asks = async (from: UserId): Promise<void> => {
    const { t1Seconds, t2Seconds } = TERMS;
    const openedAt = Date.now();
    const claimBy = openedAt + t1Seconds * 1_000;
    const answerBy = openedAt + t2Seconds * 1_000;
    const sid = randomText(16);
    const locator = freshLocator() as never;
    const asked = { sid, from, handle: null, locator, openedAt, claimBy, answerBy };
    await mailboxOf(victim).take({ kind: "request", owner: victim.userId, sid, request: asked });
  };
  // A burst at first, then one after the other.
  const minutes = 120;
  for (let burst = 0; burst < 50; burst++) await asks(strangerActor().userId);
  for (let count = 0; count < 350; count++) {
    advanceClock((minutes * MINUTE) / 350);
    await asks(strangerActor().userId);
  }
  const shown = await shownTo(listening);
  console.log(
    `400 accounts in ${minutes} minutes: ${shown} prompts, so ${5 + DAY / MINUTE} a day at most`,
  );
  expect(shown).toBeGreaterThan(minutes - 10);
  expect(shown).toBeLessThanOrEqual(5 + minutes);
  await asks(friend.userId);
  expect(await shownTo(listening), "a contact among them").toBe(shown + 1);
});

function networkAt(address: string): string {
  return networkOf(env, new Request(ORIGIN, { headers: { "cf-connecting-ip": address } }));
}

function gateOf(address: string) {
  return env.GATES.getByName(networkAt(address));
}

const hashesOf = (bits: number): number => (bits === 0 ? 0 : 2 ** bits);

test("PAS-8: accounts cost their network ever more work, up to 18 bits each", async () => {
  const address = randomAddress();
  const gate = gateOf(address);
  const demanded: number[] = [];
  for (let batch = 0; batch < 100; batch++) {
    demanded.push(
      ...(await Promise.all(Array.from({ length: 10 }, () => gate.countRegistration()))),
    );
    advanceClock(1_000);
  }
  const steps = demanded.filter((bits, index) => bits !== demanded[index - 1]);
  const hashes = demanded.reduce((sum, bits) => sum + hashesOf(bits), 0);
  console.log(`1,000 accounts of a network: bits ${steps.join()}, ${hashes} hashes on average`);
  expect(steps).toEqual([0, 10, 12, 14, 16, 18]);
  expect(demanded.filter((bits) => bits === 0).length).toBeLessThanOrEqual(60);
  expect(hashes).toBeGreaterThan(60_000_000);
  const refused = await request("POST", "/v1/accounts", {
    address,
    body: { log: makeAccount().log },
  });
  expect([refused.status, refused.body.work.bits]).toEqual([428, 18]);
  expect((await request("POST", "/v1/accounts", { body: { log: makeAccount().log } })).status).toBe(
    201,
  );
  // Patience instead of work yields one account in six seconds.
  advanceClock(2 * 60 * MINUTE);
  const patient: number[] = [];
  for (let made = 0; made < 60; made++) {
    patient.push(await gate.countRegistration());
    advanceClock(6_000);
  }
  expect(new Set(patient)).toEqual(new Set([0]));
});

test("PAS-8: many accounts that fail from one network work ever more for each guess", async () => {
  const address = randomAddress();
  const gate = gateOf(address);
  const demanded: number[] = [];
  for (let batch = 0; batch < 100; batch++) {
    demanded.push(await gate.claimWorkBits());
    await Promise.all(Array.from({ length: 10 }, () => gate.countFailure()));
    advanceClock(1_000);
  }
  const steps = demanded.filter((bits, index) => bits !== demanded[index - 1]);
  expect(steps).toEqual([0, 10, 12, 14, 16, 18]);
  expect(demanded.filter((bits) => bits === 0).length).toBeLessThanOrEqual(6);
});

/** Bits that a claim is asked for; 0 if it is let through at once. */
async function bitsForClaim(claimant: TestAccount, address: string): Promise<number | string> {
  const wanted = { purpose: "claim", locator: randomKey(), method: "key" } as never;
  try {
    await admit(env, new Request(ORIGIN), claimant, networkAt(address), wanted);
    return 0;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return error.problem.work?.bits ?? error.code;
  }
}

interface Hall {
  readonly address: string;
  readonly people: readonly TestAccount[];
}

async function openHall(): Promise<Hall> {
  const people = Array.from({ length: PEOPLE }, makeAccount);
  for (const one of people) await mailboxOf(one).register(one.log);
  return { address: randomAddress(), people };
}

/** The accounts that enter keys, many each, so that their own back-off is tried as well; who shows one passes no gate. */
const PEOPLE = 40;
const MEETINGS = 1_000;
const HALL_MINUTES = 5;

/** Everyone meets; resolves with what each claim was asked for. */
async function meetInHall(
  { address, people }: Hall,
  meetings: number,
  between: () => Promise<void>,
) {
  const network = networkAt(address);
  const asked: (number | string)[] = [];
  for (let meeting = 0; meeting < meetings; meeting++) {
    const claimant = people[meeting % PEOPLE] as TestAccount;
    // The brake counts in real time, so each account comes to it once.
    const key = randomKey();
    const isFirst = meeting < PEOPLE;
    if (isFirst) asked.push(await bitsForClaim(claimant, address));
    else {
      const [admission, bits] = await Promise.all([
        mailboxOf(claimant).admitGuess(claimant, key, key),
        gateOf(address).claimWorkBits(),
      ]);
      const isFree = admission.ok && admission.value.delayMs === 0;
      asked.push(isFree ? bits : "too-many-requests");
    }
    // Two in a hundred, somebody else each time.
    if (meeting % 51 === 0) {
      await mailboxOf(claimant).settleGuess(key, network);
    } else {
      const peer = strangerActor().userId;
      await mailboxOf(claimant).take({
        ...contactErrand(claimant.userId, peer),
        guess: key,
      } as never);
    }
    await between();
    advanceClock((HALL_MINUTES * MINUTE) / meetings);
  }
  return asked;
}

test("PAS-8: in a hall behind one address 1,000 keys are entered in five minutes beside an attacker: nobody is refused or works", async () => {
  const hall = await openHall();
  const attacker = await registerAccount();
  let guesses = 0;
  let delays = 0;
  let turns = 0;
  const asked = await meetInHall(hall, MEETINGS, async () => {
    turns += 1;
    if (turns % 4 !== 0) return;
    const key = randomKey();
    const admission = await mailboxOf(attacker).admitGuess(attacker, key, key);
    if (!admission.ok || admission.value.delayMs > 0) {
      delays += 1;
      return;
    }
    guesses += 1;
    await mailboxOf(attacker).settleGuess(key, networkAt(hall.address));
  });
  console.log(
    `hall: ${guesses} guesses of the attacker, ${delays} times delayed; asked ${[...new Set(asked)].join()}`,
  );
  expect(new Set(asked)).toEqual(new Set([0]));
  expect(guesses).toBeLessThanOrEqual(12);
  expect(delays).toBeGreaterThan(200);
});

test("PAS-8: beside a gang of a hundred accounts in the same hall nobody is refused, and works for 18 bits at most", async () => {
  const hall = await openHall();
  const meetings = 300;
  const asked = await meetInHall(hall, meetings, async () => {
    // Nine guesses of each in five minutes, as one account is let.
    await Promise.all(Array.from({ length: 3 }, () => gateOf(hall.address).countFailure()));
  });
  const bits = asked.filter((one) => typeof one === "number");
  console.log(`hall with a gang: bits ${[...new Set(bits)].join()}`);
  expect(bits.length).toBe(meetings);
  expect(Math.max(...bits)).toBeLessThanOrEqual(18);
});
