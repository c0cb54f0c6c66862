// The end of a life in a model-based run, and all that must be true of it then: one outcome, contacts on
// both sides or on none, failures counted, every request over, and no row left.

// oxlint-disable vitest/no-standalone-expect -- a model-based run checks where it acts

import { expect } from "vitest";
import { randomText } from "../support/accounts.ts";
import { advanceClock } from "../support/clock.ts";
import type { Told } from "../support/sockets.ts";
import { type Name, ownerOf } from "./cast.ts";
import { Oracle } from "./oracle.ts";
import type { World } from "./world.ts";

/** `acknowledged`: both sides come back and say that they know. `forgotten`: nobody ever comes back. */
export type Farewell = "acknowledged" | "forgotten";

/** Lets the life end in whatever way is open to it. Returns the oracle of the next one. */
export async function settle(world: World, oracle: Oracle, farewell: Farewell): Promise<Oracle> {
  await world.quiet(oracle);
  oracle.elapse(Date.now());
  if (oracle.phase === "waiting" || oracle.phase === "claimed") {
    world.advanceTo(oracle.answerBy);
    oracle.elapse(Date.now());
  }
  await world.alarm(oracle);
  const away: Name[] = farewell === "forgotten" ? oracle.sides() : [];
  if (farewell === "acknowledged") away.push(...(await acknowledgeAll(world, oracle)));
  await untilForgotten(world, oracle);
  expectOneOutcome(world, oracle);
  if (oracle.phase !== "free") {
    for (const name of away) await world.mailboxes.expectRelease(oracle, name);
  }
  await expectContacts(world, oracle);
  await world.mailboxes.expectHeard(oracle);
  await world.mailboxes.expectGuesses(oracle.guesses);
  world.rightTag = randomText(32);
  advanceClock(1);
  await world.mailboxes.nextLife();
  return new Oracle(oracle.requests);
}

/** The sides that the attempt knows no more. */
async function acknowledgeAll(world: World, oracle: Oracle): Promise<Name[]> {
  const unknown: Name[] = [];
  for (const name of oracle.phase === "free" ? [] : oracle.sides()) {
    const { line, greeting } = await world.connect(oracle, name, "resume");
    await world.quiet(oracle);
    oracle.expectGreeting(name, greeting);
    if (greeting[0]?.type === "problem") unknown.push(name);
    else {
      await line.socket.ask({ type: "acknowledge" });
      oracle.acknowledge(name);
    }
  }
  return unknown;
}

async function untilForgotten(world: World, oracle: Oracle): Promise<void> {
  for (let round = 0; ; round++) {
    await world.quiet(oracle);
    const { rows, alarm } = await world.stored();
    if (rows === 0 && alarm === null) return;
    expect(round, "alarms until nothing is left").toBeLessThan(20);
    if (alarm === null) throw new Error("rows are left, and no alarm is set");
    if (round > 0) world.advanceTo(alarm);
    await world.alarm(oracle);
  }
}

function expectOneOutcome({ lines }: World, oracle: Oracle): void {
  const claimsShown = new Set<string>();
  for (const { name, socket, sid } of lines) {
    if (sid !== oracle.opening?.sid) continue;
    for (const told of socket.told) if (told.type === "claim") claimsShown.add(told["share"]);
    const terminal = socket.told.filter(({ type }) => type === "matched" || type === "ended");
    const isSpentVisit = oracle.to === null && socket.told.some(isMismatch);
    const isParty = oracle.sides().includes(name) || oracle.isAsked(name);
    if (!isParty || (isSpentVisit && name === oracle.claimant)) continue;
    expect(terminal.length, "terminal notices on one socket").toBeLessThanOrEqual(1);
    for (const told of terminal) expect(told).toMatchObject(oracle.terminal(name));
  }
  expect([...claimsShown].filter((share) => share !== oracle.claim?.share)).toEqual([]);
}

async function expectContacts(
  { mailboxes }: World,
  { outcome, claimant, method }: Oracle,
): Promise<void> {
  const { before } = mailboxes;
  const present = await mailboxes.contacts();
  mailboxes.before = present;
  if (outcome !== "matched" || claimant === null) return expect(present).toEqual(before);
  const peer = ownerOf(claimant);
  const contact = present.get(`ann ${peer}`);
  expect(contact?.method).toBe(method);
  expect(present.get(`${peer} ann`)).toEqual(contact);
  expect(before.get(`ann ${peer}`)?.receiptHash).not.toBe(contact?.receiptHash);
}

function isMismatch({ type, outcome }: Told): boolean {
  return type === "ended" && outcome === "mismatch";
}
