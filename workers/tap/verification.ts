// The signatures of a submission: which of its tickets are real, and that the acting device has signed for each.

import { fromBase64Url } from "../../shared/core/crypto/bytes.ts";
import type { CheckedTicket } from "../../shared/core/tap/judging.ts";
import { tapStatement } from "../../shared/core/tap/statements.ts";
import { readTicket } from "../../shared/core/tap/ticket.ts";
import type { TapRequest } from "../../shared/wire/tap.ts";
import type { Actor } from "../auth/tokens.ts";
import { isIssued, isSignedWith } from "./issuer.ts";

/** Whether its device has signed it, and this server has certified that device. */
export async function checkedTicket(
  secret: string,
  ticket: string,
  now: number,
): Promise<CheckedTicket> {
  const read = readTicket(fromBase64Url(ticket));
  if (read === null) return { ticket, read, isGenuine: false };
  const { certificate, toBeSigned, signature } = read;
  const signed = await Promise.all([
    isIssued(secret, certificate, now),
    isSignedWith(certificate.signKey, toBeSigned, signature),
  ]);
  return { ticket, read, isGenuine: signed.every(Boolean) };
}

/** Indexes of the taps that the acting device has not signed. @param signKey its own, base64url */
export async function unsignedTaps(
  { userId, deviceId }: Actor,
  signKey: string,
  { tapId, taps }: TapRequest,
): Promise<number[]> {
  const key = fromBase64Url(signKey);
  const areSigned = await Promise.all(
    taps.map(({ ticket, signature }) =>
      isSignedWith(
        key,
        tapStatement(tapId, userId, deviceId, fromBase64Url(ticket)),
        fromBase64Url(signature),
      ),
    ),
  );
  return areSigned.flatMap((isSigned, index) => (isSigned ? [] : [index]));
}
