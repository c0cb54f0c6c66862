// The world of one model-based run: five devices with their sockets, one attempt object, a server that
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
import type { Method } from "../../../shared/wire/pairing.ts";
import { randomText, strangerActor } from "../support/accounts.ts";
import { advanceClock } from "../support/clock.ts";
import {
  mintUpgrade,
  type Purpose,
  requestUpgrade,
  TestSocket,
  type Told,
} from "../support/sockets.ts";
import { type Cast, type Name, ownerOf } from "./cast.ts";
import type { ErrandsUnderWay } from "./errandsUnderWay.ts";
import type { Mailboxes } from "./mailboxes.ts";
import type { AskedAccount, Oracle } from "./oracle.ts";

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
  /** How much it was told when it was let in. */
  greetingLength: number;
}

export interface Wish {
  readonly method?: Method;
  readonly to?: AskedAccount;
}

/** Fewer than the server allows, so that sockets which are about to close do not count. */
const MOST_LINES_PER_ACCOUNT = 3;

const NOBODY = strangerActor();

export class World {
  readonly locator: string;
  readonly mailboxes: Mailboxes;
  readonly errands: ErrandsUnderWay;
  lines: Line[] = [];
  /** The tag that only those who know the secret can make. */
  rightTag = randomText(32);

  constructor(locator: string, mailboxes: Mailboxes, errands: ErrandsUnderWay) {
    this.locator = locator;
    this.mailboxes = mailboxes;
    this.errands = errands;
  }

  get cast(): Cast {
    return this.mailboxes.cast;
  }

  /** A stub does not outlive the instance that it has spoken to. */
  get #stub() {
    return env.ATTEMPTS.getByName(this.locator);
  }

  async connect(
    oracle: Oracle,
    name: Name,
    purpose: Purpose,
    wish: Wish = {},
  ): Promise<{ line: Line; greeting: Told[] }> {
    const open = this.#openLinesOf(name);
    if (open.length >= MOST_LINES_PER_ACCOUNT) {
      open[0]?.socket.close();
      oracle.restarted();
    }
    const isBack = purpose === "resume" || purpose === "answer";
    const sid = isBack ? (oracle.opening?.sid ?? randomText(16)) : null;
    const socket = await this.#socketOf(name, purpose, sid, {
      ...(purpose === "claim" && { method: oracle.method }),
      ...wish,
    });
    const mayClaimUntil = Date.now() + CLAIM_WITHIN_SECONDS * 1_000;
    const greeting = await socket.ask();
    const greetingLength = greeting.length;
    const line: Line = { name, socket, purpose, sid, mayClaimUntil, claimed: null, greetingLength };
    this.lines.push(line);
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
    return this.lines.filter(
      (line) => ownerOf(line.name) === ownerOf(name) && !line.socket.isClosed,
    );
  }

  async #socketOf(
    name: Name,
    purpose: Purpose,
    sid: string | null,
    { method = null, to = null }: { method?: Method | null; to?: AskedAccount },
  ): Promise<TestSocket> {
    const asked = to === null ? null : to === "ben" ? this.cast.ben.userId : NOBODY.userId;
    for (let tries = 0; tries < 50; tries++) {
      const claims = { sid, method, to: asked, handle: null };
      const token = await mintUpgrade(this.cast[name], purpose, this.locator, claims);
      const response = await requestUpgrade(`/v1/attempts/${this.locator}`, token);
      if (response.webSocket !== null) return new TestSocket(response.webSocket);
      expect(((await response.json()) as { code: string }).code).toBe("try-again");
      // A socket that was closed counts until the object has heard of it.
      await runInDurableObject(this.#stub, () => {});
    }
    throw new Error("the attempt stays crowded");
  }

  /** Waits until the mailboxes have what they are owed, as far as the attempt serves it now. */
  async quiet(oracle: Oracle): Promise<void> {
    await this.errands.done(this.locator);
    oracle.guesses.quiet();
  }

  async evict(oracle: Oracle, webSockets: "hibernate" | "close"): Promise<void> {
    // An object that is not awake cannot be evicted.
    await evictDurableObject(this.#stub, { webSockets }).catch(() => {});
    this.#cutOff(oracle);
    oracle.isEvicted = true;
    if (webSockets === "close") this.dropLines();
    if (webSockets === "close") oracle.restarted();
  }

  async restart(oracle: Oracle): Promise<void> {
    await abortAllDurableObjects();
    this.#cutOff(oracle);
    this.dropLines();
    this.mailboxes.dropLines(oracle);
    oracle.restarted();
  }

  #cutOff(oracle: Oracle): void {
    if (this.errands.isAny) oracle.cutOff();
    this.errands.abandon();
  }

  async alarm(oracle: Oracle): Promise<void> {
    await runDurableObjectAlarm(this.#stub);
    await this.quiet(oracle);
    oracle.served();
  }

  dropLines(): void {
    for (const { socket } of this.lines) socket.close();
  }

  /** What is stored of the attempt: rows, and when it wakes. */
  async stored(): Promise<{ rows: number; alarm: number | null }> {
    return runInDurableObject(this.#stub, async (_, { storage }) => ({
      rows: [...storage.kv.list()].length,
      alarm: await storage.getAlarm(),
    }));
  }

  /** Moves to the attempt's next deadline. */
  advanceTo(time: number): void {
    advanceClock(Math.max(0, time - Date.now()));
  }
}

/** As a visitor, or as one who is a side no more, it has heard the end. */
export function isTold({ socket, greetingLength }: Line): boolean {
  return socket.told.slice(greetingLength).some(({ type }) => type === "ended");
}
