// The attempts of this device: begun, resumed and let go of. One claim for a key, one key shown at a time.

import type { Role } from "../core/crypto/cpace.ts";
import { type Secret, secretFromRandom } from "../core/pairing/code.ts";
import type { Card } from "../wire/card.ts";
import type { Locator } from "../wire/ids.ts";
import { ConnectionError } from "./api.ts";
import type { AttemptRecord } from "./attemptRecord.ts";
import type { AttemptRun, RunContext } from "./attemptRun.ts";
import type { CardBox } from "./cardBox.ts";
import { CodeError, loadCodes, loadWords } from "./codes.ts";
import { InitiatorRun } from "./initiatorRun.ts";
import type { Meeting } from "./meeting.ts";
import { within } from "./ports.ts";
import { ResponderRun } from "./responderRun.ts";

/** How long closing waits for acknowledgements, and beginning for the attempt to stand. */
const SETTLE_MS = 2_000;
const BEGIN_MS = 20_000;
const BURNT_WINDOW_MS = 10 * 60_000;

export interface MeetingOptions {
  /** Goes along sealed; left out, the chosen one; `null` for none. */
  readonly card?: Card | null;
}

export class Meetings {
  readonly #context: RunContext;
  readonly #cards: CardBox;
  readonly #runs = new Set<AttemptRun>();
  /** When keys of this device were burnt. */
  #burntAt: number[] = [];
  /** Keys are shown one after another, so that the newest is the only one. */
  #showing: Promise<unknown> = Promise.resolve();
  /** Grows with each closing. */
  #era = 0;
  /** Keys that are being entered: a record tells of one only once its offer has come. */
  readonly #entering = new Map<string, Promise<Meeting>>();

  constructor(context: Omit<RunContext, "onEnd">, cards: CardBox) {
    this.#context = { ...context, onEnd: (run) => this.#ended(run) };
    this.#cards = cards;
  }

  showKey(options: MeetingOptions): Promise<Meeting> {
    const era = this.#era;
    const shown = this.#showing.then(() => this.#showKey(options, era));
    this.#showing = shown.catch(() => {});
    return shown;
  }

  async enterKey(code: string, options: MeetingOptions): Promise<Meeting> {
    const era = this.#era;
    const parsed = (await loadCodes()).parse(code);
    if (!parsed.ok) throw new CodeError(parsed.problem);
    const { locator, secret } = parsed;
    const id = `${locator} ${secret}`;
    const entered =
      this.#entering.get(id) ??
      this.#enterKey(locator, secret, options, era).finally(() => this.#entering.delete(id));
    this.#entering.set(id, entered);
    return entered;
  }

  async resumeAll(): Promise<Meeting[]> {
    const runs: AttemptRun[] = [];
    const records = [...(await this.#records("initiator")), ...(await this.#records("responder"))];
    for (const record of records) {
      if (this.#runOf(record) !== undefined) continue;
      const release = await this.#context.store.hold(record.id);
      if (release === null) continue; // another tab or process is at it
      const run = this.#resume(record);
      void run.settled.then(release);
      runs.push(run);
    }
    return runs.map((run) => run.meeting);
  }

  async close(): Promise<void> {
    this.#era += 1;
    const over = [...this.#runs].filter((run) => run.meeting.isOver).map((run) => run.settled);
    await within(this.#context.ports, SETTLE_MS, Promise.all(over));
    for (const run of this.#runs) run.stop();
    this.#runs.clear();
  }

  async #showKey(options: MeetingOptions, era: number): Promise<Meeting> {
    const card = await this.#cards.bytesFor(options.card);
    await loadWords(); // before the attempt stands: a key that cannot be spelled would be lost
    await this.#cancelShownKeys();
    const { ports } = this.#context;
    const secret = secretFromRandom(ports.random(3));
    const record = InitiatorRun.record(this.#context, secret, card);
    const since = ports.now() - BURNT_WINDOW_MS;
    this.#burntAt = this.#burntAt.filter((at) => at > since);
    return this.#begin(new InitiatorRun(this.#context, record, this.#burntAt.length), era);
  }

  async #enterKey(
    locator: Locator,
    secret: Secret,
    options: MeetingOptions,
    era: number,
  ): Promise<Meeting> {
    const begun = await this.#begunWith(locator, secret);
    if (begun !== null) return begun.meeting;
    const card = await this.#cards.bytesFor(options.card);
    const record = ResponderRun.record(this.#context, locator, secret, card);
    return this.#begin(new ResponderRun(this.#context, record), era);
  }

  /** A key that was entered before goes on where it was: this device makes one claim for it. */
  async #begunWith(locator: string, secret: number): Promise<AttemptRun | null> {
    const records = await this.#records("responder");
    const record = records.find((one) => one.locator === locator && one.secret === secret);
    return record === undefined ? null : (this.#runOf(record) ?? this.#resume(record));
  }

  /** @param era in which it was asked for; what was closed since does not begin after all */
  async #begin(run: AttemptRun, era: number): Promise<Meeting> {
    if (era !== this.#era) throw new ConnectionError("It was closed before the meeting began.");
    this.#runs.add(run);
    const release = await this.#context.store.hold(run.id);
    void run.settled.then(() => release?.());
    try {
      await run.begin();
      if (!(await within(this.#context.ports, BEGIN_MS, run.ready))) {
        throw new ConnectionError("The server was lost while the meeting began. Try again.");
      }
    } catch (error) {
      await run.abandon();
      throw error;
    }
    return run.meeting;
  }

  #resume(record: AttemptRecord): AttemptRun {
    const Run = record.role === "initiator" ? InitiatorRun : ResponderRun;
    const run = new Run(this.#context, record);
    this.#runs.add(run);
    run.start();
    return run;
  }

  #runOf(record: AttemptRecord): AttemptRun | undefined {
    return [...this.#runs].find((run) => run.id === record.id);
  }

  /** Those of other tabs and processes too: any connection of this device may cancel its attempts. */
  async #cancelShownKeys(): Promise<void> {
    const shown = (await this.#records("initiator")).filter((record) => record.locator !== null);
    const runs = shown.map((record) => this.#runOf(record) ?? this.#resume(record));
    await Promise.all(runs.map((run) => run.meeting.cancel()));
  }

  /** What this device remembers of attempts at this server. */
  async #records(role: Role): Promise<AttemptRecord[]> {
    const { origin } = this.#context.device;
    const records = await this.#context.store.all<AttemptRecord>("attempts");
    return records.filter((record) => record.origin === origin && record.role === role);
  }

  #ended(run: AttemptRun): void {
    this.#runs.delete(run);
    const last = run.meeting.events.at(-1);
    const isBurnt = last?.event === "failed" && last.reason === "mismatch";
    if (isBurnt && run instanceof InitiatorRun) this.#burntAt.push(this.#context.ports.now());
  }
}
