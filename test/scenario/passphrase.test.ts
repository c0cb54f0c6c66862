// PAS-1, PAS-2 and PAS-6: two people meet by a passphrase that they agreed on by voice, or both learn
// that they did not, and how.

import { afterAll, beforeAll, expect, test } from "vitest";
import { type Acquaint, emptyCard, PassphraseError } from "../../shared/client/node.ts";
import { startChaosProxy } from "../support/chaosProxy.ts";
import { codeOf, eventOf, openClient, outcomeOf } from "../support/clients.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";
import {
  askAndAnswer,
  BOTH_CONNECTED,
  courseOf,
  listedReceipts,
  openListener,
  openListeners,
  outcomesOf,
  overRequests,
  requestFrom,
  whenSeen,
} from "../support/spoken.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const NOBODY = "a".repeat(32);

async function expectNoContacts(...clients: Acquaint[]): Promise<void> {
  const lists = await Promise.all(clients.map((client) => client.contacts.list()));
  expect(lists.flat()).toEqual([]);
}

test("PAS-1, PAS-2, PAS-6: whoever is asked by id answers, and both end connected with the same receipt", async () => {
  const [ada, ben] = await openListeners(server.url);
  const asked = await ada.ask({ to: ben.me.userId, passphrase: "blue moon rising" });
  expect(asked.asked).toMatchObject({
    to: ben.me.userId,
    locator: expect.stringMatching(/^\d{9}$/),
  });
  const request = await requestFrom(ben, ada);
  expect(request).toMatchObject({ from: ada.me.userId, handle: null, isContact: false });
  const answered = await ben.requests.answer(request.sid, "blue moon rising");
  const [ofAda, ofBen] = await Promise.all([asked.contact, answered.contact]);
  expect([ofAda.name, ofBen.name]).toEqual(["Ben Answers", "Ada Asks"]);
  expect([ofAda.userId, ofBen.userId]).toEqual([ben.me.userId, ada.me.userId]);
  for (const contact of [ofAda, ofBen]) {
    expect(contact).toMatchObject({ method: "passphrase", verified: true });
  }
  expect([ofAda.receiptHash, ofAda.metAt]).toEqual([ofBen.receiptHash, ofBen.metAt]);
  expect(courseOf(asked)).toEqual(["asked", "claimed", "matched", "card", "connected"]);
  expect(courseOf(answered)).toEqual(["claimed", "matched", "card", "connected"]);
  expect(ben.requests.waiting).toEqual([]);
});

test("PAS-1: someone is asked by handle, and each types the passphrase in a way of their own", async () => {
  const [ada, ben] = await openListeners(server.url);
  await ben.updateProfile({ handle: "ben_spoken" });
  await ada.updateProfile({ handle: "ada_spoken" });
  const asked = await ada.ask({ to: "Ben_Spoken", passphrase: "  Čierny\u00a0ＭＯＵＳＥ  7" });
  const request = await requestFrom(ben, ada);
  expect(request).toMatchObject({ handle: "ada_spoken", name: "@ada_spoken" });
  const answered = await ben.requests.answer(request.sid, "C\u030cIERNY mouse 7");
  expect(await outcomesOf([asked, answered])).toEqual(BOTH_CONNECTED);
});

test("PAS-1: an open attempt serves whoever enters its locator, with the same events", async () => {
  const [ada, ben] = await openListeners(server.url);
  const asked = await ada.ask({ passphrase: "zebra nine coats" });
  const { locator, to } = asked.asked!;
  expect(to).toBeNull();
  const answered = await ben.enterPassphrase(` ${locator} `, "Zebra nine coats");
  const [ofAda, ofBen] = await Promise.all([asked.contact, answered.contact]);
  expect(ofAda.receiptHash).toBe(ofBen.receiptHash);
  expect(courseOf(asked)).toEqual(["asked", "claimed", "matched", "card", "connected"]);
  expect(courseOf(answered)).toEqual(["claimed", "matched", "card", "connected"]);
});

test("PAS-2: cards go along both ways, sealed until the end", async () => {
  const [ada, ben] = await openListeners(server.url);
  const asked = await ada.ask({
    to: ben.me.userId,
    passphrase: "three cards dealt",
    card: emptyCard("ada", "Ada of the card"),
  });
  const { sid } = await requestFrom(ben, ada);
  const card = emptyCard("ben", "Ben of the card");
  const answered = await ben.requests.answer(sid, "three cards dealt", { card });
  expect((await asked.contact).card).toMatchObject({ name: { full: "Ben of the card" } });
  expect((await answered.contact).card).toMatchObject({ name: { full: "Ada of the card" } });
});

test("PAS-6: different passphrases are a mismatch to both, make no contact, and are burnt on both devices", async () => {
  const [ada, ben] = await openListeners(server.url);
  const meetings = await askAndAnswer(ada, ben, "one two three", "one two four");
  expect(await outcomesOf(meetings)).toEqual(["mismatch", "mismatch"]);
  expect(courseOf(meetings[0])).toEqual(["asked", "claimed", "failed mismatch"]);
  expect(courseOf(meetings[1])).toEqual(["claimed", "failed mismatch"]);
  await expectNoContacts(ada, ben);

  const again = ada.ask({ to: ben.me.userId, passphrase: "One  two three" });
  await expect(again).rejects.toThrow(PassphraseError);
  await expect(again).rejects.toMatchObject({ problem: { code: "burnt" } });
  const asked = await ada.ask({ to: ben.me.userId, passphrase: "one two five" });
  const { sid } = await requestFrom(ben, ada);
  const burnt = ben.requests.answer(sid, "one two four");
  await expect(burnt).rejects.toMatchObject({ problem: { code: "burnt" } });
  expect(ben.requests.waiting.map((waiting) => waiting.sid)).toEqual([sid]); // it still waits
  const answered = await ben.requests.answer(sid, "one two five");
  expect(await outcomesOf([asked, answered])).toEqual(BOTH_CONNECTED);
});

test("PAS-6: a wrong passphrase at an open attempt is a mismatch to both", async () => {
  const [ada, ben] = await openListeners(server.url);
  const asked = await ada.ask({ passphrase: "nine lives left" });
  const entered = await ben.enterPassphrase(asked.asked!.locator, "nine lives lost");
  expect(await outcomesOf([asked, entered])).toEqual(["mismatch", "mismatch"]);
  await expectNoContacts(ada, ben);
});

test("PAS-6: a refused request ends as refused for the asker, and quietly for the one who refused", async () => {
  const [ada, ben] = await openListeners(server.url);
  const over = overRequests(ben);
  const asked = await ada.ask({ to: ben.me.userId, passphrase: "not today please" });
  const { sid } = await requestFrom(ben, ada);
  await ben.requests.refuse(sid);
  expect(await outcomeOf(asked)).toBe("refused");
  expect(courseOf(asked)).toEqual(["asked", "failed refused"]);
  expect(ben.requests.waiting).toEqual([]);
  await expect(ben.requests.answer(sid, "not today please")).rejects.toMatchObject({
    code: "attempt-over",
  });
  // Nobody had a guess at it, so it may be used again; and what ended quietly has ended.
  const meetings = await askAndAnswer(ada, ben, "not today please");
  expect(await outcomesOf(meetings)).toEqual(BOTH_CONNECTED);
  expect(over).toEqual([]);
});

test("PAS-6: a request that its asker takes back is over for both, and the prompt goes away", async () => {
  const [ada, ben] = await openListeners(server.url);
  const over = overRequests(ben);
  const asked = await ada.ask({ to: ben.me.userId, passphrase: "second thoughts came" });
  const { sid } = await requestFrom(ben, ada);
  await asked.cancel();
  expect(await outcomeOf(asked)).toBe("cancelled");
  const [told] = await whenSeen(ben, () => (over.length > 0 ? over : undefined));
  expect(told).toMatchObject({ sid, from: ada.me.userId, outcome: "cancelled" });
  expect(ben.requests.waiting).toEqual([]);
  expect(over).toHaveLength(1);
});

test.each(["asker", "answerer"] as const)(
  "PAS-6: the %s can cancel between answer and confirmation; both are told once",
  async (canceller) => {
    const proxy = await startChaosProxy(server.url, {
      onFrame: ({ types }) => (types.includes("answer") ? "drop" : "pass"),
    });
    const ada = await openListener(proxy.url);
    const ben = await openListener(server.url);
    const [asked, answered] = await askAndAnswer(ada, ben, "stop halfway there");
    await proxy.frameOf("answer");
    await (canceller === "asker" ? asked : answered).cancel();
    expect(await outcomesOf([asked, answered])).toEqual(["cancelled", "cancelled"]);
    for (const meeting of [asked, answered]) {
      expect(meeting.events.filter(({ event }) => event === "failed")).toHaveLength(1);
    }
    await expectNoContacts(ada, ben);
  },
);

test("PAS-6: whoever asks an account or a handle that does not exist is told that it is unreachable", async () => {
  const ada = await openListener(server.url);
  for (const to of [NOBODY, "nobody_of_that_name"]) {
    const asked = await ada.ask({ to, passphrase: "is anybody there" });
    expect(await outcomeOf(asked), to).toBe("unreachable");
    expect(courseOf(asked).at(-1)).toBe("failed unreachable");
  }
});

test("PAS-1: oneself, one's own locator and impossible terms are refused before anybody is asked", async () => {
  const ada = await openListener(server.url);
  const passphrase = "mirror mirror wall";
  await expect(ada.ask({ to: ada.me.userId, passphrase })).rejects.toMatchObject({
    code: "own-account",
  });
  const asked = await ada.ask({ passphrase });
  const { locator } = asked.asked!;
  await expect(ada.enterPassphrase(locator, "other side")).rejects.toMatchObject({
    code: "own-key",
  });
  // Each attempt is a guess for whoever is at its other end, so a passphrase is in one at a time.
  await expect(ada.enterPassphrase("417", passphrase)).rejects.toMatchObject({
    problem: { code: "inUse" },
  });
  await asked.cancel();
  for (const terms of [
    { t1Seconds: 60, t2Seconds: 60 },
    { t1Seconds: 9, t2Seconds: 60 },
    { t1Seconds: 60, t2Seconds: 301 },
  ]) {
    await expect(ada.ask({ passphrase, ...terms })).rejects.toMatchObject({
      code: "malformed-request",
    });
  }
});

test("PAS-4: the terms that the asker has set are the ones that both are shown", async () => {
  const [ada, ben] = await openListeners(server.url);
  const before = Date.now();
  const asked = await ada.ask({
    to: ben.me.userId,
    passphrase: "short and sweet",
    t1Seconds: 20,
    t2Seconds: 40,
  });
  const { expiresAt, answerBy } = await requestFrom(ben, ada);
  const ofAda = asked.asked!;
  for (const [time, seconds] of [
    [ofAda.expiresAt, 20],
    [expiresAt, 20],
    [ofAda.answerBy, 40],
    [answerBy, 40],
  ] as const) {
    expect(time - before).toBeGreaterThanOrEqual(seconds * 1_000);
    expect(time - Date.now()).toBeLessThanOrEqual(seconds * 1_000);
  }
  await asked.cancel();
});

test("PAS-10: contacts meet again: the receipt is replaced on both sides, and both lists agree", async () => {
  const [ada, ben] = await openListeners(server.url);
  const byKey = await ada.showKey();
  await (
    await ben.enterKey(codeOf(byKey))
  ).contact;
  const receipts = [(await byKey.contact).receiptHash];
  for (const passphrase of ["again and again", "once more then"]) {
    const asked = await ada.ask({ to: ben.me.userId, passphrase });
    const request = await requestFrom(ben, ada);
    expect(request).toMatchObject({ isContact: true, name: "Ada Asks" });
    const answered = await ben.requests.answer(request.sid, passphrase);
    const [ofAda, ofBen] = await Promise.all([asked.contact, answered.contact]);
    expect(ofAda.receiptHash).toBe(ofBen.receiptHash);
    receipts.push(ofAda.receiptHash);
    for (const client of [ada, ben]) {
      const listed = await client.contacts.list();
      expect(listed).toMatchObject([{ method: "passphrase", verified: true }]);
      expect(listed[0]?.receiptHash).toBe(receipts.at(-1));
    }
  }
  const listed = listedReceipts(server.stateDir);
  expect(receipts.map((hash) => listed.get(hash) ?? 0)).toEqual([0, 0, 2]);
});

test("PAS-4: a request that was shown goes on to count until T2 once it is answered", async () => {
  const proxy = await startChaosProxy(server.url, {
    onFrame: ({ types }) => (types.includes("answer") ? "drop" : "pass"),
  });
  const ada = await openClient(proxy.url);
  const ben = await openListener(server.url);
  const [asked, answered] = await askAndAnswer(ada, ben, "count until then");
  const { answerBy } = await eventOf(answered, "claimed");
  expect(Math.abs(answerBy! - asked.asked!.answerBy)).toBeLessThan(2_000);
  await asked.cancel();
});
