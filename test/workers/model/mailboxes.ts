// The mailboxes of a model-based run: Ben's devices listening at theirs, how his account takes requests,
// and what each mailbox has stored.

// oxlint-disable vitest/no-standalone-expect -- a model-based run checks where it acts

import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { expect } from "vitest";
import { advanceClock } from "../support/clock.ts";
import { connectToMailbox } from "../support/sockets.ts";
import { type Cast, mailboxStub, type Name, type Person, PEOPLE } from "./cast.ts";
import type { GuessOracle } from "./guessOracle.ts";
import type { Oracle } from "./oracle.ts";
import type { MailboxLine } from "./requestsOracle.ts";

/** How Ben's account takes a request of Ann's. `strangersOften`: his strangers have used up what they may. */
export type Hearing = "open" | "blocked" | "nobody" | "strangersOften";

/** Strangers' prompts in a row after which a mailbox shows none for a while. */
const STRANGER_PROMPTS = 5;
/** How often one asker is shown, in any ten minutes. */
const PROMPTS_OF_STRANGER = 3;
const PROMPTS_WITHIN_MS = 10 * 60_000;
const NOTHING_COUNTED = { level: 0, at: 0 };

interface StoredContact {
  readonly method: string;
  readonly receiptHash: string;
}

/** By owner and peer, as `ann ben`. */
export type Contacts = ReadonlyMap<string, StoredContact>;

export class Mailboxes {
  /** The contacts that earlier lives have left. */
  before: Contacts = new Map();
  /** Something was done to Ben's mailbox that is to be undone after this life. */
  #isArranged = false;
  readonly cast: Cast;

  constructor(cast: Cast) {
    this.cast = cast;
  }

  /** Nothing of earlier runs counts, or keeps a request away. */
  async begin(): Promise<void> {
    for (const person of PEOPLE) await this.#takeLevel(person, Date.now());
    this.#isArranged = true;
    await this.nextLife();
    this.before = await this.contacts();
  }

  /** Of earlier runs Ben's mailbox knows no request. */
  async nextRun(): Promise<void> {
    await this.#change("ben", ({ kv }) => kv.delete("requests"));
  }

  /** Undoes what was arranged for a life that has ended. */
  async nextLife(): Promise<void> {
    if (!this.#isArranged) return;
    this.#isArranged = false;
    await this.#change("ben", ({ kv }) => {
      const requests = kv.get<object>("requests");
      if (requests !== undefined) kv.put("requests", { ...requests, strangers: NOTHING_COUNTED });
    });
    await this.setBlocked(false);
    const { ben } = this.cast;
    await mailboxStub(ben).changeAccount(ben, { requestsFrom: "anyone" });
  }

  /** Whether Ben's account will be shown what Ann asks. */
  async arrange(hearing: Hearing, oracle: Oracle): Promise<void> {
    const { ann, ben } = this.cast;
    const mailbox = mailboxStub(ben);
    this.#isArranged = true;
    // Ann asks no more often than she may.
    if (oracle.requests.shownSince(Date.now() - PROMPTS_WITHIN_MS) >= PROMPTS_OF_STRANGER) {
      advanceClock(PROMPTS_WITHIN_MS);
    }
    if (hearing === "blocked") await this.setBlocked(true);
    if (hearing !== "nobody" && hearing !== "strangersOften") return;
    // Contacts may always ask.
    if ((await mailbox.removeContact(ben, ann.userId)).ok) oracle.requests.contactRemoved();
    if (hearing === "nobody") await mailbox.changeAccount(ben, { requestsFrom: "nobody" });
    else {
      await this.#change("ben", ({ kv }) => {
        const requests = kv.get<object>("requests") ?? { waiting: [], ended: [] };
        const strangers = { level: STRANGER_PROMPTS, at: Date.now() };
        kv.put("requests", { ...requests, strangers });
      });
    }
    this.before = await this.contacts();
  }

  async setBlocked(isBlocked: boolean): Promise<void> {
    const { ann, ben } = this.cast;
    await mailboxStub(ben).setBlocked(ben, ann.userId, isBlocked);
  }

  async dial(oracle: Oracle, name: Name): Promise<MailboxLine> {
    const socket = await connectToMailbox(this.cast[name]);
    const line = { name, socket, hellos: 0, expected: new Map(), loose: new Set<string>() };
    oracle.requests.lines.push(line);
    return line;
  }

  /** Says hello and checks all that the line has heard since it was opened. */
  async hello(oracle: Oracle, line: MailboxLine, isFromStart: boolean): Promise<void> {
    const after = isFromStart ? 0 : this.#cursorOf(oracle, line.name);
    oracle.requests.hello(line, isFromStart || after === 0, Date.now());
    const told = await line.socket.ask({ type: "hello", after });
    expect(told.at(-1)?.type).toBe("ready");
    oracle.requests.expectHeard(line);
  }

  /** The highest sequence that the device has heard of in this run. */
  #cursorOf(oracle: Oracle, name: Name): number {
    const own = oracle.requests.lines.filter((line) => line.name === name);
    const told = own.flatMap(({ socket }) => socket.told);
    return Math.max(0, ...told.map(sequenceOf));
  }

  async evict(oracle: Oracle, person: Person, webSockets: "hibernate" | "close"): Promise<void> {
    await evictDurableObject(mailboxStub(this.cast[person]), { webSockets }).catch(() => {});
    if (webSockets === "close" && person === "ben") this.dropLines(oracle);
  }

  dropLines({ requests }: Oracle): void {
    for (const { socket } of requests.lines) socket.close();
  }

  /** All that listens has heard what it must, and no more. */
  async expectHeard({ requests }: Oracle): Promise<void> {
    for (const line of requests.lines) {
      if (line.socket.isClosed) continue;
      await line.socket.ask();
      requests.expectHeard(line);
    }
  }

  async contacts(): Promise<Contacts> {
    const stored = new Map<string, StoredContact>();
    const accounts = PEOPLE.map((person) => this.cast[person]);
    const pages = await Promise.all(
      accounts.map((account) => mailboxStub(account).contacts(account, 0)),
    );
    for (const [index, page] of pages.entries()) {
      const person = PEOPLE[index];
      if (!page.ok) throw new Error(page.code);
      for (const { userId, method, receiptHash } of page.value.contacts) {
        const peer = PEOPLE.find((other) => this.cast[other].userId === userId);
        stored.set(`${person} ${peer}`, { method, receiptHash });
      }
    }
    return stored;
  }

  /** What a side has never acknowledged, and the attempt has forgotten, waits in its mailbox. */
  async expectRelease(oracle: Oracle, name: Name): Promise<void> {
    const { opening, outcome, acknowledged } = oracle;
    if (outcome !== "matched" || opening === null) return;
    const account = this.cast[name];
    const mailbox = mailboxStub(account);
    const kept = await mailbox.release(account, opening.sid);
    if (!kept.ok) throw new Error(kept.code);
    if (kept.value === null) {
      return expect(acknowledged.has(name), `${name} has had its release`).toBe(true);
    }
    expect(kept.value).toMatchObject(oracle.terminal(name));
    await mailbox.acknowledgeRelease(account, opening.sid);
    expect(await mailbox.release(account, opening.sid)).toEqual({ ok: true, value: null });
  }

  /** Forgets them, so that each life is counted on its own. */
  async expectGuesses(guesses: GuessOracle): Promise<void> {
    const now = Date.now();
    const expected = guesses.levelsAt(now);
    const levels = await Promise.all(PEOPLE.map((person) => this.#takeLevel(person, now)));
    for (const [index, person] of PEOPLE.entries()) {
      const [least, most] = expected[person];
      expect(levels[index], `failures of ${person}`).toBeGreaterThan(least - 1e-6);
      expect(levels[index], `failures of ${person}`).toBeLessThan(most + 1e-6);
    }
  }

  async #takeLevel(person: Person, now: number): Promise<number> {
    let level = 0;
    await this.#change(person, ({ kv }) => {
      const stored = kv.get<{ level: number; at: number }>("failures");
      kv.delete("failures");
      if (stored !== undefined) level = Math.max(0, stored.level - (now - stored.at) / 600_000);
    });
    return level;
  }

  async #change(person: Person, act: (storage: DurableObjectStorage) => void): Promise<void> {
    await runInDurableObject(mailboxStub(this.cast[person]), (_, { storage }) => act(storage));
  }
}

function sequenceOf(told: MailboxLine["socket"]["told"][number]): number {
  const own: unknown = told["sequence"] ?? told["request"]?.sequence;
  const ofContacts = (told["contacts"] as { sequence: number }[] | undefined) ?? [];
  const sequences = ofContacts.map(({ sequence }) => sequence);
  return Math.max(0, ...sequences, typeof own === "number" ? own : 0);
}
