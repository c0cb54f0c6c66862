// KEY-3, KEY-6, PAS-7, PAS-8: claims that come late or are taken back, what is said after the end, and
// what goes to the mailbox of a side that stayed away.

import { env } from "cloudflare:workers";
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import {
  CLAIM_WITHIN_SECONDS,
  KEY_T2_SECONDS,
  NOTICE_TTL_SECONDS,
  RELEASE_TTL_SECONDS,
} from "../../shared/wire/limits.ts";
import { randomText, registerAccount, request, strangerActor } from "./support/accounts.ts";
import { advanceClock, useStoppedClock } from "./support/clock.ts";
import {
  answerMessage,
  claimMessage,
  freshLocator,
  meet,
  openMessage,
  passphraseMessage,
  wrongAnswer,
} from "./support/pairing.ts";
import { codes, connect, connectToAttempt, type TestSocket, type Told } from "./support/sockets.ts";

useStoppedClock();

async function openedAt(locator: string) {
  const initiator = await connectToAttempt(strangerActor(), "open", locator);
  const message = openMessage();
  await initiator.ask(message);
  return { initiator, message };
}

function failuresOf(userId: string): Promise<number> {
  return runInDurableObject(
    env.MAILBOXES.getByName(userId),
    (_, { storage }) => storage.kv.get<{ level: number }>("failures")?.level ?? 0,
  );
}

/** Everything that a mailbox holds but its tables. */
function keptBy(userId: string): Promise<string> {
  return runInDurableObject(env.MAILBOXES.getByName(userId), (_, { storage }) =>
    JSON.stringify([...storage.kv.list()]),
  );
}

async function claimedAfter(milliseconds: number) {
  const locator = freshLocator();
  const { initiator } = await openedAt(locator);
  const ben = await registerAccount();
  const visitor = await connectToAttempt(ben, "claim", locator);
  await visitor.next("offer");
  advanceClock(milliseconds);
  visitor.send(claimMessage());
  await visitor.next("claimed");
  return { initiator, visitor, ben };
}

test("KEY-3: a claim counts in the last millisecond of its 30 seconds", async () => {
  const { initiator } = await claimedAfter(CLAIM_WITHIN_SECONDS * 1_000 - 1);
  expect((await initiator.next("claim")).type).toBe("claim");
});

test("KEY-3: a claim that comes 30 seconds after its offer is a wrong guess, and is not evaluated", async () => {
  const { initiator, visitor, ben } = await claimedAfter(CLAIM_WITHIN_SECONDS * 1_000);
  expect((await visitor.next("ended"))["outcome"]).toBe("mismatch");
  expect(await initiator.ask()).toEqual([]);
  await expect.poll(() => failuresOf(ben.userId)).toBe(1);
});

test("KEY-3: a claimant that cancels pays for its guess and is a visitor on every socket", async () => {
  const locator = freshLocator();
  const { initiator, message } = await openedAt(locator);
  const ben = await registerAccount();
  const spare = await connectToAttempt(ben, "claim", locator);
  const visitor = await connectToAttempt(ben, "claim", locator);
  await visitor.ask(claimMessage());
  expect(codes(await visitor.ask({ type: "cancel" }))).toEqual(["cancelled"]);
  expect((await initiator.next("ended"))["outcome"]).toBe("cancelled");
  await expect.poll(() => failuresOf(ben.userId)).toBe(1);

  await spare.next("ended");
  expect(codes(await spare.ask(claimMessage()))).toEqual(["attempt-over"]);
  const back = await connectToAttempt(ben, "resume", locator, { sid: message.sid });
  expect(codes([await back.next()])).toEqual(["attempt-unknown"]);
  for (const socket of [visitor, spare]) {
    socket.send({ type: "acknowledge" });
    expect(await socket.closed).toBe(1000);
  }
  // The initiator was the last one awaited.
  expect(codes(await initiator.ask({ type: "acknowledge" }))).toEqual(["acknowledged"]);
  expect(await failuresOf(ben.userId)).toBe(1);
});

test("PAS-8: claims that the initiator calls off cost the claimant nothing", async () => {
  const ben = await registerAccount();
  const askToClaim = (locator: string) =>
    request("POST", "/v1/upgrade-tokens", {
      actor: ben,
      body: { purpose: "claim", locator, method: "key" },
    });
  for (const [locator, type] of [
    ["611", "cancel"],
    ["612", "refuse"],
    ["613", "cancel"],
  ] as const) {
    const { initiator } = await openedAt(locator);
    const { body } = await askToClaim(locator);
    const responder = await connect(body.path, body.token);
    await responder.ask(claimMessage());
    await initiator.ask({ type });
    await responder.next("ended");
  }
  await expect.poll(async () => (await askToClaim("614")).status).toBe(201);
  expect(await failuresOf(ben.userId)).toBe(0);
});

test("PAS-5: the same opening said again, once the attempt has ended, is refused and changes nothing", async () => {
  const [ann, ben] = [strangerActor(), await registerAccount()];
  const endings: ((initiator: TestSocket, tag: string) => Promise<Told[]>)[] = [
    (initiator) => initiator.ask(wrongAnswer()),
    (initiator) => initiator.ask({ type: "cancel" }),
    (initiator, tag) => initiator.ask(answerMessage(tag)),
  ];
  for (const end of endings) {
    const locator = freshLocator();
    const initiator = await connectToAttempt(ann, "open", locator);
    const message = openMessage();
    await initiator.ask(message);
    const claim = claimMessage();
    const responder = await connectToAttempt(ben, "claim", locator);
    await responder.ask(claim);
    await end(initiator, claim.tag);
    expect(codes(await initiator.ask(message))).toEqual(["attempt-over"]);
    expect(codes(await initiator.ask(openMessage()))).not.toContain("opened");
    const back = await connectToAttempt(ann, "resume", locator, { sid: message.sid });
    expect(["matched", "ended"]).toContain((await back.next()).type);
  }
});

test("PAS-5: what is opened where another attempt has ended is told to its own sides, and has its own alarm", async () => {
  const locator = freshLocator();
  const initiator = await connectToAttempt(strangerActor(), "open", locator);
  await initiator.ask(passphraseMessage({ t1Seconds: 299, t2Seconds: 300 }));
  await initiator.ask({ type: "cancel" });
  // No alarm has run yet, so the opening itself finds the ended attempt.
  advanceClock(NOTICE_TTL_SECONDS * 1_000);
  const next = await connectToAttempt(strangerActor(), "open", locator);
  await next.ask(passphraseMessage({ t1Seconds: 10, t2Seconds: 11 }));
  expect(codes(next.told)).toEqual(["opened"]);
  await initiator.ask({ type: "cancel" });
  expect(codes(initiator.told)).toEqual(["opened", "cancelled", "attempt-over"]);
  const alarmAt = await runInDurableObject(env.ATTEMPTS.getByName(locator), (_, { storage }) =>
    storage.getAlarm(),
  );
  expect(alarmAt).toBe(next.told[0]?.["claimBy"]);
});

test("KEY-4: the attempt keeps no socket of those it turns away", async () => {
  const locator = freshLocator();
  const ann = strangerActor();
  const initiator = await connectToAttempt(ann, "open", locator);
  await initiator.ask(openMessage());
  const tablet = { ...ann, deviceId: strangerActor().deviceId };
  const stranger = { sid: randomText(16) };
  const refused = [
    await connectToAttempt(tablet, "claim", locator),
    await connectToAttempt(strangerActor(), "resume", locator, stranger),
  ];
  expect(codes([await refused[0]!.next(), await refused[1]!.next()])).toEqual([
    "own-key",
    "attempt-unknown",
  ]);
  for (const socket of refused) expect(await socket.closed).toBe(1000);
  const free = freshLocator();
  await connectToAttempt(strangerActor(), "resume", free, stranger);
  const held = (at: string) =>
    runInDurableObject(env.ATTEMPTS.getByName(at), (_, ctx) => ctx.getWebSockets().length);
  expect(await held(locator)).toBe(1);
  expect(await held(free)).toBe(0);
});

async function matchLeft() {
  const [ann, ben] = [await registerAccount(), await registerAccount()];
  const { locator, initiator, responder } = await meet(ann, ben, { isAcknowledged: false });
  const released = responder.told.find(({ type }) => type === "matched")!;
  responder.close();
  await initiator.ask({ type: "acknowledge" });
  const stub = env.ATTEMPTS.getByName(locator);
  const sid = await runInDurableObject(
    stub,
    (_, { storage }) => storage.kv.get<{ offer: { sid: string } }>("attempt")!.offer.sid,
  );
  advanceClock(KEY_T2_SECONDS * 1_000);
  await runDurableObjectAlarm(stub);
  const rows = () => runInDurableObject(stub, (_, { storage }) => [...storage.kv.list()]);
  await expect.poll(rows).toEqual([]);
  return { ann, ben, sid, released };
}

test("KEY-6: at T2 the mailbox takes over what a side did not fetch, and gives it until told to forget", async () => {
  const { ann, ben, sid, released } = await matchLeft();
  const path = `/v1/releases/${sid}`;
  expect((await request("GET", path, { actor: ann })).body).toEqual({ release: null });
  expect(await request("GET", path, { actor: ben })).toMatchObject({
    status: 200,
    body: { release: released },
  });
  expect(await keptBy(ben.userId)).toContain(released["card"]);
  expect((await request("DELETE", path, { actor: ben })).status).toBe(204);
  expect((await request("GET", path, { actor: ben })).body).toEqual({ release: null });
  expect(await keptBy(ben.userId)).not.toContain(released["card"]);
});

test("KEY-6: what nobody fetches is deleted by the alarm, seven days after the match", async () => {
  const { ben, released } = await matchLeft();
  const mailbox = env.MAILBOXES.getByName(ben.userId);
  const until = (released["matchedAt"] as number) + RELEASE_TTL_SECONDS * 1_000;
  advanceClock(until - 1 - Date.now());
  await runDurableObjectAlarm(mailbox);
  expect(await keptBy(ben.userId)).toContain(released["card"]);
  advanceClock(1);
  expect(await runDurableObjectAlarm(mailbox)).toBe(true);
  expect(await keptBy(ben.userId)).not.toContain(released["card"]);
});
