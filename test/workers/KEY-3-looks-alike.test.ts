// KEY-3, KEY-4: to one who tries, a wrong secret and a locator that is unknown, expired, burnt or taken look alike,
// frame by frame; a free locator shows an offer that cannot be told from a real one.

import { env } from "cloudflare:workers";
import { expect, test, vi } from "vitest";
import {
  KEY_T1_SECONDS,
  KEY_T2_SECONDS,
  PASSPHRASE_T1_SECONDS,
  PASSPHRASE_T2_SECONDS,
} from "../../shared/wire/limits.ts";
import { attemptNoticeSchema, type Method } from "../../shared/wire/pairing.ts";
import { delayOfFree } from "../../workers/pairing/decoys.ts";
import { randomText, registerAccount, strangerActor } from "./support/accounts.ts";
import { advanceClock, useStoppedClock } from "./support/clock.ts";
import {
  answerMessage,
  claimMessage,
  freshLocator,
  openMessage,
  passphraseMessage,
  wrongAnswer,
} from "./support/pairing.ts";
import { connectToAttempt, type TestSocket, type Told } from "./support/sockets.ts";

useStoppedClock();

async function openAt(locator: string, method: Method = "key"): Promise<TestSocket> {
  const initiator = await connectToAttempt(strangerActor(), "open", locator);
  await initiator.ask(method === "passphrase" ? passphraseMessage() : openMessage(method));
  return initiator;
}

const TERMS_SECONDS = {
  key: { t1: KEY_T1_SECONDS, t2: KEY_T2_SECONDS },
  passphrase: { t1: PASSPHRASE_T1_SECONDS, t2: PASSPHRASE_T2_SECONDS },
  link: { t1: KEY_T1_SECONDS, t2: KEY_T2_SECONDS },
};
const METHODS = ["key", "passphrase", "link"] as const;

/** Brings a locator into each state that a visitor may find; what must happen later happens in `respond`. */
const SITUATIONS: Record<
  string,
  (locator: string, method: Method) => Promise<(() => Promise<void>) | void>
> = {
  "a wrong secret": async (locator, method) => {
    const initiator = await openAt(locator, method);
    return async () => {
      await initiator.next("claim");
      initiator.send(wrongAnswer());
    };
  },
  "an unknown locator": async () => {},
  "an expired attempt": async (locator, method) => {
    await openAt(locator, method);
    advanceClock(TERMS_SECONDS[method].t1 * 1_000);
  },
  "a burnt attempt": async (locator, method) => {
    const initiator = await openAt(locator, method);
    const other = await connectToAttempt(strangerActor(), "claim", locator, { method });
    await other.ask(claimMessage());
    await initiator.ask(wrongAnswer());
  },
  "an attempt that another has claimed": async (locator, method) => {
    await openAt(locator, method);
    const other = await connectToAttempt(strangerActor(), "claim", locator, { method });
    await other.ask(claimMessage());
  },
  "a matched attempt": async (locator, method) => {
    const [ann, ben] = [await registerAccount(), await registerAccount()];
    const initiator = await connectToAttempt(ann, "open", locator);
    await initiator.ask(method === "key" ? openMessage() : passphraseMessage());
    const other = await connectToAttempt(ben, "claim", locator, { method });
    const claim = claimMessage();
    await other.ask(claim);
    await initiator.ask(answerMessage(claim.tag));
  },
  "a cancelled attempt": async (locator, method) => {
    const initiator = await openAt(locator, method);
    const other = await connectToAttempt(strangerActor(), "claim", locator, { method });
    await other.ask(claimMessage());
    await initiator.ask({ type: "cancel" });
  },
  "an attempt by the other method": async (locator, method) => {
    await openAt(locator, method === "key" ? "passphrase" : "key");
  },
  "an attempt that asks for another account": async (locator) => {
    const to = strangerActor().userId;
    const initiator = await connectToAttempt(strangerActor(), "open", locator, { to });
    await initiator.ask(passphraseMessage());
  },
  "an attempt that another account has answered": async (locator) => {
    const [ann, ben] = [await registerAccount(), await registerAccount()];
    const initiator = await connectToAttempt(ann, "open", locator, { to: ben.userId });
    const message = passphraseMessage();
    await initiator.ask(message);
    const asked = await connectToAttempt(ben, "answer", locator, { sid: message.sid });
    await asked.ask(claimMessage());
  },
};

/** A notice with what may differ between any two attempts taken out, and its times made relative. */
function shapeOf(told: Told, offer: Told, method: Method): unknown {
  const notice = attemptNoticeSchema.parse(told);
  if (notice.type === "offer") {
    expect(Object.keys(told)).toEqual(Object.keys(offer));
    expect(notice.method).toBe(method);
    expect(notice.claimBy - notice.openedAt).toBe(TERMS_SECONDS[method].t1 * 1_000);
    expect(notice.answerBy - notice.openedAt).toBe(TERMS_SECONDS[method].t2 * 1_000);
    expect(notice.openedAt).toBeLessThanOrEqual(notice.now);
    expect(notice.claimBy).toBeGreaterThan(notice.now);
    return Object.keys(told);
  }
  if (notice.type === "claimed") {
    expect(notice.answerBy, "the T2 that the offer promised").toBe(offer["answerBy"]);
    return Object.keys(told);
  }
  return told;
}

async function visit(situation: string, locator: string, method: Method) {
  const respond = await SITUATIONS[situation]?.(locator, method);
  const visitor = await connectToAttempt(strangerActor(), "claim", locator, { method });
  const offer = await visitor.next("offer");
  // What costs no claim tells nothing either.
  const idle = [
    { type: "cancel" },
    { type: "refuse" },
    { type: "acknowledge" },
    answerMessage(claimMessage().tag),
  ];
  await visitor.ask(...idle, openMessage());
  const claim = claimMessage();
  // All in one frame: what is said while a claim is pending is answered while it is pending.
  await visitor.ask(
    claim,
    claim,
    { ...claim, tag: claimMessage().tag },
    claimMessage(),
    ...idle.slice(1),
  );
  await respond?.();
  await visitor.next("ended");
  await visitor.ask(claim, claimMessage(), ...idle.filter(({ type }) => type !== "acknowledge"));
  visitor.send({ type: "acknowledge" });
  await visitor.next("acknowledged");
  const frames = visitor.told.map((told) => shapeOf(told, offer, method));
  return { visitor, frames, closedBy: await visitor.closed };
}

test.for(
  METHODS.flatMap((method) =>
    Object.keys(SITUATIONS)
      .slice(1)
      .map((situation) => [situation, method] as const),
  ),
)("KEY-3: %s looks like a wrong secret, to one who claims by %s", async ([situation, method]) => {
  const expected = await visit("a wrong secret", freshLocator(), method);
  const seen = await visit(situation, freshLocator(), method);
  expect(seen.frames).toEqual(expected.frames);
  expect(seen.closedBy).toBe(expected.closedBy);
  const problems = (count: number): string[] => Array<string>(count).fill("problem");
  expect(seen.visitor.told.map(({ type }) => type)).toEqual([
    "offer",
    ...problems(5),
    "claimed",
    "claimed",
    ...problems(5),
    "ended",
    ...problems(5),
    "acknowledged",
  ]);
});

test("KEY-3: a claim that is taken back ends alike, whether it was evaluated or not", async () => {
  const heard = new Set<string>();
  for (const [situation, method] of Object.keys(SITUATIONS).flatMap((one) =>
    METHODS.map((by) => [one, by] as const),
  )) {
    const locator = freshLocator();
    await SITUATIONS[situation]?.(locator, method);
    const visitor = await connectToAttempt(strangerActor(), "claim", locator, { method });
    const claim = claimMessage();
    const told = await visitor.ask(
      claim,
      { type: "cancel" },
      { type: "cancel" },
      claim,
      claimMessage(),
    );
    heard.add(told.map(({ type, problem }) => (problem?.code ?? type) as string).join());
  }
  expect([...heard]).toEqual(["offer,claimed,ended,attempt-over,attempt-over,attempt-over"]);
});

test("KEY-3: one who comes back to an attempt that is not his own learns nothing of it", async () => {
  const heard = new Set<string>();
  for (const situation of Object.keys(SITUATIONS)) {
    const locator = freshLocator();
    await SITUATIONS[situation]?.(locator, "key");
    const looker = await connectToAttempt(strangerActor(), "claim", locator);
    const { sid } = await looker.next("offer");
    for (const known of [sid as string, randomText(16)]) {
      const visitor = await connectToAttempt(strangerActor(), "resume", locator, { sid: known });
      const told = await visitor.next();
      heard.add(`${told["problem"].code} ${await visitor.closed}`);
    }
  }
  expect([...heard]).toEqual(["attempt-unknown 1000"]);
});

test("KEY-3: the pause before the end is that of a free locator, whatever is at the locator", async () => {
  const waits = vi.spyOn(scheduler, "wait").mockResolvedValue();
  const unevaluated = Object.keys(SITUATIONS).filter((name) => name !== "a wrong secret");
  try {
    for (const method of METHODS) {
      for (const situation of unevaluated) {
        const locator = freshLocator();
        await SITUATIONS[situation]?.(locator, method);
        const visitor = await connectToAttempt(strangerActor(), "claim", locator, { method });
        waits.mockClear();
        visitor.send(claimMessage());
        expect((await visitor.next("ended"))["outcome"]).toBe("mismatch");
        const expected = delayOfFree(env, locator as never, method, Date.now());
        expect(waits.mock.calls.map(([delayMs]) => delayMs)).toEqual([expected]);
      }
    }
  } finally {
    waits.mockRestore();
  }
});
