// For programs that are not tests themselves, too.

import type { Ports } from "../../shared/client/node.ts";

/** Ports with which a lost connection is tried again after 50 ms, without jitter. */
export const IMPATIENT: Partial<Ports> = {
  random: (length) =>
    length === 2 ? new Uint8Array(2) : crypto.getRandomValues(new Uint8Array(length)),
};
