// Meetings by a spoken passphrase (PAS): asking an account or whoever enters a locator, and answering.
// A passphrase that was offered in vain is never offered again.

import { toBase64Url } from "../core/crypto/bytes.ts";
import { DEFAULT_TAG, locatorOf } from "../core/pairing/code.ts";
import { parsePassphrase } from "../core/pairing/passphrase.ts";
import type { UserId } from "../wire/ids.ts";
import {
  PASSPHRASE_T1_SECONDS,
  PASSPHRASE_T2_SECONDS,
  PASSPHRASE_TERM_MAX_SECONDS,
  PASSPHRASE_TERM_MIN_SECONDS,
} from "../wire/limits.ts";
import type { MeetingRequest } from "../wire/mailbox.ts";
import { ProblemError } from "../wire/problem.ts";
import type { AttemptRecord, Start, Terms } from "./attemptRecord.ts";
import type { AttemptRun } from "./attemptRun.ts";
import type { CardBox } from "./cardBox.ts";
import { InitiatorRun } from "./initiatorRun.ts";
import type { Meeting } from "./meeting.ts";
import type { AskOptions, MeetingOptions } from "./model.ts";
import { PassphraseError, type SpentPassphrase } from "./passphraseError.ts";
import { ResponderRun } from "./responderRun.ts";
import type { Runs } from "./runs.ts";

export class SpokenMeetings {
  readonly #runs: Runs;
  readonly #cards: CardBox;

  constructor(runs: Runs, cards: CardBox) {
    this.#runs = runs;
    this.#cards = cards;
  }

  async ask(to: UserId | null, { passphrase, card, ...wanted }: Omit<AskOptions, "to">) {
    const { context } = this.#runs;
    const terms = termsOf(wanted);
    const prs = prsOf(passphrase);
    return this.#begin(prs, async () => {
      const record = InitiatorRun.record(context, {
        method: "passphrase",
        terms,
        peerId: to,
        prs,
        words: DEFAULT_TAG,
        card: toBase64Url(await this.#cards.bytesFor(card)),
      });
      return new InitiatorRun(context, record);
    });
  }

  /** At the locator of someone who asks whoever enters it. */
  async enter(locator: string, passphrase: string, { card }: MeetingOptions): Promise<Meeting> {
    const known = locatorOf(locator.replaceAll(/\s/g, ""));
    if (known === null) {
      const detail = "A locator has three to nine digits and no zero in front.";
      throw new ProblemError("malformed-request", { detail, fields: { locator: detail } });
    }
    const prs = prsOf(passphrase);
    const begun = await this.#begun((one) => one.locator === known && one.prs === prs);
    if (begun !== null) return begun;
    return this.#begin(prs, () =>
      this.#responder(prs, card, {
        peerId: null,
        locator: known,
        sid: ResponderRun.UNKNOWN_SID,
      }),
    );
  }

  async answer(
    request: MeetingRequest,
    passphrase: string,
    { card }: MeetingOptions,
  ): Promise<Meeting> {
    const { locator, sid, from } = request;
    const prs = prsOf(passphrase);
    const begun = await this.#begun((one) => one.sid === sid);
    if (begun !== null) return begun;
    const release = await this.holdRequest(sid);
    if (release === null) throw new ProblemError("answered-elsewhere");
    const at = { peerId: from, locator, sid };
    const meeting = this.#begin(prs, () => this.#responder(prs, card, at));
    void meeting.then(({ contact }) => contact).then(release, release);
    return meeting;
  }

  /**
   * Pages of one device are one side of the attempt, so one of them alone answers a request, declines it, or
   * settles with own one which of the two makes way. Null while another page is at it.
   */
  async holdRequest(sid: string): Promise<(() => void) | null> {
    const answers = await this.#runs.records("responder"); // one that is resumed holds its record alone
    if (answers.some((one) => one.sid === sid)) return null;
    return this.#runs.context.store.hold(`answer ${sid}`);
  }

  async #responder(
    prs: string,
    card: MeetingOptions["card"],
    at: Pick<Start, "peerId" | "locator" | "sid">,
  ): Promise<ResponderRun> {
    const { context } = this.#runs;
    const bytes = toBase64Url(await this.#cards.bytesFor(card));
    const start = { ...at, method: "passphrase", prs, card: bytes } as const;
    return new ResponderRun(context, ResponderRun.record(context, start));
  }

  /** @throws PassphraseError for one that is used up or in use */
  async #begin(prs: string, runOf: () => Promise<AttemptRun>): Promise<Meeting> {
    const { era, context } = this.#runs;
    // In whichever tab: until the attempt stands there is no record that tells the others of it.
    const release = await context.burnt.reserve(prs);
    if (release === null) throw inUse();
    try {
      await this.#requireUnused(prs);
      return await this.#runs.begin(await runOf(), era);
    } finally {
      release();
    }
  }

  /**
   * An answer that was begun goes on where it was: this device makes one first message for an attempt.
   * @throws ProblemError `answered-elsewhere` when another tab or process is at it
   */
  async #begun(isIt: (record: AttemptRecord) => boolean): Promise<Meeting | null> {
    const records = await this.#runs.records("responder");
    const record = records.find((one) => one.method === "passphrase" && isIt(one));
    if (record === undefined) return null;
    const run = this.#runs.of(record) ?? (await this.#runs.resumeAlone(record));
    if (run === null) throw new ProblemError("answered-elsewhere");
    return run.meeting;
  }

  /** The last own request to that account that may still lead to a meeting. */
  ownTo(userId: UserId): InitiatorRun | null {
    const run = this.#runs.all.findLast(
      (one): one is InitiatorRun =>
        one instanceof InitiatorRun && one.peerId === userId && one.isUnderWay,
    );
    return run ?? null;
  }

  /** Whether this device is at that request, or was. */
  isAnswering(sid: string): boolean {
    return this.#runs.hasAnswered(sid);
  }

  /** Whether an attempt with that account is under way here, whoever asked. */
  isWith(userId: UserId): boolean {
    return this.#runs.all.some((run) => run.peerId === userId);
  }

  /**
   * Crossed requests (PAS-9): own one, which nobody has answered, makes way at once, and the other is
   * answered with the passphrase that it had.
   * @param answerBy the other's T2 by this device's clock: without a connection it ends soon after
   * @param release of {@link holdRequest} for the other: let go of when its answer is over
   */
  async turnAround(
    own: InitiatorRun,
    request: MeetingRequest,
    answerBy: number,
    release: () => void,
  ): Promise<void> {
    const { context } = this.#runs;
    const { prs, card } = own.secrets;
    const { locator, sid, from } = request;
    const start = { method: "passphrase", peerId: from, locator, prs, sid, card } as const;
    const record = { ...ResponderRun.record(context, start), answerBy };
    const run = new ResponderRun(context, record, own.makeWay());
    void run.settled.then(release);
    await this.#runs.takeUp(run, async () => {
      await context.store.put("attempts", record.id, record); // before the other goes: one of them is resumed
      await own.leave();
    });
  }

  /**
   * Each attempt gives whoever is at its other end a guess, so a passphrase is for one attempt at a time.
   * @throws PassphraseError
   */
  async #requireUnused(prs: string): Promise<void> {
    if (await this.#runs.context.burnt.has(prs)) {
      throw spent(
        "burnt",
        "This passphrase is used up: it was tried before, without a meeting. Agree on a new one.",
      );
    }
    const records = await this.#runs.records();
    if (records.some((one) => one.prs === prs && one.method === "passphrase")) throw inUse();
  }
}

function inUse(): PassphraseError {
  return spent(
    "inUse",
    "This passphrase is in use: another request of yours has it. Cancel that, or agree on a new one.",
  );
}

function spent(code: SpentPassphrase["code"], message: string): PassphraseError {
  return new PassphraseError({ code, message });
}

/** In base64url. @throws PassphraseError */
function prsOf(passphrase: string): string {
  const parsed = parsePassphrase(passphrase);
  if (!parsed.ok) throw new PassphraseError(parsed.problem);
  return toBase64Url(parsed.prs);
}

/** @throws ProblemError `malformed-request` */
function termsOf({ t1Seconds, t2Seconds }: Partial<Terms>): Terms {
  const t1 =
    t1Seconds ??
    Math.max(
      PASSPHRASE_TERM_MIN_SECONDS,
      Math.min(PASSPHRASE_T1_SECONDS, (t2Seconds ?? Infinity) - 1),
    );
  const t2 =
    t2Seconds ?? Math.max(PASSPHRASE_T2_SECONDS, Math.min(t1 + 30, PASSPHRASE_TERM_MAX_SECONDS));
  const isTerm = (seconds: number) =>
    Number.isInteger(seconds) &&
    seconds >= PASSPHRASE_TERM_MIN_SECONDS &&
    seconds <= PASSPHRASE_TERM_MAX_SECONDS;
  const fields: Record<string, string> = {};
  const bounds = `must be whole seconds from ${PASSPHRASE_TERM_MIN_SECONDS} to ${PASSPHRASE_TERM_MAX_SECONDS}`;
  if (!isTerm(t1)) fields["t1Seconds"] = bounds;
  if (!isTerm(t2)) fields["t2Seconds"] = bounds;
  else if (t2 <= t1) fields["t2Seconds"] = "must be greater than t1Seconds";
  const [[name, fault] = []] = Object.entries(fields);
  if (name === undefined) return { t1Seconds: t1, t2Seconds: t2 };
  throw new ProblemError("malformed-request", { detail: `${name} ${fault}.`, fields });
}
