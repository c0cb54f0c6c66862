// The side that enters the key, or is asked: it takes the offer, makes its one claim, and waits for the outcome.

import { DEFAULT_TAG } from "../core/pairing/code.ts";
import type { UpgradeRequest } from "../wire/auth.ts";
import type { AttemptNotice, ClaimMessage, OfferNotice } from "../wire/pairing.ts";
import { type Problem, ProblemError } from "../wire/problem.ts";
import {
  agreementOf,
  type AttemptRecord,
  newRecord,
  ownOpening,
  proofMembers,
  type Start,
} from "./attemptRecord.ts";
import { ConcludingRun } from "./concludingRun.ts";
import type { Meeting } from "./meeting.ts";
import type { RunContext } from "./runContext.ts";

export class ResponderRun extends ConcludingRun {
  /** Until the offer has come. */
  static readonly UNKNOWN_SID = "AAAAAAAAAAAAAAAAAAAAAA";
  /** The server has confirmed that it stores the claim. */
  #isClaimStored = false;
  #mayResume: boolean;

  /** @param meeting to go on with, when another attempt has made way for this one */
  constructor(context: RunContext, record: AttemptRecord, meeting?: Meeting) {
    super(context, record, meeting);
    this.#mayResume = record.said !== null || record.concluded !== null;
  }

  /** The `sid` is the initiator's: of the request that is answered, or else known once the offer comes. */
  static record({ device, ports }: RunContext, start: Omit<Start, "terms" | "words">) {
    return newRecord(device, ports, "responder", { ...start, terms: null, words: DEFAULT_TAG });
  }

  protected upgrade(): UpgradeRequest {
    const { locator, sid, method, peerId } = this.record;
    if (locator === null) throw new Error("A responder knows its locator.");
    if (this.#mayResume) return { purpose: "resume", locator, sid };
    return peerId === null
      ? { purpose: "claim", locator, method }
      : { purpose: "answer", locator, sid };
  }

  /** The server speaks first. */
  protected async opened(): Promise<void> {}

  protected async noticed(notice: AttemptNotice): Promise<void> {
    if (notice.type === "offer") await this.#claim(notice);
    if (notice.type === "claimed") {
      const answerBy = this.localTime(notice.answerBy, notice.now);
      if (!this.#isClaimStored) this.meeting.emit({ event: "claimed", answerBy });
      this.#isClaimStored = true;
      this.#mayResume = true;
    }
  }

  protected async refused(problem: Problem): Promise<void> {
    if (problem.code === "own-key") {
      this.settleReady.reject(ProblemError.from(problem));
      return this.fail("refused");
    }
    if (problem.code === "answered-elsewhere") return this.#dismissed(problem);
    if (problem.code === "attempt-over") return this.forgotten("timedOut");
    if (problem.code !== "attempt-unknown") return;
    if (this.meeting.isOver || this.#isClaimStored) return this.forgotten("mismatch");
    if (await this.takeRelease()) return;
    if (this.record.peerId !== null && !this.#mayResume) return this.fail("timedOut");
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

  /** As the server says, nothing of this device's reached the peer: there is nothing to acknowledge. */
  async #dismissed(problem: Problem): Promise<void> {
    await this.remember({ said: null });
    this.settleReady.reject(ProblemError.from(problem));
    return this.fail("answeredElsewhere");
  }

  async #claim(offer: OfferNotice): Promise<void> {
    const { peerId, sid } = this.record;
    if (peerId !== null && sid !== offer.sid) return this.fail("tampered");
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
    const { id } = this.record;
    const fresh = newRecord(device, ports, "responder", { ...this.record, sid });
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
    await this.rememberSaid(said, opening);
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
