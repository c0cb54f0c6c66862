// How a change of own data gets to the account's other devices: what is to be handed over is stored together with
// the change, and the line's holder does the rest.

import type { HandedRecord } from "../core/handover/handed.ts";
import { STANDARD_PORTS } from "./ports.ts";
import type { Change } from "./store/store.ts";

export interface Sharing {
  /** Milliseconds, for what changes now. */
  now(): number;
  /** To be stored with what has changed; nothing when the account has one device. */
  changes(...records: readonly HandedRecord[]): Change[];
  /** To be told once that is stored. */
  look(): unknown;
}

/** Of what has no line, as in tests of a single part. */
export const UNSHARED: Sharing = { now: STANDARD_PORTS.now, changes: () => [], look: () => {} };
