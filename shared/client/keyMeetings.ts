// Meetings by an instant key: one claim for a key, one key shown at a time.

import { secretFromRandom, secretToPrs } from "../core/pairing/code.ts";
import { toBase64Url } from "../core/crypto/bytes.ts";
import type { Locator } from "../wire/ids.ts";
import type { AttemptRun } from "./attemptRun.ts";
import type { CardBox } from "./cardBox.ts";
import { CodeError, loadWords, readCode } from "./codes.ts";
import { InitiatorRun } from "./initiatorRun.ts";
import type { Meeting } from "./meeting.ts";
import type { MeetingOptions, ShowOptions } from "./model.ts";
import { ResponderRun } from "./responderRun.ts";
import type { Runs } from "./runs.ts";

const BURNT_WINDOW_MS = 10 * 60_000;

export class KeyMeetings {
  readonly #runs: Runs;
  readonly #cards: CardBox;
  /** When keys of this device were burnt. */
  #burntAt: number[] = [];
  /** Keys are shown one after another, so that the newest is the only one. */
  #showing: Promise<unknown> = Promise.resolve();
  /** Keys that are being entered: a record tells of one only once its offer has come. */
  readonly #entering = new Map<string, Promise<Meeting>>();

  constructor(runs: Runs, cards: CardBox) {
    this.#runs = runs;
    this.#cards = cards;
  }

  show(options: ShowOptions): Promise<Meeting> {
    const { era } = this.#runs;
    const shown = this.#showing.then(() => this.#show(options, era));
    this.#showing = shown.catch(() => {});
    return shown;
  }

  async enter(code: string, options: MeetingOptions): Promise<Meeting> {
    const { era } = this.#runs;
    const parsed = await readCode(code);
    if (!parsed.ok) throw new CodeError(parsed.problem);
    const { locator } = parsed;
    const prs = toBase64Url(secretToPrs(parsed.secret));
    const id = `${locator} ${prs}`;
    const entered =
      this.#entering.get(id) ??
      this.#enter(locator, prs, options, era).finally(() => this.#entering.delete(id));
    this.#entering.set(id, entered);
    return entered;
  }

  /** A burnt key makes the locators of the next ones longer. */
  ended(run: AttemptRun): void {
    const last = run.meeting.events.at(-1);
    const isBurnt = last?.event === "failed" && last.reason === "mismatch";
    if (isBurnt && run instanceof InitiatorRun && run.method === "key") {
      this.#burntAt.push(this.#runs.context.ports.now());
    }
  }

  async #show({ card, words }: ShowOptions, era: number): Promise<Meeting> {
    const { context } = this.#runs;
    const { ports } = context;
    const bytes = await this.#cards.bytesFor(card);
    // Before the attempt stands: a key that cannot be spelled would be lost.
    const { tag } = await loadWords(words);
    await this.#cancelShownKeys();
    const record = InitiatorRun.record(context, {
      method: "key",
      terms: null,
      peerId: null,
      prs: toBase64Url(secretToPrs(secretFromRandom(ports.random(3)))),
      words: tag,
      card: toBase64Url(bytes),
    });
    const since = ports.now() - BURNT_WINDOW_MS;
    this.#burntAt = this.#burntAt.filter((at) => at > since);
    return this.#runs.begin(new InitiatorRun(context, record, this.#burntAt.length), era);
  }

  async #enter(
    locator: Locator,
    prs: string,
    options: MeetingOptions,
    era: number,
  ): Promise<Meeting> {
    const begun = await this.#begunWith(locator, prs);
    if (begun !== null) return begun.meeting;
    const { context } = this.#runs;
    const record = ResponderRun.record(context, {
      method: "key",
      peerId: null,
      locator,
      prs,
      sid: ResponderRun.UNKNOWN_SID,
      card: toBase64Url(await this.#cards.bytesFor(options.card)),
    });
    return this.#runs.begin(new ResponderRun(context, record), era);
  }

  /** A key that was entered before goes on where it was: this device makes one claim for it. */
  async #begunWith(locator: Locator, prs: string): Promise<AttemptRun | null> {
    const records = await this.#runs.records("responder");
    const record = records.find(
      (one) => one.method === "key" && one.locator === locator && one.prs === prs,
    );
    return record === undefined ? null : (this.#runs.of(record) ?? this.#runs.resume(record));
  }

  /** Those of other tabs and processes too: any connection of this device may cancel its attempts. */
  async #cancelShownKeys(): Promise<void> {
    const shown = (await this.#runs.records("initiator")).filter(
      (record) => record.method === "key" && record.locator !== null,
    );
    const runs = shown.map((record) => this.#runs.of(record) ?? this.#runs.resume(record));
    await Promise.all(runs.map((run) => run.meeting.cancel()));
  }
}
