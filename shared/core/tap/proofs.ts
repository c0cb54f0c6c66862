// Whether a touch, or a request that was approved, was what the server says: by the signatures of both accounts'
// devices, as their logs list them. The device that checks takes nobody's word, its own account's devices included.

import { equalBytes, fromBase64Url, toBase64Url } from "../crypto/bytes.ts";
import { isSignatureBy, type LoggedDevice, type VerifiedLog } from "../identity/deviceLog.ts";
import type { RequestProof } from "../../wire/contactRequests.ts";
import type { DeviceId, UserId } from "../../wire/ids.ts";
import type { ContactProof } from "../../wire/mailbox.ts";
import type { Group, TapProof } from "../../wire/tap.ts";
import {
  approvalStatement,
  requestReceiptHash,
  requestStatement,
  tableStatement,
  tapReceiptHash,
  tapStatement,
} from "./statements.ts";
import { isInTime, isSignedByItsDevice, type ReadTicket, readTicket } from "./ticket.ts";

export interface VerifiedProof {
  /** In base64url. */
  readonly receiptHash: string;
  /** The device of the own account that had a part in it. */
  readonly ownDevice: DeviceId;
}

/** In base64url. @param to the account that was asked, if it was by a request */
export function receiptHashOf(proof: ContactProof, to: UserId): string {
  return toBase64Url(proof.kind === "tap" ? tapReceiptHash(proof) : requestReceiptHash(proof, to));
}

/**
 * Either device may have been removed since; what it signed before holds.
 * @param own the account that checks @param peer the other one
 * @returns null when it is not between the two, or any part of it does not hold
 */
export function verifyProof(
  proof: ContactProof,
  own: VerifiedLog,
  peer: VerifiedLog,
): VerifiedProof | null {
  const isOwn = proof.by === own.userId;
  if (own.userId === peer.userId || (!isOwn && proof.by !== peer.userId)) return null;
  const [actor, other] = isOwn ? [own, peer] : [peer, own];
  const devices =
    proof.kind === "tap" ? tapDevices(proof, actor, other) : requestDevices(proof, actor, other);
  if (devices === null) return null;
  const ownDevice = isOwn ? devices.ofActor : devices.ofOther;
  return { receiptHash: receiptHashOf(proof, other.userId), ownDevice };
}

interface Devices {
  readonly ofActor: DeviceId;
  readonly ofOther: DeviceId;
}

function tapDevices(proof: TapProof, actor: VerifiedLog, other: VerifiedLog): Devices | null {
  const bytes = fromBase64Url(proof.ticket);
  const ticket = readTicket(bytes);
  if (ticket === null || !isSignedByItsDevice(ticket) || !isInTime(ticket, proof.at)) return null;
  const holder = holderOf(ticket, other);
  if (holder === undefined) return null;
  const statement = tapStatement(proof.tapId, proof.by, proof.device, bytes);
  const isSigned = isSignedBy(actor, proof.device, statement, proof.signature);
  return isSigned ? { ofActor: proof.device, ofOther: holder.deviceId } : null;
}

/** The device of that account whose ticket it is. */
function holderOf({ certificate }: ReadTicket, log: VerifiedLog): LoggedDevice | undefined {
  const { userId, signKey } = certificate;
  if (userId !== log.userId) return undefined;
  return deviceOf(log, (device) => equalBytes(device.signKey, signKey));
}

function requestDevices(
  proof: RequestProof,
  actor: VerifiedLog,
  other: VerifiedLog,
): Devices | null {
  const { requestId, by, device, via, signature, approvedBy, approval } = proof;
  const request = requestStatement(requestId, by, device, other.userId, via);
  const isBoth =
    isSignedBy(actor, device, request, signature) &&
    isSignedBy(other, approvedBy, approvalStatement(request, approvedBy), approval);
  return isBoth ? { ofActor: device, ofOther: approvedBy } : null;
}

/**
 * Whether a device of the own account has confirmed the table of that touch, at which its initiator sat with a ticket of
 * one of its devices: then people have compared what ties the two accounts together.
 * @param peer who has read the ticket
 */
export function isComparedAtTable(
  { tapId, members }: Group,
  proof: TapProof,
  own: VerifiedLog,
  peer: VerifiedLog,
): boolean {
  if (tapId !== proof.tapId || proof.by !== peer.userId) return false;
  const seats = members.flatMap(({ ticket, share }) =>
    ticket === null || share === null
      ? []
      : [{ ticket: fromBase64Url(ticket), share: fromBase64Url(share) }],
  );
  const isSeated = seats.some(({ ticket }) => {
    const read = readTicket(ticket);
    return read !== null && isSignedByItsDevice(read) && holderOf(read, peer) !== undefined;
  });
  if (!isSeated || !members.some(({ ticket }) => ticket === proof.ticket)) return false;
  const statement = tableStatement(tapId, seats);
  return members.some(
    ({ userId, deviceId, confirmation }) =>
      userId === own.userId &&
      confirmation !== null &&
      isSignedBy(own, deviceId, statement, confirmation),
  );
}

function isSignedBy(
  log: VerifiedLog,
  deviceId: DeviceId,
  message: Uint8Array,
  signature: string,
): boolean {
  const device = deviceOf(log, (one) => one.deviceId === deviceId);
  return device !== undefined && isSignatureBy(device.signKey, message, fromBase64Url(signature));
}

function deviceOf({ devices, removed }: VerifiedLog, isIt: (device: LoggedDevice) => boolean) {
  return [...devices, ...removed].find(isIt);
}
