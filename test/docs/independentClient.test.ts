// docs/protocol.md suffices: what was written from it alone meets the SDK on a running server, by a key
// and by a passphrase, in either role.

import { afterAll, beforeAll, expect, test } from "vitest";
import {
  Acquaint,
  type IncomingRequest,
  memoryStore,
  type Store,
} from "../../shared/client/node.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";
import { IndependentClient, type Paired } from "./independentClient.ts";
import { Ended, Refused } from "./independentConnection.ts";

const ANNS_CARD = { "@type": "Card", version: "2.0", name: { full: "Ann Arbor" } } as const;
const BENS_CARD = { "@type": "Card", version: "2.0", name: { full: "Ben Nevis" } } as const;

let server: ServerProcess;
/** On the SDK. */
let ann: Acquaint;
let annsStore: Store;
/** By the document. */
let ben: IndependentClient;

beforeAll(async () => {
  server = await startServer();
  annsStore = memoryStore();
  ann = await Acquaint.open({ server: server.url, store: annsStore, name: "Ann" });
  ann.connect();
  ben = new IndependentClient(server.url, "Ben");
  await ben.signIn();
});

afterAll(async () => {
  await ann.close();
  await server.stop();
});

test("PAS-11: a client written from docs/protocol.md alone meets an SDK client by a key, and both hold the same session keys", async () => {
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
  await expectSameSessionKeys(met);
  expect(await ben.contacts()).toMatchObject([
    { userId: ann.me.userId, method: "key", receiptHash: met.receiptHash, blocked: false },
  ]);

  const second = await ann.showKey();
  const wrong = `${second.key!.locator}-${second.key!.digits.endsWith("1") ? "0000002" : "0000001"}`;
  const [failure, ended] = await Promise.allSettled([second.contact, ben.enter(wrong, "")]);
  expect(failure).toMatchObject({ status: "rejected", reason: { reason: "mismatch" } });
  expect(ended).toMatchObject({ status: "rejected", reason: new Ended("mismatch") });
});

test("PAS-1, PAS-3, PAS-11: by the document asked, and answered: an SDK client asks", async () => {
  const requested = ben.request();
  const meeting = await ann.ask({
    to: ben.account.userId,
    passphrase: "  BLAUE Straße　7",
    card: ANNS_CARD,
  });
  const request = await requested;
  expect(request.from).toBe(ann.me.userId);
  const [annsContact, met] = await Promise.all([
    meeting.contact,
    ben.answer(request, "blaue  straße 7", JSON.stringify(BENS_CARD)),
  ]);
  expect(annsContact).toMatchObject({
    userId: ben.account.userId,
    method: "passphrase",
    verified: true,
  });
  expect(annsContact.card).toMatchObject(BENS_CARD);
  expect(met.peer.userId).toBe(ann.me.userId);
  expect(JSON.parse(met.card)).toMatchObject(ANNS_CARD);
  expect(met.receiptHash).toBe(annsContact.receiptHash);
  await expectSameSessionKeys(met);
});

test("PAS-1, PAS-3, PAS-11: a client by the document asks, and an SDK client answers", async () => {
  const { met } = await ben.ask(ann.me.userId, "two blue herons", "");
  const request = await waitingAt(ann);
  expect(request).toMatchObject({ from: ben.account.userId, name: "Ben", isContact: true });
  const meeting = await ann.requests.answer(request.sid, "Two Blue Herons");
  const [annsContact, bens] = await Promise.all([meeting.contact, met]);
  expect(annsContact.userId).toBe(ben.account.userId);
  expect(bens.peer.userId).toBe(ann.me.userId);
  expect(bens.receiptHash).toBe(annsContact.receiptHash);
  await expectSameSessionKeys(bens);
});

test("PAS-1: at the locator of an open attempt, in either role", async () => {
  const asked = await ann.ask({ passphrase: "seven tin drums" });
  const [byAnn, toBen] = await Promise.all([
    asked.contact,
    ben.enterPassphrase(asked.asked!.locator, "seven tin drums", ""),
  ]);
  expect(toBen.receiptHash).toBe(byAnn.receiptHash);

  const { locator, met } = await ben.ask(null, "nine tin drums", "");
  const entered = await ann.enterPassphrase(locator, "nine tin drums");
  const [byBen, toAnn] = await Promise.all([met, entered.contact]);
  expect(toAnn.receiptHash).toBe(byBen.receiptHash);
});

test.for([
  ["lower", `${"-".repeat(21)}A`],
  ["higher", `${"z".repeat(21)}w`],
] as const)(
  "PAS-9: requests cross, and the one by the document has the %s id: one goes on",
  async ([order, text]) => {
    const words = `eight tin drums ${order}`;
    const meeting = await ann.ask({ to: ben.account.userId, passphrase: words });
    const asked = await ben.ask(ann.me.userId, words, "", { sid: Buffer.from(text, "base64url") });
    // Ann has made way before Ben looks at his mailbox if his attempt is the one that goes on.
    const bens =
      order === "lower"
        ? asked.met
        : ben.request().then((request) => ben.settleCrossed(asked, request, words, ""));
    const [annsContact, met] = await Promise.all([meeting.contact, bens]);
    expect(annsContact.userId).toBe(ben.account.userId);
    expect(met.receiptHash).toBe(annsContact.receiptHash);
    expect(meeting.role).toBe(order === "lower" ? "responder" : "initiator");
    expect(ann.requests.waiting).toEqual([]);
  },
);

test("PAS-6: a wrong passphrase, a refusal and nobody there sound alike to both clients", async () => {
  const wrong = await ben.ask(ann.me.userId, "three old oaks", "");
  const answered = await ann.requests.answer((await waitingAt(ann)).sid, "three odd oaks");
  const ends = await Promise.allSettled([wrong.met, answered.contact]);
  expect(ends[0]).toMatchObject({ status: "rejected", reason: new Ended("mismatch") });
  expect(ends[1]).toMatchObject({ status: "rejected", reason: { reason: "mismatch" } });

  const declined = await ben.ask(ann.me.userId, "four old oaks", "");
  const [refused] = await Promise.allSettled([
    declined.met,
    waitingAt(ann).then(({ sid }) => ann.requests.refuse(sid)),
  ]);
  expect(refused).toMatchObject({ status: "rejected", reason: new Ended("refused") });

  const requested = ben.request();
  const declining = await ann.ask({ to: ben.account.userId, passphrase: "five old oaks" });
  await ben.refuse(await requested);
  await expect(declining.contact).rejects.toMatchObject({ reason: "refused" });

  const nobody = await ben.ask("a".repeat(32), "six old oaks", "");
  await expect(nobody.met).rejects.toEqual(new Ended("unreachable"));
  await expect(ben.ask(ben.account.userId, "six old oaks", "")).rejects.toEqual(
    new Refused("own-account"),
  );
});

test("PAS-4: T2 must be greater than T1", async () => {
  const terms = { t1Seconds: 20, t2Seconds: 20 };
  await expect(ben.ask(ann.me.userId, "seven old oaks", "", terms)).rejects.toEqual(
    new Refused("malformed-message"),
  );
});

/** What the client by the document sends with is what the SDK client hears with, and the other way round. */
async function expectSameSessionKeys({ sessionKeys: { own, peer } }: Paired): Promise<void> {
  const kept = await annsStore.get("contacts", ben.account.userId);
  const sessionKeys = { own: peer.toString("base64url"), peer: own.toString("base64url") };
  expect(kept).toMatchObject({ sessionKeys });
}

/** The request that waits at a client, or the next that comes. */
async function waitingAt(client: Acquaint): Promise<IncomingRequest> {
  return new Promise((resolve) => {
    const look = () => {
      const [request] = client.requests.waiting;
      if (request === undefined) return;
      off();
      resolve(request);
    };
    const off = client.on(look);
    queueMicrotask(look);
  });
}
