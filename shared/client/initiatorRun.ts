// The side that shows the key: it opens the attempt, answers the one claim that comes, and waits.

import { toBase64Url } from "../core/crypto/bytes.ts";
import { secretToPrs, type Secret } from "../core/pairing/code.ts";
import { isConfirmedBy } from "../core/pairing/exchange.ts";
import type { UpgradeRequest } from "../wire/auth.ts";
import type { Locator } from "../wire/ids.ts";
import type { AnswerMessage, AttemptNotice, OpenMessage } from "../wire/pairing.ts";
import type { Problem, ProblemError } from "../wire/problem.ts";
import {
  agreementOf,
  type AttemptRecord,
  newRecord,
  ownOpening,
  proofMembers,
} from "./attemptRecord.ts";
import { AttemptRun, type RunContext } from "./attemptRun.ts";
import type { Ports } from "./ports.ts";
import { shownKey } from "./shownKey.ts";

const MAX_LOCATORS_TRIED = 20;

export class InitiatorRun extends AttemptRun {
  /** Locators that were taken or burnt lately; the server makes the next one longer. */
  #tried: number;
  constructor(context: RunContext, record: AttemptRecord, tried = 0) {
    super(context, record);
    this.#tried = tried;
  }

  static record(context: RunContext, secret: Secret, card: Uint8Array): AttemptRecord {
    const { device, ports } = context;
    return newRecord(device, ports, {
      role: "initiator",
      method: "key",
      secret,
      prs: secretToPrs(secret),
      card,
      sid: ports.random(16),
      locator: null,
    });
  }

  protected upgrade(): UpgradeRequest {
    const { locator, sid } = this.record;
    return locator === null
      ? { purpose: "open", tried: Math.min(this.#tried, MAX_LOCATORS_TRIED) }
      : { purpose: "resume", locator, sid };
  }

  protected async opened(locator: Locator): Promise<void> {
    if (this.record.locator !== null) return;
    await this.remember({ locator });
    const { method, sid, half } = this.record;
    const { share, commitment } = half;
    this.say({ type: "open", method, sid, share, commitment } satisfies OpenMessage);
  }

  protected async noticed(notice: AttemptNotice): Promise<void> {
    if (notice.type === "opened") await this.#stands(notice);
    if (notice.type === "claim") await this.#answer(notice);
  }

  protected async refused({ code }: Problem): Promise<void> {
    const isStanding = this.record.openedAt !== null;
    if (code === "locator-taken" || (code === "attempt-unknown" && !isStanding)) {
      this.#tried += 1;
      await this.remember({ locator: null });
      this.reconnect();
    } else if (code === "attempt-unknown") {
      await this.forgotten("timedOut");
    }
  }

  /** A locator that was taken is followed by another one, as soon as the server allows it. */
  protected barred({ code }: ProblemError): boolean {
    if (code === "too-many-requests") return false;
    this.enqueue(() => this.fail("timedOut"));
    return true;
  }

  async #stands(notice: Extract<AttemptNotice, { type: "opened" }>): Promise<void> {
    const { openedAt, claimBy, answerBy, now } = notice;
    const isFirst = this.meeting.key === null;
    await this.remember({
      openedAt,
      expiresAt: this.localTime(claimBy, now),
      answerBy: this.localTime(answerBy, now),
    });
    this.watchDeadline();
    if (isFirst) this.meeting.emit({ event: "key", ...(await shownKey(this.record)) });
    this.settleReady.resolve();
  }

  /** Answers one claim, ever; the same claim again gets the same bytes. */
  async #answer(claim: Extract<AttemptNotice, { type: "claim" }>): Promise<void> {
    const { share, commitment, confirmation } = claim;
    const { peer, said } = this.record;
    if (peer !== null && (peer.share !== share || peer.commitment !== commitment)) {
      return this.fail("tampered");
    }
    if (this.isCancelling) return;
    this.meeting.emit({ event: "claimed" });
    if (said === null) {
      await this.remember({ peer: { share, commitment, confirmation } });
      await this.#evaluate(confirmation);
    }
    if (this.record.said !== null) this.say(this.record.said);
  }

  /** The identity and card are sealed only for a peer who has proven to know the secret. */
  async #evaluate(confirmation: string): Promise<void> {
    const agreement = agreementOf(this.record);
    if (agreement === null) return this.remember({ said: wrongAnswer(this.context.ports) });
    const opening = await ownOpening(
      this.context.device,
      this.record,
      agreement,
      this.context.ownName(),
    );
    const proof = proofMembers(agreement, opening, this.record.card, this.context.ports);
    const boxes = isConfirmedBy(agreement, confirmation) ? {} : { identity: null, card: null };
    const said: AnswerMessage = { type: "answer", ...proof, ...boxes };
    await this.remember({ said, opening });
  }
}

/** For a claim that no honest device makes, such as one's own share: it counts as a wrong guess. */
function wrongAnswer({ random }: Ports): AnswerMessage {
  const tag = toBase64Url(random(32));
  const confirmation = toBase64Url(random(64));
  return { type: "answer", tag, confirmation, identity: null, card: null };
}
