// PAS-2, PAS-7: an account that is asked on several devices: all of them hear it, the first that answers serves,
// the others are dismissed and can neither answer nor end it any more.

import { env } from "cloudflare:workers";
import { evictDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { codeOf, registerAccount, request, type TestAccount } from "./support/accounts.ts";
import {
  addDevice,
  answered,
  askTo,
  confirmed,
  connectToAnswer,
  ErrandWatch,
  listen,
  type Listening,
  nextRequest,
  nextRequestOver,
} from "./support/asking.ts";
import { useStoppedClock } from "./support/clock.ts";
import { answerMessage, claimMessage, wrongAnswer } from "./support/pairing.ts";
import { codes, connectToAttempt, type TestSocket, type Told } from "./support/sockets.ts";

useStoppedClock();

let ann: TestAccount;
let ben: TestAccount;
let tablet: TestAccount;
let errands: ErrandWatch;

beforeEach(async () => {
  [ann, ben] = [await registerAccount(), await registerAccount()];
  tablet = await addDevice(ben);
  errands = new ErrandWatch();
});

afterEach(() => vi.restoreAllMocks());

const requestsIn = (told: readonly Told[]): Told[] =>
  told.filter(({ type }) => type.startsWith("request"));

async function asked(): Promise<{
  asking: Awaited<ReturnType<typeof askTo>>;
  phone: Listening;
  pad: Listening;
}> {
  const [phone, pad] = [await listen(ben), await listen(tablet)];
  const asking = await askTo(ann, ben.userId);
  expect((await nextRequest(phone)).sid).toBe(asking.sid);
  expect((await nextRequest(pad)).sid).toBe(asking.sid);
  return { asking, phone, pad };
}

test("PAS-2: both devices are asked; the first that answers serves, the other is told so", async () => {
  const { asking, phone, pad } = await asked();
  const { responder, claim } = await answered(asking, tablet);
  for (const one of [phone, pad]) {
    expect(await nextRequestOver(one)).toMatchObject({ sid: asking.sid, outcome: "answered" });
  }
  await confirmed(asking, responder, claim);
  for (const one of [phone, pad]) {
    expect((await one.socket.next("contacts"))["contacts"]).toMatchObject([{ userId: ann.userId }]);
    await one.socket.ask();
    expect(requestsIn(one.socket.told).length).toBe(2);
  }
});

test("PAS-2: a device that is late is told that another has answered, and harms nothing", async () => {
  const { asking } = await asked();
  const early = await connectToAnswer(ben, asking);
  await early.next("offer");
  const { responder, claim } = await answered(asking, tablet);
  const late = await connectToAnswer(ben, asking);
  expect(codes([await late.next()])).toEqual(["answered-elsewhere"]);
  expect(await late.closed).toBe(1000);
  const resumed = await connectToAttempt(ben, "resume", asking.locator, { sid: asking.sid });
  expect(codes([await resumed.next()])).toEqual(["attempt-unknown"]);

  expect(codes(await early.ask(claimMessage()))).toContain("answered-elsewhere");
  for (const type of ["cancel", "refuse", "acknowledge"]) {
    expect(codes(await early.ask({ type })), type).toEqual(["out-of-turn"]);
  }
  expect(codes(await early.ask(answerMessage(claim.tag)))).toEqual(["out-of-turn"]);
  expect(await asking.initiator.ask()).toEqual([]);
  await confirmed(asking, responder, claim);
  expect(codes(await early.ask(claimMessage(claim.tag)))).toEqual(["answered-elsewhere"]);
  expect(early.told.map(({ type }) => type)).not.toContain("matched");
  expect(
    early.told.map(({ type }) => type),
    "it has claimed nothing",
  ).not.toContain("claimed");
});

test("PAS-2: two tabs of one device are one side; the first claim serves", async () => {
  const { asking } = await asked();
  const tab = await connectToAnswer(ben, asking);
  await tab.next("offer");
  const { responder, claim } = await answered(asking, ben);
  expect(codes(await tab.ask(claimMessage()))).toContain("answered-elsewhere");
  expect(codes(await tab.ask({ type: "refuse" })), "too late").toEqual(["out-of-turn"]);
  await confirmed(asking, responder, claim);
  expect((await tab.next("matched")).type).toBe("matched");
});

test.for(["before the end", "after a mismatch"] as const)(
  "PAS-7: the dismissed device cannot answer %s with a right passphrase",
  async (when) => {
    const { asking } = await asked();
    const other = await connectToAnswer(ben, asking);
    await other.next("offer");
    const { claim } = await answered(asking, tablet);
    if (when === "after a mismatch") await asking.initiator.ask(wrongAnswer());
    const told = codes(await other.ask(claimMessage(claim.tag)));
    expect(told.at(-1)).toBe(when === "after a mismatch" ? "attempt-over" : "answered-elsewhere");
    expect(asking.initiator.told.filter(({ type }) => type === "claim").length).toBe(1);
  },
);

test("PAS-2: claims of both devices at once: exactly one is evaluated, the other is dismissed", async () => {
  for (let times = 0; times < 10; times++) {
    const asking = await askTo(ann, ben.userId);
    const sockets = [await connectToAnswer(ben, asking), await connectToAnswer(tablet, asking)];
    for (const socket of sockets) await socket.next("offer");
    const claims = [claimMessage(), claimMessage()];
    sockets.forEach((socket, index) => socket.send(claims[index]));
    const shown = await asking.initiator.next("claim");
    const winner = claims.findIndex(({ share }) => share === shown["share"]);
    const [served, other] = [sockets[winner], sockets[1 - winner]] as [TestSocket, TestSocket];
    await other.ask();
    await asking.initiator.ask(answerMessage(claims[winner]!.tag));
    await served.ask();
    await other.ask();
    expect(codes(served.told)).toEqual(["offer", "claimed", "matched"]);
    expect(new Set(codes(other.told))).toEqual(new Set(["offer", "answered-elsewhere"]));
    expect(asking.initiator.told.filter(({ type }) => type === "claim").length).toBe(1);
  }
});

test.for(["awake", "hibernating"] as const)(
  "PAS-2: a device that comes after the answer is not asked any more (mailbox %s)",
  async (condition) => {
    const { asking } = await asked();
    await answered(asking, tablet);
    await errands.untilTaken("requestOver", ben.userId);
    if (condition === "hibernating") {
      await evictDurableObject(env.MAILBOXES.getByName(ben.userId));
    }
    const late = await listen(await addDevice(ben));
    expect(requestsIn(late.told)).toEqual([]);
    // It stays so when the one who asks next makes the mailbox store its requests anew.
    const cem = await registerAccount();
    const next = await askTo(cem, ben.userId);
    expect((await nextRequest(late)).sid).toBe(next.sid);
    const again = await listen(ben);
    expect(requestsIn(again.told).map((told) => told["request"].sid)).toEqual([next.sid]);
  },
);

test("PAS-2: when what a device answered fails, every device is told how it ended, once", async () => {
  const { asking, phone, pad } = await asked();
  await answered(asking, tablet);
  for (const one of [phone, pad]) await nextRequestOver(one);
  await asking.initiator.ask(wrongAnswer());
  for (const one of [phone, pad]) {
    expect(await nextRequestOver(one)).toMatchObject({ sid: asking.sid, outcome: "mismatch" });
    await one.socket.ask();
    expect(requestsIn(one.socket.told).length).toBe(3);
  }
  const { told } = await listen(await addDevice(ben));
  expect(requestsIn(told)).toMatchObject([
    { type: "requestOver", request: { outcome: "mismatch" } },
  ]);
});

test("PAS-2: how it ended is told, though somebody else has asked meanwhile", async () => {
  const { asking, phone } = await asked();
  await answered(asking, tablet);
  await nextRequestOver(phone);
  const next = await askTo(await registerAccount(), ben.userId);
  expect((await nextRequest(phone)).sid).toBe(next.sid);
  await asking.initiator.ask(wrongAnswer());
  expect(await nextRequestOver(phone)).toMatchObject({ sid: asking.sid, outcome: "mismatch" });
});

test("PAS-2: who asks anew after an answer takes nothing back that is under way", async () => {
  const { asking, phone } = await asked();
  const { responder, claim } = await answered(asking, tablet);
  expect((await nextRequestOver(phone)).outcome).toBe("answered");
  const second = await askTo(ann, ben.userId);
  expect((await nextRequest(phone)).sid).toBe(second.sid);
  await confirmed(asking, responder, claim);
  await phone.socket.next("contacts");
  const over = requestsIn(phone.socket.told).filter(({ type }) => type === "requestOver");
  expect(over.map(({ request: one }) => one.outcome as string)).toEqual(["answered"]);
});

test("ID-2: only a device that the account lists is let in to answer", async () => {
  const { asking } = await asked();
  const { locator, sid } = asking;
  const body = { purpose: "answer", locator, sid };
  const foreign = { ...ben, deviceId: ann.deviceId };
  expect(codeOf(await request("POST", "/v1/upgrade-tokens", { actor: foreign, body }))).toBe(
    "unauthenticated",
  );
  expect((await request("POST", "/v1/upgrade-tokens", { actor: tablet, body })).status).toBe(201);
});

test("PAS-2: another account that knows locator and sid cannot answer, nor learn that it is there", async () => {
  const { asking } = await asked();
  const cem = await registerAccount();
  const free = { locator: "100000000", sid: asking.sid };
  for (const at of [asking, free]) {
    const socket = await connectToAnswer(cem, at);
    expect(codes([await socket.next()])).toEqual(["attempt-unknown"]);
    expect(await socket.closed).toBe(1000);
  }
  const wrongSid = await connectToAnswer(ben, {
    ...asking,
    sid: claimMessage().share.slice(0, 21) + "A",
  });
  expect(codes([await wrongSid.next()])).toEqual(["attempt-unknown"]);
  expect(await asking.initiator.ask()).toEqual([]);
});
