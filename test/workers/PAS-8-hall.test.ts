// PAS-8: one conference hall, so one network, with 2,000 honest people, each an account of their own, who
// meet in pairs within five minutes, and an attacker among them. Tokens, sockets, attempts and counts are real.

import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { solve } from "../../shared/core/crypto/proofOfWork.ts";
import { locatorWorkBits } from "../../shared/core/pairing/backoff.ts";
import type { Locator } from "../../shared/wire/ids.ts";
import { networkOf } from "../../workers/auth/network.ts";
import type { Actor } from "../../workers/auth/tokens.ts";
import { ORIGIN, randomAddress, registerAccount, request } from "./support/accounts.ts";
import { ErrandWatch } from "./support/asking.ts";
import { advanceClock, useStoppedClock } from "./support/clock.ts";
import { registerCrowd } from "./support/crowd.ts";
import {
  answerMessage,
  claimMessage,
  openMessage,
  randomInt,
  wrongAnswer,
} from "./support/pairing.ts";
import { connect, connectToAttempt, type TestSocket } from "./support/sockets.ts";

useStoppedClock();

// A crowd takes its time on a machine that does other things too.
vi.setConfig({ testTimeout: 600_000 });

const PAIRS = 1_000;
const HALL_MS = 5 * 60_000;
/** Pairs whose keys are on show at the same time. */
const AT_ONCE = 50;
const ROUND_MS = HALL_MS / (PAIRS / AT_ONCE);
/** Of so many pairs one mistypes its first key. */
const MISTYPED_OF = 50;
/** How often the attacker tries in each round. */
const TRIES = 15;

interface Pair {
  readonly shows: Actor;
  readonly enters: Actor;
  readonly mistypes: boolean;
}

let errands: ErrandWatch;

beforeEach(() => {
  errands = new ErrandWatch();
});

afterEach(() => vi.restoreAllMocks());

const address = randomAddress();
const network = networkOf(env, new Request(ORIGIN, { headers: { "cf-connecting-ip": address } }));

/** Bits of work that each claim was asked for, beyond those that the length of its locator costs anywhere. */
const askedBits: number[] = [];

/** What the token's route answers; any refusal but a demand for work fails the test. */
async function askForToken(actor: Actor, body: object) {
  const answer = await request("POST", "/v1/upgrade-tokens", { actor, address, body });
  if (answer.status !== 201 && answer.status !== 428) {
    throw new Error(`somebody honest was refused: ${answer.body.code}`);
  }
  return answer.body;
}

/** A key is put on show. Where its locator is in use, the device asks for another one. */
async function show(actor: Actor): Promise<{ initiator: TestSocket; locator: string }> {
  for (let tried = 0; ; tried++) {
    const { path, token, locator } = await askForToken(actor, { purpose: "open", tried });
    const initiator = await connect(path, token);
    initiator.send(openMessage());
    const { type, problem } = await initiator.next();
    if (type === "opened") return { initiator, locator };
    expect(problem?.code).toBe("locator-taken");
    initiator.close();
  }
}

/** The key is entered; resolves once the offer is there, after as much work as was asked for. */
async function enter(actor: Actor, locator: string): Promise<TestSocket> {
  const wanted = { purpose: "claim", locator, method: "key" };
  let body = await askForToken(actor, wanted);
  const { challenge, bits } = body.work ?? { challenge: "", bits: 0 };
  askedBits.push(bits - locatorWorkBits(locator.length));
  if (bits > 0) {
    const proof = { challenge, solution: await solve(challenge, bits) };
    body = await askForToken(actor, { ...wanted, proof });
  }
  const responder = await connect(body.path, body.token);
  await responder.next("offer");
  return responder;
}

/** The two devices evaluate each other's word; resolves once both sides have their end. */
async function conclude(
  { enters, mistypes }: Pair,
  initiator: TestSocket,
  responder: TestSocket,
): Promise<void> {
  const claim = claimMessage();
  responder.send(claim);
  await initiator.next("claim");
  initiator.send(mistypes ? wrongAnswer() : answerMessage(claim.tag));
  const sockets = [initiator, responder];
  if (mistypes) {
    const told = await Promise.all(sockets.map((socket) => socket.next("ended")));
    expect(told.map(({ outcome }) => outcome)).toEqual(["mismatch", "mismatch"]);
    await errands.untilTaken("settlement", enters.userId);
  } else {
    await Promise.all(sockets.map((socket) => socket.next("matched")));
    for (const socket of sockets) socket.send({ type: "acknowledge" });
    await Promise.all(sockets.map((socket) => socket.next("acknowledged")));
  }
  for (const socket of sockets) socket.close();
}

/** Pairs meet side by side, `whileShown` in between; those that mistyped talk again and meet by a new key. */
async function meetAll(
  pairs: readonly Pair[],
  whileShown: (locators: readonly string[]) => Promise<void>,
): Promise<void> {
  const shown = await Promise.all(pairs.map(({ shows }) => show(shows)));
  await whileShown(shown.map(({ locator }) => locator));
  const responders = await Promise.all(
    pairs.map(({ enters }, index) => enter(enters, shown[index]?.locator as string)),
  );
  await Promise.all(
    pairs.map((pair, index) =>
      conclude(pair, shown[index]?.initiator as TestSocket, responders[index] as TestSocket),
    ),
  );
  const again = pairs.filter(({ mistypes }) => mistypes);
  if (again.length === 0) return;
  await meetAll(
    again.map((pair) => ({ ...pair, mistypes: false })),
    async () => {},
  );
}

interface Attacker {
  readonly account: Actor;
  guesses: number;
  delays: number;
}

/** Tries a key if it is let. What a guess at a key on show does is KEY-5's matter, so it hits none. */
async function attack(attacker: Attacker, locators: readonly string[]): Promise<void> {
  const { account } = attacker;
  let locator = "";
  do locator = String(100 + randomInt(900));
  while (locators.includes(locator));
  // The brake on tokens counts in real time, so the mailbox alone is asked here.
  const mailbox = env.MAILBOXES.getByName(account.userId);
  const guess = locator as Locator;
  const admission = await mailbox.admitGuess(account, guess, guess);
  if (!admission.ok) throw new Error(admission.code);
  if (admission.value.delayMs > 0) {
    attacker.delays += 1;
    return;
  }
  attacker.guesses += 1;
  const socket = await connectToAttempt(account, "claim", locator, { network });
  await socket.next("offer");
  socket.send(claimMessage());
  expect((await socket.next("ended"))["outcome"]).toBe("mismatch");
  socket.close();
}

test("PAS-8: 2,000 people of one hall meet in five minutes: none is refused, delayed or asked for work; an attacker among them waits", async () => {
  const attacker = { account: await registerAccount(), guesses: 0, delays: 0 };
  const crowd: Actor[] = [];
  const beganAt = Date.now();
  for (let from = 0; from < PAIRS; from += AT_ONCE) {
    const people = await registerCrowd(2 * AT_ONCE);
    crowd.push(...people);
    const pairs = Array.from({ length: AT_ONCE }, (_, index) => ({
      shows: people[2 * index] as Actor,
      enters: people[2 * index + 1] as Actor,
      mistypes: (from + index) % MISTYPED_OF === 0,
    }));
    await meetAll(pairs, async (locators) => {
      for (let tries = 0; tries < TRIES; tries++) {
        advanceClock(ROUND_MS / TRIES);
        await attack(attacker, locators);
      }
    });
  }
  expect(Date.now() - beganAt).toBe(HALL_MS);

  const { guesses, delays } = attacker;
  const mistyped = PAIRS / MISTYPED_OF;
  console.log(
    `hall of ${crowd.length}: ${mistyped} mistyped, ${askedBits.length} claims asked for ${[...new Set(askedBits)].join()} bits; attacker: ${guesses} guesses, ${delays} times delayed`,
  );
  expect(askedBits.length).toBe(PAIRS + mistyped);
  expect(new Set(askedBits)).toEqual(new Set([0]));
  const met = errands.taken(({ kind }) => kind === "contact").map(({ owner }) => owner);
  expect(new Set(met)).toEqual(new Set(crowd.map(({ userId }) => userId)));
  expect(guesses).toBeLessThanOrEqual(12);
  expect(guesses + delays).toBe((PAIRS / AT_ONCE) * TRIES);
});
