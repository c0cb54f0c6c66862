// PAS-8: what it costs to ask in vain. An asker's failure counts as soon as a claim was shown to it, and never when
// nobody answered.

import { env } from "cloudflare:workers";
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { solve } from "../../shared/core/crypto/proofOfWork.ts";
import { networkOf } from "../../workers/auth/network.ts";
import type { UserId } from "../../shared/wire/ids.ts";
import {
  codeOf,
  registerAccount,
  request,
  strangerActor,
  type TestAccount,
} from "./support/accounts.ts";
import {
  answered,
  type Asking,
  askTo,
  confirmed,
  connectToAnswer,
  ErrandWatch,
  until,
} from "./support/asking.ts";
import { advanceClock, useStoppedClock } from "./support/clock.ts";
import { passphraseMessage, wrongAnswer } from "./support/pairing.ts";
import { connect } from "./support/sockets.ts";

useStoppedClock();

let ann: TestAccount;
let ben: TestAccount;
let errands: ErrandWatch;

beforeEach(async () => {
  [ann, ben] = [await registerAccount(), await registerAccount()];
  errands = new ErrandWatch();
});

afterEach(() => vi.restoreAllMocks());

const attemptAt = ({ locator }: Pick<Asking, "locator">) => env.ATTEMPTS.getByName(locator);

function failuresOf(stub: DurableObjectStub): Promise<number> {
  return runInDurableObject(
    stub,
    (_, { storage }) => storage.kv.get<{ level: number }>("failures")?.level ?? 0,
  );
}

function gateOf(address: string) {
  const headers = { "cf-connecting-ip": address };
  return env.GATES.getByName(networkOf(env, new Request("http://localhost", { headers })));
}

function askToAsk(
  asker: TestAccount,
  to: UserId,
  options: { address?: string; proof?: unknown } = {},
) {
  const { address, proof } = options;
  return request("POST", "/v1/upgrade-tokens", {
    actor: asker,
    body: { purpose: "open", to, ...(proof !== undefined && { proof }) },
    ...(address !== undefined && { address }),
  });
}

async function timeOut({ locator, initiator }: Asking, deadline: "claimBy" | "answerBy") {
  const { claimBy, answerBy } = initiator.told[0] as unknown as Record<string, number>;
  advanceClock((deadline === "claimBy" ? claimBy! : answerBy!) - Date.now());
  await runDurableObjectAlarm(env.ATTEMPTS.getByName(locator));
  await initiator.next("ended");
}

/** How an attempt may end, from its start; and whether it costs the asker a failure. */
const ENDINGS: Record<string, { costs: number; end: (asking: Asking) => Promise<void> }> = {
  "a mismatch": {
    costs: 1,
    end: async (asking) => {
      await answered(asking, ben);
      await asking.initiator.ask(wrongAnswer());
    },
  },
  "running out after a claim": {
    costs: 1,
    end: async (asking) => {
      await answered(asking, ben);
      await timeOut(asking, "answerBy");
    },
  },
  "the asker's cancelling after a claim": {
    costs: 1,
    end: async (asking) => {
      await answered(asking, ben);
      await asking.initiator.ask({ type: "cancel" });
    },
  },
  "the other's leaving after its claim": {
    costs: 1,
    end: async (asking) => {
      const { responder } = await answered(asking, ben);
      await responder.ask({ type: "cancel" });
    },
  },
  "a match": {
    costs: 0,
    end: async (asking) => {
      const { responder, claim } = await answered(asking, ben);
      await confirmed(asking, responder, claim);
    },
  },
  "nobody's answering": { costs: 0, end: (asking) => timeOut(asking, "claimBy") },
  "a refusal": {
    costs: 0,
    end: async (asking) => {
      await errands.untilTaken("request", ben.userId);
      await (await connectToAnswer(ben, asking)).ask({ type: "refuse" });
    },
  },
  "the asker's cancelling before any answer": {
    costs: 0,
    end: async (asking) => void (await asking.initiator.ask({ type: "cancel" })),
  },
};

test.for(Object.keys(ENDINGS))(
  "PAS-8: %s counts as it should, for the asker alone",
  async (name) => {
    const { costs, end } = ENDINGS[name]!;
    const network = crypto.randomUUID();
    const asking = await askTo(ann, ben.userId, { change: { network } });
    await end(asking);
    await errands.untilTaken(name === "a match" ? "contact" : "settlement", ann.userId);
    expect(await failuresOf(env.MAILBOXES.getByName(ann.userId))).toBe(costs);
    await until(async () => (await failuresOf(env.GATES.getByName(network))) === costs);
    expect(await failuresOf(env.MAILBOXES.getByName(ben.userId))).toBe(0);
  },
);

test("PAS-8: asking an account that does not exist costs nothing", async () => {
  const { initiator } = await askTo(ann, strangerActor().userId);
  await initiator.next("ended");
  await errands.untilTaken("settlement", ann.userId);
  expect(await failuresOf(env.MAILBOXES.getByName(ann.userId))).toBe(0);
});

test("PAS-8: three failures are free; then who asks waits ever longer, and is told how long", async () => {
  const waits: number[] = [];
  for (let failures = 0; failures < 6; failures++) {
    let answer = await askToAsk(ann, ben.userId);
    if (answer.status !== 201) {
      expect([answer.status, codeOf(answer)]).toEqual([429, "too-many-requests"]);
      const seconds = Number(answer.headers.get("retry-after"));
      expect(answer.body.retryAfterSeconds).toBe(seconds);
      waits.push(seconds);
      advanceClock(seconds * 1_000 - 1);
      expect(codeOf(await askToAsk(ann, ben.userId))).toBe("too-many-requests");
      advanceClock(1);
      answer = await askToAsk(ann, ben.userId);
    } else waits.push(0);
    expect(answer.status).toBe(201);
    const { path, token, locator } = answer.body;
    const initiator = await connect(path, token);
    const message = passphraseMessage();
    initiator.send(message);
    await initiator.next("opened");
    const asking = { locator, sid: message.sid, initiator };
    await answered(asking, ben);
    await initiator.ask(wrongAnswer());
    await errands.untilTaken("settlement", ann.userId, failures + 1);
  }
  expect(waits).toEqual([0, 0, 0, 5, 10, 20]);
  // It counts for whom else it asks, and for what it claims.
  expect(codeOf(await askToAsk(ann, strangerActor().userId))).toBe("too-many-requests");
  const claim = { purpose: "claim", locator: "417", method: "passphrase" };
  const claiming = await request("POST", "/v1/upgrade-tokens", { actor: ann, body: claim });
  expect(codeOf(claiming)).toBe("too-many-requests");
  // Keys of its own cost nothing, and an open attempt neither.
  const opening = await request("POST", "/v1/upgrade-tokens", {
    actor: ann,
    body: { purpose: "open" },
  });
  expect(opening.status).toBe(201);
});

test("PAS-8: three accounts are asked at a time; asking one of them again takes no further place", async () => {
  const three = [strangerActor().userId, strangerActor().userId, ben.userId];
  for (const to of three) expect((await askToAsk(ann, to)).status).toBe(201);
  const fourth = strangerActor().userId;
  expect(codeOf(await askToAsk(ann, fourth))).toBe("too-many-requests");
  expect((await askToAsk(ann, ben.userId)).status, "the same again").toBe(201);

  // The end of an attempt makes room at once.
  const asking = await askTo(ann, ben.userId);
  await asking.initiator.ask({ type: "cancel" });
  await errands.untilTaken("settlement", ann.userId);
  expect((await askToAsk(ann, fourth)).status).toBe(201);
});

test("PAS-8: a match makes room at once as well", async () => {
  for (const to of [strangerActor().userId, strangerActor().userId, ben.userId]) {
    await askToAsk(ann, to);
  }
  const asking = await askTo(ann, ben.userId);
  const { responder, claim } = await answered(asking, ben);
  await confirmed(asking, responder, claim);
  await errands.untilTaken("contact", ann.userId);
  expect((await askToAsk(ann, strangerActor().userId)).status).toBe(201);
});

test("PAS-8: a network where much has failed works for asking, by a proof for this asker and this account", async () => {
  const address = "192.0.2.77";
  for (let failures = 0; failures < 60; failures++) await gateOf(address).countFailure();
  const refused = await askToAsk(ann, ben.userId, { address });
  expect([refused.status, refused.body.work.bits]).toEqual([428, 10]);
  const { challenge, bits } = refused.body.work as { challenge: string; bits: number };
  const proof = { challenge, solution: await solve(challenge, bits) };
  const cem = await registerAccount();
  expect((await askToAsk(ann, cem.userId, { address, proof })).status).toBe(428);
  expect((await askToAsk(cem, ben.userId, { address, proof })).status).toBe(428);
  expect((await askToAsk(ann, ben.userId, { address, proof })).status).toBe(201);
  expect((await askToAsk(ann, ben.userId)).status, "from elsewhere").toBe(201);
});

test("PAS-8: failures by asking outlive eviction, and fade", async () => {
  for (let failures = 0; failures < 3; failures++) {
    const asking = await askTo(ann, ben.userId);
    await ENDINGS["a mismatch"]!.end(asking);
    await errands.untilTaken("settlement", ann.userId, failures + 1);
  }
  await evictDurableObject(env.MAILBOXES.getByName(ann.userId));
  expect(codeOf(await askToAsk(ann, ben.userId))).toBe("too-many-requests");
  advanceClock(10 * 60_000);
  expect((await askToAsk(ann, ben.userId)).status).toBe(201);
});

test("PAS-8: a failure reaches the asker's mailbox though that fails at first", async () => {
  const failing = errands.failNext("settlement", ann.userId, 1);
  const asking = await askTo(ann, ben.userId);
  await ENDINGS["a mismatch"]!.end(asking);
  await until(() => failing.left === 0);
  const alarmAt = await runInDurableObject(attemptAt(asking), (_, { storage }) =>
    storage.getAlarm(),
  );
  expect(alarmAt).toBe(Date.now() + 2_000);
  advanceClock(2_000);
  await runDurableObjectAlarm(attemptAt(asking));
  await errands.untilTaken("settlement", ann.userId);
  expect(await failuresOf(env.MAILBOXES.getByName(ann.userId))).toBe(1);
});
