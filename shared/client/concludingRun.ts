// What either side stakes, and the good end: what the server released is verified, kept, told and acknowledged;
// after a loss it is fetched from the mailbox, where it waits.

import type { IdentityOpening } from "../wire/identity.ts";
import type { AnswerMessage, ClaimMessage, MatchedNotice } from "../wire/pairing.ts";
import { verifyMatch, withoutSecrets } from "./attemptRecord.ts";
import { AttemptRun } from "./attemptRun.ts";
import type { Contact, FailureReason } from "./model.ts";
import type { ReceivedCard } from "./receivedCard.ts";

export abstract class ConcludingRun extends AttemptRun {
  /**
   * Stores what is about to be said. From then on the passphrase counts as offered in vain, whatever the
   * server tells of the end: only a verified peer lifts that again. One that another attempt has offered
   * is not offered here.
   */
  protected async rememberSaid(
    said: ClaimMessage | AnswerMessage,
    opening: IdentityOpening | null,
  ): Promise<void> {
    const { method, prs, id } = this.record;
    const isFree = method === "key" || (await this.context.burnt.take(prs, id));
    if (isFree) return this.remember({ said, opening });
    // The attempt of whoever asked waits on: another tab of this device may have answered it.
    if (this.record.role === "initiator") this.say({ type: "cancel" });
    return this.fail("cancelled");
  }

  protected async matched(notice: MatchedNotice): Promise<void> {
    if (this.record.concluded !== null) return this.#concluded();
    const { device, contacts } = this.context;
    const match = verifyMatch(this.record, device.identity.userId, notice);
    this.meeting.emit({ event: "matched" });
    if (match === null) return this.fail("tampered");
    const { contact, received } = await contacts.keepMet(match.agreement, match.met, match.opening);
    const { method, prs } = this.record;
    if (method !== "key") await this.context.burnt.lift(prs);
    // What is left of the secrets has served; the record stays until the server has forgotten, too.
    await this.remember(withoutSecrets(this.record, contact.receiptHash));
    this.#connected(contact, received);
    this.say({ type: "acknowledge" });
  }

  /** Before a restart this device may have kept and acknowledged the contact already; otherwise there is none. */
  protected async forgotten(reason: FailureReason): Promise<void> {
    if (await this.takeRelease()) return;
    return this.meeting.isOver ? this.finish() : this.fail(reason);
  }

  /** True when the attempt had matched: what it released lies in the mailbox, or is kept already. */
  protected async takeRelease(): Promise<boolean> {
    const { concluded, said, sid } = this.record;
    if (concluded === null) {
      if (said === null || this.meeting.isOver) return false;
      const { release } = await this.context.device.call("release", { params: { sid } });
      if (release === null) return false;
      await this.matched(release);
      await this.context.device.call("acknowledgeRelease", { params: { sid } });
    } else {
      if (!this.meeting.isOver) await this.#concluded();
      // An acknowledgement that the server has lost is made good; if not now, its copy goes in 7 days.
      await this.context.device.call("acknowledgeRelease", { params: { sid } }).catch(() => {});
    }
    await this.finish();
    return true;
  }

  /** After T2 a copy may have gone to the mailbox before the acknowledgement came; it is to go as well. */
  protected async acknowledged(): Promise<void> {
    const { concluded, answerBy, sid } = this.record;
    if (concluded !== null && answerBy !== null && this.context.ports.now() > answerBy) {
      await this.context.device.call("acknowledgeRelease", { params: { sid } }).catch(() => {});
    }
    return this.finish();
  }

  /** Tells of a contact that an earlier run of the program has kept, and acknowledges it again. */
  async #concluded(): Promise<void> {
    const { concluded } = this.record;
    const contact = concluded === null ? null : await this.context.contacts.metBy(concluded);
    this.meeting.emit({ event: "matched" });
    if (contact === null) return this.finish(); // removed since
    this.#connected(contact);
    this.say({ type: "acknowledge" });
  }

  #connected(contact: Contact, { card, cardProblem }: ReceivedCard = contact): void {
    this.meeting.emit({ event: "card", card, problem: cardProblem });
    this.meeting.emit({ event: "connected", contact });
  }
}
