// What the mailbox says of a contact, as this device keeps it; with the times of blocks, so that what was written
// during one does not come by a repetition either.

import { ENVELOPE_TTL_SECONDS } from "../wire/limits.ts";
import type { ContactRecord } from "../wire/mailbox.ts";

/** Times are sequences, which are times of the server in milliseconds. */
export interface Listing extends ContactRecord {
  readonly blockedSince?: number;
  /** Blocks that are over. */
  readonly blockedTimes?: readonly (readonly [from: number, until: number])[];
}

/** Blocks that are older than anything that is said again are left out. */
export function withBlocks(record: ContactRecord, known: Listing | null): Listing {
  const since = known?.blocked === true ? (known.blockedSince ?? known.sequence) : undefined;
  if (record.blocked) return { ...known, ...record, blockedSince: since ?? record.sequence };
  const over = since === undefined ? [] : [[since, record.sequence] as const];
  const oldest = record.sequence - ENVELOPE_TTL_SECONDS * 1_000;
  const times = [...(known?.blockedTimes ?? []), ...over].filter(([, until]) => until > oldest);
  return times.length === 0 ? record : { ...record, blockedTimes: times };
}

/** Whether that time lies in a block that is over. @param at milliseconds */
export function isWithinBlock({ blockedTimes = [] }: Listing, at: number): boolean {
  return blockedTimes.some(([from, until]) => from <= at && at < until);
}
