// What an attempt must do, told once more and independently of the transition table: a handful of plain
// facts about one life of one locator. The model-based runs compare the real object with it.

// oxlint-disable vitest/no-standalone-expect -- a model-based run checks where it acts

import { expect } from "vitest";
import { KEY_T1_SECONDS, KEY_T2_SECONDS, NOTICE_TTL_SECONDS } from "../../../shared/wire/limits.ts";
import type {
  AnswerMessage,
  ClaimMessage,
  Method,
  OpenMessage,
} from "../../../shared/wire/pairing.ts";
import type { Told } from "../support/sockets.ts";
import { type Name, ownerOf } from "./cast.ts";
import { GuessOracle } from "./guessOracle.ts";
import { RequestsOracle } from "./requestsOracle.ts";

/**
 * `over`: everyone who belongs to it is to be told `outcome`.
 * `ending`: as `over`, but what has been acknowledged and forgotten is not known to an onlooker.
 */
export type Phase = "free" | "waiting" | "claimed" | "over" | "ending";

/** Ben's account, an account that does not exist, or whoever enters the locator. */
export type AskedAccount = "ben" | "nobody" | null;

export class Oracle {
  phase: Phase = "free";
  opening: OpenMessage | null = null;
  to: AskedAccount = null;
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
  /** Since its end it was evicted: it may not know any more that the mailboxes have their share. */
  isEvicted = false;
  /** What the phase was before the deadline that passed. */
  unservedPhase: Phase = "free";
  readonly guesses = new GuessOracle();
  /** Of all lives of the run, as mailboxes remember them. */
  readonly requests: RequestsOracle;

  constructor(requests = new RequestsOracle()) {
    this.requests = requests;
  }

  get method(): Method {
    return this.opening?.method ?? "key";
  }

  /** Lets time pass. */
  elapse(now: number): void {
    if (this.phase === "waiting" && now >= this.claimBy) this.#leaveUnserved(now);
    if (this.phase === "claimed" && now >= this.answerBy) this.#leaveUnserved(now);
    if (this.phase !== "over" && this.phase !== "ending") return;
    if (now < this.keepUntil) return;
    this.phase = "ending";
    this.isExpired = true;
  }

  /** The alarm has run, and its errands have come to their end. */
  served(): void {
    if (this.isUnserved && this.opening !== null) {
      this.requests.ended(this.opening.sid, "timedOut");
    }
    this.isUnserved = false;
  }

  opened(message: OpenMessage, to: AskedAccount, now: number): void {
    const isSpoken = message.method === "passphrase";
    this.phase = "waiting";
    this.opening = message;
    this.to = to;
    this.claimBy = now + (isSpoken ? message.t1Seconds : KEY_T1_SECONDS) * 1_000;
    this.answerBy = now + (isSpoken ? message.t2Seconds : KEY_T2_SECONDS) * 1_000;
  }

  claimed(by: Name, message: ClaimMessage): void {
    this.phase = "claimed";
    this.claimant = by;
    this.claim = message;
    if (this.opening !== null) this.requests.answered(this.opening.sid);
  }

  answered(message: AnswerMessage, now: number): void {
    const isRight =
      message.tag === this.claim?.tag && message.identity !== null && message.card !== null;
    this.answer = message;
    this.ended(isRight ? "matched" : "mismatch", null, now);
  }

  /** @param by who ended it; null when nobody did alone */
  ended(outcome: string, by: Name | null, now: number): void {
    const isMatch = outcome === "matched";
    this.hasClaimantLeft = by !== null && by === this.claimant;
    this.phase = "over";
    this.outcome = outcome;
    this.keepUntil = isMatch ? this.answerBy : now + NOTICE_TTL_SECONDS * 1_000;
    if (!isMatch) this.#countGuess(by, now);
    if (this.isUnserved || this.opening === null) return;
    const { sid } = this.opening;
    if (!isMatch) this.requests.ended(sid, outcome);
    else if (this.claimant !== null && ownerOf(this.claimant) === "ben") this.requests.met(sid);
  }

  /** Who came to the other has made one guess, unless that other called it off. */
  #countGuess(by: Name | null, now: number): void {
    if (this.claimant === null) return;
    const guesser = this.to === null ? ownerOf(this.claimant) : "ann";
    if (this.to === null && by !== null && by !== this.claimant) return;
    this.guesses.failed(guesser, now, !this.isUnserved);
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
    this.isEvicted = true;
    if (this.phase === "over" && this.acknowledged.size > 0) this.phase = "ending";
  }

  /** Errands were cut off before the mailboxes are known to have them. */
  cutOff(): void {
    this.guesses.cutOff();
    if (this.opening !== null) this.requests.cutOff(this.opening.sid);
  }

  /** Who belongs to the attempt. A claimant who came to it and guessed wrong, or left, does not any more. */
  sides(): Name[] {
    const isVain = this.to === null && (this.outcome === "mismatch" || this.hasClaimantLeft);
    return this.claimant === null || isVain ? ["ann"] : ["ann", this.claimant];
  }

  /** While nobody has answered, each device of the account that is asked is a side. */
  isSide(name: Name): boolean {
    if (this.phase === "free") return false;
    return this.sides().includes(name) || (this.phase === "waiting" && this.isAsked(name));
  }

  isAsked(name: Name): boolean {
    return this.to === "ben" && ownerOf(name) === "ben";
  }

  isOnOffer(method: Method, now: number): boolean {
    const isOpen = this.opening !== null && this.to === null && this.opening.method === method;
    return isOpen && now < this.claimBy;
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
    if (isToldOfBefore && types.at(-1) === "ended") {
      // Coming back has woken the attempt.
      expect(told.at(-1)).toEqual(this.terminal(name));
      return this.expectGreeting(name, told.slice(0, -1));
    }
    const phase = isToldOfBefore ? this.unservedPhase : this.phase;
    const mayBeForgotten = phase === "ending" && (this.isExpired || this.acknowledged.has(name));
    if (mayBeForgotten && types[0] === "acknowledged") return;
    if (mayBeForgotten && types.at(-1) === "acknowledged") {
      // While it listened, its mailbox took over.
      return this.expectGreeting(name, told.slice(0, -1));
    }
    if (mayBeForgotten && types[0] === "problem") {
      const gone = this.isAsked(name) ? ["attempt-unknown", "attempt-over"] : ["attempt-unknown"];
      return expect(gone).toContain(told[0]?.["problem"].code);
    }
    if (phase === "waiting") expect(types).toEqual([name === "ann" ? "opened" : "offer"]);
    else if (phase === "claimed" && name === "ann") expect(types).toEqual(["opened", "claim"]);
    else if (phase === "claimed") expect(types).toEqual(["claimed"]);
    else if (phase === "over" && this.acknowledged.has(name) && this.outcome === "matched") {
      expect(types).toEqual(["acknowledged"]);
    } else expect(told).toEqual([expect.objectContaining(this.terminal(name))]);
  }

  #leaveUnserved(now: number): void {
    this.unservedPhase = this.phase;
    this.isUnserved = true;
    if (this.opening !== null) this.requests.expiring(this.opening.sid);
    this.ended("timedOut", null, now);
  }
}
