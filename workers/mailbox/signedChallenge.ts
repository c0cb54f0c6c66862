// A challenge that came back signed: for what, the transcript says, so that no signature serves for two things.

import { fromBase64Url } from "../../shared/core/crypto/bytes.ts";
import { isSignatureBy } from "../../shared/core/identity/deviceLog.ts";
import type { Actor } from "../auth/tokens.ts";
import type { StoredDevice } from "./deviceTable.ts";

/** The challenge's own signature, the server's, has been checked. */
export interface SignedChallenge extends Actor {
  readonly challenge: string;
  readonly issuedAt: number;
  readonly origin: string;
  readonly signature: string;
}

export function hasSigned(
  { signKey }: Pick<StoredDevice, "signKey">,
  transcript: (origin: string, challenge: string) => Uint8Array,
  { origin, challenge, signature }: SignedChallenge,
): boolean {
  const signed = transcript(origin, challenge);
  return isSignatureBy(fromBase64Url(signKey), signed, fromBase64Url(signature));
}
