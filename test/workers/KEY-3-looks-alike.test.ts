// KEY-3, KEY-4: to one who tries, a wrong secret and a locator that is unknown, expired, burnt or taken look alike,
// frame by frame; a free locator shows an offer that cannot be told from a real one.

import { ristretto255 } from "@noble/curves/ed25519.js";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { fromBase64Url } from "../../shared/core/crypto/bytes.ts";
import {
  ATTEMPT_MAX_SOCKETS_PER_ACCOUNT,
  KEY_T1_SECONDS,
  KEY_T2_SECONDS,
} from "../../shared/wire/limits.ts";
import { attemptNoticeSchema } from "../../shared/wire/pairing.ts";
import { delayOfFree, offerOfFree } from "../../workers/pairing/decoys.ts";
import { randomInt } from "./support/pairing.ts";
import { randomText, registerAccount, strangerActor } from "./support/accounts.ts";
import { advanceClock, useStoppedClock } from "./support/clock.ts";
import {
  answerMessage,
  claimMessage,
  freshLocator,
  openMessage,
  wrongAnswer,
} from "./support/pairing.ts";
import { connectToAttempt, type TestSocket, type Told } from "./support/sockets.ts";

useStoppedClock();

async function openAt(locator: string): Promise<TestSocket> {
  const initiator = await connectToAttempt(strangerActor(), "open", locator);
  await initiator.ask(openMessage());
  return initiator;
}

/** Brings a locator into each state that a visitor may find; what must happen later happens in `respond`. */
const SITUATIONS: Record<string, (locator: string) => Promise<(() => Promise<void>) | void>> = {
  "a wrong secret": async (locator) => {
    const initiator = await openAt(locator);
    return async () => {
      await initiator.next("claim");
      initiator.send(wrongAnswer());
    };
  },
  "an unknown locator": async () => {},
  "an expired attempt": async (locator) => {
    await openAt(locator);
    advanceClock(KEY_T1_SECONDS * 1_000);
  },
  "a burnt attempt": async (locator) => {
    const initiator = await openAt(locator);
    const other = await connectToAttempt(strangerActor(), "claim", locator);
    await other.ask(claimMessage());
    await initiator.ask(wrongAnswer());
  },
  "an attempt that another has claimed": async (locator) => {
    await openAt(locator);
    const other = await connectToAttempt(strangerActor(), "claim", locator);
    await other.ask(claimMessage());
  },
  "a matched attempt": async (locator) => {
    const [ann, ben] = [await registerAccount(), await registerAccount()];
    const initiator = await connectToAttempt(ann, "open", locator);
    await initiator.ask(openMessage());
    const other = await connectToAttempt(ben, "claim", locator);
    const claim = claimMessage();
    await other.ask(claim);
    await initiator.ask(answerMessage(claim.tag));
  },
  "a cancelled attempt": async (locator) => {
    const initiator = await openAt(locator);
    const other = await connectToAttempt(strangerActor(), "claim", locator);
    await other.ask(claimMessage());
    await initiator.ask({ type: "cancel" });
  },
};

/** A notice with what may differ between any two attempts taken out, and its times made relative. */
function shapeOf(told: Told, offer: Told): unknown {
  const notice = attemptNoticeSchema.parse(told);
  if (notice.type === "offer") {
    expect(Object.keys(told)).toEqual(Object.keys(offer));
    expect(notice.claimBy - notice.openedAt).toBe(KEY_T1_SECONDS * 1_000);
    expect(notice.answerBy - notice.openedAt).toBe(KEY_T2_SECONDS * 1_000);
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

async function visit(situation: string, locator: string) {
  const respond = await SITUATIONS[situation]?.(locator);
  const visitor = await connectToAttempt(strangerActor(), "claim", locator);
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
  const frames = visitor.told.map((told) => shapeOf(told, offer));
  return { visitor, frames, closedBy: await visitor.closed };
}

test.for(Object.keys(SITUATIONS).slice(1))(
  "KEY-3: %s looks like a wrong secret",
  async (situation) => {
    const expected = await visit("a wrong secret", freshLocator());
    const seen = await visit(situation, freshLocator());
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
  },
);

test("KEY-3: a claim that is taken back ends alike, whether it was evaluated or not", async () => {
  const heard = new Set<string>();
  for (const situation of Object.keys(SITUATIONS)) {
    const locator = freshLocator();
    await SITUATIONS[situation]?.(locator);
    const visitor = await connectToAttempt(strangerActor(), "claim", locator);
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
    await SITUATIONS[situation]?.(locator);
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

test("KEY-4: a free locator shows everyone the same offer, and in time another", async () => {
  const locator = freshLocator();
  const look = async (): Promise<Told> => {
    const visitor = await connectToAttempt(strangerActor(), "claim", locator);
    return visitor.next("offer");
  };
  const [first, second] = [await look(), await look()];
  expect(second).toEqual(first);
  advanceClock(first["claimBy"] - Date.now());
  const next = await look();
  for (const member of ["sid", "share", "commitment"]) expect(next[member]).not.toBe(first[member]);
});

test("KEY-4: decoys are valid points, differ between locators, and answer after a plausible pause", () => {
  const shares = new Set<string>();
  for (let index = 0; index < 300; index++) {
    const now = Date.now() + randomInt(1e9);
    const locator = String(100 + index) as never;
    const offer = offerOfFree(env, locator, now);
    const delayMs = delayOfFree(env, locator, now);
    expect(() => ristretto255.Point.fromBytes(fromBase64Url(offer.share))).not.toThrow();
    expect(ristretto255.Point.fromBytes(fromBase64Url(offer.share)).is0()).toBe(false);
    expect(attemptNoticeSchema.safeParse(offer).success).toBe(true);
    expect(delayMs).toBeGreaterThanOrEqual(40);
    expect(delayMs).toBeLessThanOrEqual(295);
    shares.add(offer.share);
  }
  expect(shares.size).toBe(300);
});

test("KEY-4: decoys of different servers differ", () => {
  const other = { ...env, SERVER_SECRET: "x".repeat(43) };
  const [a, b] = [env, other].map((one) => offerOfFree(one, "417" as never, Date.now()));
  expect(a?.share).not.toBe(b?.share);
});

test("KEY-3: a claim on a decoy is answered after the pause, not at once", async () => {
  const locator = freshLocator();
  const delayMs = delayOfFree(env, locator as never, Date.now());
  const visitor = await connectToAttempt(strangerActor(), "claim", locator);
  await visitor.next("offer");
  visitor.send(claimMessage());
  await visitor.next("claimed");
  const from = performance.now();
  await visitor.next("ended");
  expect(performance.now() - from).toBeGreaterThan(delayMs - 25);
});

test("KEY-3: one's own key is refused on every device of the account, and stays good for others", async () => {
  const ann = strangerActor();
  const tablet = { ...ann, deviceId: strangerActor().deviceId };
  const locator = freshLocator();
  const early = await connectToAttempt(tablet, "claim", locator);
  await early.next("offer");
  const initiator = await connectToAttempt(ann, "open", locator);
  await initiator.ask(openMessage());
  for (const device of [ann, tablet]) {
    const visitor = await connectToAttempt(device, "claim", locator);
    expect((await visitor.next("problem"))["problem"].code).toBe("own-key");
    expect(await visitor.closed).toBe(1000);
  }
  // What was shown before the key was made is another offer, so a claim on it is none on the key.
  early.send(claimMessage());
  expect((await early.next("ended"))["outcome"]).toBe("mismatch");
  expect(await initiator.ask()).toEqual([]);
  const guest = await connectToAttempt(strangerActor(), "claim", locator);
  await guest.ask(claimMessage());
  expect((await initiator.next("claim")).type).toBe("claim");
});

test("PAS-8: a claim on a socket that was not let in for one is never evaluated", async () => {
  const locator = freshLocator();
  const initiator = await openAt(locator);
  const visitor = await connectToAttempt(strangerActor(), "open", locator);
  const [refusal] = await visitor.ask(claimMessage());
  expect(refusal?.["problem"].code).toBe("out-of-turn");
  const sid = (await (await connectToAttempt(strangerActor(), "claim", locator)).next("offer"))[
    "sid"
  ];
  const other = await connectToAttempt(strangerActor(), "resume", locator, { sid: sid as string });
  await other.ask(claimMessage());
  expect(await initiator.ask()).toEqual([]);
});

test("KEY-4: one account takes few of an attempt's sockets: its newest replaces its oldest", async () => {
  const locator = freshLocator();
  const initiator = await openAt(locator);
  const visitor = strangerActor();
  const sockets: TestSocket[] = [];
  for (let count = 0; count <= ATTEMPT_MAX_SOCKETS_PER_ACCOUNT; count++) {
    sockets.push(await connectToAttempt(visitor, "claim", locator));
  }
  expect(await sockets[0]?.closed).toBe(1000);
  for (const socket of [initiator, ...sockets.slice(1)]) {
    await socket.ask();
    expect(socket.isClosed).toBe(false);
  }
});
