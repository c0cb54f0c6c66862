// KEY-3, KEY-4, PAS-1, PAS-8: decoys of free locators, one's own locator, and who is let in to make a guess.

import { ristretto255 } from "@noble/curves/ed25519.js";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { fromBase64Url } from "../../shared/core/crypto/bytes.ts";
import { ATTEMPT_MAX_SOCKETS_PER_ACCOUNT } from "../../shared/wire/limits.ts";
import { attemptNoticeSchema, type Method } from "../../shared/wire/pairing.ts";
import { delayOfFree, offerOfFree } from "../../workers/pairing/decoys.ts";
import { randomInt } from "./support/pairing.ts";
import { registerAccount, strangerActor } from "./support/accounts.ts";
import { advanceClock, useStoppedClock } from "./support/clock.ts";
import { claimMessage, freshLocator, openMessage, passphraseMessage } from "./support/pairing.ts";
import { connectToAttempt, type TestSocket, type Told } from "./support/sockets.ts";

useStoppedClock();

async function openAt(locator: string, method: Method = "key"): Promise<TestSocket> {
  const initiator = await connectToAttempt(strangerActor(), "open", locator);
  await initiator.ask(method === "key" ? openMessage() : passphraseMessage());
  return initiator;
}

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
    const method = index % 2 === 0 ? "key" : "passphrase";
    const offer = offerOfFree(env, locator, method, now);
    const delayMs = delayOfFree(env, locator, method, now);
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
  const [a, b] = [env, other].map((one) => offerOfFree(one, "417" as never, "key", Date.now()));
  expect(a?.share).not.toBe(b?.share);
});

test("KEY-3: a claim on a decoy is answered after the pause, not at once", async () => {
  const locator = freshLocator();
  const delayMs = delayOfFree(env, locator as never, "key", Date.now());
  const visitor = await connectToAttempt(strangerActor(), "claim", locator);
  await visitor.next("offer");
  visitor.send(claimMessage());
  await visitor.next("claimed");
  const from = performance.now();
  await visitor.next("ended");
  expect(performance.now() - from).toBeGreaterThan(delayMs - 25);
});

test("KEY-3: a free locator shows the two methods different decoys, and each its own in turn", async () => {
  const locator = freshLocator();
  const look = async (method: Method): Promise<Told> =>
    (await connectToAttempt(strangerActor(), "claim", locator, { method })).next("offer");
  const [key, passphrase] = [await look("key"), await look("passphrase")];
  for (const member of ["sid", "share", "commitment"]) {
    expect(key[member]).not.toBe(passphrase[member]);
  }
  expect(await look("key")).toEqual(key);
  expect(await look("passphrase")).toEqual(passphrase);
});

test("PAS-1: the asked account itself learns nothing by the locator: it answers by its mailbox", async () => {
  const [ann, ben] = [await registerAccount(), await registerAccount()];
  const locator = freshLocator();
  const initiator = await connectToAttempt(ann, "open", locator, { to: ben.userId });
  const message = passphraseMessage();
  await initiator.ask(message);
  const visitor = await connectToAttempt(ben, "claim", locator, { method: "passphrase" });
  const offer = await visitor.next("offer");
  expect(offer["share"]).not.toBe(message.share);
  visitor.send(claimMessage());
  expect((await visitor.next("ended"))["outcome"]).toBe("mismatch");
  expect(await initiator.ask()).toEqual([]);
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
