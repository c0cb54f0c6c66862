// PAS-4: T1 and T2 are the initiator's to choose, within bounds; what is out of bounds changes nothing.

import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { registerAccount, type TestAccount } from "./support/accounts.ts";
import { askTo, ErrandWatch, listen, nextRequest } from "./support/asking.ts";
import { useStoppedClock } from "./support/clock.ts";
import { freshLocator, openMessage, passphraseMessage, TERMS } from "./support/pairing.ts";
import { codes, connectToAttempt } from "./support/sockets.ts";

useStoppedClock();

let ann: TestAccount;
let ben: TestAccount;
let errands: ErrandWatch;

beforeEach(async () => {
  [ann, ben] = [await registerAccount(), await registerAccount()];
  errands = new ErrandWatch();
});

afterEach(() => vi.restoreAllMocks());

test.for([
  { t1Seconds: 10, t2Seconds: 11 },
  { t1Seconds: 299, t2Seconds: 300 },
  { t1Seconds: 10, t2Seconds: 300 },
])("PAS-4: T1 and T2 may be %o", async (terms) => {
  const listening = await listen(ben);
  const asking = await askTo(ann, ben.userId, { terms });
  const { openedAt, claimBy, answerBy } = await nextRequest(listening);
  expect([claimBy - openedAt, answerBy - openedAt]).toEqual([
    terms.t1Seconds * 1_000,
    terms.t2Seconds * 1_000,
  ]);
  expect(asking.initiator.told[0]).toMatchObject({ openedAt, claimBy, answerBy });
});

test.for([
  { t1Seconds: 9, t2Seconds: 90 },
  { t1Seconds: 60, t2Seconds: 301 },
  { t1Seconds: 60, t2Seconds: 60 },
  { t1Seconds: 90, t2Seconds: 60 },
  { t1Seconds: 300, t2Seconds: 300 },
  { t1Seconds: 10.5, t2Seconds: 90 },
  { t1Seconds: 60, t2Seconds: 90.000_1 },
  { t1Seconds: -60, t2Seconds: 90 },
  { t1Seconds: "60", t2Seconds: 90 },
  { t1Seconds: null, t2Seconds: 90 },
  { t1Seconds: 60 },
  { t2Seconds: 90 },
  {},
])("PAS-4: T1 and T2 of %o are refused, and nothing is changed", async (terms) => {
  const listening = await listen(ben);
  const locator = freshLocator();
  const initiator = await connectToAttempt(ann, "open", locator, { to: ben.userId });
  const message = { ...openMessage(), method: "passphrase", ...terms };
  expect(codes(await initiator.ask(message))).toEqual(["malformed-message"]);
  await runInDurableObject(env.ATTEMPTS.getByName(locator), async (_, { storage }) => {
    expect([...storage.kv.list()]).toEqual([]);
    expect(await storage.getAlarm()).toBe(null);
  });
  expect(errands.taken(() => true)).toEqual([]);
  expect(await listening.socket.ask()).toEqual([]);
  expect(codes(await initiator.ask(passphraseMessage()))).toEqual(["opened"]);
});

test("KEY-3: an instant key takes no T1 and T2 of its maker's", async () => {
  const initiator = await connectToAttempt(ann, "open", freshLocator());
  expect(codes(await initiator.ask({ ...openMessage(), ...TERMS }))).toEqual(["malformed-message"]);
});
