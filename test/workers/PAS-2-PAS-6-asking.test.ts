// PAS-1, PAS-2, PAS-6: an account asks another to meet, frame by frame: the request reaches every device, is
// answered and confirmed, refused, taken back or left alone, and each side hears exactly one end.

import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  codeOf,
  registerAccount,
  request,
  strangerActor,
  type TestAccount,
} from "./support/accounts.ts";
import {
  addDevice,
  answered,
  askTo,
  confirmed,
  connectToAnswer,
  ErrandWatch,
  listen,
  nextRequest,
  nextRequestOver,
} from "./support/asking.ts";
import { useStoppedClock } from "./support/clock.ts";
import { freshLocator, openMessage, passphraseMessage } from "./support/pairing.ts";
import { codes, connect, connectToAttempt, ends, type Told } from "./support/sockets.ts";

useStoppedClock();

let ann: TestAccount;
let ben: TestAccount;
let errands: ErrandWatch;

beforeEach(async () => {
  [ann, ben] = [await registerAccount(), await registerAccount()];
  errands = new ErrandWatch();
});

afterEach(() => vi.restoreAllMocks());

async function contactsOf(account: TestAccount): Promise<Told[]> {
  return (await request("GET", "/v1/contacts", { actor: account })).body.contacts;
}

test("PAS-2: a request reaches every device, is answered and confirmed, and both are told of success", async () => {
  const tablet = await addDevice(ben);
  const listening = [await listen(ben), await listen(tablet)] as const;
  const asking = await askTo(ann, ben.userId, { change: { handle: "ann" as never } });
  const opened = asking.initiator.told[0];
  const shown = await nextRequest(listening[0]);
  expect(await nextRequest(listening[1])).toEqual(shown);
  expect(shown).toEqual({
    sid: asking.sid,
    from: ann.userId,
    handle: "ann",
    locator: asking.locator,
    openedAt: opened?.["openedAt"],
    claimBy: opened?.["openedAt"] + 60_000,
    answerBy: opened?.["openedAt"] + 90_000,
  });

  const { responder, claim } = await answered(asking, ben);
  expect(responder.told[0]).toMatchObject({
    type: "offer",
    method: "passphrase",
    sid: shown.sid,
    openedAt: shown.openedAt,
    claimBy: shown.claimBy,
    answerBy: shown.answerBy,
  });
  const { share, commitment, confirmation } = claim;
  expect(asking.initiator.told.at(-1)).toEqual({ type: "claim", share, commitment, confirmation });
  await confirmed(asking, responder, claim);
  for (const socket of [asking.initiator, responder]) socket.send({ type: "acknowledge" });
  for (const socket of [asking.initiator, responder]) {
    await socket.next("acknowledged");
    expect(ends(socket)).toEqual(["connected"]);
  }
  const [atAnn, atBen] = [await contactsOf(ann), await contactsOf(ben)];
  expect(atAnn).toMatchObject([{ userId: ben.userId, method: "passphrase" }]);
  expect(atBen).toMatchObject([{ userId: ann.userId, method: "passphrase" }]);
  expect(atAnn[0]?.["receiptHash"]).toBe(atBen[0]?.["receiptHash"]);
  for (const { socket } of listening) {
    await socket.next("contacts");
    await socket.ask();
    expect(codes(socket.told).filter((code) => code !== "ready")).toEqual([
      "request",
      "requestOver",
      "contacts",
    ]);
  }
});

test("PAS-2: the asker's handle comes from its own mailbox, and the locator from the server", async () => {
  const handle = `asker_${randomName()}`;
  await request("PATCH", "/v1/account", { actor: ann, body: { handle } });
  const listening = await listen(ben);
  const body = { purpose: "open", to: ben.userId };
  const { body: upgrade } = await request("POST", "/v1/upgrade-tokens", { actor: ann, body });
  expect(upgrade.locator).toMatch(/^[1-9][0-9]{8}$/);
  const initiator = await connect(upgrade.path, upgrade.token);
  const message = passphraseMessage();
  initiator.send(message);
  const shown = await nextRequest(listening);
  expect(shown).toMatchObject({ from: ann.userId, handle, locator: upgrade.locator });

  const answer = { purpose: "answer", locator: shown.locator, sid: shown.sid };
  const answering = await request("POST", "/v1/upgrade-tokens", { actor: ben, body: answer });
  expect(answering.status).toBe(201);
  const responder = await connect(answering.body.path, answering.body.token);
  expect((await responder.next())["sid"]).toBe(message.sid);
});

function randomName(): string {
  return strangerActor().deviceId.replaceAll(/[0-9]/g, "x");
}

test("PAS-1: nobody asks himself, and a key is for whoever enters it", async () => {
  const body = { purpose: "open", to: ann.userId };
  expect(codeOf(await request("POST", "/v1/upgrade-tokens", { actor: ann, body }))).toBe(
    "own-account",
  );
  const initiator = await connectToAttempt(ann, "open", freshLocator(), { to: ben.userId });
  expect(codes(await initiator.ask(openMessage()))).toEqual(["out-of-turn"]);
  expect(codes(await initiator.ask(passphraseMessage()))).toEqual(["opened"]);
});

test("PAS-6: a refusal ends it for both, whichever device of the asked refuses", async () => {
  const tablet = await addDevice(ben);
  const listening = [await listen(ben), await listen(tablet)] as const;
  const asking = await askTo(ann, ben.userId);
  for (const one of listening) await nextRequest(one);
  const [atBen, atTablet] = [
    await connectToAnswer(ben, asking),
    await connectToAnswer(tablet, asking),
  ];
  expect(codes(await atTablet.ask({ type: "refuse" }))).toEqual(["offer", "refused"]);
  for (const socket of [asking.initiator, atBen]) {
    expect((await socket.next("ended"))["outcome"]).toBe("refused");
  }
  for (const one of listening) {
    expect(await nextRequestOver(one)).toMatchObject({ sid: asking.sid, outcome: "refused" });
  }
  for (const socket of [asking.initiator, atBen, atTablet]) {
    await socket.ask({ type: "cancel" }, { type: "refuse" });
    expect(ends(socket)).toEqual(["refused"]);
  }
  expect(await contactsOf(ann)).toEqual([]);
});

test("PAS-6: the asker refuses nobody whom it asked, and the asked takes nothing back that it refuses", async () => {
  const asking = await askTo(ann, ben.userId);
  expect(codes(await asking.initiator.ask({ type: "refuse" }))).toEqual(["out-of-turn"]);
  await answered(asking, ben);
  expect(codes(await asking.initiator.ask({ type: "refuse" }))).toEqual(["out-of-turn"]);
});

test.for(["before the answer", "after the answer"] as const)(
  "PAS-6: the asker takes its request back, %s: both hear it once, and so does the mailbox",
  async (when) => {
    const listening = await listen(ben);
    const asking = await askTo(ann, ben.userId);
    await nextRequest(listening);
    const responder =
      when === "after the answer"
        ? (await answered(asking, ben)).responder
        : await connectToAnswer(ben, asking);
    expect(codes(await asking.initiator.ask({ type: "cancel" }))).toEqual(["cancelled"]);
    await responder.next("ended");
    for (const socket of [asking.initiator, responder]) {
      await socket.ask({ type: "cancel" });
      expect(ends(socket)).toEqual(["cancelled"]);
    }
    await errands.untilTaken("requestOver", ben.userId, when === "after the answer" ? 2 : 1);
    const outcomes = (await listening.socket.ask(), listening.socket.told)
      .filter(({ type }) => type === "requestOver")
      .map((told) => told["request"].outcome as string);
    expect(outcomes).toEqual(
      when === "after the answer" ? ["answered", "cancelled"] : ["cancelled"],
    );
    expect(codes(await (await connectToAnswer(ben, asking)).ask())).toContain(
      when === "after the answer" ? "cancelled" : "attempt-over",
    );
  },
);

test("PAS-6: the one who answered leaves: both hear it", async () => {
  const asking = await askTo(ann, ben.userId);
  const { responder } = await answered(asking, ben);
  expect(codes(await responder.ask({ type: "cancel" }))).toEqual(["cancelled"]);
  expect((await asking.initiator.next("ended"))["outcome"]).toBe("cancelled");
});

test("PAS-6: an account that does not exist is unreachable, at once, and asking it makes none", async () => {
  const nobody = strangerActor().userId;
  const { initiator } = await askTo(ann, nobody);
  expect((await initiator.next("ended"))["outcome"]).toBe("unreachable");
  initiator.send({ type: "acknowledge" });
  await initiator.next("acknowledged");
  expect(ends(initiator)).toEqual(["unreachable"]);
  await runInDurableObject(env.MAILBOXES.getByName(nobody), async (_, { storage }) => {
    expect([...storage.kv.list()]).toEqual([]);
    expect(await storage.getAlarm()).toBe(null);
    const tables = storage.sql.exec("SELECT name FROM sqlite_master").toArray();
    expect(tables.filter(({ name }) => !String(name).startsWith("_cf"))).toEqual([]);
  });
});
