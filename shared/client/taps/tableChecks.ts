// What a device verifies of a table before it shows its share, and before it shows the phrase (TAP-5). Pure: what is
// asked of stores and servers is asked elsewhere.

import { sha256 } from "@noble/hashes/sha2.js";
import { equalBytes, fromBase64Url, lvCat, toBase64Url, utf8 } from "../../core/crypto/bytes.ts";
import { tableStatement } from "../../core/tap/statements.ts";
import {
  isSignedByItsDevice,
  nonceOf,
  type ReadTicket,
  readTicket,
} from "../../core/tap/ticket.ts";
import type { UserId } from "../../wire/ids.ts";

interface Member {
  readonly userId: UserId;
  /** In base64url, as the share. */
  readonly ticket: string;
}

interface Shown extends Member {
  readonly share: string | null;
}

/** A member whose ticket was read. */
export interface Seat {
  readonly userId: UserId;
  readonly ticket: ReadTicket;
}

/** Names who sits there by which ticket, in their order: two rosters with one name are the same. */
export function rosterName(by: UserId, tapId: string, members: readonly Member[]): string {
  const seats = members.flatMap(({ userId, ticket }) => [utf8(userId), fromBase64Url(ticket)]);
  return toBase64Url(sha256(lvCat(utf8(by), fromBase64Url(tapId), ...seats)));
}

/**
 * Null unless the initiator comes first, each account and each nonce once, and each ticket is of its account and
 * signed by the device that it names.
 */
export function seatsAt(by: UserId, members: readonly Member[]): Seat[] | null {
  const seats: Seat[] = [];
  for (const { userId, ticket } of members) {
    const read = readTicket(fromBase64Url(ticket));
    if (read?.certificate.userId !== userId || !isSignedByItsDevice(read)) return null;
    seats.push({ userId, ticket: read });
  }
  const isOnce = (names: readonly string[]) => new Set(names).size === names.length;
  const isWell =
    seats.length > 1 &&
    seats[0]?.userId === by &&
    isOnce(seats.map(({ userId }) => userId)) &&
    isOnce(seats.map(({ ticket }) => toBase64Url(ticket.nonce)));
  return isWell ? seats : null;
}

/** What all there compare. Null unless each share is the one that its ticket has committed to. */
export function statementAt(tapId: string, members: readonly Shown[]): Uint8Array | null {
  const opened: { ticket: Uint8Array; share: Uint8Array }[] = [];
  for (const member of members) {
    const ticket = fromBase64Url(member.ticket);
    const nonce = readTicket(ticket)?.nonce;
    if (nonce === undefined || member.share === null) return null;
    const share = fromBase64Url(member.share);
    if (!equalBytes(nonceOf(share), nonce)) return null;
    opened.push({ ticket, share });
  }
  return tableStatement(tapId, opened);
}
