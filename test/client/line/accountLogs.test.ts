// ID-3: the devices of others, as their signed logs show them: a log may grow; one that contradicts what was seen
// is an alarm, and nothing more is sent.

import { expect, test } from "vitest";
import { ForkedLogError } from "../../../shared/client/forkedLog.ts";
import { AccountLogs } from "../../../shared/client/line/accountLogs.ts";
import type { UserId } from "../../../shared/wire/ids.ts";
import { Account } from "../../core/deviceLogAccount.ts";
import { calm, eventually, LineServer, openTwo, Person } from "./lineWorld.ts";

/** An account with a second device, and one whose history is another from there on. */
function twoHistories() {
  const account = new Account("peer");
  const before = [...account.log];
  const grown = new Account("peer", account).add(0);
  const forked = new Account("peer", account).add("recovery");
  const userId = account.verified.userId;
  return { userId, before, grown, forked };
}

async function openLogs() {
  const server = new LineServer();
  const person = await Person.open(server);
  const open = () => new AccountLogs(person.device, person.store, person.contacts);
  const show = (userId: UserId, log: Account["log"]) =>
    server.mailboxes.set(userId, {
      waiting: [],
      prekeys: null,
      log,
      contacts: new Set([person.userId]),
    });
  return { server, person, open, show };
}

test("ID-3: a log that grew is followed, and remembered after a restart", async () => {
  const { open, show } = await openLogs();
  const { userId, before, grown } = twoHistories();
  show(userId, before);
  const logs = open();
  expect((await logs.of(userId)).devices).toHaveLength(1);
  show(userId, grown.log);
  expect((await logs.of(userId)).devices).toHaveLength(1); // not asked for without a reason
  expect((await logs.refresh(userId)).devices).toHaveLength(2);
  show(userId, []);
  expect((await open().of(userId)).devices).toHaveLength(2);
});

test("ID-3: a log that is behind never takes the place of the one that was seen", async () => {
  const { open, show } = await openLogs();
  const { userId, before, grown } = twoHistories();
  show(userId, grown.log);
  const logs = open();
  await logs.of(userId);
  show(userId, before);
  expect((await logs.refresh(userId)).devices).toHaveLength(2);
  expect((await open().of(userId)).devices).toHaveLength(2);
});

test("ID-3: two histories are a fork, whichever comes first; so is another account's log, and none", async () => {
  const { open, show } = await openLogs();
  const { userId, before, grown, forked } = twoHistories();
  show(userId, grown.log);
  const logs = open();
  await logs.of(userId);
  for (const log of [forked.log, new Account("someone else").log, []]) {
    show(userId, log as Account["log"]);
    await expect(logs.refresh(userId)).rejects.toThrow(Error);
  }
  show(userId, forked.log);
  await expect(logs.toSendTo(userId)).rejects.toThrow(ForkedLogError);
  await expect(open().refresh(userId)).rejects.toThrow(ForkedLogError);
  show(userId, grown.log);
  expect((await logs.toSendTo(userId)).devices).toHaveLength(2);
  expect(before).toHaveLength(1);
});

test("ID-3: a removed device gets nothing more; what it sent before is still its own", async () => {
  const { open, show } = await openLogs();
  const { userId, grown } = twoHistories();
  const removed = new Account("peer", grown).remove(1, 0);
  show(userId, removed.log);
  const logs = open();
  expect((await logs.of(userId)).devices.map(({ number }) => number)).toEqual([0]);
  expect((await logs.deviceOf(userId, 1))?.number).toBe(1);
  expect(await logs.deviceOf(userId, 2)).toBeNull();
});

test("ID-3: when an account's devices are changed without its signature, an alarm is told and nothing is sent", async () => {
  const [a, b] = await openTwo();
  await a.connect();
  await b.connect();
  await a.messages.send(b.userId, "one");
  await eventually(() => b.heard.length === 1);
  const { log } = b.server.mailbox(b.userId);
  b.server.mailbox(b.userId).log = new Account("an impostor").log;
  a.server.verdict = ({ to }) => (to === b.userId ? "devices-changed" : null);
  await a.messages.send(b.userId, "two");
  await eventually(() => a.toldOf("forked").length > 0);
  a.server.verdict = () => null;
  const before = a.server.said.length;
  await a.messages.send(b.userId, "three");
  await calm();
  expect(a.server.said.slice(before).filter(({ to }) => to === b.userId)).toEqual([]);
  b.server.mailbox(b.userId).log = log;
  await a.messages.send(b.userId, "four");
  await eventually(() => b.heard.length === 4);
  expect(b.heard).toEqual(["one", "two", "three", "four"]);
});
