// KEY-5: a client killed between any two of its steps goes on from its folder when it starts again.
// Both sides then have the contact, or neither has.

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Acquaint, fileStore, type Meeting, type Store } from "../../shared/client/node.ts";
import {
  codeOf,
  eventOf,
  expectNothingLeftAfterNextStart,
  openClient,
  outcomeOf,
} from "../support/clients.ts";
import { killableDevice } from "../support/killableDevice.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";
import { letTimePass, storedReleases } from "../support/storedState.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

type Role = "initiator" | "responder";
type Condition = (step: string, index: number) => boolean;

interface Run {
  /** The step before which the device died; null if it finished first. */
  readonly diedBefore: string | null;
  readonly mortal: Acquaint["me"];
  readonly other: Acquaint;
  /** As the other side sees it; null when the key was never entered. */
  readonly others: Meeting | null;
  readonly store: Store;
}

/** Pairs a device that dies on the way with one that lives. */
async function pairWithFatalStep(victim: Role, isFatal: Condition): Promise<Run> {
  const store = fileStore(mkdtempSync(join(tmpdir(), "device-")));
  const device = killableDevice(store);
  const { ports } = device;
  const identity = { server: server.url, store: device.store, name: "Mortal" };
  const mortal = await Acquaint.open({ ...identity, ports });
  const other = await openClient(server.url, { name: "Other" });
  device.killBefore(isFatal);
  const orDeath = <Value>(value: Promise<Value>) =>
    Promise.race([value, device.killed.then(() => null)]);
  let others: Meeting | null = null;
  let own: Meeting | null;
  if (victim === "initiator") {
    own = await orDeath(mortal.showKey());
    if (own !== null) others = await other.enterKey(codeOf(own));
  } else {
    others = await other.showKey();
    own = await orDeath(mortal.enterKey(codeOf(others)));
  }
  if (own !== null) await orDeath(own.contact);
  if (!device.isDead) await orDeath(mortal.close());
  const last = device.steps.at(-1) ?? "";
  return { diedBefore: device.isDead ? last : null, mortal: mortal.me, other, others, store };
}

/** Starts the dead device again from its folder, brings what is pending to its end, and compares both sides. */
async function reviveAndCompare({ store, other, others: known, diedBefore }: Run): Promise<string> {
  let others = known;
  const revived = await openClient(server.url, { store });
  const [pending] = await revived.pendingMeetings();
  if (pending !== undefined) {
    others ??= await other.enterKey((await eventOf(pending, "key")).code);
    const ends = await Promise.all([outcomeOf(pending), outcomeOf(others)]);
    expect(ends, diedBefore ?? "finished").toEqual(["connected", "connected"]);
  } else if (others?.isOver === false && (await revived.contacts.list()).length === 0) {
    await others.cancel();
    expect(await outcomeOf(others), diedBefore ?? "finished").toBe("cancelled");
  }
  const [here, there] = await Promise.all([revived.contacts.list(), other.contacts.list()]);
  expect(
    here.map(({ receiptHash, verified }) => [receiptHash, verified]),
    diedBefore ?? "finished",
  ).toEqual(there.map(({ receiptHash, verified }) => [receiptHash, verified]));
  await revived.close();
  await expectNothingLeftAfterNextStart(server.url, store, diedBefore ?? "finished");
  return here.length === 1 ? "both" : "neither";
}

test.each<Role>(["initiator", "responder"])(
  "KEY-5: the %s killed before any of its steps and started again ends as the other side does",
  { timeout: 300_000 },
  async (victim) => {
    const outcomes: Record<string, number> = { both: 0, neither: 0 };
    for (let fatal = 0; ; fatal++) {
      const run = await pairWithFatalStep(victim, (_, index) => index === fatal);
      const outcome = await reviveAndCompare(run);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      if (run.diedBefore === null) break;
    }
    expect(outcomes["both"]).toBeGreaterThan(8);
  },
);

test.each<Role>(["initiator", "responder"])(
  "KEY-6: a matched attempt waits for days for its %s, which fetches it once started again",
  async (victim) => {
    const run = await pairWithFatalStep(victim, (step) => step === "hear matched");
    expect(await outcomeOf(run.others!)).toBe("connected");
    await run.other.close();
    const { stateDir, url } = server;
    await server.kill9();
    letTimePass(stateDir, 6 * DAY_MS);
    server = await startServer({ stateDir, port: Number(new URL(url).port) });
    // By then it lies in the mailbox, since the locator serves others.
    const waiting = () => releasesFor(stateDir, run.mortal.deviceId);
    await expect.poll(waiting, { timeout: 20_000 }).toHaveLength(1);
    const revived = await openClient(server.url, { store: run.store });
    const [pending] = await revived.pendingMeetings();
    expect(await outcomeOf(pending!)).toBe("connected");
    expect((await revived.contacts.list()).map(({ verified }) => verified)).toEqual([true]);
    await revived.close();
    await expectNothingLeftAfterNextStart(server.url, run.store);
    expect(waiting()).toEqual([]);
  },
);

function releasesFor(stateDir: string, deviceId: string): unknown[] {
  return storedReleases(stateDir).filter((release) => release["deviceId"] === deviceId);
}

const DAY_MS = 24 * 60 * 60_000;
