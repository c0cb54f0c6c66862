// docs/protocol.md suffices: what was written from it alone meets the SDK on a running server.

import { expect, test } from "vitest";
import { Acquaint, memoryStore } from "../../shared/client/node.ts";
import { startServer } from "../support/serverProcess.ts";
import { Ended, IndependentClient } from "./independentClient.ts";

const ANNS_CARD = { "@type": "Card", version: "2.0", name: { full: "Ann Arbor" } } as const;
const BENS_CARD = { "@type": "Card", version: "2.0", name: { full: "Ben Nevis" } } as const;

test("a client written from docs/protocol.md alone meets an SDK client", async () => {
  const server = await startServer();
  const ann = await Acquaint.open({ server: server.url, store: memoryStore(), name: "Ann" });
  const ben = new IndependentClient(server.url, "Ben");
  await ben.signIn();

  const meeting = await ann.showKey({ card: ANNS_CARD });
  const [annsContact, met] = await Promise.all([
    meeting.contact,
    ben.enter(meeting.key!.digits, JSON.stringify(BENS_CARD)),
  ]);

  expect(annsContact).toMatchObject({ userId: ben.account.userId, name: "Ben", verified: true });
  expect(annsContact.card).toMatchObject(BENS_CARD);
  expect(met.peer.userId).toBe(ann.me.userId);
  expect(met.name).toBe("Ann");
  expect(JSON.parse(met.card)).toMatchObject(ANNS_CARD);
  expect(met.receiptHash).toBe(annsContact.receiptHash);
  expect(await ben.contacts()).toMatchObject([
    { userId: ann.me.userId, method: "key", receiptHash: met.receiptHash, blocked: false },
  ]);

  const second = await ann.showKey();
  const wrong = `${second.key!.locator}-${second.key!.digits.endsWith("1") ? "0000002" : "0000001"}`;
  const [failure, ended] = await Promise.allSettled([second.contact, ben.enter(wrong, "")]);
  expect(failure).toMatchObject({ status: "rejected", reason: { reason: "mismatch" } });
  expect(ended).toMatchObject({ status: "rejected", reason: new Ended("mismatch") });

  await ann.close();
  await server.stop();
});
