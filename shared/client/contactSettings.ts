// Settings that are about one account, and go with it.

import type { UserId } from "../wire/ids.ts";
import { introducedId, witnessedId } from "./taps/witnessed.ts";

/** When the safety phrase was compared, and what it stood for. */
export function comparedId(userId: string): string {
  return `compared ${userId}`;
}

/** What the account has said last of linking, as it waits for this device's person or turn. */
export function linkingId(userId: string): string {
  return `linking ${userId}`;
}

export const aboutContact = (userId: UserId): readonly string[] => [
  comparedId(userId),
  linkingId(userId),
  witnessedId(userId),
  introducedId(userId),
];
