// The world of one model-based run: four devices with their sockets, one attempt object, a server that
// can be evicted, restarted and woken by its alarm.

// oxlint-disable vitest/no-standalone-expect -- a model-based run checks where it acts

import { env } from "cloudflare:workers";
import {
  abortAllDurableObjects,
  evictDurableObject,
  runDurableObjectAlarm,
  runInDurableObject,
} from "cloudflare:test";
import { expect } from "vitest";
import { CLAIM_WITHIN_SECONDS } from "../../../shared/wire/limits.ts";
import { randomText, type TestAccount } from "../support/accounts.ts";
import { advanceClock } from "../support/clock.ts";
import {
  mintUpgrade,
  type Purpose,
  requestUpgrade,
  TestSocket,
  type Told,
} from "../support/sockets.ts";
import type { Name, Oracle } from "./oracle.ts";

/** One socket of one device, and what it has come to. */
export interface Line {
  readonly name: Name;
  readonly socket: TestSocket;
  readonly purpose: Purpose;
  /** Of the attempt that it was shown, has opened or came back to. */
  sid: string | null;
  /** As a visitor it was shown an offer, and may claim until then. */
  mayClaimUntil: number;
  /** The share of the one guess made on it. */
  claimed: string | null;
  /** As a visitor it has heard the end. */
  isTold: boolean;
}

/** Fewer than the server allows, so that sockets which are about to close do not count. */
const MOST_LINES_PER_ACCOUNT = 3;

export class World {
  readonly locator: string;
  readonly accounts: Readonly<Record<Name, TestAccount>>;
  lines: Line[] = [];
  /** The tag that only those who know the secret can make. */
  rightTag = randomText(32);
  #contactsBefore = new Map<string, string>();

  constructor(locator: string, accounts: Readonly<Record<Name, TestAccount>>) {
    this.locator = locator;
    this.accounts = accounts;
  }

  /** Remembers the contacts that earlier runs have left. */
  async begin(): Promise<this> {
    this.#contactsBefore = await this.#receipts();
    return this;
  }

  /** A stub does not outlive the instance that it has spoken to. */
  get #stub() {
    return env.ATTEMPTS.getByName(this.locator);
  }

  async connect(
    oracle: Oracle,
    name: Name,
    purpose: Purpose,
  ): Promise<{ line: Line; greeting: Told[] }> {
    const open = this.#openLinesOf(name);
    if (open.length >= MOST_LINES_PER_ACCOUNT) {
      open[0]?.socket.close();
      oracle.restarted();
    }
    const sid = purpose === "resume" ? (oracle.opening?.sid ?? randomText(16)) : null;
    const socket = await this.#socketOf(name, purpose, sid);
    const mayClaimUntil = Date.now() + CLAIM_WITHIN_SECONDS * 1_000;
    const line: Line = { name, socket, purpose, sid, mayClaimUntil, claimed: null, isTold: false };
    this.lines.push(line);
    const greeting = await socket.ask();
    if (purpose === "claim") {
      const [first] = greeting;
      line.sid = first?.type === "offer" ? first["sid"] : (oracle.opening?.sid ?? null);
    }
    return { line, greeting };
  }

  /** A line of that device that is still open, else a new one. */
  async lineOf(oracle: Oracle, name: Name, purpose: Purpose, isExact = false): Promise<Line> {
    const open = this.lines.find(
      (line) =>
        line.name === name && !line.socket.isClosed && (!isExact || line.purpose === purpose),
    );
    return open ?? (await this.connect(oracle, name, purpose)).line;
  }

  #openLinesOf(name: Name): Line[] {
    const { userId } = this.accounts[name];
    return this.lines.filter(
      (line) => this.accounts[line.name].userId === userId && !line.socket.isClosed,
    );
  }

  async #socketOf(name: Name, purpose: Purpose, sid: string | null): Promise<TestSocket> {
    for (let tries = 0; tries < 50; tries++) {
      const token = await mintUpgrade(this.accounts[name], purpose, this.locator, { sid });
      const response = await requestUpgrade(`/v1/attempts/${this.locator}`, token);
      if (response.webSocket !== null) return new TestSocket(response.webSocket);
      expect(((await response.json()) as { code: string }).code).toBe("try-again");
      // A socket that was closed counts until the object has heard of it.
      await runInDurableObject(this.#stub, () => {});
    }
    throw new Error("the attempt stays crowded");
  }

  async evict(webSockets: "hibernate" | "close"): Promise<void> {
    // An object that is not awake cannot be evicted.
    await evictDurableObject(this.#stub, { webSockets }).catch(() => {});
    if (webSockets === "close") this.#dropLines();
  }

  async restart(): Promise<void> {
    await abortAllDurableObjects();
    this.#dropLines();
  }

  async alarm(): Promise<void> {
    await runDurableObjectAlarm(this.#stub);
  }

  #dropLines(): void {
    for (const { socket } of this.lines) socket.close();
  }

  /** Lets a life end in whatever way is open to it, and checks all that must be true of it then. */
  async settle(oracle: Oracle): Promise<void> {
    if (oracle.phase === "waiting" || oracle.phase === "claimed") {
      advanceClock(oracle.answerBy - Date.now());
      oracle.elapse(Date.now());
      await this.alarm();
      oracle.served(Date.now());
    }
    const unknown: Name[] = [];
    for (const name of oracle.phase === "free" ? [] : oracle.sides()) {
      const { line, greeting } = await this.connect(oracle, name, "resume");
      oracle.expectGreeting(name, greeting);
      if (greeting[0]?.type === "problem") unknown.push(name);
      else await line.socket.ask({ type: "acknowledge" });
      if (greeting[0]?.type !== "problem") oracle.acknowledge(name);
    }
    await this.#untilForgotten();
    this.#expectOneOutcome(oracle);
    for (const name of unknown) await this.#expectRelease(oracle, name);
    await this.#expectContacts(oracle);
    this.#dropLines();
    this.lines = [];
    this.rightTag = randomText(32);
  }

  async #untilForgotten(): Promise<void> {
    for (let round = 0; ; round++) {
      const rest = await runInDurableObject(this.#stub, async (_, { storage }) => ({
        rows: [...storage.kv.list()].length,
        alarm: await storage.getAlarm(),
      }));
      if (rest.rows === 0 && rest.alarm === null) return;
      expect(round, "alarms until nothing is left").toBeLessThan(20);
      if (rest.alarm === null) throw new Error("rows are left, and no alarm is set");
      // Commits under way are given their turn before the clock moves on.
      if (round > 3) advanceClock(Math.max(0, rest.alarm - Date.now()));
      await this.alarm();
    }
  }

  /** What a side has never acknowledged, and the attempt has forgotten, waits in its mailbox. */
  async #expectRelease(oracle: Oracle, name: Name): Promise<void> {
    const { opening, outcome, acknowledged } = oracle;
    if (outcome !== "matched" || opening === null) return;
    const account = this.accounts[name];
    const mailbox = env.MAILBOXES.getByName(account.userId);
    const kept = await mailbox.release(account, opening.sid);
    if (!kept.ok) throw new Error(kept.code);
    if (kept.value === null) {
      return expect(acknowledged.has(name), `${name} has had its release`).toBe(true);
    }
    expect(kept.value).toMatchObject(oracle.terminal(name));
    await mailbox.acknowledgeRelease(account, opening.sid);
    expect(await mailbox.release(account, opening.sid)).toEqual({ ok: true, value: null });
  }

  #expectOneOutcome(oracle: Oracle): void {
    const claimsShown = new Set<string>();
    for (const { name, socket, sid } of this.lines) {
      for (const told of socket.told) if (told.type === "claim") claimsShown.add(told["share"]);
      if (!oracle.sides().includes(name) || sid !== oracle.opening?.sid) continue;
      const terminal = socket.told.filter(({ type }) => type === "matched" || type === "ended");
      const isSpentVisit = name === oracle.claimant && socket.told.some(isMismatch);
      if (isSpentVisit) continue;
      expect(terminal.length, "terminal notices on one socket").toBeLessThanOrEqual(1);
      for (const told of terminal) expect(told).toMatchObject(oracle.terminal(name));
    }
    expect([...claimsShown].filter((share) => share !== oracle.claim?.share)).toEqual([]);
  }

  async #expectContacts({ outcome, claimant }: Oracle): Promise<void> {
    const present = await this.#receipts();
    if (outcome === "matched" && claimant !== null) {
      const [ann, peer] = [present.get(`ann ${claimant}`), present.get(`${claimant} ann`)];
      expect(ann).toBeDefined();
      expect(peer).toBe(ann);
      expect(this.#contactsBefore.get(`ann ${claimant}`)).not.toBe(ann);
    } else {
      expect(present).toEqual(this.#contactsBefore);
    }
    this.#contactsBefore = present;
  }

  async #receipts(): Promise<Map<string, string>> {
    const receipts = new Map<string, string>();
    for (const name of ["ann", "ben", "cem"] as const) {
      const account = this.accounts[name];
      const page = await env.MAILBOXES.getByName(account.userId).contacts(account, 0);
      if (!page.ok) throw new Error(page.code);
      for (const { userId, receiptHash } of page.value.contacts) {
        const peer = (["ann", "ben", "cem"] as const).find(
          (other) => this.accounts[other].userId === userId,
        );
        receipts.set(`${name} ${peer}`, receiptHash);
      }
    }
    return receipts;
  }
}

function isMismatch({ type, outcome }: Told): boolean {
  return type === "ended" && outcome === "mismatch";
}
