// What this device has verified of a contact that was made by a touch or by a request that was approved, and what that
// contact has said of itself since. Two records, each with one writer, beside that of a meeting, which counts for more.

import type { Card } from "../../wire/card.ts";
import type { UserId } from "../../wire/ids.ts";
import { TAP_UNDO_SECONDS } from "../../wire/limits.ts";
import type { ContactProof, ContactRecord } from "../../wire/mailbox.ts";

export type WitnessedMethod = "tap" | "badge" | "room";

export interface WitnessedContact {
  readonly userId: UserId;
  readonly method: WitnessedMethod;
  readonly metAt: number;
  readonly receiptHash: string;
  /** Those that this device has verified, as they came. */
  readonly proofs: readonly ContactProof[];
  /** A device of this account has compared the phrase of their table. */
  readonly isCompared: boolean;
  /** This device has taken part, and has left its name and card to be sent. */
  readonly isIntroduced: boolean;
}

export interface Introduced {
  readonly userId: UserId;
  /**
   * By the contact's clock: of what own devices hand over, the latest counts. 0 for one who has said nothing yet, and is
   * called so where the account was asked or has asked.
   */
  readonly at: number;
  readonly name: string;
  readonly card: Card | null;
  readonly cardProblem: string | null;
  /** Of the contact as it was listed by then; null when it was not yet. */
  readonly receiptHash?: string | null;
}

export const WITNESSED = "witnessed.";
export const INTRODUCED = "introduced.";

export function witnessedId(userId: UserId): string {
  return WITNESSED + userId;
}

export function introducedId(userId: UserId): string {
  return INTRODUCED + userId;
}

const STRENGTHS: Readonly<Record<string, number>> = { link: 0, badge: 1, room: 1, tap: 2 };

/** Null for how people meet at attempts, which no proof of the mailbox shows. */
export function witnessedMethod(method: ContactRecord["method"]): WitnessedMethod | null {
  return method === "tap" || method === "badge" || method === "room" ? method : null;
}

/**
 * Whether the mailbox lists less than what was witnessed, as it does once that was undone: by then it is what
 * counts. What it says later is not believed.
 */
export function isUndoneBy(known: WitnessedContact, listed: ContactRecord): boolean {
  const strength = STRENGTHS[listed.method];
  if (strength === undefined || strength >= (STRENGTHS[known.method] ?? 0)) return false;
  return listed.sequence <= undoEnd(known.metAt) + UNDO_SLACK_MS;
}

/** Until then the server undoes it; by its clock, in milliseconds. */
export function undoEnd(metAt: number): number {
  return metAt + TAP_UNDO_SECONDS * 1_000;
}

/** What was undone in time is listed a little later. */
const UNDO_SLACK_MS = 60_000;
