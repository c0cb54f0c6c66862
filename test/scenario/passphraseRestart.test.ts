// PAS-5: a client killed between any two of its steps, asking or answering, goes on from its folder when it
// starts again; or it comes too late. Both sides end alike either way.

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Acquaint, fileStore, type Meeting, type Store } from "../../shared/client/node.ts";
import type { AttemptRecord } from "../../shared/client/attemptRecord.ts";
import { startChaosProxy } from "../support/chaosProxy.ts";
import {
  eventOf,
  expectNothingLeftAfterNextStart,
  openClient,
  outcomeOf,
} from "../support/clients.ts";
import { killableDevice } from "../support/killableDevice.ts";
import { MortalServer } from "../support/mortalServer.ts";
import { BOTH_CONNECTED, openListener, outcomesOf, requestFrom } from "../support/spoken.ts";
import { letTimePass } from "../support/storedState.ts";

let server: MortalServer;
beforeAll(async () => {
  server = await MortalServer.start();
});
afterAll(() => server.stop());

type Role = "initiator" | "responder";
type Way = "directed" | "open";
type Condition = (step: string, index: number) => boolean;

const PASSPHRASE = "dead or alive";
/** At an open attempt both do as with a key, which restart.test.ts goes through. */
const CASES: { way: Way; victim: Role }[] = [
  { way: "directed", victim: "initiator" },
  { way: "directed", victim: "responder" },
];

interface Run {
  readonly way: Way;
  /** The step before which the device died; null if it finished first. */
  readonly diedBefore: string | null;
  readonly mortal: Acquaint["me"];
  readonly other: Acquaint;
  /** As the other side sees it; null when it has not come to that. */
  readonly others: Meeting | null;
  readonly store: Store;
}

/** A meeting of a device that dies on the way with one that lives. */
async function meetWithFatalStep(
  way: Way,
  victim: Role,
  isFatal: Condition,
  url = server.url,
): Promise<Run> {
  const store = fileStore(mkdtempSync(join(tmpdir(), "device-")));
  const device = killableDevice(store);
  const { ports } = device;
  const identity = { server: url, store: device.store, name: "Mortal" };
  const mortal = await Acquaint.open({ ...identity, ports });
  const other = await openListener(server.url, { name: "Other" });
  device.killBefore(isFatal);
  const orDeath = <Value>(value: Promise<Value>) =>
    Promise.race([value, device.killed.then(() => null)]);
  const askedBy = (asking: Acquaint, asked: Acquaint) =>
    asking.ask({ passphrase: PASSPHRASE, ...(way === "directed" && { to: asked.me.userId }) });
  let others: Meeting | null = null;
  let own: Meeting | null = null;
  if (victim === "initiator") {
    own = await orDeath(askedBy(mortal, other));
    if (own !== null) others = await answeredBy(other, mortal, own);
  } else {
    if (way === "directed") mortal.connect();
    others = await askedBy(other, mortal);
    own = await orDeath(answeredBy(mortal, other, others));
  }
  if (own !== null) await orDeath(own.contact);
  if (!device.isDead) await orDeath(mortal.close());
  const last = device.steps.at(-1) ?? "";
  return { way, diedBefore: device.isDead ? last : null, mortal: mortal.me, other, others, store };
}

/** Answers what is asked, which has to be seen first if it is directed. */
async function answeredBy(
  answering: Acquaint,
  asking: Pick<Acquaint, "me">,
  asked: Meeting,
): Promise<Meeting> {
  const { to, locator } = await eventOf(asked, "asked");
  if (to === null) return answering.enterPassphrase(locator, PASSPHRASE);
  const { sid } = await requestFrom(answering, asking);
  return answering.requests.answer(sid, PASSPHRASE);
}

/** Starts the dead device again from its folder, as a program does, and brings what is under way to its end. */
async function reviveAndCompare(run: Run): Promise<string> {
  const { way, store, other, mortal, diedBefore } = run;
  const label = diedBefore ?? "finished";
  let { others } = run;
  const revived = await openClient(server.url, { store });
  let [pending] = await revived.pendingMeetings();
  revived.connect();
  if (pending !== undefined) {
    others ??= await answeredBy(other, { me: mortal }, pending);
  } else if (others?.isOver === false && (await revived.contacts.list()).length === 0) {
    // Nothing of an answer is left: as long as the request waits, its owner can still answer.
    if (way === "directed") pending = await answeredBy(revived, other, others);
    else await others.cancel();
  }
  if (pending !== undefined && others !== null) {
    expect(await outcomesOf([pending, others]), label).toEqual(BOTH_CONNECTED);
  }
  const [here, there] = await Promise.all([revived.contacts.list(), other.contacts.list()]);
  expect(
    here.map(({ receiptHash, verified }) => [receiptHash, verified]),
    label,
  ).toEqual(there.map(({ receiptHash, verified }) => [receiptHash, verified]));
  expect([...revived.requests.waiting, ...other.requests.waiting], label).toEqual([]);
  await revived.close();
  await expectNothingLeftAfterNextStart(server.url, store, label);
  return here.length === 1 ? "both" : "neither";
}

test.each(CASES)(
  "PAS-5: the $victim of a meeting ($way) killed before any of its steps and started again ends as the other does",
  { timeout: 300_000 },
  async ({ way, victim }) => {
    const outcomes: Record<string, number> = { both: 0, neither: 0 };
    const lanes = 4; // side by side, for the sake of time
    let isFinished = false;
    await Promise.all(
      Array.from({ length: lanes }, async (_, lane) => {
        for (let fatal = lane; !isFinished; fatal += lanes) {
          const run = await meetWithFatalStep(way, victim, (__, index) => index === fatal);
          const outcome = await reviveAndCompare(run);
          outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
          if (run.diedBefore === null) isFinished = true;
        }
      }),
    );
    expect(outcomes["both"]).toBeGreaterThan(10);
  },
);

const TOO_LATE: { victim: Role; step: string; ends: string }[] = [
  { victim: "initiator", step: "hear claim", ends: "timedOut" },
  { victim: "initiator", step: "say answer", ends: "timedOut" },
  { victim: "initiator", step: "hear matched", ends: "connected" },
  { victim: "responder", step: "say claim", ends: "timedOut" },
  { victim: "responder", step: "hear matched", ends: "connected" },
];

test.each(TOO_LATE)(
  "PAS-5: the $victim killed before it could $step, and back after T2, ends as $ends, like the other",
  async ({ victim, step, ends }) => {
    const run = await meetWithFatalStep("directed", victim, (each) => each === step);
    expect(run.diedBefore).toBe(`killed before ${step}`);
    await server.kill(() => letTimePass(server.stateDir, 90_000));
    const revived = await openClient(server.url, { store: run.store });
    const [pending] = await revived.pendingMeetings();
    expect(await outcomeOf(pending!)).toBe(ends);
    if (run.others !== null) expect(await outcomeOf(run.others)).toBe(ends);
    const [here, there] = await Promise.all([revived.contacts.list(), run.other.contacts.list()]);
    expect(here.map(({ receiptHash }) => receiptHash)).toEqual(
      there.map(({ receiptHash }) => receiptHash),
    );
    expect(here).toHaveLength(ends === "connected" ? 1 : 0);
  },
);

test("PAS-3: a device that died while it answered goes on with what it had said, even if its owner answers anew", async () => {
  // After the restart the server shows the request once more, as if it had never been answered.
  let again: Record<string, unknown> | null = null;
  const proxy = await startChaosProxy(server.url, {
    onFrame: ({ types, messages }) =>
      again !== null && types.includes("ready") ? { replace: [again, ...messages] } : "pass",
  });
  const isFatal: Condition = (step) => step === "hear claimed";
  const run = await meetWithFatalStep("directed", "responder", isFatal, proxy.url);
  const [record] = await run.store.all<AttemptRecord>("attempts");
  expect(record?.said?.type).toBe("claim");
  const [notice] = (await proxy.frameOf("request")).messages;
  again = { ...notice, now: Date.now() };
  const revived = await openListener(proxy.url, { store: run.store });
  const { sid } = await requestFrom(revived, run.other);
  expect(sid).toBe(record?.sid);
  const answered = await revived.requests.answer(sid, "something else now");
  expect(await outcomesOf([answered, run.others!])).toEqual(BOTH_CONNECTED);
  const claims = proxy.frames.filter(({ types }) => types.includes("claim"));
  expect(new Set(claims.map(({ text }) => text)).size).toBe(1);
});
