// The side that enters the key: it takes the offer, makes its one claim, and waits for the outcome.

import { secretToPrs, type Secret } from "../core/pairing/code.ts";
import { fromBase64Url } from "../core/crypto/bytes.ts";
import type { UpgradeRequest } from "../wire/auth.ts";
import type { Locator } from "../wire/ids.ts";
import type { AttemptNotice, ClaimMessage, OfferNotice } from "../wire/pairing.ts";
import { type Problem, ProblemError } from "../wire/problem.ts";
import {
  agreementOf,
  type AttemptRecord,
  newRecord,
  ownOpening,
  proofMembers,
} from "./attemptRecord.ts";
import { AttemptRun, type RunContext } from "./attemptRun.ts";

export class ResponderRun extends AttemptRun {
  /** The server has confirmed that it stores the claim. */
  #isClaimStored = false;
  #mayResume: boolean;

  constructor(context: RunContext, record: AttemptRecord) {
    super(context, record);
    this.#mayResume = record.said !== null || record.concluded !== null;
  }

  /** The `sid` is the initiator's; the record is completed when the offer comes. */
  static record(
    context: RunContext,
    locator: Locator,
    secret: Secret,
    card: Uint8Array,
  ): AttemptRecord {
    return newRecord(context.device, context.ports, {
      role: "responder",
      method: "key",
      secret,
      prs: secretToPrs(secret),
      card,
      locator,
      sid: new Uint8Array(16),
    });
  }

  protected upgrade(): UpgradeRequest {
    const { locator, sid } = this.record;
    if (locator === null) throw new Error("A responder knows its locator.");
    return this.#mayResume ? { purpose: "resume", locator, sid } : { purpose: "claim", locator };
  }

  /** The server speaks first. */
  protected async opened(): Promise<void> {}

  protected async noticed(notice: AttemptNotice): Promise<void> {
    if (notice.type === "offer") await this.#claim(notice);
    if (notice.type === "claimed") {
      if (!this.#isClaimStored) this.meeting.emit({ event: "claimed" });
      this.#isClaimStored = true;
      this.#mayResume = true;
    }
  }

  protected async refused(problem: Problem): Promise<void> {
    if (problem.code === "own-key") {
      this.settleReady.reject(ProblemError.from(problem));
      return this.fail("refused");
    }
    if (problem.code !== "attempt-unknown") return;
    if (this.meeting.isOver || this.#isClaimStored) return this.forgotten("mismatch");
    if (await this.takeRelease()) return;
    // The claim was lost on its way: it is made again, to the same offer and with the same bytes.
    this.#mayResume = false;
    this.reconnect();
  }

  /** A claim that was lost on its way is made again as soon as the server allows it. */
  protected barred({ code }: ProblemError): boolean {
    if (code === "too-many-requests") return false;
    this.enqueue(() => this.fail("mismatch"));
    return true;
  }

  async #claim(offer: OfferNotice): Promise<void> {
    if (this.record.said === null) await this.#answerTo(offer);
    else if (!this.#isSameOffer(offer)) return this.fail("mismatch");
    if (this.record.said !== null) this.say(this.record.said);
    this.#mayResume = true;
    this.settleReady.resolve();
  }

  async #answerTo(offer: OfferNotice): Promise<void> {
    const { device, ports, ownName } = this.context;
    const { share, commitment, openedAt, claimBy, answerBy, now, sid } = offer;
    // The method is what the user did, not what the server says: it enters the exchange.
    const { id, secret, card, locator, method } = this.record;
    const prs = secretToPrs(secret as Secret);
    const fresh = newRecord(device, ports, {
      role: "responder",
      method,
      secret,
      prs,
      locator,
      sid: fromBase64Url(sid),
      card: fromBase64Url(card),
    });
    await this.remember({
      ...fresh,
      id,
      openedAt,
      peer: {
        share,
        commitment,
        confirmation: null,
      },
      expiresAt: this.localTime(claimBy, now),
      answerBy: this.localTime(answerBy, now),
    });
    const agreement = agreementOf(this.record);
    if (agreement === null) return this.fail("tampered");
    const opening = await ownOpening(device, this.record, agreement, ownName());
    const proof = proofMembers(agreement, opening, this.record.card, ports);
    const { half } = this.record;
    const own = { share: half.share, commitment: half.commitment };
    const said: ClaimMessage = { type: "claim", ...own, ...proof };
    await this.remember({ said, opening });
  }

  #isSameOffer({ sid, share, commitment, openedAt }: OfferNotice): boolean {
    const { peer } = this.record;
    return (
      sid === this.record.sid &&
      openedAt === this.record.openedAt &&
      share === peer?.share &&
      commitment === peer.commitment
    );
  }
}
