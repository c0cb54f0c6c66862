// What an attempt must do, told once more and independently of the transition table: a handful of plain
// facts about one life of one locator. The model-based runs compare the real object with it.

// oxlint-disable vitest/no-standalone-expect -- a model-based run checks where it acts

import { expect } from "vitest";
import { KEY_T1_SECONDS, KEY_T2_SECONDS, NOTICE_TTL_SECONDS } from "../../../shared/wire/limits.ts";
import type { AnswerMessage, ClaimMessage, OpenMessage } from "../../../shared/wire/pairing.ts";
import type { Told } from "../support/sockets.ts";

export type Name = "ann" | "annsTablet" | "ben" | "cem";

/**
 * `over`: everyone who belongs to it is to be told `outcome`.
 * `ending`: as `over`, but what has been acknowledged and forgotten is not known to an onlooker.
 */
export type Phase = "free" | "waiting" | "claimed" | "over" | "ending";

export class Oracle {
  phase: Phase = "free";
  opening: OpenMessage | null = null;
  claim: ClaimMessage | null = null;
  claimant: Name | null = null;
  answer: AnswerMessage | null = null;
  outcome: string | null = null;
  /** The claimant has called its claim off. */
  hasClaimantLeft = false;
  claimBy = 0;
  answerBy = 0;
  keepUntil = 0;
  readonly acknowledged = new Set<Name>();
  /** A deadline has passed, and the alarm has not run since: the sides may have been told or not. */
  isUnserved = false;
  /** The notices have waited for as long as they do. */
  isExpired = false;
  /** What the phase was before the deadline that passed. */
  unservedPhase: Phase = "free";

  /** Lets time pass. */
  elapse(now: number): void {
    if (this.phase === "waiting" && now >= this.claimBy) this.#leaveUnserved("timedOut", now);
    if (this.phase === "claimed" && now >= this.answerBy) this.#leaveUnserved("timedOut", now);
    if (this.phase !== "over" && this.phase !== "ending") return;
    if (now < this.keepUntil) return;
    this.phase = "ending";
    this.isExpired = true;
  }

  /** The alarm has run. */
  served(now: number): void {
    if (!this.isUnserved) return;
    this.isUnserved = false;
    this.keepUntil = now + NOTICE_TTL_SECONDS * 1_000;
  }

  opened(message: OpenMessage, now: number): void {
    this.phase = "waiting";
    this.opening = message;
    this.claimBy = now + KEY_T1_SECONDS * 1_000;
    this.answerBy = now + KEY_T2_SECONDS * 1_000;
  }

  claimed(by: Name, message: ClaimMessage): void {
    this.phase = "claimed";
    this.claimant = by;
    this.claim = message;
  }

  answered(message: AnswerMessage, now: number): void {
    const isRight =
      message.tag === this.claim?.tag && message.identity !== null && message.card !== null;
    this.answer = message;
    this.ended(isRight ? "matched" : "mismatch", now);
  }

  ended(outcome: string, now: number): void {
    this.phase = "over";
    this.outcome = outcome;
    this.keepUntil = outcome === "matched" ? this.answerBy : now + NOTICE_TTL_SECONDS * 1_000;
  }

  /** A side has said that it knows the outcome. True when that was the last thing awaited. */
  acknowledge(name: Name): boolean {
    this.acknowledged.add(name);
    const isAll = this.sides().every((side) => this.acknowledged.has(side));
    if (isAll) this.phase = "ending";
    return isAll;
  }

  /** The server was torn down: acknowledgements not stored yet may be lost. */
  restarted(): void {
    if (this.phase === "over" && this.acknowledged.size > 0) this.phase = "ending";
  }

  /** Who belongs to the attempt. A claimant who guessed wrong, or left, does not any more. */
  sides(): Name[] {
    const isVain = this.outcome === "mismatch" || this.hasClaimantLeft;
    return this.claimant === null || isVain ? ["ann"] : ["ann", this.claimant];
  }

  isSide(name: Name): boolean {
    return this.phase !== "free" && this.sides().includes(name);
  }

  isOnOffer(now: number): boolean {
    return this.opening !== null && now < this.claimBy;
  }

  /** The terminal notice of a side, as far as it is fixed. */
  terminal(name: Name): Told {
    if (this.outcome !== "matched") return { type: "ended", outcome: this.outcome };
    const released = name === "ann" ? this.claim : this.answer;
    const { confirmation, identity, card } = released ?? {};
    return { type: "matched", confirmation, identity, card };
  }

  /** Checks what a side hears when it comes back. */
  expectGreeting(name: Name, told: readonly Told[]): void {
    const types = told.map(({ type }) => type);
    // Before the alarm has run, one who comes back may still be told of what was.
    const isToldOfBefore = this.isUnserved && (types[0] === "opened" || types[0] === "claimed");
    const phase = isToldOfBefore ? this.unservedPhase : this.phase;
    const mayBeForgotten = phase === "ending" && (this.isExpired || this.acknowledged.has(name));
    if (mayBeForgotten && types[0] === "acknowledged") return;
    if (mayBeForgotten && types.at(-1) === "acknowledged") {
      // While it listened, its mailbox took over.
      return this.expectGreeting(name, told.slice(0, -1));
    }
    if (mayBeForgotten && types[0] === "problem") {
      return expect(told[0]?.["problem"].code).toBe("attempt-unknown");
    }
    if (phase === "waiting") expect(types).toEqual(["opened"]);
    else if (phase === "claimed" && name === "ann") expect(types).toEqual(["opened", "claim"]);
    else if (phase === "claimed") expect(types).toEqual(["claimed"]);
    else if (phase === "over" && this.acknowledged.has(name) && this.outcome === "matched") {
      expect(types).toEqual(["acknowledged"]);
    } else expect(told).toEqual([expect.objectContaining(this.terminal(name))]);
  }

  #leaveUnserved(outcome: string, now: number): void {
    this.unservedPhase = this.phase;
    this.ended(outcome, now);
    this.isUnserved = true;
  }
}
