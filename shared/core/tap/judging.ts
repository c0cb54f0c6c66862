// What can be said of tickets before any mailbox is asked (TAP-3): forged, self, duplicate and expired, in this order
// for each ticket, in the order of the list. Who has signed what is verified before, by whoever asks.

import type { DeviceId, UserId } from "../../wire/ids.ts";
import { TAP_UNDO_SECONDS, TICKET_EARLY_SECONDS } from "../../wire/limits.ts";
import type { TapOutcome } from "../../wire/tap.ts";
import { toBase64Url } from "../crypto/bytes.ts";
import { deviceIdOf } from "../identity/deviceLog.ts";
import { isInTime, type ReadTicket } from "./ticket.ts";

/** A ticket of a submission, with what cryptography says of it. */
export interface CheckedTicket {
  /** As it was sent. */
  readonly ticket: string;
  /** Null for what is no ticket. */
  readonly read: ReadTicket | null;
  /** Its certificate is by an issuer's key, and it is signed by the device of that certificate. */
  readonly isGenuine: boolean;
}

export interface JudgedTicket {
  readonly ticket: string;
  /** Null while the mailbox of its account has to say. */
  readonly outcome: Extract<TapOutcome, "forged" | "self" | "duplicate" | "expired"> | null;
  /** These three are null for what is forged. */
  readonly userId: UserId | null;
  readonly device: DeviceId | null;
  /** 16 bytes in base64url: a ticket is spent by it. */
  readonly nonce: string | null;
  /** Out of time, but lately: its mailbox may remember that this initiator has spent it, and else says `expired`. */
  readonly isMemoryOnly: boolean;
}

/** @param by the initiator @param now the server's receipt time in milliseconds */
export function judge(taps: readonly CheckedTicket[], by: UserId, now: number): JudgedTicket[] {
  const seen = new Set<UserId>();
  return taps.map(({ ticket, read, isGenuine }) => {
    if (read === null || !isGenuine) return forged(ticket);
    const { userId, signKey } = read.certificate;
    const nonce = toBase64Url(read.nonce);
    // The same ticket again is of the same account, too.
    const isAgain = seen.has(userId);
    seen.add(userId);
    const isFresh = isInTime(read, now);
    const outcome =
      userId === by
        ? "self"
        : isAgain
          ? "duplicate"
          : isFresh || mayBeRemembered(read, now)
            ? null
            : "expired";
    const isMemoryOnly = outcome === null && !isFresh;
    return { ticket, outcome, userId, device: deviceIdOf(signKey), nonce, isMemoryOnly };
  });
}

/** Whether the initiator may lay this ticket of its own on a table (TAP-5). */
export function isOwnTicket(
  { read, isGenuine }: CheckedTicket,
  by: UserId,
  device: DeviceId,
  now: number,
): boolean {
  if (read === null || !isGenuine || !isInTime(read, now)) return false;
  const { userId, signKey } = read.certificate;
  return userId === by && deviceIdOf(signKey) === device;
}

function forged(ticket: string): JudgedTicket {
  return {
    ticket,
    outcome: "forged",
    userId: null,
    device: null,
    nonce: null,
    isMemoryOnly: false,
  };
}

function mayBeRemembered({ timeSeconds }: ReadTicket, now: number): boolean {
  const seconds = now / 1_000;
  return seconds >= timeSeconds - TICKET_EARLY_SECONDS && seconds < timeSeconds + TAP_UNDO_SECONDS;
}
