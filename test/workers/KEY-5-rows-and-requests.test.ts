// KEY-4, KEY-5, ID-2: what a pairing costs in rows and requests, and what costs nothing at all.

import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  registerAccount,
  request,
  signedChallenge,
  strangerActor,
  makeAccount,
  type TestAccount,
} from "./support/accounts.ts";
import { Ledger } from "./support/ledger.ts";
import { listen, nextRequest, nextRequestOver } from "./support/asking.ts";
import {
  answerMessage,
  claimMessage,
  freshLocator,
  openMessage,
  passphraseMessage,
} from "./support/pairing.ts";
import { connect, connectToAttempt, type TestSocket } from "./support/sockets.ts";

const ROWS_PER_PAIRING = 7;
/** One more for the request that waits in the mailbox of the asked. */
const ROWS_PER_ASKING = 8;
const MOST_REQUESTS_PER_PAIRING = 7.5;
const MOST_REQUESTS_PER_ASKING = 9.5;

let ledger: Ledger;

beforeEach(async () => {
  ledger = await Ledger.open();
});

afterEach(() => vi.restoreAllMocks());

test("the ledger sees each kind of write", async () => {
  const stub = env.ATTEMPTS.getByName(freshLocator());
  await runInDurableObject(stub, async (_, { storage }) => {
    storage.kv.put("a", 1);
    await storage.setAlarm(Date.now() + 3_600_000);
    storage.sql.exec("CREATE TABLE t (k TEXT PRIMARY KEY) WITHOUT ROWID");
    const before = ledger.rowsWritten;
    storage.sql.exec("INSERT INTO t VALUES ('x')");
    expect(ledger.rowsWritten).toBe(before + 1);
    await storage.deleteAll();
  });
  expect(ledger.rows).toEqual(["kv.put", "setAlarm", "deleteAll"]);
});

/** Has an account ask for a token, and opens the socket that it is for. */
async function open(actor: TestAccount, body: object): Promise<TestSocket> {
  const { path, token } = (await request("POST", "/v1/upgrade-tokens", { actor, body })).body;
  return connect(path, token);
}

/** From the responder's socket, which has been let in, to the last acknowledgement. */
async function pair(initiator: TestSocket, responder: TestSocket): Promise<void> {
  await responder.next("offer");
  const claim = claimMessage();
  responder.send(claim);
  await initiator.next("claim");
  initiator.send(answerMessage(claim.tag));
  await Promise.all([initiator.next("matched"), responder.next("matched")]);
  initiator.send({ type: "acknowledge" });
  responder.send({ type: "acknowledge" });
  await Promise.all([initiator.next("acknowledged"), responder.next("acknowledged")]);
  await Promise.all([initiator.closed, responder.closed]);
}

function report(what: string): void {
  const { rowsWritten, requests } = ledger;
  console.log(`${what}: ${rowsWritten} rows, ${requests} requests (${String(ledger)})`);
}

test.for([
  ["key", openMessage],
  ["passphrase", passphraseMessage],
] as const)(
  "KEY-5: a pairing at a locator, by %s, writes 7 rows and takes at most 7.5 requests",
  async ([method, message]) => {
    const [ann, ben] = [await registerAccount(), await registerAccount()];
    ledger.reset();
    const initiator = await open(ann, { purpose: "open" });
    initiator.send(message());
    const { locator } = await initiator.next("opened");
    const responder = await open(ben, { purpose: "claim", locator, method });
    await pair(initiator, responder);
    report(`one pairing by ${method}`);
    expect(ledger.rowsWritten, String(ledger)).toBe(ROWS_PER_PAIRING);
    expect(ledger.requests, String(ledger)).toBeLessThanOrEqual(MOST_REQUESTS_PER_PAIRING);
  },
);

test("PAS-2: asking an account, its answer and the match write 8 rows and take at most 9.5 requests", async () => {
  const [ann, ben] = [await registerAccount(), await registerAccount()];
  const listening = await listen(ben);
  ledger.reset();
  const initiator = await open(ann, { purpose: "open", to: ben.userId });
  initiator.send(passphraseMessage());
  const { locator, sid } = await nextRequest(listening);
  const responder = await open(ben, { purpose: "answer", locator, sid });
  await pair(initiator, responder);
  report("one pairing by asking");
  expect(ledger.rowsWritten, String(ledger)).toBe(ROWS_PER_ASKING);
  expect(ledger.requests, String(ledger)).toBeLessThanOrEqual(MOST_REQUESTS_PER_ASKING);
});

test("PAS-6: a request that is taken back writes 7 rows at most", async () => {
  const [ann, ben] = [await registerAccount(), await registerAccount()];
  const listening = await listen(ben);
  ledger.reset();
  const initiator = await open(ann, { purpose: "open", to: ben.userId });
  initiator.send(passphraseMessage());
  await nextRequest(listening);
  initiator.send({ type: "cancel" }, { type: "acknowledge" });
  await Promise.all([initiator.closed, nextRequestOver(listening)]);
  report("one request taken back");
  expect(ledger.rowsWritten, String(ledger)).toBeLessThanOrEqual(7);
});

test("PAS-6: asking an account that does not exist writes no row to it, nor to the asker", async () => {
  const ann = await registerAccount();
  const nobody = strangerActor().userId;
  ledger.reset();
  const initiator = await open(ann, { purpose: "open", to: nobody });
  initiator.send(passphraseMessage());
  await initiator.next("ended");
  initiator.send({ type: "acknowledge" });
  await initiator.closed;
  expect(ledger.rows, "of the attempt").toEqual(["kv.put", "setAlarm", "kv.put", "deleteAll"]);
  expect(ledger.rowsWritten, String(ledger)).toBe(4);
});

test("PAS-1: bad openings write nothing, to the attempt or to the asked", async () => {
  const [ann, ben] = [await registerAccount(), await registerAccount()];
  ledger.reset();
  const initiator = await open(ann, { purpose: "open", to: ben.userId });
  const good = passphraseMessage();
  await initiator.ask(
    { ...good, t1Seconds: 9 },
    { ...good, t2Seconds: 301 },
    { ...good, t1Seconds: 90, t2Seconds: 60 },
    { ...good, to: ben.userId },
    { ...good, method: "telepathy" },
    { ...good, share: "AAAA" },
    openMessage(),
    { type: "refuse" },
    { type: "cancel" },
    claimMessage(),
  );
  initiator.close();
  expect(ledger.rowsWritten, String(ledger)).toBe(0);
});

test("KEY-4: looking at a free locator writes nothing", async () => {
  const locator = freshLocator();
  const visitor = await connectToAttempt(strangerActor(), "claim", locator);
  await visitor.next("offer");
  await visitor.ask({ type: "cancel" }, { type: "refuse" }, answerMessage(claimMessage().tag));
  visitor.close();
  const other = await connectToAttempt(strangerActor(), "resume", locator);
  await other.next("problem");
  other.close();
  expect(ledger.rowsWritten, String(ledger)).toBe(0);
});

test("PAS-7: a visitor who leaves without a well-formed claim writes nothing", async () => {
  const ann = await registerAccount();
  const locator = freshLocator();
  const initiator = await connectToAttempt(ann, "open", locator);
  await initiator.ask(openMessage());
  ledger.reset();
  const visitor = await connectToAttempt(strangerActor(), "claim", locator);
  await visitor.next("offer");
  await visitor.ask({ type: "claim", share: "no share" });
  visitor.close();
  await initiator.ask();
  expect(ledger.rowsWritten, String(ledger)).toBe(0);
});

test("ID-2: challenges and refused sessions of unknown accounts write nothing", async () => {
  const stranger = makeAccount();
  const signed = await signedChallenge(stranger);
  const refused = await request("POST", "/v1/sessions", { body: signed });
  expect(refused.status).toBe(401);
  for (const path of ["/v1/account", "/v1/contacts", "/v1/blocks"]) {
    expect((await request("GET", path, { actor: stranger })).status).toBe(401);
  }
  const claiming = { purpose: "claim", locator: "417", method: "key" };
  await request("POST", "/v1/upgrade-tokens", { actor: stranger, body: claiming });
  await request("GET", "/v1/handles/nobody_has_it", { actor: stranger });
  expect(ledger.rowsWritten, String(ledger)).toBe(0);
});

test("constructors write nothing", async () => {
  await runInDurableObject(env.ATTEMPTS.getByName(freshLocator()), () => {});
  await runInDurableObject(env.MAILBOXES.getByName(strangerActor().userId), () => {});
  await runInDurableObject(env.GATES.getByName(crypto.randomUUID()), () => {});
  await runInDurableObject(env.DIRECTORY.getByName(crypto.randomUUID()), () => {});
  expect(ledger.rowsWritten, String(ledger)).toBe(0);
});
