// What each who takes part may see of a submission: outcomes are the initiator's alone; the shares of a table show
// once all are there, so that nobody chooses one by those of others.

import type { UserId } from "../../wire/ids.ts";
import type { Tap } from "../../wire/tap.ts";
import { fromBase64Url } from "../crypto/bytes.ts";
import {
  type Begun,
  groupIdOf,
  memberOf,
  membersOf,
  type Party,
  type TapState,
  undoUntil,
  userOf,
} from "./state.ts";
import { tableStatement } from "./statements.ts";
import { readTicket } from "./ticket.ts";

/** Null for whoever has no part in it. */
export function tapOf(state: TapState, forUser: UserId, now: number): Tap | null {
  if (state.at === "free") return null;
  const member = memberOf(state, forUser);
  if (member === null) return null;
  const { by, tapId, at, submittedAt, peers, undone } = state;
  return {
    tapId,
    by: by.userId,
    at,
    submittedAt,
    until: "until" in state ? state.until : undoUntil(state),
    ...(member === 0 && { outcomes: peers.map(({ outcome, userId }) => ({ outcome, userId })) }),
    undone: undone
      .filter((one) => member === 0 || one.member === member)
      .map((one) => userOf(state, one.member))
      .filter((userId) => userId !== null),
    groupId: isInGroup(state, member) ? groupIdOf(by.userId, tapId) : null,
    table: shownTable(state, member),
    now,
  };
}

function isInGroup({ at, group }: Begun, member: number): boolean {
  return at === "settled" && group !== null && group.members.includes(member);
}

/** While tickets are being held nobody knows yet who is at the table; nor if one was refused. */
function shownTable(state: Begun, forMember: number): Tap["table"] {
  const { table } = state;
  const end = state.at === "aborted" ? state.end : null;
  if (table === null) return null;
  const isOpen = table.version > 0;
  if (!isOpen && end === null) return null;
  const isShown = table.shares.every((share) => share !== null);
  const members = !isOpen
    ? []
    : membersOf(state).flatMap((member) => {
        const userId = userOf(state, member);
        if (userId === null) return [];
        const share = table.shares[member] ?? null;
        return [
          {
            userId,
            ticket: ticketOf(state, member),
            share: isShown ? share : null,
            hasArrived: share !== null,
            hasConfirmed: (table.confirmations[member] ?? null) !== null,
          },
        ];
      });
  const by = state.at === "aborted" ? state.endedBy : null;
  const isToKnow = isOpen || forMember === 0;
  return { members, end, endedBy: by !== null && isToKnow ? userOf(state, by) : null };
}

/** What a confirmation signs; null unless shares are shown. */
export function tableToSign(state: TapState): Uint8Array | null {
  if (state.at !== "comparing") return null;
  const { table, tapId } = state;
  const members = membersOf(state).map((member) => ({
    ticket: fromBase64Url(ticketOf(state, member)),
    share: fromBase64Url(table.shares[member] ?? ""),
  }));
  return tableStatement(tapId, members);
}

/** The Ed25519 key of the device whose ticket lies at the table for that account; null for none. */
export function memberKeyOf(state: TapState, { userId }: Party): Uint8Array | null {
  if (state.at === "free" || state.table === null) return null;
  const member = memberOf(state, userId);
  if (member === null) return null;
  return readTicket(fromBase64Url(ticketOf(state, member)))?.certificate.signKey ?? null;
}

/** At a table each member has one. */
export function ticketOf({ table, peers }: Begun, member: number): string {
  return (member === 0 ? table?.ticket : peers[member - 1]?.ticket) ?? "";
}
