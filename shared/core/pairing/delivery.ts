// What a match hands to a mailbox: always the contact, and the released boxes if their receiver was away.

import type { DeviceId } from "../../wire/ids.ts";
import { RELEASE_TTL_SECONDS } from "../../wire/limits.ts";
import type { MatchedNotice } from "../../wire/pairing.ts";
import type { Role } from "../crypto/cpace.ts";
import type { ContactCommit, Matched } from "./state.ts";

/** Sealed boxes that wait for one device, found by the attempt's `sid`. */
export interface KeptRelease {
  readonly sid: string;
  readonly deviceId: DeviceId;
  readonly notice: MatchedNotice;
  /** Milliseconds since 1970. */
  readonly keepUntil: number;
}

export interface Delivery {
  readonly contact: ContactCommit;
  readonly release: KeptRelease | null;
}

export function deliveryFor(state: Matched, role: Role): Delivery {
  const contact = state.contacts[role];
  const release = state.release[role];
  if (!state.isHandingOver || release === null) return { contact, release: null };
  const { matchedAt, offer } = state;
  return {
    contact,
    release: {
      sid: offer.sid,
      deviceId: state[role].deviceId,
      notice: { type: "matched", ...release, matchedAt },
      keepUntil: matchedAt + RELEASE_TTL_SECONDS * 1_000,
    },
  };
}
