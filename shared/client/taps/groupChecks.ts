// What ties each member to a group (TAP-4): its own ticket, the initiator's signature over it, and with a table its word
// on the phrase. Pure; whose device is whose the account's logs tell, where they are known.

import { fromBase64Url } from "../../core/crypto/bytes.ts";
import { deviceIdOf, isSignatureBy } from "../../core/identity/deviceLog.ts";
import { tapStatement } from "../../core/tap/statements.ts";
import { isSignedByItsDevice, readTicket } from "../../core/tap/ticket.ts";
import type { UserId } from "../../wire/ids.ts";
import type { Group, GroupMember } from "../../wire/tap.ts";
import { statementAt } from "./tableChecks.ts";

/** The Ed25519 key of that device of that account; undefined when it has none such, null when nobody here knows. */
export type KeyOf = (userId: UserId, deviceId: string) => Uint8Array | undefined | null;

/** Members whose receipts hold. @param keyOf by verified logs */
export function verifiedMembers(group: Group, keyOf: KeyOf): Set<UserId> {
  const initiator = group.members.find(({ userId }) => userId === group.by);
  const initiatorKey = initiator === undefined ? null : keyOfMember(initiator, keyOf);
  const verified = group.members.filter((member) => {
    const key = keyOfMember(member, keyOf);
    if (key === null || initiator === undefined || initiatorKey === null) return false;
    return member === initiator || isReadBy(group, initiator, initiatorKey, member);
  });
  return new Set(verified.map(({ userId }) => userId));
}

/**
 * All at the table have signed for one phrase, one of them with a device of the own account: that strangers have, the
 * server could make up. @param members as they were at the table
 */
export function isComparedBy(
  own: UserId,
  tapId: string,
  members: readonly GroupMember[],
  keyOf: KeyOf,
): boolean {
  const seats = members.map(({ userId, ticket, share }) => ({
    userId,
    ticket: ticket ?? "",
    share,
  }));
  const statement = statementAt(tapId, seats);
  const isOwn = ({ userId, deviceId }: GroupMember) => userId === own && !!keyOf(userId, deviceId);
  if (statement === null || members.length < 2 || !members.some(isOwn)) return false;
  return members.every((member) => {
    const key = keyOfMember(member, keyOf);
    const { confirmation } = member;
    return (
      key !== null &&
      confirmation !== null &&
      isSignatureBy(key, statement, fromBase64Url(confirmation))
    );
  });
}

/** By the log if it is known, and by its ticket, if it has one; both must agree. */
function keyOfMember({ userId, deviceId, ticket }: GroupMember, keyOf: KeyOf): Uint8Array | null {
  const logged = keyOf(userId, deviceId);
  if (logged === undefined) return null;
  if (ticket === null) return logged;
  const read = readTicket(fromBase64Url(ticket));
  if (read === null || !isSignedByItsDevice(read)) return null;
  const { userId: certified, signKey } = read.certificate;
  return certified === userId && deviceIdOf(signKey) === deviceId ? signKey : null;
}

function isReadBy(
  { tapId, by }: Group,
  initiator: GroupMember,
  initiatorKey: Uint8Array,
  { ticket, signature }: GroupMember,
): boolean {
  if (ticket === null || signature === null) return false;
  const statement = tapStatement(tapId, by, initiator.deviceId, fromBase64Url(ticket));
  return isSignatureBy(initiatorKey, statement, fromBase64Url(signature));
}
