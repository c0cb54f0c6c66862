// The side that shows the key, or asks: it opens the attempt, answers the one claim that comes, and waits.

import { toBase64Url } from "../core/crypto/bytes.ts";
import { isConfirmedBy } from "../core/pairing/exchange.ts";
import type { UpgradeRequest } from "../wire/auth.ts";
import type { Locator } from "../wire/ids.ts";
import { KEY_T2_SECONDS } from "../wire/limits.ts";
import type { AnswerMessage, AttemptNotice, OpenMessage } from "../wire/pairing.ts";
import type { Problem, ProblemError } from "../wire/problem.ts";
import {
  agreementOf,
  type AttemptRecord,
  newRecord,
  ownOpening,
  proofMembers,
  type Start,
} from "./attemptRecord.ts";
import { ConcludingRun } from "./concludingRun.ts";
import type { Ports } from "./ports.ts";
import type { RunContext } from "./runContext.ts";
import { shownKey } from "./shownKey.ts";

const MAX_LOCATORS_TRIED = 20;

export class InitiatorRun extends ConcludingRun {
  /** Locators that were taken or burnt lately; the server makes the next one longer. */
  #tried: number;

  constructor(context: RunContext, record: AttemptRecord, tried = 0) {
    super(context, record);
    this.#tried = tried;
  }

  static record({ device, ports }: RunContext, start: Omit<Start, "sid" | "locator">) {
    const sid = toBase64Url(ports.random(16));
    return newRecord(device, ports, "initiator", { ...start, sid, locator: null });
  }

  /** What another attempt needs in order to take this one's place. They never leave the device. */
  get secrets(): Pick<Start, "prs" | "card"> {
    const { prs, card } = this.record;
    return { prs, card };
  }

  protected upgrade(): UpgradeRequest {
    const { locator, sid, peerId } = this.record;
    if (locator !== null) return { purpose: "resume", locator, sid };
    const tried = Math.min(this.#tried, MAX_LOCATORS_TRIED);
    return { purpose: "open", tried, ...(peerId !== null && { to: peerId }) };
  }

  protected async opened(locator: Locator): Promise<void> {
    if (this.record.locator !== null) return;
    await this.remember({ locator });
    this.say(openMessage(this.record));
  }

  protected async noticed(notice: AttemptNotice): Promise<void> {
    if (notice.type === "opened") await this.#stands(notice);
    if (notice.type === "claim") await this.#answer(notice);
  }

  protected async refused({ code }: Problem): Promise<void> {
    const isStanding = this.record.openedAt !== null;
    if (!isStanding && this.#isStale()) {
      await this.fail("timedOut");
    } else if (code === "locator-taken" || (code === "attempt-unknown" && !isStanding)) {
      this.#tried += 1;
      await this.remember({ locator: null });
      this.reconnect();
    } else if (code === "attempt-unknown") {
      await this.forgotten("timedOut");
    }
  }

  /** What never came to stand is not begun anew after its time: nobody waits for it any more. */
  #isStale(): boolean {
    const { terms, begunAt } = this.record;
    const t2Seconds = terms?.t2Seconds ?? KEY_T2_SECONDS;
    return this.context.ports.now() - begunAt >= t2Seconds * 1_000;
  }

  /** A locator that was taken is followed by another one, as soon as the server allows it. */
  protected barred({ code }: ProblemError): boolean {
    if (code === "too-many-requests") return false;
    this.enqueue(() => this.fail("timedOut"));
    return true;
  }

  async #stands(notice: Extract<AttemptNotice, { type: "opened" }>): Promise<void> {
    const { locator, openedAt, claimBy, answerBy, now } = notice;
    const times = {
      expiresAt: this.localTime(claimBy, now),
      answerBy: this.localTime(answerBy, now),
    };
    await this.remember({ openedAt, ...times });
    this.watchDeadline();
    if (this.meeting.events.length === 0) await this.#announce(locator, times);
    this.settleReady.resolve();
  }

  async #announce(locator: Locator, times: { expiresAt: number; answerBy: number }): Promise<void> {
    const { peerId } = this.record;
    const key = await shownKey(this.record);
    if (key !== null) this.meeting.emit({ event: "key", ...key });
    else this.meeting.emit({ event: "asked", to: peerId, locator, ...times });
  }

  /** Answers one claim, ever; the same claim again gets the same bytes. */
  async #answer(claim: Extract<AttemptNotice, { type: "claim" }>): Promise<void> {
    const { share, commitment, confirmation } = claim;
    const { peer, said } = this.record;
    if (peer !== null && (peer.share !== share || peer.commitment !== commitment)) {
      return this.fail("tampered");
    }
    if (this.isCancelling) return;
    this.meeting.emit({ event: "claimed", answerBy: this.record.answerBy });
    if (said === null) {
      await this.remember({ peer: { share, commitment, confirmation } });
      await this.#evaluate(confirmation);
    }
    if (this.record.said !== null) this.say(this.record.said);
  }

  /** The identity and card are sealed only for a peer who has proven to know the secret. */
  async #evaluate(confirmation: string): Promise<void> {
    const agreement = agreementOf(this.record);
    if (agreement === null) return this.rememberSaid(wrongAnswer(this.context.ports), null);
    const opening = await ownOpening(
      this.context.device,
      this.record,
      agreement,
      this.context.ownName(),
    );
    const proof = proofMembers(agreement, opening, this.record.card, this.context.ports);
    const boxes = isConfirmedBy(agreement, confirmation) ? {} : { identity: null, card: null };
    const said: AnswerMessage = { type: "answer", ...proof, ...boxes };
    await this.rememberSaid(said, opening);
  }
}

/** The terms are an asker's choice with a passphrase alone. */
function openMessage({ method, terms, sid, half }: AttemptRecord): OpenMessage {
  const { share, commitment } = half;
  const members = { type: "open", sid, share, commitment } as const;
  return terms === null
    ? { ...members, method: method === "link" ? "link" : "key" }
    : { ...members, method: "passphrase", ...terms };
}

/** For a claim that no honest device makes, such as one's own share: it counts as a wrong guess. */
function wrongAnswer({ random }: Ports): AnswerMessage {
  const tag = toBase64Url(random(32));
  const confirmation = toBase64Url(random(64));
  return { type: "answer", tag, confirmation, identity: null, card: null };
}
