// ID-3: comparing a safety phrase, and what is told of it afterwards: that a signed change is none to be alarmed by,
// and one without a signature is.

import { expect, test } from "vitest";
import { ForkedLogError } from "../../../shared/client/forkedLog.ts";
import { Verification } from "../../../shared/client/line/verification.ts";
import type { UserId } from "../../../shared/wire/ids.ts";
import { Account } from "../../core/deviceLogAccount.ts";
import { LineServer, Person } from "./lineWorld.ts";

/** Somebody, and a contact of theirs whose devices the test changes. */
async function openComparing() {
  const server = new LineServer();
  const person = await Person.open(server);
  const account = new Account("peer");
  const { userId } = account.verified;
  const show = (log: Account["log"]) =>
    server.mailboxes.set(userId, {
      waiting: [],
      prekeys: null,
      log,
      contacts: new Set([person.userId]),
    });
  show(account.log);
  /** As a program that starts anew finds it. */
  const restarted = async () => {
    const { device, store, line, server: at } = await Person.open(server, person.store);
    return new Verification({ device, store, ports: at.world.ports, logs: line.logs });
  };
  const hide = () => server.mailboxes.delete(userId);
  return { server, person, account, userId, show, hide, restarted, now: server.world.clock.now };
}

/** As the contact's device reckons them. */
async function wordsAt(userId: UserId, verification: Verification): Promise<string> {
  return (await verification.phrase(userId)).join(" ");
}

test("ID-3: a phrase that was never compared is so, whatever the devices do", async () => {
  const { account, userId, show, restarted } = await openComparing();
  const verification = await restarted();
  expect(await verification.state(userId)).toEqual({ state: "never" });
  show(new Account("peer", account).add(0).log);
  expect(await verification.latestState(userId)).toEqual({ state: "never" });
  expect(await verification.phrase(userId)).toHaveLength(12);
  expect(await verification.state(userId)).toEqual({ state: "never" });
});

test("ID-3: one that was compared stays so over restarts, and while the server shows an older log or none", async () => {
  const { account, userId, show, hide, restarted, now } = await openComparing();
  const grown = new Account("peer", account).add(0);
  show(grown.log);
  const verification = await restarted();
  const words = await wordsAt(userId, verification);
  const comparedAt = now();
  await verification.confirm(userId);
  const same = { state: "same", comparedAt };
  expect(await verification.state(userId)).toEqual(same);
  show(account.log);
  const later = await restarted();
  expect(await later.latestState(userId)).toEqual(same);
  expect(await wordsAt(userId, later)).toBe(words);
  hide();
  expect(await later.latestState(userId)).toEqual(same);
});

test("ID-3: devices that were added or removed since by signature are a change, until it is compared again", async () => {
  const { server, account, userId, show, restarted, now } = await openComparing();
  const verification = await restarted();
  const before = await wordsAt(userId, verification);
  const comparedAt = now();
  await verification.confirm(userId);
  const grown = new Account("peer", account).add(0);
  show(grown.log);
  expect((await verification.state(userId)).state).toBe("same"); // not asked for without a reason
  expect(await verification.latestState(userId)).toEqual({ state: "changed", comparedAt });
  show(new Account("peer", grown).remove(1, 0).log);
  expect(await (await restarted()).latestState(userId)).toEqual({ state: "changed", comparedAt });
  expect(await wordsAt(userId, verification)).not.toBe(before);
  server.world.clock.advance(1_000);
  await verification.confirm(userId);
  expect(await verification.state(userId)).toEqual({ state: "same", comparedAt: now() });
});

test("ID-3: what is confirmed is what the words stood for, not what came meanwhile", async () => {
  const { account, userId, show, restarted } = await openComparing();
  const verification = await restarted();
  await expect(verification.confirm(userId)).rejects.toThrow("No safety phrase was shown");
  await verification.phrase(userId);
  show(new Account("peer", account).add(0).log);
  await verification.latestState(userId);
  await verification.confirm(userId);
  expect((await verification.state(userId)).state).toBe("changed");
});

test.each(["compared", "not compared"])(
  "ID-3: keys that the account has not signed are a fork, if they were %s before",
  async (how) => {
    const { account, userId, show, restarted, now } = await openComparing();
    const grown = new Account("peer", account).add(0);
    show(grown.log);
    const verification = await restarted();
    await verification.phrase(userId);
    const comparedAt = how === "compared" ? now() : null;
    if (comparedAt !== null) await verification.confirm(userId);
    for (const log of [new Account("peer", account).add("recovery").log, new Account("x").log]) {
      show(log);
      expect(await verification.latestState(userId)).toEqual({ state: "forked", comparedAt });
      expect(await verification.state(userId)).toEqual({ state: "forked", comparedAt });
      await expect(verification.phrase(userId)).rejects.toThrow(ForkedLogError);
      await expect(verification.confirm(userId)).rejects.toThrow("No safety phrase was shown");
    }
    show(grown.log);
    const { state } = await verification.latestState(userId);
    expect(state).toBe(how === "compared" ? "same" : "never");
  },
);

test("ID-3: a comparison with a history that this device no longer knows is a fork", async () => {
  const { account, userId, show, person, restarted } = await openComparing();
  show(new Account("peer", account).add(0).log);
  const verification = await restarted();
  await verification.phrase(userId);
  await verification.confirm(userId);
  await person.store.delete("logs", userId);
  show(new Account("peer", account).add("recovery").log);
  expect((await (await restarted()).latestState(userId)).state).toBe("forked");
});
