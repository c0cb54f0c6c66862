// PAS-4, PAS-5: T1 and T2 to the millisecond, by the server's receipt times: a message counts strictly before its
// deadline. Past it both are told of failure, each once, whatever became of the object meanwhile.

import { env } from "cloudflare:workers";
import { abortAllDurableObjects, evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { beforeAll, expect, test } from "vitest";
import { KEY_T1_SECONDS, KEY_T2_SECONDS } from "../../shared/wire/limits.ts";
import { registerAccount, type TestAccount } from "./support/accounts.ts";
import { connectToAnswer } from "./support/asking.ts";
import { advanceClock, useStoppedClock } from "./support/clock.ts";
import {
  answerMessage,
  claimMessage,
  freshLocator,
  openMessage,
  passphraseMessage,
} from "./support/pairing.ts";
import { codes, connectToAttempt, ends, type TestSocket } from "./support/sockets.ts";

useStoppedClock();

let ann: TestAccount;
let ben: TestAccount;

beforeAll(async () => {
  [ann, ben] = [await registerAccount(), await registerAccount()];
});

const KINDS = ["directed", "open", "by key"] as const;
type Kind = (typeof KINDS)[number];

const TERMS = [
  { t1Seconds: 10, t2Seconds: 11 },
  { t1Seconds: 60, t2Seconds: 90 },
  { t1Seconds: 299, t2Seconds: 300 },
] as const;
const KEY_TERMS = { t1Seconds: KEY_T1_SECONDS, t2Seconds: KEY_T2_SECONDS };

const CASES = KINDS.flatMap((kind) =>
  (kind === "by key" ? [KEY_TERMS] : TERMS).map((terms) => ({ kind, ...terms })),
);

interface Standing {
  readonly kind: Kind;
  readonly locator: string;
  readonly sid: string;
  readonly initiator: TestSocket;
  readonly claimBy: number;
  readonly answerBy: number;
}

async function begin(
  kind: Kind,
  terms: (typeof TERMS)[number] | typeof KEY_TERMS,
): Promise<Standing> {
  const locator = freshLocator();
  const to = kind === "directed" ? ben.userId : null;
  const initiator = await connectToAttempt(ann, "open", locator, { to });
  const message = kind === "by key" ? openMessage() : passphraseMessage(terms);
  initiator.send(message);
  const opened = await initiator.next("opened");
  const { claimBy, answerBy } = opened as unknown as { claimBy: number; answerBy: number };
  expect([claimBy, answerBy]).toEqual([
    Date.now() + terms.t1Seconds * 1_000,
    Date.now() + terms.t2Seconds * 1_000,
  ]);
  return { kind, locator, sid: message.sid, initiator, claimBy, answerBy };
}

/** The responder's socket, that has seen the offer. */
async function come({ kind, locator, sid }: Standing): Promise<TestSocket> {
  const method = kind === "by key" ? "key" : "passphrase";
  const responder =
    kind === "directed"
      ? await connectToAnswer(ben, { locator, sid })
      : await connectToAttempt(ben, "claim", locator, { method });
  await responder.next("offer");
  return responder;
}

function goTo(time: number): void {
  advanceClock(time - Date.now());
}

test.for(CASES)(
  "PAS-4: a claim counts a millisecond before T1 ($kind, $t1Seconds s)",
  async ({ kind, ...terms }) => {
    const standing = await begin(kind, terms);
    goTo(standing.claimBy - 1);
    const responder = await come(standing);
    expect(codes(await responder.ask(claimMessage()))).toEqual(["claimed"]);
    expect((await standing.initiator.next()).type).toBe("claim");
  },
);

test.for(CASES.flatMap((one) => [0, 1, 500].map((late) => ({ ...one, late }))))(
  "PAS-4: a claim does not count $late ms after T1 ($kind, $t1Seconds s)",
  async ({ kind, late, ...terms }) => {
    const standing = await begin(kind, terms);
    goTo(standing.claimBy - 1);
    const responder = await come(standing);
    goTo(standing.claimBy + late);
    const told = codes(await responder.ask(claimMessage()));
    if (kind === "directed") expect(told).toEqual(["timedOut", "attempt-over"]);
    else {
      // Whoever enters a locator cannot tell one that is too old from one that never was.
      expect(told).toContain("claimed");
      if (ends(responder).length === 0) await responder.next("ended");
      expect(ends(responder)).toEqual(["mismatch"]);
    }
    await standing.initiator.ask(answerMessage(claimMessage().tag));
    expect(ends(standing.initiator)).toEqual(["timedOut"]);
    expect(standing.initiator.told.map(({ type }) => type)).not.toContain("claim");
  },
);

test.for(CASES.flatMap((one) => [-1, 0, 1, 500].map((late) => ({ ...one, late }))))(
  "PAS-4: an answer at T2 and $late ms ($kind, $t2Seconds s)",
  async ({ kind, late, ...terms }) => {
    const standing = await begin(kind, terms);
    const { initiator, claimBy, answerBy } = standing;
    goTo(claimBy - 1);
    const responder = await come(standing);
    const claim = claimMessage();
    await responder.ask(claim);
    await initiator.next("claim");
    goTo(answerBy + late);
    const told = codes(await initiator.ask(answerMessage(claim.tag)));
    const outcome = late < 0 ? "connected" : "timedOut";
    if (late >= 0) expect(told).toEqual(["timedOut", "attempt-over"]);
    await responder.ask();
    expect(ends(initiator)).toEqual([outcome]);
    expect(ends(responder)).toEqual([outcome]);
  },
);

test("PAS-4: an answer counts between T1 and T2", async () => {
  const standing = await begin("directed", TERMS[1]);
  const responder = await come(standing);
  const claim = claimMessage();
  await responder.ask(claim);
  goTo(standing.claimBy);
  await runDurableObjectAlarm(env.ATTEMPTS.getByName(standing.locator));
  goTo(standing.claimBy + 1);
  await standing.initiator.ask(answerMessage(claim.tag));
  await responder.ask();
  expect([ends(standing.initiator), ends(responder)]).toEqual([["connected"], ["connected"]]);
});

const CONDITIONS = ["awake", "hibernating", "evicted", "restarted"] as const;

async function bring(locator: string, condition: (typeof CONDITIONS)[number]): Promise<void> {
  const stub = env.ATTEMPTS.getByName(locator);
  if (condition === "hibernating") await evictDurableObject(stub);
  if (condition === "evicted") await evictDurableObject(stub, { webSockets: "close" });
  if (condition === "restarted") await abortAllDurableObjects();
}

/** Both sides' sockets; those that a restart has cost are opened again. */
async function back(standing: Standing, responder: TestSocket, isClaimed: boolean) {
  const { locator, sid, initiator } = standing;
  await Promise.race([initiator.closed, new Promise((resolve) => setTimeout(resolve, 0))]);
  if (!initiator.isClosed) return { initiator, responder };
  const again = await connectToAttempt(ann, "resume", locator, { sid });
  return {
    initiator: again,
    responder: isClaimed
      ? await connectToAttempt(ben, "resume", locator, { sid })
      : await connectToAnswer(ben, { locator, sid }),
  };
}

test.for(
  CONDITIONS.flatMap((condition) =>
    (["T1", "T2"] as const).flatMap((deadline) =>
      ([true, false] as const).map((isBack) => ({ condition, deadline, isBack })),
    ),
  ),
)(
  "PAS-5: past $deadline the alarm tells both, each once (object $condition, back before: $isBack)",
  async ({ condition, deadline, isBack }) => {
    const standing = await begin("directed", TERMS[1]);
    const { locator, claimBy, answerBy } = standing;
    const first = await come(standing);
    const isClaimed = deadline === "T2";
    const claim = claimMessage();
    if (isClaimed) await first.ask(claim);
    const stub = () => env.ATTEMPTS.getByName(locator);
    await bring(locator, condition);
    let sides = { initiator: standing.initiator, responder: first };
    if (isBack) sides = await back(standing, first, isClaimed);
    const due = isClaimed ? answerBy : claimBy;

    // The alarm may be early, and is set again then.
    goTo(due - 1);
    expect(await runDurableObjectAlarm(stub())).toBe(true);
    await sides.initiator.ask();
    expect(ends(sides.initiator)).toEqual([]);
    if (!isBack) await bring(locator, condition);
    goTo(due);
    expect(await runDurableObjectAlarm(stub())).toBe(true);
    if (!isBack) sides = await back(standing, first, false);

    for (const socket of [sides.initiator, sides.responder]) await socket.ask();
    const heard = [ends(sides.initiator), ends(sides.responder)];
    // Without a claim the attempt keeps no side of the asked, whose mailbox tells it.
    const isGone = !isClaimed && !isBack && (condition === "evicted" || condition === "restarted");
    if (isGone) expect(codes(sides.responder.told)).toEqual(["attempt-over"]);
    expect(heard).toEqual(isGone ? [["timedOut"], []] : [["timedOut"], ["timedOut"]]);

    // Nothing revives it: not what comes late, nor a further alarm.
    await sides.responder.ask(claim, claimMessage());
    await sides.initiator.ask(answerMessage(claim.tag));
    await bring(locator, "hibernating");
    await runDurableObjectAlarm(stub());
    for (const socket of [sides.initiator, sides.responder]) await socket.ask();
    expect([ends(sides.initiator), ends(sides.responder)]).toEqual(heard);
  },
);

test.for(CONDITIONS)(
  "PAS-5: a pairing goes through though the object is %s between any two steps",
  async (condition) => {
    const standing = await begin("directed", TERMS[1]);
    const { locator } = standing;
    let sides = { initiator: standing.initiator, responder: await come(standing) };
    const suffer = async (isClaimed: boolean): Promise<void> => {
      await bring(locator, condition);
      const { initiator, responder } = sides;
      sides = await back({ ...standing, initiator }, responder, isClaimed);
    };
    await suffer(false);
    const claim = claimMessage();
    sides.responder.send(claim);
    await sides.responder.next("claimed");
    await suffer(true);
    sides.responder.send(claim);
    await sides.responder.next("claimed");
    if (condition === "evicted" || condition === "restarted") await sides.initiator.next("claim");
    await suffer(true);
    sides.initiator.send(answerMessage(claim.tag));
    await sides.initiator.next("matched");
    await suffer(true);
    for (const socket of [sides.initiator, sides.responder]) await socket.ask();
    expect([ends(sides.initiator), ends(sides.responder)]).toEqual([["connected"], ["connected"]]);
  },
);
