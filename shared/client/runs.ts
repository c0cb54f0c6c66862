// The attempts that this device drives: begun, resumed after a restart, let go of. What they are about is
// decided by keyMeetings.ts and spokenMeetings.ts.

import type { Role } from "../core/crypto/cpace.ts";
import { ConnectionError } from "./connectionError.ts";
import type { AttemptRecord } from "./attemptRecord.ts";
import type { AttemptRun } from "./attemptRun.ts";
import { InitiatorRun } from "./initiatorRun.ts";
import type { Meeting } from "./meeting.ts";
import { within } from "./ports.ts";
import { ResponderRun } from "./responderRun.ts";
import type { RunContext } from "./runContext.ts";

/** How long closing waits for acknowledgements, and beginning for the attempt to stand. */
const SETTLE_MS = 2_000;
const BEGIN_MS = 20_000;

export class Runs {
  readonly context: RunContext;
  readonly #runs = new Set<AttemptRun>();
  readonly #onStart: () => void;
  readonly #onBegin: (run: AttemptRun) => void;
  readonly #onEnd: (run: AttemptRun) => void;
  /** Of attempts that this device has answered since the program began. */
  readonly #answered = new Set<string>();
  /** Grows with each closing. */
  #era = 0;

  constructor(
    context: Omit<RunContext, "onEnd">,
    listeners: {
      /** One of this program itself, before anything is said. */
      onStart: () => void;
      /** One that was cut short goes on. */
      onBegin: (run: AttemptRun) => void;
      onEnd: (run: AttemptRun) => void;
    },
  ) {
    this.context = { ...context, onEnd: (id) => this.#ended(id) };
    this.#onStart = listeners.onStart;
    this.#onBegin = listeners.onBegin;
    this.#onEnd = listeners.onEnd;
  }

  get era(): number {
    return this.#era;
  }

  get all(): readonly AttemptRun[] {
    return [...this.#runs];
  }

  /** @param era in which it was asked for; what was closed since does not begin after all */
  async begin(run: AttemptRun, era: number): Promise<Meeting> {
    if (era !== this.#era) throw new ConnectionError("It was closed before the meeting began.");
    const { meeting } = run; // which may go on with another run before this one stands
    await this.#add(run);
    try {
      await run.begin();
      if (!(await within(this.context.ports, BEGIN_MS, run.ready))) {
        throw new ConnectionError("The server was lost while the meeting began. Try again.");
      }
    } catch (error) {
      await run.abandon();
      throw error;
    }
    return meeting;
  }

  resume(record: AttemptRecord): AttemptRun {
    const Run = record.role === "initiator" ? InitiatorRun : ResponderRun;
    const run = new Run(this.context, record);
    this.#runs.add(run);
    this.#onBegin(run);
    run.start();
    return run;
  }

  /** Null when another tab or process is at it, or has just ended it. */
  async resumeAlone({ id }: AttemptRecord): Promise<AttemptRun | null> {
    const { store } = this.context;
    const release = await store.hold(id);
    if (release === null) return null;
    const record = await store.get<AttemptRecord>("attempts", id);
    if (record === null) {
      release();
      return null;
    }
    const run = this.resume(record);
    void run.settled.then(release);
    return run;
  }

  /**
   * Drives an attempt whose record `prepare` stores: whatever comes of it, its meeting tells. It is held
   * before, since any tab resumes what is stored and not held. A fault of this device's own interrupts it.
   */
  async takeUp(run: AttemptRun, prepare: () => Promise<void>): Promise<void> {
    try {
      await this.#add(run);
      await prepare();
    } catch (fault) {
      run.meeting.interrupt(fault as Error);
      run.stop();
      this.#runs.delete(run);
      throw fault;
    }
    run.start();
  }

  /** Other tabs and processes leave it to this one. */
  async #add(run: AttemptRun): Promise<void> {
    this.#runs.add(run);
    this.#onStart();
    const release = await this.context.store.hold(run.id);
    void run.settled.then(() => release?.());
  }

  async resumeAll(): Promise<Meeting[]> {
    const runs: AttemptRun[] = [];
    for (const record of await this.records()) {
      if (this.of(record) !== undefined) continue;
      const run = await this.resumeAlone(record);
      if (run !== null) runs.push(run);
    }
    return runs.map((run) => run.meeting);
  }

  hasAnswered(sid: string): boolean {
    const isAnswering = this.all.some((run) => run instanceof ResponderRun && run.sid === sid);
    return isAnswering || this.#answered.has(sid);
  }

  of(record: AttemptRecord): AttemptRun | undefined {
    return this.all.find((run) => run.id === record.id);
  }

  /** What this device remembers of attempts at this server, in one role or in both. */
  async records(role?: Role): Promise<AttemptRecord[]> {
    const { origin } = this.context.device;
    const records = await this.context.store.all<AttemptRecord>("attempts");
    return records.filter(
      (record) => record.origin === origin && record.role === (role ?? record.role),
    );
  }

  async close(): Promise<void> {
    this.#era += 1;
    const over = this.all.filter((run) => run.meeting.isOver).map((run) => run.settled);
    await within(this.context.ports, SETTLE_MS, Promise.all(over));
    for (const run of this.#runs) run.stop();
    this.#runs.clear();
  }

  #ended(id: string): void {
    const run = this.all.find((one) => one.id === id);
    if (run === undefined) return;
    this.#runs.delete(run);
    if (run instanceof ResponderRun) this.#answered.add(run.sid);
    this.#onEnd(run);
  }
}
