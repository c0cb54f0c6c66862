// What a submission owes to mailboxes and to its group, by the state that it is in. What an errand carries is computed
// when it is run; it is served until it is confirmed, and may be served twice.

import type { UserId } from "../../wire/ids.ts";
import { TAP_UNDO_SECONDS } from "../../wire/limits.ts";
import type { Group, GroupMember, Tap } from "../../wire/tap.ts";
import { fromBase64Url, toBase64Url } from "../crypto/bytes.ts";
import type { MeetingCommit, Undo } from "../mailbox/contactStanding.ts";
import { type SpendRequest, tapCommit } from "../mailbox/spentTickets.ts";
import { tapOf } from "./showing.ts";
import {
  type Begun,
  groupIdOf,
  isConfirmed,
  ownGoodMembers,
  type Peer,
  proofOf,
  type TapState,
  userOf,
} from "./state.ts";
import { tapReceiptHash } from "./statements.ts";
import { readTicket } from "./ticket.ts";

/** With the member that it is about; `contacts`, `table` and `listing` go to that member's mailbox. */
export type ErrandName =
  | "group"
  | `${"spend" | "contacts" | "table" | "listing" | "undoHere" | "undoThere" | "letGo"}:${number}`;

export type Errand =
  | { readonly kind: "spend"; readonly owner: UserId; readonly request: SpendRequest }
  | {
      readonly kind: "contacts";
      readonly owner: UserId;
      readonly commits: readonly MeetingCommit[];
    }
  | { readonly kind: "undo"; readonly owner: UserId; readonly undo: Undo }
  /** To be told to the owner's devices, if the table is known there. */
  | {
      readonly kind: "table";
      readonly owner: UserId;
      readonly version: number;
      readonly tap: Tap;
    }
  /** The account is in the group, whose members may have changed; or is not any more. */
  | {
      readonly kind: "listing";
      readonly owner: UserId;
      readonly groupId: string;
      readonly isListed: boolean;
    }
  /** To be made, unless it is there. */
  | { readonly kind: "group"; readonly group: Group }
  /** Takes a member out of the group; with fewer than three left it is no more. */
  | { readonly kind: "letGo"; readonly groupId: string; readonly userId: UserId };

/** Null when the state does not owe it. */
export function errandFor(state: TapState, name: ErrandName, now: number): Errand | null {
  if (state.at === "free" || !state.owes.includes(name)) return null;
  if (name === "group") return { kind: "group", group: groupOf(state) };
  const [kind, digits] = name.split(":") as [string, string];
  const member = Number(digits);
  const owner = userOf(state, member);
  const peer = state.peers[member - 1];
  if (owner === null) return null;
  const groupId = groupIdOf(state.by.userId, state.tapId);
  switch (kind) {
    case "spend": {
      const request = member === 0 ? ownSpendRequest(state) : peer && spendRequest(state, peer);
      return request == null ? null : { kind, owner, request };
    }
    case "contacts":
      return { kind, owner, commits: commitsOf(state, member) };
    case "table": {
      const tap = tapOf(state, owner, now);
      if (tap === null || state.table === null) return null;
      return { kind, owner, version: state.table.version, tap };
    }
    case "listing": {
      const isListed = state.group?.members.includes(member) ?? false;
      return { kind, owner, groupId, isListed };
    }
    case "letGo":
      return { kind, groupId, userId: owner };
    case "undoHere":
      return { kind: "undo", owner: state.by.userId, undo: undoOf(state, member, owner) };
    case "undoThere":
      return { kind: "undo", owner, undo: undoOf(state, member, state.by.userId) };
    default:
      return null;
  }
}

function spendRequest(state: Begun, peer: Peer): SpendRequest {
  const { userId, device, nonce, isMemoryOnly, isBlockedByInitiator } = peer;
  if (userId === null || device === null || nonce === null) throw new Error("forged: never spent");
  return {
    owner: userId,
    device,
    nonce,
    proof: proofOf(state, peer),
    isMemoryOnly,
    isBlockedByInitiator,
    isHeld: state.table !== null,
  };
}

/** A table's initiator shows a ticket, too; for its own nobody signs but its device. */
function ownSpendRequest({ by, tapId, submittedAt, table }: Begun): SpendRequest | null {
  const nonce = table === null ? undefined : readTicket(fromBase64Url(table.ticket))?.nonce;
  if (table === null || nonce === undefined) return null;
  const { userId, deviceId } = by;
  const touch = { tapId, by: userId, device: deviceId, ticket: table.ticket, signature: "" };
  return {
    owner: userId,
    device: deviceId,
    nonce: toBase64Url(nonce),
    proof: { kind: "tap", ...touch, at: submittedAt },
    isMemoryOnly: false,
    isBlockedByInitiator: false,
    isHeld: true,
  };
}

function commitsOf(state: Begun, member: number): MeetingCommit[] {
  const { userId } = state.by;
  return metBy(state, member).map((peer) => {
    const [owner, other] = member === 0 ? [userId, peer.userId] : [peer.userId, userId];
    return tapCommit(owner, other, proofOf(state, peer), state.table?.decidedAt ?? undefined);
  });
}

/** Touches that the mailbox of a member is to store: of the initiator's, all of its own that are known to be good. */
export function metBy(state: Begun, member: number): (Peer & { readonly userId: UserId })[] {
  const good = ownGoodMembers(state).filter((one) => member === 0 || one === member);
  return good.flatMap((one) => {
    const peer = state.peers[one - 1];
    return peer === undefined || peer.userId === null ? [] : [{ ...peer, userId: peer.userId }];
  });
}

function undoOf(state: Begun, member: number, peer: UserId): Undo {
  const until = state.undone.find((one) => one.member === member)?.at ?? state.submittedAt;
  const of = state.peers[member - 1];
  const receiptHash = of === undefined ? "" : toBase64Url(tapReceiptHash(proofOf(state, of)));
  return { peer, receiptHash, after: until - TAP_UNDO_SECONDS * 1_000, until };
}

function groupOf(state: Begun): Group {
  const { by, tapId, submittedAt, peers, table, group } = state;
  const isCompared = isConfirmed(state);
  const ofTable = (member: number) => ({
    confirmation: isCompared ? (table?.confirmations[member] ?? null) : null,
    share: isCompared ? (table?.shares[member] ?? null) : null,
  });
  const members = (group?.founders ?? []).flatMap((member): GroupMember[] => {
    const rest = ofTable(member);
    if (member === 0) {
      return [
        { ...by, ticket: isCompared ? (table?.ticket ?? null) : null, signature: null, ...rest },
      ];
    }
    const peer = peers[member - 1];
    if (peer === undefined || peer.userId === null || peer.device === null) return [];
    const { userId, device: deviceId, ticket, signature } = peer;
    return [{ userId, deviceId, ticket, signature, ...rest }];
  });
  const groupId = groupIdOf(by.userId, tapId);
  return { groupId, createdAt: submittedAt, tapId, by: by.userId, members };
}

/** The errands that tell these members how the table stands. */
export function told(members: readonly number[]): readonly ErrandName[] {
  return members.map((member): ErrandName => `table:${member}`);
}

export function without(owes: readonly ErrandName[], name: ErrandName): readonly ErrandName[] {
  return owes.filter((other) => other !== name);
}

export function withOwed(
  owes: readonly ErrandName[],
  names: readonly ErrandName[],
): readonly ErrandName[] {
  return [...new Set([...owes, ...names])];
}
