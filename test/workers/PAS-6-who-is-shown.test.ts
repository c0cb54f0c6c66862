// PAS-6, ID-4: who is shown a request, and when: those who are away until it ends, contacts always, strangers as the
// setting says, and nobody by whom one is blocked. An asker that is not shown cannot tell why.

import { env } from "cloudflare:workers";
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { REQUEST_ENDED_TTL_SECONDS, REQUESTS_MAX_ENDED } from "../../shared/wire/limits.ts";
import { registerAccount, request, strangerActor, type TestAccount } from "./support/accounts.ts";
import {
  addDevice,
  answered,
  askTo,
  confirmed,
  ErrandWatch,
  listen,
  nextRequest,
  nextRequestOver,
} from "./support/asking.ts";
import { advanceClock, useStoppedClock } from "./support/clock.ts";
import { contactErrand, freshLocator, meet, passphraseMessage, TERMS } from "./support/pairing.ts";
import { codes, connectToAttempt, ends, type Told } from "./support/sockets.ts";

useStoppedClock();

let ann: TestAccount;
let ben: TestAccount;
let errands: ErrandWatch;

beforeEach(async () => {
  [ann, ben] = [await registerAccount(), await registerAccount()];
  errands = new ErrandWatch();
});

afterEach(() => vi.restoreAllMocks());

const set = (account: TestAccount, requestsFrom: string) =>
  request("PATCH", "/v1/account", { actor: account, body: { requestsFrom } });

/** Lets T1 of the attempt pass and its alarm run. */
async function timeOut(locator: string): Promise<void> {
  advanceClock(TERMS.t1Seconds * 1_000);
  expect(await runDurableObjectAlarm(env.ATTEMPTS.getByName(locator))).toBe(true);
}

/** Asks in vain: the asked account hears nothing, and the asker what one hears whom nobody answers. */
async function expectUnheard(asker: TestAccount, asked: TestAccount): Promise<void> {
  const listening = await listen(asked);
  const { locator, initiator } = await askTo(asker, asked.userId);
  await errands.untilTaken("request", asked.userId);
  expect(await initiator.ask()).toEqual([]);
  await timeOut(locator);
  expect((await initiator.next("ended"))["outcome"]).toBe("timedOut");
  await errands.untilTaken("requestOver", asked.userId);
  expect(await listening.socket.ask()).toEqual([]);
  expect((await listen(asked)).told.filter(({ type }) => type.startsWith("request"))).toEqual([]);
}

test("PAS-6: one who was away and comes in time hears the request, answers, and they meet", async () => {
  const asking = await askTo(ann, ben.userId);
  await errands.untilTaken("request", ben.userId);
  advanceClock(TERMS.t1Seconds * 1_000 - 1);
  const { socket, told } = await listen(ben);
  expect(codes(told)).toEqual(["request", "ready"]);
  expect(told[0]).toMatchObject({ request: { sid: asking.sid }, now: Date.now() });
  const { responder, claim } = await answered(asking, ben);
  await confirmed(asking, responder, claim);
  await socket.next("contacts");
  expect(codes((await listen(ben)).told), "what came to a contact was not missed").toEqual([
    "contacts",
    "ready",
  ]);
});

test("PAS-6: one who comes late hears of it as missed, each device exactly once", async () => {
  const tablet = await addDevice(ben);
  const asking = await askTo(ann, ben.userId);
  await errands.untilTaken("request", ben.userId);
  await timeOut(asking.locator);
  expect((await asking.initiator.next("ended"))["outcome"]).toBe("timedOut");
  await errands.untilTaken("requestOver", ben.userId);
  for (const device of [ben, tablet]) {
    const { told } = await listen(device);
    expect(codes(told)).toEqual(["requestOver", "ready"]);
    const [over, ready] = told as [Told, Told];
    expect(over["request"]).toMatchObject({
      sid: asking.sid,
      from: ann.userId,
      outcome: "timedOut",
    });
    expect(ready["sequence"]).toBe(over["request"].sequence);
    expect(codes((await listen(device, ready["sequence"] as number)).told)).toEqual(["ready"]);
  }
});

test("PAS-6: missed requests are kept for a week, the latest twenty, in the order of their sequence", async () => {
  const mailbox = env.MAILBOXES.getByName(ben.userId);
  const missed: string[] = [];
  for (let count = 0; count < REQUESTS_MAX_ENDED + 3; count++) {
    const peer = strangerActor().userId;
    await mailbox.take(contactErrand(ben.userId, peer, { metAt: Date.now() - 1 }));
    const { locator, sid } = await askTo({ ...ann, userId: peer }, ben.userId);
    await errands.untilTaken("request", ben.userId, count + 1);
    await timeOut(locator);
    await errands.untilTaken("requestOver", ben.userId, count + 1);
    missed.push(sid);
  }
  const { told } = await listen(ben);
  const over = told.filter(({ type }) => type === "requestOver").map((one) => one["request"]);
  expect(over.map(({ sid }) => sid as string)).toEqual(missed.slice(3));
  const sequences = told.flatMap(({ request: one, contacts }) => [
    ...(one === undefined ? [] : [one.sequence as number]),
    ...((contacts ?? []) as Told[]).map(({ sequence }) => sequence as number),
  ]);
  expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));

  advanceClock(REQUEST_ENDED_TTL_SECONDS * 1_000);
  const peer = told[0]!["contacts"][0].userId;
  const { locator, sid } = await askTo({ ...ann, userId: peer }, ben.userId);
  await errands.untilTaken("request", ben.userId, missed.length + 1);
  await timeOut(locator);
  await errands.untilTaken("requestOver", ben.userId, missed.length + 1);
  const after = (await listen(ben)).told.filter(({ type }) => type === "requestOver");
  expect(after.map((one) => one["request"].sid as string)).toEqual([sid]);
});

test("PAS-6: after a week no row tells of a missed request: the mailbox's alarm forgets it", async () => {
  const mailbox = env.MAILBOXES.getByName(ben.userId);
  const rows = () =>
    runInDurableObject(mailbox, (_, { storage }) => JSON.stringify([...storage.kv.list()]));
  const { locator, sid, initiator } = await askTo(ann, ben.userId);
  await errands.untilTaken("request", ben.userId);
  await timeOut(locator);
  await errands.untilTaken("requestOver", ben.userId);
  const week = initiator.told[0]?.["openedAt"] + REQUEST_ENDED_TTL_SECONDS * 1_000;
  advanceClock(week - 1 - Date.now());
  expect(await runDurableObjectAlarm(mailbox)).toBe(true);
  expect(await rows()).toContain(sid);
  advanceClock(1);
  expect(await runDurableObjectAlarm(mailbox)).toBe(true);
  expect(await rows()).not.toContain(sid);
});

test("PAS-6: one who is blocked is not heard, and cannot tell it from being left alone", async () => {
  await request("PUT", `/v1/blocks/${ann.userId}`, { actor: ben });
  await expectUnheard(ann, ben);
});

test("PAS-6: a contact who is blocked is not heard either", async () => {
  await meet(ann, ben);
  await request("PUT", `/v1/blocks/${ann.userId}`, { actor: ben });
  const before = (await listen(ben)).told.at(-1)?.["sequence"] as number;
  const { locator, initiator } = await askTo(ann, ben.userId);
  await errands.untilTaken("request", ben.userId);
  await timeOut(locator);
  expect((await initiator.next("ended"))["outcome"]).toBe("timedOut");
  expect(codes((await listen(ben, before)).told)).toEqual(["ready"]);
});

test("PAS-6: blocking the asker takes its request away on every device, and it ends as unanswered", async () => {
  const tablet = await addDevice(ben);
  const listening = [await listen(ben), await listen(tablet)] as const;
  const asking = await askTo(ann, ben.userId);
  for (const one of listening) await nextRequest(one);
  await request("PUT", `/v1/blocks/${ann.userId}`, { actor: tablet });
  for (const one of listening) {
    expect(await nextRequestOver(one)).toMatchObject({ sid: asking.sid, outcome: "blocked" });
  }
  expect(await asking.initiator.ask()).toEqual([]);
  await timeOut(asking.locator);
  expect((await asking.initiator.next("ended"))["outcome"]).toBe("timedOut");
  await errands.untilTaken("requestOver", ben.userId);
  for (const { socket } of listening) {
    await socket.ask();
    expect(socket.told.filter(({ type }) => type === "requestOver").length).toBe(1);
  }
});

test("PAS-6: who lets nobody ask is not shown strangers, and is shown contacts", async () => {
  expect((await set(ben, "nobody")).body.requestsFrom).toBe("nobody");
  await expectUnheard(ann, ben);
  await meet(ann, ben);
  const listening = await listen(ben);
  const { sid } = await askTo(ann, ben.userId);
  expect((await nextRequest(listening)).sid).toBe(sid);
});

test("PAS-6: contacts of contacts may ask where that is the setting, others may not", async () => {
  await set(ben, "contactsOfContacts");
  await expectUnheard(ann, ben);
  const cem = await registerAccount();
  await meet(cem, ben);
  await meet(cem, ann);
  const listening = await listen(ben);
  const { sid } = await askTo(ann, ben.userId);
  expect((await nextRequest(listening)).sid).toBe(sid);
});

test("PAS-6: a request that is taken back at once leaves nothing that waits", async () => {
  await set(ben, "contactsOfContacts");
  const cem = await registerAccount();
  await meet(cem, ben);
  await meet(cem, ann);
  const listening = await listen(ben);
  const initiator = await connectToAttempt(ann, "open", freshLocator(), { to: ben.userId });
  initiator.send(passphraseMessage(), { type: "cancel" });
  await initiator.next("ended");
  await errands.untilTaken("request", ben.userId);
  await errands.untilTaken("requestOver", ben.userId);
  await listening.socket.ask();
  const heard = listening.socket.told.map(({ type }) => type).slice(1);
  expect(heard.filter((type) => type === "request").length).toBe(
    heard.filter((type) => type === "requestOver").length,
  );
  const { told } = await listen(ben);
  expect(told.filter(({ type }) => type === "request")).toEqual([]);
});

test("PAS-6: a second request of the same asker takes the first one's place", async () => {
  const listening = await listen(ben);
  const first = await askTo(ann, ben.userId);
  await nextRequest(listening);
  const second = await askTo(ann, ben.userId);
  expect(await nextRequestOver(listening)).toMatchObject({ sid: first.sid, outcome: "cancelled" });
  expect((await nextRequest(listening)).sid).toBe(second.sid);
  const { told } = await listen(ben);
  expect(told.filter(({ type }) => type === "request").map((one) => one["request"].sid)).toEqual([
    second.sid,
  ]);
  const { responder, claim } = await answered(second, ben);
  await confirmed(second, responder, claim);
  await timeOut(first.locator);
  expect((await first.initiator.next("ended"))["outcome"]).toBe("timedOut");
  expect(ends(first.initiator)).toEqual(["timedOut"]);
});
