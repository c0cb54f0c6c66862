// A log as it is kept, and entries that somebody brings for it: those that are there already are passed over,
// the rest must follow on the last one. All of them count, or none.

import { sha256 } from "@noble/hashes/sha2.js";
import type { LaterEntry } from "../../wire/deviceLog.ts";
import { equalBytes, fromBase64Url } from "../crypto/bytes.ts";
import { extendLog, type VerifiedLog } from "./deviceLog.ts";
import { laterBytes } from "./logEntries.ts";
import { refusalOf } from "./logRules.ts";

export type Growth =
  | {
      readonly ok: true;
      readonly verified: VerifiedLog;
      /** Those that were not there yet, in order. */
      readonly fresh: readonly LaterEntry[];
    }
  /** `fork`: another entry stands in that place. `invalid`: it may not come there, or is not signed as it must be. */
  | { readonly ok: false; readonly reason: "fork" | "invalid" };

/** @param entries in order, the first of them anywhere after the log's first entry */
export function growLog(log: VerifiedLog, entries: readonly LaterEntry[]): Growth {
  const [first] = entries;
  if (first === undefined) return { ok: true, verified: log, fresh: [] };
  const previous = fromBase64Url(first.previous);
  const start = log.heads.findIndex((head) => equalBytes(head, previous)) + 1;
  if (start === 0) return { ok: false, reason: "fork" };
  const known = entries.slice(0, log.length - start);
  const isSame = known.every((entry, index) => isAt(log, start + index, entry));
  if (!isSame) return { ok: false, reason: "fork" };
  const fresh = entries.slice(known.length);
  let verified = log;
  for (const entry of fresh) {
    const extended = extendLog(verified, entry);
    if (extended === null) {
      const isElsewhere = refusalOf(verified, entry) === "notNext";
      return { ok: false, reason: isElsewhere ? "fork" : "invalid" };
    }
    verified = extended;
  }
  return { ok: true, verified, fresh };
}

/** By the bytes that are signed: another signature over them is no other entry. */
function isAt({ heads }: VerifiedLog, place: number, entry: LaterEntry): boolean {
  const head = heads[place];
  return head !== undefined && equalBytes(head, sha256(laterBytes(entry)));
}
