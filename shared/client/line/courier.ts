// Takes what is in the outbox to the server: seals it for each device of its receiver, says it, and lets go of
// it once the server has stored it. To each receiver one batch is under way at a time, so that order holds.

import type { UserId } from "../../wire/ids.ts";
import { FRAME_MAX_MESSAGES } from "../../wire/limits.ts";
import type { PrekeyBundle } from "../../wire/line.ts";
import { type Problem, ProblemError } from "../../wire/problem.ts";
import { deferred } from "../deferred.ts";
import { jitteredDelayMs } from "../ports.ts";
import type { Change } from "../store/store.ts";
import { ForkedLogError } from "../forkedLog.ts";
import { ConversationWork } from "./conversationWork.ts";
import type { LineContext } from "./lineContext.ts";
import { done, kept, type OutboxEntry } from "./outbox.ts";
import { acknowledge, framesOf, sealEntry, toMessage } from "./sealing.ts";
import { type PeerDevice, SessionWork } from "./sessionBook.ts";

/** As many as go in one frame. */
const BATCH = FRAME_MAX_MESSAGES;

/** What the server answered to one message; null when the connection was lost before. */
type Answer = "stored" | Problem | null;

/** Waiting will not help: whoever sent it has to know. */
const FINAL = ["not-a-contact", "mailbox-full", "malformed-message", "payload-too-large"];
/** Until room has been made. */
const FULL_WAIT_MS = 60_000;
const LONGEST_WAIT_MS = 60_000;
/** Until the server is asked again for a log that it has not shown as its account says. */
const FORKED_WAIT_MS = 5 * 60_000;

export class Courier {
  readonly #context: LineContext;
  readonly #underWay = new Map<UserId, { isNudged: boolean }>();
  readonly #answers = new Map<number, (answer: Answer) => void>();
  readonly #tries = new Map<UserId, number>();
  readonly #timers = new Map<UserId, () => void>();
  #number = 0;
  #isOpen = false;

  constructor(context: LineContext) {
    this.#context = context;
  }

  /** A connection stands, and this tab or process holds the line. */
  async open(): Promise<void> {
    this.#isOpen = true;
    const entries = await this.#context.outbox.all();
    for (const to of new Set(entries.map((entry) => entry.to))) this.nudge(to);
  }

  /** Nothing that was said on the lost connection will be answered. */
  close(): void {
    this.#isOpen = false;
    for (const stopTimer of this.#timers.values()) stopTimer();
    this.#timers.clear();
    for (const answer of this.#answers.values()) answer(null);
    this.#answers.clear();
  }

  answered(numbers: readonly number[], answer: "stored" | Problem): void {
    for (const number of numbers) {
      this.#answers.get(number)?.(answer);
      this.#answers.delete(number);
    }
  }

  /** Something waits for that account. @param isRetry of what the person has been told of */
  nudge(to: UserId, isRetry = false): void {
    if (!this.#isOpen) return;
    const running = this.#underWay.get(to);
    if (running !== undefined) {
      running.isNudged = true;
      return;
    }
    this.#underWay.set(to, { isNudged: false });
    void this.#deliver(to)
      .catch((fault: unknown) => this.#tryLater(to, fault, isRetry))
      .finally(() => {
        const { isNudged } = this.#underWay.get(to) ?? { isNudged: false };
        this.#underWay.delete(to);
        if (isNudged) this.nudge(to);
      });
  }

  async #deliver(to: UserId): Promise<void> {
    while (this.#isOpen) {
      const entries = await this.#context.outbox.entriesTo(to, BATCH);
      if (entries.length === 0) return;
      try {
        await this.#deliverBatch(to, entries);
      } catch (fault) {
        if (!(fault instanceof ProblemError)) throw fault;
        if (!entries.every((entry) => isFinal(fault.problem, entry))) throw fault;
        const refusals = entries.map(() => fault.problem);
        await this.#settle(to, [], entries, refusals);
      }
    }
  }

  async #deliverBatch(to: UserId, entries: readonly OutboxEntry[]): Promise<void> {
    const devices = await this.#devicesOf(to);
    if (devices.length === 0) return this.#context.store.apply(entries.map(done));
    const sealed = await this.#sealed(entries, devices);
    const answers = await this.#say(sealed);
    // Without a connection it is closed, and goes on with the next.
    if (answers.includes(null)) return;
    await this.#settle(to, devices, sealed, answers as ("stored" | Problem)[]);
  }

  /** All that are to have a box: those of the receiver, or one's own others. */
  async #devicesOf(to: UserId): Promise<PeerDevice[]> {
    const { device, logs } = this.#context;
    const { devices } = await logs.toSendTo(to);
    return devices
      .filter(({ deviceId }) => to !== device.identity.userId || deviceId !== device.self.deviceId)
      .map((one) => ({ ...one, userId: to }));
  }

  /** The entries with their boxes, stored before any of them leaves. */
  async #sealed(
    entries: readonly OutboxEntry[],
    devices: readonly PeerDevice[],
  ): Promise<OutboxEntry[]> {
    const bundles = await this.#drawMissing(entries, devices);
    return this.#context.alone(async () => {
      const work = new SessionWork(this.#context);
      for (const bundle of bundles) {
        const device = devices.find(({ number }) => number === bundle.device);
        const isAfterLoss = entries.some((entry) => entry.lostDevice === bundle.device);
        const hasBegun = device && (await work.begin(device, bundle, isAfterLoss));
        if (hasBegun === false) throw new Unprepared();
      }
      const sealed: OutboxEntry[] = [];
      for (const entry of entries) sealed.push(await sealEntry(work, entry, devices));
      const changes = sealed.filter((entry, i) => entry !== entries[i]).map(kept);
      await this.#context.apply([...work.changes(), ...changes]);
      return sealed;
    });
  }

  /** @throws Unprepared when a device has left no prekeys yet */
  async #drawMissing(
    entries: readonly OutboxEntry[],
    devices: readonly PeerDevice[],
  ): Promise<readonly PrekeyBundle[]> {
    const missing = await this.#context.alone(async () => {
      const work = new SessionWork(this.#context);
      const without: PeerDevice[] = [];
      for (const device of devices) {
        const isLost = entries.some(
          ({ lostDevice, boxes }) => boxes === null && lostDevice === device.number,
        );
        if (isLost || !(await work.hasSession(device))) without.push(device);
      }
      return without;
    });
    const [first] = missing;
    if (first === undefined) return [];
    const { bundles } = await this.#context.device.call("drawPrekeys", {
      params: { userId: first.userId },
      body: { devices: missing.map(({ number }) => number) },
    });
    const ofEach = missing.map(({ number }) => bundles.find(({ device }) => device === number));
    if (ofEach.includes(undefined)) throw new Unprepared();
    return ofEach.filter((bundle) => bundle !== undefined);
  }

  /** In frames, in order; resolves with an answer to each. */
  async #say(entries: readonly OutboxEntry[]): Promise<Answer[]> {
    const answers: Promise<Answer>[] = [];
    for (const frame of framesOf(entries)) {
      const messages = frame.map((entry) => {
        this.#number += 1;
        const { promise, resolve } = deferred<Answer>();
        this.#answers.set(this.#number, resolve);
        answers.push(promise);
        return toMessage(entry, this.#number);
      });
      if (!this.#context.say(messages)) this.close();
    }
    return Promise.all(answers);
  }

  async #settle(
    to: UserId,
    devices: readonly PeerDevice[],
    entries: readonly OutboxEntry[],
    answers: readonly ("stored" | Problem)[],
  ): Promise<void> {
    const problems = answers.filter((answer) => answer !== "stored");
    const isOutdated = problems.some(({ code }) => code === "devices-changed");
    if (isOutdated) await this.#context.logs.refresh(to);
    const isUnchanged = isOutdated && haveSameNumbers(await this.#devicesOf(to), devices);
    await this.#context.alone(async () => {
      const { store, ports } = this.#context;
      const conversations = new ConversationWork(store, ports.now());
      const sessions = new SessionWork(this.#context);
      const changes: Change[] = [];
      for (const [i, entry] of entries.entries()) {
        const answer = answers[i];
        if (answer === undefined) continue;
        const isStored = answer === "stored";
        if (isStored) await acknowledge(sessions, entry, devices);
        if (!isStored && answer.code === "devices-changed") {
          changes.push(kept({ ...entry, boxes: null }));
        } else if (isStored || isFinal(answer, entry)) {
          if (entry.message !== null) {
            const [state, refusal] = isStored
              ? (["sent"] as const)
              : (["refused", answer.code] as const);
            await conversations.setDelivery(to, entry.message, state, refusal);
          }
          if (!isStored) this.#context.outbox.refused(entry, answer);
          changes.push(done(entry));
        }
      }
      await this.#context.keep(conversations, [...changes, ...sessions.changes()]);
    });
    let passing: Problem | null = null;
    for (const [i, entry] of entries.entries()) {
      const answer = answers[i];
      if (answer === "stored" || answer === undefined) continue;
      const { message } = entry;
      if (!isFinal(answer, entry)) {
        // While the server shows no other devices, the same boxes would only be refused again.
        if (answer.code !== "devices-changed" || isUnchanged) passing ??= answer;
      } else if (message !== null) {
        this.#context.tell({ event: "refused", userId: to, message, problem: answer });
      }
    }
    if (passing !== null) throw ProblemError.from(passing);
    this.#tries.delete(to);
  }

  #tryLater(to: UserId, fault: unknown, isRetry: boolean): void {
    if (!this.#isOpen) return;
    const isForked = fault instanceof ForkedLogError;
    if (isForked && !isRetry) this.#context.tell({ event: "forked", userId: to });
    if (isFaultOfProgram(fault))
      queueMicrotask(() => {
        throw fault;
      });
    const tries = (this.#tries.get(to) ?? 0) + 1;
    this.#tries.set(to, tries);
    const { ports } = this.#context;
    const unpreparedMs = fault instanceof Unprepared ? unpreparedWaitMs(tries) : 0;
    const patienceMs = isForked ? FORKED_WAIT_MS : unpreparedMs;
    const jitteredMs = 500 + jitteredDelayMs(tries, ports.random);
    const delayMs = Math.max(jitteredMs, patienceMs, askedWaitMs(fault));
    this.#timers.get(to)?.();
    const stopTimer = ports.after(delayMs, () => {
      this.#timers.delete(to);
      this.nudge(to, isForked);
    });
    this.#timers.set(to, stopTimer);
  }
}

/** A device of the receiver cannot be written to before it has left prekeys that are its own. */
class Unprepared extends Error {}

/** Most are about to; of the others none should use up what all draw from. */
function unpreparedWaitMs(tries: number): number {
  return tries <= 3 ? 0 : Math.min(5 * 60_000, 1_000 * 2 ** tries);
}

/** What says something of a message, such as that it is deleted, waits for room: its author sees it as done. */
function isFinal({ code }: Problem, { message }: OutboxEntry): boolean {
  return FINAL.includes(code) && (code !== "mailbox-full" || message !== null);
}

function askedWaitMs(fault: unknown): number {
  if (!(fault instanceof ProblemError)) return 0;
  const { code, retryAfterSeconds = 0 } = fault.problem;
  if (code === "mailbox-full") return FULL_WAIT_MS;
  return Math.min(retryAfterSeconds * 1_000, LONGEST_WAIT_MS);
}

/** The rest passes: no connection, a refusal, a disk that is full. */
function isFaultOfProgram(fault: unknown): boolean {
  return [TypeError, RangeError, SyntaxError].some((kind) => fault instanceof kind);
}

function haveSameNumbers(one: readonly PeerDevice[], other: readonly PeerDevice[]): boolean {
  const numbers = (devices: readonly PeerDevice[]) => devices.map(({ number }) => number).join();
  return numbers(one) === numbers(other);
}
