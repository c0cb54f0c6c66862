// BOX-1: boxes that a contact's device forges cost a reader little: after a few of a batch the rest of that device
// is not tried, and asked for again; nobody else is held up.

import { expect, test } from "vitest";
import { fromBase64Url } from "../../../shared/core/crypto/bytes.ts";
import { corrupted } from "../../support/corrupted.ts";
import { calm, eventually, LineServer, meetBetween, openTwo, Person } from "./lineWorld.ts";

/** b has been away, while a sent a text, and so many forgeries before it. */
async function openForged(forgeries: number): Promise<[Person, Person]> {
  const server = new LineServer();
  const [a, b] = await openTwo(server);
  await a.connect();
  await b.connect();
  await a.messages.send(b.userId, "hello b");
  await eventually(() => b.heard.length === 1);
  await b.messages.send(a.userId, "hello a");
  await eventually(() => a.heard.length === 1);
  await calm();
  b.disconnect();
  await a.messages.send(b.userId, "true");
  const { waiting } = server.mailbox(b.userId);
  await eventually(() => waiting.length === 1);
  const [envelope] = waiting.splice(0);
  const { box } = envelope!;
  const forged = corrupted(box, fromBase64Url(box).length - 1);
  for (let i = 0; i < forgeries; i++) server.deliver(b.userId, { ...envelope!, box: forged });
  server.deliver(b.userId, envelope!);
  a.disconnect();
  return [a, b];
}

test("a true box opens behind two that are forged", async () => {
  const [, b] = await openForged(2);
  await b.connect();
  expect(b.heard).toEqual(["hello b", "true"]);
});

test("BOX-1: behind three that are forged nothing of that device is tried, and it comes when asked for again", async () => {
  const [a, b] = await openForged(3);
  const cem = await Person.open(b.server);
  await meetBetween(b, cem);
  await cem.connect();
  await cem.messages.send(b.userId, "of someone else");
  await eventually(() => b.server.mailbox(b.userId).waiting.length === 5);
  await b.connect();
  expect(b.heard).toEqual(["hello b", "of someone else"]);
  expect(b.server.mailbox(b.userId).waiting).toEqual([]);
  await a.connect();
  await eventually(() => b.heard.includes("true"));
});
