// PAS-8, KEY-4: what failed claims cost. An account waits, a network prefix works, and neither is shut out.

import { env } from "cloudflare:workers";
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { solve } from "../../shared/core/crypto/proofOfWork.ts";
import { networkOf, prefixOf } from "../../workers/auth/network.ts";
import { issueToken } from "../../workers/auth/tokens.ts";
import {
  codeOf,
  makeAccount,
  randomAddress,
  registerAccount,
  request,
  strangerActor,
  type TestAccount,
} from "./support/accounts.ts";
import { advanceClock, useStoppedClock } from "./support/clock.ts";
import { claimMessage, openMessage, randomInt, wrongAnswer } from "./support/pairing.ts";
import { connect, connectToAttempt } from "./support/sockets.ts";

useStoppedClock();

function randomShortLocator(): string {
  return String(100 + randomInt(900));
}

function askToClaim(
  actor: TestAccount,
  locator: string,
  options: { address?: string; proof?: unknown } = {},
) {
  const { address, proof } = options;
  return request("POST", "/v1/upgrade-tokens", {
    actor,
    body: { purpose: "claim", locator, method: "key", ...(proof !== undefined && { proof }) },
    ...(address !== undefined && { address }),
  });
}

async function workFor(answer: Awaited<ReturnType<typeof request>>) {
  const { challenge, bits } = answer.body.work as { challenge: string; bits: number };
  return { challenge, solution: await solve(challenge, bits) };
}

/** Claims wrongly at an attempt that somebody has opened there. */
async function failAt(claimant: TestAccount, locator: string, address: string): Promise<void> {
  const initiator = await connectToAttempt(strangerActor(), "open", locator);
  await initiator.ask(openMessage());
  const { body } = await askToClaim(claimant, locator, { address });
  const visitor = await connect(body.path, body.token);
  await visitor.next("offer");
  visitor.send(claimMessage());
  await initiator.next("claim");
  initiator.send(wrongAnswer());
  await visitor.next("ended");
}

/** Failures that an object has stored. */
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

test("PAS-8: an account has three free failures, then waits ever longer", async () => {
  const claimant = await registerAccount();
  const mailbox = env.MAILBOXES.getByName(claimant.userId);
  const waits: number[] = [];
  for (let failures = 0; failures < 7; failures++) {
    const locator = randomShortLocator();
    let answer = await askToClaim(claimant, locator);
    if (answer.status !== 201) {
      expect(codeOf(answer)).toBe("too-many-requests");
      const seconds = Number(answer.headers.get("retry-after"));
      expect(answer.body.retryAfterSeconds).toBe(seconds);
      waits.push(seconds);
      advanceClock(seconds * 1_000 - 1_000);
      expect(codeOf(await askToClaim(claimant, locator))).toBe("too-many-requests");
      advanceClock(1_000);
      answer = await askToClaim(claimant, locator);
    } else waits.push(0);
    expect(answer.status).toBe(201);
    await mailbox.settleGuess(locator as never, "a network");
  }
  expect(waits).toEqual([0, 0, 0, 5, 10, 20, 40]);
});

test("PAS-8: claims whose outcome is not known yet count as failures", async () => {
  const claimant = await registerAccount();
  for (const locator of ["101", "102", "103"]) {
    expect((await askToClaim(claimant, locator)).status).toBe(201);
  }
  expect(codeOf(await askToClaim(claimant, "104"))).toBe("too-many-requests");
  expect((await askToClaim(claimant, "103")).status, "the same claim again").toBe(201);
});

test("PAS-8: wrong claims are counted in objects, by account and by network, and outlive eviction", async () => {
  const claimant = await registerAccount();
  const mailbox = env.MAILBOXES.getByName(claimant.userId);
  const address = "198.51.100.7";
  for (const locator of ["211", "212", "213"]) await failAt(claimant, locator, address);
  await expect.poll(() => failuresOf(mailbox)).toBeGreaterThan(2.5);
  await expect.poll(() => failuresOf(gateOf(address))).toBeGreaterThan(2.5);
  await evictDurableObject(mailbox);
  expect(codeOf(await askToClaim(claimant, "214"))).toBe("too-many-requests");
});

test("PAS-8: failures fade, one in ten minutes", async () => {
  const claimant = await registerAccount();
  const mailbox = env.MAILBOXES.getByName(claimant.userId);
  for (let failures = 0; failures < 5; failures++)
    await mailbox.settleGuess("100" as never, "a network");
  expect(codeOf(await askToClaim(claimant, "321"))).toBe("too-many-requests");
  advanceClock(30 * 60_000);
  expect((await askToClaim(claimant, "321")).status).toBe(201);
});

test("PAS-8: a network with many failures asks for work, never refuses, and leaves others alone", async () => {
  const address = "192.0.2.17";
  const claimant = await registerAccount();
  expect((await askToClaim(claimant, "417", { address })).status).toBe(201);
  const gate = gateOf(address);
  for (let failures = 0; failures < 60; failures++) await gate.countFailure();

  const refused = await askToClaim(claimant, "417", { address });
  expect(refused.status).toBe(428);
  expect(codeOf(refused)).toBe("proof-of-work-required");
  expect(refused.body.work.bits).toBe(10);
  const proof = await workFor(refused);
  expect((await askToClaim(claimant, "417", { address, proof })).status).toBe(201);
  expect((await askToClaim(claimant, "417", { address: "192.0.2.18" })).status).toBe(201);

  advanceClock(60 * 60_000);
  expect((await askToClaim(claimant, "417", { address })).status).toBe(201);
});

test("KEY-4: claims on longer locators need work, bound to the one who claims and to the locator", async () => {
  const [claimant, other] = [await registerAccount(), await registerAccount()];
  const refused = await askToClaim(claimant, "4170");
  expect(codeOf(refused)).toBe("proof-of-work-required");
  const proof = await workFor(refused);
  expect((await askToClaim(claimant, "4170", { proof })).status).toBe(201);
  expect(codeOf(await askToClaim(claimant, "4171", { proof }))).toBe("proof-of-work-required");
  expect(codeOf(await askToClaim(other, "4170", { proof }))).toBe("proof-of-work-required");
  const wrong = { ...proof, solution: proof.solution + 1 };
  expect(codeOf(await askToClaim(claimant, "4170", { proof: wrong }))).toBe(
    "proof-of-work-required",
  );
  advanceClock(121_000);
  expect(codeOf(await askToClaim(claimant, "4170", { proof }))).toBe("proof-of-work-required");
});

test("KEY-4: work grows with the locator's length", async () => {
  const bits: number[] = [];
  for (const locator of ["417", "4170", "41700", "417000"]) {
    const answer = await askToClaim(await registerAccount(), locator);
    bits.push(answer.status === 201 ? 0 : (answer.body.work.bits as number));
  }
  expect(bits).toEqual([0, 8, 12, 16]);
});

test("PAS-8: a proof forged with another key of the server is no proof", async () => {
  const claimant = await registerAccount();
  const subject = `claim ${claimant.userId} 4170`;
  const { token } = await issueToken(env.SERVER_SECRET.toUpperCase(), "proof", {
    subject,
    bits: 1,
  });
  const proof = { challenge: token, solution: await solve(token, 1) };
  expect(codeOf(await askToClaim(claimant, "4170", { proof }))).toBe("proof-of-work-required");
});

test("KEY-4: nobody gets a locator by asking for it, and they grow as more are taken", async () => {
  const ann = await registerAccount();
  const wished = { purpose: "open", locator: "417" };
  const refused = await request("POST", "/v1/upgrade-tokens", { actor: ann, body: wished });
  expect(codeOf(refused)).toBe("malformed-request");
  const lengths: number[] = [];
  for (const tried of [0, 1, 2, 4, 12, 20]) {
    const { body } = await request("POST", "/v1/upgrade-tokens", {
      actor: await registerAccount(),
      body: { purpose: "open", tried },
    });
    lengths.push(body.locator.length);
  }
  expect(lengths).toEqual([3, 3, 4, 5, 9, 9]);
});

test("PAS-8: one who opens attempts without end is told to wait", async () => {
  const ann = await registerAccount();
  const codes: (string | undefined)[] = [];
  for (let openings = 0; openings < 40; openings++) {
    const answer = await request("POST", "/v1/upgrade-tokens", {
      actor: ann,
      body: { purpose: "open" },
    });
    if (answer.status !== 201) codes.push(codeOf(answer));
  }
  expect(codes.length).toBeGreaterThan(0);
  expect(new Set(codes)).toEqual(new Set(["too-many-requests"]));
});

test("PAS-8: many registrations from one network ask for work", async () => {
  const address = randomAddress();
  let demanded = null;
  for (let made = 0; made < 60 && demanded === null; made++) {
    const body = { log: makeAccount().log };
    const answer = await request("POST", "/v1/accounts", { body, address });
    if (answer.status !== 201) demanded = { answer, body };
  }
  expect(demanded?.answer.status).toBe(428);
  if (demanded === null) return;
  const proof = await workFor(demanded.answer);
  const again = { ...demanded.body, proof };
  expect((await request("POST", "/v1/accounts", { body: again, address })).status).toBe(201);
});

test.for([
  ["192.0.2.1", "192.0.2.1", "IPv4 whole"],
  ["::ffff:192.0.2.1", "192.0.2.1", "IPv4 inside IPv6"],
  ["::FFFF:192.0.2.1", "192.0.2.1", "IPv4 inside IPv6, capitals"],
  ["2001:db8:1:2345::1", "2001:db8:1:2300", "/56"],
  ["2001:db8:1:23ff:ffff:ffff:ffff:ffff", "2001:db8:1:2300", "/56, full"],
  ["2001:0db8:0001:2300:0:0:0:1", "2001:db8:1:2300", "/56, zeros written out"],
  ["2001:db8::1", "2001:db8:0:0", "gap in the prefix"],
  ["::1", "0:0:0:0", "loopback"],
  ["::", "0:0:0:0", "nothing"],
  ["2001:db8:1:2345::", "2001:db8:1:2300", "gap at the end"],
] as const)("PAS-8: %s belongs to %s (%s)", ([address, prefix]) => {
  expect(prefixOf(address)).toBe(prefix);
});
