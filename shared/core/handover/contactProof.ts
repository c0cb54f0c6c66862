// Whether a contact that another device of the account hands over was met, as the receipt and the openings prove:
// the device that checks takes nobody's word, that of its own account's devices included.

import { fromBase64Url, toBase64Url } from "../crypto/bytes.ts";
import { compareLogs, type VerifiedLog, verifyLog } from "../identity/deviceLog.ts";
import { verifyOpening } from "../pairing/commitment.ts";
import { otherRole } from "../pairing/state.ts";
import { hashOfReceipt, receiptBytes } from "../pairing/transcript.ts";
import type { UserId } from "../../wire/ids.ts";
import type { HandedContact } from "./handed.ts";

export interface VerifiedContact {
  readonly userId: UserId;
  /** In base64url. */
  readonly receiptHash: string;
}

/**
 * Both openings must hold against the transcript's commitments and its receipt, one by a device of the own log.
 * Null when they do not, or when the meeting was a link.
 */
export function verifyContact(
  { transcript, ownOpening, peerOpening }: HandedContact,
  own: VerifiedLog,
): VerifiedContact | null {
  if (transcript.method === "link") return null;
  const receipt = receiptBytes(transcript);
  for (const role of ["initiator", "responder"] as const) {
    const commitmentOf = (side: typeof role) => fromBase64Url(transcript[side].commitment);
    const self = verifyOpening(ownOpening, commitmentOf(role), receipt);
    if (self === null) continue;
    const peer = verifyOpening(peerOpening, commitmentOf(otherRole(role)), receipt);
    if (peer === null || peer.userId === own.userId || self.userId !== own.userId) return null;
    const then = verifyLog(ownOpening.log);
    if (then === null || isFork(then, own)) return null;
    return { userId: peer.userId, receiptHash: toBase64Url(hashOfReceipt(transcript)) };
  }
  return null;
}

function isFork(one: VerifiedLog, other: VerifiedLog): boolean {
  const [shorter, longer] = one.length < other.length ? [one, other] : [other, one];
  return compareLogs(shorter, longer) === "fork";
}
