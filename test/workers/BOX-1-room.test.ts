// BOX-1: a mailbox holds so many envelopes and bytes, of one sender a share of them, for so long; full, it
// refuses and drops nothing.

import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { beforeEach, expect, test } from "vitest";
import {
  ENVELOPE_TTL_SECONDS,
  MAILBOX_MAX_BYTES,
  MAILBOX_MAX_ENVELOPES,
  MAILBOX_SENDER_MAX_BYTES,
  MAILBOX_SENDER_MAX_ENVELOPES,
} from "../../shared/wire/limits.ts";
import { registerAccount, type TestAccount } from "./support/accounts.ts";
import { addDevice } from "./support/asking.ts";
import { advanceClock, useStoppedClock } from "./support/clock.ts";
import {
  answersTo,
  befriend,
  boxesFor,
  envelopesAt,
  heldBy,
  mailboxOf,
  read,
  received,
  sendTo,
} from "./support/line.ts";

let ann: TestAccount;
let ben: TestAccount;

useStoppedClock();

beforeEach(async () => {
  [ann, ben] = [await registerAccount(), await registerAccount()];
  await befriend(ann, ben);
});

/** Fills Ben's mailbox beneath its object, which then wakes to it: of many senders, or of that one. */
async function fill(count: number, bytes: number, from?: TestAccount): Promise<void> {
  await runInDurableObject(mailboxOf(ben), (_, { storage }) => {
    storage.sql.exec(
      `WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < ?)
       INSERT INTO envelope SELECT 0, ? + n, ifnull(?, ? || char(97 + n % 26)), 0, ? FROM counted`,
      count,
      Date.now() - MAILBOX_MAX_ENVELOPES,
      from?.userId ?? null,
      "a".repeat(31),
      "A".repeat(bytes),
    );
  });
  await evictDurableObject(mailboxOf(ben));
}

const held = async () => (await heldBy(ben)).length;

async function outcomeOf(bytes: number, from = ann): Promise<string | undefined> {
  const [outcome] = await mailboxOf(ben).deliver(from.userId, [
    { device: 0, boxes: boxesFor([0], bytes) },
  ]);
  return outcome;
}

test("the last envelope that fits is taken, the next refused, and none is dropped for it", async () => {
  await fill(MAILBOX_MAX_ENVELOPES - 1, 40);
  const atAnn = await read(ann);
  atAnn.send(sendTo(ben, 0), sendTo(ben, 1));
  const answers = await answersTo(atAnn, [0, 1]);
  expect([answers.get(0), answers.get(1)]).toEqual(["stored", "mailbox-full"]);
  expect(await held()).toBe(MAILBOX_MAX_ENVELOPES);
  const atBen = await read(ben);
  const [first] = await envelopesAt(atBen, 1);
  await atBen.ask(received(first?.sequence ?? 0));
  expect([await outcomeOf(60), await outcomeOf(60)]).toEqual(["stored", "mailbox-full"]);
});

test("bytes count as well, and what is light may still fit", async () => {
  const bytes = 16_000;
  const count = Math.floor(MAILBOX_MAX_BYTES / bytes);
  await fill(count, bytes);
  const room = MAILBOX_MAX_BYTES - count * bytes;
  const fits = Math.floor((room * 3) / 4);
  expect(await outcomeOf(fits + 3)).toBe("mailbox-full");
  expect(await outcomeOf(fits)).toBe("stored");
  expect(await outcomeOf(60)).toBe("mailbox-full");
  expect(await held()).toBe(count + 1);
});

test("BOX-1: one sender takes no more than its share, by count, and everyone else is heard", async () => {
  const cem = await registerAccount();
  await befriend(cem, ben);
  await fill(MAILBOX_SENDER_MAX_ENVELOPES - 1, 40, ann);
  expect([await outcomeOf(60), await outcomeOf(60)]).toEqual(["stored", "mailbox-full"]);
  expect(await outcomeOf(60, cem)).toBe("stored");
  await evictDurableObject(mailboxOf(ben));
  expect(await outcomeOf(60), "counted anew after waking").toBe("mailbox-full");
  const atBen = await read(ben);
  const [first] = await envelopesAt(atBen, 1);
  await atBen.ask(received(first?.sequence ?? 0));
  expect([await outcomeOf(60), await outcomeOf(60)]).toEqual(["stored", "mailbox-full"]);
  expect(await held()).toBe(MAILBOX_SENDER_MAX_ENVELOPES + 1);
});

test("BOX-1: one sender takes no more than its share, by bytes", async () => {
  const cem = await registerAccount();
  await befriend(cem, ben);
  const bytes = 16_000;
  await fill(Math.floor(MAILBOX_SENDER_MAX_BYTES / bytes), bytes, ann);
  const fits = Math.floor(((MAILBOX_SENDER_MAX_BYTES % bytes) * 3) / 4);
  expect(await outcomeOf(fits + 3)).toBe("mailbox-full");
  expect(await outcomeOf(fits + 3, cem)).toBe("stored");
  expect(await outcomeOf(fits)).toBe("stored");
  expect(await outcomeOf(60)).toBe("mailbox-full");
});

test("a commit that fails takes nothing of a sender's share", async () => {
  await fill(MAILBOX_SENDER_MAX_ENVELOPES - 1, 40, ann);
  await runInDurableObject(mailboxOf(ben), (_, { storage }) => {
    storage.sql.exec(
      "CREATE TRIGGER full BEFORE INSERT ON envelope BEGIN SELECT raise(ABORT, 'x'); END",
    );
  });
  await expect(outcomeOf(60)).rejects.toThrow();
  await runInDurableObject(mailboxOf(ben), (_, { storage }) => {
    storage.sql.exec("DROP TRIGGER full");
  });
  expect([await outcomeOf(60), await outcomeOf(60)]).toEqual(["stored", "mailbox-full"]);
});

test("a message for several devices is taken whole or not at all", async () => {
  await fill(MAILBOX_MAX_ENVELOPES - 1, 40);
  await addDevice(ben);
  const [outcome] = await mailboxOf(ben).deliver(ann.userId, [
    { device: 0, boxes: boxesFor([0, 1]) },
  ]);
  expect(outcome).toBe("mailbox-full");
  expect(await held()).toBe(MAILBOX_MAX_ENVELOPES - 1);
});

test("after thirty days the alarm deletes what nobody fetched, and nothing younger", async () => {
  expect(await outcomeOf(60)).toBe("stored");
  advanceClock(1_000);
  expect(await outcomeOf(60)).toBe("stored");
  const [, younger] = await heldBy(ben);
  advanceClock(ENVELOPE_TTL_SECONDS * 1_000 - 1_000);
  await evictDurableObject(mailboxOf(ben));
  expect(await runDurableObjectAlarm(mailboxOf(ben))).toBe(true);
  expect(await heldBy(ben)).toEqual([younger]);
  advanceClock(1_000);
  expect(await runDurableObjectAlarm(mailboxOf(ben))).toBe(true);
  expect(await heldBy(ben)).toEqual([]);
  expect(await runDurableObjectAlarm(mailboxOf(ben)), "nothing is left to do").toBe(false);
});

test("what expires under a stalled reader makes room for it to go on", async () => {
  await fill(200, 40);
  advanceClock(MAILBOX_MAX_ENVELOPES * 2);
  await outcomeOf(60);
  const atBen = await read(ben);
  await envelopesAt(atBen, 200);
  await runInDurableObject(mailboxOf(ben), (_, { storage }) => {
    storage.sql.exec(
      "UPDATE envelope SET sequence = sequence - ? WHERE sequence < ?",
      31 * 86_400_000,
      Date.now(),
    );
  });
  expect(await runDurableObjectAlarm(mailboxOf(ben))).toBe(true);
  expect((await envelopesAt(atBen, 201)).length).toBe(201);
  expect(await held()).toBe(1);
});
