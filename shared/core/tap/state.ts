// The states of a submission of tickets, alone or of a table. All of it is plain data that storage keeps as it is.
// Its people are counted: 0 is the initiator, i + 1 whoever showed ticket i.

import { sha256 } from "@noble/hashes/sha2.js";
import type { DeviceId, UserId } from "../../wire/ids.ts";
import { TAP_UNDO_SECONDS } from "../../wire/limits.ts";
import type { TableEnd, TapOutcome, TapProof } from "../../wire/tap.ts";
import { fromBase64Url, lvCat, toBase64Url, utf8 } from "../crypto/bytes.ts";
import type { ErrandName } from "./errands.ts";
import type { JudgedTicket } from "./judging.ts";

/** Who acts, as the session says. */
export interface Party {
  readonly userId: UserId;
  readonly deviceId: DeviceId;
}

/** A ticket as it comes to the attempt. */
export interface SubmittedTicket extends JudgedTicket {
  /** The initiator's over it, verified. */
  readonly signature: string;
  readonly isBlockedByInitiator: boolean;
}

/** One ticket of the submission. */
export interface Peer extends Omit<SubmittedTicket, "outcome"> {
  /** Null while its mailbox has not said. */
  readonly outcome: TapOutcome | null;
  /** The submission that has spent the ticket, and when: this one, or an earlier one of the same initiator. */
  readonly spentBy: { readonly tapId: string; readonly at: number } | null;
}

/** By member. */
export interface Table {
  /** Of the initiator. */
  readonly ticket: string;
  readonly shares: readonly (string | null)[];
  readonly confirmations: readonly (string | null)[];
  /** When the last of them came; null before. Its touches count from then on. */
  readonly decidedAt: number | null;
  /** Grows with all that its members are told. */
  readonly version: number;
}

/** Those who were to be in the group when it was made, and who of them is left. */
interface MadeGroup {
  readonly founders: readonly number[];
  readonly members: readonly number[];
  readonly isMade: boolean;
}

interface Submitted {
  readonly by: Party;
  readonly tapId: string;
  readonly submittedAt: number;
  readonly peers: readonly Peer[];
  readonly table: Table | null;
  readonly group: MadeGroup | null;
  /** Tickets that were taken back, and when. */
  readonly undone: readonly { readonly member: number; readonly at: number }[];
  /** What others have not confirmed yet. */
  readonly owes: readonly ErrandName[];
  /** Its time is over, but it owes something still: it is served again and again, and then forgotten. */
  readonly isOverdue: boolean;
}

/** Nothing is stored. */
export interface Free {
  readonly at: "free";
}

/** Tickets are being spent; or all is known, and contacts and group are being stored. */
export interface Settling extends Submitted {
  readonly at: "settling";
}

/** All tickets of a table are good: each device shows what its nonce has committed to. */
export interface Revealing extends Submitted {
  readonly at: "revealing";
  readonly table: Table;
  readonly until: number;
}

/** All at the table compare the phrase. */
export interface Comparing extends Submitted {
  readonly at: "comparing";
  readonly table: Table;
  readonly until: number;
}

export interface Settled extends Submitted {
  readonly at: "settled";
}

/** The table has come to nothing. */
export interface Aborted extends Submitted {
  readonly at: "aborted";
  readonly table: Table;
  readonly end: TableEnd;
  /** Who declined, whose ticket was not good, or who alone was awaited. */
  readonly endedBy: number | null;
}

export type TapState = Free | Settling | Revealing | Comparing | Settled | Aborted;
export type TapStateName = TapState["at"];
export type Begun = Exclude<TapState, Free>;

export const FREE: Free = { at: "free" };

/** Until then either side may undo it, and a retry finds the same answer. */
export function undoUntil({ submittedAt }: Begun): number {
  return submittedAt + TAP_UNDO_SECONDS * 1_000;
}

/** 16 bytes in base64url; a retry names the same group. */
export function groupIdOf(by: UserId, tapId: string): string {
  const name = lvCat(utf8("acquaint group v1"), utf8(by), fromBase64Url(tapId));
  return toBase64Url(sha256(name).slice(0, 16));
}

export function isGood({ outcome }: Peer): boolean {
  return outcome === "established" || outcome === "already";
}

export function isUndone({ undone }: Begun, member: number): boolean {
  return undone.some((one) => one.member === member);
}

/** Null for what is forged. */
export function userOf({ by, peers }: Begun, member: number): UserId | null {
  return member === 0 ? by.userId : (peers[member - 1]?.userId ?? null);
}

/** The initiator first. */
export function membersOf({ peers }: Begun): number[] {
  return [0, ...peers.map((_, index) => index + 1)];
}

/**
 * Tickets that it has spent, that have made contacts, and were not taken back. What an earlier submission has spent is
 * that one's to store and to group.
 */
export function ownGoodMembers(state: Begun): number[] {
  return membersOf(state).filter((member) => {
    const peer = state.peers[member - 1];
    if (peer === undefined || !isGood(peer) || isUndone(state, member)) return false;
    return peer.spentBy?.tapId === state.tapId && peer.spentBy.at === state.submittedAt;
  });
}

/**
 * The member that an account is; of several tickets of one account, the first. Null for one without a part, such as
 * one whose ticket was refused.
 */
export function memberOf(state: Begun, userId: UserId): number | null {
  if (state.by.userId === userId) return 0;
  const index = state.peers.findIndex((peer) => peer.userId === userId);
  const peer = state.peers[index];
  if (peer === undefined) return null;
  const hasPart = peer.outcome === null || isGood(peer) || isUndone(state, index + 1);
  return hasPart ? index + 1 : null;
}

/** Whether the person at a table speaks with the device whose ticket lies there. */
export function isAtTable(state: Begun, member: number, { deviceId }: Party): boolean {
  const device = member === 0 ? state.by.deviceId : state.peers[member - 1]?.device;
  return device === deviceId;
}

/** All have compared the phrase. */
export function isConfirmed({ table }: Begun): boolean {
  return table !== null && table.confirmations.every((signature) => signature !== null);
}

/** What proves the touch of a member to either side. */
export function proofOf(state: Begun, { ticket, signature }: Peer): TapProof {
  const { by, tapId, submittedAt } = state;
  const touch = { tapId, by: by.userId, device: by.deviceId, ticket, signature, at: submittedAt };
  return { kind: "tap", ...touch, ...(isConfirmed(state) && { isCompared: true }) };
}
