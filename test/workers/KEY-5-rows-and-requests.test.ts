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
} from "./support/accounts.ts";
import { Ledger } from "./support/ledger.ts";
import { claimMessage, freshLocator, answerMessage, openMessage } from "./support/pairing.ts";
import { connect, connectToAttempt } from "./support/sockets.ts";

const MOST_ROWS_PER_PAIRING = 7;
const MOST_REQUESTS_PER_PAIRING = 6.5;

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

test("KEY-5: a pairing writes at most 7 rows and takes at most 6.5 requests", async () => {
  const [ann, ben] = [await registerAccount(), await registerAccount()];
  ledger.reset();

  const opening = await request("POST", "/v1/upgrade-tokens", {
    actor: ann,
    body: { purpose: "open" },
  });
  const initiator = await connect(opening.body.path, opening.body.token);
  initiator.send(openMessage());
  const { locator } = await initiator.next("opened");
  const claiming = await request("POST", "/v1/upgrade-tokens", {
    actor: ben,
    body: { purpose: "claim", locator },
  });
  const responder = await connect(claiming.body.path, claiming.body.token);
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

  const { rowsWritten, requests } = ledger;
  console.log(`one pairing: ${rowsWritten} rows, ${requests} requests (${String(ledger)})`);
  expect(rowsWritten, String(ledger)).toBeLessThanOrEqual(MOST_ROWS_PER_PAIRING);
  expect(requests, String(ledger)).toBeLessThanOrEqual(MOST_REQUESTS_PER_PAIRING);
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
  const claiming = { purpose: "claim", locator: "417" };
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
